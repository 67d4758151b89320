/* SPDX-License-Identifier: Apache-2.0 */
/* Accessors of a struct or group: get_, has_, set_, init_ for each field, its place for what has
 * whole bytes, and which() for a union. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

/* A struct, and the field at hand. */
struct subject {
    const struct model *model;
    struct out *out;
    const struct node *node;
    const struct field *field;
};

static const char *word(const struct subject *s, const char *format, const char *name)
{
    return arena_printf(s->model->arena, format, name);
}

/* "perf_record_get_counter" */
static const char *accessor(const struct subject *s, const char *verb)
{
    return arena_printf(s->model->arena, "%s_%s_%s", s->node->lower, verb, s->field->name);
}

static void open_get(const struct subject *s, const char *type, const char *verb)
{
    out_inline(s->out, s->field->path, type, accessor(s, verb),
               word(s, "struct %s_reader r", s->node->lower));
}

/* `more` is what follows the builder: ", uint32_t count". */
static void open_set(const struct subject *s, const char *type, const char *verb, const char *more)
{
    out_inline(s->out, s->field->path, type, accessor(s, verb),
               arena_printf(s->model->arena, "struct %s_builder b%s", s->node->lower, more));
}

static void close_function(const struct subject *s)
{
    out_printf(s->out, "}\n\n");
}

/* --- unions --- */

/* The names that the generator itself makes of a type's upper-case name. */
static bool is_own_suffix(const char *upper)
{
    return strcmp(upper, "UNKNOWN") == 0 || strcmp(upper, "DATA_WORDS") == 0 ||
           strcmp(upper, "POINTERS") == 0;
}

static const char *member_name(const struct model *model, const struct node *node,
                               const struct field *field)
{
    return arena_printf(model->arena, "%s_%s%s", node->upper, field->upper,
                        is_own_suffix(field->upper) ? "_" : "");
}

void emit_union(const struct model *model, struct out *out, const struct node *node)
{
    uint32_t members = struct_union_members(node->r);
    const char *which = arena_printf(model->arena, "%s_which", node->lower);
    const char *unknown = arena_printf(model->arena, "%s_UNKNOWN", node->upper);
    struct nx_text no_comment = {"", 0};
    uint32_t count;
    struct field *fields = model_fields(model, node, &count);

    if (members == 0)
        return;
    out_printf(out, "enum %s {\n", which);
    for (uint32_t value = 0; value < members; value++) {
        for (uint32_t i = 0; i < count; i++) {
            const char *name = member_name(model, node, &fields[i]);

            if (fields[i].discriminant != value)
                continue;
            out_declare(out, name, fields[i].path);
            out_enumerator(out, name, value, no_comment);
        }
    }
    out_declare(out, unknown, node->path);
    out_printf(out, "    %s = 65535 /* a member of a later schema */\n};\n\n", unknown);
    out_inline(out, node->path, arena_printf(model->arena, "enum %s", which), which,
               arena_printf(model->arena, "struct %s_reader r", node->lower));
    out_printf(out, "    uint16_t tag = nx_get_u16(r.s, %" PRIu32 ");\n\n",
               struct_union_offset(node->r) * 2);
    out_printf(out, "    return tag < %" PRIu32 " ? (enum %s)tag : %s;\n}\n\n", members, which,
               unknown);
}

/* What every setter of a union's member begins with. */
static void set_tag(const struct subject *s)
{
    if (s->field->discriminant != NO_DISCRIMINANT)
        out_printf(s->out, "    nx_set_u16(b.s, %" PRIu32 ", %s);\n",
                   struct_union_offset(s->node->r) * 2, member_name(s->model, s->node, s->field));
}

/* --- plain values --- */

/* For who moves a run of them. */
void emit_places(const struct model *model, struct out *out, const struct node *node)
{
    uint32_t count;
    struct field *fields = model_fields(model, node, &count);
    bool begun = false;

    for (uint32_t i = 0; i < count; i++) {
        const char *kind = fields[i].place.bits < 8 ? "BIT" : "AT";
        const char *name =
            arena_printf(model->arena, "%s_%s_%s", node->upper, kind, fields[i].upper);

        if (fields[i].group || fields[i].place.bits == 0)
            continue;
        if (!begun)
            out_printf(out, "/* Where plain fields lie in the data section: AT is a byte, BIT a "
                            "bit. */\n");
        begun = true;
        out_declare(out, name, fields[i].path);
        out_printf(out, "#define %s %" PRIu32 "\n", name, access_offset(&fields[i].place));
    }
    if (begun)
        out_printf(out, "\n");
}

