/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane's records one by one, by the number of the slot that each was written to: of a lane as it
 * is, shared or not, or of one in the trace's copy. What a shared lane holds is checked as it is
 * read; a slot that is torn or holds no mark gives nothing.
 */
#ifndef PERFD_CORE_LANE_SOURCE_H
#define PERFD_CORE_LANE_SOURCE_H

#include "lane.h"

struct lane_copy;

struct lane_source {
    const struct lane_record *run; /* NULL: shared */
    const struct lane *lane;       /* shared */
    uint32_t mask;                 /* of places in the run */
    uint64_t begin, end;           /* the slots that there are */
};

/* Of a shared lane all that its writer has written by now, and a run log has of it. */
void lane_source_live(struct perfd *perfd, struct lane *lane, struct lane_source *out);
void lane_source_copy(const struct lane_record *records, const struct lane_copy *copy,
                      struct lane_source *out);

/* The record at `at`, and its value behind it where its kind has one. Returns how many slots to go
 * on by, 0 where its value is still to come; out[0] is a LANE_VALUE where there is none. */
uint32_t lane_source_read(const struct perfd *perfd, const struct lane_source *source, uint64_t at,
                          struct lane_record out[2]);

#endif
