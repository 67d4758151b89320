/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <stdbool.h>
#include <stddef.h>

/* Levels count from the leaves: 1 is a leaf. */
#define LEAF 1

static uint32_t node_capacity(uint32_t level)
{
    return level == LEAF ? ORDER_LEAF : ORDER_FAN;
}

/* How many of four words, a stride apart, are below value. */
static inline uint32_t below_4(const uint64_t *at, uint32_t stride, uint64_t value)
{
    return (uint32_t)(at[0] < value) + (uint32_t)(at[stride] < value) +
           (uint32_t)(at[2 * stride] < value) + (uint32_t)(at[3 * stride] < value);
}

/*
 * The first place that is not below value, among the leaf's values or the inner node's maxima. The
 * values are as good as random, so that every branch on them would be mispredicted: places not in
 * use hold the largest value there is, and comparing the last of each eight, then all of one eight,
 * has no branches. The node is not full or its last word is not below value.
 */
static inline uint32_t leaf_place(const struct order_node *node, uint64_t value)
{
    const uint64_t *at = node->value;
    uint32_t first = 8 * (below_4(at + 7, 8, value) + below_4(at + 39, 8, value));
    return first + below_4(at + first, 1, value) + below_4(at + first + 4, 1, value);
}

/* The child that value belongs in; where it is in the tree, the child that holds it. */
static inline uint32_t child_for(const struct order_node *node, uint64_t value)
{
    const uint64_t *at = node->max;
    uint32_t first = 8 * below_4(at + 7, 8, value);
    first += below_4(at + first, 1, value) + below_4(at + first + 4, 1, value);
    return first < node->n ? first : node->n - 1;
}

/* Marks the places from n on as not in use. */
static void clear_from(struct order_node *node, uint32_t n, uint32_t level)
{
    for (uint32_t i = n; i < node_capacity(level); i++) {
        if (level == LEAF)
            node->value[i] = UINT64_MAX;
        else
            node->max[i] = UINT64_MAX;
    }
}

