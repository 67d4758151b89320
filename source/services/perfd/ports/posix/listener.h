/* SPDX-License-Identifier: Apache-2.0 */
/* The listening socket: a stale one is replaced, a live one respected, another file left alone. */
#ifndef PERFD_POSIX_LISTENER_H
#define PERFD_POSIX_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

struct listener {
    const char *path;
    int socket; /* non-blocking */
    dev_t device;
    ino_t inode;
};

/* Listens at path, which must outlive the listener. `everyone`: other users may connect. False:
 * says why on stderr. */
bool listener_open(struct listener *listener, const char *path, bool everyone)
    __attribute__((warn_unused_result));

/* Stops listening, and removes the path where it is still this listener's. */
void listener_close(struct listener *listener);

#endif
