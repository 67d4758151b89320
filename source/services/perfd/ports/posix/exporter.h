/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exporter of port.h on a POSIX host: files `<name>-<ts>.json` in one directory, written by a
 * process of their own (disk.h) that is started at the first export and again where it died.
 */
#ifndef PERFD_POSIX_EXPORTER_H
#define PERFD_POSIX_EXPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "disk.h"

struct exporter {
    const char *dir; /* NULL: exports are unsupported */
    int socket;      /* to the disk process, non-blocking; -1: it does not run */
    pid_t pid;
    uint8_t *blocks; /* shared with it: DISK_BLOCKS of them; NULL: it does not run */
    uint32_t job;
    bool committed;       /* the commit request is on its way, only the reply is due */
    bool stuck;           /* a request found no room in the socket */
    uint32_t sent, acked; /* blocks of this job */
    size_t gathered;      /* bytes in the block after those sent */
    struct disk_request request;
    struct disk_reply reply;
};

/* dir must outlive the exporter. */
void exporter_init(struct exporter *exporter, const char *dir);

/* The descriptor and events to poll for where an export said PERFD_WAIT; -1: none. */
int exporter_poll_fd(const struct exporter *exporter, short *events);

/* Ends the disk process, after what it has been told to commit. Waits for it. */
void exporter_close(struct exporter *exporter);

#endif