static uint32_t node_take(struct order *o, uint32_t level)
{
    uint32_t at = o->used;
    if (o->free != 0) {
        at = o->free - 1;
        o->free = o->nodes[at].next;
    } else {
        o->used++;
    }
    o->nodes[at].n = 0;
    clear_from(&o->nodes[at], 0, level);
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

static void copy_entry(struct order_node *to, uint32_t i, const struct order_node *from, uint32_t k,
                       uint32_t level)
{
    if (level == LEAF) {
        to->value[i] = from->value[k];
        return;
    }
    to->max[i] = from->max[k];
    to->child[i] = from->child[k];
    to->count[i] = from->count[k];
}

/* Opens a gap of n entries at i, or closes one. */
static void entries_open(struct order_node *node, uint32_t i, uint32_t n, uint32_t level)
{
    for (uint32_t k = node->n; k-- > i;)
        copy_entry(node, k + n, node, k, level);
    node->n += n;
}

static void entries_close(struct order_node *node, uint32_t i, uint32_t n, uint32_t level)
{
    for (uint32_t k = i + n; k < node->n; k++)
        copy_entry(node, k - n, node, k, level);
    node->n -= n;
    clear_from(node, node->n, level);
}

/* How many values entries [i, i + n) hold. */
static uint32_t entries_count(const struct order_node *node, uint32_t i, uint32_t n, uint32_t level)
{
    if (level == LEAF)
        return n;
    uint32_t count = 0;
    for (uint32_t k = i; k < i + n; k++)
        count += node->count[k];
    return count;
}

static uint64_t node_max(const struct order_node *node, uint32_t level)
{
    return level == LEAF ? node->value[node->n - 1] : node->max[node->n - 1];
}

/* The first n entries of parent's child i + 1 become the last of child i. `level` is the
 * children's. */
static void shift_left(struct order *o, struct order_node *parent, uint32_t i, uint32_t n,
                       uint32_t level)
{
    struct order_node *left = &o->nodes[parent->child[i]];
    struct order_node *right = &o->nodes[parent->child[i + 1]];
    uint32_t moved = entries_count(right, 0, n, level);
    for (uint32_t k = 0; k < n; k++)
        copy_entry(left, left->n + k, right, k, level);
    left->n += n;
    entries_close(right, 0, n, level);
    parent->count[i] += moved;
    parent->count[i + 1] -= moved;
    parent->max[i] = node_max(left, level);
}

/* The last n entries of parent's child i become the first of child i + 1; child i keeps some. */
static void shift_right(struct order *o, struct order_node *parent, uint32_t i, uint32_t n,
                        uint32_t level)
{
    struct order_node *left = &o->nodes[parent->child[i]];
    struct order_node *right = &o->nodes[parent->child[i + 1]];
    uint32_t moved = entries_count(left, left->n - n, n, level);
    entries_open(right, 0, n, level);
    for (uint32_t k = 0; k < n; k++)
        copy_entry(right, k, left, left->n - n + k, level);
    left->n -= n;
    clear_from(left, left->n, level);
    parent->count[i] -= moved;
    parent->count[i + 1] += moved;
    parent->max[i] = node_max(left, level);
}

/* Gives half of the parent's full child i to a new child i + 1; the parent is not full. */
static void split(struct order *o, struct order_node *parent, uint32_t i, uint32_t level)
{
    entries_open(parent, i + 1, 1, level + 1);
    parent->child[i + 1] = node_take(o, level);
    parent->count[i + 1] = 0;
    parent->max[i + 1] = parent->max[i];
    shift_right(o, parent, i, node_capacity(level) / 2, level);
}

/* Puts a new root above a full one, so that it can be split. */
static void grow(struct order *o)
{
    uint32_t at = node_take(o, o->levels + 1);
    struct order_node *root = &o->nodes[at];
    root->n = 1;
    root->max[0] = node_max(&o->nodes[o->root], o->levels);
    root->child[0] = o->root;
    root->count[0] = o->count;
    o->root = at;
    o->levels++;
}

static void leaf_insert(struct order_node *leaf, uint64_t value)
{
    uint32_t place = leaf_place(leaf, value);
    uint64_t *to = &leaf->value[leaf->n];
    uint32_t left = leaf->n - place;
    for (; left >= 4; left -= 4, to -= 4) {
        uint64_t a = to[-1], b = to[-2], c = to[-3], d = to[-4];
        to[0] = a;
        to[-1] = b;
        to[-2] = c;
        to[-3] = d;
    }
    for (; left > 0; left--, to--)
        to[0] = to[-1];
    *to = value;
    leaf->n++;
}

/* Returns the place that it had. */
static uint32_t leaf_remove(struct order_node *leaf, uint64_t value)
{
    uint32_t place = leaf_place(leaf, value);
    uint64_t *to = &leaf->value[place];
    uint32_t left = --leaf->n - place;
    for (; left >= 4; left -= 4, to += 4) {
        uint64_t a = to[1], b = to[2], c = to[3], d = to[4];
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
    }
    for (; left > 0; left--, to++)
        to[0] = to[1];
    *to = UINT64_MAX;
    return place;
}

void order_insert(struct order *o, uint64_t value)
{
    if (o->nodes[o->root].n == node_capacity(o->levels))
        grow(o);
    struct order_node *node = &o->nodes[o->root];
    for (uint32_t level = o->levels; level > LEAF; level--) {
        uint32_t i = child_for(node, value);
        if (o->nodes[node->child[i]].n == node_capacity(level - 1)) {
            split(o, node, i, level - 1);
            i += node->max[i] < value;
        }
        node->count[i]++;
        if (node->max[i] < value)
            node->max[i] = value;
        node = &o->nodes[node->child[i]];
    }
    leaf_insert(node, value);
    o->count++;
}

/*
 * Makes the parent's half-full child i more than half full: a neighbour shares what it has over
 * half, or the two, both half full, become one. Returns the child's place, which a merge moves.
 */
static uint32_t refill(struct order *o, struct order_node *parent, uint32_t i, uint32_t level)
{
    uint32_t half = node_capacity(level) / 2;
    if (i > 0) {
        uint32_t spare = o->nodes[parent->child[i - 1]].n - half;
        if (spare > 0) {
            shift_right(o, parent, i - 1, (spare + 1) / 2, level);
            return i;
        }
    }
    if (i + 1 < parent->n) {
        uint32_t spare = o->nodes[parent->child[i + 1]].n - half;
        if (spare > 0) {
            shift_left(o, parent, i, (spare + 1) / 2, level);
            return i;
        }
    }
    uint32_t left = i > 0 ? i - 1 : i;
    shift_left(o, parent, left, half, level);
    /* shift_left() has set the left one's max: the right one's last entry is its last now. */
    node_give(o, parent->child[left + 1]);
    entries_close(parent, left + 1, 1, level + 1);
    return left;
}

void order_remove(struct order *o, uint64_t value)
{
    struct {
        struct order_node *node;
        uint32_t child;
    } path[ORDER_LEVELS];
    uint32_t depth = 0;

    struct order_node *node = &o->nodes[o->root];
    for (uint32_t level = o->levels; level > LEAF; level--) {
        uint32_t i = child_for(node, value);
        if (o->nodes[node->child[i]].n == node_capacity(level - 1) / 2)
            i = refill(o, node, i, level - 1);
        uint32_t below = node->child[i];
        if (node->n == 1) { /* only a root gets here: its last two children became one */
            node_give(o, o->root);
            o->root = below;
            o->levels--;
        } else {
            node->count[i]--;
            path[depth].node = node;
            path[depth++].child = i;
        }
        node = &o->nodes[below];
    }

    o->count--;
    if (leaf_remove(node, value) < node->n)
        return;
    /* Its largest value went: so it did for every node that has this one at its right edge. */
    while (depth-- > 0) {
        path[depth].node->max[path[depth].child] = node->value[node->n - 1];
        if (path[depth].child + 1 < path[depth].node->n)
            return;
    }
}

uint64_t order_select(const struct order *o, uint32_t rank)
{
    const struct order_node *node = &o->nodes[o->root];
    uint32_t count = o->count;
    for (uint32_t level = o->levels; level > LEAF; level--) {
        uint32_t i = 0;
        if (rank <= count / 2) {
            while (rank > node->count[i])
                rank -= node->count[i++];
        } else {
            /* The high percentiles are soon found from the other end. */
            uint32_t above = count - rank;
            for (i = node->n - 1; above >= node->count[i]; i--)
                above -= node->count[i];
            rank = node->count[i] - above;
        }
        count = node->count[i];
        node = &o->nodes[node->child[i]];
    }
    return node->value[rank - 1];
}
