/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that keep the oldest: perfd_start.oneshot. When their ring is full, frames are refused;
 * marks are while one runs that would overwrite one of its own, and a trace that does not fit its
 * cap loses the newest. Lanes that clients write themselves know nothing of that: none is opened
 * while such a session runs, and those that are open keep the newest.
 *
 * A program links oneshot.c, or oneshot_none.c: then all sessions keep the newest.
 */
#ifndef PERFD_CORE_ONESHOT_H
#define PERFD_CORE_ONESHOT_H

#include "perfd/perfd.h"

struct lane;
struct put;
struct session;
struct trace;

void oneshot_choose(struct perfd *perfd, struct session *session, const struct perfd_start *start);
void oneshot_stops(struct perfd *perfd, const struct session *session);

/* Does one run? */
bool oneshot_runs(const struct perfd *perfd);

/* Is the session one that has no room for another frame? Then that is counted. */
bool oneshot_refuses(struct session *session);

/* Would a mark of so many slots overwrite one of a session that keeps the oldest? */
bool oneshot_is_full(const struct perfd *perfd, const struct lane *lane, uint32_t slots);

/* The trace's copy is of this session. */
void oneshot_freeze(struct perfd *perfd, const struct session *session);

/* Is the copy of one that keeps the oldest? */
bool oneshot_is_copy(const struct trace *trace);

/* A member of otherData, where it is. */
void oneshot_put(const struct trace *trace, struct put *p);

#endif
