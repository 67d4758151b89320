/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's memory, dealt out once at init and never given back.
 *
 * A module's <module>_init() takes its arrays here and must not touch them: whether the arena is
 * large enough is known when all have taken theirs. A <module>_begin() may, and finds them zero, as
 * an init finds the module's part of the context.
 */
#ifndef PERFD_CORE_ARENA_H
#define PERFD_CORE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *base; /* aligned to 8 */
    size_t used;   /* a multiple of 8 */
};

/* Takes so many elements, rounded up to 8 bytes. */
void *arena_take(struct arena *a, size_t count, size_t element_bytes);

#endif
