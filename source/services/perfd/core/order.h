/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A multiset of u64 that knows its k-th smallest: exact percentiles, kept up to date a value at a
 * time.
 *
 * A B+ tree in a pool of equal nodes. Leaves hold sorted values; an inner node holds, for each
 * child, how many values lie below it and the largest of them, exactly. Full nodes are split and
 * half-full ones refilled on the way down, so that one pass does, and every node but the root stays
 * at least half full: that bounds the nodes (order_nodes()), so the pool never runs out.
 *
 * insert, remove and select take O(log n) comparisons and shift at most one leaf.
 */
#ifndef PERFD_CORE_ORDER_H
#define PERFD_CORE_ORDER_H

#include <stdint.h>

#include "perfd/config.h"

#define ORDER_LEAF   64 /* values in a full leaf */
#define ORDER_FAN    32 /* children of a full inner node: as many bytes */
#define ORDER_LEVELS 6  /* 2^20 values with every node half full have 5 */

struct order_child {
    uint32_t node;
    uint32_t count; /* values below it */
};

/* Places not in use hold UINT64_MAX as their value or max. */
struct order_node {
    uint32_t n;    /* values or children in use */
    uint32_t next; /* free nodes: the next one, as index + 1 */
    union {
        uint64_t value[ORDER_LEAF];
        struct {
            uint64_t max[ORDER_FAN];
            struct order_child child[ORDER_FAN];
        };
    };
};

_Static_assert(sizeof(struct order_node) == PERFD_ORDER_NODE_BYTES,
               "config.h knows the node's size");

struct order {
    struct order_node *nodes;
    uint32_t count; /* values held */
    uint32_t root;
    uint32_t levels; /* 1: the root is a leaf */
    uint32_t free;   /* list of nodes given back, as index + 1; 0: none */
    uint32_t used;   /* nodes ever taken */
    uint32_t spare;
};

/* PERFD_ORDER_NODES(values). */
uint32_t order_nodes(uint32_t values);

/* Empties the tree. nodes: order_nodes(most values ever held at once) of them. */
void order_reset(struct order *o, struct order_node *nodes);

void order_insert(struct order *o, uint64_t value);
void order_remove(struct order *o, uint64_t value); /* value is in it */

/* The rank-th smallest, from 1; 1 <= rank <= count. */
uint64_t order_select(const struct order *o, uint32_t rank);

#endif
