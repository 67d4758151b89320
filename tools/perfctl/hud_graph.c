/* SPDX-License-Identifier: Apache-2.0 */
#include "hud_screen.h"

#define AXIS_WIDTH 7u /* "50.0ms", and the line beside it */
#define EIGHTHS    8u /* a block element's steps in a row */

const struct hud_cause *hud_cause_of(enum perf_cause cause)
{
    static const struct hud_cause causes[HUD_CAUSES] = {
        [PERF_CAUSE_DROPPED] = {'D', HUD_DROPPED, "dropped"},
        [PERF_CAUSE_APP] = {'A', HUD_APP, "app"},
        [PERF_CAUSE_GPU] = {'G', HUD_GPU, "gpu"},
        [PERF_CAUSE_PIPELINE] = {'P', HUD_PIPELINE, "pipeline"},
        [PERF_CAUSE_UNKNOWN_] = {'U', HUD_UNKNOWN, "unknown"},
    };
    return &causes[(unsigned)cause < HUD_CAUSES ? cause : PERF_CAUSE_UNKNOWN_];
}

uint64_t hud_scale_ns(uint64_t budget_ns, unsigned scale)
{
    static const uint8_t quarters[HUD_SCALES] = {5, 6, 8, 10, 12, 16, 24, 40, 64};
    return budget_ns * quarters[scale < HUD_SCALES ? scale : HUD_SCALES - 1] / 4;
}

/* A time's height in eighths of a row, rounded half up: 0 for none, at least 1 for any, and at most
 * the whole height. */
static unsigned level_of(uint64_t ns, uint64_t top_ns, unsigned rows)
{
    if (ns >= top_ns)
        return rows * EIGHTHS;
    unsigned level = (unsigned)((ns * rows * EIGHTHS + top_ns / 2) / top_ns);
    return ns > 0 && level == 0 ? 1 : level;
}

/* The row, from the bottom, that a bar of this level ends in. */
static unsigned row_of(unsigned level)
{
    return level > 0 ? (level - 1) / EIGHTHS : 0;
}

struct plot {
    struct hud_area area; /* without the axis */
    uint64_t top_ns;
};

static unsigned from_top(const struct plot *plot, unsigned row)
{
    return plot->area.height - 1 - row;
}

static unsigned style_of(const struct hud_frame *frame)
{
    if (!frame->janky)
        return HUD_BAR;
    return frame->caused ? hud_cause_of(frame->cause)->style : HUD_JANKY;
}

static void draw_bar(const struct plot *plot, unsigned x, unsigned level, unsigned style)
{
    for (unsigned row = 0; row * EIGHTHS < level; row++) {
        unsigned eighths = level - row * EIGHTHS < EIGHTHS ? level - row * EIGHTHS : EIGHTHS;
        char ascii = eighths > 5 ? '#' : eighths > 2 ? ':' : '.';
        hud_put(&plot->area, x, from_top(plot, row), 0x2580 + eighths, ascii, style);
    }
}

/* Over what the bar has put there; a bar that goes on above it shows through. Gives its row, or the
 * plot's height where it is above the plot. */
static unsigned draw_budget(const struct plot *plot, unsigned x, uint64_t budget_ns, unsigned level,
                            unsigned bar_style)
{
    if (budget_ns > plot->top_ns)
        return plot->area.height;
    unsigned line = level_of(budget_ns, plot->top_ns, plot->area.height);
    unsigned row = row_of(line);
    bool covered = level > line && level >= (row + 1) * EIGHTHS;
    hud_put(&plot->area, x, from_top(plot, row), 0x2500, '-',
            covered ? bar_style | HUD_REVERSED : HUD_BUDGET);
    return row;
}

/* The cause's letter on top of the bar, and not on the budget's line where there is room above. */
static void draw_letter(const struct plot *plot, unsigned x, const struct hud_frame *frame,
                        unsigned level, unsigned budget_row)
{
    unsigned top = plot->area.height - 1;
    unsigned row = (level + EIGHTHS - 1) / EIGHTHS;
    char letter = frame->caused ? hud_cause_of(frame->cause)->letter : '!';
    if (row == budget_row)
        row++;
    bool covered = row > top && level > top * EIGHTHS;
    hud_put(&plot->area, x, from_top(plot, row < top ? row : top), (uint32_t)letter, letter,
            style_of(frame) | (covered ? HUD_REVERSED : 0));
}

static void draw_frame(const struct plot *plot, unsigned x, const struct hud_frame *frame)
{
    unsigned style = style_of(frame);
    unsigned level =
        frame->thrown ? 0 : level_of(frame->interval_ns, plot->top_ns, plot->area.height);
    draw_bar(plot, x, level, style);
    unsigned budget_row = draw_budget(plot, x, frame->budget_ns, level, style);
    if (frame->janky)
        draw_letter(plot, x, frame, level, budget_row);
    else if (frame->interval_ns > plot->top_ns)
        hud_put(&plot->area, x, 0, 0x25b2, '^', style);
    else if (frame->interval_ns == 0)
        hud_put(&plot->area, x, plot->area.height - 1, 0xb7, '.', HUD_DIM);
}

/* --- Axis --- */

static void draw_label(const struct hud_area *to, unsigned y, uint64_t ns, unsigned style)
{
    char text[HUD_FIGURE_BYTES];
    uint64_t tenths = (ns + 50000) / 100000;
    if (tenths < 1000)
        snprintf(text, sizeof text, "%u.%ums", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
    else if (tenths < 100000)
        snprintf(text, sizeof text, "%ums", (unsigned)(tenths / 10));
    else
        snprintf(text, sizeof text, "%us", (unsigned)(tenths / 10000));
    hud_print(to, 0, y, HUD_DIM, "%*s", (int)AXIS_WIDTH - 1, "");
    hud_figure(to, AXIS_WIDTH - 1, y, style, text);
}

static void draw_axis(const struct hud_area *to, uint64_t top_ns, uint64_t budget_ns)
{
    unsigned budget_row = row_of(level_of(budget_ns, top_ns, to->height));
    for (unsigned y = 0; y < to->height; y++)
        hud_put(to, AXIS_WIDTH - 1, y, 0x2502, '|', HUD_DIM);
    draw_label(to, 0, top_ns, HUD_DIM);
    hud_figure(to, AXIS_WIDTH - 1, to->height - 1, HUD_DIM, "0");
    draw_label(to, to->height - 1 - budget_row, budget_ns, HUD_BUDGET);
}

void hud_draw_graph(const struct hud_area *to, const struct hud_data *data, unsigned scale)
{
    if (!data->has_session || data->metrics.budget_ns == 0 || to->width <= AXIS_WIDTH ||
        to->height == 0)
        return;
    struct plot plot = {.area = *to, .top_ns = hud_scale_ns(data->metrics.budget_ns, scale)};
    plot.area.x += AXIS_WIDTH;
    plot.area.width -= AXIS_WIDTH;
    draw_axis(to, plot.top_ns, data->metrics.budget_ns);
    for (unsigned x = 0; x < plot.area.width; x++) {
        unsigned back = plot.area.width - 1 - x;
        if (back < data->frame_count)
            draw_frame(&plot, x, &data->frames[data->frame_count - 1 - back]);
        else
            draw_budget(&plot, x, data->metrics.budget_ns, 0, HUD_PLAIN);
    }
}
