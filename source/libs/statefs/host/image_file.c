/* SPDX-License-Identifier: Apache-2.0 */
#include "image_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

int image_file_open(struct statefs_disk *disk, const char *path, bool writable)
{
    *disk = (struct statefs_disk){.fd = -1, .writable = writable};
    disk->fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (disk->fd < 0)
        return -1;
    off_t bytes = lseek(disk->fd, 0, SEEK_END);
    if (bytes < 0) {
        int error = errno;
        image_file_close(disk);
        errno = error;
        return -1;
    }
    disk->sectors = (uint64_t)bytes / STATEFS_SECTOR_BYTES;
    return 0;
}

void image_file_close(struct statefs_disk *disk)
{
    if (disk->fd >= 0)
        close(disk->fd);
    disk->fd = -1;
}

uint64_t statefs_block_count(struct statefs_disk *disk)
{
    return disk->sectors;
}

int statefs_block_read(struct statefs_disk *disk, uint64_t sector, uint32_t sectors, void *bytes)
{
    size_t left = (size_t)sectors * STATEFS_SECTOR_BYTES;
    off_t at = (off_t)(sector * STATEFS_SECTOR_BYTES);
    uint8_t *to = bytes;
    while (left > 0) {
        ssize_t n = pread(disk->fd, to, left, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        to += n;
        at += n;
        left -= (size_t)n;
    }
    return 0;
}

int statefs_block_write(struct statefs_disk *disk, uint64_t sector, const void *bytes)
{
    size_t left = STATEFS_SECTOR_BYTES;
    off_t at = (off_t)(sector * STATEFS_SECTOR_BYTES);
    const uint8_t *from = bytes;
    if (!disk->writable || sector >= disk->sectors)
        return -1;
    while (left > 0) {
        ssize_t n = pwrite(disk->fd, from, left, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        from += n;
        at += n;
        left -= (size_t)n;
    }
    return 0;
}

int statefs_block_flush(struct statefs_disk *disk)
{
    return disk->writable && fdatasync(disk->fd) == 0 ? 0 : -1;
}
