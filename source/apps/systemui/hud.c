/* SPDX-License-Identifier: Apache-2.0 */
#include "hud.h"

#include "font.h"
#include "palette.h"
#include "shapes.h"
#include "text.h"

#define NAME_SHOWN 16

void hud_add_bar(struct hud_data *data, struct hud_bar bar)
{
    if (data->bars == HUD_BARS) {
        for (int32_t i = 1; i < HUD_BARS; i++)
            data->bar[i - 1] = data->bar[i];
        data->bars--;
    }
    data->bar[data->bars++] = bar;
}

int32_t hud_bar_height(uint64_t interval_ns, uint64_t budget_ns)
{
    if (interval_ns == 0 || budget_ns == 0)
        return 0;
    const uint64_t full = budget_ns * HUD_BUDGETS;
    if (interval_ns >= full)
        return HUD_BAR_HEIGHT;
    const uint64_t height = (2 * interval_ns * HUD_BAR_HEIGHT + full) / (2 * full);
    return height == 0 ? 1 : (int32_t)height;
}

static void draw_text(struct canvas *canvas, int32_t x, int32_t y, const char *text,
                      uint32_t colour)
{
    font_draw(canvas, x, y, text, font_length(text), colour);
}

static void add_session(struct text_line *line, const struct hud_data *data)
{
    const int32_t length = font_length(data->session);
    text_add_bytes(line, data->session, (uint32_t)(length < NAME_SHOWN ? length : NAME_SHOWN));
    text_add(line, "  ");
    text_add_fixed(line, data->budget_ns, 1000000, 2);
    text_add(line, " ms");
}

static void draw_head(struct canvas *canvas, struct rect panel, const struct hud_data *data)
{
    const int32_t y = panel.y + HUD_HEAD_Y;
    const uint32_t state = data->connected ? PALETTE_GOOD : PALETTE_DROPPED;
    const struct point dot = {(panel.x + HUD_PADDING + 3) * SHAPE_Q + SHAPE_Q / 2,
                              (y + 3) * SHAPE_Q + SHAPE_Q / 2};
    shape_disc(canvas, dot, 7 * SHAPE_Q / 2, state, CANVAS_OPAQUE);
    if (!data->connected) {
        draw_text(canvas, panel.x + HUD_HEAD_X, y, "perfd: not connected", PALETTE_LIGHT);
        return;
    }
    draw_text(canvas, panel.x + HUD_HEAD_X, y, "perfd", PALETTE_LIGHT);
    struct text_line line;
    text_clear(&line);
    if (data->panel != HUD_FRAMES)
        text_add(&line, data->title);
    else
        add_session(&line, data);
    const int32_t x = panel.x + panel.w - HUD_PADDING - line.length * FONT_CELL_WIDTH + 1;
    draw_text(canvas, x, y, line.bytes, PALETTE_LIGHT_SOFT);
}

static void draw_figure(struct canvas *canvas, struct rect panel, int32_t place, const char *label,
                        const struct text_line *value, uint32_t colour)
{
    const int32_t x = panel.x + HUD_PADDING + place % HUD_COLUMNS * HUD_COLUMN_WIDTH;
    const int32_t row = place / HUD_COLUMNS;
    draw_text(canvas, x, panel.y + HUD_LABEL_Y(row), label, PALETTE_LIGHT_SOFT);
    draw_text(canvas, x, panel.y + HUD_VALUE_Y(row), value->bytes, colour);
}

/* Figures that need an interval, or a service at all, are a dash without it. */
static void draw_fixed(struct canvas *canvas, struct rect panel, int32_t place, const char *label,
                       bool known, uint64_t number, uint64_t unit, const char *after)
{
    struct text_line line;
    text_clear(&line);
    if (known) {
        text_add_fixed(&line, number, unit, 2);
        text_add(&line, after);
    } else {
        text_add(&line, "-");
    }
    draw_figure(canvas, panel, place, label, &line, PALETTE_LIGHT);
}

static void draw_count(struct canvas *canvas, struct rect panel, int32_t place, const char *label,
                       bool known, uint64_t number, uint32_t colour)
{
    struct text_line line;
    text_clear(&line);
    if (known)
        text_add_number(&line, number);
    else
        text_add(&line, "-");
    draw_figure(canvas, panel, place, label, &line, known && number != 0 ? colour : PALETTE_LIGHT);
}

