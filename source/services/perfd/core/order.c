/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <stdbool.h>
#include <stddef.h>

#include "apart.h"

/* Levels count from the leaves: 1 is a leaf. */
#define LEAF 1

uint32_t order_nodes(uint32_t values)
{
    uint32_t level = values / (ORDER_LEAF / 2);
    uint32_t nodes = 1;
    for (; level > 1; level /= ORDER_FAN / 2)
        nodes += level;
    return nodes;
}

static size_t node_capacity(size_t level)
{
    _Static_assert(ORDER_LEAF == 2 * ORDER_FAN, "twice as many in a leaf");
    return ORDER_FAN << (level == LEAF);
}

/* --- Finding a place -------------------------------------------------------------------------- */

/* How many of four words, a stride apart, are below value. */
static inline size_t below_4(const uint64_t *at, size_t stride, uint64_t value)
{
    return (size_t)(at[0] < value) + (size_t)(at[stride] < value) +
           (size_t)(at[2 * stride] < value) + (size_t)(at[3 * stride] < value);
}

/*
 * The first place that is not below value, among the leaf's values or the inner node's maxima. The
 * values are as good as random, so that every branch on them would be mispredicted: comparing the
 * last of each eight, then all of one eight, has none. The node is not full or its last word is not
 * below value.
 */
static inline size_t leaf_place(const struct order_node *node, uint64_t value)
{
    const uint64_t *at = node->value;
    size_t first = 8 * (below_4(at + 7, 8, value) + below_4(at + 39, 8, value));
    return first + below_4(at + first, 1, value) + below_4(at + first + 4, 1, value);
}

/* The child that value belongs in; where it is in the tree, the child that holds it. */
static inline size_t child_for(const struct order_node *node, uint64_t value)
{
    const uint64_t *at = node->max;
    size_t first = 8 * below_4(at + 7, 8, value);
    first += below_4(at + first, 1, value) + below_4(at + first + 4, 1, value);
    return first < node->n ? first : node->n - 1;
}

/* --- Nodes and their entries ------------------------------------------------------------------ */

/* Copies n entries; from and to may be one node, and overlap. */
static void entries_copy(struct order_node *to, size_t at, const struct order_node *from,
                         size_t first, size_t n, size_t level)
{
    bool backward = at > first;
    for (size_t i = 0; i < n; i++) {
        size_t k = backward ? n - 1 - i : i;
        to->value[at + k] = from->value[first + k]; /* max, in an inner node */
        if (level != LEAF)
            to->child[at + k] = from->child[first + k];
    }
}

/* Sets how many entries the node has; new ones are the caller's to fill. */
APART void entries_set(struct order_node *node, size_t n, size_t level)
{
    node->n = (uint32_t)n;
    for (size_t i = n; i < node_capacity(level); i++)
        node->value[i] = UINT64_MAX; /* max, in an inner node */
}

/* Opens a gap of n entries at i, or closes one. */
static void entries_open(struct order_node *node, size_t i, size_t n, size_t level)
{
    entries_copy(node, i + n, node, i, node->n - i, level);
    node->n += (uint32_t)n;
}

static void entries_close(struct order_node *node, size_t i, size_t n, size_t level)
{
    entries_copy(node, i, node, i + n, node->n - i - n, level);
    entries_set(node, node->n - n, level);
}

static uint32_t values_below(const struct order_node *node, size_t level)
{
    if (level == LEAF)
        return node->n;
    uint32_t count = 0;
    for (size_t i = 0; i < node->n; i++)
        count += node->child[i].count;
    return count;
}

static uint32_t node_take(struct order *o, size_t level)
{
    uint32_t at = o->used;
    if (o->free != 0) {
        at = o->free - 1;
        o->free = o->nodes[at].next;
    } else {
        o->used++;
    }
    entries_set(&o->nodes[at], 0, level);
    return at;
}

static void node_give(struct order *o, uint32_t at)
{
    o->nodes[at].next = o->free;
    o->free = at + 1;
}

void order_reset(struct order *o, struct order_node *nodes)
{
    *o = (struct order){.nodes = nodes, .levels = LEAF};
    o->root = node_take(o, LEAF);
}

/* --- Splitting and refilling ------------------------------------------------------------------ */

/* Moves entries between the parent's children i and i + 1 so that the first has `keep`, 1 or more.
 * The children are of this level. */
static void share(struct order *o, struct order_node *parent, size_t i, size_t keep, size_t level)
{
    struct order_node *left = &o->nodes[parent->child[i].node];
    struct order_node *right = &o->nodes[parent->child[i + 1].node];
    if (keep > left->n) {
        size_t n = keep - left->n;
        entries_copy(left, left->n, right, 0, n, level);
        left->n = (uint32_t)keep;
        entries_close(right, 0, n, level);
    } else {
        size_t n = left->n - keep;
        entries_open(right, 0, n, level);
        entries_copy(right, 0, left, keep, n, level);
        entries_set(left, keep, level);
    }
    uint32_t both = parent->child[i].count + parent->child[i + 1].count;
    parent->child[i].count = values_below(left, level);
    parent->child[i + 1].count = both - parent->child[i].count;
    parent->max[i] = left->value[keep - 1];
}

