/* SPDX-License-Identifier: Apache-2.0 */
/* Integer roots, waves and easing: what drawing needs where there is no floating point. */
#ifndef SYSTEMUI_NUMBER_H
#define SYSTEMUI_NUMBER_H

#include <stdint.h>

static inline int32_t number_min(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t number_max(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static inline int32_t number_clamp(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* The root, rounded down. 16 steps. */
uint32_t number_sqrt(uint32_t v);

/* sin(2 pi phase / 65536) * 4096, within 8 of the true value. */
int32_t number_sin(uint32_t phase);

static inline int32_t number_cos(uint32_t phase)
{
    return number_sin(phase + 16384);
}

/* 0 at t = 0, 4096 at t = span, slow at both ends; t is clamped to 0..span, span is 1..65,535. */
int32_t number_ease(int32_t t, int32_t span);

#endif
