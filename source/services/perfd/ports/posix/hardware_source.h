/* SPDX-License-Identifier: Apache-2.0 */
/* Where hardware counters come from: the kernel (hardware_perf.h), or a test's script. */
#ifndef PERFD_POSIX_HARDWARE_SOURCE_H
#define PERFD_POSIX_HARDWARE_SOURCE_H

#include <limits.h>
#include <stdint.h>

/* All since it was opened, and never less than before. */
struct hardware_reading {
    uint64_t value;
    uint64_t enabled_ns; /* it was wanted for so long */
    uint64_t running_ns; /* and was on the hardware for so long of it */
};

#define HARDWARE_PARANOID_UNKNOWN INT_MIN

struct hardware_source {
    void *context;
    /* perf_event_paranoid as it was found. */
    int (*paranoid)(void *context);
    /* The event that open() opens from now on. NULL, or why there is none of that name: a few
     * words, good until the next call. */
    const char *(*resolve)(void *context, const char *name);
    /* Counts the event on this cpu, whatever runs there: a handle of 0 or more, or -errno. */
    int (*open)(void *context, uint32_t cpu);
    /* 0, or -errno. */
    int (*read)(void *context, int handle, struct hardware_reading *out);
    void (*close)(void *context, int handle);
};

#endif
