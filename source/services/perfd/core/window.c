/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

enum frame_cause frame_cause(uint64_t work_ns, uint64_t gpu_ns, uint64_t budget_ns)
{
    if (work_ns > budget_ns)
        return CAUSE_APP;
    if (gpu_ns > budget_ns)
        return CAUSE_GPU;
    return work_ns != 0 ? CAUSE_PIPELINE : CAUSE_UNKNOWN;
}

uint64_t frame_work_ns(const struct frame *f)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < PERFD_PHASES; i++)
        sum += f->phase_ns[i];
    return sum;
}

uint64_t frame_missed(uint64_t interval_ns, uint64_t budget_ns)
{
    /* floor((2 T + B) / (2 B)) is T / B with halves rounded up: 2 T might not fit. */
    uint64_t vsyncs = interval_ns / budget_ns;
    vsyncs += 2 * (interval_ns % budget_ns) >= budget_ns;
    return vsyncs > 0 ? vsyncs - 1 : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t frame_missing(uint64_t interval_ns, uint64_t budget_ns, uint64_t unpresented)
{
    return larger(frame_missed(interval_ns, budget_ns), unpresented);
}

uint64_t *window_reset(struct window *w, struct frame *ring, uint32_t size, uint64_t *words)
{
    *w = (struct window){.ring = ring, .size = size};
    words = order_reset(&w->interval, words, size);
    words = order_reset(&w->work, words, size);
    return order_reset(&w->latency, words, size);
}

uint64_t window_oldest(const struct window *w)
{
    return w->newest - w->held + 1;
}

const struct frame *window_frame(const struct window *w, uint64_t seq)
{
    uint32_t back = (uint32_t)(w->newest - seq) + 1;
    return &w->ring[w->next >= back ? w->next - back : w->next + w->size - back];
}

uint64_t window_interval_ns(const struct window *w, uint64_t seq)
{
    const struct frame *f = window_frame(w, seq);
    if (!f->has_interval)
        return 0;
    if (seq == window_oldest(w))
        return f->presented_at_ns - w->before_ns;
    return f->presented_at_ns - window_frame(w, seq - 1)->presented_at_ns;
}

static void count_in(struct window *w, const struct frame *f, uint64_t interval_ns, uint64_t missed)
{
    w->frames++;
    w->long_frames += f->is_long;
    w->late += f->late;
    w->over_budget += f->over_budget;
    w->dropped += larger(missed, f->unpresented);
    if (f->has_interval) {
        w->interval_ns += interval_ns;
        order_insert(&w->interval, interval_ns);
    }
    uint64_t work_ns = frame_work_ns(f);
    if (work_ns != 0) {
        wide_add(&w->work_ns, work_ns);
        order_insert(&w->work, work_ns);
    }
    if (f->input_at_ns != 0)
        order_insert(&w->latency, f->presented_at_ns - f->input_at_ns);
}

static void count_out(struct window *w, const struct frame *f, uint64_t interval_ns)
{
    w->frames--;
    w->long_frames -= f->is_long;
    w->late -= f->late;
    w->over_budget -= f->over_budget;
    w->dropped -= frame_missing(interval_ns, f->budget_ns, f->unpresented);
    if (f->has_interval) {
        w->interval_ns -= interval_ns;
        order_remove(&w->interval, interval_ns);
    }
    uint64_t work_ns = frame_work_ns(f);
    if (work_ns != 0) {
        wide_subtract(&w->work_ns, work_ns);
        order_remove(&w->work, work_ns);
    }
    if (f->input_at_ns != 0)
        order_remove(&w->latency, f->presented_at_ns - f->input_at_ns);
}

/* Takes the oldest frame out of a full ring. True: a counted interval left. */
static bool evict(struct window *w)
{
    const struct frame *f = &w->ring[w->next];
    if (f->counted)
        count_out(w, f, f->has_interval ? f->presented_at_ns - w->before_ns : 0);
    w->before_ns = f->presented_at_ns;
    w->held--;
    return f->counted && f->has_interval;
}

bool window_push(struct window *w, const struct frame *f, uint64_t interval_ns, uint64_t missed)
{
    bool left = w->held == w->size && evict(w);
    w->ring[w->next] = *f;
    w->next = w->next + 1 < w->size ? w->next + 1 : 0;
    w->held++;
    w->newest++;
    if (f->counted)
        count_in(w, f, interval_ns, missed);
    if (w->held == w->size)
        window_expect(w);
    return left;
}
