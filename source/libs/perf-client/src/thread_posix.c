/* SPDX-License-Identifier: Apache-2.0 */
/* syscall() is not POSIX. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "perf-client/perf_thread.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "marks.h"
#include "perf-client/perf_groups.h"

static const struct perf_metric metrics[] = {
    {"task_clock_ns", "ns", PERF_METRIC_NS},     {"page_faults", "", PERF_METRIC_COUNT},
    {"context_switches", "", PERF_METRIC_COUNT}, {"cycles", "", PERF_METRIC_COUNT},
    {"instructions", "", PERF_METRIC_COUNT},     {"branch_misses", "", PERF_METRIC_COUNT},
    {"cache_misses", "", PERF_METRIC_COUNT},
};

#define OUTSIDE "outside of the kernel only"

enum { CLOCK = 0, SWITCHES = 2 }; /* among these */

enum { COUNTERS = sizeof metrics / sizeof metrics[0], REASON_BYTES = 64 };

static const struct {
    uint32_t type;
    uint64_t config;
} events[COUNTERS] = {
    {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
    {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
};

/* As read(2) gives it. */
struct reading {
    uint64_t value, enabled_ns, running_ns;
};

static struct counter {
    int file;            /* -1: it is not counted */
    struct reading last; /* of its last turn on the hardware */
    bool outside;        /* of the kernel only */
    bool had_turn;       /* and perfd knows */
    char reason[REASON_BYTES];
} counters[COUNTERS];

PERF_GROUP(group, "thread", metrics);

static int open_event(int which, bool user_only)
{
    struct perf_event_attr attr = {
        .size = sizeof attr,
        .type = events[which].type,
        .config = events[which].config,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
        .exclude_kernel = user_only,
        .exclude_hv = user_only,
    };
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void say_not_permitted(char reason[REASON_BYTES])
{
    int level = 0;
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
    if (file == NULL || fscanf(file, "%d", &level) != 1)
        (void)snprintf(reason, REASON_BYTES, "the kernel forbids it");
    else
        (void)snprintf(reason, REASON_BYTES, "the kernel forbids it: perf_event_paranoid is %d",
                       level);
    if (file != NULL)
        (void)fclose(file);
}

static enum perf_metric_state state_of(int error, char reason[REASON_BYTES])
{
    switch (error) {
    case EACCES:
    case EPERM:
        say_not_permitted(reason);
        return PERF_METRIC_NOT_PERMITTED;
    case ENOENT:
    case ENODEV:
    case ENOSYS:
    case EINVAL:
    case EOPNOTSUPP:
        (void)snprintf(reason, REASON_BYTES, "this machine does not count it");
        return PERF_METRIC_UNSUPPORTED;
    default:
        (void)snprintf(reason, REASON_BYTES, "%s", strerror(error));
        return PERF_METRIC_FAILED;
    }
}

/*
 * All of what the thread does or, where that is not allowed, what it does outside of the kernel. A
 * switch is in the kernel: without that part it would read 0 for ever. The thread's clock does not
 * stop there, whatever was asked for.
 */
static int open_counter(int which)
{
    struct counter *counter = &counters[which];
    *counter = (struct counter){.file = open_event(which, false)};
    if (counter->file < 0 && (errno == EACCES || errno == EPERM) && which != SWITCHES) {
        counter->file = open_event(which, true);
        counter->outside = which != CLOCK;
    }
    if (counter->file < 0) {
        const enum perf_metric_state state = state_of(errno, counter->reason);
        return perf_group_state(&group, (unsigned)which, state, counter->reason);
    }
    struct reading now = {0};
    (void)!read(counter->file, &now, sizeof now); /* should it fail, then with the frame again */
    counter->had_turn = now.running_ns > 0;
    if (counter->had_turn && !counter->outside)
        return 0;
    return perf_group_state(&group, (unsigned)which,
                            counter->had_turn ? PERF_METRIC_OK : PERF_METRIC_WARMING,
                            counter->had_turn ? OUTSIDE : "has had no turn on the hardware yet");
}

static void close_counters(void)
{
    if (group.before == NULL)
        return;
    group.before = NULL;
    for (int i = 0; i < COUNTERS; i++)
        if (counters[i].file >= 0)
            (void)close(counters[i].file);
}

/* What the event did since its last turn, as if it had had the hardware all the time. */
static int64_t amount_of(const struct reading *now, const struct reading *last)
{
    const uint64_t value = now->value - last->value;
    const uint64_t enabled_ns = now->enabled_ns - last->enabled_ns;
    const uint64_t running_ns = now->running_ns - last->running_ns;
    if (running_ns >= enabled_ns)
        return (int64_t)value;
    return (int64_t)((__extension__(unsigned __int128) value) * enabled_ns / running_ns);
}

static void give_up(struct perf_group *to, int which, ssize_t got)
{
    struct counter *counter = &counters[which];
    (void)snprintf(counter->reason, REASON_BYTES, "reading it: %s",
                   got < 0 ? strerror(errno) : "the kernel has stopped it");
    (void)close(counter->file);
    counter->file = -1;
    (void)perf_group_tell(to, (unsigned)which, PERF_METRIC_FAILED, counter->reason);
}

/* Without a turn since, it keeps its last reading: the next turn stands for that time, too. */
static void read_counter(struct perf_group *to, int which)
{
    struct counter *counter = &counters[which];
    struct reading now;
    if (counter->file < 0)
        return;
    const ssize_t got = read(counter->file, &now, sizeof now);
    if (got != sizeof now) {
        give_up(to, which, got);
        return;
    }
    if (now.running_ns == counter->last.running_ns)
        return;
    to->value[which] += amount_of(&now, &counter->last);
    counter->last = now;
    if (!counter->had_turn)
        (void)perf_group_tell(to, (unsigned)which, PERF_METRIC_OK,
                              counter->outside ? OUTSIDE : NULL);
    counter->had_turn = true;
}

static void read_counters(struct perf_group *to)
{
    for (int i = 0; i < COUNTERS; i++)
        read_counter(to, i);
}

/* The events are its parent's. */
static void on_child(void)
{
    close_counters();
    group.on = false;
}

static void set_up(void)
{
    (void)pthread_atfork(NULL, NULL, on_child); /* it fails where there is no memory */
}

int perf_thread_counters(bool on)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up);
    close_counters();
    int result = perf_group_switch(&group, on);
    for (int i = 0; on && i < COUNTERS; i++) {
        const int told = open_counter(i);
        result = result != 0 ? result : told;
    }
    group.before = on ? read_counters : NULL;
    return result;
}
