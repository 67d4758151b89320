/* SPDX-License-Identifier: Apache-2.0 */
#include "tracks.h"

#include "jank_parts.h"
#include "json.h"
#include "trace_parts.h"

#define NEVER UINT64_MAX

/* The trace is the first member of its perfd. */
static struct jank_memory *memory_of(const struct trace *trace)
{
    return ((const struct perfd *)(const void *)trace)->jank;
}
_Static_assert(offsetof(struct perfd, trace) == 0, "");

/* Of one frame, before what came earlier is looked at. */
static uint64_t time_of(const struct frozen *z, uint32_t frame, enum track_edge edge)
{
    const struct frame *f = &z->frame[frame];
    switch (edge) {
    case TRACK_EXPECTED_BEGIN:
        return f->deadline_at_ns > f->budget_ns ? f->deadline_at_ns - f->budget_ns : 0;
    case TRACK_EXPECTED_END:
        return f->deadline_at_ns;
    case TRACK_ACTUAL_BEGIN:
        return f->began_at_ns != 0 ? f->began_at_ns
                                   : f->presented_at_ns - frozen_interval_ns(z, frame);
    default:
        return f->presented_at_ns;
    }
}

/* Goes to the next frame with a deadline, from this one on. */
static void settle(const struct trace *trace, struct track_cursor *c, enum track_edge edge)
{
    const struct frozen *z = &trace->frozen;
    while (c->frame < z->frame_count && z->frame[c->frame].deadline_at_ns == 0)
        c->frame++;
    uint64_t at_ns = c->frame < z->frame_count ? time_of(z, c->frame, edge) : NEVER;
    c->next_ns = at_ns > c->next_ns ? at_ns : c->next_ns;
}

void tracks_start(struct trace *trace)
{
    struct jank_memory *m = memory_of(trace);
    for (unsigned i = 0; m != NULL && i < TRACK_EDGES; i++) {
        m->track[i] = (struct track_cursor){.frame = 0};
        settle(trace, &m->track[i], (enum track_edge)i);
    }
}

/* The edge that comes next; of equal ones a begin before an end. */
static enum track_edge earliest(const struct jank_memory *m)
{
    enum track_edge first = TRACK_EXPECTED_BEGIN;
    for (unsigned i = 1; i < TRACK_EDGES; i++)
        if (m->track[i].next_ns < m->track[first].next_ns)
            first = (enum track_edge)i;
    return first;
}

uint64_t tracks_next_ns(const struct trace *trace)
{
    const struct jank_memory *m = memory_of(trace);
    return m != NULL ? m->track[earliest(m)].next_ns : NEVER;
}

bool tracks_take(struct trace *trace, uint64_t up_to_ns, struct trace_event *event)
{
    struct jank_memory *m = memory_of(trace);
    if (m == NULL)
        return false;
    enum track_edge edge = earliest(m);
    struct track_cursor *c = &m->track[edge];
    if (c->next_ns == NEVER || c->next_ns > up_to_ns)
        return false;
    event->kind = EVENT_TRACK + edge;
    event->time_ns = c->next_ns;
    event->at = event->owner = c->frame++;
    event->detail = true;
    settle(trace, c, edge);
    return true;
}

bool tracks_put(const struct perfd *perfd, const struct trace_event *event, struct put *p)
{
    static const char forms[] = "expected\0"
                                "bcat:'expected'id%x}\0"
                                "actual\0"
                                "bcat:'actual'id%x}\0"
                                "expected\0"
                                "ecat:'expected'id%x}\0"
                                "actual\0"
                                "ecat:'actual'id%x}";
    if (event->kind < EVENT_TRACK)
        return false;
    trace_put_form(perfd, forms, event->kind - EVENT_TRACK, event,
                   perfd->trace.frozen.frame[event->at].frame_id, p);
    return true;
}
