/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The barrier. Entries and values first, a flush, then the header that makes them count, a flush: a
 * header that is there has all that it speaks of. It goes to the slot that is not the durable one.
 */
#include "parts.h"

/*
 * After a mount, the disk's cache may hold a directory that an earlier life wrote and never saw
 * flushed; after a failed sync, the other slot may hold one that nobody was promised. Either would
 * be in the way of a write: the first could be lost when the slot under it is gone, the second
 * could come back after its sectors were given away.
 */
enum statefs_status sync_settle(struct statefs *store)
{
    if (store->mode == STATEFS_READ_ONLY)
        return STATEFS_ACCESS_DENIED;
    if (store->settled)
        return STATEFS_OK;
    RETURN_UNLESS_OK(sector_flush(store));
    if (store->doubtful) {
        RETURN_UNLESS_OK(header_erase(store, 1 - store->slot));
        RETURN_UNLESS_OK(sector_flush(store));
    }
    store->doubtful = false;
    store->settled = true;
    return STATEFS_OK;
}

static enum statefs_status write_entries(struct statefs *store, uint32_t *count)
{
    *count = 0;
    for (uint32_t i = 0; i < store->node_count; i++) {
        const struct node *node = &store->nodes[i];
        if ((node->flags & NODE_LIVE) == 0)
            continue;
        RETURN_UNLESS_OK(entry_write(store, store->attempt, 1 - store->slot, (*count)++, node));
    }
    return sector_flush(store);
}

static enum statefs_status write_directory(struct statefs *store)
{
    struct header header = {.sequence = ++store->attempt,
                            .next_id = store->next_id,
                            .sectors = FIRST_DATA + (uint64_t)store->data_sectors};
    store->doubtful = true;
    RETURN_UNLESS_OK(write_entries(store, &header.count));
    RETURN_UNLESS_OK(header_write(store, 1 - store->slot, &header));
    return sector_flush(store);
}

/* What callers see becomes the last sync's again, or the last sync becomes what they see. */
static void make_equal(struct statefs *store, uint8_t from, uint8_t to)
{
    for (uint32_t i = 0; i < store->node_count; i++) {
        struct node *node = &store->nodes[i];
        if ((node->flags & NODE_PENDING) != 0)
            continue;
        node->flags = (node->flags & from) == 0 ? 0 : (uint8_t)(node->flags | to);
    }
    store->changed = false;
}

static void roll_back(struct statefs *store)
{
    for (uint32_t i = 0; i < store->config.transactions; i++)
        store->transactions[i].lost = true;
    for (uint32_t i = 0; i < store->node_count; i++) {
        if ((store->nodes[i].flags & NODE_PENDING) != 0)
            store->nodes[i].flags = 0;
    }
    make_equal(store, NODE_DURABLE, NODE_LIVE);
    store->settled = false;
}

enum statefs_status statefs_sync(struct statefs *store)
{
    RETURN_UNLESS_OK(store->mounted);
    if (store->mode == STATEFS_READ_ONLY)
        return STATEFS_OK;
    enum statefs_status status = sync_settle(store);
    bool changed = store->changed;
    if (status == STATEFS_OK && changed)
        status = write_directory(store);
    if (status != STATEFS_OK) {
        roll_back(store);
    } else if (changed) {
        store->slot = 1 - store->slot;
        store->sequence = store->attempt;
        store->doubtful = false;
        make_equal(store, NODE_LIVE, NODE_DURABLE);
    }
    space_sweep(store);
    return status;
}
