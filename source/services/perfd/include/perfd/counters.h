/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counter groups: what else was going on in each frame, as numbers. A client declares a group of
 * counters, with a kind and a unit each, and gives all of their values once a frame, as a sample.
 *
 * perfd keeps, for each counter, its state, the sum since it was declared, and the amounts of the
 * last PERFD_SAMPLES samples: the window, which is said with every figure of it and depends on
 * nobody's asking. While a session runs, what changed is also written into a lane of the client's,
 * `counters`, and so is in traces.
 *
 * A figure is there only where the counter's state says so: a counter that is not supported has
 * none, one that is switched off has 0, one that waits for its first sample has none yet.
 */
#ifndef PERFD_COUNTERS_H
#define PERFD_COUNTERS_H

#include "perfd/perfd.h"

#define PERFD_COUNTERS         128 /* of all groups together */
#define PERFD_COUNTER_GROUPS   16
#define PERFD_GROUP_COUNTERS   64 /* the most of one group */
#define PERFD_SAMPLES          60 /* kept of each counter */
#define PERFD_COUNTER_NAME_MAX 47 /* bytes; of a group PERFD_CATEGORY_MAX */
#define PERFD_UNIT_MAX         15
#define PERFD_REASON_MAX       63

enum perfd_counter_kind {
    PERFD_COUNT, /* a total that only grows; its amount in a sample is how much it grew */
    PERFD_GAUGE, /* a level; its amount is the level */
    PERFD_NS,    /* a count of nanoseconds */
};

enum perfd_counter_state {
    PERFD_COUNTER_OK,
    PERFD_COUNTER_UNSUPPORTED,   /* there is no such thing here */
    PERFD_COUNTER_NOT_PERMITTED, /* there is, but this process may not count it */
    PERFD_COUNTER_DISABLED,      /* switched off: its figures are 0 */
    PERFD_COUNTER_WARMING,       /* no figure yet */
    PERFD_COUNTER_FAILED,
    PERFD_COUNTER_STATES,
};

struct perfd_counter {
    struct perfd_text name; /* 1..PERFD_COUNTER_NAME_MAX bytes */
    struct perfd_text unit; /* 0..PERFD_UNIT_MAX; "bytes", "ns" */
    enum perfd_counter_kind kind;
};

/* What perfd_counters_start() takes, in bytes. */
#define PERFD_COUNTERS_BYTES 131072u

/* From now on; once, after perfd_init(). The memory is aligned to 8 and stays perfd's.
 * PERFD_NO_SPACE: it is less than that, or NULL; PERFD_UNSUPPORTED: this perfd was linked without.
 */
int perfd_counters_start(struct perfd *perfd, void *memory, size_t bytes)
    __attribute__((warn_unused_result));

/* --- For those who count ---------------------------------------------------------------------- */

/*
 * Declares a group: its id, 1 or more, never used twice. A client that declares one that it has
 * already, with the same counters, is given its id. When the client has gone the group stays until
 * its place is needed. PERFD_INVALID: a text's length, a kind, a name twice, other counters than
 * the group has; PERFD_NO_SPACE: no place for it; PERFD_UNSUPPORTED: perfd_counters_start() was not
 * called.
 */
int perfd_counter_group(struct perfd *perfd, int client, struct perfd_text name,
                        const struct perfd_counter *counter, uint32_t count)
    __attribute__((warn_unused_result));

/*
 * The values of all of the group's counters, in their order, at a time (0: now): one sample, of a
 * frame. Of a counter that its client has given another state than ok the value is not looked at.
 * A count that is below its last value has begun anew. PERFD_NOT_FOUND: not a group of the
 * client's; PERFD_INVALID: not as many values as it has counters, or a time before the last
 * sample's or more than 1 s ahead.
 */
int perfd_counter_sample(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                         uint32_t count, uint64_t time_ns, uint64_t now_ns)
    __attribute__((warn_unused_result));

/* Room for a group, for those who have none of their own; good until the next of these calls.
 * NULL: perfd_counters_start() was not called. */
struct perfd_counter_room {
    struct perfd_counter counter[PERFD_GROUP_COUNTERS];
    int64_t value[PERFD_GROUP_COUNTERS];
};
struct perfd_counter_room *perfd_counter_room(struct perfd *perfd);

/*
 * The state of `count` counters from the one with this index on. One that is to be ok is warming
 * until its next sample; one that is to be warming, until its client says that it is ok. reason: up
 * to PERFD_REASON_MAX bytes, for people. PERFD_NOT_FOUND: not a group of the client's;
 * PERFD_INVALID: no such counters, no such state, or the text's length.
 */
int perfd_counter_set_state(struct perfd *perfd, int client, uint32_t group, uint32_t first,
                            uint32_t count, enum perfd_counter_state state,
                            struct perfd_text reason) __attribute__((warn_unused_result));

/* For a replay: the values before the first sample that it has. PERFD_NOT_FOUND: not a group of the
 * client's with so many counters. */
int perfd_counter_begin_at(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                           uint32_t count) __attribute__((warn_unused_result));

/* --- For those who look ----------------------------------------------------------------------- */

struct perfd_group_info {
    uint32_t id;
    char name[PERFD_CATEGORY_MAX + 1]; /* NUL-terminated, as all of these */
    uint32_t pid;                      /* its client's process; 0: unknown */
    char process[PERFD_PROCESS_NAME_MAX + 1];
    bool closed; /* its client has gone */
    uint32_t counters;
    uint64_t samples; /* ever */
    uint64_t last_ns; /* the last one's time */
    /* The window: the last PERFD_SAMPLES samples, or as many as there are, and the time from the
     * sample before it (or else its first one) to its last. */
    uint32_t window_samples;
    uint64_t window_ns;
};

struct perfd_counter_info {
    char name[PERFD_COUNTER_NAME_MAX + 1];
    char unit[PERFD_UNIT_MAX + 1];
    char reason[PERFD_REASON_MAX + 1]; /* of its state; may be empty */
    enum perfd_counter_kind kind;
    enum perfd_counter_state state;
    /* Figures mean something where the state is ok; where it is disabled they are 0. */
    uint32_t samples; /* of the window: those that it was counted in */
    int64_t last;     /* the last sample's amount */
    int64_t total;    /* of a gauge the level, else the sum of all amounts since it was declared */
    int64_t sum, p95, max; /* of the window's amounts; p95 is the nearest rank */
};

/* The group with the lowest id from this one on. PERFD_NOT_FOUND: there is none. */
int perfd_read_group(const struct perfd *perfd, uint32_t from_id, struct perfd_group_info *out)
    __attribute__((warn_unused_result));

/* PERFD_NOT_FOUND: no such group, or it has no counter with this index. */
int perfd_read_counter(struct perfd *perfd, uint32_t group, uint32_t index,
                       struct perfd_counter_info *out) __attribute__((warn_unused_result));

struct perfd_counter_sample {
    uint64_t seq; /* 1 for the group's first */
    uint64_t time_ns;
};

/* The oldest sample after this one (0: of all) that is still there, and the amounts of the group's
 * counters in it. PERFD_NOT_FOUND: there is none, or no such group. */
int perfd_read_sample(const struct perfd *perfd, uint32_t group, uint64_t after_seq,
                      struct perfd_counter_sample *out, int64_t amount[PERFD_GROUP_COUNTERS])
    __attribute__((warn_unused_result));

#endif
