/* SPDX-License-Identifier: Apache-2.0 */
#include "generate.h"

#include "check.h"
#include "emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool make_text(const struct model *model, struct nx_struct_reader requested, bool is_header,
                      struct generated_file *made)
{
    const struct node *file = model_node(model, file_id(requested));
    const char *name = arena_text(model->arena, file_name(requested));
    FILE *memory = open_memstream(&made->bytes, &made->length);
    bool good;

    made->path = arena_printf(model->arena, "%s.%c", name, is_header ? 'h' : 'c');
    if (!memory) {
        fprintf(stderr, "capnpc-nexus-c: %s\n", strerror(errno));
        return false;
    }
    good = is_header ? emit_header(model, file, requested, memory)
                     : emit_source(model, file, name, memory);
    return fclose(memory) == 0 && good;
}

static bool make_texts(const struct model *model, struct generated *generated)
{
    struct nx_list_reader files = request_files(model->request);
    bool good = true;

    generated->files = arena_take(model->arena, (files.count * 2U + 1) * sizeof(*generated->files));
    generated->count = files.count * 2U;
    for (uint32_t i = 0; i < files.count; i++) {
        const struct node *file = model_node(model, file_id(nx_list_get_struct(files, i)));

        good = file && node_which(file->r) == NODE_FILE && check_file(model, file) && good;
    }
    for (uint32_t i = 0; good && i < generated->count; i++)
        good = make_text(model, nx_list_get_struct(files, i / 2), i % 2 == 0, &generated->files[i]);
    return good;
}

static bool open_request(struct nx_message *message, const uint8_t *bytes, size_t length)
{
    return nx_message_open_limits(message, bytes, length, NX_SEGMENTS_MAX, NX_BUDGET_NONE) == NX_OK;
}

/* Whether nothing in the request was malformed. */
static bool close_request(const struct nx_message *message)
{
    int error = nx_message_error(message);

    if (error != NX_OK)
        fprintf(stderr, "capnpc-nexus-c: the request: %s\n", nx_error_text(error));
    return error == NX_OK;
}

bool generate(struct arena *arena, const uint8_t *bytes, size_t length, struct generated *generated)
{
    struct nx_message message;
    struct model model;
    bool good = false;

    *generated = (struct generated){NULL, 0};
    if (open_request(&message, bytes, length))
        good =
            model_open(&model, arena, nx_message_root(&message)) && make_texts(&model, generated);
    return close_request(&message) && good;
}

void generated_free(struct generated *generated)
{
    for (size_t i = 0; i < generated->count; i++)
        free(generated->files[i].bytes);
}

bool generate_layout(struct arena *arena, const uint8_t *bytes, size_t length, FILE *to)
{
    struct nx_message message;
    struct model model;
    bool good = false;

    if (open_request(&message, bytes, length))
        good = model_open(&model, arena, nx_message_root(&message));
    if (good)
        print_layout(&model, to);
    return close_request(&message) && good;
}
