/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names --- */

char *snake_case(struct arena *arena, const char *name)
{
    size_t length = strlen(name);
    char *snake = arena_take(arena, 2 * length + 1);
    char *to = snake;

    for (size_t i = 0; i < length; i++) {
        unsigned char here = (unsigned char)name[i];
        unsigned char before = i > 0 ? (unsigned char)name[i - 1] : 0;
        unsigned char after = (unsigned char)name[i + 1];
        /* A word starts at a capital after a small letter or a digit, and at the last capital of
         * several
         * ("HTTPServer"). */
        bool starts = isupper(here) &&
                      (islower(before) || isdigit(before) || (isupper(before) && islower(after)));

        if (starts)
            *to++ = '_';
        *to++ = (char)(isalnum(here) ? tolower(here) : '_');
    }
    return snake;
}

char *upper_case(struct arena *arena, const char *name)
{
    char *upper = arena_printf(arena, "%s", name);

    for (char *at = upper; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    return upper;
}

/* The prefix of a file's names: "schemas/perf.capnp" -> "perf". */
static char *file_prefix(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *stem = arena_printf(arena, "%s", slash ? slash + 1 : path);
    size_t length = strlen(stem);

    if (length > 6 && strcmp(stem + length - 6, ".capnp") == 0)
        stem[length - 6] = '\0';
    return snake_case(arena, stem);
}

/* "Record.flow" in the file of prefix "perf" -> "perf_record_flow"; "Perf.start" -> "perf_start".
 */
static char *type_name(struct arena *arena, const char *prefix, const char *path)
{
    char *rest = arena_printf(arena, "%s", path);
    char *name = arena_printf(arena, "%s", prefix);
    bool outermost = true;

    while (rest) {
        char *dot = strchr(rest, '.');
        char *part;

        if (dot)
            *dot = '\0';
        part = snake_case(arena, rest);
        if (!outermost || strcmp(part, prefix) != 0)
            name = arena_printf(arena, "%s_%s", name, part);
        outermost = false;
        rest = dot ? dot + 1 : NULL;
    }
    return name;
}

/* --- nodes --- */

static int by_id(const void *a, const void *b)
{
    const struct node *left = a;
    const struct node *right = b;

    return left->id < right->id ? -1 : left->id > right->id;
}

struct node *model_own_node(const struct model *model, uint64_t id)
{
    struct node key = {.id = id};

    return bsearch(&key, model->nodes, model->node_count, sizeof(key), by_id);
}

const struct node *model_node(const struct model *model, uint64_t id)
{
    return model_own_node(model, id);
}

static void name_file(struct model *model, struct node *node)
{
    node->path = arena_text(model->arena, node_display_name(node->r));
    node->file = node;
    node->lower = file_prefix(model->arena, node->path);
    node->upper = upper_case(model->arena, node->lower);
}

/* A display name is the file's, a colon, and the path: "schemas/perf.capnp:Record.flow". The
 * parameters of a method have no scope, so that the file follows from the name for all of them. */
static bool name_type(struct model *model, struct node *node)
{
    const char *display = arena_text(model->arena, node_display_name(node->r));
    size_t longest = 0;

    for (size_t i = 0; i < model->node_count; i++) {
        const struct node *file = &model->nodes[i];
        size_t length;

        if (node_which(file->r) != NODE_FILE)
            continue;
        length = strlen(file->path);
        if (length >= longest && strncmp(display, file->path, length) == 0 &&
            display[length] == ':') {
            node->file = file;
            longest = length;
        }
    }
    if (!node->file) {
        fprintf(stderr, "capnpc-nexus-c: %s: of no file in the request\n", display);
        return false;
    }
    node->path = display + longest + 1;
    node->lower = type_name(model->arena, node->file->lower, node->path);
    node->upper = upper_case(model->arena, node->lower);
    return true;
}

bool model_open(struct model *model, struct arena *arena, struct nx_struct_reader request)
{
    struct nx_list_reader nodes = request_nodes(request);
    struct nx_list_reader sources = request_source_infos(request);
    bool good = true;

    *model = (struct model){.arena = arena, .request = request, .node_count = nodes.count};
    model->nodes = arena_take(arena, (model->node_count + 1) * sizeof(*model->nodes));
    for (uint32_t i = 0; i < nodes.count; i++) {
        model->nodes[i].r = nx_list_get_struct(nodes, i);
        model->nodes[i].id = node_id(model->nodes[i].r);
    }
    qsort(model->nodes, model->node_count, sizeof(*model->nodes), by_id);
    for (uint32_t i = 0; i < sources.count; i++) {
        struct nx_struct_reader source = nx_list_get_struct(sources, i);
        struct node *node = model_own_node(model, source_id(source));

        if (node)
            node->source = source;
    }
    for (size_t i = 0; i < model->node_count; i++) {
        if (node_which(model->nodes[i].r) == NODE_FILE)
            name_file(model, &model->nodes[i]);
    }
    for (size_t i = 0; i < model->node_count; i++) {
        if (node_which(model->nodes[i].r) != NODE_FILE)
            good = name_type(model, &model->nodes[i]) && good;
    }
    return good && model_is_trees(model);
}

/* --- members --- */

struct nx_text model_member_comment(const struct node *node, uint32_t index)
{
    return member_comment(nx_list_get_struct(source_members(node->source), index));
}

uint32_t *model_code_order(const struct model *model, struct nx_list_reader members,
                           uint16_t (*code_order)(struct nx_struct_reader))
{
    uint32_t *order = arena_take(model->arena, (members.count + 1U) * sizeof(*order));

    /* Sorted by insertion: members come by ordinal, which is nearly the order of the text. */
    for (uint32_t i = 0; i < members.count; i++) {
        uint16_t key = code_order(nx_list_get_struct(members, i));
        uint32_t at = i;

        while (at > 0 && code_order(nx_list_get_struct(members, order[at - 1])) > key) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    return order;
}

/* The offset of a slot counts in units of its own size. */
static struct place slot_place(enum type_kind kind, uint32_t offset)
{
    static const uint8_t bits[TYPE_KINDS] = {
        [TYPE_BOOL] = 1,    [TYPE_INT8] = 8,     [TYPE_INT16] = 16,   [TYPE_INT32] = 32,
        [TYPE_INT64] = 64,  [TYPE_UINT8] = 8,    [TYPE_UINT16] = 16,  [TYPE_UINT32] = 32,
        [TYPE_UINT64] = 64, [TYPE_FLOAT32] = 32, [TYPE_FLOAT64] = 64, [TYPE_ENUM] = 16,
    };
    struct place place = {.at = offset, .bits = bits[kind]};

    if (kind != TYPE_VOID && place.bits == 0)
        place.is_pointer = true;
    else
        place.at = offset * place.bits;
    return place;
}

static void read_field(const struct model *model, const struct node *node, uint32_t index,
                       struct field *field)
{
    const char *name;

    field->r = nx_list_get_struct(struct_fields(node->r), index);
    name = arena_text(model->arena, field_name(field->r));
    field->path = arena_printf(model->arena, "%s.%s", node->path, name);
    field->name = snake_case(model->arena, name);
    field->upper = upper_case(model->arena, field->name);
    field->comment = model_member_comment(node, index);
    field->discriminant = field_discriminant(field->r);
    if (field_which(field->r) == FIELD_GROUP) {
        field->group = model_node(model, group_id(field->r));
        return;
    }
    field->type = slot_type(field->r);
    /* A type of a later schema language is nothing that could be read. */
    field->kind = type_which(field->type) < TYPE_KINDS ? (enum type_kind)type_which(field->type)
                                                       : TYPE_ANY_POINTER;
    field->place = slot_place(field->kind, slot_offset(field->r));
}

struct field *model_fields(const struct model *model, const struct node *node, uint32_t *count)
{
    struct nx_list_reader list = struct_fields(node->r);
    uint32_t *order = model_code_order(model, list, field_code_order);
    struct field *fields = arena_take(model->arena, (list.count + 1U) * sizeof(*fields));

    for (uint32_t i = 0; i < list.count; i++)
        read_field(model, node, order[i], &fields[i]);
    *count = list.count;
    return fields;
}
