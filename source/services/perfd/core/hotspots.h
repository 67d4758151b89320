/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of hotspots: include/perfd/hotspots.h. What they need lies in memory of the caller's.
 *
 * A program links hotspots.c, or hotspots_none.c: then there are none.
 */
#ifndef PERFD_CORE_HOTSPOTS_H
#define PERFD_CORE_HOTSPOTS_H

#include "perfd/hotspots.h"

struct hotspot_memory;
struct put;

/* The client hangs up. */
void hotspots_client_closed(struct perfd *perfd, int client);

/* The trace's copy is made; `none`: of a snapshot, which has none. What otherData has of it: how
 * many pieces, and one of them. */
void hotspots_freeze(struct perfd *perfd, bool none);
uint32_t hotspots_pieces(const struct perfd *perfd);
void hotspots_put(const struct perfd *perfd, uint32_t piece, struct put *p);

/* For a log that begins: each table as it is, in calls of log_hotspots_there(). */
void hotspots_log_there(struct perfd *perfd);

#endif
