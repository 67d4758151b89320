/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cut, oldest first in two stages: the details of frames that are not janky, then whole frames.
 * In a session without frames it is the oldest marks. In one that keeps the oldest it is the newest
 * first, everywhere. A frame's share is a sum, so that a pass
 * needs memory for frames but not for events.
 */
#include "trace_parts.h"

static bool is_janky(const struct frozen *frozen, uint32_t frame)
{
    return frame < frozen->frame_count && frozen->frame[frame].cause != CAUSE_NONE;
}

/* The order in which frames, and the open tail behind them, lose what they have: each to its place,
 * and back. */
static uint32_t turn(const struct trace *trace, uint32_t frame)
{
    return oneshot_is_copy(trace) ? trace->frozen.frame_count - frame : frame;
}

bool cut_takes(const struct trace *trace, const struct trace_event *event)
{
    if (event->fixed)
        return false;
    if (trace->frozen.frame_count == 0)
        return oneshot_is_copy(trace)
                   ? trace->cut.marks != 0 && trace->cursor.marks >= trace->cut.marks
                   : trace->cursor.marks <= trace->cut.marks;
    uint32_t at = turn(trace, event->owner);
    if (at < trace->cut.whole)
        return true;
    return event->detail && at < trace->cut.detail && !is_janky(&trace->frozen, event->owner);
}

void cut_start(struct trace *trace)
{
    for (size_t i = 0; i < trace->frozen.frame_count; i++)
        trace->detail_bytes[i] = trace->frame_bytes[i] = 0;
    trace->tail_bytes = 0;
}

/* A sum that is too small makes the cut take more: the cap still holds. */
static void add_saturating(uint32_t *sum, uint64_t bytes)
{
    *sum = bytes > UINT32_MAX - *sum ? UINT32_MAX : *sum + (uint32_t)bytes;
}

void cut_measure(struct trace *trace, const struct trace_event *event, uint64_t bytes)
{
    if (event->fixed)
        return;
    if (event->owner >= trace->frozen.frame_count)
        trace->tail_bytes += bytes;
    else if (event->detail)
        add_saturating(&trace->detail_bytes[event->owner], bytes);
    else
        add_saturating(&trace->frame_bytes[event->owner], bytes);
}

bool cut_frames(struct trace *trace, uint64_t excess)
{
    const struct frozen *z = &trace->frozen;
    uint64_t gone = 0;
    uint32_t at = 0;
    for (; at <= z->frame_count && gone < excess; at++) {
        uint32_t frame = turn(trace, at);
        if (frame == z->frame_count)
            gone += trace->tail_bytes;
        else if (!is_janky(z, frame))
            gone += trace->detail_bytes[frame];
    }
    trace->cut.detail = at;
    /* Its details are all that the tail has. */
    uint32_t places = z->frame_count + oneshot_is_copy(trace);
    for (at = 0; at < places && gone < excess; at++) {
        uint32_t frame = turn(trace, at);
        if (frame == z->frame_count)
            continue;
        gone += trace->frame_bytes[frame];
        if (is_janky(z, frame))
            gone += trace->detail_bytes[frame];
    }
    trace->cut.whole = at;
    return gone >= excess;
}

uint64_t cut_whole_frames(const struct trace *trace)
{
    uint32_t whole = trace->cut.whole, frames = trace->frozen.frame_count;
    if (oneshot_is_copy(trace) && whole > 0)
        whole--; /* the open tail is before them */
    return whole < frames ? whole : frames;
}

bool cut_marks_start(struct trace *trace, uint64_t excess)
{
    bool fits = true;
    trace->excess_bytes = excess;
    if (oneshot_is_copy(trace)) {
        fits = trace->tail_bytes >= excess;
        trace->excess_bytes = trace->tail_bytes - excess;
    }
    return fits;
}

bool cut_marks_at(struct trace *trace, const struct trace_event *event)
{
    uint64_t bytes = trace->piece_length, left = trace->excess_bytes;
    bool keeps = oneshot_is_copy(trace);
    bool found = keeps ? bytes > left : bytes >= left;
    if (found)
        trace->cut.marks = keeps ? trace->cursor.marks - event->marks + 1 : trace->cursor.marks;
    trace->excess_bytes = left - bytes;
    return found;
}
