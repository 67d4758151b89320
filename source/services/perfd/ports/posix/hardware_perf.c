/* SPDX-License-Identifier: Apache-2.0 */
/* syscall(): perf_event_open(2) has no wrapper. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "hardware_perf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PARANOID "/proc/sys/kernel/perf_event_paranoid"

/* Of clients and the files of the daemon itself. */
#define DESCRIPTORS_LEFT 256u

static int paranoid(void *context)
{
    (void)context;
    char text[16];
    int file = open(PARANOID, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return HARDWARE_PARANOID_UNKNOWN;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0)
        return HARDWARE_PARANOID_UNKNOWN;
    text[length] = '\0';
    return (int)strtol(text, NULL, 10);
}

static int encode(struct hardware_perf *perf, const char *name)
{
    pfm_perf_encode_arg_t what = {.attr = &perf->event, .size = sizeof what};
    memset(&perf->event, 0, sizeof perf->event);
    perf->event.size = sizeof perf->event;
    return pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT, &what);
}

/* The kernel's own events first: a processor's may have the same name, and mean something else. */
static const char *resolve(void *context, const char *name)
{
    struct hardware_perf *perf = context;
    char full[128];
    (void)snprintf(full, sizeof full, "perf::%s", name);
    int result = perf->initialized;
    if (result == PFM_SUCCESS)
        result = encode(perf, full);
    if (result != PFM_SUCCESS && perf->initialized == PFM_SUCCESS)
        result = encode(perf, name);
    if (result != PFM_SUCCESS) {
        (void)snprintf(perf->problem, sizeof perf->problem, "libpfm4: %s", pfm_strerror(result));
        return perf->problem;
    }
    perf->event.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return NULL;
}

static int open_event(void *context, uint32_t cpu)
{
    struct hardware_perf *perf = context;
    long file = syscall(SYS_perf_event_open, &perf->event, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (file < 0)
        return -errno;
    if ((uint64_t)file + DESCRIPTORS_LEFT >= perf->descriptors) {
        close((int)file);
        return -EMFILE;
    }
    return (int)file;
}

static int read_event(void *context, int handle, struct hardware_reading *out)
{
    (void)context;
    uint64_t words[3]; /* value, enabled, running: as read_format says */
    ssize_t length = read(handle, words, sizeof words);
    if (length < 0)
        return -errno;
    if (length != (ssize_t)sizeof words)
        return -ENODATA; /* the kernel has given it up */
    *out = (struct hardware_reading){words[0], words[1], words[2]};
    return 0;
}

static void close_event(void *context, int handle)
{
    (void)context;
    close(handle);
}

struct hardware_source hardware_perf_source(struct hardware_perf *perf, uint32_t events)
{
    struct rlimit limit = {0};
    *perf = (struct hardware_perf){.initialized = pfm_initialize()};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        struct rlimit raised = limit;
        raised.rlim_cur = (rlim_t)events + 2 * DESCRIPTORS_LEFT;
        if (raised.rlim_cur > limit.rlim_max)
            raised.rlim_cur = limit.rlim_max;
        if (raised.rlim_cur > limit.rlim_cur && setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    perf->descriptors = limit.rlim_cur;
    return (struct hardware_source){
        .context = perf,
        .paranoid = paranoid,
        .resolve = resolve,
        .open = open_event,
        .read = read_event,
        .close = close_event,
    };
}
