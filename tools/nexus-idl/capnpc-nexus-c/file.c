/* SPDX-License-Identifier: Apache-2.0 */
/* A schema file's header and source, put together of their parts. */
#include "emit.h"

#include <inttypes.h>
#include <string.h>

/* --- what there is to write --- */

static void append(const struct model *model, struct node_list *list, const struct node *node)
{
    if (list->count == list->room) {
        size_t room = list->room > 0 ? list->room * 2 : 16;
        const struct node **nodes = arena_take(model->arena, room * sizeof(*nodes));

        for (size_t i = 0; i < list->count; i++)
            nodes[i] = list->nodes[i];
        list->nodes = nodes;
        list->room = room;
    }
    list->nodes[list->count++] = node;
}

/* What a method takes and gives without a name of its own: a struct without scope. */
static void collect_implied(const struct model *model, uint64_t id, struct node_list *list)
{
    const struct node *node = model_node(model, id);

    if (node && node_which(node->r) == NODE_STRUCT && node_scope_id(node->r) == 0)
        collect(model, node, NODE_STRUCT, list);
}

void collect(const struct model *model, const struct node *root, enum node_kind kind,
             struct node_list *list)
{
    struct nx_list_reader nested = node_nested(root->r);
    uint32_t count;

    if (node_which(root->r) == kind)
        append(model, list, root);
    if (node_which(root->r) == NODE_STRUCT) {
        struct field *fields = model_fields(model, root, &count);

        for (uint32_t i = 0; i < count; i++) {
            if (fields[i].group)
                collect(model, fields[i].group, kind, list);
        }
    }
    if (node_which(root->r) == NODE_INTERFACE && kind == NODE_STRUCT) {
        struct nx_list_reader methods = interface_methods(root->r);

        for (uint32_t i = 0; i < methods.count; i++) {
            collect_implied(model, method_params_id(nx_list_get_struct(methods, i)), list);
            collect_implied(model, method_results_id(nx_list_get_struct(methods, i)), list);
        }
    }
    for (uint32_t i = 0; i < nested.count; i++) {
        const struct node *node = model_node(model, nested_id(nx_list_get_struct(nested, i)));

        if (node)
            collect(model, node, kind, list);
    }
}

/* --- includes --- */

struct needs {
    bool lists;
    bool floats;
};

static void need_of_type(struct nx_struct_reader type, bool in_list, struct needs *needs)
{
    switch (type_which(type)) {
    case TYPE_LIST:
        need_of_type(type_element(type), true, needs);
        break;
    case TYPE_FLOAT32:
    case TYPE_FLOAT64:
        needs->floats = true;
        break;
    case TYPE_STRUCT:
    case TYPE_ENUM:
        break;
    default:
        needs->lists = needs->lists || in_list;
        break;
    }
}

static bool type_is_from(const struct model *model, struct nx_struct_reader type, uint64_t file)
{
    const struct node *node;

    if (type_which(type) == TYPE_LIST)
        return type_is_from(model, type_element(type), file);
    if (type_which(type) != TYPE_STRUCT && type_which(type) != TYPE_ENUM)
        return false;
    node = model_node(model, type_id(type));
    return node && node->file->id == file;
}

bool uses_file(const struct model *model, const struct node *file, uint64_t other)
{
    struct node_list structs = {NULL, 0, 0};
    struct node_list interfaces = {NULL, 0, 0};
    struct node_list constants = {NULL, 0, 0};

    collect(model, file, NODE_STRUCT, &structs);
    collect(model, file, NODE_INTERFACE, &interfaces);
    collect(model, file, NODE_CONST, &constants);
    for (size_t i = 0; i < structs.count; i++) {
        uint32_t count;
        struct field *fields = model_fields(model, structs.nodes[i], &count);

        for (uint32_t j = 0; j < count; j++) {
            if (!fields[j].group && type_is_from(model, fields[j].type, other))
                return true;
        }
    }
    for (size_t i = 0; i < interfaces.count; i++) {
        struct nx_list_reader methods = interface_methods(interfaces.nodes[i]->r);

        for (uint32_t j = 0; j < methods.count; j++) {
            struct nx_struct_reader method = nx_list_get_struct(methods, j);

            if (model_node(model, method_params_id(method))->file->id == other ||
                model_node(model, method_results_id(method))->file->id == other)
                return true;
        }
    }
    for (size_t i = 0; i < constants.count; i++) {
        if (type_is_from(model, const_type(constants.nodes[i]->r), other))
            return true;
    }
    return false;
}

