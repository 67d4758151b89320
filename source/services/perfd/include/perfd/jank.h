/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jank: which frames were, what caused each, and which labels took the time.
 *
 * A frame is janky that is long, late or dropped, but not after idleness; docs/perf/metrics.md has
 * the definitions. Causes are counted in the metrics in any case. With memory of the caller's for
 * it the service also looks into the lanes at each, prints the marker `perf: jank ...`, keeps the
 * last PERFD_JANKS, takes GPU times that come frames later, has what explains a frame in its
 * traces, and freezes windows around some: snapshots, which stay when the rings have gone on.
 */
#ifndef PERFD_JANK_H
#define PERFD_JANK_H

#include "perfd/perfd.h"

#define PERFD_JANKS            64 /* kept, of all sessions together */
#define PERFD_WHYS             3  /* labels that are named */
#define PERFD_JANK_LINES       4  /* markers a second; the others are counted */
#define PERFD_SNAPSHOTS        4
#define PERFD_SNAPSHOT_BEFORE  8 /* frames */
#define PERFD_SNAPSHOT_AFTER   4
#define PERFD_SNAPSHOT_FRAMES  (PERFD_SNAPSHOT_BEFORE + 1 + PERFD_SNAPSHOT_AFTER)
#define PERFD_SNAPSHOT_RECORDS 2048                  /* at most, of all lanes: the newest */
#define PERFD_SNAPSHOT_REST_NS UINT64_C(10000000000) /* between two of one cause */

/* The first that holds. */
enum perfd_cause {
    PERFD_CAUSE_DROPPED,  /* the frame was thrown away */
    PERFD_CAUSE_APP,      /* its work took longer than its budget */
    PERFD_CAUSE_GPU,      /* the GPU did */
    PERFD_CAUSE_PIPELINE, /* its work is known, and was within the budget */
    PERFD_CAUSE_UNKNOWN,  /* its work is not known */
    PERFD_CAUSES,
};

struct perfd_why {
    uint64_t self_ns; /* in the frame's interval, over all lanes, without what nested spans took */
    uint32_t length;
    char label[PERFD_LABEL_MAX + 1]; /* not NUL-terminated */
};

struct perfd_jank {
    uint64_t seq; /* 1 for the service's first */
    uint64_t frame_id;
    uint64_t shown_at_ns; /* PERFD_CAUSE_DROPPED: when it arrived */
    uint64_t interval_ns; /* since the last frame shown; 0: there was none */
    uint64_t budget_ns;
    uint64_t work_ns; /* 0: unknown */
    uint64_t gpu_ns;  /* 0: unknown */
    uint32_t session;
    enum perfd_cause cause; /* changes where gpu_ns comes later */
    uint32_t whys;
    struct perfd_why why[PERFD_WHYS]; /* the most first; equal ones by their bytes */
};

/* What perfd_jank_start() takes for a perfd of this configuration, in bytes. */
size_t perfd_jank_bytes(const struct perfd_config *config);

/* The same as a constant expression. */
#define PERFD_JANK_BYTES(sessions, frames, lanes, labels, span_depth)                              \
    (PERFD_JANK_FIXED_BYTES + (sessions)*PERFD_JANK_SESSION_BYTES +                                \
     ((sessions) + 1) * (frames)*8u +                                                              \
     ((sessions) + 2) * (lanes) * (PERFD_JANK_LANE_BYTES + PERFD_ROUND_8((span_depth)*6u)) +       \
     (labels)*8u + PERFD_ROUND_8((labels)*2u) +                                                    \
     PERFD_SNAPSHOTS *                                                                             \
         (PERFD_SNAPSHOT_RECORDS * PERFD_LANE_RECORD_BYTES +                                       \
          PERFD_SNAPSHOT_FRAMES * (PERFD_FRAME_BYTES + 8u) + (lanes)*PERFD_LANE_COPY_BYTES))
