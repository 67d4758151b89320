/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a store on the disk, or a disk that may become one. */
#include "bytes.h"
#include "parts.h"

static void forget_all(struct statefs *store)
{
    for (uint32_t i = 0; i < store->node_count; i++)
        store->nodes[i].flags = 0;
    for (uint32_t i = 0; i < store->config.transactions; i++)
        store->transactions[i].id = 0;
    zero_bytes(store->owner, store->config.sectors);
    store->writer.node = NULL;
    store->data_sectors = 0;
    store->lost_keys = 0;
    store->wrong_sector = 0;
    store->settled = false;
    store->doubtful = false;
    store->changed = false;
}

/* --- Formatting --- */

static struct header empty_directory(const struct statefs *store)
{
    uint64_t most = store->config.sectors;
    return (struct header){.sequence = 1,
                           .next_id = 1,
                           .sectors = store->disk_sectors < most ? store->disk_sectors : most};
}

/* Zeros only; or, where formatting writes, what it writes with any part of it still zero. */
static bool blank(const uint8_t *sector, const uint8_t *expected)
{
    for (uint32_t i = 0; i < STATEFS_SECTOR_BYTES; i++) {
        if (sector[i] != 0 && (expected == NULL || sector[i] != expected[i]))
            return false;
    }
    return true;
}

/* Reads the whole disk: what else would tell that nobody's data is on it? */
static enum statefs_status find_data(struct statefs *store, bool *found)
{
    const struct header header = empty_directory(store);
    uint8_t *expected = store->writer.data; /* nobody writes yet */
    uint64_t at = 0;
    header_encode(&header, expected);
    *found = false;
    while (at < store->disk_sectors && !*found) {
        uint64_t left = store->disk_sectors - at;
        uint32_t part = left < STATEFS_READ_SECTORS ? (uint32_t)left : STATEFS_READ_SECTORS;
        if (statefs_block_read(store->disk, at, part, store->scratch) < 0)
            return STATEFS_IO;
        for (uint32_t i = 0; i < part; i++, at++) {
            bool header_place = at == 0 || at == HEADER_COPY;
            *found = *found || !blank(store->scratch + (size_t)i * STATEFS_SECTOR_BYTES,
                                      header_place ? expected : NULL);
        }
    }
    return STATEFS_OK;
}

static enum statefs_status format(struct statefs *store)
{
    const struct header header = empty_directory(store);
    RETURN_UNLESS_OK(header_write(store, 0, &header));
    return sector_flush(store);
}

/* No directory: whose disk is it? */
static enum statefs_status claim_disk(struct statefs *store)
{
    bool found;
    RETURN_UNLESS_OK(find_data(store, &found));
    if (!found)
        return store->mode == STATEFS_READ_ONLY ? STATEFS_FOREIGN : format(store);
    RETURN_UNLESS_OK(header_traces(store, &found));
    return found ? STATEFS_INTEGRITY : STATEFS_FOREIGN;
}

/* --- Reading --- */

static enum statefs_status find_directory(struct statefs *store, struct header *newest)
{
    enum statefs_status result = STATEFS_NOT_FOUND;
    for (uint32_t slot = 0; slot < 2; slot++) {
        struct header header;
        enum statefs_status status = header_read(store, slot, &header);
        if (status == STATEFS_IO)
            return status;
        if (status != STATEFS_OK || (result == STATEFS_OK && header.sequence <= newest->sequence))
            continue;
        result = STATEFS_OK;
        *newest = header;
        store->slot = slot;
    }
    return result;
}

static enum statefs_status load_node(struct statefs *store, const struct header *header,
                                     uint32_t position)
{
    struct node *node = &store->nodes[position];
    enum statefs_status status = entry_read(store, header, store->slot, position, node);
    uint64_t entry = (uint64_t)store->slot * SLOT_SECTORS + 1 + position;
    if (status == STATEFS_OK && node_find(store, node_key(node), NODE_LIVE) != NULL) {
        store->wrong_sector = entry;
        status = STATEFS_INTEGRITY;
    }
    if (status != STATEFS_OK) {
        store->lost_keys++;
        return status;
    }
    node->flags = NODE_LIVE | NODE_DURABLE;
    status = value_claim(store, node);
    if (status == STATEFS_INTEGRITY) {
        node->flags |= NODE_DAMAGED;
        store->wrong_sector = store->wrong_sector != 0 ? store->wrong_sector : entry;
    }
    return status;
}

static enum statefs_status load_directory(struct statefs *store, const struct header *header)
{
    if (header->sectors < STATEFS_SECTORS_MIN || header->sectors > store->disk_sectors) {
        store->wrong_sector = (uint64_t)store->slot * SLOT_SECTORS;
        return STATEFS_INTEGRITY; /* the disk was larger once */
    }
    if (header->count > store->config.keys || header->sectors > store->config.sectors)
        return STATEFS_TOO_BIG;
    store->data_sectors = (uint32_t)header->sectors - FIRST_DATA;
    store->free_sectors = store->data_sectors;
    for (uint32_t i = 0; i < header->count; i++) {
        enum statefs_status status = load_node(store, header, i);
        if (status != STATEFS_OK &&
            (status != STATEFS_INTEGRITY || store->mode == STATEFS_READ_WRITE))
            return status;
    }
    store->sequence = store->attempt = header->sequence;
    store->next_id = header->next_id;
    store->next_transaction = header->sequence << 32;
    store->next_sector = (uint32_t)(header->next_id % store->data_sectors);
    return STATEFS_OK;
}

static enum statefs_status mount(struct statefs *store)
{
    struct header header = {0};
    store->disk_sectors = statefs_block_count(store->disk);
    if (store->disk_sectors == 0)
        return STATEFS_NO_DISK;
    if (store->disk_sectors < STATEFS_SECTORS_MIN)
        return STATEFS_TOO_SMALL;
    enum statefs_status status = find_directory(store, &header);
    if (status == STATEFS_NOT_FOUND) {
        RETURN_UNLESS_OK(claim_disk(store));
        header = empty_directory(store);
        store->slot = 0;
    } else if (status != STATEFS_OK) {
        return status;
    }
    return load_directory(store, &header);
}

enum statefs_status statefs_mount(struct statefs *store, enum statefs_mode mode)
{
    forget_all(store);
    store->mode = mode;
    store->mounted = mount(store);
    return store->mounted;
}
