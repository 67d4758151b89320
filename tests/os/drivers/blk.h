/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtio disk: whole sectors, one request at a time, each call returns when the device has
 * answered. It sleeps in driver_wait meanwhile, for as long as the disk takes. One hart owns it, in
 * any mode that can reach its page.
 */
#ifndef DRIVERS_BLK_H
#define DRIVERS_BLK_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/virtio.h"
#include "drivers/virtq.h"

#define BLK_SECTOR_BYTES 512u
#define BLK_SECTORS_MAX  2048u /* in one call: 1 MiB */

enum blk_result {
    BLK_OK = 0,
    BLK_IO = -1,          /* the device says that it failed: past the end, a bad sector, no space */
    BLK_UNSUPPORTED = -2, /* the device does not know the request */
    BLK_INVALID = -3,     /* no sectors, or more than BLK_SECTORS_MAX: not sent */
    BLK_GONE = -4, /* not open, or the device broke the rules: every later call says so too */
};

struct blk_header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

struct blk {
    struct virtio device;
    struct virtq queue;
    struct blk_header header;
    volatile uint8_t status;   /* the device's last word on a request */
    uint64_t capacity_sectors; /* when it was opened */
    bool read_only;
    bool can_flush; /* else every write is durable when it is answered, and flush has nothing to do
                     */
    bool gone;
};

/* Opens the device at `base`, as virtio_find gives it. BLK_GONE: there is none that can be used. */
enum blk_result blk_open(struct blk *blk, uintptr_t base) __attribute__((warn_unused_result));

/* `sectors` sectors from `sector` on, to or from memory of the caller's that no one else touches
 * until the call returns. After an error the contents are unknown. */
enum blk_result blk_read(struct blk *blk, uint64_t sector, void *to, uint32_t sectors)
    __attribute__((warn_unused_result));
enum blk_result blk_write(struct blk *blk, uint64_t sector, const void *from, uint32_t sectors)
    __attribute__((warn_unused_result));

/* What was written before is durable when this returns BLK_OK. */
enum blk_result blk_flush(struct blk *blk) __attribute__((warn_unused_result));

#endif
