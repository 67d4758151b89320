/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of schema.capnp's CodeGeneratorRequest that the generator reads. The offsets are by
 * hand, as the generator cannot make what it is built from.
 */
#ifndef CAPNPC_NEXUS_C_REQUEST_H
#define CAPNPC_NEXUS_C_REQUEST_H

#include "nexus-idl/wire.h"

/* Discriminants; those of Type and Value agree. */
enum node_kind { NODE_FILE, NODE_STRUCT, NODE_ENUM, NODE_INTERFACE, NODE_CONST, NODE_ANNOTATION };

enum field_kind { FIELD_SLOT, FIELD_GROUP };

enum type_kind {
    TYPE_VOID,
    TYPE_BOOL,
    TYPE_INT8,
    TYPE_INT16,
    TYPE_INT32,
    TYPE_INT64,
    TYPE_UINT8,
    TYPE_UINT16,
    TYPE_UINT32,
    TYPE_UINT64,
    TYPE_FLOAT32,
    TYPE_FLOAT64,
    TYPE_TEXT,
    TYPE_DATA,
    TYPE_LIST,
    TYPE_ENUM,
    TYPE_STRUCT,
    TYPE_INTERFACE,
    TYPE_ANY_POINTER,
    TYPE_KINDS
};

/* What AnyPointer stands for. */
enum any_kind { ANY_UNCONSTRAINED, ANY_PARAMETER, ANY_METHOD_PARAMETER };

#define NO_DISCRIMINANT 0xFFFFU

/* --- CodeGeneratorRequest --- */

/* Of structs without size any number can lie in no space, and each would be worked on: no request
 * has such a list. */
static inline struct nx_list_reader request_list(struct nx_struct_reader r, uint32_t index)
{
    struct nx_list_reader list = nx_get_list(r, index, NX_ELEMENT_STRUCT);
    struct nx_struct_reader first = nx_list_get_struct(list, 0);

    if (list.count == 0 || first.data_words + first.pointers > 0)
        return list;
    if (list.message->error == NX_OK)
        list.message->error = NX_TAG;
    return (struct nx_list_reader){NULL, 0, 0, 0, 0};
}

static inline struct nx_list_reader request_nodes(struct nx_struct_reader r)
{
    return request_list(r, 0);
}

static inline struct nx_list_reader request_files(struct nx_struct_reader r)
{
    return request_list(r, 1);
}

static inline struct nx_list_reader request_source_infos(struct nx_struct_reader r)
{
    return request_list(r, 3);
}

/* --- CodeGeneratorRequest.RequestedFile and its Import --- */

static inline uint64_t file_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 0);
}

static inline struct nx_text file_name(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

static inline struct nx_list_reader file_imports(struct nx_struct_reader r)
{
    return request_list(r, 1);
}

static inline uint64_t import_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 0);
}

static inline struct nx_text import_name(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

/* --- Node --- */

static inline uint64_t node_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 0);
}

static inline struct nx_text node_display_name(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

static inline uint32_t node_prefix_length(struct nx_struct_reader r)
{
    return nx_get_u32(r, 8);
}

static inline uint64_t node_scope_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 16);
}

static inline struct nx_list_reader node_nested(struct nx_struct_reader r)
{
    return request_list(r, 1);
}

static inline struct nx_list_reader node_parameters(struct nx_struct_reader r)
{
    return request_list(r, 5);
}

static inline bool node_is_generic(struct nx_struct_reader r)
{
    return nx_get_bool(r, 288);
}

static inline uint16_t node_which(struct nx_struct_reader r)
{
    return nx_get_u16(r, 12);
}

static inline uint16_t struct_data_words(struct nx_struct_reader r)
{
    return nx_get_u16(r, 14);
}

static inline uint16_t struct_pointers(struct nx_struct_reader r)
{
    return nx_get_u16(r, 24);
}

static inline bool struct_is_group(struct nx_struct_reader r)
{
    return nx_get_bool(r, 224);
}

static inline uint16_t struct_union_members(struct nx_struct_reader r)
{
    return nx_get_u16(r, 30);
}

static inline uint32_t struct_union_offset(struct nx_struct_reader r)
{
    return nx_get_u32(r, 32);
}

static inline struct nx_list_reader struct_fields(struct nx_struct_reader r)
{
    return request_list(r, 3);
}

static inline struct nx_list_reader enum_enumerants(struct nx_struct_reader r)
{
    return request_list(r, 3);
}

static inline struct nx_list_reader interface_methods(struct nx_struct_reader r)
{
    return request_list(r, 3);
}

