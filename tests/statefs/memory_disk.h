/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk in memory whose power can be cut: it keeps what is durable apart from what was written
 * since the last flush, and fails where the test says.
 */
#ifndef MEMORY_DISK_H
#define MEMORY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statefs/block.h"

struct disk_write {
    uint64_t sector;
    uint8_t bytes[STATEFS_SECTOR_BYTES];
};

/* Flushes that answer and do nothing, as if the store had not called them: the first after a mount,
 * which settles what an earlier life left, and of each sync's two one. */
enum disk_lie { LIE_NONE, LIE_SETTLE, LIE_ENTRIES, LIE_HEADER };

struct statefs_disk {
    uint64_t sectors;
    uint8_t *seen;             /* what reads see: the disk and its cache */
    uint8_t *durable;          /* what every power cut leaves */
    struct disk_write *cached; /* since the last flush, in order */
    size_t cached_count, cached_room;

    /* Faults, all zero: none. */
    uint64_t ops;     /* so far, of all kinds */
    uint64_t fail_at; /* this one fails (1: the first), and fail_count - 1 after it */
    uint64_t fail_count;
    bool failed_flush_loses; /* writes before a failed flush stay in `seen` and are never durable */
    enum disk_lie lie;
    uint64_t writes, flushes, failures;

    /* Called after each write, before the next call: the moment to cut the power. */
    void (*on_write)(struct statefs_disk *disk);
};

/* All zeros. Ends the process where there is no memory. */
void memory_disk_init(struct statefs_disk *disk, uint64_t sectors);
void memory_disk_free(struct statefs_disk *disk);

/* Makes `to`, of the same size, a disk after a power cut: what is durable, nothing cached, no
 * faults. */
void memory_disk_cut(struct statefs_disk *to, const struct statefs_disk *from);

/* Makes `to` a disk whose power stayed on while all that used it started anew. */
void memory_disk_copy(struct statefs_disk *to, const struct statefs_disk *from);

/* Puts a cached write, or its first or second half, onto a disk after a cut. */
enum disk_part { PART_FIRST = 1, PART_SECOND = 2, PART_WHOLE = 3 };
void memory_disk_keep(struct statefs_disk *to, const struct disk_write *write, unsigned part);

#endif
