/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log-linear histogram of nanoseconds: a whole session's percentiles in fixed memory.
 *
 * Values under 128 have a step each; above, an octave [2^o, 2^(o+1)) has 128 equal steps, up to
 * 2^37 ns (137 s). A rank is answered with its step's largest value: never below the true one, and
 * less than 1/128 above it. Longer values share one place, which answers with the longest ever
 * added.
 */
#ifndef PERFD_CORE_HISTOGRAM_H
#define PERFD_CORE_HISTOGRAM_H

#include <stdint.h>

#include "perfd/config.h"

#define HISTOGRAM_STEPS   128
#define HISTOGRAM_OCTAVES 31 /* the first is the linear part, the last begins at 2^36 */

struct histogram {
    uint64_t count; /* values added, less those that met a full step */
    uint64_t longest;
    uint64_t octave[HISTOGRAM_OCTAVES]; /* sums of the steps, to find a rank soon */
    uint32_t step[HISTOGRAM_OCTAVES][HISTOGRAM_STEPS];
};

_Static_assert(sizeof(struct histogram) == PERFD_HISTOGRAM_BYTES, "config.h knows the size");

void histogram_reset(struct histogram *h);

/* A step that holds 2^32 - 1 values takes no more. */
void histogram_add(struct histogram *h, uint64_t value);

/* The value that the rank-th smallest does not exceed; 1 <= rank <= count. */
uint64_t histogram_select(const struct histogram *h, uint64_t rank);

#endif
