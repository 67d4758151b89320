/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel whose hardware counters take turns: what it says of `cycles` before each frame stands
 * below, `instructions` cannot be read at the third frame, and all else runs all the time. Then a
 * child, which has none of its parent's counters.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "perf-client/perf_thread.h"

struct reading {
    uint64_t value, enabled_ns, running_ns;
};

#define FRAMES 5

/* The first is read when it is opened. */
static const struct reading cycles[FRAMES + 1] = {
    {0, 10, 0},       {0, 1000, 0},      {100, 2000, 500},
    {100, 3000, 500}, {300, 5000, 1500}, {350, 5050, 1550},
};

static struct event {
    int ends[2];
    bool is_cycles, is_instructions;
} event[16];
static unsigned events;

long syscall(long number, ...);

/* In place of the C library's: an event is a pipe. */
long syscall(long number, ...)
{
    va_list rest;
    va_start(rest, number);
    const struct perf_event_attr *attr = va_arg(rest, const struct perf_event_attr *);
    va_end(rest);
    struct event *opened = &event[events];
    if (number != SYS_perf_event_open || events == sizeof event / sizeof event[0] ||
        pipe2(opened->ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        errno = ENOSYS;
        return -1;
    }
    const bool is_hardware = attr->type == PERF_TYPE_HARDWARE;
    opened->is_cycles = is_hardware && attr->config == PERF_COUNT_HW_CPU_CYCLES;
    opened->is_instructions = is_hardware && attr->config == PERF_COUNT_HW_INSTRUCTIONS;
    events++;
    const struct reading first = opened->is_cycles ? cycles[0] : (struct reading){1, 10, 10};
    if (write(opened->ends[1], &first, sizeof first) != sizeof first)
        exit(1);
    return opened->ends[0];
}

static void count(unsigned frame)
{
    for (unsigned i = 0; i < events; i++) {
        const uint64_t all = 10 + frame;
        const struct reading now =
            event[i].is_cycles ? cycles[frame] : (struct reading){all, all, all};
        if (!(event[i].is_instructions && frame == 3) &&
            write(event[i].ends[1], &now, sizeof now) < 0 && errno != EPIPE)
            exit(1);
    }
}

static int be_a_child(void)
{
    for (unsigned i = 0; i < events; i++)
        if (fcntl(event[i].ends[0], F_GETFD) >= 0)
            return 1;
    if (perf_open(NULL) != 0)
        return 2;
    (void)perf_frame(NULL);
    printf("child %d\n", (int)getpid());
    fflush(stdout);
    (void)getchar();
    return 0;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* nobody reads what was given up */
    const int opened = perf_open(NULL), on = perf_thread_counters(true);
    if (opened != 0 || on != 0 || events != 7)
        return 1;
    for (unsigned frame = 1; frame <= FRAMES; frame++) {
        count(frame);
        (void)perf_frame(NULL);
        printf("frame %u\n", frame);
        fflush(stdout);
        (void)getchar();
    }
    const pid_t child = fork();
    if (child == 0)
        _exit(be_a_child());
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0)
        return 2;
    printf("end\n");
    fflush(stdout);
    (void)getchar();
    perf_close();
    return 0;
}
