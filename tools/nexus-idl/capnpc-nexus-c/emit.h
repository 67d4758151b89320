/* SPDX-License-Identifier: Apache-2.0 */
/* What the generator writes, by part. All of it has passed check_file(). */
#ifndef CAPNPC_NEXUS_C_EMIT_H
#define CAPNPC_NEXUS_C_EMIT_H

#include "model.h"
#include "out.h"

/* The structs of a file or type and all that is nested in it, groups and the implied structs of
 * methods included, or the nodes of another kind, in the order of the schema's text. */
struct node_list {
    const struct node **nodes;
    size_t count;
    size_t room;
};

void collect(const struct model *model, const struct node *root, enum node_kind kind,
             struct node_list *list);

/* Whether the header of a file needs that of the one with the id `other`. */
bool uses_file(const struct model *model, const struct node *file, uint64_t other);

/* --- types.c: how types are called in C --- */

/* "uint32_t", "struct nx_text", "enum perf_status"; NULL for what has no value: Void, lists,
 * structs. */
const char *value_type(const struct model *model, struct nx_struct_reader type);

/* The base of the names of a list: "nx_u32_list", "perf_record_list". `owner` is the base of the
 * names for lists of lists, which belong to their field. */
const char *list_type(const struct model *model, struct nx_struct_reader element,
                      const char *owner);

/* "NX_ELEMENT_32" for anything but a struct. */
const char *element_size(struct nx_struct_reader element);

/* A value as the bits that stand for it. */
uint64_t value_bits(struct nx_struct_reader value);
double float_value(struct nx_struct_reader value);

/* The expression that reads a plain value from `bits`, a call that gives what lies on the wire. */
const char *from_wire(const struct model *model, const struct field *field, const char *bits);

/* The expression that makes bits for the wire of the value `v`. */
const char *to_wire(const struct model *model, const struct field *field);

/* "u32", "bool": the end of nx_get_, nx_set_. */
const char *access_suffix(const struct place *place);

/* The offset that nx_get_ and nx_set_ take: bits for bool, bytes for all others. */
uint32_t access_offset(const struct place *place);

/* The default of a plain field, for its comment: "default 16666667"; NULL for zero, false, the
 * first enumerant, and for what is no plain value. */
const char *default_words(const struct model *model, const struct field *field);

/* --- fields.c: accessors --- */
void emit_places(const struct model *model, struct out *out, const struct node *node);
void emit_union(const struct model *model, struct out *out, const struct node *node);
void emit_accessors(const struct model *model, struct out *out, const struct node *node);

/* The types of a list of lists and their functions, which `path` makes; nothing for other lists.
 * `owner` is as in list_type(). */
void emit_lists(const struct model *model, struct out *out, const char *path,
                struct nx_struct_reader element, const char *owner);

/* "NX_ELEMENT_32", for structs too. */
const char *read_size(struct nx_struct_reader element);

/* --- service.c: interfaces --- */
void emit_interface(const struct model *model, struct out *out, const struct node *node);
void emit_dispatch(const struct model *model, struct out *out, const struct node *node);

/* --- constants.c --- */

/* The bytes of a message that is the constant. */
struct nx_data constant_message(const struct model *model, const struct node *node);

/* "PERF_STATUS_OK", or _UNKNOWN for a number that the enum does not have. */
const char *enumerant_constant(const struct model *model, const struct node *node, uint16_t number);
void emit_constant(const struct model *model, struct out *out, const struct node *node);
void emit_constant_bytes(const struct model *model, struct out *out, const struct node *node);

/* --- file.c --- */

/* `name` is the schema's as capnp gives it, "schemas/perf.capnp". False: a name is taken twice. */
bool emit_header(const struct model *model, const struct node *file,
                 struct nx_struct_reader requested, FILE *to);
bool emit_source(const struct model *model, const struct node *file, const char *name, FILE *to);

/* --- layout.c --- */

/* A line for each field of the requested files' structs: "Record.counter bits[64, 128)". */
void print_layout(const struct model *model, FILE *to);

#endif