static void emit_plain(const struct subject *s)
{
    const struct place *place = &s->field->place;
    const char *type = value_type(s->model, s->field->type);
    const char *suffix = access_suffix(place);
    const char *bits =
        arena_printf(s->model->arena, "nx_get_%s(r.s, %" PRIu32 ")", suffix, access_offset(place));

    open_get(s, type, "get");
    out_printf(s->out, "    return %s;\n", from_wire(s->model, s->field, bits));
    close_function(s);
    open_set(s, "void", "set", word(s, ", %s v", type));
    set_tag(s);
    out_printf(s->out, "    nx_set_%s(b.s, %" PRIu32 ", %s);\n", suffix, access_offset(place),
               to_wire(s->model, s->field));
    close_function(s);
}

static void emit_void(const struct subject *s)
{
    if (s->field->discriminant == NO_DISCRIMINANT) {
        out_printf(s->out, "/* %s is Void: nothing to get or set. */\n\n", s->field->name);
        return;
    }
    open_set(s, "void", "set", "");
    set_tag(s);
    close_function(s);
}

/* --- pointers --- */

static void emit_has(const struct subject *s)
{
    open_get(s, "bool", "has");
    out_printf(s->out, "    return nx_has_pointer(r.s, %" PRIu32 ");\n", s->field->place.at);
    close_function(s);
}

static void emit_bytes(const struct subject *s)
{
    const char *type = value_type(s->model, s->field->type);
    const char *kind = s->field->kind == TYPE_TEXT ? "text" : "data";
    uint32_t at = s->field->place.at;

    open_get(s, type, "get");
    out_printf(s->out, "    return nx_get_%s(r.s, %" PRIu32 ");\n", kind, at);
    close_function(s);
    emit_has(s);
    open_set(s, "void", "set", word(s, ", %s v", type));
    set_tag(s);
    out_printf(s->out, "    nx_set_%s(b.s, %" PRIu32 ", v);\n", kind, at);
    close_function(s);
    if (s->field->kind == TYPE_TEXT)
        return;
    open_set(s, "uint8_t *", "init", ", uint32_t length");
    set_tag(s);
    out_printf(s->out, "    return nx_init_data(b.s, %" PRIu32 ", length);\n", at);
    close_function(s);
}

static void emit_struct(const struct subject *s)
{
    const struct node *type = model_node(s->model, type_id(s->field->type));
    const char *reader = word(s, "struct %s_reader", type->lower);
    const char *builder = word(s, "struct %s_builder", type->lower);
    uint32_t at = s->field->place.at;

    open_get(s, reader, "get");
    out_printf(s->out, "    %s value = {nx_get_struct(r.s, %" PRIu32 ")};\n\n    return value;\n",
               reader, at);
    close_function(s);
    emit_has(s);
    open_set(s, builder, "init", "");
    out_printf(s->out, "    %s value;\n\n", builder);
    set_tag(s);
    out_prototype(s->out, "    value.s =", "nx_init_struct",
                  arena_printf(s->model->arena, "b.s, %" PRIu32 ", %s_DATA_WORDS, %s_POINTERS", at,
                               type->upper, type->upper),
                  ";\n");
    out_printf(s->out, "    return value;\n");
    close_function(s);
}

/* "value.l =" and the call that makes a list: nx_init_... below "b.s, <index>", nx_make_... at a
 * pointer. */
static void make_list(const struct model *model, struct out *out, struct nx_struct_reader element,
                      const char *prefix, const char *target)
{
    struct arena *arena = model->arena;
    bool structs = type_which(element) == TYPE_STRUCT;
    const char *function = arena_printf(arena, "nx_%s%s_list", prefix, structs ? "_struct" : "");
    const char *arguments;

    if (structs) {
        const char *upper = model_node(model, type_id(element))->upper;

        arguments =
            arena_printf(arena, "%s, count, %s_DATA_WORDS, %s_POINTERS", target, upper, upper);
    } else {
        arguments = arena_printf(arena, "%s, %s, count", target, element_size(element));
    }
    out_prototype(out, "    value.l =", function, arguments, ";\n");
}

const char *read_size(struct nx_struct_reader element)
{
    return type_which(element) == TYPE_STRUCT ? "NX_ELEMENT_STRUCT" : element_size(element);
}

void emit_lists(const struct model *model, struct out *out, const char *path,
                struct nx_struct_reader element, const char *owner)
{
    struct arena *arena = model->arena;
    const char *name = list_type(model, element, owner);
    struct nx_struct_reader inner;
    const char *inner_name;