static void emit_includes(const struct model *model, struct out *out, const struct node *file)
{
    struct node_list structs = {NULL, 0, 0};
    struct node_list interfaces = {NULL, 0, 0};
    struct node_list constants = {NULL, 0, 0};
    struct needs needs = {false, false};

    collect(model, file, NODE_STRUCT, &structs);
    collect(model, file, NODE_INTERFACE, &interfaces);
    for (size_t i = 0; i < structs.count; i++) {
        uint32_t count;
        struct field *fields = model_fields(model, structs.nodes[i], &count);

        for (uint32_t j = 0; j < count; j++) {
            if (!fields[j].group)
                need_of_type(fields[j].type, false, &needs);
        }
    }
    collect(model, file, NODE_CONST, &constants);
    for (size_t i = 0; i < constants.count; i++)
        if (type_which(const_type(constants.nodes[i]->r)) == TYPE_LIST)
            need_of_type(const_type(constants.nodes[i]->r), false, &needs);
    if (needs.floats)
        out_printf(out, "#include \"nexus-idl/float.h\"\n");
    if (needs.lists)
        out_printf(out, "#include \"nexus-idl/lists.h\"\n");
    if (interfaces.count > 0)
        out_printf(out, "#include \"nexus-idl/rpc.h\"\n#include \"nexus-idl/rpc_client.h\"\n");
    out_printf(out,
               "#include \"nexus-idl/wire.h\"\n\n"
               "#if NX_GENERATED_VERSION != %d\n"
               "#error \"of another version than nexus-idl/wire.h: run capnpc-nexus-c again\"\n"
               "#endif\n\n",
               NX_GENERATED_VERSION);
}

/* Behind the types of this file, since one that it imports may import it: whichever is included
 * first, the types of both are there before the functions of either. */
static void emit_imports(const struct model *model, struct out *out, const struct node *file,
                         struct nx_struct_reader requested)
{
    struct nx_list_reader list = file_imports(requested);
    bool begun = false;

    for (uint32_t i = 0; i < list.count; i++) {
        struct nx_struct_reader import = nx_list_get_struct(list, i);
        const char *name = arena_text(model->arena, import_name(import));

        if (!uses_file(model, file, import_id(import)))
            continue;
        if (!begun)
            out_printf(out, "/* Here, as a file may import one that imports it. */\n");
        begun = true;
        /* An absolute import is looked for along the include path, as capnp does. */
        out_printf(out, name[0] == '/' ? "#include <%s.h>\n" : "#include \"%s.h\"\n",
                   name + (name[0] == '/' ? 1 : 0));
    }
    out_printf(out, "%s#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n", begun ? "\n" : "");
}

/* --- enums --- */

static void emit_handle(const struct model *model, struct out *out, const struct node *node,
                        const char *suffix, const char *member)
{
    const char *name = arena_printf(model->arena, "%s_%s", node->lower, suffix);
    const char *builder = strstr(suffix, "builder");

    out_declare(out, name, node->path);
    out_printf(out, "struct %s {\n    struct nx_%s_%s %s;\n};\n", name,
               strcmp(member, "l") == 0 ? "list" : "struct", builder ? "builder" : "reader",
               member);
}

