/* SPDX-License-Identifier: Apache-2.0 */
/* Where everything goes, for one scene on a canvas of one size: the work of the layout phase. */
#ifndef SYSTEMUI_LAYOUT_H
#define SYSTEMUI_LAYOUT_H

#include "scene.h"

#define LAYOUT_LINES_MAX  64 /* of the note, wrapped */
#define LAYOUT_DOCK_TILES 5

/* A line of the note: note_text[start .. start + length). */
struct text_span {
    uint16_t start, length;
};

struct layout {
    struct rect screen;
    struct rect bar;
    struct rect dock;
    struct rect tile[LAYOUT_DOCK_TILES];
    struct rect window[WINDOWS];
    struct rect view[WINDOWS]; /* a window's inside, below its title */
    struct rect rows;          /* of the list, below its heading */
    int32_t first_row;         /* the topmost one that shows */
    int32_t first_row_y;
    int32_t rows_shown;
    struct rect scroll_thumb;
    struct rect note; /* where the note's text goes */
    struct text_span line[LAYOUT_LINES_MAX];
    int32_t lines;
    struct rect hud;
    struct point pointer;
};

void layout_build(struct layout *layout, const struct scene *scene, int32_t width, int32_t height);

/* Wraps note_text into lines of up to `width` pixels; a word that is longer is cut. Returns how
 * many. */
int32_t layout_wrap(const char *text, int32_t width, struct text_span *lines, int32_t lines_max);

#endif
