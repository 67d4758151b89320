/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's memory, dealt out once at init and never given back.
 *
 * A module's <module>_init() takes its arrays here. It runs twice: with base NULL, where only the
 * bytes are counted and NULL comes back, and with the real arena. So it must not touch what it took
 * until it knows that base is not NULL. The module's part of the context and all that it takes are
 * zero already.
 */
#ifndef PERFD_CORE_ARENA_H
#define PERFD_CORE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *base; /* aligned to 8; NULL: count only */
    size_t size;   /* not looked at while counting */
    size_t used;   /* a multiple of 8; SIZE_MAX - 7 once it overflowed */
};

/* Takes so many elements, rounded up to 8 bytes. NULL while counting, and where the arena is too
 * small. */
void *arena_take(struct arena *a, uint32_t count, size_t element_bytes);

#endif
