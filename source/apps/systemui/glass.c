/* SPDX-License-Identifier: Apache-2.0 */
#include "glass.h"

#include "blend.h"
#include "number.h"

#define BOX       4 /* cells that a blur pass averages; a power of two */
#define BOX_SHIFT 2
#define PASSES    2 /* even: see blur_line() */
#define LANES     0x00ff00ff00ff00ffull

/* A panel's cells with one around them, so that drawing back can interpolate at the edges. */
static int32_t cells_for(int32_t pixels)
{
    return (pixels + GLASS_SHRINK - 1) / GLASS_SHRINK + 2;
}

size_t glass_scratch_cells(int32_t width, int32_t height)
{
    return (size_t)cells_for(width) * (size_t)cells_for(height);
}

/* The mean of the 4 x 4 pixels at x, y; those outside the canvas count as the nearest inside. */
static uint64_t shrink_cell(const struct canvas *canvas, int32_t x, int32_t y)
{
    uint64_t sum = 0;
    for (int32_t j = 0; j < GLASS_SHRINK; j++) {
        const int32_t at = number_clamp(y + j, 0, canvas->height - 1);
        const uint32_t *row = canvas->pixels + (ptrdiff_t)at * canvas->stride;
        if (x >= 0 && x + GLASS_SHRINK <= canvas->width) {
            for (int32_t i = 0; i < GLASS_SHRINK; i++)
                sum += blend_spread(row[x + i]);
        } else {
            for (int32_t i = 0; i < GLASS_SHRINK; i++)
                sum += blend_spread(row[number_clamp(x + i, 0, canvas->width - 1)]);
        }
    }
    return sum >> 4 & LANES;
}

/* A running mean over BOX cells along a line of `count` cells that lie `step` apart. The line's
 * ends repeat. It leans half a cell to one side; `lean` alternates, so that two passes cancel. */
static void blur_line(uint64_t *line, int32_t count, int32_t step, int32_t lean)
{
    const int32_t before = BOX / 2 - lean;
    uint64_t history[BOX];
    uint64_t sum = 0;
    for (int32_t i = 0; i < BOX; i++) {
        history[i] = line[(ptrdiff_t)number_clamp(i - before, 0, count - 1) * step];
        sum += history[i];
    }
    for (int32_t i = 0; i < count; i++) {
        line[(ptrdiff_t)i * step] = sum >> BOX_SHIFT & LANES;
        const int32_t next = number_min(i + BOX - before, count - 1);
        uint64_t *oldest = &history[i & (BOX - 1)];
        const uint64_t entering = line[(ptrdiff_t)next * step];
        sum += entering - *oldest;
        *oldest = entering;
    }
}

void glass_blur(const struct canvas *canvas, struct rect panel, uint64_t *scratch)
{
    const int32_t columns = cells_for(panel.w);
    const int32_t rows = cells_for(panel.h);
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++)
            scratch[row * columns + column] = shrink_cell(
                canvas, panel.x + (column - 1) * GLASS_SHRINK, panel.y + (row - 1) * GLASS_SHRINK);
    for (int32_t pass = 0; pass < PASSES; pass++) {
        for (int32_t row = 0; row < rows; row++)
            blur_line(scratch + (ptrdiff_t)row * columns, columns, 1, pass & 1);
        for (int32_t column = 0; column < columns; column++)
            blur_line(scratch + column, rows, columns, pass & 1);
    }
}

/* Where pixel i of a panel lies among the cells: the left one, and the right one's weight in
 * eighths. Cell k covers pixels 4 (k - 1) on, so its centre is at 4 (k - 1) + 1.5. */
static int32_t cell_of(int32_t i, uint32_t *weight)
{
    const int32_t at = 2 * i + 5;
    *weight = (uint32_t)at & 7u;
    return at >> 3;
}

static uint64_t lerp(uint64_t a, uint64_t b, uint32_t weight)
{
    return (a * (8 - weight) + b * weight) >> 3 & LANES;
}

/* A row of a panel being drawn back: the two rows of cells that it lies between. */
struct glass_row {
    const uint64_t *above, *below;
    uint32_t weight; /* of the lower one */
    int32_t cell;    /* left and right are the mixes at this one and the next; -1: none yet */
    uint64_t left, right;
};

/* The blurred colour i pixels from the panel's left edge. */
static uint32_t blurred_at(struct glass_row *row, int32_t i)
{
    uint32_t across = 0;
    const int32_t cell = cell_of(i, &across);
    if (cell != row->cell) {
        row->left = lerp(row->above[cell], row->below[cell], row->weight);
        row->right = lerp(row->above[cell + 1], row->below[cell + 1], row->weight);
        row->cell = cell;
    }
    return blend_pack(lerp(row->left, row->right, across));
}

void glass_draw(struct canvas *canvas, struct rect panel, int32_t radius, uint32_t tint,
                uint32_t tint_alpha, const uint64_t *scratch)
{
    const struct rect in = rect_intersect(panel, canvas->clip);
    const int32_t fit = number_min(number_min(panel.w, panel.h) / 2, CORNER_RADIUS_MAX);
    const int32_t round = number_clamp(radius, 0, number_max(fit, 0));
    const int32_t columns = cells_for(panel.w);
    for (int32_t y = in.y; y < in.y + in.h; y++) {
        struct glass_row row = {.cell = -1};
        row.above = scratch + (ptrdiff_t)cell_of(y - panel.y, &row.weight) * columns;
        row.below = row.above + columns;
        const int32_t from_edge = number_min(y - panel.y, panel.y + panel.h - 1 - y);
        const uint16_t *corner =
            from_edge < round ? canvas->corners->coverage[round][from_edge] : NULL;
        uint32_t *pixels = canvas->pixels + (ptrdiff_t)y * canvas->stride;
        for (int32_t x = in.x; x < in.x + in.w; x++) {
            const uint32_t glass = blend_mix(blurred_at(&row, x - panel.x), tint, tint_alpha);
            const int32_t side = number_min(x - panel.x, panel.x + panel.w - 1 - x);
            pixels[x] =
                corner != NULL && side < round ? blend_mix(pixels[x], glass, corner[side]) : glass;
        }
        canvas->blended += (uint64_t)in.w;
    }
}
