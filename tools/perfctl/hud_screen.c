/* SPDX-License-Identifier: Apache-2.0 */
/* Where what stands. From the top: the session, its figures, the graph and what its letters mean,
 * panels, the keys. */
#include "hud_screen.h"

#include <inttypes.h>
#include <string.h>

#define WIDE      80u  /* figures in two rows */
#define VERY_WIDE 110u /* two panels beside each other */
#define TALL      20u  /* rows of panels; from here on two below each other */

/* --- Arrangement --- */

struct plan {
    unsigned figure_rows, figure_columns;
    unsigned graph_rows, legend_rows;
    unsigned panel_rows, panels_beside, panels_below;
};

static struct plan plan_of(unsigned width, unsigned height)
{
    struct plan plan = {.figure_rows = width >= WIDE ? 2 : 3,
                        .figure_columns = width >= WIDE ? 5 : 3,
                        .legend_rows = height >= 16 ? 1 : 0};
    unsigned rest = height - 2 - plan.figure_rows - plan.legend_rows;
    plan.graph_rows = (rest * 2 + 3) / 5;
    plan.panel_rows = rest - plan.graph_rows;
    plan.panels_beside = width >= VERY_WIDE ? 2 : 1;
    plan.panels_below = plan.panel_rows >= TALL ? 2 : 1;
    return plan;
}

static bool is_too_small(unsigned width, unsigned height)
{
    return width < HUD_WIDTH_MIN || height < HUD_HEIGHT_MIN;
}

unsigned hud_panels_shown(unsigned width, unsigned height, enum hud_panel first)
{
    if (is_too_small(width, height))
        return 0;
    struct plan plan = plan_of(width, height);
    unsigned shown = 0;
    for (unsigned i = 0; i < plan.panels_beside * plan.panels_below; i++)
        shown |= 1u << (((unsigned)first + i) % HUD_PANELS);
    return shown;
}

/* The longest that fits. */
static void draw_too_small(const struct hud_area *to)
{
    static const char *const texts[] = {"too small: needs 40x12", "too small: min 40x12",
                                        "needs 40x12", "40x12"};
    unsigned i = 0;
    while (i < 3 && strlen(texts[i]) > to->width)
        i++;
    hud_text(to, 0, 0, to->width, HUD_PLAIN, texts[i]);
}

/* --- The first line --- */

static void draw_title(const struct hud_area *to, const struct hud_data *data,
                       const struct hud_view *view)
{
    const struct hud_metrics *m = &data->metrics;
    char ms[HUD_FIGURE_BYTES], right[64] = "";
    bool wide = to->width >= WIDE;
    if (data->gone) {
        hud_print(to, 1, 0, HUD_ALERT, "the service is gone; waiting");
        hud_row(to, 0, HUD_ALERT);
        return;
    }
    if (view->paused)
        snprintf(right, sizeof right, "paused; space goes on");
    else if (data->has_session)
        snprintf(right, sizeof right, "budget %s%s", hud_ms(ms, m->budget_ns, true),
                 wide ? " ms" : "");
    unsigned end = hud_figure(to, to->width - 1, 0, HUD_TITLE, right);
    if (data->refused != NULL)
        hud_print(to, 1, 0, HUD_TITLE, "not readable: %s", data->refused);
    else if (!data->has_session)
        hud_text(to, 1, 0, end - 2, HUD_TITLE, "no session");
    else {
        unsigned x =
            hud_print(to, 1, 0, HUD_TITLE, wide ? "%s  session %" PRIu32 "  " : "%s #%" PRIu32 " ",
                      m->running ? "running" : "stopped", m->session_id);
        hud_text(to, x, 0, end > x ? end - x - 1 : 0, HUD_TITLE, m->name);
    }
    hud_row(to, 0, HUD_TITLE);
}

/* --- Headline figures --- */

static void draw_figure(const struct hud_area *to, unsigned at, const struct plan *plan,
                        const char *name, const char *value, unsigned style)
{
    unsigned y = at / plan->figure_columns, column = at % plan->figure_columns;
    unsigned x = to->width * column / plan->figure_columns + 1;
    unsigned end = to->width * (column + 1) / plan->figure_columns - (plan->figure_columns > 3);
    unsigned free_end = hud_figure(to, end, y, style, value);
    hud_text(to, x, y, free_end > x + 1 ? free_end - x - 1 : 0, HUD_DIM, name);
}

