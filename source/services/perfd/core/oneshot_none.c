/* SPDX-License-Identifier: Apache-2.0 */
#include "oneshot.h"

#include "core.h"

void oneshot_choose(struct perfd *perfd, struct session *session, const struct perfd_start *start)
{
    (void)perfd, (void)session, (void)start;
}

void oneshot_stops(struct perfd *perfd, const struct session *session)
{
    (void)perfd, (void)session;
}

bool oneshot_runs(const struct perfd *perfd)
{
    (void)perfd;
    return false;
}

bool oneshot_refuses(struct session *session)
{
    (void)session;
    return false;
}

bool oneshot_is_full(const struct perfd *perfd, const struct lane *lane, uint32_t slots)
{
    (void)perfd, (void)lane, (void)slots;
    return false;
}

void oneshot_freeze(struct perfd *perfd, const struct session *session)
{
    (void)perfd, (void)session;
}

bool oneshot_is_copy(const struct trace *trace)
{
    (void)trace;
    return false;
}

void oneshot_put(const struct trace *trace, struct put *p)
{
    (void)trace, (void)p;
}
