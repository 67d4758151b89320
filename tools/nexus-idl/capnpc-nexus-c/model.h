/* SPDX-License-Identifier: Apache-2.0 */
/* The request as the emitters see it: nodes by id, with their names in C, and fields with their
 * place. */
#ifndef CAPNPC_NEXUS_C_MODEL_H
#define CAPNPC_NEXUS_C_MODEL_H

#include "arena.h"
#include "request.h"

struct node {
    uint64_t id;
    struct nx_struct_reader r;
    struct nx_struct_reader source; /* Node.SourceInfo; the empty struct where there is none */
    const struct node *file;        /* itself, for a file */
    const struct node *parent; /* what it lies in; NULL for a file, and for what lies nowhere */
    const char *path;          /* in the schema: "Record.flow"; the file's name, for a file */
    const char *lower;         /* in C: "perf_record_flow"; the prefix of all names, for a file */
    const char *upper;         /* "PERF_RECORD_FLOW" */
};

struct model {
    struct arena *arena;
    struct nx_struct_reader request;
    struct node *nodes; /* by ascending id */
    size_t node_count;
};

/* A slot's bits in the data section, or its pointer. */
struct place {
    bool is_pointer;
    uint32_t at;   /* the first bit, or the index of the pointer */
    uint32_t bits; /* 0 for Void and for pointers */
};

struct field {
    struct nx_struct_reader r;
    struct nx_struct_reader type; /* of a slot */
    enum type_kind kind;          /* of a slot */
    struct place place;           /* of a slot */
    const struct node *group;     /* NULL for a slot */
    const char *path;             /* "Record.counter" */
    const char *name;             /* "budget_ns" */
    const char *upper;            /* "BUDGET_NS" */
    struct nx_text comment;
    uint16_t discriminant; /* NO_DISCRIMINANT in no union */
};

/* False where the request lacks the file of a node; the reason has been printed. */
bool model_open(struct model *model, struct arena *arena, struct nx_struct_reader request);

/* NULL for an id that the request does not have. */
const struct node *model_node(const struct model *model, uint64_t id);
struct node *model_own_node(const struct model *model, uint64_t id);

/* Sets the parents; false, and why is printed, where a node lies in two places or in itself. */
bool model_is_trees(const struct model *model);

/* The fields of a struct or group in the order of the schema's text. */
struct field *model_fields(const struct model *model, const struct node *node, uint32_t *count);

/* The comment of an enumerant, field or method by its position in its list. */
struct nx_text model_member_comment(const struct node *node, uint32_t index);

/* The indices of a list of enumerants or methods in the order of the schema's text. */
uint32_t *model_code_order(const struct model *model, struct nx_list_reader members,
                           uint16_t (*code_order)(struct nx_struct_reader));

/* "budgetNs" -> "budget_ns"; what C takes in no name becomes '_'. */
char *snake_case(struct arena *arena, const char *name);
char *upper_case(struct arena *arena, const char *name);

#endif
