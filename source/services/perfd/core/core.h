/* SPDX-License-Identifier: Apache-2.0 */
/* The context: every module's part in one place. Modules see each other's through here. */
#ifndef PERFD_CORE_CORE_H
#define PERFD_CORE_CORE_H

#include "arena.h"
#include "client.h"
#include "counters.h"
#include "health.h"
#include "hotspots.h"
#include "jank.h"
#include "label.h"
#include "lane.h"
#include "lane_shared.h"
#include "perfd/perfd.h"
#include "run_log.h"
#include "session.h"
#include "trace.h"

struct perfd {
    struct trace trace; /* most code is the trace's: near offsets are short code */
    struct perfd_config config;
    struct perfd_port *port;
    size_t arena_bytes; /* taken at init, this struct included */
    struct health health;
    struct clients clients;
    struct sessions sessions;
    struct labels labels;
    struct lanes lanes;
    struct ticks ticks;
    struct run_log log;
    struct jank_memory *jank;        /* NULL: none was given */
    struct counter_memory *counters; /* likewise */
    struct hotspot_memory *hotspots; /* likewise */
    char piece[TRACE_PIECE];         /* the trace's, apart for the same reason */
};

_Static_assert(sizeof(struct perfd) <= PERFD_CONTEXT_BYTES, "config.h reserves the context's size");

/* Is it more than 1 s ahead of the clock? Nothing may be that a client gives a time of. */
static inline bool too_far_ahead(uint64_t at_ns, uint64_t now_ns)
{
    return at_ns > now_ns && at_ns - now_ns > UINT64_C(1000000000);
}

#endif