#define PERFD_JANK_FIXED_BYTES   26000u
#define PERFD_JANK_SESSION_BYTES 64u
#define PERFD_JANK_LANE_BYTES    32u

/* From now on; once, after perfd_init(). The memory is aligned to 8 and stays perfd's.
 * PERFD_NO_SPACE: it is less than that, or NULL; PERFD_UNSUPPORTED: this perfd was linked without.
 */
int perfd_jank_start(struct perfd *perfd, void *memory, size_t bytes)
    __attribute__((warn_unused_result));

/* Ticks that were accepted since perfd_jank_start(). */
uint64_t perfd_ticks_taken(const struct perfd *perfd);

/*
 * Copies up to `max` janks that came after after_seq (0: all), oldest first. Returns how many;
 * *missed: how many of those asked for are kept no more, of other sessions' among them. session 0:
 * as in perfd_read_metrics(). PERFD_NOT_FOUND: no such session; PERFD_UNSUPPORTED: nothing is kept.
 */
int perfd_read_janks(const struct perfd *perfd, int client, uint32_t session, uint64_t after_seq,
                     struct perfd_jank *out, uint32_t max, uint64_t *missed)
    __attribute__((warn_unused_result));

#define PERFD_GPU_NS_MAX UINT32_MAX

/*
 * How long the GPU took for a frame, once that is known: 1..PERFD_GPU_NS_MAX. Said again, it is the
 * frame's last figure. From who ticks the session; session 0: as in perfd_tick().
 * PERFD_NOT_FOUND: no session, or no such frame in its ring any more; PERFD_BUSY: another client
 * ticks it; PERFD_INVALID: gpu_ns; PERFD_UNSUPPORTED.
 */
int perfd_amend_frame(struct perfd *perfd, int client, uint32_t session, uint64_t frame_id,
                      uint64_t gpu_ns, uint64_t now_ns) __attribute__((warn_unused_result));

/* What holds a session's frames up. */
enum perfd_bound { PERFD_BOUND_UNKNOWN, PERFD_BOUND_CPU, PERFD_BOUND_GPU };

/* Over the counted frames of the window of which both work and gpu_ns are known. */
struct perfd_gpu {
    uint64_t frames;
    uint64_t gpu_avg_ns, work_avg_ns; /* rounded half up; 0 where there are none */
    enum perfd_bound bound;           /* the larger one's; CPU where they are equal */
    uint64_t lines_held_back;         /* markers over PERFD_JANK_LINES, of all sessions */
};

/* As perfd_read_janks(). */
int perfd_read_gpu(const struct perfd *perfd, int client, uint32_t session, struct perfd_gpu *out)
    __attribute__((warn_unused_result));

/*
 * A snapshot: the frames from PERFD_SNAPSHOT_BEFORE before a janky one to PERFD_SNAPSHOT_AFTER
 * behind it, with what the lanes had of that time. At most one for each cause in
 * PERFD_SNAPSHOT_REST_NS; the newest takes the oldest one's place.
 */
#define PERFD_SNAPSHOT_ID(number) (UINT32_C(0x80000000) | (number))

struct perfd_snapshot {
    uint32_t id; /* perfd_trace_begin() and exports take it in place of a session's */
    uint32_t frames;
    uint64_t records;
    uint64_t from_ns, to_ns;
    uint32_t session; /* whose window it was */
    uint64_t jank_seq, frame_id;
    enum perfd_cause cause;        /* when it was taken */
    char name[PERFD_NAME_MAX + 1]; /* of the session, NUL-terminated */
};

/* The oldest one of those that are complete and have an id above this one. Returns its number, the
 * id without its highest bit; PERFD_NOT_FOUND: there is none; PERFD_UNSUPPORTED. */
int perfd_next_snapshot(const struct perfd *perfd, uint32_t above_id, struct perfd_snapshot *out)
    __attribute__((warn_unused_result));

#endif
