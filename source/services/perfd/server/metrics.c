/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics and Health from the core's structures onto the wire. */
#include "server/service.h"

static uint32_t name_length(const char *name)
{
    uint32_t length = 0;
    while (length < PERFD_NAME_MAX && name[length] != '\0')
        length++;
    return length;
}

static void write_window(const struct perfd_metrics *from, struct perf_metrics_builder to)
{
    perf_metrics_set_budget_ns(to, from->budget_ns);
    perf_metrics_set_long_frame_ns(to, from->long_frame_ns);
    perf_metrics_set_frames(to, from->frames);
    perf_metrics_set_milli_fps(to, from->milli_fps);
    perf_metrics_set_avg_ns(to, from->avg_ns);
    perf_metrics_set_p50_ns(to, from->p50_ns);
    perf_metrics_set_p95_ns(to, from->p95_ns);
    perf_metrics_set_p99_ns(to, from->p99_ns);
    perf_metrics_set_p999_ns(to, from->p999_ns);
    perf_metrics_set_low1_milli_fps(to, from->low1_milli_fps);
    perf_metrics_set_low01_milli_fps(to, from->low01_milli_fps);
    perf_metrics_set_longest_ns(to, from->longest_ns);
    perf_metrics_set_long_frames(to, from->long_frames);
    perf_metrics_set_dropped(to, from->dropped);
    perf_metrics_set_late(to, from->late);
    perf_metrics_set_work_avg_ns(to, from->work_avg_ns);
    perf_metrics_set_work_p95_ns(to, from->work_p95_ns);
    perf_metrics_set_work_p99_ns(to, from->work_p99_ns);
    perf_metrics_set_over_budget(to, from->over_budget);
    perf_metrics_set_latency_count(to, from->latency_count);
    perf_metrics_set_latency_p50_ns(to, from->latency_p50_ns);
    perf_metrics_set_latency_p95_ns(to, from->latency_p95_ns);
    perf_metrics_set_latency_p99_ns(to, from->latency_p99_ns);
}

static void write_session(const struct perfd_metrics *from, struct perf_metrics_builder to)
{
    perf_metrics_set_session_frames(to, from->session_frames);
    perf_metrics_set_session_milli_fps(to, from->session_milli_fps);
    perf_metrics_set_session_p50_ns(to, from->session_p50_ns);
    perf_metrics_set_session_p95_ns(to, from->session_p95_ns);
    perf_metrics_set_session_p99_ns(to, from->session_p99_ns);
    perf_metrics_set_session_p999_ns(to, from->session_p999_ns);
    perf_metrics_set_session_longest_ns(to, from->session_longest_ns);
    perf_metrics_set_session_long(to, from->session_long);
    perf_metrics_set_session_dropped(to, from->session_dropped);
    perf_metrics_set_session_late(to, from->session_late);
    perf_metrics_set_session_ns(to, from->session_ns);
    perf_metrics_set_jank_dropped(to, from->jank_dropped);
    perf_metrics_set_jank_app(to, from->jank_app);
    perf_metrics_set_jank_gpu(to, from->jank_gpu);
    perf_metrics_set_jank_pipeline(to, from->jank_pipeline);
    perf_metrics_set_jank_unknown(to, from->jank_unknown);
}

void write_metrics(const struct perfd_metrics *from, struct perf_metrics_builder to)
{
    perf_metrics_set_session_id(to, from->session);
    perf_metrics_set_name(to, (struct nx_text){from->name, name_length(from->name)});
    perf_metrics_set_running(to, from->running);
    perf_metrics_set_has_intervals(to, from->has_intervals);
    perf_metrics_set_session_exact(to, from->session_exact);
    write_window(from, to);
    write_session(from, to);
    if (!from->has_phases)
        return;
    struct perf_phase_metrics_list_builder phases = perf_metrics_init_phases(to, PERFD_PHASES);
    for (uint32_t i = 0; i < PERFD_PHASES; i++) {
        struct perf_phase_metrics_builder phase = perf_phase_metrics_list_edit(phases, i);
        perf_phase_metrics_set_avg_ns(phase, from->phase[i].avg_ns);
        perf_phase_metrics_set_p95_ns(phase, from->phase[i].p95_ns);
        perf_phase_metrics_set_worst_ns(phase, from->phase[i].worst_ns);
    }
}

static void write_records(const struct perfd_health *from, struct perf_health_builder to)
{
    perf_health_set_written(to, from->written);
    perf_health_set_resident(to, from->resident);
    perf_health_set_overwritten(to, from->overwritten);
    perf_health_set_dropped_torn(to, from->dropped_torn);
    perf_health_set_dropped_malformed(to, from->dropped_malformed);
    perf_health_set_dropped_rate(to, from->dropped_rate);
    perf_health_set_dropped_no_session(to, from->dropped_no_session);
}

static void write_last_export(const struct perfd_health *from, struct perf_health_builder to)
{
    perf_health_set_copied(to, from->copied);
    perf_health_set_exported(to, from->exported);
    perf_health_set_cut(to, from->cut);
    perf_health_set_filtered(to, from->filtered);
    perf_health_set_unpaired(to, from->unpaired);
    perf_health_set_outside(to, from->outside);
    perf_health_set_begins(to, from->begins);
    perf_health_set_paired(to, from->paired);
    perf_health_set_closed_at_export(to, from->closed_at_export);
    perf_health_set_closed_by_parent(to, from->closed_by_parent);
    perf_health_set_begins_too_deep(to, from->begins_too_deep);
    perf_health_set_ends(to, from->ends);
    perf_health_set_orphan(to, from->orphan);
    perf_health_set_mismatched(to, from->mismatched);
    perf_health_set_ends_too_deep(to, from->ends_too_deep);
}

static void write_refusals(const struct perfd_health *from, struct perf_health_builder to)
{
    perf_health_set_ticks_backwards(to, from->ticks_backwards);
    perf_health_set_ticks_future(to, from->ticks_future);
    perf_health_set_ticks_invalid(to, from->ticks_invalid);
    perf_health_set_ticks_no_session(to, from->ticks_no_session);
    perf_health_set_ticks_busy(to, from->ticks_busy);
    perf_health_set_labels_used(to, from->labels_used);
    perf_health_set_labels_unknown(to, from->labels_unknown);
    perf_health_set_reject_invalid(to, from->rejected[PERFD_REJECT_INVALID]);
    perf_health_set_reject_denied(to, from->rejected[PERFD_REJECT_DENIED]);
    perf_health_set_reject_over_limit(to, from->rejected[PERFD_REJECT_OVER_LIMIT]);
    perf_health_set_reject_rate_limited(to, from->rejected[PERFD_REJECT_RATE_LIMITED]);
    perf_health_set_reject_malformed(to, from->rejected[PERFD_REJECT_MALFORMED]);
}

void write_health(const struct perfd_health *from, struct perf_health_builder to)
{
    perf_health_set_ledger_balanced(to, from->ledger_balanced);
    write_records(from, to);
    write_last_export(from, to);
    write_refusals(from, to);
    perf_health_set_calls(to, from->calls);
    perf_health_set_cost_last_second_ns(to, from->cost_last_second_ns);
    perf_health_set_worst_call_ns(to, from->worst_call_ns);
}
