/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of events: by time, lane, sequence. Each source has its events in order and says when
 * its next one is; the earliest goes first, and the earlier source where times are equal. The
 * frames lane is four sources, whose order is part of the format.
 */
#include "apart.h"
#include "trace_parts.h"

#define NEVER UINT64_MAX

/* --- The session's own: start, drops at the end, stop ------------------------------------------
 */

IN_PLACE void settle_session(struct trace *t)
{
    const struct frozen *z = &t->frozen;
    struct trace_cursor *c = &t->cursor;
    if (c->session_part == 1 && z->dropped_at_end == 0)
        c->session_part++;
    if (snapshot_is(z->session))
        c->next_ns[SOURCE_SESSION] = NEVER;
    else if (c->session_part == 0)
        c->next_ns[SOURCE_SESSION] = z->start_ns;
    else if (c->session_part == 1 || (c->session_part == 2 && z->stopped))
        c->next_ns[SOURCE_SESSION] = z->end_ns;
    else
        c->next_ns[SOURCE_SESSION] = NEVER;
}

static void take_session(struct trace *t, struct trace_event *event)
{
    event->kind = EVENT_START + t->cursor.session_part++;
    event->fixed = true;
    settle_session(t);
}

/* --- Frames ----------------------------------------------------------------------------------- */

enum frame_part { PART_FRAME, PART_MS, PART_FPS, PART_DROPPED, PART_JANK, FRAME_PARTS };

static bool has_part(const struct frame *f, uint32_t part)
{
    if (part <= PART_FPS)
        return f->has_interval;
    return part == PART_DROPPED ? f->unpresented > 0 : f->cause != CAUSE_NONE;
}

static void settle_frames(struct trace *t)
{
    const struct frozen *z = &t->frozen;
    struct trace_cursor *c = &t->cursor;
    while (c->frame < z->frame_count) {
        const struct frame *f = &z->frame[c->frame];
        while (c->frame_part < FRAME_PARTS && !has_part(f, c->frame_part))
            c->frame_part++;
        if (c->frame_part < FRAME_PARTS) {
            uint64_t length_ns = c->frame_part <= PART_FPS ? frozen_interval_ns(z, c->frame) : 0;
            c->next_ns[SOURCE_FRAMES] = f->presented_at_ns - length_ns;
            return;
        }
        c->frame++;
        c->frame_part = 0;
    }
    c->next_ns[SOURCE_FRAMES] = NEVER;
}

static void take_frames(struct trace *t, struct trace_event *event)
{
    struct trace_cursor *c = &t->cursor;
    event->kind = EVENT_FRAME + c->frame_part;
    event->at = event->owner = c->frame;
    event->detail = c->frame_part == PART_MS || c->frame_part == PART_FPS;
    c->frame_part++;
    settle_frames(t);
}

/* --- Their work ------------------------------------------------------------------------------- */

uint64_t frame_work_end_ns(const struct frame *frame)
{
    uint64_t work_ns = frame_work_ns(frame);
    uint64_t end_ns = work_ns != 0 ? frame->began_at_ns + work_ns : frame->presented_at_ns;
    return end_ns > frame->began_at_ns ? end_ns : frame->began_at_ns;
}

static void settle_work(struct trace *t)
{
    struct trace_cursor *c = &t->cursor;
    const struct frame *frame = t->frozen.frame;
    c->next_ns[SOURCE_BEGUN] = c->begun < t->works ? frame[t->begun[c->begun]].began_at_ns : NEVER;
    c->next_ns[SOURCE_ENDED] =
        c->ended < t->works ? frame_work_end_ns(&frame[t->ended[c->ended]]) : NEVER;
}

static void take_work(struct trace *t, enum trace_source source, struct trace_event *event)
{
    struct trace_cursor *c = &t->cursor;
    event->kind = source == SOURCE_BEGUN ? EVENT_WORK_BEGIN : EVENT_WORK_END;
    event->at = source == SOURCE_BEGUN ? t->begun[c->begun++] : t->ended[c->ended++];
    event->owner = event->at;
    event->detail = true;
    settle_work(t);
}

/* --- Lanes ------------------------------------------------------------------------------------ */

static bool only_ends(const struct lane_record *record)
{
    return record->kind == PERFD_END || (record_is_phase(record) && record->label == 0);
}

bool mark_is_shown(const struct lane_record *record)
{
    return !only_ends(record) && (record->flags & (COPY_UNPAIRED | COPY_FILTERED)) == 0;
}

uint32_t marks_shown(const struct lane_record *record)
{
    return (record->flags & COPY_CLOSED) != 0 && only_ends(record + record->aux) ? 2 : 1;
}

