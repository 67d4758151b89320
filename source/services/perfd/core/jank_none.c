/* SPDX-License-Identifier: Apache-2.0 */
/* Where janky frames are counted, and no more. */
#include "jank.h"

#include "core.h"

int perfd_jank_start(struct perfd *perfd, void *memory, size_t bytes)
{
    (void)perfd, (void)memory, (void)bytes;
    return PERFD_UNSUPPORTED;
}

void jank_ticked(struct perfd *perfd, struct session *s, const struct perfd_tick *tick,
                 uint64_t at_ns, uint64_t now_ns)
{
    (void)perfd, (void)s, (void)tick, (void)at_ns, (void)now_ns;
}

void jank_session_stops(struct perfd *perfd, const struct session *s)
{
    (void)perfd, (void)s;
}

void jank_freeze(struct perfd *perfd, const struct session *s)
{
    (void)perfd, (void)s;
}

void jank_put_frame(const struct perfd *perfd, uint32_t frame, struct put *p)
{
    (void)perfd, (void)frame, (void)p;
}

void jank_put_other(const struct perfd *perfd, struct put *p)
{
    (void)perfd, (void)p;
}

bool snapshot_is(uint32_t session)
{
    (void)session;
    return false;
}

bool snapshot_freeze(struct perfd *perfd, uint32_t id)
{
    (void)perfd, (void)id;
    return false;
}

void snapshots_see(struct perfd *perfd)
{
    (void)perfd;
}
