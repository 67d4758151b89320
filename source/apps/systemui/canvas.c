/* SPDX-License-Identifier: Apache-2.0 */
#include "canvas.h"

#include <stddef.h>
#include <string.h>

#include "blend.h"
#include "number.h"

/* Distances are in half pixels, times 16. */
static uint16_t corner_coverage(int32_t radius, int32_t row, int32_t column)
{
    const uint32_t dx = (uint32_t)(2 * (radius - column) - 1);
    const uint32_t dy = (uint32_t)(2 * (radius - row) - 1);
    const int32_t distance = (int32_t)number_sqrt((dx * dx + dy * dy) << 8);
    return (uint16_t)(number_clamp(radius * 32 + 16 - distance, 0, 32) * 8);
}

void corner_table_init(struct corner_table *table)
{
    memset(table, 0, sizeof *table);
    for (int32_t radius = 1; radius <= CORNER_RADIUS_MAX; radius++)
        for (int32_t row = 0; row < radius; row++)
            for (int32_t column = 0; column < radius; column++)
                table->coverage[radius][row][column] = corner_coverage(radius, row, column);
}

void canvas_init(struct canvas *canvas, uint32_t *pixels, int32_t width, int32_t height,
                 int32_t stride, const struct corner_table *corners)
{
    *canvas = (struct canvas){
        .pixels = pixels,
        .width = width,
        .height = height,
        .stride = stride,
        .clip = {0, 0, width, height},
        .corners = corners,
    };
}

struct rect rect_intersect(struct rect a, struct rect b)
{
    const int32_t x = number_max(a.x, b.x);
    const int32_t y = number_max(a.y, b.y);
    const int32_t right = number_min(a.x + a.w, b.x + b.w);
    const int32_t bottom = number_min(a.y + a.h, b.y + b.h);
    return (struct rect){x, y, number_max(right - x, 0), number_max(bottom - y, 0)};
}

struct rect rect_inset(struct rect r, int32_t by)
{
    return (struct rect){r.x + by, r.y + by, number_max(r.w - 2 * by, 0),
                         number_max(r.h - 2 * by, 0)};
}

struct rect canvas_clip(struct canvas *canvas, struct rect to)
{
    const struct rect before = canvas->clip;
    canvas->clip = rect_intersect(before, to);
    return before;
}

void canvas_restore(struct canvas *canvas, struct rect clip)
{
    canvas->clip = clip;
}

/* Only for x and y inside the clip. */
static uint32_t *pixel_at(const struct canvas *canvas, int32_t x, int32_t y)
{
    return canvas->pixels + (ptrdiff_t)y * canvas->stride + x;
}

void canvas_fill(struct canvas *canvas, struct rect r, uint32_t colour)
{
    const struct rect in = rect_intersect(r, canvas->clip);
    canvas->work.fills++;
    canvas_works(canvas, CANVAS_FILLS, (int64_t)in.w * in.h);
    for (int32_t y = 0; y < in.h; y++) {
        uint32_t *row = pixel_at(canvas, in.x, in.y + y);
        int32_t x = 0;
        for (; x + 4 <= in.w; x += 4) {
            row[x] = colour;
            row[x + 1] = colour;
            row[x + 2] = colour;
            row[x + 3] = colour;
        }
        for (; x < in.w; x++)
            row[x] = colour;
    }
}

void canvas_blend(struct canvas *canvas, struct rect r, uint32_t colour, uint32_t alpha)
{
    if (alpha >= CANVAS_OPAQUE) {
        canvas_fill(canvas, r, colour);
        return;
    }
    if (alpha == 0)
        return;
    const struct rect in = rect_intersect(r, canvas->clip);
    for (int32_t y = 0; y < in.h; y++) {
        uint32_t *row = pixel_at(canvas, in.x, in.y + y);
        for (int32_t x = 0; x < in.w; x++)
            row[x] = blend_mix(row[x], colour, alpha);
    }
    canvas->blended += (uint64_t)in.w * (uint64_t)in.h;
    canvas->work.blends++;
    canvas_works(canvas, CANVAS_BLENDS, (int64_t)in.w * in.h);
}

void canvas_pixel(struct canvas *canvas, int32_t x, int32_t y, uint32_t colour, uint32_t alpha)
{
    const struct rect in = canvas->clip;
    if (x < in.x || y < in.y || x >= in.x + in.w || y >= in.y + in.h || alpha == 0)
        return;
    uint32_t *pixel = pixel_at(canvas, x, y);
    *pixel = blend_mix(*pixel, colour, alpha);
    canvas->blended++;
}