static void draw_figures(const struct hud_area *to, const struct hud_data *data,
                         const struct plan *plan)
{
    enum { FPS, LOW, FRAMES, P50, P95, P99, LONG, DROPPED, LATE, LONGEST, FIGURES };
    static const uint8_t wide[] = {FPS, P50, P95, P99, LONGEST, LOW, LONG, DROPPED, LATE, FRAMES};
    static const uint8_t narrow[] = {FPS, LOW, FRAMES, P50, P95, P99, LONG, DROPPED, LATE};
    static const char *const names[FIGURES] = {"fps", "1% low", "frames",  "p50",  "p95",
                                               "p99", "long",   "dropped", "late", "max"};
    const struct hud_metrics *m = &data->metrics;
    char texts[FIGURES][HUD_FIGURE_BYTES];
    bool any = data->has_session && m->has_intervals;
    const uint64_t times[] = {m->p50_ns, m->p95_ns, m->p99_ns, m->longest_ns};
    const uint64_t counts[] = {m->frames, m->long_frames, m->dropped, m->late};
    static const uint8_t time_at[] = {P50, P95, P99, LONGEST};
    static const uint8_t count_at[] = {FRAMES, LONG, DROPPED, LATE};
    hud_fps(texts[FPS], m->milli_fps, any);
    hud_fps(texts[LOW], m->low1_milli_fps, any);
    for (unsigned i = 0; i < 4; i++) {
        hud_ms(texts[time_at[i]], times[i], any);
        if (data->has_session)
            hud_count(texts[count_at[i]], counts[i], 7);
        else
            snprintf(texts[count_at[i]], HUD_FIGURE_BYTES, "-");
    }
    bool is_wide = plan->figure_columns > 3;
    for (unsigned i = 0; i < plan->figure_columns * plan->figure_rows; i++) {
        unsigned which = is_wide ? wide[i] : narrow[i];
        bool bad = data->has_session &&
                   ((which == LONG && m->long_frames > 0) || (which == DROPPED && m->dropped > 0) ||
                    (which == LATE && m->late > 0));
        draw_figure(to, i, plan, names[which], texts[which], bad ? HUD_JANKY : HUD_STRONG);
    }
}

/* --- Below the graph --- */

static void draw_legend(const struct hud_area *to, const struct hud_data *data)
{
    char figure[HUD_FIGURE_BYTES];
    unsigned x = 1;
    if (!data->has_session)
        return;
    x = hud_print(to, x, 0, HUD_DIM, "jank");
    for (unsigned i = 0; i < HUD_CAUSES; i++) {
        const struct hud_cause *cause = hud_cause_of((enum perf_cause)i);
        hud_count(figure, data->metrics.jank[i], 4);
        if (to->width >= WIDE)
            x = hud_print(to, x + 3, 0, cause->style, "%c %s %s", cause->letter, cause->word,
                          figure);
        else
            x = hud_print(to, x + 2, 0, cause->style, "%c %s", cause->letter, figure);
    }
}

/* --- Panels --- */

/* Its name with, where it is the one that the keys move, the others' beside it. */
static void draw_head(const struct hud_area *to, enum hud_panel panel, bool first, bool alone)
{
    for (unsigned x = 0; x < to->width; x++)
        hud_put(to, x, 0, 0x2500, '-', HUD_DIM);
    unsigned x = hud_print(to, 1, 0, HUD_STRONG, first ? "[%s]" : " %s ", hud_panel_name(panel));
    for (unsigned i = 1; alone && i < HUD_PANELS && x + 22 < to->width; i++)
        x = hud_print(to, x, 0, HUD_DIM, " %s ", hud_panel_name((panel + i) % HUD_PANELS));
}

static unsigned lines_of(const struct hud_area *to, enum hud_panel panel,
                         const struct hud_data *data)
{
    struct hud_area nothing = {to->screen, to->x, to->y, to->width, 0};
    return hud_draw_panel(&nothing, panel, data, 0);
}

static void draw_panel(const struct hud_area *to, enum hud_panel panel, const struct hud_data *data,
                       const struct hud_view *view, bool first, bool alone)
{
    struct hud_area body = {to->screen, to->x, to->y + 1, to->width, to->height - 1};
    unsigned lines = lines_of(to, panel, data), above = first ? view->scroll : 0;
    if (above > 0 && above + body.height > lines)
        above = lines > body.height ? lines - body.height : 0;
    draw_head(to, panel, first, alone);
    hud_draw_panel(&body, panel, data, above);
    if (lines > above + body.height) {
        char more[32];
        snprintf(more, sizeof more, " %u more ", lines - above - body.height);
        hud_figure(to, to->width - 1, 0, HUD_DIM, more);
    }
}

