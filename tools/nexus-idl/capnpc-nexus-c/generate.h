/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a request to the texts of its files, all in memory. Complaints go to stderr. */
#ifndef CAPNPC_NEXUS_C_GENERATE_H
#define CAPNPC_NEXUS_C_GENERATE_H

#include "arena.h"

#include <stdio.h>

struct generated_file {
    const char *path; /* the arena's */
    char *bytes;      /* malloc's */
    size_t length;
};

struct generated {
    struct generated_file *files; /* a header and a source for each requested file */
    size_t count;
};

/* All texts, or false: a refused schema has none. To be freed in either case. */
bool generate(struct arena *arena, const uint8_t *bytes, size_t length,
              struct generated *generated);
void generated_free(struct generated *generated);

/* Prints where each field lies instead. */
bool generate_layout(struct arena *arena, const uint8_t *bytes, size_t length, FILE *to);

#endif