static void settle_lane(struct trace *t, struct lane_copy *lane)
{
    const struct lane_record *run = t->frozen.records + lane->first;
    while (lane->at < lane->slots && !mark_is_shown(&run[lane->at]))
        lane->at += record_slots(&run[lane->at]);
    lane->next_ns = lane->at < lane->slots ? run[lane->at].time_ns : NEVER;
    if (lane->drop_due && lane->drop_ns <= lane->next_ns)
        lane->next_ns = lane->drop_ns;
    if (lane->loss_due && lane->loss_ns <= lane->next_ns)
        lane->next_ns = lane->loss_ns;
}

static void take_lane(struct trace *t, uint32_t index, struct trace_event *event)
{
    struct lane_copy *lane = &t->frozen.lane[index];
    const struct lane_record *record = &t->frozen.records[lane->first + lane->at];
    event->lane = index;
    if (lane->loss_due && lane->loss_ns == event->time_ns) {
        event->kind = EVENT_LOSS;
        event->fixed = true;
        lane->loss_due = false;
    } else if (lane->drop_due && lane->drop_ns == event->time_ns) {
        event->kind = EVENT_DROP;
        event->fixed = true;
        lane->drop_due = false;
    } else {
        event->kind = EVENT_MARK;
        event->at = lane->at;
        event->detail = true;
        event->marks = marks_shown(record);
        lane->at += record_slots(record);
    }
    settle_lane(t, lane);
}

/* --- All of them ------------------------------------------------------------------------------ */

void merge_start(struct trace *trace)
{
    struct trace_cursor *c = &trace->cursor;
    c->session_part = 0;
    c->frame = c->frame_part = 0;
    c->begun = c->ended = 0;
    c->owner = 0;
    c->marks = 0;
    settle_session(trace);
    settle_frames(trace);
    settle_work(trace);
    tracks_start(trace);
    for (size_t i = 0; i < trace->frozen.lane_count; i++) {
        struct lane_copy *lane = &trace->frozen.lane[i];
        lane->at = 0;
        lane->loss_due = lane->has_loss;
        lane->drop_due = lane->has_drop;
        settle_lane(trace, lane);
    }
}

/* The source with the earliest event; SOURCE_LANES + the lane's place for a lane. */
static uint32_t earliest(const struct trace *trace, uint64_t *time_ns)
{
    uint32_t source = 0;
    *time_ns = NEVER;
    for (uint32_t i = 0; i < SOURCE_LANES; i++)
        if (trace->cursor.next_ns[i] < *time_ns) {
            *time_ns = trace->cursor.next_ns[i];
            source = i;
        }
    for (uint32_t i = 0; i < trace->frozen.lane_count; i++)
        if (trace->frozen.lane[i].next_ns < *time_ns) {
            *time_ns = trace->frozen.lane[i].next_ns;
            source = SOURCE_LANES + i;
        }
    return source;
}

bool merge_next(struct trace *trace, struct trace_event *event)
{
    *event = (struct trace_event){0};
    uint32_t source = earliest(trace, &event->time_ns);
    if (tracks_take(trace, event->time_ns, event))
        return true;
    if (event->time_ns == NEVER)
        return false;
    switch (source) {
    case SOURCE_SESSION:
        take_session(trace, event);
        break;
    case SOURCE_FRAMES:
        take_frames(trace, event);
        break;
    case SOURCE_BEGUN:
    case SOURCE_ENDED:
        take_work(trace, source, event);
        break;
    default:
        take_lane(trace, source - SOURCE_LANES, event);
        if (event->kind == EVENT_MARK) {
            event->owner = merge_owner(trace, event->time_ns);
            trace->cursor.marks += event->marks;
        }
        break;
    }
    return true;
}

/* --- Runs of one lane ------------------------------------------------------------------------- */

static uint64_t sooner(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

struct lane_copy *merge_run(struct trace *trace, uint64_t *until_ns)
{
    uint64_t time_ns;
    uint32_t source = earliest(trace, &time_ns);
    uint64_t until = tracks_next_ns(trace);
    if (time_ns == NEVER || source < SOURCE_LANES || until <= time_ns)
        return NULL;
    struct lane_copy *lane = &trace->frozen.lane[source - SOURCE_LANES];
    for (uint32_t i = 0; i < SOURCE_LANES; i++)
        until = sooner(until, trace->cursor.next_ns[i]);
    for (uint32_t i = 0; i < trace->frozen.lane_count; i++)
        if (&trace->frozen.lane[i] != lane)
            until = sooner(until, trace->frozen.lane[i].next_ns);
    if (lane->loss_due)
        until = sooner(until, lane->loss_ns);
    if (lane->drop_due)
        until = sooner(until, lane->drop_ns);
    *until_ns = until;
    bool mark_is_next = !(lane->loss_due && lane->loss_ns == time_ns) &&
                        !(lane->drop_due && lane->drop_ns == time_ns);
    return mark_is_next ? lane : NULL;
}

void merge_run_over(struct trace *trace, struct lane_copy *lane)
{
    settle_lane(trace, lane);
}
