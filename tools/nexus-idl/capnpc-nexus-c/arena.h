/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once, at the end of the run. Out of memory ends the program. */
#ifndef CAPNPC_NEXUS_C_ARENA_H
#define CAPNPC_NEXUS_C_ARENA_H

#include "nexus-idl/wire.h"

#include <stddef.h>

struct block;

struct arena {
    struct block *blocks;
};

/* Zeroed. */
void *arena_take(struct arena *arena, size_t size);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_text(struct arena *arena, struct nx_text text);
void arena_free(struct arena *arena);

#endif
