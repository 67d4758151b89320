/* SPDX-License-Identifier: Apache-2.0 */
/* What was turned away, and what perfd itself costs. Counts since init. */
#ifndef PERFD_CORE_HEALTH_H
#define PERFD_CORE_HEALTH_H

#include <stdint.h>

#include "perfd/perfd.h"

struct health {
    uint64_t ticks_backwards, ticks_future, ticks_invalid, ticks_no_session, ticks_busy;
    uint64_t rejected[PERFD_REJECTS];
    uint64_t malformed_lanes; /* found in a look, where the stack is too deep to print the marker */
    uint64_t calls;
    uint64_t worst_call_ns;
    uint64_t second;          /* of the clock: the one that spent_ns counts in */
    uint64_t spent_ns;        /* in that second so far */
    uint64_t spent_ns_before; /* in the second before it */
};

#endif