static void emit_enum_list(const struct model *model, struct out *out, const struct node *node)
{
    struct arena *arena = model->arena;
    const char *name = arena_printf(arena, "%s_list", node->lower);
    const char *type = arena_printf(arena, "enum %s", node->lower);

    emit_handle(model, out, node, "list_reader", "l");
    emit_handle(model, out, node, "list_builder", "l");
    out_printf(out, "\n");
    out_inline(out, node->path, "uint32_t", arena_printf(arena, "%s_length", name),
               arena_printf(arena, "struct %s_reader list", name));
    out_printf(out, "    return list.l.count;\n}\n\n");
    out_inline(out, node->path, type, arena_printf(arena, "%s_at", name),
               arena_printf(arena, "struct %s_reader list, uint32_t i", name));
    out_printf(out, "    return %s_of(nx_list_get_u16(list.l, i));\n}\n\n", node->lower);
    out_inline(out, node->path, "void", arena_printf(arena, "%s_set", name),
               arena_printf(arena, "struct %s_builder list, uint32_t i, %s v", name, type));
    out_printf(out, "    nx_list_set_u16(list.l, i, (uint16_t)v);\n}\n\n");
}

/* Declared in the order of the numbers, which is the order on the wire. */
static void emit_enum(const struct model *model, struct out *out, const struct node *node)
{
    struct nx_list_reader members = enum_enumerants(node->r);
    const char *unknown = arena_printf(model->arena, "%s_UNKNOWN", node->upper);
    const char *type = arena_printf(model->arena, "enum %s", node->lower);

    out_comment(out, "", source_comment(node->source));
    out_declare(out, node->lower, node->path);
    out_printf(out, "%s {\n", type);
    for (uint32_t i = 0; i < members.count; i++) {
        const char *name = arena_text(model->arena, enumerant_name(nx_list_get_struct(members, i)));
        const char *upper = upper_case(model->arena, snake_case(model->arena, name));
        const char *constant = arena_printf(model->arena, "%s_%s%s", node->upper, upper,
                                            strcmp(upper, "UNKNOWN") == 0 ? "_" : "");

        out_declare(out, constant, arena_printf(model->arena, "%s.%s", node->path, name));
        out_enumerator(out, constant, i, model_member_comment(node, i));
    }
    out_declare(out, unknown, node->path);
    out_printf(out, "    %s = 65535 /* a value of a later schema */\n};\n\n", unknown);
    out_inline(out, node->path, type, arena_printf(model->arena, "%s_of", node->lower),
               "uint16_t v");
    if (members.count > 0)
        out_printf(out, "    return v < %" PRIu32 " ? (%s)v : %s;\n}\n\n", members.count, type,
                   unknown);
    else
        out_printf(out, "    (void)v;\n    return %s;\n}\n\n", unknown);
    emit_enum_list(model, out, node);
}

/* --- structs --- */

static void emit_handles(const struct model *model, struct out *out, const struct node *node)
{
    emit_handle(model, out, node, "reader", "s");
    emit_handle(model, out, node, "builder", "s");
    if (!struct_is_group(node->r)) {
        emit_handle(model, out, node, "list_reader", "l");
        emit_handle(model, out, node, "list_builder", "l");
        out_declare(out, arena_printf(model->arena, "%s_DATA_WORDS", node->upper), node->path);
        out_declare(out, arena_printf(model->arena, "%s_POINTERS", node->upper), node->path);
        out_printf(out, "#define %s_DATA_WORDS %u\n#define %s_POINTERS %u\n", node->upper,
                   (unsigned)struct_data_words(node->r), node->upper,
                   (unsigned)struct_pointers(node->r));
    }
    out_printf(out, "\n");
}

