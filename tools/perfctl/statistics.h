/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics that perfctl computes: one place, for reports, gates and histories. Frame figures
 * are the core's own (docs/perf/metrics.md); these stand beside them.
 */
#ifndef PERFCTL_STATISTICS_H
#define PERFCTL_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Values as they come, by Welford's method (B. P. Welford, Technometrics 4 (3), 1962): no sum of
 * squares that would lose what differs. All zero: no values yet.
 */
struct statistics {
    uint64_t n;
    double mean, min, max; /* 0 where n is 0 */
    double squares;        /* the sum of squares of what differs from the mean */
};

void statistics_add(struct statistics *to, double value);

/* Of the population, not of a sample: divided by n. 0 where n is 0. */
double statistics_variance(const struct statistics *from);
double statistics_stdev(const struct statistics *from);

/* The coefficient of variation: stdev / |mean|; 0 where the mean is 0. */
double statistics_cv(const struct statistics *from);

/* Sorts the values. */
void statistics_sort(double *values, size_t n);

/* Of sorted values: nearest rank, the ceil(n * per_mille / 1000)-th smallest. n is 1 or more. */
double statistics_percentile(const double *sorted, size_t n, unsigned per_mille);

/* Of sorted values: the middle one, or the mean of the two in the middle. n is 1 or more. */
double statistics_median(const double *sorted, size_t n);

/* Frames a second of a frame that took so many milliseconds: with the 99th and the 99.9th
 * percentile these are the 1 % and the 0.1 % low, with the median the median fps. 0 for 0. */
double statistics_fps(double ms);

#endif
