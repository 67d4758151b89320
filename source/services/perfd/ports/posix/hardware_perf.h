/* SPDX-License-Identifier: Apache-2.0 */
/* Hardware counters from the kernel: libpfm4 knows the names, perf_event_open(2) counts. */
#ifndef PERFD_POSIX_HARDWARE_PERF_H
#define PERFD_POSIX_HARDWARE_PERF_H

#include <perfmon/pfmlib_perf_event.h>

#include "hardware_source.h"

struct hardware_perf {
    int initialized; /* what libpfm4 said to that */
    struct perf_event_attr event;
    uint64_t descriptors; /* the soft limit on them */
    char problem[64];
};

/* A source, in the memory that is given. For so many events at once the soft limit on descriptors
 * is raised where that is needed, as far as the hard one allows; some are always left to the
 * clients.
 */
struct hardware_source hardware_perf_source(struct hardware_perf *perf, uint32_t events);

#endif
