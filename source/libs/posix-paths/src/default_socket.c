/* SPDX-License-Identifier: Apache-2.0 */
#include "posix-paths/default_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The value of a variable that names a directory; NULL where it does not. */
static const char *directory_variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

static int check_private(const char *directory)
{
    struct stat status;
    if (lstat(directory, &status) != 0)
        return POSIX_PATHS_ABSENT;
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 0777) != 0700)
        return POSIX_PATHS_REFUSED;
    return 0;
}

static bool fits(int written, size_t size)
{
    return written >= 0 && (size_t)written < size;
}

int posix_default_socket(char *path, size_t size, bool create)
{
    const char *runtime = directory_variable("XDG_RUNTIME_DIR");
    if (runtime != NULL)
        return fits(snprintf(path, size, "%s/perfd.sock", runtime), size) ? 0
                                                                          : POSIX_PATHS_TOO_LONG;

    const char *temporary = directory_variable("TMPDIR");
    if (temporary == NULL)
        temporary = "/tmp";
    unsigned long uid = (unsigned long)geteuid();
    int directory_length = snprintf(path, size, "%s/perfd-%lu", temporary, uid);
    if (!fits(directory_length, size))
        return POSIX_PATHS_TOO_LONG;
    if (create && mkdir(path, 0700) != 0 && errno != EEXIST)
        return POSIX_PATHS_ABSENT;
    int error = check_private(path);
    if (error != 0)
        return error;
    size_t rest = size - (size_t)directory_length;
    return fits(snprintf(path + directory_length, rest, "/perfd.sock"), rest)
               ? 0
               : POSIX_PATHS_TOO_LONG;
}

const char *posix_paths_error_text(int error)
{
    switch (error) {
    case 0:
        return "ok";
    case POSIX_PATHS_TOO_LONG:
        return "the path is too long for a socket";
    case POSIX_PATHS_ABSENT:
        return "the socket's directory is not there";
    case POSIX_PATHS_REFUSED:
        return "the socket's directory is not the user's own with mode 0700";
    default:
        return "unknown";
    }
}
