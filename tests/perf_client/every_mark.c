/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every mark there is, in a program that also does something; compiled with marks, with
 * -DPERF_DISABLED, and with -DNO_MARKS, which takes them out of the source.
 */
#ifdef NO_MARKS
#define MARK(...)
#define TOKEN(name, begin)
#else
#include "perf-client/perf.h"
#include "perf-client/perf_thread.h"
#include "perf-client/perf_vocabulary.h"
#define MARK(...)          __VA_ARGS__
#define TOKEN(name, begin) const struct perf_token name = begin
MARK(PERF_COUNTER(counter, "counter");)
MARK(PERF_GROUP(group, PERF_CPU_GROUP, perf_cpu_metrics);)
#endif

int sum(const int *values, int count);

int sum(const int *values, int count)
{
    int total = 0;
    MARK((void)perf_open(0);)
    MARK((void)perf_group_switch(&group, true);)
    MARK((void)perf_group_state(&group, PERF_CPU_IO_NS, PERF_METRIC_UNSUPPORTED, "none");)
    MARK((void)perf_thread_counters(true);)
    MARK(perf_span("span");)
    TOKEN(begun, perf_begin("begin", "category"));
    TOKEN(valued, perf_begin_value("begin value", total));
    for (int i = 0; i < count; i++) {
        MARK(perf_span_value("value", i);)
        MARK(PERF_SPAN_BUDGET("budget", "category", 1, 2, 3);)
        MARK(perf_phase("phase");)
        MARK(perf_instant("instant", "category");)
        MARK(perf_count(counter, i);)
        MARK(perf_count_set(counter, total);)
        MARK(perf_counter("now", total);)
        MARK(perf_group_add(&group, PERF_CPU_NS, i);)
        MARK(perf_group_set(&group, PERF_CPU_JIT_NS, total);)
        MARK(perf_cpu_set_mips(&group, i, total);)
        total += values[i];
    }
    MARK(perf_phase_end();)
    MARK(perf_end(valued);)
    MARK(perf_end(begun);)
    MARK(perf_flow_start("flow", 1);)
    MARK(perf_flow_next("flow", 1);)
    MARK(perf_flow_end("flow", 1);)
    MARK(perf_async_begin("async", 2);)
    MARK(perf_async_end("async", 2);)
    MARK((void)perf_hotspots_add("table", 0, 0);)
    MARK((void)perf_frame(0);)
    MARK((void)perf_frame_gpu(perf_frame_id(), 1);)
    MARK(perf_flush();)
    MARK(perf_close();)
    return total;
}
