/* SPDX-License-Identifier: Apache-2.0 */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

void statistics_add(struct statistics *to, double value)
{
    to->n++;
    if (to->n == 1 || value < to->min)
        to->min = value;
    if (to->n == 1 || value > to->max)
        to->max = value;
    const double delta = value - to->mean;
    to->mean += delta / (double)to->n;
    to->squares += delta * (value - to->mean);
}

double statistics_variance(const struct statistics *from)
{
    return from->n == 0 ? 0 : from->squares / (double)from->n;
}

double statistics_stdev(const struct statistics *from)
{
    return sqrt(statistics_variance(from));
}

double statistics_cv(const struct statistics *from)
{
    const double mean = fabs(from->mean);
    return mean > 0 ? statistics_stdev(from) / mean : 0;
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b); /* equal ones are the same */
}

void statistics_sort(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
}

double statistics_percentile(const double *sorted, size_t n, unsigned per_mille)
{
    const size_t rank = (n * per_mille + 999) / 1000;
    return sorted[rank > 0 ? rank - 1 : 0];
}

double statistics_median(const double *sorted, size_t n)
{
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

double statistics_fps(double ms)
{
    return ms > 0 ? 1000 / ms : 0;
}