static inline struct nx_list_reader interface_superclasses(struct nx_struct_reader r)
{
    return request_list(r, 4);
}

static inline struct nx_struct_reader const_type(struct nx_struct_reader r)
{
    return nx_get_struct(r, 3);
}

static inline struct nx_struct_reader const_value(struct nx_struct_reader r)
{
    return nx_get_struct(r, 4);
}

/* --- Node.NestedNode --- */

static inline uint64_t nested_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 0);
}

/* --- Node.SourceInfo and its Member --- */

static inline uint64_t source_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 0);
}

static inline struct nx_text source_comment(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

static inline struct nx_list_reader source_members(struct nx_struct_reader r)
{
    return request_list(r, 1);
}

static inline struct nx_text member_comment(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

/* --- Field --- */

static inline struct nx_text field_name(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

static inline uint16_t field_code_order(struct nx_struct_reader r)
{
    return nx_get_u16(r, 0);
}

/* NO_DISCRIMINANT where the field is in no union; that is its default, and XORed. */
static inline uint16_t field_discriminant(struct nx_struct_reader r)
{
    return (uint16_t)~nx_get_u16(r, 2);
}

static inline uint16_t field_which(struct nx_struct_reader r)
{
    return nx_get_u16(r, 8);
}

static inline uint32_t slot_offset(struct nx_struct_reader r)
{
    return nx_get_u32(r, 4);
}

static inline struct nx_struct_reader slot_type(struct nx_struct_reader r)
{
    return nx_get_struct(r, 2);
}

static inline struct nx_struct_reader slot_default(struct nx_struct_reader r)
{
    return nx_get_struct(r, 3);
}

static inline bool slot_has_default(struct nx_struct_reader r)
{
    return nx_get_bool(r, 128);
}

static inline uint64_t group_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 16);
}

/* --- Enumerant --- */

static inline struct nx_text enumerant_name(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

static inline uint16_t enumerant_code_order(struct nx_struct_reader r)
{
    return nx_get_u16(r, 0);
}

/* --- Method --- */

static inline struct nx_text method_name(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

static inline uint16_t method_code_order(struct nx_struct_reader r)
{
    return nx_get_u16(r, 0);
}

static inline struct nx_list_reader method_implicit_parameters(struct nx_struct_reader r)
{
    return request_list(r, 4);
}

static inline uint64_t method_params_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 8);
}

static inline struct nx_struct_reader method_params_brand(struct nx_struct_reader r)
{
    return nx_get_struct(r, 2);
}

static inline uint64_t method_results_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 16);
}

static inline struct nx_struct_reader method_results_brand(struct nx_struct_reader r)
{
    return nx_get_struct(r, 3);
}

/* --- Type --- */

static inline uint16_t type_which(struct nx_struct_reader r)
{
    return nx_get_u16(r, 0);
}

static inline uint64_t type_id(struct nx_struct_reader r)
{
    return nx_get_u64(r, 8);
}

static inline struct nx_struct_reader type_element(struct nx_struct_reader r)
{
    return nx_get_struct(r, 0);
}

static inline struct nx_struct_reader type_brand(struct nx_struct_reader r)
{
    return nx_get_struct(r, 0);
}

static inline uint16_t any_which(struct nx_struct_reader r)
{
    return nx_get_u16(r, 8);
}

/* --- Brand and its Scope --- */

static inline struct nx_list_reader brand_scopes(struct nx_struct_reader r)
{
    return request_list(r, 0);
}

/* --- Value --- */

static inline uint16_t value_which(struct nx_struct_reader r)
{
    return nx_get_u16(r, 0);
}

static inline bool value_bool(struct nx_struct_reader r)
{
    return nx_get_bool(r, 16);
}

static inline uint8_t value_8(struct nx_struct_reader r)
{
    return nx_get_u8(r, 2);
}

static inline uint16_t value_16(struct nx_struct_reader r)
{
    return nx_get_u16(r, 2);
}

static inline uint32_t value_32(struct nx_struct_reader r)
{
    return nx_get_u32(r, 4);
}

static inline uint64_t value_64(struct nx_struct_reader r)
{
    return nx_get_u64(r, 8);
}

static inline struct nx_text value_text(struct nx_struct_reader r)
{
    return nx_get_text(r, 0);
}

static inline struct nx_data value_data(struct nx_struct_reader r)
{
    return nx_get_data(r, 0);
}

static inline struct nx_pointer_reader value_pointer(struct nx_struct_reader r)
{
    return nx_get_pointer(r, 0);
}

#endif
