/* SPDX-License-Identifier: Apache-2.0 */
/* The layout as the generator sees it, to be compared with another program's. */
#include "emit.h"

#include <inttypes.h>

static void print_fields(const struct model *model, const struct node *node, const char *path,
                         FILE *to)
{
    uint32_t count;
    struct field *fields = model_fields(model, node, &count);

    if (struct_union_members(node->r) > 0) {
        uint32_t tag = struct_union_offset(node->r) * 16;

        fprintf(to, "%s tag bits[%" PRIu32 ", %" PRIu32 ")\n", path, tag, tag + 16);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct place *place = &fields[i].place;

        fprintf(to, "%s", fields[i].path);
        if (!fields[i].group && place->is_pointer)
            fprintf(to, " ptr[%" PRIu32 "]", place->at);
        else if (!fields[i].group)
            fprintf(to, " bits[%" PRIu32 ", %" PRIu32 ")", place->at, place->at + place->bits);
        if (fields[i].discriminant != NO_DISCRIMINANT)
            fprintf(to, " union tag = %" PRIu16, fields[i].discriminant);
        fprintf(to, "\n");
        if (fields[i].group)
            print_fields(model, fields[i].group, fields[i].path, to);
    }
}

void print_layout(const struct model *model, FILE *to)
{
    struct nx_list_reader files = request_files(model->request);

    for (uint32_t i = 0; i < files.count; i++) {
        const struct node *file = model_node(model, file_id(nx_list_get_struct(files, i)));
        struct node_list structs = {NULL, 0, 0};

        if (!file || node_which(file->r) != NODE_FILE)
            continue;
        collect(model, file, NODE_STRUCT, &structs);
        for (size_t j = 0; j < structs.count; j++) {
            const struct node *node = structs.nodes[j];

            if (struct_is_group(node->r))
                continue;
            fprintf(to, "%s %u bytes, %u ptrs\n", node->path, struct_data_words(node->r) * 8U,
                    (unsigned)struct_pointers(node->r));
            print_fields(model, node, node->path, to);
        }
    }
}
