/* SPDX-License-Identifier: Apache-2.0 */
#include "spans.h"

static const struct {
    const char *name;
    const char *category;
} texts[SPAN_LABELS] = {
    [SPAN_UI] = {"ui", "phase"},
    [SPAN_LAYOUT] = {"layout", "phase"},
    [SPAN_RENDER] = {"render", "phase"},
    [SPAN_PRESENT] = {"present", "phase"},
    [SPAN_WALLPAPER] = {"wallpaper", "draw"},
    [SPAN_WINDOWS] = {"windows", "draw"},
    [SPAN_LIST] = {"list", "draw"},
    [SPAN_TEXT] = {"text", "draw"},
    [SPAN_CLOCK] = {"clock", "draw"},
    [SPAN_GLASS] = {"glass", "draw"},
    [SPAN_HUD] = {"hud", "draw"},
    [SPAN_HEAVY_BLUR] = {"heavy blur", "draw"},
    [SPAN_PERFD] = {"perfd calls", "perfd"},
    [SPAN_INPUT] = {"input", "input"},
    [SPAN_GLYPHS] = {"glyphs", "draw"},
    [SPAN_BLENDED] = {"pixels blended", "draw"},
};

/* Labels are of the program and not of a place in it: several places mark with one. */
static struct perf_site sites[SPAN_LABELS];

static enum perf_lane_kind kind_of(uint32_t label)
{
    if (label < SPAN_INPUT)
        return PERF_LANE_BEGIN;
    return label == SPAN_INPUT ? PERF_LANE_INSTANT : PERF_LANE_COUNTER;
}

void spans_init(struct spans *spans)
{
    *spans = (struct spans){.now_ns = 0};
    for (uint32_t i = 0; i < SPAN_LABELS; i++)
        sites[i] = (struct perf_site){
            .kind = kind_of(i),
            .file = "",
            .name = texts[i].name,
            .category = texts[i].category,
        };
}

uint64_t spans_begin(struct spans *spans, struct systemui_platform *platform, enum span_label label)
{
    spans->now_ns = systemui_now_ns(platform);
    spans->open[label] = perf_begin_at(&sites[label]);
    return spans->now_ns;
}

uint64_t spans_end(struct spans *spans, struct systemui_platform *platform, enum span_label label)
{
    spans->now_ns = systemui_now_ns(platform);
    perf_end(spans->open[label]);
    return spans->now_ns;
}

void spans_instant(enum span_label label)
{
    perf_mark_at(&sites[label]);
}

void spans_counter(enum span_label label, uint64_t value)
{
    perf_value_at(&sites[label], value > INT64_MAX ? INT64_MAX : value);
}

uint64_t spans_stamp_ns(void *spans)
{
    return ((const struct spans *)spans)->now_ns;
}

void spans_intern(void)
{
    for (uint32_t i = 0; i < SPAN_LABELS; i++)
        (void)perf_intern(&sites[i]);
}
