/* SPDX-License-Identifier: Apache-2.0 */
#include "perf-client/perf_client.h"

#include "posix-paths/default_socket.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char scheme[] = "unix:";

static const char *without_scheme(const char *address)
{
    size_t length = sizeof scheme - 1;
    return strncmp(address, scheme, length) == 0 ? address + length : NULL;
}

/* path has POSIX_SOCKET_PATH_SIZE bytes. */
static int find_path(const char *address, char *path)
{
    const char *found = NULL;
    if (address != NULL) {
        found = without_scheme(address);
        if (found == NULL)
            return PERF_CLIENT_ADDRESS;
    } else {
        const char *variable = getenv("PERF_SOCKET");
        if (variable == NULL || variable[0] == '\0')
            return posix_default_socket(path, POSIX_SOCKET_PATH_SIZE, false) == 0
                       ? 0
                       : PERF_CLIENT_UNREACHABLE;
        found = without_scheme(variable);
        if (found == NULL)
            found = variable;
    }
    size_t length = strlen(found);
    if (length == 0 || length >= POSIX_SOCKET_PATH_SIZE)
        return PERF_CLIENT_ADDRESS;
    memcpy(path, found, length + 1);
    return 0;
}

/* Descriptors that nobody took while their answer was looked at. */
static void drop_passed(struct perf_transport *transport)
{
    for (uint32_t i = 0; i < transport->passed; i++)
        if (transport->descriptor[i] >= 0)
            close(transport->descriptor[i]);
    transport->passed = 0;
}

int perf_transport_open(struct perf_transport *transport, const char *address)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    _Static_assert(sizeof name.sun_path >= POSIX_SOCKET_PATH_SIZE, "a socket's path fits");
    int error = find_path(address, name.sun_path);
    if (error != 0)
        return error;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return PERF_CLIENT_UNREACHABLE;
    int result;
    do
        result = connect(fd, (const struct sockaddr *)&name, sizeof name);
    while (result != 0 && errno == EINTR);
    if (result != 0 && errno != EISCONN) {
        close(fd);
        return PERF_CLIENT_UNREACHABLE;
    }
    transport->handle = fd;
    transport->passed = 0;
    return 0;
}

int perf_transport_send(struct perf_transport *transport, const uint8_t *bytes, size_t length)
{
    drop_passed(transport);
    while (length != 0) {
        ssize_t sent = send((int)transport->handle, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return PERF_CLIENT_DISCONNECTED;
        bytes += sent;
        length -= (size_t)sent;
    }
    return 0;
}

/* What the service passes beyond the room for it is closed: it is not for us. */
static void take_passed(struct perf_transport *transport, struct msghdr *message)
{
    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at != NULL; at = CMSG_NXTHDR(message, at)) {
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(at) + i * sizeof fd, sizeof fd);
            if (transport->passed < PERF_TRANSPORT_DESCRIPTORS)
                transport->descriptor[transport->passed++] = fd;
            else
                close(fd);
        }
    }
}

int perf_transport_receive(struct perf_transport *transport, uint8_t *bytes, size_t size)
{
    union {
        struct cmsghdr header; /* for its alignment */
        char room[CMSG_SPACE(PERF_TRANSPORT_DESCRIPTORS * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = size > INT_MAX ? INT_MAX : size};
    for (;;) {
        struct msghdr message = {
            .msg_iov = &part,
            .msg_iovlen = 1,
            .msg_control = &control,
            .msg_controllen = sizeof control,
        };
        ssize_t got = recvmsg((int)transport->handle, &message, MSG_CMSG_CLOEXEC);
        if (got > 0) {
            take_passed(transport, &message);
            return (int)got;
        }
        if (got == 0 || errno != EINTR)
            return PERF_CLIENT_DISCONNECTED;
    }
}

void perf_transport_close(struct perf_transport *transport)
{
    drop_passed(transport);
    close((int)transport->handle);
}
