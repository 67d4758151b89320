/* SPDX-License-Identifier: Apache-2.0 */
/* What counters.c and counters_trace.c have in the memory that perfd_counters_start() was given. */
#ifndef PERFD_CORE_COUNTERS_PARTS_H
#define PERFD_CORE_COUNTERS_PARTS_H

#include "core.h"
#include "counters.h"

#define SESSIONS_MOST 16u

struct counter {
    int64_t value;                  /* the last one given */
    int64_t total;                  /* of amounts */
    int64_t marked;                 /* the amount that its lane has last */
    int64_t session[SESSIONS_MOST]; /* the total when the slot's session started; when it has
                                     * stopped, how much came in between */
    int64_t amount[PERFD_SAMPLES];  /* of sample number n at n mod PERFD_SAMPLES */
    uint64_t ok_since; /* the group's sample from which on it was ok, without a break */
    uint16_t label;
    uint8_t kind, state;
    bool taken, is_marked;
    bool waits; /* it warms up until its client says otherwise */
    char name[PERFD_COUNTER_NAME_MAX + 1];
    char unit[PERFD_UNIT_MAX + 1];
    char reason[PERFD_REASON_MAX + 1];
};

struct group {
    uint32_t id;                         /* 0: this place is free */
    int32_t client;                      /* 0: it has gone */
    uint32_t closed;                     /* the order in which clients went; 0: open */
    uint32_t first, count;               /* its counters */
    uint32_t lane;                       /* 0: none yet */
    uint64_t samples;                    /* ever */
    uint64_t time_ns[PERFD_SAMPLES + 1]; /* of sample number n at n mod (PERFD_SAMPLES + 1) */
    struct process process;
    char name[PERFD_CATEGORY_MAX + 1];
};

/* Of the trace's copy. */
struct counter_figures {
    int64_t last, total, sum, p95, max;
    uint32_t samples;
    uint8_t state;
};

struct group_copy {
    uint32_t group; /* its place; names are looked up there, as no such place is given away */
    uint64_t samples, window_ns;
};

struct counter_memory {
    struct counter counter[PERFD_COUNTERS];
    struct group group[PERFD_COUNTER_GROUPS];
    uint32_t last_id, last_closed;
    struct perfd_counter_room room;
    int64_t sorted[PERFD_SAMPLES];
    /* The trace's copy. */
    struct counter_figures copy[PERFD_COUNTERS];
    struct group_copy copied[PERFD_COUNTER_GROUPS];
    uint32_t copies;
};
_Static_assert(sizeof(struct counter_memory) <= PERFD_COUNTERS_BYTES, "counters.h says so");

/* Groups in the order of their ids: the first from this one on; NULL: there are no more. */
struct group *group_from(struct counter_memory *m, uint32_t from_id);

/* The figures of the last `samples` amounts, of which the last is number `newest`. */
void counter_figures(struct counter_memory *m, const struct counter *counter, uint64_t newest,
                     uint32_t samples, struct counter_figures *out);

/* How much came since the total was this. */
static inline int64_t counter_in_session(const struct counter *counter, int64_t at_start)
{
    return (int64_t)((uint64_t)counter->total - (uint64_t)at_start);
}

/* How many of the last `most` samples the counter was ok in. */
uint32_t counter_samples(const struct group *group, const struct counter *counter, uint32_t most);

/* The time of this sample, which is one of the last PERFD_SAMPLES + 1. */
static inline uint64_t sample_ns(const struct group *group, uint64_t seq)
{
    return group->time_ns[seq % (PERFD_SAMPLES + 1)];
}

/* The time that the samples up to number `newest` took, so many of those that are still there: from
 * the one before them, or else their first. */
static inline uint64_t window_ns(const struct group *group, uint64_t newest, uint32_t samples)
{
    if (samples == 0)
        return 0;
    uint64_t before = newest > samples ? newest - samples : 1;
    return sample_ns(group, newest) - sample_ns(group, before);
}

#endif
