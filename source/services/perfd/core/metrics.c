/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a session, read from what every tick keeps up to date. */
#include "core.h"
#include "phase.h"

#define PER_MILLI_FPS UINT64_C(1000000000000) /* ns times thousandths in a second */

/* Under so many intervals the slowest in a thousand is not known. */
#define LOW01_LEAST 1000

/* ceil(n * numerator / denominator): the nearest rank. n < 2^54. */
static uint64_t rank_of(uint64_t n, uint64_t numerator, uint64_t denominator)
{
    return (n * numerator + denominator - 1) / denominator;
}

/* 0 where there are no values. */
static uint64_t order_percentile(const struct order *o, uint32_t per_mille)
{
    if (o->count == 0)
        return 0;
    return order_select(o, (uint32_t)rank_of(o->count, per_mille, 1000));
}

static uint64_t histogram_percentile(const struct histogram *h, uint64_t per_mille)
{
    return histogram_select(h, rank_of(h->count, per_mille, 1000));
}

static uint64_t milli_fps(uint64_t intervals, uint64_t sum_ns)
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
    out->p50_ns = order_percentile(&w->interval, 500);
    out->p95_ns = order_percentile(&w->interval, 950);
    out->p99_ns = order_percentile(&w->interval, 990);
    out->p999_ns = order_percentile(&w->interval, 999);
    out->longest_ns = order_percentile(&w->interval, 1000);
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
    out->work_p95_ns = order_percentile(&w->work, 950);
    out->work_p99_ns = order_percentile(&w->work, 990);
    out->latency_count = w->latency.count;
    out->latency_p50_ns = order_percentile(&w->latency, 500);
    out->latency_p95_ns = order_percentile(&w->latency, 950);
    out->latency_p99_ns = order_percentile(&w->latency, 990);
}

/* The window's must be there already: while they are exact, they are the session's. */
static void session_percentiles(const struct session *s, struct perfd_metrics *out)
{
    if (s->exact) {
        out->session_p50_ns = out->p50_ns;
        out->session_p95_ns = out->p95_ns;
        out->session_p99_ns = out->p99_ns;
        out->session_p999_ns = out->p999_ns;
        return;
    }
    out->session_p50_ns = histogram_percentile(s->histogram, 500);
    out->session_p95_ns = histogram_percentile(s->histogram, 950);
    out->session_p99_ns = histogram_percentile(s->histogram, 990);
    out->session_p999_ns = histogram_percentile(s->histogram, 999);
}

void session_metrics(const struct session *s, bool phases, struct perfd_metrics *out)
{
    *out = (struct perfd_metrics){
        .session = s->id,
        .running = s->state == SESSION_RUNNING,
        .session_exact = s->exact,
        .has_phases = phases,
        .budget_ns = s->budget_ns,
        .long_frame_ns = session_long_frame_ns(s, s->budget_ns),
        .session_frames = s->frames,
        .session_milli_fps = milli_fps(s->interval_count, s->interval_ns),
        .session_longest_ns = s->longest_ns,
        .session_long = s->long_frames,
        .session_dropped = s->dropped,
        .session_late = s->late,
        .session_ns = s->interval_ns,
        .jank_dropped = s->jank_dropped,
        .jank_app = s->jank_app,
        .jank_gpu = s->jank_gpu,
        .jank_pipeline = s->jank_pipeline,
        .jank_unknown = s->jank_unknown,
    };
    for (uint32_t i = 0; i < s->name_length; i++)
        out->name[i] = s->name[i];
    window_metrics(&s->window, out);
    session_percentiles(s, out);
    for (unsigned i = 0; phases && i < PERFD_PHASES; i++)
        out->phase[i] = phase_metrics(&s->window, (enum perfd_phase)i);
}

int perfd_read_metrics(struct perfd *perfd, int client, uint32_t session, bool phases,
                       struct perfd_metrics *out)
{
    const struct session *s = sessions_readable(perfd, client, session);
    if (s == NULL)
        return PERFD_NOT_FOUND;
    session_metrics(s, phases, out);
    return PERFD_OK;
}
