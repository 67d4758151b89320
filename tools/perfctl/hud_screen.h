/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HUD's layout: what is known of a service, as cells. Pure: the same data, view and size give
 * the same cells. hud_screen.c arranges, hud_graph.c and hud_panels.c draw the parts.
 */
#ifndef PERFCTL_HUD_SCREEN_H
#define PERFCTL_HUD_SCREEN_H

#include "hud_cells.h"
#include "hud_model.h"

#define HUD_WIDTH_MIN  40u
#define HUD_HEIGHT_MIN 12u

/* Draws into a screen whose size and utf8 hud_clear() has set; below the least size, one line that
 * says so. */
void hud_draw(struct hud_screen *screen, const struct hud_data *data, const struct hud_view *view);

/* Which panels a screen of that size shows, as bits 1 << enum hud_panel: who fetches needs no more.
 */
unsigned hud_panels_shown(unsigned width, unsigned height, enum hud_panel first);

/* How far the view can be scrolled: hud_draw() takes more for that. */
unsigned hud_scroll_max(unsigned width, unsigned height, const struct hud_data *data,
                        enum hud_panel first);

/* "jank", "phases", ... */
const char *hud_panel_name(enum hud_panel panel);

/* --- The parts --- */

/* How a cause is shown: a letter, so that it is readable without colours, too. */
struct hud_cause {
    char letter;
    enum hud_style style;
    const char *word;
};
const struct hud_cause *hud_cause_of(enum perf_cause cause);

/* The time at the graph's top edge. */
uint64_t hud_scale_ns(uint64_t budget_ns, unsigned scale);

/* One column a frame, the newest at the right; the budget is drawn over them. */
void hud_draw_graph(const struct hud_area *to, const struct hud_data *data, unsigned scale);

/* Its first `scroll` lines are left out. Gives how many lines there are in all. */
unsigned hud_draw_panel(const struct hud_area *to, enum hud_panel panel,
                        const struct hud_data *data, unsigned scroll);

#endif
