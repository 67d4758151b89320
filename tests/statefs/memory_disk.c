/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR STATEFS_SECTOR_BYTES

static void *take(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes);
    if (memory == NULL) {
        perror("memory_disk");
        exit(1);
    }
    return memory;
}

void memory_disk_init(struct statefs_disk *disk, uint64_t sectors)
{
    *disk = (struct statefs_disk){.sectors = sectors};
    disk->seen = take(NULL, sectors * SECTOR);
    disk->durable = take(NULL, sectors * SECTOR);
    memset(disk->seen, 0, sectors * SECTOR);
    memset(disk->durable, 0, sectors * SECTOR);
}

void memory_disk_free(struct statefs_disk *disk)
{
    free(disk->seen);
    free(disk->durable);
    free(disk->cached);
    *disk = (struct statefs_disk){0};
}

void memory_disk_cut(struct statefs_disk *to, const struct statefs_disk *from)
{
    memcpy(to->durable, from->durable, from->sectors * SECTOR);
    memcpy(to->seen, from->durable, from->sectors * SECTOR);
    to->cached_count = 0;
    to->ops = to->writes = to->flushes = to->failures = 0;
    to->fail_at = to->fail_count = 0;
    to->lie = LIE_NONE;
}

static struct disk_write *one_more(struct statefs_disk *disk)
{
    if (disk->cached_count == disk->cached_room) {
        disk->cached_room = disk->cached_room * 2 + 64;
        disk->cached = take(disk->cached, disk->cached_room * sizeof *disk->cached);
    }
    return &disk->cached[disk->cached_count++];
}

void memory_disk_copy(struct statefs_disk *to, const struct statefs_disk *from)
{
    memory_disk_cut(to, from);
    memcpy(to->seen, from->seen, from->sectors * SECTOR);
    for (size_t i = 0; i < from->cached_count; i++)
        *one_more(to) = from->cached[i];
}

void memory_disk_keep(struct statefs_disk *to, const struct disk_write *write, unsigned part)
{
    size_t start = part == PART_SECOND ? SECTOR / 2 : 0;
    size_t end = part == PART_FIRST ? SECTOR / 2 : SECTOR;
    size_t at = write->sector * SECTOR + start;
    memcpy(to->seen + at, write->bytes + start, end - start);
    memcpy(to->durable + at, write->bytes + start, end - start);
}

static bool fails(struct statefs_disk *disk)
{
    disk->ops++;
    bool now = disk->fail_at != 0 && disk->ops >= disk->fail_at &&
               disk->ops - disk->fail_at < disk->fail_count;
    disk->failures += now;
    return now;
}

uint64_t statefs_block_count(struct statefs_disk *disk)
{
    return disk->sectors;
}

int statefs_block_read(struct statefs_disk *disk, uint64_t sector, uint32_t sectors, void *bytes)
{
    if (fails(disk) || sectors == 0 || sectors > STATEFS_READ_SECTORS ||
        sector + sectors > disk->sectors)
        return -1;
    memcpy(bytes, disk->seen + sector * SECTOR, (size_t)sectors * SECTOR);
    return 0;
}

int statefs_block_write(struct statefs_disk *disk, uint64_t sector, const void *bytes)
{
    if (fails(disk) || sector >= disk->sectors)
        return -1;
    struct disk_write *write = one_more(disk);
    write->sector = sector;
    memcpy(write->bytes, bytes, SECTOR);
    memcpy(disk->seen + sector * SECTOR, bytes, SECTOR);
    disk->writes++;
    if (disk->on_write != NULL)
        disk->on_write(disk);
    return 0;
}

/* The first flush settles, then every sync has two. */
static bool lies(const struct statefs_disk *disk)
{
    switch (disk->lie) {
    case LIE_NONE:
        return false;
    case LIE_SETTLE:
        return disk->flushes == 1;
    case LIE_ENTRIES:
        return disk->flushes > 1 && disk->flushes % 2 == 0;
    case LIE_HEADER:
        return disk->flushes > 1 && disk->flushes % 2 == 1;
    }
    return false;
}

int statefs_block_flush(struct statefs_disk *disk)
{
    if (fails(disk)) {
        if (disk->failed_flush_loses)
            disk->cached_count = 0;
        return -1;
    }
    disk->flushes++;
    if (lies(disk))
        return 0;
    for (size_t i = 0; i < disk->cached_count; i++)
        memcpy(disk->durable + disk->cached[i].sector * SECTOR, disk->cached[i].bytes, SECTOR);
    disk->cached_count = 0;
    return 0;
}
