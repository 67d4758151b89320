/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end of a Unix socket: the process that connected it, whoever has it now. */
#ifndef PERFD_POSIX_PEER_H
#define PERFD_POSIX_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "perfd/config.h"

struct peer {
    uid_t user;
    pid_t pid;                             /* 0: it is in a namespace that is not seen from here */
    char name[PERFD_PROCESS_NAME_MAX + 1]; /* proc(5): /proc/PID/comm; empty: that cannot be read */
};

/* False: not such a socket. */
bool peer_read(int socket, struct peer *peer) __attribute__((warn_unused_result));

#endif
