/* SPDX-License-Identifier: Apache-2.0 */
/* Constants: a macro each, but for Data, structs and lists, whose bytes lie in the source file. */
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

/* The bytes that stand in the source file: of a Data, and of a message. False for all others. */
static bool constant_bytes(const struct model *model, const struct node *node, struct nx_data *data)
{
    switch (type_which(const_type(node->r))) {
    case TYPE_DATA:
        *data = value_data(const_value(node->r));
        return true;
    case TYPE_STRUCT:
    case TYPE_LIST:
        *data = constant_message(model, node);
        return true;
    default:
        return false;
    }
}

static const char *array_name(const struct model *model, const struct node *node)
{
    return type_which(const_type(node->r)) == TYPE_DATA
               ? node->lower
               : arena_printf(model->arena, "%s_message", node->lower);
}

/* An array cannot be empty; the length says that it is. */
static uint32_t array_length(struct nx_data data)
{
    return data.length > 0 ? data.length : 1;
}

/* A struct or a list: a function that opens its message. */
static void emit_opener(const struct model *model, struct out *out, const struct node *node)
{
    struct nx_struct_reader type = const_type(node->r);
    const char *bytes = array_name(model, node);
    bool list = type_which(type) == TYPE_LIST;
    const char *reader = list ? list_type(model, type_element(type), node->lower)
                              : model_node(model, type_id(type))->lower;

    if (list)
        emit_lists(model, out, node->path, type_element(type), node->lower);
    out_comment_with(out, source_comment(node->source), "m is the reader's, while it reads");
    out_inline(out, node->path, arena_printf(model->arena, "struct %s_reader", reader), node->lower,
               "struct nx_message *m");
    out_printf(out, "    struct %s_reader value;\n\n", reader);
    out_prototype(out, "   ", "nx_message_open_limits",
                  arena_printf(model->arena, "m, %s, sizeof(%s), 1, NX_BUDGET_NONE", bytes, bytes),
                  ";\n");
    if (list)
        out_printf(out, "    value.l = nx_pointer_list(nx_message_pointer(m), %s);\n",
                   read_size(type_element(type)));
    else
        out_printf(out, "    value.s = nx_message_root(m);\n");
    out_printf(out, "    return value;\n}\n\n");
}

void emit_constant(const struct model *model, struct out *out, const struct node *node)
{
    const char *name = node->upper;
    const char *value = literal(model, node);
    struct nx_data data;

    if (constant_bytes(model, node, &data)) {
        const char *array = array_name(model, node);

        out_declare(out, array, node->path);
        if (type_which(const_type(node->r)) == TYPE_DATA)
            out_comment(out, "", source_comment(node->source));
        out_printf(out, "extern const uint8_t %s[%" PRIu32 "];\n", array, array_length(data));
        if (type_which(const_type(node->r)) != TYPE_DATA) {
            out_printf(out, "\n");
            emit_opener(model, out, node);
            return;
        }
        name = arena_printf(model->arena, "%s_LENGTH", node->upper);
        value = arena_printf(model->arena, "UINT32_C(%" PRIu32 ")", data.length);
    } else {
        out_comment(out, "", source_comment(node->source));
    }
    if (!value) /* Void */
        return;
    out_declare(out, name, node->path);
    out_printf(out, "#define %s %s\n\n", name, value);
}

void emit_constant_bytes(const struct model *model, struct out *out, const struct node *node)
{
    struct nx_data data;

    if (!constant_bytes(model, node, &data))
        return;
    out_printf(out, "\nconst uint8_t %s[%" PRIu32 "] = {", array_name(model, node),
               array_length(data));
    for (uint32_t i = 0; i < array_length(data); i++)
        out_printf(out, "%s0x%02x,", i % 12 == 0 ? "\n    " : " ",
                   i < data.length ? data.bytes[i] : 0U);
    out_printf(out, "\n};\n");
}
