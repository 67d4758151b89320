/* SPDX-License-Identifier: Apache-2.0 */
#include "histogram.h"

#define STEP_BITS 7                                   /* log2(HISTOGRAM_STEPS) */
#define TOP_BITS  (HISTOGRAM_OCTAVES + STEP_BITS - 1) /* values of more bits have no step */

void histogram_reset(struct histogram *h)
{
    h->count = 0;
    h->longest = 0;
    for (unsigned i = 0; i < HISTOGRAM_OCTAVES; i++) {
        h->octave[i] = 0;
        for (unsigned k = 0; k < HISTOGRAM_STEPS; k++)
            h->step[i][k] = 0;
    }
}

/* How far a value of 8 to 37 bits must be shifted right to have 8. */
static unsigned excess_bits(uint64_t value)
{
    unsigned excess = 0;
    for (unsigned bits = 16; bits > 0; bits /= 2) {
        if (value >> (excess + bits + STEP_BITS) != 0)
            excess += bits;
    }
    return excess;
}

void histogram_add(struct histogram *h, uint64_t value)
{
    if (value > h->longest)
        h->longest = value;
    if (value >> TOP_BITS == 0) {
        unsigned octave = value < HISTOGRAM_STEPS ? 0 : excess_bits(value) + 1;
        uint64_t place = octave == 0 ? value : value >> (octave - 1);
        uint32_t *step = &h->step[octave][place % HISTOGRAM_STEPS];
        if (*step == UINT32_MAX)
            return;
        ++*step;
        h->octave[octave]++;
    }
    h->count++;
}

static uint64_t sum_8(const uint32_t *at)
{
    return ((uint64_t)at[0] + at[1]) + ((uint64_t)at[2] + at[3]) + ((uint64_t)at[4] + at[5]) +
           ((uint64_t)at[6] + at[7]);
}

uint64_t histogram_select(const struct histogram *h, uint64_t rank)
{
    unsigned octave = 0;
    while (octave < HISTOGRAM_OCTAVES && rank > h->octave[octave])
        rank -= h->octave[octave++];
    if (octave == HISTOGRAM_OCTAVES)
        return h->longest;
    const uint32_t *at = h->step[octave];
    unsigned step = 0;
    /* Eight at a time first: the rank is in this octave, so both loops end within it. */
    for (;; step += 8) {
        uint64_t eight = sum_8(at + step);
        if (rank <= eight)
            break;
        rank -= eight;
    }
    while (rank > at[step])
        rank -= at[step++];
    if (octave == 0)
        return step;
    return ((uint64_t)(HISTOGRAM_STEPS + step + 1) << (octave - 1)) - 1;
}
