/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a frame leaves for perfd: marks at the begins and ends of its steps, its counters and
 * instants. Each looks at the platform's clock as well, which is what frames are made of; where
 * marks are not stamped in ticks that same look is their stamp.
 */
#ifndef SYSTEMUI_SPANS_H
#define SYSTEMUI_SPANS_H

#include <stdint.h>

#include "perf-client/perf.h"
#include "platform.h"

/* Steps, counters and instants by the labels that they have in the trace. */
enum span_label {
    SPAN_UI,
    SPAN_LAYOUT,
    SPAN_RENDER,
    SPAN_PRESENT,
    SPAN_WALLPAPER,
    SPAN_WINDOWS,
    SPAN_LIST,
    SPAN_TEXT,
    SPAN_CLOCK,
    SPAN_GLASS,
    SPAN_HUD,
    SPAN_HEAVY_BLUR,
    SPAN_PERFD,
    SPAN_INPUT,   /* an instant */
    SPAN_GLYPHS,  /* a counter */
    SPAN_BLENDED, /* a counter */
    SPAN_LABELS
};

struct spans {
    uint64_t now_ns; /* the last look at the clock */
    struct perf_token open[SPAN_LABELS];
};

void spans_init(struct spans *spans);

/* Each gives the time that it saw. */
uint64_t spans_begin(struct spans *spans, struct systemui_platform *platform,
                     enum span_label label);
uint64_t spans_end(struct spans *spans, struct systemui_platform *platform, enum span_label label);

/* At the time of the last begin or end. */
void spans_instant(enum span_label label);
void spans_counter(enum span_label label, uint64_t value);

/* For perf_options: the time of the last begin or end of a struct spans. */
uint64_t spans_stamp_ns(void *spans);

/* Asks for all labels, so that no frame has to wait for one. */
void spans_intern(void);

#endif
