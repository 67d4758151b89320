/* SPDX-License-Identifier: Apache-2.0 */
/* What jank.c and snapshot.c have in the memory that perfd_jank_start() was given. */
#ifndef PERFD_CORE_JANK_PARTS_H
#define PERFD_CORE_JANK_PARTS_H

#include "core.h"
#include "jank.h"
#include "marker.h"
#include "why.h"

/* What the GPU took for a frame, and the frame's work then; 0: not known. */
struct jank_gpu {
    uint32_t gpu_ns, work_ns; /* work: at most UINT32_MAX */
};

/* A session's part, in its slot's place. */
struct jank_session {
    uint32_t id; /* whose figures these are */
    uint32_t gpu_frames;
    uint64_t gpu_ns, work_ns; /* sums over the counted frames of the window with both */
    struct jank_gpu *gpu;     /* beside the window's ring */
    struct why_walker walker;
};
_Static_assert(sizeof(struct jank_session) <= PERFD_JANK_SESSION_BYTES, "PERFD_JANK_BYTES counts");

/* tracks.c: the begins and ends of its two tracks, in the order in which equal times stand. */
enum track_edge {
    TRACK_EXPECTED_BEGIN,
    TRACK_ACTUAL_BEGIN,
    TRACK_EXPECTED_END,
    TRACK_ACTUAL_END,
    TRACK_EDGES,
};

struct track_cursor {
    uint32_t frame;   /* whose edge comes next */
    uint64_t next_ns; /* when; never less than before */
};

/* A jank whose snapshot waits for the frames behind it. */
struct snapshot_wait {
    uint32_t session; /* 0: none waits */
    uint64_t frame;   /* the window's sequence number of the frame that it is about */
    struct perfd_snapshot info;
};

struct snapshot {
    struct perfd_snapshot info; /* id 0: there is none */
    struct frozen copy;
    struct filter filter;
    struct jank_gpu *gpu;
};

struct jank_memory {
    struct perfd_jank jank[PERFD_JANKS]; /* by seq mod PERFD_JANKS */
    uint64_t ticks;                      /* accepted, ever */
    uint64_t janks;                      /* ever */
    uint64_t line_ns[PERFD_JANK_LINES];  /* of the last markers, by `lines` mod so many */
    uint64_t lines, lines_held_back;
    struct jank_session *session;
    bool looked; /* in this call */
    struct why why;
    struct why_walker scratch; /* for what leaves no walker where it ends */

    /* The trace's copy. */
    struct why_walker copy;
    struct jank_gpu *copy_gpu;
    uint32_t copy_frame; /* the last one whose why was asked for, and what it was */
    uint32_t copy_whys;
    bool copy_has; /* one was */
    struct perfd_why copy_why[PERFD_WHYS];
    struct jank_session copy_session; /* sums of the copy's session */
    struct track_cursor track[TRACK_EDGES];

    /* Of the lane that a snapshot is made of: here, because the stack is deepest there. */
    struct lane_source source;
    struct lane_record slots[2];

    struct snapshot snapshot[PERFD_SNAPSHOTS];
    uint32_t snapshots; /* ever: the number of the last one */
    struct snapshot_wait wait[PERFD_CAUSES];
    uint64_t rests_until_ns[PERFD_CAUSES];

    char line[MARKER_MAX];
};
_Static_assert(sizeof(struct jank_memory) <= PERFD_JANK_FIXED_BYTES, "PERFD_JANK_BYTES counts");

/* Before the lanes are looked at: makes a run log have what is in them, once a call. */
void jank_look(struct perfd *perfd);

/* A walker of so many lanes, at no place yet. */
void walker_reset(const struct perfd *perfd, struct why_walker *walker);
void walker_copy(const struct perfd *perfd, struct why_walker *to, const struct why_walker *from);

/* The stack of a walker's lane. */
static inline struct why_open *walker_open(const struct perfd *perfd, const struct why_walker *w,
                                           size_t lane)
{
    return w->open + lane * perfd->config.span_depth;
}

/* A jank of this frame of the session's window was kept, or (frame 0) of one that was thrown away
 * before the next. */
void snapshot_jank(struct perfd *perfd, const struct session *s, const struct perfd_jank *jank,
                   uint64_t now_ns);

/* The one with this id, which is taken; NULL: there is none. */
const struct snapshot *snapshot_find(const struct jank_memory *m, uint32_t id);

/* A frame of the session was shown. */
void snapshot_frame(struct perfd *perfd, const struct session *s);

#endif
