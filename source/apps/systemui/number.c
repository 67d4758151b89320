/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

uint32_t number_sqrt(uint32_t v)
{
    uint32_t root = 0;
    for (uint32_t bit = 1u << 30; bit != 0; bit >>= 2) {
        if (v >= root + bit) {
            v -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}

int32_t number_sin(uint32_t phase)
{
    /* Bhaskara's rational approximation over half a turn: 16 p (h - p) / (5 h^2 - 4 p (h - p)). */
    const int64_t half = 32768;
    const int64_t p = phase & 0x7fff;
    const int64_t product = p * (half - p);
    const int64_t v = 16 * product * 4096 / (5 * half * half - 4 * product);
    return (phase & 0x8000) != 0 ? (int32_t)-v : (int32_t)v;
}

int32_t number_ease(int32_t t, int32_t span)
{
    const int64_t at = number_clamp(t, 0, span) * (int64_t)4096 / span;
    return (int32_t)(at * at * (3 * 4096 - 2 * at) >> 24);
}
