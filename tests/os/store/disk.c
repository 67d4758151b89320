/* SPDX-License-Identifier: Apache-2.0 */
/* The store's block device: the virtio disk. */
#include "store/disk.h"

_Static_assert(BLK_SECTOR_BYTES == STATEFS_SECTOR_BYTES, "the store's sectors are the disk's");

uint64_t statefs_block_count(struct statefs_disk *disk)
{
    return disk->is_open ? disk->blk.capacity_sectors : 0;
}

int statefs_block_read(struct statefs_disk *disk, uint64_t sector, uint32_t sectors, void *bytes)
{
    return blk_read(&disk->blk, sector, bytes, sectors);
}

int statefs_block_write(struct statefs_disk *disk, uint64_t sector, const void *bytes)
{
    return blk_write(&disk->blk, sector, bytes, 1);
}

int statefs_block_flush(struct statefs_disk *disk)
{
    return blk_flush(&disk->blk);
}
