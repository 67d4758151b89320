/* SPDX-License-Identifier: Apache-2.0 */
/* A listening Unix socket: a stale one is replaced, a live one respected, another file left alone.
 */
#ifndef POSIX_PATHS_LISTENER_H
#define POSIX_PATHS_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

struct listener {
    const char *program;
    const char *path; /* NULL: another program's */
    int socket;       /* non-blocking */
    dev_t device;
    ino_t inode;
};

/* Listens at path. `everyone`: other users may connect. False: says why on stderr, after `program`.
 * Both texts must outlive the listener. */
bool listener_open(struct listener *listener, const char *program, const char *path, bool everyone)
    __attribute__((warn_unused_result));

/* Goes on with a socket that listens already and that another program made: its path stays. */
void listener_adopt(struct listener *listener, const char *program, int socket);

/* Stops listening, and removes the path where it is still this listener's. */
void listener_close(struct listener *listener);

#endif
