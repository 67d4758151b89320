/* SPDX-License-Identifier: Apache-2.0 */
/* C text under construction: laid out at 100 columns, and no name declared twice. */
#ifndef CAPNPC_NEXUS_C_OUT_H
#define CAPNPC_NEXUS_C_OUT_H

#include "arena.h"

#include <stdio.h>

#define OUT_COLUMNS 100

struct out_name;

struct out {
    FILE *file;
    struct arena *arena;
    const char *schema;      /* the file's name, for messages */
    struct out_name **names; /* a hash table */
    bool failed;             /* a name was declared twice: the first is printed */
};

void out_init(struct out *out, struct arena *arena, FILE *file, const char *schema);

void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Declares `name`, made from the schema's `path`; says so on stderr if another path made it
 * already. */
void out_declare(struct out *out, const char *name, const char *path);

/* The schema's words as a comment; nothing where there are none. */
void out_comment(struct out *out, const char *indent, struct nx_text text);

/* The same with something behind it, in parentheses, where `more` is not NULL. */
void out_comment_with(struct out *out, struct nx_text text, const char *more);

/* One line of an enum: its value and its comment. */
void out_enumerator(struct out *out, const char *name, unsigned value, struct nx_text comment);

/* "static inline <type> <name>(<parameters>)" and the opening brace; declares the name. The
 * parameters are separated by ", ". */
void out_inline(struct out *out, const char *path, const char *type, const char *name,
                const char *parameters);

/* The same without storage class and without declaring, and with `end` behind it. Lays out a call
 * just as well: the type is then what stands before it. */
void out_prototype(struct out *out, const char *type, const char *name, const char *parameters,
                   const char *end);

#endif
