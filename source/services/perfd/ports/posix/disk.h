/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk process: it does the file work that may block for seconds, so that the service's one
 * thread never does. The two talk over a SOCK_SEQPACKET pair, one struct a packet, and share
 * memory: blocks of data, filled in turn. A closed pair ends the process.
 *
 *   open {name, ts} -> data {block, length}... -> commit    answered by one reply: durable, or why
 * not abort                                                 answered by nothing
 *
 * A block is the disk process's from its data request to its acknowledgement, which is a reply
 * without a path. A failure is answered at once; what still arrives for that job is dropped. Each
 * job has a number, so that neither side takes a packet of an earlier one for its own.
 */
#ifndef PERFD_POSIX_DISK_H
#define PERFD_POSIX_DISK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "perfd/config.h"

#define DISK_BLOCK_BYTES 32768u
#define DISK_BLOCKS      8u

enum disk_op { DISK_OPEN, DISK_DATA, DISK_COMMIT, DISK_ABORT };

struct disk_request {
    uint32_t job;
    uint32_t op;            /* enum disk_op */
    uint32_t block, length; /* data: which block, and the bytes in it */
    uint64_t ts_ms;
    char name[PERFD_NAME_MAX + 1]; /* open: the base name */
};

struct disk_reply {
    uint32_t job;
    int32_t result;      /* 0, or a negative perfd_error */
    char path[PATH_MAX]; /* result 0: where the file is, absolute */
};
#define DISK_ACK_BYTES offsetof(struct disk_reply, path)

/* Serves requests on `socket` until its other end closes; files go below `dir`. Does not return. */
_Noreturn void disk_serve(int socket, const uint8_t *blocks, const char *dir);

#endif