static void draw_figures(struct canvas *canvas, struct rect panel, const struct hud_data *data)
{
    const bool known = data->connected;
    const bool paced = known && data->has_intervals;
    draw_fixed(canvas, panel, 0, "fps", paced, data->milli_fps, 1000, "");
    draw_fixed(canvas, panel, 1, "avg ms", paced, data->avg_ns, 1000000, "");
    draw_fixed(canvas, panel, 2, "p95 ms", paced, data->p95_ns, 1000000, "");
    draw_fixed(canvas, panel, 3, "p99 ms", paced, data->p99_ns, 1000000, "");
    draw_count(canvas, panel, 4, "long", known, data->long_frames, PALETTE_LONG);
    draw_count(canvas, panel, 5, "dropped", known, data->dropped, PALETTE_DROPPED);
    draw_count(canvas, panel, 6, "lost", known, data->records_lost, PALETTE_DROPPED);
    /* Nanoseconds in a second: 10^7 of them are a percent of one processor. */
    draw_fixed(canvas, panel, 7, "perfd cost", known, data->cost_ns, 10000000, "%");
}

static uint32_t bar_colour(enum hud_mark mark)
{
    switch (mark) {
    case HUD_LONG:
        return PALETTE_LONG;
    case HUD_DROPPED:
        return PALETTE_DROPPED;
    case HUD_NO_INTERVAL:
        return PALETTE_LIGHT_SOFT;
    case HUD_GOOD:
        break;
    }
    return PALETTE_GOOD;
}

/* Work, phase upon phase in its time from the foot of the bar, on the scale of its height. */
static void draw_phases(struct canvas *canvas, int32_t x, int32_t base, int32_t most,
                        const struct hud_bar *bar, uint64_t budget_ns)
{
    static const uint32_t colours[HUD_PHASES] = {PALETTE_SUN, PALETTE_HILL_FAR, PALETTE_ACCENT,
                                                 PALETTE_LIGHT_SOFT};
    uint64_t sum_ns = 0;
    int32_t below = 0;
    for (int32_t i = 0; i < HUD_PHASES; i++) {
        sum_ns += bar->phase_ns[i];
        int32_t top = hud_bar_height(sum_ns, budget_ns);
        top = top < most ? top : most;
        if (bar->phase_ns[i] == 0 || top <= below)
            continue;
        canvas_fill(canvas, (struct rect){x, base - top, HUD_BAR_WIDTH, top - below}, colours[i]);
        below = top;
    }
}

static void draw_bar(struct canvas *canvas, int32_t x, int32_t base, const struct hud_bar *bar,
                     uint64_t budget_ns)
{
    const int32_t known = hud_bar_height(bar->interval_ns, budget_ns);
    const int32_t height = known == 0 ? 1 : known;
    /* A bright end on a dimmer body: equal neighbours stay a line and do not become a block. */
    canvas_fill(canvas, (struct rect){x, base - height, HUD_BAR_WIDTH, height},
                bar_colour(bar->mark));
    canvas_blend(canvas, (struct rect){x, base - height + 2, HUD_BAR_WIDTH, height - 2},
                 PALETTE_NIGHT, bar->mark == HUD_GOOD ? 144 : 48);
    draw_phases(canvas, x, base, height - 2, bar, budget_ns);
}

/* Without a service there are no bars: those from before would pass for now. */
static void draw_bars(struct canvas *canvas, struct rect panel, const struct hud_data *data)
{
    const struct rect field = {panel.x + HUD_PADDING, panel.y + HUD_BARS_TOP,
                               HUD_BARS * HUD_BAR_WIDTH, HUD_BAR_HEIGHT};
    const int32_t base = field.y + field.h;
    canvas_blend(canvas, field, PALETTE_NIGHT_LINE, 40);
    for (int32_t i = 0; i < data->bars && data->connected; i++)
        draw_bar(canvas, field.x + (HUD_BARS - data->bars + i) * HUD_BAR_WIDTH, base, &data->bar[i],
                 data->budget_ns);
    for (int32_t x = 0; x < field.w; x += 4)
        canvas_fill(canvas,
                    (struct rect){field.x + x, base - HUD_BAR_HEIGHT / HUD_BUDGETS - 1, 2, 1},
                    PALETTE_LIGHT);
}

static void draw_rows(struct canvas *canvas, struct rect panel, const struct hud_data *data)
{
    for (int32_t i = 0; i < data->rows && data->connected; i++) {
        const struct hud_row *row = &data->row[i];
        const int32_t y = panel.y + HUD_ROW_Y(i);
        const int32_t width = font_length(row->value) * FONT_CELL_WIDTH - 1;
        draw_text(canvas, panel.x + HUD_PADDING, y, row->label, PALETTE_LIGHT_SOFT);
        draw_text(canvas, panel.x + panel.w - HUD_PADDING - width, y, row->value,
                  row->mark == HUD_NO_INTERVAL ? PALETTE_LIGHT : bar_colour(row->mark));
    }
}

void hud_draw(struct canvas *canvas, struct rect panel, const struct hud_data *data)
{
    draw_head(canvas, panel, data);
    if (data->panel != HUD_FRAMES) {
        draw_rows(canvas, panel, data);
        return;
    }
    draw_figures(canvas, panel, data);
    draw_bars(canvas, panel, data);
}