static void emit_root_and_list(const struct model *model, struct out *out, const struct node *node)
{
    struct arena *arena = model->arena;
    const char *lower = node->lower;
    const char *reader = arena_printf(arena, "struct %s_reader", lower);
    const char *builder = arena_printf(arena, "struct %s_builder", lower);

    out_inline(out, node->path, reader, arena_printf(arena, "%s_root", lower),
               "struct nx_message *m");
    out_printf(out, "    %s value = {nx_message_root(m)};\n\n    return value;\n}\n\n", reader);
    out_inline(out, node->path, builder, arena_printf(arena, "%s_init_root", lower),
               "struct nx_builder *b");
    out_printf(out, "    %s value;\n\n", builder);
    out_prototype(out, "    value.s =", "nx_builder_root",
                  arena_printf(arena, "b, %s_DATA_WORDS, %s_POINTERS", node->upper, node->upper),
                  ";\n");
    out_printf(out, "    return value;\n}\n\n");
    out_inline(out, node->path, "uint32_t", arena_printf(arena, "%s_list_length", lower),
               arena_printf(arena, "struct %s_list_reader list", lower));
    out_printf(out, "    return list.l.count;\n}\n\n");
    out_inline(out, node->path, reader, arena_printf(arena, "%s_list_at", lower),
               arena_printf(arena, "struct %s_list_reader list, uint32_t i", lower));
    out_printf(out, "    %s value = {nx_list_get_struct(list.l, i)};\n\n    return value;\n}\n\n",
               reader);
    out_inline(out, node->path, builder, arena_printf(arena, "%s_list_edit", lower),
               arena_printf(arena, "struct %s_list_builder list, uint32_t i", lower));
    out_printf(out, "    %s value = {nx_list_edit_struct(list.l, i)};\n\n    return value;\n}\n\n",
               builder);
}

static void emit_struct_parts(const struct model *model, struct out *out, const struct node *node)
{
    out_printf(out, "/* --- %s %s --- */\n\n", struct_is_group(node->r) ? "group" : "struct",
               node->path);
    out_comment(out, "", source_comment(node->source));
    if (source_comment(node->source).length > 0)
        out_printf(out, "\n");
    if (!struct_is_group(node->r))
        emit_root_and_list(model, out, node);
    emit_places(model, out, node);
    emit_union(model, out, node);
    emit_accessors(model, out, node);
}

/* --- files --- */

typedef void emit_node(const struct model *model, struct out *out, const struct node *node);

/* `before` stands in front of the first. */
static void emit_all(const struct model *model, struct out *out, const struct node *file,
                     enum node_kind kind, const char *before, emit_node *emit)
{
    struct node_list list = {NULL, 0, 0};

    collect(model, file, kind, &list);
    if (list.count > 0)
        out_printf(out, "%s", before);
    for (size_t i = 0; i < list.count; i++)
        emit(model, out, list.nodes[i]);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool emit_header(const struct model *model, const struct node *file,
                 struct nx_struct_reader requested, FILE *to)
{
    const char *name = base_name(arena_text(model->arena, file_name(requested)));
    const char *guard;
    struct out out;

    out_init(&out, model->arena, to, file->path);
    out_printf(&out, "/* Made by capnpc-nexus-c from %s; changes go there. */\n", name);
    out_comment(&out, "", source_comment(file->source));
    /* Two files of one name, in two folders, have different ids. */
    guard = arena_printf(model->arena, "%s_CAPNP_%016" PRIX64 "_H", file->upper, file->id);
    out_printf(&out, "#ifndef %s\n#define %s\n\n", guard, guard);
    emit_includes(model, &out, file);
    emit_all(model, &out, file, NODE_ENUM, "", emit_enum);
    emit_all(model, &out, file, NODE_STRUCT,
             "/* --- handles, which are passed by value, and the sizes of structs --- */\n\n",
             emit_handles);
    emit_imports(model, &out, file, requested);
    emit_all(model, &out, file, NODE_CONST, "/* --- constants --- */\n\n", emit_constant);
    emit_all(model, &out, file, NODE_STRUCT, "", emit_struct_parts);
    emit_all(model, &out, file, NODE_INTERFACE, "", emit_interface);
    out_printf(&out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    return !out.failed;
}

bool emit_source(const struct model *model, const struct node *file, const char *name, FILE *to)
{
    struct out out;

    out_init(&out, model->arena, to, file->path);
    out_printf(&out, "/* Made by capnpc-nexus-c from %s; changes go there. */\n", base_name(name));
    out_printf(&out, "#include \"%s.h\"\n", base_name(name));
    emit_all(model, &out, file, NODE_CONST, "", emit_constant_bytes);
    emit_all(model, &out, file, NODE_INTERFACE, "", emit_dispatch);
    return !out.failed;
}
