/* SPDX-License-Identifier: Apache-2.0 */
/* Constants: a macro each, but for Data, whose bytes lie in the source file. */
#include "emit.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Enough digits to give the same bits back. */
static const char *float_literal(struct arena *arena, struct nx_struct_reader value)
{
    bool single = value_which(value) == TYPE_FLOAT32;
    double number = float_value(value);
    const char *sign = signbit(number) ? "-" : "";
    char *digits;

    if (isnan(number))
        return single ? "__builtin_nanf(\"\")" : "__builtin_nan(\"\")";
    if (isinf(number))
        return arena_printf(arena, "(%s%s())", sign, single ? "__builtin_inff" : "__builtin_inf");
    digits = arena_printf(arena, "%.*g", single ? 9 : 17, number);
    return arena_printf(arena, "(%s%s%s)", digits, strpbrk(digits, ".e") ? "" : ".0",
                        single ? "F" : "");
}

/* The smallest number of a type is no literal: it is one less than the next. */
static const char *signed_literal(struct arena *arena, int64_t number, unsigned bits)
{
    if (number == INT64_MIN)
        return arena_printf(arena, "(-INT64_C(%" PRId64 ") - 1)", INT64_MAX);
    if (number < 0)
        return arena_printf(arena, "(-INT%u_C(%" PRId64 "))", bits, -number);
    return arena_printf(arena, "INT%u_C(%" PRId64 ")", bits, number);
}

/* `digits` many octal digits end an escape, whatever follows. */
static const char *text_literal(struct arena *arena, struct nx_text text)
{
    char *literal = arena_take(arena, 4 * (size_t)text.length + 3);
    char *to = literal;

    *to++ = '"';
    for (uint32_t i = 0; i < text.length; i++) {
        unsigned char here = (unsigned char)text.bytes[i];

        if (here == '"' || here == '\\')
            *to++ = '\\';
        if (isprint(here) && here < 0x80 && here != '?')
            *to++ = (char)here;
        else
            to += sprintf(to, "\\%03o", here);
    }
    *to = '"';
    return literal;
}

const char *enumerant_constant(const struct model *model, const struct node *node, uint16_t number)
{
    struct nx_list_reader members = enum_enumerants(node->r);
    const char *name;

    if (number >= members.count)
        return arena_printf(model->arena, "%s_UNKNOWN", node->upper);
    name = arena_text(model->arena, enumerant_name(nx_list_get_struct(members, number)));
    name = upper_case(model->arena, snake_case(model->arena, name));
    return arena_printf(model->arena, "%s_%s%s", node->upper, name,
                        strcmp(name, "UNKNOWN") == 0 ? "_" : "");
}

static const char *literal(const struct model *model, const struct node *node)
{
    struct nx_struct_reader value = const_value(node->r);
    struct nx_struct_reader type = const_type(node->r);
    struct arena *arena = model->arena;
    uint64_t bits = value_bits(value);

    switch (type_which(type)) {
    case TYPE_BOOL:
        return bits ? "true" : "false";
    case TYPE_INT8:
        return signed_literal(arena, (int8_t)bits, 8);
    case TYPE_INT16:
        return signed_literal(arena, (int16_t)bits, 16);
    case TYPE_INT32:
        return signed_literal(arena, (int32_t)bits, 32);
    case TYPE_INT64:
        return signed_literal(arena, (int64_t)bits, 64);
    case TYPE_UINT8:
        return arena_printf(arena, "UINT8_C(%" PRIu64 ")", bits);
    case TYPE_UINT16:
        return arena_printf(arena, "UINT16_C(%" PRIu64 ")", bits);
    case TYPE_UINT32:
        return arena_printf(arena, "UINT32_C(%" PRIu64 ")", bits);
    case TYPE_UINT64:
        return arena_printf(arena, "UINT64_C(%" PRIu64 ")", bits);
    case TYPE_FLOAT32:
    case TYPE_FLOAT64:
        return float_literal(arena, value);
    case TYPE_TEXT:
        return text_literal(arena, value_text(value));
    case TYPE_ENUM:
        return enumerant_constant(model, model_node(model, type_id(type)), (uint16_t)bits);
    default:
        return NULL;
    }
}

/* An array cannot be empty; the size says that it is. */
static uint32_t array_length(const struct node *node)
{
    uint32_t length = value_data(const_value(node->r)).length;

    return length > 0 ? length : 1;
}

void emit_constant(const struct model *model, struct out *out, const struct node *node)
{
    const char *name = node->upper;
    const char *value = literal(model, node);

    out_comment(out, "", source_comment(node->source));
    if (type_which(const_type(node->r)) == TYPE_DATA) {
        name = arena_printf(model->arena, "%s_LENGTH", node->upper);
        value = arena_printf(model->arena, "UINT32_C(%" PRIu32 ")",
                             value_data(const_value(node->r)).length);
        out_declare(out, node->lower, node->path);
        out_printf(out, "extern const uint8_t %s[%" PRIu32 "];\n", node->lower, array_length(node));
    }
    if (!value) /* Void */
        return;
    out_declare(out, name, node->path);
    out_printf(out, "#define %s %s\n\n", name, value);
}

void emit_constant_bytes(const struct model *model, struct out *out, const struct node *node)
{
    struct nx_data data = value_data(const_value(node->r));

    (void)model;
    if (type_which(const_type(node->r)) != TYPE_DATA)
        return;
    out_printf(out, "\nconst uint8_t %s[%" PRIu32 "] = {", node->lower, array_length(node));
    for (uint32_t i = 0; i < array_length(node); i++)
        out_printf(out, "%s0x%02x,", i % 12 == 0 ? "\n    " : " ",
                   i < data.length ? data.bytes[i] : 0U);
    out_printf(out, "\n};\n");
}
