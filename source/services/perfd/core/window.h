/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window: a ring of the last N presented frames, with every figure over it kept up to date.
 *
 * The ring holds frames by sequence number: the session's first presented frame is 1, the newest is
 * `newest`, and `held` of them are there. An interval is not stored: it is the difference to the
 * frame before, and the oldest frame's predecessor left its time in before_ns.
 *
 * Only counted frames (past the warm-up) are in the figures.
 */
#ifndef PERFD_CORE_WINDOW_H
#define PERFD_CORE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "order.h"
#include "perfd/perfd.h"
#include "wide.h"

/* Why a presented frame is janky. A frame that was thrown away has no entry in the ring. */
enum frame_cause {
    CAUSE_NONE, /* not janky */
    CAUSE_APP,
    CAUSE_GPU,
    CAUSE_PIPELINE,
    CAUSE_UNKNOWN,
    FRAME_CAUSES,
};

#define FRAME_UNPRESENTED_MAX ((1u << 20) - 1)
#define FRAME_BUDGET_MASK     ((UINT64_C(1) << 34) - 1)

struct frame {
    uint64_t frame_id;
    uint64_t presented_at_ns;
    uint64_t phase_ns[PERFD_PHASES];
    uint64_t began_at_ns, deadline_at_ns, input_at_ns; /* 0: not given */

    uint64_t budget_ns : 34;   /* in force for this frame; at most 10 s */
    uint64_t unpresented : 20; /* frames thrown away since the one before; FRAME_UNPRESENTED_MAX: or
                                  more */
    uint64_t counted : 1;      /* past the warm-up */
    uint64_t has_interval : 1;
    uint64_t is_long : 1;
    uint64_t late : 1;
    uint64_t dropped : 1; /* vsyncs were missed or frames thrown away before it */
    uint64_t idle : 1;    /* the gap before it was on purpose */
    uint64_t over_budget : 1;
    uint64_t cause : 3; /* enum frame_cause */
};

_Static_assert(sizeof(struct frame) == PERFD_FRAME_BYTES, "config.h knows the frame's size");

/* Why a frame that is long, late or missed a vsync is janky; 0: not known. */
enum frame_cause frame_cause(uint64_t work_ns, uint64_t gpu_ns, uint64_t budget_ns);

/* The sum of the phases; 0: unknown. */
uint64_t frame_work_ns(const struct frame *f);

/* The vsyncs that went by during an interval without a frame; halves count. interval_ns 0: none. */
uint64_t frame_missed(uint64_t interval_ns, uint64_t budget_ns);

/* How many frames are missing before this one: the larger of the vsyncs that it missed and the
 * frames thrown away. */
uint64_t frame_missing(uint64_t interval_ns, uint64_t budget_ns, uint64_t unpresented);

struct window {
    struct frame *ring;
    uint32_t size; /* of the ring */
    uint32_t held;
    uint32_t
        next; /* the ring's place that the next frame takes; the oldest one's where it is full */
    uint64_t newest;    /* sequence number of the newest frame; 0: none yet */
    uint64_t before_ns; /* when the frame before the oldest one held was shown, if there was one */

    /* Over the counted frames held. */
    uint32_t frames, long_frames, late, over_budget;
    uint64_t dropped;
    uint64_t interval_ns; /* sum */
    struct wide work_ns;  /* sum */
    struct order interval, work, latency;
};

#define WINDOW_ORDERS 3

/* Makes it empty. ring has size entries; takes WINDOW_ORDERS times order_words(size) from `words`
 * on and returns what is behind them. */
uint64_t *window_reset(struct window *w, struct frame *ring, uint32_t size, uint64_t *words);

/* Sequence number of the oldest frame held; newest + 1 where none is. */
uint64_t window_oldest(const struct window *w);

/* The frame with this sequence number, which is held. */
const struct frame *window_frame(const struct window *w, uint64_t seq);

/* Its interval; 0: none. */
uint64_t window_interval_ns(const struct window *w, uint64_t seq);

/*
 * Adds a frame, complete with its flags, that was shown after the newest one; the oldest leaves
 * where the ring is full. interval_ns (0: none) and missed, the vsyncs that the frame missed, are
 * what the caller has worked out from it. True: a counted interval left.
 */
bool window_push(struct window *w, const struct frame *f, uint64_t interval_ns, uint64_t missed);

/* window_ahead.c: the ring is full, and the oldest frame goes next. Or window_ahead_none.c. */
void window_expect(const struct window *w);

#endif
