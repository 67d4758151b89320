/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes.h"
#include "parts.h"

struct node *node_take(struct statefs *store, struct statefs_span key, uint8_t flags)
{
    for (uint32_t i = 0; i < store->node_count; i++) {
        struct node *node = &store->nodes[i];
        if (node->flags != 0)
            continue;
        *node = (struct node){.id = store->next_id++, .flags = flags};
        node->key_length = (uint8_t)key.length;
        copy_bytes(node->key, key.bytes, key.length);
        return node;
    }
    return NULL;
}

struct node *node_find(const struct statefs *store, struct statefs_span key, uint8_t flag)
{
    for (uint32_t i = 0; i < store->node_count; i++) {
        struct node *node = &store->nodes[i];
        if ((node->flags & flag) != 0 && statefs_span_compare(node_key(node), key) == 0)
            return node;
    }
    return NULL;
}

uint32_t node_count_of(const struct statefs *store, uint8_t flag)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < store->node_count; i++)
        count += (store->nodes[i].flags & flag) != 0;
    return count;
}

void space_sweep(struct statefs *store)
{
    if (store->writer.node != NULL && store->writer.node->flags == 0)
        store->writer.node = NULL;
    for (uint32_t i = 0; i < store->data_sectors; i++) {
        uint8_t owner = store->owner[i];
        if (owner == 0 || store->nodes[owner - 1].flags != 0)
            continue;
        store->owner[i] = 0;
        store->free_sectors++;
    }
}

static void own(struct statefs *store, uint32_t i, const struct node *node)
{
    store->owner[i] = (uint8_t)(node - store->nodes + 1);
    store->free_sectors--;
}

/* Goes round, so that a sector that was freed just now is written to last. */
uint32_t sector_take(struct statefs *store, const struct node *node)
{
    uint32_t i = store->next_sector;
    while (store->owner[i] != 0)
        i = i + 1 < store->data_sectors ? i + 1 : 0;
    own(store, i, node);
    store->next_sector = i + 1 < store->data_sectors ? i + 1 : 0;
    return FIRST_DATA + i;
}

bool sector_claim(struct statefs *store, uint32_t sector, const struct node *node)
{
    if (sector < FIRST_DATA || sector - FIRST_DATA >= store->data_sectors ||
        store->owner[sector - FIRST_DATA] != 0)
        return false;
    own(store, sector - FIRST_DATA, node);
    return true;
}
