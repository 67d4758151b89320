/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cut, oldest first in two stages: the details of frames that are not janky, then whole frames.
 * In a session without frames it is the oldest marks. A frame's share is a sum, so that a pass
 * needs memory for frames but not for events.
 */
#include "trace_parts.h"

static bool is_janky(const struct frozen *frozen, uint32_t frame)
{
    return frame < frozen->frame_count && frozen->frame[frame].cause != CAUSE_NONE;
}

bool cut_takes(const struct trace *trace, const struct trace_event *event)
{
    if (event->fixed)
        return false;
    if (trace->frozen.frame_count == 0)
        return trace->cursor.marks <= trace->cut.marks;
    if (event->owner < trace->cut.whole)
        return true;
    return event->detail && event->owner < trace->cut.detail &&
           !is_janky(&trace->frozen, event->owner);
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
    for (uint32_t i = 0; i < z->frame_count && gone < excess; i++) {
        if (!is_janky(z, i))
            gone += trace->detail_bytes[i];
        trace->cut.detail = i + 1;
    }
    if (gone < excess) {
        gone += trace->tail_bytes;
        trace->cut.detail = z->frame_count + 1;
    }
    for (uint32_t i = 0; i < z->frame_count && gone < excess; i++) {
        gone += trace->frame_bytes[i];
        if (is_janky(z, i))
            gone += trace->detail_bytes[i];
        trace->cut.whole = i + 1;
    }
    return gone >= excess;
}
