/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a frame leaves for perfd: the begins and ends of its steps, its counters and instants, kept
 * until the link sends them in one call.
 */
#ifndef SYSTEMUI_SPANS_H
#define SYSTEMUI_SPANS_H

#include <stdint.h>

#include "platform.h"

#define SPANS_MAX 64 /* records that one call may carry */

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

enum span_kind { SPAN_BEGIN, SPAN_END, SPAN_INSTANT, SPAN_COUNTER };

struct span_record {
    uint64_t time_ns;
    int64_t value; /* of a counter */
    enum span_label label;
    enum span_kind kind;
};

struct spans {
    struct span_record record[SPANS_MAX];
    uint32_t count;
    uint32_t left_out; /* found no room, since the start */
};

/* Each stores its record and returns its time. */
uint64_t spans_begin(struct spans *spans, struct systemui_platform *platform,
                     enum span_label label);
uint64_t spans_end(struct spans *spans, struct systemui_platform *platform, enum span_label label);

/* A begin, an end or an instant whose time is known already. */
void spans_at(struct spans *spans, uint64_t time_ns, enum span_label label, enum span_kind kind);

void spans_counter(struct spans *spans, uint64_t time_ns, enum span_label label, uint64_t value);

#endif
