/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include "emit.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* No schema nests like this; a request that goes round in circles does. */
#define NESTING_MAX 64

#define STREAM_RESULT_ID UINT64_C(0x995f9a3377c0b16e)

/* What is being looked at, for the message. */
struct place_in_schema {
    const struct model *model;
    const struct node *file;
    const char *path;
};

static bool refuse(const struct place_in_schema *here, const char *reason)
{
    fprintf(stderr, "capnpc-nexus-c: %s: %s: %s\n", here->file->path, here->path, reason);
    return false;
}

/* --- types --- */

static bool imports(const struct model *model, const struct node *file, const struct node *other)
{
    struct nx_list_reader files = request_files(model->request);

    for (uint32_t i = 0; i < files.count; i++) {
        struct nx_struct_reader requested = nx_list_get_struct(files, i);
        struct nx_list_reader list = file_imports(requested);

        if (file_id(requested) != file->id)
            continue;
        for (uint32_t j = 0; j < list.count; j++) {
            if (import_id(nx_list_get_struct(list, j)) == other->id)
                return true;
        }
    }
    return false;
}

static bool check_named(const struct place_in_schema *here, uint64_t id, enum node_kind kind,
                        struct nx_struct_reader brand)
{
    const struct node *node = model_node(here->model, id);

    if (!node || node_which(node->r) != kind)
        return refuse(here, "its type is not in the request");
    if (brand_scopes(brand).count > 0 || node_is_generic(node->r))
        return refuse(here, "generics are not supported");
    if (node->file != here->file && !imports(here->model, here->file, node->file))
        return refuse(here, "its type comes from a file that this one does not import itself");
    return true;
}

static bool check_type(const struct place_in_schema *here, struct nx_struct_reader type)
{
    switch (type_which(type)) {
    case TYPE_LIST:
        return check_type(here, type_element(type));
    case TYPE_ENUM:
        return check_named(here, type_id(type), NODE_ENUM, type_brand(type));
    case TYPE_STRUCT:
        return check_named(here, type_id(type), NODE_STRUCT, type_brand(type));
    case TYPE_INTERFACE:
        return refuse(here, "interfaces as types are not supported");
    case TYPE_ANY_POINTER:
        return refuse(here, any_which(type) == ANY_UNCONSTRAINED ? "AnyPointer is not supported"
                                                                 : "generics are not supported");
    default:
        return type_which(type) < TYPE_KINDS || refuse(here, "unknown type");
    }
}

/* --- defaults --- */

/* A struct that differs in nothing from what a null pointer reads as. */
static bool is_empty_struct(struct nx_struct_reader value)
{
    for (uint32_t i = 0; i < value.data_words; i++) {
        if (nx_get_u64(value, i * 8) != 0)
            return false;
    }
    for (uint32_t i = 0; i < value.pointers; i++) {
        if (nx_has_pointer(value, i))
            return false;
    }
    return true;
}

static bool is_empty_default(struct nx_struct_reader value)
{
    switch (value_which(value)) {
    case TYPE_TEXT:
        return value_text(value).length == 0;
    case TYPE_DATA:
        return value_data(value).length == 0;
    case TYPE_LIST:
        return nx_pointer_list_count(value_pointer(value)) == 0;
    case TYPE_STRUCT:
        return is_empty_struct(nx_pointer_struct(value_pointer(value)));
    default:
        return true;
    }
}

/* --- nodes --- */

/* What is too deep goes round in circles: *stop says to look no further. */
static bool check_struct(const struct model *model, const struct node *node, int depth, bool *stop)
{
    uint32_t count;
    struct field *fields = model_fields(model, node, &count);
    bool good = true;

    *stop = *stop || depth > NESTING_MAX;
    if (*stop)
        return refuse(&(struct place_in_schema){model, node->file, node->path}, "nested too deep");
    for (uint32_t i = 0; i < count && !*stop; i++) {
        struct place_in_schema here = {model, node->file, fields[i].path};

        if (field_which(fields[i].r) == FIELD_GROUP) {
            if (fields[i].group && node_which(fields[i].group->r) == NODE_STRUCT)
                good = check_struct(model, fields[i].group, depth + 1, stop) && good;
            else
                good = refuse(&here, "the group is not in the request");
            continue;
        }
        good = check_type(&here, fields[i].type) && good;
        if (slot_has_default(fields[i].r) && !is_empty_default(slot_default(fields[i].r)))
            good = refuse(&here, "defaults of pointer fields are not supported");
    }
    return good;
}

static bool check_constant(const struct model *model, const struct node *node)
{
    struct place_in_schema here = {model, node->file, node->path};

    return check_type(&here, const_type(node->r));
}