static struct hud_area panel_area(const struct hud_area *to, const struct plan *plan, unsigned i)
{
    unsigned column = i % plan->panels_beside, row = i / plan->panels_beside;
    unsigned left = to->width * column / plan->panels_beside;
    unsigned right = to->width * (column + 1) / plan->panels_beside;
    unsigned top = to->height * row / plan->panels_below;
    unsigned bottom = to->height * (row + 1) / plan->panels_below;
    unsigned gap = column + 1 < plan->panels_beside;
    return (struct hud_area){to->screen, to->x + left, to->y + top, right - left - gap,
                             bottom - top};
}

unsigned hud_scroll_max(unsigned width, unsigned height, const struct hud_data *data,
                        enum hud_panel first)
{
    if (is_too_small(width, height))
        return 0;
    struct plan plan = plan_of(width, height);
    struct hud_area all = {NULL, 0, 0, width, plan.panel_rows};
    struct hud_area area = panel_area(&all, &plan, 0);
    unsigned lines = lines_of(&area, first, data), room = area.height - 1;
    return lines > room ? lines - room : 0;
}

static void draw_panels(const struct hud_area *to, const struct hud_data *data,
                        const struct hud_view *view, const struct plan *plan)
{
    unsigned count = plan->panels_beside * plan->panels_below;
    for (unsigned i = 0; i < count; i++) {
        struct hud_area one = panel_area(to, plan, i);
        draw_panel(&one, (view->panel + i) % HUD_PANELS, data, view, i == 0, count == 1);
    }
}

/* --- Keys --- */

static void draw_keys(const struct hud_area *to, const char *message)
{
    /* The most needed ones first: as many as there is room for. */
    static const char *const keys[] = {"q quit", "? help",   "p panel",     "s start",
                                       "x stop", "e export", "space pause", "+ - scale"};
    unsigned x = 0;
    if (message[0] != '\0') {
        hud_text(to, 1, 0, to->width - 2, HUD_TITLE, message);
        hud_row(to, 0, HUD_TITLE);
        return;
    }
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (x + strlen(keys[i]) <= to->width)
            x = hud_text(to, x, 0, to->width, HUD_DIM, keys[i]) + 2;
}

static void draw_help(const struct hud_area *to)
{
    static const char *const lines[] = {
        "s  start a session, \"hud\"",
        "x  stop the session that is shown",
        "e  export its trace to a file here",
        "p  next panel (Tab); arrows scroll it",
        "space  pause, and go on",
        "+ -  shorter, longer times in the graph",
        "?  back    q  quit",
        "a column is a frame; jank has a letter:",
        "Dropped App Gpu Pipeline Unknown cause",
        "times: ms, of the frames in the ring",
    };
    for (unsigned y = 0; y < sizeof lines / sizeof lines[0]; y++)
        hud_text(to, 1, y, to->width - 1, HUD_PLAIN, lines[y]);
}

static struct hud_area rows(struct hud_screen *screen, unsigned y, unsigned height)
{
    return (struct hud_area){screen, 0, y, screen->width, height};
}

void hud_draw(struct hud_screen *screen, const struct hud_data *data, const struct hud_view *view)
{
    struct hud_area whole = hud_whole(screen);
    if (is_too_small(screen->width, screen->height)) {
        draw_too_small(&whole);
        return;
    }
    struct plan plan = plan_of(screen->width, screen->height);
    struct hud_area last = rows(screen, screen->height - 1, 1);
    draw_title(&whole, data, view);
    draw_keys(&last, view->message);
    if (view->help) {
        struct hud_area help = rows(screen, 1, screen->height - 2);
        draw_help(&help);
        return;
    }
    struct hud_area figures = rows(screen, 1, plan.figure_rows);
    struct hud_area graph = rows(screen, 1 + plan.figure_rows, plan.graph_rows);
    struct hud_area legend = rows(screen, graph.y + graph.height, plan.legend_rows);
    struct hud_area panels = rows(screen, legend.y + legend.height, plan.panel_rows);
    draw_figures(&figures, data, &plan);
    hud_draw_graph(&graph, data, view->scale);
    draw_legend(&legend, data);
    draw_panels(&panels, data, view, &plan);
}
