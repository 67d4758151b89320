/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/blk.h"

#include "drivers/driver.h"

#define FEATURE_READ_ONLY  (1u << 5)
#define FEATURE_FLUSH      (1u << 9)
#define CONFIG_CAPACITY    0u
#define QUEUE              0u
#define HEAD               0u
#define STATUS_OK          0u
#define STATUS_UNSUPPORTED 2u
/* What no device says: a request that it did not answer is not taken for done. */
#define STATUS_NOT_ANSWERED 0xffu

enum type {
    TYPE_READ = 0,
    TYPE_WRITE = 1,
    TYPE_FLUSH = 4,
};

_Static_assert(sizeof(struct blk_header) == 16, "as the device reads it");

enum blk_result blk_open(struct blk *blk, uintptr_t base)
{
    uint32_t features;
    blk->gone = true;
    if (!virtio_open(&blk->device, base, VIRTIO_ID_BLOCK, FEATURE_READ_ONLY | FEATURE_FLUSH,
                     &features))
        return BLK_GONE;
    if (!virtio_attach(&blk->device, QUEUE, &blk->queue) || !virtio_start(&blk->device)) {
        virtio_reset(&blk->device);
        return BLK_GONE;
    }
    blk->capacity_sectors = virtio_config64(&blk->device, CONFIG_CAPACITY);
    blk->read_only = (features & FEATURE_READ_ONLY) != 0;
    blk->can_flush = (features & FEATURE_FLUSH) != 0;
    blk->gone = false;
    return BLK_OK;
}

/* The memory is the caller's again in every case, therefore the reset. */
static enum blk_result give_up(struct blk *blk)
{
    virtio_reset(&blk->device);
    blk->gone = true;
    return BLK_GONE;
}

/* Posts the pieces, waits until they are back. `written`: how many bytes a good answer has. */
static enum blk_result run(struct blk *blk, const struct virtq_piece *pieces, uint16_t count,
                           uint32_t written)
{
    uint16_t head;
    uint32_t bytes;
    enum virtq_taken taken;

    blk->status = STATUS_NOT_ANSWERED;
    virtq_post(&blk->queue, HEAD, pieces, count);
    virtio_notify(&blk->device, QUEUE);
    for (;;) {
        bool alive = virtio_acknowledge(&blk->device);
        taken = virtq_take(&blk->queue, &head, &bytes);
        if (taken != VIRTQ_NONE)
            break;
        if (!alive)
            return give_up(blk);
        driver_wait();
    }
    if (taken == VIRTQ_BROKEN)
        return give_up(blk);
    if (blk->status == STATUS_OK)
        return bytes == written ? BLK_OK : give_up(blk);
    return blk->status == STATUS_UNSUPPORTED ? BLK_UNSUPPORTED : BLK_IO;
}

static enum blk_result transfer(struct blk *blk, enum type type, uint64_t sector,
                                const volatile void *memory, uint32_t sectors)
{
    if (blk->gone)
        return BLK_GONE;
    if (sectors == 0 || sectors > BLK_SECTORS_MAX)
        return BLK_INVALID;
    uint32_t bytes = sectors * BLK_SECTOR_BYTES;
    bool to_memory = type == TYPE_READ;
    blk->header = (struct blk_header){(uint32_t)type, 0, sector};
    const struct virtq_piece pieces[] = {
        {&blk->header, sizeof(blk->header), false},
        {memory, bytes, to_memory},
        {&blk->status, sizeof(blk->status), true},
    };
    return run(blk, pieces, 3, to_memory ? bytes + 1u : 1u);
}

enum blk_result blk_read(struct blk *blk, uint64_t sector, void *to, uint32_t sectors)
{
    return transfer(blk, TYPE_READ, sector, to, sectors);
}

enum blk_result blk_write(struct blk *blk, uint64_t sector, const void *from, uint32_t sectors)
{
    return transfer(blk, TYPE_WRITE, sector, from, sectors);
}

enum blk_result blk_flush(struct blk *blk)
{
    if (blk->gone)
        return BLK_GONE;
    if (!blk->can_flush)
        return BLK_OK;
    blk->header = (struct blk_header){TYPE_FLUSH, 0, 0};
    const struct virtq_piece pieces[] = {
        {&blk->header, sizeof(blk->header), false},
        {&blk->status, sizeof(blk->status), true},
    };
    return run(blk, pieces, 2, 1);
}
