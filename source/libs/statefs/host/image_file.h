/* SPDX-License-Identifier: Apache-2.0 */
/* A disk image in a file as a block device, on a POSIX host. Flush is fdatasync(). */
#ifndef STATEFS_IMAGE_FILE_H
#define STATEFS_IMAGE_FILE_H

#include <stdbool.h>

#include "statefs/block.h"

struct statefs_disk {
    int fd;
    bool writable;
    uint64_t sectors; /* whole ones */
};

/* Opens the file, or block device, which must be there. 0, or -1 and errno. */
int image_file_open(struct statefs_disk *disk, const char *path, bool writable);

void image_file_close(struct statefs_disk *disk);

#endif
