/* SPDX-License-Identifier: Apache-2.0 */
/* Frames one by one, for who draws them. */
#include "core.h"
#include "run.h"

static void fill_sample(const struct window *w, uint64_t seq, struct perfd_frame_sample *out)
{
    const struct frame *f = window_frame(w, seq);
    out->seq = seq;
    out->frame_id = f->frame_id;
    out->presented_at_ns = f->presented_at_ns;
    out->interval_ns = window_interval_ns(w, seq);
    out->work_ns = frame_work_ns(f);
    run_copy(out->phase_ns, f->phase_ns, PERFD_PHASES);
    out->budget_ns = f->budget_ns;
    out->is_long = f->is_long;
    out->dropped = f->dropped;
    out->late = f->late;
    out->idle = f->idle;
}

int perfd_read_frames(const struct perfd *perfd, int client, uint32_t session, uint64_t after_seq,
                      struct perfd_frame_sample *out, uint32_t max, uint64_t *missed)
{
    const struct session *s = sessions_readable(perfd, client, session);
    if (s == NULL)
        return PERFD_NOT_FOUND;
    const struct window *w = &s->window;
    uint64_t gone = window_oldest(w) - 1;
    uint64_t after = after_seq;
    *missed = 0;
    if (after < gone) {
        *missed = gone - after;
        after = gone;
    }
    uint64_t there = after < w->newest ? w->newest - after : 0;
    uint32_t n = there < max ? (uint32_t)there : max; /* no more than a ring has */
    for (uint32_t i = 0; out != NULL && i < n; i++)
        fill_sample(w, after + 1 + i, &out[i]);
    return (int)n;
}
