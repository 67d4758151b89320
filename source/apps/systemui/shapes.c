/* SPDX-License-Identifier: Apache-2.0 */
#include "shapes.h"

#include <stddef.h>

#include "blend.h"
#include "number.h"

uint32_t shape_coverage(int32_t inside_q)
{
    return (uint32_t)number_clamp((inside_q + SHAPE_Q / 2) * SHAPE_Q, 0, CANVAS_OPAQUE);
}

/* The pixels that a shape within reach_q of lo..hi may touch. */
static struct rect pixels_around(struct point lo, struct point hi, int32_t reach_q)
{
    const int32_t x = (lo.x - reach_q) / SHAPE_Q - 1;
    const int32_t y = (lo.y - reach_q) / SHAPE_Q - 1;
    return (struct rect){x, y, (hi.x + reach_q) / SHAPE_Q + 2 - x,
                         (hi.y + reach_q) / SHAPE_Q + 2 - y};
}

static struct point pixel_centre(int32_t x, int32_t y)
{
    return (struct point){x * SHAPE_Q + SHAPE_Q / 2, y * SHAPE_Q + SHAPE_Q / 2};
}

/* Beyond FAR nothing is drawn any more: clamped there, so that the squares fit. */
static int32_t distance_q(struct point a, struct point b)
{
    enum { FAR = 23170 };
    const int32_t dx = number_clamp(a.x - b.x, -FAR, FAR);
    const int32_t dy = number_clamp(a.y - b.y, -FAR, FAR);
    return (int32_t)number_sqrt((uint32_t)(dx * dx + dy * dy));
}

/* Pixels x..end of a disc's row, which may be on its edge: those that are well outside cost no
 * root. */
static void disc_edge(struct canvas *canvas, struct point centre, int32_t radius_q, int32_t x,
                      int32_t end, int32_t y, uint32_t colour, uint32_t alpha)
{
    const int64_t outer = radius_q + SHAPE_Q;
    for (; x < end; x++) {
        const struct point p = pixel_centre(x, y);
        const int64_t dx = p.x - centre.x;
        const int64_t dy = p.y - centre.y;
        if (dx * dx + dy * dy < outer * outer)
            canvas_pixel(canvas, x, y, colour,
                         shape_coverage(radius_q - distance_q(p, centre)) * alpha >> 8);
    }
}

void shape_disc(struct canvas *canvas, struct point centre, int32_t radius_q, uint32_t colour,
                uint32_t alpha)
{
    const struct rect around =
        rect_intersect(pixels_around(centre, centre, radius_q + SHAPE_Q), canvas->clip);
    const int32_t core = radius_q - SHAPE_Q;
    for (int32_t y = around.y; y < around.y + around.h; y++) {
        /* The pixels in the row's middle are whole. */
        const int32_t dy = y * SHAPE_Q + SHAPE_Q / 2 - centre.y;
        int32_t half = 0;
        if (core > 0 && dy < core && dy > -core)
            half = (int32_t)number_sqrt((uint32_t)(core * core - dy * dy));
        const int32_t from = (centre.x - half + SHAPE_Q - 1) / SHAPE_Q;
        const int32_t to = half > 0 ? number_max((centre.x + half) / SHAPE_Q, from) : from;
        const int32_t right = around.x + around.w;
        disc_edge(canvas, centre, radius_q, around.x, number_min(from, right), y, colour, alpha);
        canvas_blend(canvas, (struct rect){from, y, to - from, 1}, colour, alpha);
        disc_edge(canvas, centre, radius_q, number_max(to, around.x), right, y, colour, alpha);
    }
}

void shape_ring(struct canvas *canvas, struct point centre, int32_t radius_q, int32_t width_q,
                uint32_t colour, uint32_t alpha)
{
    const int32_t reach = width_q / 2 + SHAPE_Q;
    const struct rect around =
        rect_intersect(pixels_around(centre, centre, radius_q + reach), canvas->clip);
    /* Most pixels are far from the line on one side or the other: squares tell without a root. */
    const int64_t inner = number_max(radius_q - reach, 0);
    const int64_t outer = radius_q + reach;
    for (int32_t y = around.y; y < around.y + around.h; y++)
        for (int32_t x = around.x; x < around.x + around.w; x++) {
            const struct point p = pixel_centre(x, y);
            const int64_t dx = p.x - centre.x;
            const int64_t dy = p.y - centre.y;
            const int64_t square = dx * dx + dy * dy;
            if (square < inner * inner || square > outer * outer)
                continue;
            const int32_t off = distance_q(p, centre) - radius_q;
            const int32_t inside = width_q / 2 - (off < 0 ? -off : off);
            canvas_pixel(canvas, x, y, colour, shape_coverage(inside) * alpha >> 8);
        }
}

