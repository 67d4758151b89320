/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A screen of cells: what the HUD is drawn into, and a terminal shows. Whatever text is put, a cell
 * holds a character that is one column wide and steers no terminal.
 */
#ifndef PERFCTL_HUD_CELLS_H
#define PERFCTL_HUD_CELLS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define HUD_WIDTH_MAX  400u /* of a larger terminal the upper left part is used */
#define HUD_HEIGHT_MAX 150u

/* Meanings; the terminal knows how each looks. */
enum hud_style {
    HUD_PLAIN,
    HUD_TITLE,
    HUD_DIM,
    HUD_STRONG,
    HUD_ALERT,
    HUD_BUDGET,
    HUD_BAR,
    HUD_JANKY, /* of no known cause */
    HUD_DROPPED,
    HUD_APP,
    HUD_GPU,
    HUD_PIPELINE,
    HUD_UNKNOWN,
    HUD_STYLES
};

#define HUD_REVERSED 0x80u /* with a style: the background is what shows it */

struct hud_cell {
    uint32_t glyph; /* a code point */
    uint8_t style;
};

struct hud_screen {
    unsigned width, height;
    bool utf8; /* else ASCII alone */
    struct hud_cell cell[HUD_HEIGHT_MAX][HUD_WIDTH_MAX];
};

/* A part of a screen; what is outside it is not drawn. */
struct hud_area { /* one without rows needs no screen */
    struct hud_screen *screen;
    unsigned x, y, width, height;
};

/* All blanks. A size above the most is cut to that. */
void hud_clear(struct hud_screen *screen, unsigned width, unsigned height, bool utf8);

struct hud_area hud_whole(struct hud_screen *screen);

/* The glyph of a screen without UTF-8 is `ascii`. */
void hud_put(const struct hud_area *to, unsigned x, unsigned y, uint32_t glyph, char ascii,
             unsigned style);

/* A text of anyone's in at most `width` columns; its last one says where it was cut. Gives the
 * column behind it. */
unsigned hud_text(const struct hud_area *to, unsigned x, unsigned y, unsigned width, unsigned style,
                  const char *text);

/* The same of what is printed, to the area's right edge. */
unsigned hud_print(const struct hud_area *to, unsigned x, unsigned y, unsigned style,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A figure whose last character is in the column before `end`. Gives its first column. */
unsigned hud_figure(const struct hud_area *to, unsigned end, unsigned y, unsigned style,
                    const char *text);

/* The row in this style, from its left to its right edge. */
void hud_row(const struct hud_area *to, unsigned y, unsigned style);

/* --- Figures as texts; each gives `to` --- */

#define HUD_FIGURE_BYTES 24u

/* "16.667", rounded half up, and from 10 s on "12.3s"; "-" where it is not present. */
const char *hud_ms(char to[HUD_FIGURE_BYTES], uint64_t ns, bool present);
/* "59.94" of thousandths. */
const char *hud_fps(char to[HUD_FIGURE_BYTES], uint64_t milli_fps, bool present);
/* In at most `width` characters, 4 or more: "1234567", or "1234k", "1M" where that is too long. */
const char *hud_count(char to[HUD_FIGURE_BYTES], uint64_t value, unsigned width);

/* The screen as lines of text, without blanks at their ends; UTF-8 where it is a screen of that. */
void hud_write(const struct hud_screen *screen, FILE *to);

#endif