static bool check_interface(const struct model *model, const struct node *node, bool *stop)
{
    struct nx_list_reader methods = interface_methods(node->r);
    struct place_in_schema here = {model, node->file, node->path};
    bool good = true;

    if (interface_superclasses(node->r).count > 0)
        good = refuse(&here, "superclasses are not supported");
    for (uint32_t i = 0; i < methods.count; i++) {
        struct nx_struct_reader method = nx_list_get_struct(methods, i);
        const char *name = arena_text(model->arena, method_name(method));
        uint64_t ids[] = {method_params_id(method), method_results_id(method)};

        here.path = arena_printf(model->arena, "%s.%s", node->path, name);
        if (method_implicit_parameters(method).count > 0) {
            good = refuse(&here, "generics are not supported");
            continue;
        }
        if (ids[1] == STREAM_RESULT_ID) {
            good = refuse(&here, "streaming is not supported");
            continue;
        }
        good = check_named(&here, ids[0], NODE_STRUCT, method_params_brand(method)) && good;
        good = check_named(&here, ids[1], NODE_STRUCT, method_results_brand(method)) && good;
        for (int j = 0; j < 2; j++) {
            const struct node *implied = model_node(model, ids[j]);

            if (implied && node_scope_id(implied->r) == 0 && node_which(implied->r) == NODE_STRUCT)
                good = check_struct(model, implied, 0, stop) && good;
        }
    }
    return good;
}

static bool check_node(const struct model *model, const struct node *node, int depth, bool *stop)
{
    struct nx_list_reader nested = node_nested(node->r);
    struct place_in_schema here = {model, node->file, node->path};
    bool good = true;

    *stop = *stop || depth > NESTING_MAX;
    if (*stop)
        return refuse(&here, "nested too deep");
    if (node_is_generic(node->r) || node_parameters(node->r).count > 0)
        return refuse(&here, "generics are not supported");
    switch (node_which(node->r)) {
    case NODE_STRUCT:
        good = check_struct(model, node, 0, stop);
        break;
    case NODE_INTERFACE:
        good = check_interface(model, node, stop);
        break;
    case NODE_CONST:
        good = check_constant(model, node);
        break;
    default:
        break;
    }
    for (uint32_t i = 0; i < nested.count && !*stop; i++) {
        const struct node *child = model_node(model, nested_id(nx_list_get_struct(nested, i)));

        if (child)
            good = check_node(model, child, depth + 1, stop) && good;
        else
            good = refuse(&here, "a nested type is not in the request");
    }
    return good;
}

/* --- names --- */

/* The file's name starts all others. The runtime's own start with nx_. */
static bool check_prefix(const struct node *file)
{
    const char *reason = NULL;

    if (!isalpha((unsigned char)file->lower[0]))
        reason = "a file's name starts with a letter";
    else if (strcmp(file->lower, "nx") == 0 || strncmp(file->lower, "nx_", 3) == 0)
        reason = "names that start with nx are the runtime's";
    if (reason)
        fprintf(stderr, "capnpc-nexus-c: %s: %s\n", file->path, reason);
    return !reason;
}

/* Whether a type's name is also that of another file's type, of those files that are `included`: by
 * the number of their nodes. What is made of one file is checked as it is made. */
static bool check_shared_name(const struct model *model, const bool *included,
                              const struct node *node)
{
    for (size_t i = 0; i < model->node_count; i++) {
        const struct node *other = &model->nodes[i];

        if (other->file <= node->file || !included[other->file - model->nodes] ||
            node_which(other->r) == NODE_FILE || node_which(other->r) == NODE_ANNOTATION ||
            strcmp(other->lower, node->lower) != 0)
            continue;
        fprintf(stderr, "capnpc-nexus-c: %s: %s: its name in C, %s, is taken by %s: %s\n",
                other->file->path, other->path, other->lower, node->file->path, node->path);
        return false;
    }
    return true;
}

/* Of the file and those whose headers its own includes. */
static bool check_shared_names(const struct model *model, const struct node *file)
{
    bool *included = arena_take(model->arena, model->node_count * sizeof(*included));
    bool good = true;

    for (size_t i = 0; i < model->node_count; i++) {
        const struct node *other = &model->nodes[i];

        included[i] =
            other == file || (node_which(other->r) == NODE_FILE && imports(model, file, other) &&
                              uses_file(model, file, other->id));
    }
    for (size_t i = 0; i < model->node_count; i++) {
        const struct node *node = &model->nodes[i];

        if (included[node->file - model->nodes] && node_which(node->r) != NODE_FILE &&
            node_which(node->r) != NODE_ANNOTATION)
            good = check_shared_name(model, included, node) && good;
    }
    return good;
}

bool check_file(const struct model *model, const struct node *file)
{
    bool stop = false;

    return check_prefix(file) && check_node(model, file, 0, &stop) &&
           check_shared_names(model, file);
}
