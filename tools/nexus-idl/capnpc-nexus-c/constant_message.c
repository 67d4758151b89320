/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A constant that is a struct or a list, as a message of its own. capnp lays it out among others,
 * so it is copied, by its type. What is copied takes room, of which there is no more than the
 * request has: however a request points at itself, that ends it.
 */
#include "emit.h"

/* Groups in groups; more go round in circles, in what was imported and not checked. */
#define NESTING_MAX 64

static void copy_pointer(const struct model *model, struct nx_struct_reader type,
                         struct nx_pointer_reader from, struct nx_pointer_builder to);

/* The pointers of a struct or group; of a union, that of the member that is set. */
static void copy_pointers(const struct model *model, const struct node *node,
                          struct nx_struct_reader from, struct nx_struct_builder to, int depth)
{
    uint16_t tag = nx_get_u16(from, struct_union_offset(node->r) * 2);
    uint32_t count;
    struct field *fields = model_fields(model, node, &count);

    if (depth > NESTING_MAX)
        to.builder->error = NX_DEPTH;
    for (uint32_t i = 0; i < count && to.builder->error == NX_OK; i++) {
        uint32_t at = fields[i].place.at;

        if (fields[i].discriminant != NO_DISCRIMINANT && fields[i].discriminant != tag)
            continue;
        if (fields[i].group)
            copy_pointers(model, fields[i].group, from, to, depth + 1);
        else if (fields[i].place.is_pointer)
            copy_pointer(model, fields[i].type, nx_get_pointer(from, at), nx_edit_pointer(to, at));
    }
}

static void copy_struct(const struct model *model, const struct node *node,
                        struct nx_struct_reader from, struct nx_struct_builder to)
{
    for (uint32_t i = 0; i < to.data_words; i++)
        nx_set_u64(to, i * 8, nx_get_u64(from, i * 8));
    copy_pointers(model, node, from, to, 0);
}

static void copy_structs(const struct model *model, const struct node *node,
                         struct nx_pointer_reader from, struct nx_pointer_builder to)
{
    struct nx_list_reader list = nx_pointer_list(from, NX_ELEMENT_STRUCT);
    struct nx_list_builder copy;
    bool empty = struct_data_words(node->r) + struct_pointers(node->r) == 0;

    copy =
        nx_make_struct_list(to, list.count, struct_data_words(node->r), struct_pointers(node->r));
    if (!copy.builder || empty)
        return;
    for (uint32_t i = 0; i < list.count; i++)
        copy_struct(model, node, nx_list_get_struct(list, i), nx_list_edit_struct(copy, i));
}

static enum nx_element element_of(struct nx_struct_reader type)
{
    switch (type_which(type)) {
    case TYPE_VOID:
        return NX_ELEMENT_VOID;
    case TYPE_BOOL:
        return NX_ELEMENT_BIT;
    case TYPE_INT8:
    case TYPE_UINT8:
        return NX_ELEMENT_8;
    case TYPE_INT16:
    case TYPE_UINT16:
    case TYPE_ENUM:
        return NX_ELEMENT_16;
    case TYPE_INT32:
    case TYPE_UINT32:
    case TYPE_FLOAT32:
        return NX_ELEMENT_32;
    case TYPE_INT64:
    case TYPE_UINT64:
    case TYPE_FLOAT64:
        return NX_ELEMENT_64;
    default:
        return NX_ELEMENT_POINTER;
    }
}

static void copy_element(const struct model *model, struct nx_struct_reader type,
                         struct nx_list_reader from, struct nx_list_builder to, uint32_t i)
{
    switch (from.element) {
    case NX_ELEMENT_BIT:
        nx_list_set_bool(to, i, nx_list_get_bool(from, i));
        break;
    case NX_ELEMENT_8:
        nx_list_set_u8(to, i, nx_list_get_u8(from, i));
        break;
    case NX_ELEMENT_16:
        nx_list_set_u16(to, i, nx_list_get_u16(from, i));
        break;
    case NX_ELEMENT_32:
        nx_list_set_u32(to, i, nx_list_get_u32(from, i));
        break;
    case NX_ELEMENT_64:
        nx_list_set_u64(to, i, nx_list_get_u64(from, i));
        break;
    default:
        copy_pointer(model, type, nx_list_get_pointer(from, i), nx_list_edit_pointer(to, i));
        break;
    }
}

static void copy_list(const struct model *model, struct nx_struct_reader type,
                      struct nx_pointer_reader from, struct nx_pointer_builder to)
{
    enum nx_element element = element_of(type);
    const struct node *node = model_node(model, type_id(type));
    struct nx_list_reader list;
    struct nx_list_builder copy;

    if (type_which(type) == TYPE_STRUCT) {
        if (node)
            copy_structs(model, node, from, to);
        return;
    }
    list = nx_pointer_list(from, element);
    copy = nx_make_list(to, element, list.count);
    if (!copy.builder || element == NX_ELEMENT_VOID)
        return;
    for (uint32_t i = 0; i < list.count; i++)
        copy_element(model, type, list, copy, i);
}

static void copy_pointer(const struct model *model, struct nx_struct_reader type,
                         struct nx_pointer_reader from, struct nx_pointer_builder to)
{
    const struct node *node;
    struct nx_struct_builder copy;

    if (nx_pointer_is_null(from))
        return;
    switch (type_which(type)) {
    case TYPE_TEXT:
        nx_make_text(to, nx_pointer_text(from));
        break;
    case TYPE_DATA:
        nx_make_data(to, nx_pointer_data(from));
        break;
    case TYPE_LIST:
        copy_list(model, type_element(type), from, to);
        break;
    case TYPE_STRUCT:
        node = model_node(model, type_id(type));
        if (!node)
            break;
        copy = nx_make_struct(to, struct_data_words(node->r), struct_pointers(node->r));
        if (copy.builder)
            copy_struct(model, node, nx_pointer_struct(from), copy);
        break;
    default: /* there is no accessor that would read it */
        break;
    }
}

struct nx_data constant_message(const struct model *model, const struct node *node)
{
    const struct nx_message *request = model->request.message;
    size_t room = 8 * ((size_t)request->words + 2);
    uint8_t *bytes = arena_take(model->arena, room);
    struct nx_builder builder;

    nx_builder_init(&builder, bytes, room);
    copy_pointer(model, const_type(node->r), value_pointer(const_value(node->r)),
                 nx_builder_pointer(&builder));
    return (struct nx_data){bytes, (uint32_t)nx_builder_finish(&builder)};
}
