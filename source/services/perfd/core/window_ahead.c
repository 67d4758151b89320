/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long window is more than a cache holds. Which frame goes next is known a tick early: what its
 * going will touch can be fetched meanwhile.
 */
#include "window.h"

void window_expect(const struct window *w)
{
    if (PERFD_ORDER_FULL(w->size) == PERFD_ORDER_FULL(1))
        return; /* runs are at their shortest: all of it is in a cache */
    const struct frame *f = &w->ring[w->next];
    if (f->has_interval)
        order_expect(&w->interval, f->presented_at_ns - w->before_ns);
    uint64_t work_ns = frame_work_ns(f);
    if (work_ns != 0)
        order_expect(&w->work, work_ns);
    if (f->input_at_ns != 0)
        order_expect(&w->latency, f->presented_at_ns - f->input_at_ns);
}
