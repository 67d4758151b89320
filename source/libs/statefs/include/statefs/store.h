/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key-value store on a block device; docs/perf/statefs-disk.md has the disk's format and why it
 * holds.
 *
 * Promises, whatever the power does: what statefs_sync() has acknowledged is there; what was
 * committed since is there whole or not at all, all of it together. A put, a delete and a commit
 * are visible at once and durable at the next sync. A value that is being written is invisible
 * until its commit.
 *
 * One thread calls; calls block as long as the block device does. All memory is the caller's arena.
 */
#ifndef STATEFS_STORE_H
#define STATEFS_STORE_H

#include "statefs/block.h"
#include "statefs/statefs.h"

/* What the format holds at most. */
#define STATEFS_KEYS_MAX    126u
#define STATEFS_VALUE_MAX   1048576u
#define STATEFS_NODES_MAX   255u
#define STATEFS_SECTORS_MIN 258u /* two directories and a value of one sector */

struct statefs_config {
    uint32_t keys;              /* 1..126: in the store at once */
    uint32_t pending;           /* 1..: keys in all open transactions together;
                                   2 * keys + pending <= 255 */
    uint32_t transactions;      /* 1..64: open at once */
    uint32_t transaction_keys;  /* 1..pending: in one transaction */
    uint32_t transaction_bytes; /* of all values in one transaction */
    uint32_t value_bytes;       /* 1..1,048,576: the largest value */
    uint32_t sectors;           /* 258..2^24: a larger disk's rest is not
                                             used, and formatting fixes how many are */
};

/* A disk of 16 MiB; about 90 KiB of memory. */
#define STATEFS_CONFIG_DEFAULT                                                                     \
    {                                                                                              \
        .keys = 64, .pending = 32, .transactions = 8, .transaction_keys = 32,                      \
        .transaction_bytes = STATEFS_VALUE_MAX, .value_bytes = STATEFS_VALUE_MAX,                  \
        .sectors = 32768,                                                                          \
    }

/*
 * The arena as a constant expression, equal to statefs_bytes() for the same numbers. For the
 * default:
 *     static _Alignas(8) uint8_t arena[STATEFS_BYTES(64, 32, 8, 32768)];
 */
#define STATEFS_BYTES(keys, pending, transactions, sectors)                                        \
    (STATEFS_CONTEXT_BYTES + (2 * (keys) + (pending)) * STATEFS_NODE_BYTES +                       \
     (transactions)*STATEFS_TRANSACTION_BYTES + ((sectors) + 7) / 8 * 8)
#define STATEFS_CONTEXT_BYTES     5280u
#define STATEFS_NODE_BYTES        344u
#define STATEFS_TRANSACTION_BYTES 16u

struct statefs; /* the store; lives at the start of the arena */

/* 0 where a field is out of its range. */
size_t statefs_bytes(const struct statefs_config *config);

/* Lays the store out in arena[0..length), aligned to 8; it is not mounted yet. MALFORMED: a field
 * out of its range, a misaligned arena; TOO_LARGE: the arena is too small. */
enum statefs_status statefs_init(struct statefs **out, void *arena, size_t length,
                                 const struct statefs_config *config, struct statefs_disk *disk)
    __attribute__((warn_unused_result));

enum statefs_mode {
    STATEFS_READ_WRITE,
    STATEFS_READ_ONLY, /* writes nothing, formats nothing; keys that cannot be read are left out */
};

/*
 * Finds the newest directory on the disk. A disk of zeros, or one whose formatting was cut off, is
 * formatted. Otherwise a disk without a directory is FOREIGN, or INTEGRITY where it was a store
 * once; neither is touched. Until a mount answers OK every other call answers what the mount did;
 * it may be tried again.
 */
enum statefs_status statefs_mount(struct statefs *store, enum statefs_mode mode)
    __attribute__((warn_unused_result));

struct statefs_info {
    enum statefs_status mounted; /* what the last mount answered */
    uint32_t keys, free_sectors, data_sectors;
    uint32_t lost_keys;    /* READ_ONLY: directory entries that could not be read */
    uint64_t sequence;     /* of the directory that the last sync made durable */
    uint64_t wrong_sector; /* the last one whose content was not what was written; 0: none */
};

struct statefs_info statefs_info(const struct statefs *store);

/* The whole value of one key, new or replaced. */
enum statefs_status statefs_put(struct statefs *store, struct statefs_span key,
                                struct statefs_span value) __attribute__((warn_unused_result));

/* Reads length bytes from offset, fewer at the value's end, and says how many in *got. *total is
 * the value's length. */
enum statefs_status statefs_get(struct statefs *store, struct statefs_span key, uint32_t offset,
                                uint8_t *bytes, uint32_t length, uint32_t *got, uint32_t *total)
    __attribute__((warn_unused_result));

enum statefs_status statefs_delete(struct statefs *store, struct statefs_span key)
    __attribute__((warn_unused_result));

/* The first key after `after` that starts with prefix, in bytewise order. NOT_FOUND: no more. *key
 * is valid until the next call that is not this one or a get. */
enum statefs_status statefs_next(const struct statefs *store, struct statefs_span prefix,
                                 struct statefs_span after, struct statefs_span *key)
    __attribute__((warn_unused_result));

/*
 * Transactions: chunks of one key append in order; other keys may come between. A commit that
 * fails, for whatever reason, has ended the transaction as an abort does. An append that failed for
 * want of room has changed nothing; after an I/O error only an abort helps.
 */
enum statefs_status statefs_begin(struct statefs *store, uint64_t *transaction)
    __attribute__((warn_unused_result));
enum statefs_status statefs_append(struct statefs *store, uint64_t transaction,
                                   struct statefs_span key, struct statefs_span chunk)
    __attribute__((warn_unused_result));
enum statefs_status statefs_commit(struct statefs *store, uint64_t transaction)
    __attribute__((warn_unused_result));
enum statefs_status statefs_abort(struct statefs *store, uint64_t transaction);
void statefs_abort_all(struct statefs *store);

/*
 * The barrier: OK says that all that is visible now survives a power cut. Any other answer takes
 * the store back to the last sync that was acknowledged: what a failed flush has done to the
 * writes before it, nobody knows. Open transactions answer IO from then on.
 */
enum statefs_status statefs_sync(struct statefs *store) __attribute__((warn_unused_result));

#endif
