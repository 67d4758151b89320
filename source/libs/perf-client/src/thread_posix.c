/* SPDX-License-Identifier: Apache-2.0 */
/* syscall() is not POSIX. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "perf-client/perf_thread.h"

#include <errno.h>
#include <linux/perf_event.h>
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
    int file; /* -1: it is not counted */
    struct reading last;
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
    char reason[REASON_BYTES] = "";
    enum perf_metric_state state = PERF_METRIC_OK;
    counters[which] = (struct counter){.file = open_event(which, false)};
    if (counters[which].file < 0 && (errno == EACCES || errno == EPERM) && which != SWITCHES) {
        counters[which].file = open_event(which, true);
        if (which != CLOCK)
            (void)snprintf(reason, sizeof reason, "outside of the kernel only");
    }
    if (counters[which].file < 0)
        state = state_of(errno, reason);
    return state == PERF_METRIC_OK && reason[0] == '\0'
               ? 0
               : perf_group_state(&group, (unsigned)which, state, reason);
}

static void close_counters(void)
{
    for (int i = 0; i < COUNTERS; i++) {
        if (counters[i].file >= 0)
            (void)close(counters[i].file);
        counters[i].file = -1;
    }
}

/* What the event did since the last frame, as if it had had its counter all the time. */
static int64_t amount_of(const struct reading *now, const struct reading *last)
{
    const uint64_t value = now->value - last->value;
    const uint64_t enabled_ns = now->enabled_ns - last->enabled_ns;
    const uint64_t running_ns = now->running_ns - last->running_ns;
    if (running_ns == 0 || running_ns >= enabled_ns)
        return (int64_t)value;
    return (int64_t)((__extension__(unsigned __int128) value) * enabled_ns / running_ns);
}

static void read_counters(struct perf_group *to)
{
    for (int i = 0; i < COUNTERS; i++) {
        struct reading now;
        if (counters[i].file < 0 || read(counters[i].file, &now, sizeof now) != sizeof now)
            continue;
        to->value[i] += amount_of(&now, &counters[i].last);
        counters[i].last = now;
    }
}

int perf_thread_counters(bool on)
{
    if (group.before != NULL)
        close_counters();
    group.before = NULL;
    int result = perf_group_switch(&group, on);
    if (!on || result != 0)
        return result;
    for (int i = 0; i < COUNTERS; i++) {
        const int told = open_counter(i);
        result = result != 0 ? result : told;
    }
    group.before = read_counters;
    return result;
}
