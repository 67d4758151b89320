/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk process: it does the file work that may block for seconds, so that the service's one
 * thread never does. The two talk over a SOCK_SEQPACKET pair, one struct a packet; a closed pair
 * ends it.
 *
 *   open {name, ts, bytes} -> data... -> commit     answered by one reply: durable, or why not
 *   abort                                           answered by nothing
 *
 * A failure is answered at once; what still arrives for that job is dropped. Each job has a number,
 * so that neither side takes a packet of an earlier one for its own.
 */
#ifndef PERFD_POSIX_DISK_H
#define PERFD_POSIX_DISK_H

#include <limits.h>
#include <stdint.h>

#include "perfd/config.h"

#define DISK_DATA_MAX 16384u

enum disk_op { DISK_OPEN, DISK_DATA, DISK_COMMIT, DISK_ABORT };

struct disk_request {
    uint32_t job;
    uint32_t op;     /* enum disk_op */
    uint32_t length; /* of data */
    uint32_t pad;
    uint64_t ts_ms;
    uint64_t total_bytes;
    uint8_t data[DISK_DATA_MAX]; /* open: the base name, with its NUL; data: bytes */
};

struct disk_reply {
    uint32_t job;
    int32_t result;      /* 0, or a negative perfd_error */
    char path[PATH_MAX]; /* result 0: where the file is, absolute */
};

/* Serves requests on `socket` until its other end closes; files go below `dir`. Does not return. */
_Noreturn void disk_serve(int socket, const char *dir);

#endif
