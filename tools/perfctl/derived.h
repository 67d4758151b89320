/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of groups of counters under known names (docs/perf/counters.md): the window's sum of
 * one or two counters, over that of others or over its seconds. */
#ifndef PERFCTL_DERIVED_H
#define PERFCTL_DERIVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DERIVED_SUMS 64u

/* A group's window. */
struct derived_sums {
    uint32_t count;
    double window_s;
    struct {
        const char *name; /* not NUL-terminated */
        size_t length;
        bool present; /* it is counted */
        double sum;
    } of[DERIVED_SUMS];
};

/* One more counter; those behind DERIVED_SUMS are left out. */
void derived_note(struct derived_sums *sums, const char *name, size_t length, bool present,
                  double sum);

struct derived {
    const char *name, *unit;
    const char *key; /* in perf.json: with the unit */
    bool present;    /* false: there is nothing to make it of */
    double value;
};

/* The next of a group's: *at begins at 0. False: there are no more. */
bool derived_next(const struct derived_sums *sums, const char *group, size_t length, unsigned *at,
                  struct derived *out);

#endif