/* Gives half of the parent's full child i to a new child i + 1; the parent is not full. */
static void split(struct order *o, struct order_node *parent, size_t i, size_t level)
{
    entries_open(parent, i + 1, 1, level + 1);
    parent->max[i + 1] = parent->max[i];
    parent->child[i + 1] = (struct order_child){.node = node_take(o, level)};
    share(o, parent, i, node_capacity(level) / 2, level);
}

/* Puts a new root above a full one, so that it can be split. */
static void grow(struct order *o)
{
    const struct order_node *full = &o->nodes[o->root];
    uint32_t at = node_take(o, o->levels + 1);
    struct order_node *root = &o->nodes[at];
    root->n = 1;
    root->max[0] = full->value[full->n - 1];
    root->child[0] = (struct order_child){.node = o->root, .count = o->count};
    o->root = at;
    o->levels++;
}

/*
 * Makes the parent's half-full child i more than half full: a neighbour shares what it has over
 * half, or the two, both half full, become one. Returns the child's place, which a merge moves.
 */
static size_t refill(struct order *o, struct order_node *parent, size_t i, size_t level)
{
    size_t left = i > 0 ? i - 1 : 0, right = left + 1;
    size_t both = o->nodes[parent->child[left].node].n + o->nodes[parent->child[right].node].n;
    if (both > node_capacity(level)) {
        /* The odd one is the child's: it needs it to be over half. */
        share(o, parent, left, i == left ? both - both / 2 : both / 2, level);
        return i;
    }
    share(o, parent, left, both, level);
    node_give(o, parent->child[right].node);
    entries_close(parent, right, 1, level + 1);
    return left;
}

/* --- Values ----------------------------------------------------------------------------------- */

static void leaf_insert(struct order_node *leaf, uint64_t value)
{
    size_t place = leaf_place(leaf, value);
    for (size_t i = leaf->n++; i > place; i--)
        leaf->value[i] = leaf->value[i - 1];
    leaf->value[place] = value;
}

/* Returns the place that it had. */
static size_t leaf_remove(struct order_node *leaf, uint64_t value)
{
    size_t place = leaf_place(leaf, value);
    size_t last = --leaf->n;
    for (size_t i = place; i < last; i++)
        leaf->value[i] = leaf->value[i + 1];
    leaf->value[last] = UINT64_MAX;
    return place;
}

void order_insert(struct order *o, uint64_t value)
{
    if (o->nodes[o->root].n == node_capacity(o->levels))
        grow(o);
    struct order_node *node = &o->nodes[o->root];
    for (size_t level = o->levels; level > LEAF; level--) {
        size_t i = child_for(node, value);
        if (o->nodes[node->child[i].node].n == node_capacity(level - 1)) {
            split(o, node, i, level - 1);
            i += node->max[i] < value;
        }
        node->child[i].count++;
        if (node->max[i] < value)
            node->max[i] = value;
        node = &o->nodes[node->child[i].node];
    }
    leaf_insert(node, value);
    o->count++;
}

void order_remove(struct order *o, uint64_t value)
{
    /* The way down, as two arrays: one of pairs would be half padding. */
    struct order_node *path[ORDER_LEVELS];
    uint8_t place[ORDER_LEVELS];
    size_t depth = 0;

    struct order_node *node = &o->nodes[o->root];
    for (size_t level = o->levels; level > LEAF; level--) {
        size_t i = child_for(node, value);
        if (o->nodes[node->child[i].node].n == node_capacity(level - 1) / 2)
            i = refill(o, node, i, level - 1);
        uint32_t below = node->child[i].node;
        if (node->n == 1) { /* only a root gets here: its last two children became one */
            node_give(o, o->root);
            o->root = below;
            o->levels--;
        } else {
            node->child[i].count--;
            path[depth] = node;
            place[depth++] = (uint8_t)i;
        }
        node = &o->nodes[below];
    }

    o->count--;
    if (leaf_remove(node, value) < node->n)
        return;
    /* Its largest value went: so it did for every node that has this one at its right edge. */
    while (depth-- > 0) {
        path[depth]->max[place[depth]] = node->value[node->n - 1];
        if (place[depth] + 1u < path[depth]->n)
            return;
    }
}

uint64_t order_select(const struct order *o, uint32_t rank)
{
    const struct order_node *node = &o->nodes[o->root];
    uint32_t count = o->count;
    for (size_t level = o->levels; level > LEAF; level--) {
        const struct order_child *child = node->child;
        if (rank <= count / 2) {
            while (rank > child->count)
                rank -= child++->count;
        } else {
            /* The high percentiles are soon found from the other end. */
            uint32_t above = count - rank;
            for (child += node->n - 1; above >= child->count; child--)
                above -= child->count;
            rank = child->count - above;
        }
        count = child->count;
        node = &o->nodes[child->node];
    }
    return node->value[rank - 1];
}
