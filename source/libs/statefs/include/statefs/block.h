/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block device below the store: link-time functions, defined by the image's driver, the host's
 * image file, and the tests. They may block. 0, or negative where the device failed.
 *
 * What the store relies on: a write is there at the latest when the next flush has answered 0.
 * Before that it may be lost, kept, kept in part, in any order among other writes. After a failed
 * flush it may be lost for good.
 */
#ifndef STATEFS_BLOCK_H
#define STATEFS_BLOCK_H

#include <stdint.h>

#define STATEFS_SECTOR_BYTES 512u

/* The most sectors that one read asks for. */
#define STATEFS_READ_SECTORS 8u

struct statefs_disk; /* defined by each block device */

/* Whole sectors on the device; 0: there is none. Does not change. */
uint64_t statefs_block_count(struct statefs_disk *disk);

/* Reads 1..STATEFS_READ_SECTORS sectors into bytes[0..sectors * 512). */
int statefs_block_read(struct statefs_disk *disk, uint64_t sector, uint32_t sectors, void *bytes);

/* Writes one sector. */
int statefs_block_write(struct statefs_disk *disk, uint64_t sector, const void *bytes);

/* Answers when all that was written before is durable. */
int statefs_block_flush(struct statefs_disk *disk);

#endif
