/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where perfd's socket is when nobody names another place. The daemon and its clients agree on it
 * by both asking here.
 *
 * $XDG_RUNTIME_DIR/perfd.sock, else perfd-<uid>/perfd.sock under $TMPDIR, else under /tmp. A
 * variable that is empty or not an absolute path counts as not set. The system gives the first
 * directory to the user alone; the second lies where anybody may create names, so it is refused
 * unless it is a directory (no link) of the effective user's own with mode 0700.
 */
#ifndef POSIX_PATHS_DEFAULT_SOCKET_H
#define POSIX_PATHS_DEFAULT_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

/* Room for any path that a Unix socket can have on Linux, its NUL included. */
#define POSIX_SOCKET_PATH_SIZE 108

enum posix_paths_error {
    POSIX_PATHS_TOO_LONG = -1, /* the path does not fit */
    POSIX_PATHS_ABSENT = -2, /* the directory is not there, or could not be made; errno says why */
    POSIX_PATHS_REFUSED = -3 /* the directory is not the user's own, or open to others */
};

/*
 * Writes the path, NUL-terminated, to path[0..size). create: make the directory of the second place
 * where it is not there (the daemon's part); else it must be there. Gives 0 or a negative
 * posix_paths_error; after an error path holds as much as could be told, for a message.
 */
int posix_default_socket(char *path, size_t size, bool create) __attribute__((warn_unused_result));

/* A sentence for an error, in ROM. */
const char *posix_paths_error_text(int error);

#endif
