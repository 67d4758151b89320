/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of counters: what else a frame was made of. A program adds where something happens, and
 * perf_frame() gives perfd all values of the groups that are on, as one sample: on top of a call a
 * frame, or, where frames go into a lane (perf_options.frames_in_lane), with no call at all.
 *
 *     static const struct perf_metric metrics[] = {{"tiles", "", PERF_METRIC_COUNT}, ...};
 *     PERF_GROUP(tiles, "tiler", metrics);           // at file scope
 *
 *     perf_group_switch(&tiles, true);               // after perf_open(); off until then
 *     perf_group_add(&tiles, 0, 1);                  // off: one check, and nothing else
 *
 * perf_vocabulary.h has groups under names that viewers know. One thread adds to a group. With
 * -DPERF_DISABLED groups are never on, and what is said of them is not evaluated.
 */
#ifndef PERF_CLIENT_GROUPS_H
#define PERF_CLIENT_GROUPS_H

#include "perf-client/perf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* perf.capnp's bounds: 64 counters a group; a group's name 31 bytes, a counter's 47, a unit's 15.
 */
#define PERF_GROUP_METRICS_MAX 64

enum perf_metric_kind {
    PERF_METRIC_COUNT, /* a total that only grows: added to */
    PERF_METRIC_GAUGE, /* a level: set */
    PERF_METRIC_NS,    /* nanoseconds, added up */
};

/* As CounterState has them. */
enum perf_metric_state {
    PERF_METRIC_OK,
    PERF_METRIC_UNSUPPORTED,
    PERF_METRIC_NOT_PERMITTED,
    PERF_METRIC_DISABLED,
    PERF_METRIC_WARMING,
    PERF_METRIC_FAILED,
};

struct perf_metric {
    const char *name, *unit;
    enum perf_metric_kind kind;
};

/* What was said last: perf_group_state(). */
struct perf_metric_told {
    enum perf_metric_state state;
    const char *reason; /* NULL: none */
};

struct perf_group {
    bool on;
    uint32_t count;
    int64_t *value; /* count of them, as of the next */
    struct perf_metric_told *told;
    const char *name;
    const struct perf_metric *metric;
    void (*before)(struct perf_group *group); /* sets values before each sample; NULL: nobody */
    /* The library's. */
    struct perf_group *next;
    uint32_t generation, id; /* of the opening in which perfd gave it */
    bool is_linked;
};

/* What a key (a program counter, say) had since it was last told: weight is what the table is
 * ranked by, 0: the hits. */
struct perf_hotspot {
    uint64_t key, hits, weight;
};

#ifdef __cplusplus
#define PERF_GROUP_CHECK static_assert
#else
#define PERF_GROUP_CHECK _Static_assert
#endif

/* At file scope. metrics: an array of struct perf_metric, of at most PERF_GROUP_METRICS_MAX. */
#define PERF_GROUP(variable, name, metrics)                                                        \
    static int64_t variable##_values[sizeof(metrics) / sizeof((metrics)[0])];                      \
    static struct perf_metric_told variable##_told[sizeof(metrics) / sizeof((metrics)[0])];        \
    PERF_GROUP_CHECK(sizeof(metrics) / sizeof((metrics)[0]) <= PERF_GROUP_METRICS_MAX,             \
                     #variable " is too large");                                                   \
    static struct perf_group variable PERF_GROUP_UNUSED = {false,                                  \
                                                           sizeof(metrics) / sizeof((metrics)[0]), \
                                                           variable##_values,                      \
                                                           variable##_told,                        \
                                                           name,                                   \
                                                           metrics,                                \
                                                           0,                                      \
                                                           0,                                      \
                                                           0,                                      \
                                                           0,                                      \
                                                           false}

#ifndef PERF_DISABLED
#define PERF_GROUP_UNUSED

static inline void perf_group_add(struct perf_group *group, unsigned metric, int64_t amount)
{
    if (__builtin_expect(group->on, 0))
        group->value[metric] += amount;
}

static inline void perf_group_set(struct perf_group *group, unsigned metric, int64_t level)
{
    if (__builtin_expect(group->on, 0))
        group->value[metric] = level;
}

/*
 * On: perfd is told of the group, now or with the first frame after perf_open(), and then of its
 * values. Off: its figures are 0, and nothing is done for them. Gives what perfd says: 0, a
 * positive Status (unsupported: a service without counters), or a negative perf_client_error.
 */
int perf_group_switch(struct perf_group *group, bool on);

/*
 * One counter's state, where it cannot be counted, or can again (PERF_METRIC_OK); the reason is for
 * people, at most 63 bytes, and stays where it is: the library says it again when it is opened
 * anew. PERF_METRIC_WARMING: it can, and has no figure yet. Switching the group on makes all ok.
 * Gives as perf_group_switch().
 */
int perf_group_state(struct perf_group *group, unsigned metric, enum perf_metric_state state,
                     const char *reason);

/* Hotspots: adds to the program's table of this name, at most 31 bytes: 64 entries a call. perfd
 * keeps the 256 heaviest (docs/perf/hotspots.md). Only while a session runs. Gives as
 * perf_group_switch(). */
int perf_hotspots_add(const char *table, const struct perf_hotspot *entry, uint32_t count);

#else

#define PERF_GROUP_UNUSED __attribute__((unused))

#define perf_group_add(group, metric, amount) (PERF_UNSEEN(group), PERF_UNSEEN(amount))
#define perf_group_set(group, metric, level)  (PERF_UNSEEN(group), PERF_UNSEEN(level))
#define perf_group_switch(group, on)          (PERF_UNSEEN(group), PERF_UNSEEN(on), 0)
#define perf_group_state(group, metric, state, reason)                                             \
    (PERF_UNSEEN(group), PERF_UNSEEN(state), PERF_UNSEEN(reason), 0)
#define perf_hotspots_add(table, entry, count)                                                     \
    (PERF_UNSEEN(table), PERF_UNSEEN(entry), PERF_UNSEEN(count), 0)

#endif

#ifdef __cplusplus
}
#endif

#endif
