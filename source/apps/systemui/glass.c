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
    uint64_t tint;   /* spread, and times its alpha */
    uint32_t rest;   /* what the tint leaves, of 256 */
};

/* The tinted colour of a column of cells. Tinting is linear: done here, pixels need not pay for it.
 */
static uint64_t cell_colour(const struct glass_row *row, int32_t column)
{
    const uint64_t plain = lerp(row->above[column], row->below[column], row->weight);
    return (plain * row->rest + row->tint) >> 8 & LANES;
}

/* `count` pixels of a row, 1 or more; the first is `from` pixels from the panel's left edge. */
static void draw_run(uint32_t *to, const struct glass_row *row, int32_t from, int32_t count)
{
    uint32_t across = 0;
    int32_t cell = cell_of(from, &across);
    uint64_t left = cell_colour(row, cell);
    uint64_t right = cell_colour(row, cell + 1);
    for (int32_t i = 0; i < count; i++) {
        to[i] = blend_pack(lerp(left, right, across));
        across += 2;
        if (across >= 8 && i + 1 < count) {
            across -= 8;
            cell++;
            left = right;
            right = cell_colour(row, cell + 1);
        }
    }
}

/* The ends of a row that has corners, mixed by what each pixel's corner covers. */
static void mix_corners(struct canvas *canvas, struct rect panel, int32_t y, int32_t round,
                        const uint16_t *coverage, const struct glass_row *row)
{
    for (int32_t i = 0; i < round; i++) {
        const int32_t at[2] = {i, panel.w - 1 - i};
        for (int32_t side = 0; side < 2; side++) {
            uint32_t across = 0;
            const int32_t cell = cell_of(at[side], &across);
            const uint32_t glass =
                blend_pack(lerp(cell_colour(row, cell), cell_colour(row, cell + 1), across));
            canvas_pixel(canvas, panel.x + at[side], y, glass, coverage[i]);
        }
    }
}

void glass_draw(struct canvas *canvas, struct rect panel, int32_t radius, uint32_t tint,
                uint32_t tint_alpha, const uint64_t *scratch)
{
    const struct rect in = rect_intersect(panel, canvas->clip);
    const int32_t fit = number_min(number_min(panel.w, panel.h) / 2, CORNER_RADIUS_MAX);
    const int32_t round = number_clamp(radius, 0, number_max(fit, 0));
    const int32_t columns = cells_for(panel.w);
    struct glass_row row = {.tint = blend_spread(tint) * tint_alpha,
                            .rest = CANVAS_OPAQUE - tint_alpha};
    for (int32_t y = in.y; y < in.y + in.h; y++) {
        row.above = scratch + (ptrdiff_t)cell_of(y - panel.y, &row.weight) * columns;
        row.below = row.above + columns;
        const int32_t from_edge = number_min(y - panel.y, panel.y + panel.h - 1 - y);
        const int32_t cut = from_edge < round ? round : 0;
        const struct rect run =
            rect_intersect((struct rect){panel.x + cut, y, panel.w - 2 * cut, 1}, in);
        if (run.w > 0)
            draw_run(canvas->pixels + (ptrdiff_t)y * canvas->stride + run.x, &row, run.x - panel.x,
                     run.w);
        if (cut > 0)
            mix_corners(canvas, panel, y, round, canvas->corners->coverage[round][from_edge], &row);
        canvas->blended += (uint64_t)run.w;
    }
}
