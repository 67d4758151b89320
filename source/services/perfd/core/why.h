/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a frame took long: the labels with the most self time inside an interval. A span's self time
 * is what it was the innermost open one of its lane for.
 *
 * A walker has its place in every lane and the spans that are open there, so that a mark is looked
 * at once however many intervals follow each other. Where a lane has gone on past its place it
 * starts again from the oldest mark, with nothing open. Spans begin and end as in pair.h.
 */
#ifndef PERFD_CORE_WHY_H
#define PERFD_CORE_WHY_H

#include "lane_source.h"
#include "perfd/jank.h"

struct filter;

/* A walker's place in a lane. */
struct why_lane {
    uint64_t at;       /* the slot that comes next */
    uint64_t clock_ns; /* accounted for up to here */
    uint64_t last_ns;  /* the newest mark's time: one that is older is none, whoever wrote it */
    uint32_t id;       /* the lane's; 0: it was in none yet */
    uint8_t depth, skipped;
    uint8_t shared; /* as the lane was: it numbers its slots anew when it is no more */
};
_Static_assert(sizeof(struct why_lane) <= PERFD_JANK_LANE_BYTES, "PERFD_JANK_BYTES counts on it");

/* A span that is open. */
struct why_open {
    uint16_t label;
    uint16_t account; /* the label that its self time goes to: its own, or where the session did not
                         ask for its category that of the span around it; 0: nobody's */
    uint16_t kind;
};

/* A walker: so many places, and a stack for each. */
struct why_walker {
    struct why_lane *lane;
    struct why_open *open;
};

#define WHY_NOBODY UINT16_MAX

/* What all walkers share. */
struct why {
    uint32_t lanes, span_depth, labels;
    uint64_t *self_ns; /* a label's, while an interval is looked at; else 0 */
    uint16_t *touched; /* labels that have any */
    uint32_t touched_count;
    const struct filter *filter;
    uint64_t since_ns; /* what is older is not the session's */
    uint64_t from_ns, to_ns;
};

/* Goes to the next mark up to to_ns of the lane. False: there is none. slots[1]: its value. */
bool why_next(const struct perfd *perfd, const struct why *why, struct why_lane *at,
              const struct lane_source *source, struct lane_record slots[2]);

/* Opens and closes what this mark does. */
void why_apply(const struct perfd *perfd, const struct why *why, struct why_lane *at,
               struct why_open *open, const struct lane_record *record);

/* Puts the place at the lane's oldest mark, unless it is in that lane already and not overtaken. */
void why_settle(struct why_lane *at, uint32_t lane, uint8_t shared,
                const struct lane_source *source);

/* Adds the self times of one lane in from_ns..to_ns. */
void why_walk(const struct perfd *perfd, struct why *why, struct why_lane *at,
              struct why_open *open, const struct lane_source *source);

/* The labels with the most of what was added, and forgets all of it. Returns how many. */
uint32_t why_take(const struct perfd *perfd, struct why *why, struct perfd_why out[PERFD_WHYS]);

#endif
