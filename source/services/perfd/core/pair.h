/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the end of each span in the copy, lane by lane, with a stack of config.span_depth.
 *
 * An end closes the nearest open begin of its name; the spans open above that one are closed with
 * it, unfinished. An end without such a begin closes nothing: an orphan where the lane has lost
 * older records, mismatched otherwise. A begin over the depth is left out, and the next end is
 * taken for its end. What is open after the last record is closed there, unfinished.
 *
 * A phase ends the lane's open phase in the same way, whatever its name, and begins its own unless
 * it has no label. It counts as an end where one was open, or it is nothing else, and as a begin.
 */
#ifndef PERFD_CORE_PAIR_H
#define PERFD_CORE_PAIR_H

#include "freeze.h"

#define PAIR_DEPTH_BYTES 4 /* each level of the stack */

struct labels;

struct pair_counts {
    uint64_t begins, paired, closed_at_export, closed_by_parent, begins_too_deep;
    uint64_t ends, orphan, mismatched, ends_too_deep;
};

struct pairing {
    uint32_t *stack; /* places of open begins in the lane's run, outermost first */
    uint32_t limit, depth;
    uint32_t skipped;  /* begins over the limit without an end so far */
    uint32_t lane, at; /* how far it got */
    struct pair_counts counts;
};

void pair_init(struct pairing *pairing, struct arena *arena, const struct perfd_config *config);
void pair_start(struct pairing *pairing);

/* Goes on for at most so many records. True: there is more. */
bool pair_step(struct pairing *pairing, struct frozen *frozen, const struct labels *labels,
               uint32_t records);

/* Does it begin a span, does it end one? A phase, of which one at most is open, ends the one before
 * it, if there is one; without a label it is nothing but an end. */
bool pair_begins(const struct lane_record *record);
bool pair_ends(const struct lane_record *record);

/* What a begin and its end have in common: all phases one thing, other spans the name. */
uint32_t pair_key(const struct labels *labels, const struct lane_record *record);

bool pair_counts_balanced(const struct pair_counts *counts);

#endif
