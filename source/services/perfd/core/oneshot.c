/* SPDX-License-Identifier: Apache-2.0 */
#include "oneshot.h"

#include "core.h"
#include "json.h"

void oneshot_choose(struct perfd *perfd, struct session *session, const struct perfd_start *start)
{
    session->oneshot = start->oneshot;
    session->refused = 0;
    perfd->sessions.oneshots += start->oneshot;
}

void oneshot_stops(struct perfd *perfd, const struct session *session)
{
    perfd->sessions.oneshots -= session->oneshot;
}

/* The one that began first of those that run. */
static const struct session *first_one(const struct perfd *perfd)
{
    const struct session *first = NULL;
    for (size_t i = 0; i < perfd->sessions.slots; i++) {
        const struct session *s = &perfd->sessions.slot[i];
        if (s->state == SESSION_RUNNING && s->oneshot && (first == NULL || s->id < first->id))
            first = s;
    }
    return first;
}

bool oneshot_runs(const struct perfd *perfd)
{
    return perfd->sessions.oneshots > 0;
}

bool oneshot_refuses(struct session *session)
{
    bool refuses = session->oneshot && session->window.held == session->window.size;
    if (refuses && session->refused < UINT32_MAX)
        session->refused++;
    return refuses;
}

bool oneshot_is_full(const struct perfd *perfd, const struct lane *lane, uint32_t slots)
{
    if (!oneshot_runs(perfd))
        return false;
    const struct session *s = first_one(perfd);
    for (uint64_t at = lane->head; at < lane->head + slots; at++) {
        const struct lane_record *oldest =
            &perfd->lanes.pool[lane->first + (uint32_t)(at & (lane->records - 1))];
        /* A value without its mark is nobody's. */
        if (at >= lane->records && oldest->kind != LANE_VALUE && oldest->time_ns >= s->started_ns)
            return true;
    }
    return false;
}

void oneshot_freeze(struct perfd *perfd, const struct session *session)
{
    perfd->trace.frozen.oneshot = session->oneshot;
    perfd->trace.frozen.refused = session->refused;
}

bool oneshot_is_copy(const struct trace *trace)
{
    return trace->frozen.oneshot;
}

void oneshot_put(const struct trace *trace, struct put *p)
{
    if (trace->frozen.oneshot)
        json_put(p, "oneshot:{framesRefused%u}", &(uint64_t){trace->frozen.refused});
}
