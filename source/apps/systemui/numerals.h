/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large numerals: digits and the colon as strokes, drawn once into masks of one size, and then only
 * blended.
 */
#ifndef SYSTEMUI_NUMERALS_H
#define SYSTEMUI_NUMERALS_H

#include "canvas.h"

#define NUMERALS_HEIGHT 26
#define NUMERALS_WIDTH  17 /* a digit's mask */
#define NUMERALS_GAP    2
#define NUMERALS_COLON  10
#define NUMERALS_SIGNS  11 /* 0 to 9, colon */

struct numerals {
    uint8_t mask[NUMERALS_SIGNS][NUMERALS_HEIGHT][NUMERALS_WIDTH]; /* coverage, 255 is whole */
};

void numerals_init(struct numerals *numerals);

/* Draws digits and colons (others are skipped), top left at x, y. Returns the x after the last. */
int32_t numerals_draw(struct canvas *canvas, const struct numerals *numerals, int32_t x, int32_t y,
                      const char *text, int32_t length, uint32_t colour);

int32_t numerals_width(const char *text, int32_t length);

#endif
