/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bitmap font: printable ASCII, 5 pixels wide and 9 high of which the last two are below the
 * baseline, in a cell of 6 x 10. No two glyphs are alike, so that a picture of the text can be read
 * back by matching. Text is drawn either in cells (figures stay in columns) or set close, each
 * glyph as wide as its ink.
 */
#ifndef SYSTEMUI_FONT_H
#define SYSTEMUI_FONT_H

#include "canvas.h"

#define FONT_FIRST       0x20
#define FONT_LAST        0x7e
#define FONT_GLYPHS      (FONT_LAST - FONT_FIRST + 1)
#define FONT_WIDTH       5
#define FONT_HEIGHT      9
#define FONT_ASCENT      7 /* rows above and on the baseline */
#define FONT_CELL_WIDTH  6
#define FONT_CELL_HEIGHT 10

/* Rows from the top; the bit 1 << 4 is the leftmost pixel. */
extern const uint8_t font_glyphs[FONT_GLYPHS][FONT_HEIGHT];

/* The rows of a character's glyph; those of '?' where it is not printable ASCII. */
const uint8_t *font_glyph(char c);

/* In cells; x, y is the top left of the first. Returns the x after the last cell. */
int32_t font_draw(struct canvas *canvas, int32_t x, int32_t y, const char *text, int32_t length,
                  uint32_t colour);

/* Set close. Returns the x after the last glyph's space. */
int32_t font_draw_close(struct canvas *canvas, int32_t x, int32_t y, const char *text,
                        int32_t length, uint32_t colour);

/* How far one character, or a text, moves on when it is set close. */
int32_t font_advance(char c);
int32_t font_width_close(const char *text, int32_t length);

/* Bytes before the NUL. */
int32_t font_length(const char *text);

/*
 * Reads text back: `columns` cells from x, y on, where a pixel is ink if it has exactly this
 * colour. Stores columns characters and a NUL; what no glyph matches, and cells that are not wholly
 * on the canvas, are '\x7f'. Returns how many of those there were.
 */
int32_t font_read(const struct canvas *canvas, int32_t x, int32_t y, uint32_t colour, char *text,
                  int32_t columns);

#endif
