/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the core does about janky frames besides counting them: include/perfd/jank.h. jank_none.c
 * does nothing about them.
 */
#ifndef PERFD_CORE_JANK_H
#define PERFD_CORE_JANK_H

#include "perfd/jank.h"

struct jank_memory;
struct put;
struct session;

/* A tick of this session was accepted; at_ns is when the frame was shown or, where it was not, when
 * it came. */
void jank_ticked(struct perfd *perfd, struct session *s, const struct perfd_tick *tick,
                 uint64_t at_ns, uint64_t now_ns);

/* The session is about to stop: what waits for more of its frames is made now. */
void jank_session_stops(struct perfd *perfd, const struct session *s);

/* The trace's copy was made of this session. */
void jank_freeze(struct perfd *perfd, const struct session *s);

/* Members of the args of a frame in the trace's copy, and of otherData. */
void jank_put_frame(const struct perfd *perfd, uint32_t frame, struct put *p);
void jank_put_other(const struct perfd *perfd, struct put *p);

/* snapshot.c: is it a snapshot's id, not a session's? Then the trace's copy can be made of it.
 * False: it is gone. */
bool snapshot_is(uint32_t session);
bool snapshot_freeze(struct perfd *perfd, uint32_t id);

/* Labels that only snapshots still carry stay. */
void snapshots_see(struct perfd *perfd);

#endif