int32_t shape_line_distance(struct point p, struct point a, struct point b)
{
    const int64_t dx = b.x - a.x;
    const int64_t dy = b.y - a.y;
    const int64_t length2 = dx * dx + dy * dy;
    int64_t along = (p.x - a.x) * dx + (p.y - a.y) * dy;
    if (along <= 0 || length2 == 0)
        return distance_q(p, a);
    if (along >= length2)
        return distance_q(p, b);
    const struct point foot = {(int32_t)(a.x + dx * along / length2),
                               (int32_t)(a.y + dy * along / length2)};
    return distance_q(p, foot);
}

void shape_line(struct canvas *canvas, struct point a, struct point b, int32_t width_q,
                uint32_t colour, uint32_t alpha)
{
    const struct point lo = {number_min(a.x, b.x), number_min(a.y, b.y)};
    const struct point hi = {number_max(a.x, b.x), number_max(a.y, b.y)};
    const int32_t reach = width_q / 2 + SHAPE_Q;
    const struct rect around = rect_intersect(pixels_around(lo, hi, reach), canvas->clip);
    /* The cross product is the distance from the endless line times the length: enough to pass over
     * most of the box around a slanted one. */
    const int64_t dx = b.x - a.x;
    const int64_t dy = b.y - a.y;
    const int64_t far = (int64_t)reach * (distance_q(a, b) + 1);
    for (int32_t y = around.y; y < around.y + around.h; y++)
        for (int32_t x = around.x; x < around.x + around.w; x++) {
            const struct point p = pixel_centre(x, y);
            const int64_t cross = dx * (p.y - a.y) - dy * (p.x - a.x);
            if (dx * dx + dy * dy != 0 && (cross > far || cross < -far))
                continue;
            const int32_t inside = width_q / 2 - shape_line_distance(p, a, b);
            canvas_pixel(canvas, x, y, colour, shape_coverage(inside) * alpha >> 8);
        }
}

/* How dark a shadow is across its edge, from the outermost pixel in. */
struct shadow_profile {
    uint32_t alpha[SHADOW_SPREAD + 1];
};

static uint32_t shadow_at(const struct shadow_profile *profile, int32_t inside)
{
    return profile->alpha[number_clamp(inside + SHADOW_SPREAD / 2, 0, SHADOW_SPREAD)];
}

/* Towards black: what stays is a product. */
static uint32_t darkened(uint32_t pixel, uint32_t rest)
{
    return ((pixel & 0xff00ffu) * rest >> 8 & 0xff00ffu) |
           ((pixel & 0x00ff00u) * rest >> 8 & 0x00ff00u);
}

static void shadow_run(struct canvas *canvas, struct rect r, struct rect run,
                       const struct shadow_profile *profile, uint32_t row_alpha)
{
    const struct rect in = rect_intersect(run, canvas->clip);
    if (in.h == 0)
        return;
    const int32_t end = in.x + in.w;
    /* Between the two edges every pixel is as dark as the next. */
    const int32_t flat = number_clamp(r.x + SHADOW_SPREAD / 2, in.x, end);
    const int32_t flat_end = number_clamp(r.x + r.w - SHADOW_SPREAD / 2, flat, end);
    uint32_t *row = canvas->pixels + (ptrdiff_t)in.y * canvas->stride;
    const uint32_t rest = CANVAS_OPAQUE - (profile->alpha[SHADOW_SPREAD] * row_alpha >> 8);
    for (int32_t x = in.x; x < flat; x++)
        row[x] = darkened(row[x], CANVAS_OPAQUE - (shadow_at(profile, x - r.x) * row_alpha >> 8));
    for (int32_t x = flat; x < flat_end; x++)
        row[x] = darkened(row[x], rest);
    for (int32_t x = flat_end; x < end; x++)
        row[x] = darkened(row[x],
                          CANVAS_OPAQUE - (shadow_at(profile, r.x + r.w - 1 - x) * row_alpha >> 8));
    canvas->blended += (uint64_t)in.w;
}

void shape_shadow(struct canvas *canvas, struct rect r, struct rect body, int32_t radius,
                  uint32_t alpha)
{
    struct shadow_profile profile;
    for (int32_t i = 0; i <= SHADOW_SPREAD; i++)
        profile.alpha[i] = (uint32_t)number_ease(2 * i + 1, 2 * SHADOW_SPREAD) >> 4;
    const struct rect all = rect_inset(r, -SHADOW_SPREAD / 2);
    const int32_t right = all.x + all.w;
    for (int32_t y = all.y; y < all.y + all.h; y++) {
        const int32_t inside = number_min(y - r.y, r.y + r.h - 1 - y);
        const uint32_t row_alpha = shadow_at(&profile, inside) * alpha >> 8;
        const int32_t from_edge = number_min(y - body.y, body.y + body.h - 1 - y);
        int32_t hole = right;
        int32_t hole_end = right;
        if (from_edge >= 0) {
            hole = body.x + (from_edge < radius ? radius : 0);
            hole_end = body.x + body.w - (from_edge < radius ? radius : 0);
        }
        shadow_run(canvas, r, (struct rect){all.x, y, hole - all.x, 1}, &profile, row_alpha);
        shadow_run(canvas, r, (struct rect){hole_end, y, right - hole_end, 1}, &profile, row_alpha);
    }
}
