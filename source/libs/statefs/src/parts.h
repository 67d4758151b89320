/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's inside.
 *
 * A node is one value: in the directory of the last sync (DURABLE), in the one that callers see
 * (LIVE), or in a transaction (PENDING). A node without flags is free. `owner` says of every data
 * sector which node holds it, so a sector that any of the three needs is never written to.
 */
#ifndef STATEFS_PARTS_H
#define STATEFS_PARTS_H

#include "statefs/store.h"

/* --- The disk: what statefs-disk.md says --- */

#define SLOT_SECTORS    128u /* header, 126 entries, the header's copy */
#define HEADER_COPY     127u
#define FIRST_DATA      (2 * SLOT_SECTORS)
#define PAYLOAD_BYTES   508u /* of a sector; the last 4 are its CRC */
#define POINTERS        (PAYLOAD_BYTES / 4)
#define INDEX_REACH     (POINTERS * PAYLOAD_BYTES) /* bytes of value below one index sector */
#define INDEX_MAX       17u                        /* index sectors of the largest value */
#define INDEX_CRC_PLACE 0x80000000u

_Static_assert(INDEX_MAX *POINTERS *PAYLOAD_BYTES >= STATEFS_VALUE_MAX, "the index reaches");
_Static_assert(STATEFS_KEYS_MAX == SLOT_SECTORS - 2, "an entry a sector");

struct header {
    uint64_t sequence;
    uint64_t next_id;
    uint64_t sectors; /* that the store uses, from the disk's first */
    uint32_t count;   /* of entries */
};

/* --- Memory --- */

enum node_flag {
    NODE_LIVE = 1,
    NODE_DURABLE = 2,
    NODE_PENDING = 4,
    NODE_DAMAGED = 8, /* its index cannot be read: it can only be listed and deleted */
    NODE_FAILED = 16, /* PENDING: a write of it went wrong */
};

struct node {
    uint64_t id; /* never used twice: in the CRC of each of its sectors */
    uint32_t length;
    uint32_t index[INDEX_MAX]; /* sectors with the pointers to the data */
    uint8_t flags;
    uint8_t transaction; /* PENDING: which */
    uint8_t key_length;
    uint8_t key[STATEFS_KEY_MAX];
};

struct transaction {
    uint64_t id; /* 0: free */
    uint32_t bytes;
    uint16_t keys;
    bool lost; /* a failed sync took what it had written */
};

/* The end of the one value that is being written: what is not yet a whole sector. */
struct writer {
    struct node *node; /* NULL: nobody's */
    uint8_t data[STATEFS_SECTOR_BYTES];
    uint8_t index[STATEFS_SECTOR_BYTES];
};

struct statefs {
    struct statefs_disk *disk;
    struct statefs_config config;
    struct node *nodes;
    struct transaction *transactions;
    uint8_t *owner; /* of the sector FIRST_DATA + i: 0, or its node's number + 1 */
    uint32_t node_count, data_sectors, free_sectors, next_sector;
    enum statefs_status mounted;
    enum statefs_mode mode;
    uint32_t slot;     /* of the durable directory: 0 or 1 */
    uint64_t sequence; /* of the durable directory */
    uint64_t attempt;  /* the highest that may be on the disk */
    uint64_t disk_sectors;
    uint64_t next_id, next_transaction;
    bool settled;  /* false: before the next write, see to what an earlier life left in the cache */
    bool doubtful; /* the other slot may hold a directory newer than the durable one */
    bool changed;  /* visible is not durable */
    uint32_t lost_keys;
    uint64_t wrong_sector;
    struct writer writer;
    uint8_t scratch[STATEFS_READ_SECTORS * STATEFS_SECTOR_BYTES];
};

/* Holds the caller to a mounted store, writable if it writes. */
#define RETURN_UNLESS_OK(call)                                                                     \
    do {                                                                                           \
        enum statefs_status status_ = (call);                                                      \
        if (status_ != STATEFS_OK)                                                                 \
            return status_;                                                                        \
    } while (0)

static inline struct statefs_span node_key(const struct node *node)
{
    return (struct statefs_span){node->key, node->key_length};
}

/* How many data sectors a value takes, and how many index sectors these. */
static inline uint32_t data_count(uint32_t length)
{
    return length / PAYLOAD_BYTES + (length % PAYLOAD_BYTES != 0);
}

static inline uint32_t index_count(uint32_t length)
{
    return data_count(length) / POINTERS + (data_count(length) % POINTERS != 0);
}

/* --- sector.c: sealed sectors. `number` and `place` are part of the CRC: a sector read from the
 * wrong place, or left over from another value, does not pass. --- */

void sector_seal(uint8_t *sector, uint64_t number, uint32_t place);
bool sector_sealed(const uint8_t *sector, uint64_t number, uint32_t place);

/* Reads into sector[0..512): OK, IO, or INTEGRITY, which also notes where. */
enum statefs_status sector_read(struct statefs *store, uint64_t at, uint8_t *sector,
                                uint64_t number, uint32_t place);

/* Seals and writes it. OK or IO. */
enum statefs_status sector_write(struct statefs *store, uint64_t at, uint8_t *sector,
                                 uint64_t number, uint32_t place);

enum statefs_status sector_flush(struct statefs *store);

/* --- directory.c: headers and entries --- */

/* The newest readable header of a slot. NOT_FOUND: there is none. */
enum statefs_status header_read(struct statefs *store, uint32_t slot, struct header *header);
enum statefs_status header_write(struct statefs *store, uint32_t slot, const struct header *header);
enum statefs_status header_erase(struct statefs *store, uint32_t slot);
void header_encode(const struct header *header, uint8_t *sector);

/* Any of the four header places starts as a header does, whatever its CRC says. */
enum statefs_status header_traces(struct statefs *store, bool *found);

enum statefs_status entry_read(struct statefs *store, const struct header *header, uint32_t slot,
                               uint32_t position, struct node *node);
enum statefs_status entry_write(struct statefs *store, uint64_t sequence, uint32_t slot,
                                uint32_t position, const struct node *node);

/* --- space.c: nodes and sectors --- */

/* NULL: none is free. It has flags, and is nobody's until its caller says so. */
struct node *node_take(struct statefs *store, struct statefs_span key, uint8_t flags);
struct node *node_find(const struct statefs *store, struct statefs_span key, uint8_t flag);
uint32_t node_count_of(const struct statefs *store, uint8_t flag);

/* After flags were cleared: frees what no node holds any more. */
void space_sweep(struct statefs *store);

/* There must be one free. */
uint32_t sector_take(struct statefs *store, const struct node *node);

/* False: outside the data area, or somebody's already. */
bool sector_claim(struct statefs *store, uint32_t sector, const struct node *node);

/* --- value.c: the bytes of a value --- */

/* NO_SPACE has changed nothing; after IO the node is FAILED. */
enum statefs_status value_append(struct statefs *store, struct node *node,
                                 struct statefs_span bytes);

/* Writes what the writer still holds of its node, if any; a failure is noted in that node. */
void writer_spill(struct statefs *store);

enum statefs_status value_read(struct statefs *store, const struct node *node, uint32_t offset,
                               uint8_t *bytes, uint32_t length);

/* At mount: claims all sectors of a node. A wrong index makes it DAMAGED, and that is OK. */
enum statefs_status value_claim(struct statefs *store, struct node *node);

/* --- sync.c --- */

/* Before the first write of any kind: OK, or why there can be none now. */
enum statefs_status sync_settle(struct statefs *store);

#endif
