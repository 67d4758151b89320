/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace's spans come to: by label, and by stack of labels. */
#ifndef PERFCTL_SPAN_TOTALS_H
#define PERFCTL_SPAN_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct span_label {
    char *category, *name;
    uint64_t total_ns, max_ns, self_ns;
    uint64_t *dur_ns; /* of each span */
    size_t count, room;
};

struct span_totals {
    struct span_label **label; /* in the order of their first spans */
    size_t labels;
    bool folds; /* set it before the first span: stacks are wanted */
    /* Its own. */
    void *by_name; /* a tree of tsearch(3) */
    struct span_lane *lane;
    size_t lanes, last_lane;
    struct span_node *stacks;
};

/*
 * The next span of a lane, in the trace's order: by their starts, and at an equal one the longer
 * first. Those of a lane nest; where one sticks out it is cut off for the stacks and for what is
 * its parent's own.
 */
void span_totals_add(struct span_totals *totals, uint64_t pid, uint64_t tid, const char *category,
                     const char *name, uint64_t ts_ns, uint64_t dur_ns);

/* Behind the last span. */
void span_totals_end(struct span_totals *totals);

/* Of sorted durations: sorts them at the first call. Nearest rank. */
uint64_t span_label_p95_ns(struct span_label *label);

/* For flame graphs: "lane;outer;inner MICROSECONDS" of each stack's own time, one a line. `lane`
 * gives a lane's name. */
void span_totals_fold(const struct span_totals *totals, FILE *to,
                      const char *(*lane)(void *context, uint64_t tid), void *context);

void span_totals_free(struct span_totals *totals);

#endif
