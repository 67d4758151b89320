/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HUD: perfd's figures as they came, on a panel. It counts and times nothing itself.
 *
 * Its text is drawn in the font's cells in one colour a piece, so that a picture can be read back:
 * see the HUD_ offsets (from the panel's corner) and font_read().
 */
#ifndef SYSTEMUI_HUD_H
#define SYSTEMUI_HUD_H

#include <stdbool.h>

#include "canvas.h"

#define HUD_BARS       120
#define HUD_BAR_WIDTH  2
#define HUD_PADDING    12
#define HUD_WIDTH      (HUD_BARS * HUD_BAR_WIDTH + 2 * HUD_PADDING)
#define HUD_BARS_TOP   86
#define HUD_BAR_HEIGHT 48
#define HUD_HEIGHT     (HUD_BARS_TOP + HUD_BAR_HEIGHT + HUD_PADDING)
#define HUD_BUDGETS    3 /* frame budgets that a bar's full height stands for */

/* Where text begins. Four columns, two rows of a label above its value. */
#define HUD_HEAD_X       (HUD_PADDING + 12)
#define HUD_HEAD_Y       11
#define HUD_COLUMN_WIDTH 60
#define HUD_COLUMNS      4
#define HUD_LABEL_Y(row) (31 + (row)*27)
#define HUD_VALUE_Y(row) (42 + (row)*27)
#define HUD_NAME_MAX     48
#define HUD_PHASES       4 /* ui, layout, render, present */

/* Why a bar has its colour; the worst that holds. */
enum hud_panel {
    HUD_FRAMES, /* figures and bars; what the others show are rows */
    HUD_JANK,
    HUD_GRAPHICS,
    HUD_JIT,
    HUD_HOTSPOTS,
    HUD_COUNTERS,
    HUD_HEALTH,
    HUD_PANELS
};

#define HUD_ROWS       10
#define HUD_ROW_Y(row) (29 + (row)*11)
#define HUD_WHYS       2

enum hud_mark { HUD_GOOD, HUD_LONG, HUD_DROPPED, HUD_NO_INTERVAL };

struct hud_bar {
    uint64_t interval_ns;
    uint64_t phase_ns[HUD_PHASES]; /* 0: not given */
    enum hud_mark mark;
};

/* A label on the left and a value on the right; the mark gives the value's colour. */
struct hud_row {
    char label[25];
    char value[16];
    enum hud_mark mark;
};

/* The last janky frame that was heard of; frame 0: none. */
struct hud_jank {
    uint64_t frame;
    uint64_t over_ns;
    const char *cause;
    struct {
        char label[25];
        uint64_t self_ns;
    } why[HUD_WHYS];
};

struct hud_data {
    enum hud_panel panel;
    struct hud_row row[HUD_ROWS]; /* of a panel of rows */
    int32_t rows;
    struct hud_jank jank;
    const char *title; /* of such a panel */
    bool connected;
    bool has_intervals; /* false: the figures over intervals are not there */
    char session[HUD_NAME_MAX + 1];
    uint64_t budget_ns;
    uint64_t milli_fps;
    uint64_t avg_ns, p95_ns, p99_ns;
    uint64_t long_frames;
    uint64_t dropped;
    uint64_t records_lost;        /* overwritten in the lanes, or refused */
    uint64_t cost_ns;             /* what perfd's calls took in its last whole second */
    struct hud_bar bar[HUD_BARS]; /* the oldest first */
    int32_t bars;
};

/* Appends a bar; the oldest goes when there are HUD_BARS. */
void hud_add_bar(struct hud_data *data, struct hud_bar bar);

/* A bar's height in pixels: 0 where there is no interval, else 1..HUD_BAR_HEIGHT, rounded half up.
 */
int32_t hud_bar_height(uint64_t interval_ns, uint64_t budget_ns);

/* Draws what stands on the panel, whose glass is there already. */
void hud_draw(struct canvas *canvas, struct rect panel, const struct hud_data *data);

#endif
