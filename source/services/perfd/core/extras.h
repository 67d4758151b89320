/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What otherData has besides: groups of counters, hotspots, what spans may take. A program links
 * extras.c, or extras_none.c: then there is nothing.
 */
#ifndef PERFD_CORE_EXTRAS_H
#define PERFD_CORE_EXTRAS_H

#include <stdint.h>

struct perfd;
struct put;
struct session;

/* The trace's copy was made of this session, whose time ends here; NULL: of a snapshot. */
void extras_freeze(struct perfd *perfd, const struct session *session, uint64_t end_ns);

/* How many pieces, and one of them. */
uint32_t extras_pieces(const struct perfd *perfd);
void extras_put(const struct perfd *perfd, uint32_t piece, struct put *p);

#endif
