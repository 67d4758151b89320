/* SPDX-License-Identifier: Apache-2.0 */
#include "posix-paths/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

static bool complain(const struct listener *listener, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", listener->program, listener->path, what);
    return false;
}

/* Held while the path is looked at and taken: two programs that start at once do not both replace a
 * stale socket. -1: errno says why. */
static int lock_directory(const char *path)
{
    char copy[sizeof((struct sockaddr_un *)0)->sun_path];
    snprintf(copy, sizeof copy, "%s", path);
    int dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0 && flock(dir, LOCK_EX) != 0) {
        close(dir);
        return -1;
    }
    return dir;
}

/* Clears a stale socket away. */
static bool make_room(const struct listener *listener, const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0)
        return errno == ENOENT || complain(listener, strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return complain(listener, "exists and is not a socket; left alone");
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return complain(listener, strerror(errno));
    int connected = connect(probe, (const struct sockaddr *)address, sizeof *address);
    int error = errno;
    close(probe);
    /* EAGAIN is a live one whose backlog is full. */
    if (connected == 0 || error == EAGAIN)
        return complain(listener, "another program serves it");
    if (error != ECONNREFUSED)
        return complain(listener, strerror(error));
    if (unlink(address->sun_path) != 0)
        return complain(listener, strerror(errno));
    return true;
}

static bool bind_and_listen(struct listener *listener, const struct sockaddr_un *address,
                            mode_t mode)
{
    struct stat status;
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_fd < 0)
        return complain(listener, strerror(errno));
    mode_t mask = umask(0777 & ~mode);
    int bound = bind(socket_fd, (const struct sockaddr *)address, sizeof *address);
    umask(mask);
    if (bound != 0 || listen(socket_fd, BACKLOG) != 0 || lstat(address->sun_path, &status) != 0) {
        bool ok = complain(listener, strerror(errno));
        close(socket_fd);
        return ok;
    }
    listener->socket = socket_fd;
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
    return true;
}

bool listener_open(struct listener *listener, const char *program, const char *path, bool everyone)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *listener = (struct listener){.program = program, .path = path, .socket = -1};
    if (strlen(path) >= sizeof address.sun_path)
        return complain(listener, "too long for a socket's path");
    if (path[0] == '\0')
        return complain(listener, "an empty socket path");
    memcpy(address.sun_path, path, strlen(path));
    int lock = lock_directory(path);
    if (lock < 0)
        return complain(listener, strerror(errno));
    bool ok = make_room(listener, &address) &&
              bind_and_listen(listener, &address, everyone ? 0666 : 0600);
    close(lock);
    return ok;
}

void listener_adopt(struct listener *listener, const char *program, int socket_fd)
{
    *listener = (struct listener){.program = program, .socket = socket_fd};
}

void listener_close(struct listener *listener)
{
    struct stat status;
    if (listener->socket < 0)
        return;
    if (listener->path != NULL && lstat(listener->path, &status) == 0 &&
        status.st_dev == listener->device && status.st_ino == listener->inode)
        (void)unlink(listener->path);
    close(listener->socket);
    listener->socket = -1;
}
