/* SPDX-License-Identifier: Apache-2.0 */
#include "emit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct plain_type {
    const char *c;       /* NULL: not a plain value */
    const char *list;    /* of such elements */
    const char *element; /* their size */
};

static const struct plain_type PLAIN[TYPE_KINDS] = {
    [TYPE_VOID] = {NULL, "nx_void_list", "NX_ELEMENT_VOID"},
    [TYPE_BOOL] = {"bool", "nx_bool_list", "NX_ELEMENT_BIT"},
    [TYPE_INT8] = {"int8_t", "nx_i8_list", "NX_ELEMENT_8"},
    [TYPE_INT16] = {"int16_t", "nx_i16_list", "NX_ELEMENT_16"},
    [TYPE_INT32] = {"int32_t", "nx_i32_list", "NX_ELEMENT_32"},
    [TYPE_INT64] = {"int64_t", "nx_i64_list", "NX_ELEMENT_64"},
    [TYPE_UINT8] = {"uint8_t", "nx_u8_list", "NX_ELEMENT_8"},
    [TYPE_UINT16] = {"uint16_t", "nx_u16_list", "NX_ELEMENT_16"},
    [TYPE_UINT32] = {"uint32_t", "nx_u32_list", "NX_ELEMENT_32"},
    [TYPE_UINT64] = {"uint64_t", "nx_u64_list", "NX_ELEMENT_64"},
    [TYPE_FLOAT32] = {"float", "nx_f32_list", "NX_ELEMENT_32"},
    [TYPE_FLOAT64] = {"double", "nx_f64_list", "NX_ELEMENT_64"},
    [TYPE_TEXT] = {"struct nx_text", "nx_text_list", "NX_ELEMENT_POINTER"},
    [TYPE_DATA] = {"struct nx_data", "nx_data_list", "NX_ELEMENT_POINTER"},
    [TYPE_LIST] = {NULL, NULL, "NX_ELEMENT_POINTER"},
    [TYPE_ENUM] = {NULL, NULL, "NX_ELEMENT_16"},
};

const char *value_type(const struct model *model, struct nx_struct_reader type)
{
    if (type_which(type) == TYPE_ENUM)
        return arena_printf(model->arena, "enum %s", model_node(model, type_id(type))->lower);
    return PLAIN[type_which(type)].c;
}

const char *list_type(const struct model *model, struct nx_struct_reader element, const char *owner)
{
    switch (type_which(element)) {
    case TYPE_LIST:
        return arena_printf(model->arena, "%s_lists", owner);
    case TYPE_ENUM:
    case TYPE_STRUCT:
        return arena_printf(model->arena, "%s_list", model_node(model, type_id(element))->lower);
    default:
        return PLAIN[type_which(element)].list;
    }
}

const char *element_size(struct nx_struct_reader element)
{
    return PLAIN[type_which(element)].element;
}

uint64_t value_bits(struct nx_struct_reader value)
{
    switch (value_which(value)) {
    case TYPE_BOOL:
        return value_bool(value);
    case TYPE_INT8:
    case TYPE_UINT8:
        return value_8(value);
    case TYPE_INT16:
    case TYPE_UINT16:
    case TYPE_ENUM:
        return value_16(value);
    case TYPE_INT32:
    case TYPE_UINT32:
    case TYPE_FLOAT32:
        return value_32(value);
    case TYPE_INT64:
    case TYPE_UINT64:
    case TYPE_FLOAT64:
        return value_64(value);
    default:
        return 0;
    }
}

double float_value(struct nx_struct_reader value)
{
    uint32_t bits32 = value_32(value);
    uint64_t bits64 = value_64(value);
    float single;
    double wide;

    if (value_which(value) == TYPE_FLOAT32) {
        memcpy(&single, &bits32, sizeof(single));
        return (double)single;
    }
    memcpy(&wide, &bits64, sizeof(wide));
    return wide;
}

const char *access_suffix(const struct place *place)
{
    switch (place->bits) {
    case 1:
        return "bool";
    case 8:
        return "u8";
    case 16:
        return "u16";
    case 32:
        return "u32";
    default:
        return "u64";
    }
}

