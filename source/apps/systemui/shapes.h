/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes with soft edges. Points and widths are in sixteenths of a pixel ("q"), so that hands and
 * strokes move smoothly; a pixel's centre is at 8, 8.
 */
#ifndef SYSTEMUI_SHAPES_H
#define SYSTEMUI_SHAPES_H

#include "canvas.h"

#define SHAPE_Q       16
#define SHAPE_Q_FAR   (1 << 16) /* every coordinate and width stays below */
#define SHADOW_SPREAD 16 /* pixels that a shadow fades over, half of them outside its rectangle */

struct point {
    int32_t x, y;
};

/* A disc around `centre`. */
void shape_disc(struct canvas *canvas, struct point centre, int32_t radius_q, uint32_t colour,
                uint32_t alpha);

/* A ring whose middle line is radius_q from the centre. */
void shape_ring(struct canvas *canvas, struct point centre, int32_t radius_q, int32_t width_q,
                uint32_t colour, uint32_t alpha);

/* A line with round ends. */
void shape_line(struct canvas *canvas, struct point a, struct point b, int32_t width_q,
                uint32_t colour, uint32_t alpha);

/* How far p is from the line a to b, in q. */
int32_t shape_line_distance(struct point p, struct point a, struct point b);

/* How much of a pixel is inside a shape whose edge is `inside_q` away from its centre: 0..256. */
uint32_t shape_coverage(int32_t inside_q);

/*
 * The soft shadow that `r` casts, drawn only around `body`, which is going to be drawn opaque with
 * corners of `radius`. alpha is that of the darkest place.
 */
void shape_shadow(struct canvas *canvas, struct rect r, struct rect body, int32_t radius,
                  uint32_t alpha);

#endif
