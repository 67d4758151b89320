/* SPDX-License-Identifier: Apache-2.0 */
/* The two directory slots: a header, its copy, and an entry for each key. */
#include "bytes.h"
#include "parts.h"

/* A header's fields, by their place in the sector. */
#define HEADER_MAGIC    0
#define HEADER_VERSION  8
#define HEADER_COUNT    12
#define HEADER_SEQUENCE 16
#define HEADER_NEXT_ID  24
#define HEADER_SECTORS  32
#define FORMAT_VERSION  1u
#define MAGIC_BYTES     8

static const uint8_t magic[MAGIC_BYTES] = {'s', 't', 'a', 't', 'e', 'f', 's', '\n'};

/* An entry's. */
#define ENTRY_ID         0
#define ENTRY_LENGTH     8
#define ENTRY_KEY_LENGTH 12
#define ENTRY_KEY        16
#define ENTRY_INDEX      272

static uint64_t slot_start(uint32_t slot)
{
    return (uint64_t)slot * SLOT_SECTORS;
}

static bool has_magic(const uint8_t *sector)
{
    for (unsigned i = 0; i < MAGIC_BYTES; i++) {
        if (sector[HEADER_MAGIC + i] != magic[i])
            return false;
    }
    return true;
}

/* The slot is not in the CRC: a header says by itself where it counts. */
void header_encode(const struct header *header, uint8_t *sector)
{
    zero_bytes(sector, STATEFS_SECTOR_BYTES);
    copy_bytes(sector + HEADER_MAGIC, magic, MAGIC_BYTES);
    store_u32(sector + HEADER_VERSION, FORMAT_VERSION);
    store_u32(sector + HEADER_COUNT, header->count);
    store_u64(sector + HEADER_SEQUENCE, header->sequence);
    store_u64(sector + HEADER_NEXT_ID, header->next_id);
    store_u64(sector + HEADER_SECTORS, header->sectors);
    sector_seal(sector, 0, 0);
}

static bool header_decode(struct header *header, const uint8_t *sector)
{
    *header = (struct header){
        .sequence = load_u64(sector + HEADER_SEQUENCE),
        .next_id = load_u64(sector + HEADER_NEXT_ID),
        .sectors = load_u64(sector + HEADER_SECTORS),
        .count = load_u32(sector + HEADER_COUNT),
    };
    return has_magic(sector) && sector_sealed(sector, 0, 0) &&
           load_u32(sector + HEADER_VERSION) == FORMAT_VERSION &&
           header->count <= STATEFS_KEYS_MAX && header->sequence > 0;
}

enum statefs_status header_read(struct statefs *store, uint32_t slot, struct header *header)
{
    static const uint32_t places[2] = {0, HEADER_COPY};
    enum statefs_status result = STATEFS_NOT_FOUND;
    for (unsigned i = 0; i < 2; i++) {
        struct header read;
        if (statefs_block_read(store->disk, slot_start(slot) + places[i], 1, store->scratch) < 0)
            return STATEFS_IO;
        if (!header_decode(&read, store->scratch))
            continue;
        if (result != STATEFS_OK || read.sequence > header->sequence)
            *header = read;
        result = STATEFS_OK;
    }
    return result;
}

/* The sector in scratch, to both places. */
static enum statefs_status write_both(struct statefs *store, uint32_t slot)
{
    uint64_t start = slot_start(slot);
    if (statefs_block_write(store->disk, start, store->scratch) < 0 ||
        statefs_block_write(store->disk, start + HEADER_COPY, store->scratch) < 0)
        return STATEFS_IO;
    return STATEFS_OK;
}

enum statefs_status header_write(struct statefs *store, uint32_t slot, const struct header *header)
{
    header_encode(header, store->scratch);
    return write_both(store, slot);
}

enum statefs_status header_erase(struct statefs *store, uint32_t slot)
{
    zero_bytes(store->scratch, STATEFS_SECTOR_BYTES);
    return write_both(store, slot);
}

enum statefs_status header_traces(struct statefs *store, bool *found)
{
    static const uint32_t places[4] = {0, HEADER_COPY, SLOT_SECTORS, SLOT_SECTORS + HEADER_COPY};
    *found = false;
    for (unsigned i = 0; i < 4; i++) {
        if (statefs_block_read(store->disk, places[i], 1, store->scratch) < 0)
            return STATEFS_IO;
        *found = *found || has_magic(store->scratch);
    }
    return STATEFS_OK;
}

/* INTEGRITY also where the CRC holds and the content makes no sense. */
enum statefs_status entry_read(struct statefs *store, const struct header *header, uint32_t slot,
                               uint32_t position, struct node *node)
{
    uint8_t *sector = store->scratch;
    uint64_t at = slot_start(slot) + 1 + position;
    RETURN_UNLESS_OK(sector_read(store, at, sector, header->sequence, position));
    uint32_t key_length = load_u32(sector + ENTRY_KEY_LENGTH);
    node->id = load_u64(sector + ENTRY_ID);
    node->length = load_u32(sector + ENTRY_LENGTH);
    struct statefs_span key = {sector + ENTRY_KEY, key_length};
    if (statefs_key_check(key) != STATEFS_OK || node->length > STATEFS_VALUE_MAX ||
        node->id >= header->next_id) {
        store->wrong_sector = at;
        return STATEFS_INTEGRITY;
    }
    node->key_length = (uint8_t)key_length;
    copy_bytes(node->key, key.bytes, key_length);
    for (uint32_t i = 0; i < INDEX_MAX; i++)
        node->index[i] = load_u32(sector + ENTRY_INDEX + 4 * (size_t)i);
    return STATEFS_OK;
}

enum statefs_status entry_write(struct statefs *store, uint64_t sequence, uint32_t slot,
                                uint32_t position, const struct node *node)
{
    uint8_t *sector = store->scratch;
    zero_bytes(sector, STATEFS_SECTOR_BYTES);
    store_u64(sector + ENTRY_ID, node->id);
    store_u32(sector + ENTRY_LENGTH, node->length);
    store_u32(sector + ENTRY_KEY_LENGTH, node->key_length);
    copy_bytes(sector + ENTRY_KEY, node->key, node->key_length);
    for (uint32_t i = 0; i < index_count(node->length); i++)
        store_u32(sector + ENTRY_INDEX + 4 * (size_t)i, node->index[i]);
    return sector_write(store, slot_start(slot) + 1 + position, sector, sequence, position);
}
