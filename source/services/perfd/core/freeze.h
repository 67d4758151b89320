/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private copy that traces are made of: one session's records and frames as they were at one
 * moment, so that every pass over them sees the same while recording goes on. There is one copy,
 * the last one made. It is validated: what is in it has a known kind and a label in the table, a
 * value follows where its kind has one, and times within a lane do not fall.
 */
#ifndef PERFD_CORE_FREEZE_H
#define PERFD_CORE_FREEZE_H

#include "lane.h"

#define LANE_COPY_BYTES 160 /* each lane's share of the copy, without its records */

struct frame;
struct session;

/* lane_record.flags in the copy, set by pairing. */
enum {
    COPY_CLOSED = 1,     /* a begin whose end is aux slots later; an end that closed a begin */
    COPY_UNFINISHED = 2, /* a begin closed with its parent, aux slots later, or (0) at the end */
    COPY_UNPAIRED = 4,   /* a begin too deep, an end without a begin */
    COPY_FILTERED = 8,   /* of a category that the session did not ask for: set by filter.c */
};

struct lane_copy {
    _Alignas(8) struct lane_counts counts; /* at the moment of the copy */
    uint64_t loss_ns;                      /* the first record's time, where has_loss */
    uint64_t drop_ns;                      /* when a mark was last refused, where has_drop */
    uint64_t next_ns;                      /* the merge: when this lane's next event is */
    uint32_t id;
    uint32_t first, slots;   /* a run of the copy's records */
    uint32_t at;             /* the merge: the next event's place in the run */
    bool lossy;              /* older records were overwritten, or are from before the session */
    bool has_loss;           /* records of this session may be among the overwritten */
    bool has_drop;           /* the last refusal was in the session's time */
    bool loss_due, drop_due; /* the merge: their events are still to come */
    uint8_t name_length;
    char name[PERFD_LANE_NAME_MAX + 1];
    struct process process;
};
_Static_assert(sizeof(struct lane_copy) == LANE_COPY_BYTES, "PERFD_ARENA_BYTES counts on it");

struct frozen {
    struct lane_record *records;
    struct lane_copy *lane;
    struct frame *frame; /* oldest first */
    uint32_t lane_count, slot_count, frame_count;
    uint32_t session;          /* 0: there is no copy */
    bool stopped;              /* the session had stopped: nothing will be added to it */
    uint64_t start_ns, end_ns; /* end: the stop, or the moment of the copy */
    uint64_t before_ns;        /* when the frame before the first one was shown */
    uint64_t long_frame_ns, idle_gap_ns;
    uint32_t warmup_frames;
    uint32_t refused;         /* frames, as the session keeps the oldest and was full */
    uint64_t dropped_at_end;  /* frames thrown away since the last one shown */
    uint64_t copied, outside; /* marks resident in all lanes, and those not of the session's time */
    struct lane_counts total; /* the service's ledger at that moment */
    struct lane_counts lane0; /* the share of marks without a lane */
    bool ledger_wrong;        /* a lane does not hold what its ledger says is resident */
    bool oneshot;             /* the session keeps the oldest */
    const char *clock_name;
    uint64_t clock_step_ns;
    struct perfd_metrics metrics;
};

void freeze_init(struct frozen *frozen, struct arena *arena, const struct perfd_config *config);

/* Copies the session's records and frames. now_ns is looked at where the session still runs. */
void freeze(struct perfd *perfd, const struct session *session, uint64_t now_ns);

/* Parts of it that snapshots have too: what stands about the session, and a lane's without its
 * records, which begin at `first`. */
void freeze_about(const struct perfd *perfd, const struct session *session, struct frozen *out);
void lane_copy_start(const struct lane *lane, uint32_t first, struct lane_copy *out);

/* When the interval that ends with this frame began, and how long it is; 0: it has none. */
uint64_t frozen_interval_ns(const struct frozen *frozen, uint32_t frame);

/* Slots of the copy's record at this place in the lane's run: 1, or 2 with its value. */
uint32_t record_slots(const struct lane_record *record);

#endif