uint32_t access_offset(const struct place *place)
{
    return place->bits == 1 ? place->at : place->at / 8;
}

/* --- values on the wire are XORed with their default --- */

/* As few digits as give the same number back. */
static const char *float_words(struct arena *arena, struct nx_struct_reader value)
{
    bool single = value_which(value) == TYPE_FLOAT32;
    double number = float_value(value);
    const char *words = "nan";

    for (int digits = 1; digits <= 17; digits++) {
        double same;

        words = arena_printf(arena, "%.*g", digits, number);
        same = strtod(words, NULL);
        if (isnan(number))
            return "nan";
        if (single ? (float)same == (float)number : same == number)
            break;
    }
    return words;
}

const char *default_words(const struct model *model, const struct field *field)
{
    struct arena *arena = model->arena;
    uint64_t bits = field->group || field->place.bits == 0 ? 0 : value_bits(slot_default(field->r));

    if (bits == 0)
        return NULL;
    switch (field->kind) {
    case TYPE_BOOL:
        return "default true";
    case TYPE_INT8:
        return arena_printf(arena, "default %d", (int8_t)bits);
    case TYPE_INT16:
        return arena_printf(arena, "default %d", (int16_t)bits);
    case TYPE_INT32:
        return arena_printf(arena, "default %" PRId32, (int32_t)bits);
    case TYPE_INT64:
        return arena_printf(arena, "default %" PRId64, (int64_t)bits);
    case TYPE_FLOAT32:
    case TYPE_FLOAT64:
        return arena_printf(arena, "default %s", float_words(arena, slot_default(field->r)));
    case TYPE_ENUM:
        return arena_printf(
            arena, "default %s",
            enumerant_constant(model, model_node(model, type_id(field->type)), (uint16_t)bits));
    default:
        return arena_printf(arena, "default %" PRIu64, bits);
    }
}

static bool is_float(enum type_kind kind)
{
    return kind == TYPE_FLOAT32 || kind == TYPE_FLOAT64;
}

static const char *xored(const struct model *model, const struct field *field, const char *bits)
{
    uint64_t mask = value_bits(slot_default(field->r));

    if (mask == 0)
        return bits;
    switch (field->place.bits) {
    case 1:
        return arena_printf(model->arena, "!%s", bits);
    case 8:
    case 16: /* promoted to int */
        return arena_printf(model->arena, "(uint%" PRIu32 "_t)(%s ^ %" PRIu64 "U)",
                            field->place.bits, bits, mask);
    default:
        return arena_printf(model->arena,
                            is_float(field->kind) ? "%s ^ UINT%" PRIu32 "_C(0x%" PRIx64 ")"
                                                  : "%s ^ UINT%" PRIu32 "_C(%" PRIu64 ")",
                            bits, field->place.bits, mask);
    }
}

static bool is_signed(enum type_kind kind)
{
    return kind >= TYPE_INT8 && kind <= TYPE_INT64;
}

const char *from_wire(const struct model *model, const struct field *field, const char *bits)
{
    const char *plain = xored(model, field, bits);

    if (field->kind == TYPE_ENUM)
        return arena_printf(model->arena, "%s_of(%s)",
                            model_node(model, type_id(field->type))->lower, plain);
    if (field->kind == TYPE_FLOAT32)
        return arena_printf(model->arena, "nx_float_of(%s)", plain);
    if (field->kind == TYPE_FLOAT64)
        return arena_printf(model->arena, "nx_double_of(%s)", plain);
    if (is_signed(field->kind))
        return arena_printf(model->arena,
                            plain == bits || field->place.bits < 32 ? "(%s)%s" : "(%s)(%s)",
                            PLAIN[field->kind].c, plain);
    return plain;
}

const char *to_wire(const struct model *model, const struct field *field)
{
    if (field->kind == TYPE_FLOAT32)
        return xored(model, field, "nx_float_bits(v)");
    if (field->kind == TYPE_FLOAT64)
        return xored(model, field, "nx_double_bits(v)");
    if (field->kind == TYPE_ENUM || is_signed(field->kind))
        return xored(model, field,
                     arena_printf(model->arena, "(uint%" PRIu32 "_t)v", field->place.bits));
    return xored(model, field, "v");
}
