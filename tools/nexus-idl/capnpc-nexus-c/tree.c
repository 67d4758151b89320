/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That the nodes are trees, a file at the root of each: whoever goes from a node to what lies in it
 * comes to an end, and comes to each node once. Compilers make nothing else; a spoiled request may
 * go round in circles.
 */
#include "model.h"

#include <inttypes.h>
#include <stdio.h>

/* No schema nests like this. */
#define NESTING_MAX 64

static bool refuse(const struct node *node, const char *reason)
{
    fprintf(stderr, "capnpc-nexus-c: %s: %s: %s\n", node->file->path, node->path, reason);
    return false;
}

/* `id` lies in the parent. What the request does not have is somebody else's to refuse. */
static bool put_below(const struct model *model, const struct node *parent, uint64_t id)
{
    struct node *child = model_own_node(model, id);

    if (!child)
        return true;
    if (child->parent || node_which(child->r) == NODE_FILE)
        return refuse(child, "lies in two places");
    child->parent = parent;
    return true;
}

static bool put_implied_below(const struct model *model, const struct node *parent, uint64_t id)
{
    const struct node *node = model_node(model, id);

    /* What a method takes or gives without a name of its own. */
    if (!node || node_which(node->r) != NODE_STRUCT || node_scope_id(node->r) != 0)
        return true;
    return put_below(model, parent, id);
}

static bool find_children(const struct model *model, const struct node *node)
{
    struct nx_list_reader nested = node_nested(node->r);
    bool good = true;

    for (uint32_t i = 0; i < nested.count; i++)
        good = put_below(model, node, nested_id(nx_list_get_struct(nested, i))) && good;
    if (node_which(node->r) == NODE_STRUCT) {
        struct nx_list_reader fields = struct_fields(node->r);

        for (uint32_t i = 0; i < fields.count; i++) {
            struct nx_struct_reader field = nx_list_get_struct(fields, i);

            if (field_which(field) == FIELD_GROUP)
                good = put_below(model, node, group_id(field)) && good;
        }
    } else if (node_which(node->r) == NODE_INTERFACE) {
        struct nx_list_reader methods = interface_methods(node->r);

        for (uint32_t i = 0; i < methods.count; i++) {
            struct nx_struct_reader method = nx_list_get_struct(methods, i);

            good = put_implied_below(model, node, method_params_id(method)) && good;
            good = put_implied_below(model, node, method_results_id(method)) && good;
        }
    }
    return good;
}

static bool ends_above(const struct node *node)
{
    const struct node *at = node;

    for (int i = 0; at; i++, at = at->parent) {
        if (i > NESTING_MAX)
            return refuse(node, "nested too deep");
    }
    return true;
}

bool model_is_trees(const struct model *model)
{
    bool good = true;

    for (size_t i = 0; i + 1 < model->node_count; i++) {
        if (model->nodes[i].id == model->nodes[i + 1].id)
            good = refuse(&model->nodes[i], "two nodes have its id");
    }
    for (size_t i = 0; good && i < model->node_count; i++)
        good = find_children(model, &model->nodes[i]);
    for (size_t i = 0; good && i < model->node_count; i++)
        good = ends_above(&model->nodes[i]);
    return good;
}
