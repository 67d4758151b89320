/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics and Health from the core's structures onto the wire. Figures lie in both in one order and
 * without a gap, so that they are written as one run: a call a figure was most of the code.
 */
#include "server/service.h"

#define SAME_PLACE(from, first, FIRST, member, FIELD)                                              \
    _Static_assert(offsetof(struct from, member) - offsetof(struct from, first) ==                 \
                       (FIELD) - (FIRST),                                                          \
                   #member)

#define METRIC(member, FIELD)                                                                      \
    SAME_PLACE(perfd_metrics, budget_ns, PERF_METRICS_AT_BUDGET_NS, member, PERF_METRICS_AT_##FIELD)
METRIC(budget_ns, BUDGET_NS);
METRIC(long_frame_ns, LONG_FRAME_NS);
METRIC(frames, FRAMES);
METRIC(milli_fps, MILLI_FPS);
METRIC(avg_ns, AVG_NS);
METRIC(p50_ns, P50_NS);
METRIC(p95_ns, P95_NS);
METRIC(p99_ns, P99_NS);
METRIC(p999_ns, P999_NS);
METRIC(low1_milli_fps, LOW1_MILLI_FPS);
METRIC(low01_milli_fps, LOW01_MILLI_FPS);
METRIC(longest_ns, LONGEST_NS);
METRIC(long_frames, LONG_FRAMES);
METRIC(dropped, DROPPED);
METRIC(late, LATE);
METRIC(work_avg_ns, WORK_AVG_NS);
METRIC(work_p95_ns, WORK_P95_NS);
METRIC(work_p99_ns, WORK_P99_NS);
METRIC(over_budget, OVER_BUDGET);
METRIC(latency_count, LATENCY_COUNT);
METRIC(latency_p50_ns, LATENCY_P50_NS);
METRIC(latency_p95_ns, LATENCY_P95_NS);
METRIC(latency_p99_ns, LATENCY_P99_NS);
METRIC(session_frames, SESSION_FRAMES);
METRIC(session_milli_fps, SESSION_MILLI_FPS);
METRIC(session_p50_ns, SESSION_P50_NS);
METRIC(session_p95_ns, SESSION_P95_NS);
METRIC(session_p99_ns, SESSION_P99_NS);
METRIC(session_p999_ns, SESSION_P999_NS);
METRIC(session_longest_ns, SESSION_LONGEST_NS);
METRIC(session_long, SESSION_LONG);
METRIC(session_dropped, SESSION_DROPPED);
METRIC(session_late, SESSION_LATE);
METRIC(session_ns, SESSION_NS);
METRIC(jank_dropped, JANK_DROPPED);
METRIC(jank_app, JANK_APP);
METRIC(jank_gpu, JANK_GPU);
METRIC(jank_pipeline, JANK_PIPELINE);
METRIC(jank_unknown, JANK_UNKNOWN);
#define METRICS_RUN RUN(struct perfd_metrics, budget_ns, jank_unknown)

#define PHASE(member, FIELD)                                                                       \
    SAME_PLACE(perfd_phase_metrics, avg_ns, PERF_PHASE_METRICS_AT_AVG_NS, member,                  \
               PERF_PHASE_METRICS_AT_##FIELD)
PHASE(avg_ns, AVG_NS);
PHASE(p95_ns, P95_NS);
PHASE(worst_ns, WORST_NS);
#define PHASE_RUN RUN(struct perfd_phase_metrics, avg_ns, worst_ns)

#define HEALTH(member, FIELD)                                                                      \
    SAME_PLACE(perfd_health, written, PERF_HEALTH_AT_WRITTEN, member, PERF_HEALTH_AT_##FIELD)
HEALTH(written, WRITTEN);
HEALTH(resident, RESIDENT);
HEALTH(overwritten, OVERWRITTEN);
HEALTH(dropped_torn, DROPPED_TORN);
HEALTH(dropped_malformed, DROPPED_MALFORMED);
HEALTH(dropped_rate, DROPPED_RATE);
HEALTH(dropped_no_session, DROPPED_NO_SESSION);
HEALTH(copied, COPIED);
HEALTH(exported, EXPORTED);
HEALTH(cut, CUT);
HEALTH(filtered, FILTERED);
HEALTH(unpaired, UNPAIRED);
HEALTH(outside, OUTSIDE);
HEALTH(begins, BEGINS);
HEALTH(paired, PAIRED);
HEALTH(closed_at_export, CLOSED_AT_EXPORT);
HEALTH(closed_by_parent, CLOSED_BY_PARENT);
HEALTH(begins_too_deep, BEGINS_TOO_DEEP);
HEALTH(ends, ENDS);
HEALTH(orphan, ORPHAN);
HEALTH(mismatched, MISMATCHED);
HEALTH(ends_too_deep, ENDS_TOO_DEEP);
HEALTH(ticks_backwards, TICKS_BACKWARDS);
HEALTH(ticks_future, TICKS_FUTURE);
HEALTH(ticks_invalid, TICKS_INVALID);
HEALTH(ticks_no_session, TICKS_NO_SESSION);
HEALTH(ticks_busy, TICKS_BUSY);
HEALTH(labels_used, LABELS_USED);
HEALTH(labels_unknown, LABELS_UNKNOWN);
HEALTH(rejected[PERFD_REJECT_INVALID], REJECT_INVALID);
HEALTH(rejected[PERFD_REJECT_DENIED], REJECT_DENIED);
HEALTH(rejected[PERFD_REJECT_OVER_LIMIT], REJECT_OVER_LIMIT);
HEALTH(rejected[PERFD_REJECT_RATE_LIMITED], REJECT_RATE_LIMITED);
HEALTH(rejected[PERFD_REJECT_MALFORMED], REJECT_MALFORMED);
HEALTH(calls, CALLS);
HEALTH(cost_last_second_ns, COST_LAST_SECOND_NS);
HEALTH(worst_call_ns, WORST_CALL_NS);
#define HEALTH_RUN RUN(struct perfd_health, written, worst_call_ns)

FLAG(METRICS, RUNNING, HAS_INTERVALS, 1);
FLAG(METRICS, RUNNING, SESSION_EXACT, 2);

void write_metrics(const struct perfd_metrics *from, struct perf_metrics_builder to)
{
    perf_metrics_set_session_id(to, from->session);
    perf_metrics_set_name(to, nx_text_of(from->name));
    write_flags(to.s, PERF_METRICS_BIT_RUNNING,
                (unsigned)from->running | (unsigned)from->has_intervals << 1 |
                    (unsigned)from->session_exact << 2);
    write_run(to.s, PERF_METRICS_AT_BUDGET_NS, &from->budget_ns, METRICS_RUN);
    perf_metrics_set_last_frame_id(to, from->last_frame_id);
    if (!from->has_phases)
        return;
    struct perf_phase_metrics_list_builder phases = perf_metrics_init_phases(to, PERFD_PHASES);
    for (uint32_t i = 0; i < PERFD_PHASES; i++)
        write_run(perf_phase_metrics_list_edit(phases, i).s, PERF_PHASE_METRICS_AT_AVG_NS,
                  &from->phase[i].avg_ns, PHASE_RUN);
}

void write_health(const struct perfd_health *from, struct perf_health_builder to)
{
    perf_health_set_ledger_balanced(to, from->ledger_balanced);
    write_run(to.s, PERF_HEALTH_AT_WRITTEN, &from->written, HEALTH_RUN);
}
