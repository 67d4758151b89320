/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of counters: include/perfd/counters.h. What they need lies in memory of the caller's.
 *
 * A program links counters.c and counters_trace.c, or counters_none.c: then there are none.
 */
#ifndef PERFD_CORE_COUNTERS_H
#define PERFD_CORE_COUNTERS_H

#include "perfd/counters.h"

struct lane;
struct put;
struct session;

void counters_session_starts(struct perfd *perfd, const struct session *s);
void counters_session_stops(struct perfd *perfd, const struct session *s);

/* The client hangs up. */
void counters_client_closed(struct perfd *perfd, int client);

/* The trace's copy is made of this session, whose time ends here; NULL: of a snapshot, which has
 * none. What otherData has of it: how many pieces, and one of them. */
void counters_freeze(struct perfd *perfd, const struct session *s, uint64_t end_ns);
uint32_t counters_pieces(const struct perfd *perfd);
void counters_put(const struct perfd *perfd, uint32_t piece, struct put *p);

/* For a log that begins: each open group as it is. */
void counters_log_there(struct perfd *perfd);

/* Is it a lane that perfd writes for a client's groups? */
bool counters_have_lane(const struct perfd *perfd, const struct lane *lane);

#endif
