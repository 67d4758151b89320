/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a session, read from what every tick keeps up to date. */
#include "apart.h"
#include "core.h"
#include "phase.h"
#include "run.h"

#define PER_MILLI_FPS UINT64_C(1000000000000) /* ns times thousandths in a second */

/* Under so many intervals the slowest in a thousand is not known. */
#define LOW01_LEAST 1000

/* ceil(n * per_mille / 1000): the nearest rank. n < 2^54. */
static uint64_t rank_of(uint64_t n, uint64_t per_mille)
{
    return (n * per_mille + 999) / 1000;
}

/* Figures that follow each other in struct perfd_metrics, in thousandths. */
static const uint16_t percentiles[] = {500, 950, 990, 999};
enum { P50, P95, PERCENTILES = 4 };

/* `count` percentiles from `first` on; left alone where there are no values. */
static void order_percentiles(const struct order *o, unsigned first, unsigned count, uint64_t *out)
{
    for (unsigned i = 0; o->count > 0 && i < count; i++)
        out[i] = order_select(o, (size_t)rank_of(o->count, percentiles[first + i]));
}

APART uint64_t milli_fps(uint64_t intervals, uint64_t sum_ns)
{
    return intervals == 0 ? 0 : wide_scale(intervals, PER_MILLI_FPS, sum_ns);
}

static void window_intervals(const struct window *w, struct perfd_metrics *out)
{
    uint64_t n = w->interval.count;
    out->has_intervals = n > 0;
    if (n == 0)
        return;
    out->milli_fps = milli_fps(n, w->interval_ns);
    out->avg_ns = wide_scale(w->interval_ns, 1, n);
    order_percentiles(&w->interval, P50, 4, &out->p50_ns);
    out->longest_ns = order_select(&w->interval, w->interval.count);
    out->low1_milli_fps = milli_fps(1, out->p99_ns);
    if (n >= LOW01_LEAST)
        out->low01_milli_fps = milli_fps(1, out->p999_ns);
}

static void window_metrics(const struct window *w, struct perfd_metrics *out)
{
    window_intervals(w, out);
    out->frames = w->frames;
    out->long_frames = w->long_frames;
    out->dropped = w->dropped;
    out->late = w->late;
    out->over_budget = w->over_budget;
    if (w->work.count > 0)
        out->work_avg_ns = wide_divide(w->work_ns, w->work.count);
    order_percentiles(&w->work, P95, 2, &out->work_p95_ns);
    out->latency_count = w->latency.count;
    order_percentiles(&w->latency, P50, 3, &out->latency_p50_ns);
}

/* The window's must be there already: while they are exact, they are the session's. */
static void session_percentiles(const struct session *s, struct perfd_metrics *out)
{
    if (s->exact) {
        run_copy(&out->session_p50_ns, &out->p50_ns, PERCENTILES);
        return;
    }
    uint64_t *to = &out->session_p50_ns;
    for (unsigned i = 0; i < PERCENTILES; i++)
        to[i] = histogram_select(s->histogram, rank_of(s->histogram->count, percentiles[i]));
}

#define TOTAL(member, total)                                                                       \
    RUN_SAME(struct perfd_metrics, session_longest_ns, member, struct session, longest_ns, total)
TOTAL(session_long, long_frames);
TOTAL(session_dropped, dropped);
TOTAL(session_late, late);
TOTAL(session_ns, interval_ns);
TOTAL(jank_dropped, jank[CAUSE_NONE]);
TOTAL(jank_app, jank[CAUSE_APP]);
TOTAL(jank_gpu, jank[CAUSE_GPU]);
TOTAL(jank_pipeline, jank[CAUSE_PIPELINE]);
TOTAL(jank_unknown, jank[CAUSE_UNKNOWN]);
TOTAL(last_frame_id, last_frame_id);

void session_metrics(const struct session *s, struct perfd_metrics *out)
{
    *out = (struct perfd_metrics){.session = s->id};
    for (size_t i = 0; i < s->name_length; i++)
        out->name[i] = s->name[i];
    out->running = s->state == SESSION_RUNNING;
    out->session_exact = s->exact;
    out->budget_ns = s->budget_ns;
    out->long_frame_ns = session_long_frame_ns(s, s->budget_ns);
    window_metrics(&s->window, out);
    out->session_frames = s->frames;
    out->session_milli_fps = milli_fps(s->interval_count, s->interval_ns);
    session_percentiles(s, out);
    run_copy(&out->session_longest_ns, &s->longest_ns,
             RUN(struct session, longest_ns, last_frame_id));
}

int perfd_read_metrics(struct perfd *perfd, int client, uint32_t session, bool phases,
                       struct perfd_metrics *out)
{
    const struct session *s = sessions_readable(perfd, client, session);
    if (s == NULL)
        return PERFD_NOT_FOUND;
    session_metrics(s, out);
    out->has_phases = phases;
    for (unsigned i = 0; phases && i < PERFD_PHASES; i++)
        phase_metrics(&s->window, (enum perfd_phase)i, &out->phase[i]);
    return PERFD_OK;
}
