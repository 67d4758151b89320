/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rectangle of XRGB8888 pixels that belongs to the caller, and the few ways to colour it.
 *
 * Everything clips to `clip`, which never reaches outside the pixels: no call writes anywhere else,
 * whatever it is given. Coordinates are whole pixels, from the top left; |x|, |y|, w and h stay
 * below CANVAS_FAR so that sums fit in 32 bits. Coverage and alpha are 0 (nothing) to 256 (opaque),
 * so that a blend is a multiplication and a shift.
 */
#ifndef SYSTEMUI_CANVAS_H
#define SYSTEMUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#define CANVAS_FAR        (1 << 20)
#define CANVAS_SIDE_MAX   4096
#define CANVAS_OPAQUE     256
#define CORNER_RADIUS_MAX 16

struct rect {
    int32_t x, y, w, h; /* empty where w or h is 0 or less */
};

/* How much of each pixel of a rounded corner is inside, for every radius: [radius][row][column] of
 * the top left one, seen from the rectangle's corner. Built once, so that frames compute no roots.
 */
struct corner_table {
    uint16_t coverage[CORNER_RADIUS_MAX + 1][CORNER_RADIUS_MAX][CORNER_RADIUS_MAX];
};

/* What was done, since the caller last cleared it. */
struct canvas_work {
    uint64_t fills, blends; /* calls of each kind that reached pixels */
    uint64_t bytes;         /* of pixels that they wrote */
    uint64_t switches;      /* from one kind of drawing to another */
    uint64_t passes;        /* layers drawn over each other */
    uint32_t kind;          /* of the last one */
};

enum canvas_kind { CANVAS_FILLS = 1, CANVAS_BLENDS, CANVAS_GLYPHS, CANVAS_COPIES };

struct canvas {
    uint32_t *pixels;
    int32_t width, height; /* 1..CANVAS_SIDE_MAX */
    int32_t stride;        /* pixels from one row to the next, width or more */
    struct rect clip;      /* within 0, 0, width, height */
    const struct corner_table *corners;
    uint64_t blended; /* pixels mixed with what was there, since the caller last cleared it */
    uint64_t glyphs;  /* characters drawn, likewise */
    struct canvas_work work;
};

/* So many pixels are written in this way. */
static inline void canvas_works(struct canvas *canvas, enum canvas_kind kind, int64_t pixels)
{
    canvas->work.switches += canvas->work.kind != (uint32_t)kind;
    canvas->work.kind = (uint32_t)kind;
    canvas->work.bytes += (uint64_t)pixels * sizeof *canvas->pixels;
}

void corner_table_init(struct corner_table *table);

/* A canvas over pixels[0 .. stride * (height - 1) + width), clipped to all of it. */
void canvas_init(struct canvas *canvas, uint32_t *pixels, int32_t width, int32_t height,
                 int32_t stride, const struct corner_table *corners);

struct rect rect_intersect(struct rect a, struct rect b);
struct rect rect_inset(struct rect r, int32_t by);

/* Narrows the clip to `to`; returns the one before, for canvas_restore(). */
struct rect canvas_clip(struct canvas *canvas, struct rect to);
void canvas_restore(struct canvas *canvas, struct rect clip);

void canvas_fill(struct canvas *canvas, struct rect r, uint32_t colour);
void canvas_blend(struct canvas *canvas, struct rect r, uint32_t colour, uint32_t alpha);
void canvas_pixel(struct canvas *canvas, int32_t x, int32_t y, uint32_t colour, uint32_t alpha);

/* From `top` in r's first row to `bottom` in its last. */
void canvas_gradient(struct canvas *canvas, struct rect r, uint32_t top, uint32_t bottom);

/* The same rectangle of another picture of the canvas's size and stride. */
void canvas_copy(struct canvas *canvas, struct rect r, const uint32_t *from);

/* A rectangle with rounded corners: those of enum corner in `which`. */
enum corner {
    CORNER_TOP_LEFT = 1,
    CORNER_TOP_RIGHT = 2,
    CORNER_BOTTOM_LEFT = 4,
    CORNER_BOTTOM_RIGHT = 8,
    CORNERS_TOP = 3,
    CORNERS_BOTTOM = 12,
    CORNERS_ALL = 15,
};
void canvas_rounded(struct canvas *canvas, struct rect r, int32_t radius, enum corner which,
                    uint32_t colour, uint32_t alpha);

/* The outermost pixels of such a rectangle, all round. */
void canvas_outline(struct canvas *canvas, struct rect r, int32_t radius, uint32_t colour,
                    uint32_t alpha);

#endif
