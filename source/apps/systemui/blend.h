/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on one pixel. Alpha is 0..256, each channel is rounded to nearest: a mix at 0 is
 * `below` and at 256 is `above`, exactly.
 */
#ifndef SYSTEMUI_BLEND_H
#define SYSTEMUI_BLEND_H

#include <stdint.h>

/* Red and blue share one multiplication, green has its own; no product reaches its neighbour:
 * 255 * 256 + 128 < 65536. */
static inline uint32_t blend_mix(uint32_t below, uint32_t above, uint32_t alpha)
{
    const uint32_t rest = 256 - alpha;
    const uint32_t red_blue = (above & 0xff00ffu) * alpha + (below & 0xff00ffu) * rest + 0x800080u;
    const uint32_t green = (above & 0x00ff00u) * alpha + (below & 0x00ff00u) * rest + 0x008000u;
    return (red_blue >> 8 & 0xff00ffu) | (green >> 8 & 0x00ff00u);
}

/* The four channels of a pixel, 16 bits each, so that sums of 257 pixels fit: red and blue in the
 * low half, green and nothing in the high one. */
static inline uint64_t blend_spread(uint32_t pixel)
{
    return (uint64_t)(pixel & 0xff00ffu) | (uint64_t)(pixel & 0x00ff00u) << 24;
}

static inline uint32_t blend_pack(uint64_t lanes)
{
    return (uint32_t)(lanes & 0xff00ffu) | (uint32_t)(lanes >> 24 & 0x00ff00u);
}

#endif