void canvas_gradient(struct canvas *canvas, struct rect r, uint32_t top, uint32_t bottom)
{
    const int32_t last = number_max(r.h - 1, 1);
    for (int32_t y = 0; y < r.h; y++) {
        const uint32_t at = (uint32_t)(y * 256 / last);
        canvas_fill(canvas, (struct rect){r.x, r.y + y, r.w, 1}, blend_mix(top, bottom, at));
    }
}

void canvas_copy(struct canvas *canvas, struct rect r, const uint32_t *from)
{
    const struct rect in = rect_intersect(r, canvas->clip);
    canvas_works(canvas, CANVAS_COPIES, (int64_t)in.w * in.h);
    for (int32_t y = 0; y < in.h && in.w > 0; y++) {
        const ptrdiff_t offset = (ptrdiff_t)(in.y + y) * canvas->stride + in.x;
        memcpy(canvas->pixels + offset, from + offset, (size_t)in.w * sizeof *from);
    }
}

/* One row of a band of corners: the middle in one go, the corners pixel by pixel. */
static void rounded_row(struct canvas *canvas, struct rect r, int32_t y, int32_t radius,
                        const uint16_t *coverage, bool left, bool right, uint32_t colour,
                        uint32_t alpha)
{
    const int32_t from = left ? radius : 0;
    const int32_t to = right ? r.w - radius : r.w;
    canvas_blend(canvas, (struct rect){r.x + from, y, to - from, 1}, colour, alpha);
    for (int32_t i = 0; i < radius; i++) {
        const uint32_t mixed = coverage[i] * alpha >> 8;
        if (left)
            canvas_pixel(canvas, r.x + i, y, colour, mixed);
        if (right)
            canvas_pixel(canvas, r.x + r.w - 1 - i, y, colour, mixed);
    }
}

void canvas_rounded(struct canvas *canvas, struct rect r, int32_t radius, enum corner which,
                    uint32_t colour, uint32_t alpha)
{
    const int32_t fit = number_min(number_min(r.w, r.h) / 2, CORNER_RADIUS_MAX);
    const int32_t round = number_clamp(radius, 0, number_max(fit, 0));
    for (int32_t i = 0; i < round; i++) {
        const uint16_t *coverage = canvas->corners->coverage[round][i];
        rounded_row(canvas, r, r.y + i, round, coverage, (which & CORNER_TOP_LEFT) != 0,
                    (which & CORNER_TOP_RIGHT) != 0, colour, alpha);
        rounded_row(canvas, r, r.y + r.h - 1 - i, round, coverage,
                    (which & CORNER_BOTTOM_LEFT) != 0, (which & CORNER_BOTTOM_RIGHT) != 0, colour,
                    alpha);
    }
    canvas_blend(canvas, (struct rect){r.x, r.y + round, r.w, r.h - 2 * round}, colour, alpha);
}

/* What a corner covers less what it does one pixel further in. */
static uint32_t outline_coverage(const struct corner_table *table, int32_t radius, int32_t row,
                                 int32_t column)
{
    const uint32_t outer = table->coverage[radius][row][column];
    if (row == 0 || column == 0)
        return outer;
    const uint32_t inner = table->coverage[radius - 1][row - 1][column - 1];
    return outer > inner ? outer - inner : 0;
}

void canvas_outline(struct canvas *canvas, struct rect r, int32_t radius, uint32_t colour,
                    uint32_t alpha)
{
    if (r.w < 2 || r.h < 2)
        return;
    const int32_t fit = number_min(number_min(r.w, r.h) / 2, CORNER_RADIUS_MAX);
    const int32_t round = number_clamp(radius, 1, fit);
    const int32_t right = r.x + r.w - 1;
    const int32_t bottom = r.y + r.h - 1;
    for (int32_t row = 0; row < round; row++)
        for (int32_t column = 0; column < round; column++) {
            const uint32_t mixed =
                outline_coverage(canvas->corners, round, row, column) * alpha >> 8;
            canvas_pixel(canvas, r.x + column, r.y + row, colour, mixed);
            canvas_pixel(canvas, right - column, r.y + row, colour, mixed);
            canvas_pixel(canvas, r.x + column, bottom - row, colour, mixed);
            canvas_pixel(canvas, right - column, bottom - row, colour, mixed);
        }
    const int32_t w = r.w - 2 * round;
    const int32_t h = r.h - 2 * round;
    canvas_blend(canvas, (struct rect){r.x + round, r.y, w, 1}, colour, alpha);
    canvas_blend(canvas, (struct rect){r.x + round, bottom, w, 1}, colour, alpha);
    canvas_blend(canvas, (struct rect){r.x, r.y + round, 1, h}, colour, alpha);
    canvas_blend(canvas, (struct rect){right, r.y + round, 1, h}, colour, alpha);
}
