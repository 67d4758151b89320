/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the marks' library share. Functions are called under the platform's lock, where
 * they do not say otherwise. */
#ifndef PERF_CLIENT_MARKS_H_INTERNAL
#define PERF_CLIENT_MARKS_H_INTERNAL

#include "perf-client/marks_platform.h"
#include "perf-client/perf.h"
#include "perf-client/perf_client.h"
#include "perf-client/perf_groups.h"

#define PERF_KIND_MASK  0xffu
#define PERF_LABEL_MASK 0xffffu

/* In a site's word whose label there was no room for: the service's 0, but the word is not. */
#define PERF_WORD_NO_LABEL (UINT64_C(1) << 24)

struct perf_marks {
    struct perf_client *client; /* NULL: not open */
    bool owns_client;
    bool shares; /* lanes in shared memory are wanted */
    bool enable_mapped;
    uint32_t generation; /* goes on with each opening and closing; read without the lock as well */
    struct perf_options options;
    struct perf_site *sites; /* whose labels are known */
    uint64_t frame_id;       /* the last that was given */
    void (*sample)(void);    /* groups.c, once there is a group: who has none does not link it */
};

extern PERF_OWN struct perf_marks perf_marks;

/* Sends the call that was begun; where that breaks the connection, marks are off behind it. */
PERF_OWN int perf_marks_call(void);

/* Marks are off, labels forgotten, the connection closed where it is the library's own. */
PERF_OWN void perf_marks_turn_off(void);

/* perf_open_on(), where the library may own the connection. */
PERF_OWN int perf_marks_open(struct perf_client *client, const struct perf_options *options,
                             bool owns_client);

/* What is not stamped in ticks. Without the lock. */
PERF_OWN uint64_t perf_stamp_ns(void);

/* Opens the calling thread's lane, `first`: the one that opens all. 0, or as perf_open(). */
PERF_OWN int perf_lane_open(bool first);

/* Forgets the calling thread's lane, without a call. */
PERF_OWN void perf_lane_drop(void);

/* Closes the calling thread's lane; also without the lock. */
PERF_OWN void perf_lane_close(void);
PERF_OWN void perf_lane_leave(void);

/* The memory that openLane promised, mapped and what it says it is, and as many slots as were found
 * to be in it; NULL: it cannot be had. */
PERF_OWN struct perf_lane_header *perf_lane_map(uint32_t index, uint64_t address, uint64_t bytes,
                                                uint64_t *slots);

/* The second word of a value's slot, without its lap; the first has the value's low 56 bits. */
static inline uint64_t perf_value_word(uint64_t value)
{
    return ((uint64_t)PERF_LANE_VALUE << PERF_KIND_SHIFT) + (value >> PERF_LANE_LAP_SHIFT << 24);
}

/* Opens the lane that frames are written to, where that is wanted and the service does it. */
PERF_OWN void perf_ticks_open(void);

/* Forgets it, without a call. */
PERF_OWN void perf_ticks_drop(void);

/* Of the session that runs; 0: it has no frame, or does not say. */
PERF_OWN uint64_t perf_last_frame_id(uint32_t session);

/* Writes a frame with this id; false: there is no such lane. presented_at_ns 0: it is stamped. */
PERF_OWN bool perf_ticks_write(const struct perf_frame_facts *frame, uint64_t id);

/* The same for a group's values. */
PERF_OWN bool perf_ticks_sample(uint32_t group, const int64_t *value, uint32_t count);

/* perf_group_state(), for those who are asked for their values. */
PERF_OWN int perf_group_tell(struct perf_group *group, unsigned metric,
                             enum perf_metric_state state, const char *reason);

/* Records that go by calls: kept until there are as many as a call takes, or until the frame. */
PERF_OWN void perf_calls_add(uint32_t lane, uint64_t word, uint64_t value, uint64_t time_ns);
PERF_OWN void perf_calls_send(void);
PERF_OWN void perf_calls_drop(void);

#endif
