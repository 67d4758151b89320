/* SPDX-License-Identifier: Apache-2.0 */
/* Clock and markers: the parts of port.h that a POSIX host has ready. */
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "ports/port.h"
#include "posix.h"

static uint64_t nanoseconds(struct timespec time)
{
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t perfd_port_now_ns(struct perfd_port *port)
{
    (void)port;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return nanoseconds(now);
}

const char *perfd_port_clock_name(struct perfd_port *port)
{
    (void)port;
    return "CLOCK_MONOTONIC";
}

uint64_t perfd_port_clock_step_ns(struct perfd_port *port)
{
    (void)port;
    struct timespec step;
    clock_getres(CLOCK_MONOTONIC, &step);
    return nanoseconds(step);
}

void perfd_port_marker(struct perfd_port *port, const char *line, size_t length)
{
    (void)port;
    /* A pipe that reports POLLOUT takes PIPE_BUF bytes at once, and a marker is shorter: the write
     * is whole and does not block. A reader who does not read loses markers, not frames. */
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0) {
        ssize_t written = write(STDOUT_FILENO, line, length);
        (void)written;
    }
}
