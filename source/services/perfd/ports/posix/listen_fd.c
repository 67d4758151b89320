/* SPDX-License-Identifier: Apache-2.0 */
#include "listen_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* SD_LISTEN_FDS_START */
#define FIRST_FD 3

static int unusable(const char *why)
{
    fprintf(stderr, "perfd: socket activation: %s\n", why);
    return LISTEN_FD_UNUSABLE;
}

static bool is_number(const char *text, long expected)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && value == expected;
}

static bool option_is(int name, int expected)
{
    int value;
    socklen_t size = sizeof value;
    return getsockopt(FIRST_FD, SOL_SOCKET, name, &value, &size) == 0 && value == expected;
}

static int take_first(void)
{
    int status = fcntl(FIRST_FD, F_GETFL);
    if (status < 0)
        return unusable("descriptor 3 is not open");
    if (!option_is(SO_DOMAIN, AF_UNIX) || !option_is(SO_TYPE, SOCK_STREAM) ||
        !option_is(SO_ACCEPTCONN, 1))
        return unusable("descriptor 3 is not a listening Unix stream socket");
    if (fcntl(FIRST_FD, F_SETFL, status | O_NONBLOCK) != 0 ||
        fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) != 0)
        return unusable(strerror(errno));
    return FIRST_FD;
}

static int take(const char *pid, const char *count, const char *path)
{
    if (pid == NULL)
        return LISTEN_FD_NONE;
    if (!is_number(pid, (long)getpid()))
        return path != NULL ? LISTEN_FD_NONE
                            : unusable("LISTEN_PID names another process (--socket overrides)");
    if (path != NULL)
        return unusable("--socket and a socket that is passed exclude each other");
    if (count == NULL || !is_number(count, 1))
        return unusable("LISTEN_FDS is not 1");
    return take_first();
}

int listen_fd_take(const char *path)
{
    int result = take(getenv("LISTEN_PID"), getenv("LISTEN_FDS"), path);
    /* Not for whoever is started next. LISTEN_PIDFDID: systemd's from 259 on. */
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    unsetenv("LISTEN_PIDFDID");
    return result;
}