    if (type_which(element) != TYPE_LIST)
        return;
    inner = type_element(element);
    inner_name = list_type(model, inner, name);
    emit_lists(model, out, path, inner, name);
    for (int i = 0; i < 2; i++) {
        const char *kind = i == 0 ? "reader" : "builder";

        out_declare(out, arena_printf(arena, "%s_%s", name, kind), path);
        out_printf(out, "struct %s_%s {\n    struct nx_list_%s l;\n};\n\n", name, kind, kind);
    }
    out_inline(out, path, "uint32_t", arena_printf(arena, "%s_length", name),
               arena_printf(arena, "struct %s_reader list", name));
    out_printf(out, "    return list.l.count;\n}\n\n");
    out_inline(out, path, arena_printf(arena, "struct %s_reader", inner_name),
               arena_printf(arena, "%s_at", name),
               arena_printf(arena, "struct %s_reader list, uint32_t i", name));
    out_printf(out,
               "    struct %s_reader value;\n\n"
               "    value.l = nx_pointer_list(nx_list_get_pointer(list.l, i), %s);\n"
               "    return value;\n}\n\n",
               inner_name, read_size(inner));
    out_inline(out, path, arena_printf(arena, "struct %s_builder", inner_name),
               arena_printf(arena, "%s_init", name),
               arena_printf(arena, "struct %s_builder list, uint32_t i, uint32_t count", name));
    out_printf(out, "    struct nx_pointer_builder at = nx_list_edit_pointer(list.l, i);\n");
    out_printf(out, "    struct %s_builder value;\n\n", inner_name);
    make_list(model, out, inner, "make", "at");
    out_printf(out, "    return value;\n}\n\n");
}

static void emit_list(const struct subject *s)
{
    struct nx_struct_reader element = type_element(s->field->type);
    const char *owner = arena_printf(s->model->arena, "%s_%s", s->node->lower, s->field->name);
    const char *name = list_type(s->model, element, owner);
    const char *reader = word(s, "struct %s_reader", name);
    const char *builder = word(s, "struct %s_builder", name);
    const char *target = arena_printf(s->model->arena, "b.s, %" PRIu32, s->field->place.at);

    emit_lists(s->model, s->out, s->field->path, element, owner);
    open_get(s, reader, "get");
    out_printf(s->out,
               "    %s value;\n\n    value.l = nx_get_list(r.s, %" PRIu32
               ", %s);\n    return value;\n",
               reader, s->field->place.at, read_size(element));
    close_function(s);
    emit_has(s);
    open_set(s, builder, "init", ", uint32_t count");
    out_printf(s->out, "    %s value;\n\n", builder);
    set_tag(s);
    make_list(s->model, s->out, element, "init", target);
    out_printf(s->out, "    return value;\n");
    close_function(s);
}

/* --- groups --- */

/* A group in a union shares its bits with the other members: begun, it has its defaults. */
static void clear_group(const struct subject *s, const struct node *group)
{
    uint32_t count;
    struct field *fields = model_fields(s->model, group, &count);

    if (struct_union_members(group->r) > 0)
        out_printf(s->out, "    nx_set_u16(b.s, %" PRIu32 ", 0);\n",
                   struct_union_offset(group->r) * 2);
    for (uint32_t i = 0; i < count; i++) {
        const struct place *place = &fields[i].place;

        if (fields[i].group)
            clear_group(s, fields[i].group);
        else if (place->is_pointer)
            out_printf(s->out, "    nx_make_null(nx_edit_pointer(b.s, %" PRIu32 "));\n", place->at);
        else if (place->bits > 0)
            out_printf(s->out, "    nx_set_%s(b.s, %" PRIu32 ", %s);\n", access_suffix(place),
                       access_offset(place), place->bits == 1 ? "false" : "0");
    }
}

static void emit_group(const struct subject *s)
{
    const char *reader = word(s, "struct %s_reader", s->field->group->lower);
    const char *builder = word(s, "struct %s_builder", s->field->group->lower);

    open_get(s, reader, "get");
    out_printf(s->out, "    %s value = {r.s};\n\n    return value;\n", reader);
    close_function(s);
    open_set(s, builder, "init", "");
    out_printf(s->out, "    %s value = {b.s};\n\n", builder);
    set_tag(s);
    if (s->field->discriminant != NO_DISCRIMINANT)
        clear_group(s, s->field->group);
    out_printf(s->out, "    return value;\n");
    close_function(s);
}

void emit_accessors(const struct model *model, struct out *out, const struct node *node)
{
    uint32_t count;
    struct field *fields = model_fields(model, node, &count);

    for (uint32_t i = 0; i < count; i++) {
        struct subject s = {model, out, node, &fields[i]};

        out_comment_with(out, fields[i].comment, default_words(model, &fields[i]));
        if (fields[i].group) {
            emit_group(&s);
            continue;
        }
        switch (fields[i].kind) {
        case TYPE_VOID:
            emit_void(&s);
            break;
        case TYPE_TEXT:
        case TYPE_DATA:
            emit_bytes(&s);
            break;
        case TYPE_LIST:
            emit_list(&s);
            break;
        case TYPE_STRUCT:
            emit_struct(&s);
            break;
        default:
            emit_plain(&s);
            break;
        }
    }
}
