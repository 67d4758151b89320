/* SPDX-License-Identifier: Apache-2.0 */
/* Figures for people and for programs. Both show what the service computed, and compute nothing. */
#include "perfctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int finish_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    perror("perfctl: stdout");
    return EXIT_STATUS;
}

void print_json(json_t *value)
{
    /* 15 digits give back every integer of ns up to 11 days as the milliseconds that they are. */
    if (value == NULL || json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) != 0) {
        fprintf(stderr, "perfctl: cannot print JSON\n");
        exit(EXIT_STATUS);
    }
    putchar('\n');
    json_decref(value);
}

json_t *json_ms(uint64_t ns, bool present)
{
    return present ? json_real((double)ns / 1e6) : json_null();
}

static json_t *json_fps(uint64_t milli_fps, bool present)
{
    return present ? json_real((double)milli_fps / 1e3) : json_null();
}

json_t *json_count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

json_t *json_text(struct nx_text text)
{
    json_t *value = json_stringn(text.bytes, text.length);
    return value != NULL ? value : json_string("?"); /* not UTF-8 */
}

const char *json_text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* C1, in UTF-8: terminals take them as they take ESC and a letter. */
static bool is_c1(const char *bytes, size_t left)
{
    return left >= 2 && (unsigned char)bytes[0] == 0xc2 && (unsigned char)bytes[1] >= 0x80 &&
           (unsigned char)bytes[1] < 0xa0;
}

static void put_bytes(FILE *to, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        const bool c1 = is_c1(bytes + i, length - i);
        (void)putc(byte < 0x20 || byte == 0x7f || c1 ? '?' : byte, to);
        i += c1;
    }
}

void put_string(FILE *to, const char *string)
{
    put_bytes(to, string, strlen(string));
}

void print_text(struct nx_text text)
{
    put_bytes(stdout, text.bytes, text.length);
}

bool text_is(struct nx_text text, const char *string)
{
    return strlen(string) == text.length && memcmp(string, text.bytes, text.length) == 0;
}

void print_owned(struct nx_text name, uint32_t pid, struct nx_text process, bool closed)
{
    print_text(name);
    if (pid != 0) {
        printf(" of ");
        print_text(process);
        printf(" (pid %" PRIu32 ")", pid);
    }
    printf("%s", closed ? ", gone" : "");
}

static void add_window(json_t *to, struct perf_metrics_reader m)
{
    bool any = perf_metrics_get_has_intervals(m);
    bool thousand = perf_metrics_get_low01_milli_fps(m) != 0;
    json_object_set_new(to, "fps", json_fps(perf_metrics_get_milli_fps(m), any));
    json_object_set_new(to, "avg", json_ms(perf_metrics_get_avg_ns(m), any));
    json_object_set_new(to, "p50", json_ms(perf_metrics_get_p50_ns(m), any));
    json_object_set_new(to, "p95", json_ms(perf_metrics_get_p95_ns(m), any));
    json_object_set_new(to, "p99", json_ms(perf_metrics_get_p99_ns(m), any));
    json_object_set_new(to, "p999", json_ms(perf_metrics_get_p999_ns(m), any));
    json_object_set_new(to, "low1Fps", json_fps(perf_metrics_get_low1_milli_fps(m), any));
    json_object_set_new(to, "low01Fps", json_fps(perf_metrics_get_low01_milli_fps(m), thousand));
    json_object_set_new(to, "longest", json_ms(perf_metrics_get_longest_ns(m), any));
    json_object_set_new(to, "frames", json_count(perf_metrics_get_frames(m)));
    json_object_set_new(to, "longFrames", json_count(perf_metrics_get_long_frames(m)));
    json_object_set_new(to, "dropped", json_count(perf_metrics_get_dropped(m)));
    json_object_set_new(to, "late", json_count(perf_metrics_get_late(m)));
    json_object_set_new(to, "budgetMs", json_ms(perf_metrics_get_budget_ns(m), true));
    json_object_set_new(to, "longFrameMs", json_ms(perf_metrics_get_long_frame_ns(m), true));
}

static void add_work_and_latency(json_t *to, struct perf_metrics_reader m)
{
    bool work = perf_metrics_get_work_p99_ns(m) != 0;
    bool latency = perf_metrics_get_latency_count(m) != 0;
    json_object_set_new(to, "workAvg", json_ms(perf_metrics_get_work_avg_ns(m), work));
    json_object_set_new(to, "workP95", json_ms(perf_metrics_get_work_p95_ns(m), work));
    json_object_set_new(to, "workP99", json_ms(perf_metrics_get_work_p99_ns(m), work));
    json_object_set_new(to, "overBudget", json_count(perf_metrics_get_over_budget(m)));
    json_object_set_new(to, "latencyCount", json_count(perf_metrics_get_latency_count(m)));
    json_object_set_new(to, "latencyP50", json_ms(perf_metrics_get_latency_p50_ns(m), latency));
    json_object_set_new(to, "latencyP95", json_ms(perf_metrics_get_latency_p95_ns(m), latency));
    json_object_set_new(to, "latencyP99", json_ms(perf_metrics_get_latency_p99_ns(m), latency));
}

static void add_session(json_t *to, struct perf_metrics_reader m)
{
    bool any = perf_metrics_get_session_longest_ns(m) != 0;
    json_object_set_new(to, "sessionFrames", json_count(perf_metrics_get_session_frames(m)));
    json_object_set_new(to, "sessionFps", json_fps(perf_metrics_get_session_milli_fps(m), any));
    json_object_set_new(to, "sessionP50", json_ms(perf_metrics_get_session_p50_ns(m), any));
    json_object_set_new(to, "sessionP95", json_ms(perf_metrics_get_session_p95_ns(m), any));
    json_object_set_new(to, "sessionP99", json_ms(perf_metrics_get_session_p99_ns(m), any));
    json_object_set_new(to, "sessionP999", json_ms(perf_metrics_get_session_p999_ns(m), any));
    json_object_set_new(to, "sessionLongest", json_ms(perf_metrics_get_session_longest_ns(m), any));
    json_object_set_new(to, "sessionLongFrames", json_count(perf_metrics_get_session_long(m)));
    json_object_set_new(to, "sessionDropped", json_count(perf_metrics_get_session_dropped(m)));
    json_object_set_new(to, "sessionLate", json_count(perf_metrics_get_session_late(m)));
    json_object_set_new(to, "sessionTime", json_ms(perf_metrics_get_session_ns(m), true));
    json_object_set_new(to, "sessionExact", json_boolean(perf_metrics_get_session_exact(m)));
    json_object_set_new(to, "jankDropped", json_count(perf_metrics_get_jank_dropped(m)));
    json_object_set_new(to, "jankApp", json_count(perf_metrics_get_jank_app(m)));
    json_object_set_new(to, "jankGpu", json_count(perf_metrics_get_jank_gpu(m)));
    json_object_set_new(to, "jankPipeline", json_count(perf_metrics_get_jank_pipeline(m)));
    json_object_set_new(to, "jankUnknown", json_count(perf_metrics_get_jank_unknown(m)));
}

static const char *bound_name(enum perf_bound bound)
{
    static const char *const names[] = {"unknown", "cpu", "gpu"};
    return (unsigned)bound < sizeof names / sizeof names[0] ? names[bound] : "?";
}

static void add_gpu(json_t *to, struct perf_metrics_reader m)
{
    bool any = perf_metrics_get_gpu_frames(m) > 0;
    json_object_set_new(to, "gpuFrames", json_count(perf_metrics_get_gpu_frames(m)));
    json_object_set_new(to, "gpuAvg", json_ms(perf_metrics_get_gpu_avg_ns(m), any));
    json_object_set_new(to, "gpuWorkAvg", json_ms(perf_metrics_get_gpu_work_avg_ns(m), any));
    json_object_set_new(to, "bound", json_string(bound_name(perf_metrics_get_bound(m))));
}

static const char *const phase_names[] = {"ui", "layout", "render", "present"};

enum { PHASES = sizeof phase_names / sizeof phase_names[0] };

static uint32_t phase_count(struct perf_phase_metrics_list_reader phases)
{
    uint32_t count = perf_phase_metrics_list_length(phases);
    return count < PHASES ? count : PHASES;
}

static json_t *phases_json(struct perf_phase_metrics_list_reader phases)
{
    json_t *to = json_object();
    for (uint32_t i = 0; i < phase_count(phases); i++) {
        struct perf_phase_metrics_reader phase = perf_phase_metrics_list_at(phases, i);
        bool any = perf_phase_metrics_get_worst_ns(phase) != 0;
        json_t *one = json_object();
        json_object_set_new(one, "avg", json_ms(perf_phase_metrics_get_avg_ns(phase), any));
        json_object_set_new(one, "p95", json_ms(perf_phase_metrics_get_p95_ns(phase), any));
        json_object_set_new(one, "worst", json_ms(perf_phase_metrics_get_worst_ns(phase), any));
        json_object_set_new(to, phase_names[i], one);
    }
    return to;
}

/* The keys are those of a trace's otherData. */
json_t *metrics_json(struct perf_metrics_reader m)
{
    json_t *to = json_object();
    json_object_set_new(to, "session", json_count(perf_metrics_get_session_id(m)));
    json_object_set_new(to, "name", json_text(perf_metrics_get_name(m)));
    json_object_set_new(to, "running", json_boolean(perf_metrics_get_running(m)));
    json_object_set_new(to, "lastFrameId", json_count(perf_metrics_get_last_frame_id(m)));
    add_window(to, m);
    add_work_and_latency(to, m);
    add_session(to, m);
    add_gpu(to, m);
    struct perf_phase_metrics_list_reader phases = perf_metrics_get_phases(m);
    if (perf_phase_metrics_list_length(phases) > 0)
        json_object_set_new(to, "phases", phases_json(phases));
    return to;
}

json_t *health_json(struct perf_health_reader h)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"written", perf_health_get_written(h)},
        {"resident", perf_health_get_resident(h)},
        {"overwritten", perf_health_get_overwritten(h)},
        {"droppedTorn", perf_health_get_dropped_torn(h)},
        {"droppedMalformed", perf_health_get_dropped_malformed(h)},
        {"droppedRate", perf_health_get_dropped_rate(h)},
        {"droppedNoSession", perf_health_get_dropped_no_session(h)},
        {"ticksBackwards", perf_health_get_ticks_backwards(h)},
        {"ticksFuture", perf_health_get_ticks_future(h)},
        {"ticksInvalid", perf_health_get_ticks_invalid(h)},
        {"ticksNoSession", perf_health_get_ticks_no_session(h)},
        {"ticksBusy", perf_health_get_ticks_busy(h)},
        {"labelsUsed", perf_health_get_labels_used(h)},
        {"labelsUnknown", perf_health_get_labels_unknown(h)},
        {"rejectInvalid", perf_health_get_reject_invalid(h)},
        {"rejectDenied", perf_health_get_reject_denied(h)},
        {"rejectOverLimit", perf_health_get_reject_over_limit(h)},
        {"rejectRateLimited", perf_health_get_reject_rate_limited(h)},
        {"rejectMalformed", perf_health_get_reject_malformed(h)},
        {"calls", perf_health_get_calls(h)},
        {"costLastSecondNs", perf_health_get_cost_last_second_ns(h)},
        {"worstCallNs", perf_health_get_worst_call_ns(h)},
        {"costLastFrameNs", perf_health_get_cost_last_frame_ns(h)},
        {"worstFrameNs", perf_health_get_worst_frame_ns(h)},
    };
    json_t *to = json_object();
    json_object_set_new(to, "ledgerBalanced", json_boolean(perf_health_get_ledger_balanced(h)));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        json_object_set_new(to, counts[i].key, json_count(counts[i].value));
    return to;
}

void print_ms_column(uint64_t ns)
{
    uint64_t us = ns / 1000 + (ns % 1000 >= 500);
    if (ns == 0)
        printf("%10s", "-");
    else
        printf("%6" PRIu64 ".%03" PRIu64, us / 1000, us % 1000);
}

const char *cause_text(enum perf_cause cause)
{
    static const char *const names[] = {"dropped", "app", "gpu", "pipeline", "unknown"};
    return (unsigned)cause < sizeof names / sizeof names[0] ? names[cause] : "?";
}

/* "16.667 ms" in nine columns, or "-". Rounded half up, as the markers are. */
static void print_ms(const char *name, uint64_t ns, bool present)
{
    uint64_t us = ns / 1000 + (ns % 1000 >= 500);
    if (present)
        printf("  %s %" PRIu64 ".%03" PRIu64, name, us / 1000, us % 1000);
    else
        printf("  %s -", name);
}

static void print_fps(uint64_t milli_fps, bool present)
{
    uint64_t centi = (milli_fps + 5) / 10;
    if (present)
        printf("%" PRIu64 ".%02" PRIu64 " fps", centi / 100, centi % 100);
    else
        printf("- fps");
}

static void print_phases(struct perf_phase_metrics_list_reader phases)
{
    for (uint32_t i = 0; i < phase_count(phases); i++) {
        struct perf_phase_metrics_reader phase = perf_phase_metrics_list_at(phases, i);
        bool any = perf_phase_metrics_get_worst_ns(phase) != 0;
        printf("  %-8s", phase_names[i]);
        print_ms("avg", perf_phase_metrics_get_avg_ns(phase), any);
        print_ms("p95", perf_phase_metrics_get_p95_ns(phase), any);
        print_ms("worst", perf_phase_metrics_get_worst_ns(phase), any);
        printf("\n");
    }
}

static void print_window(struct perf_metrics_reader m)
{
    bool any = perf_metrics_get_has_intervals(m);
    bool work = perf_metrics_get_work_p99_ns(m) != 0;
    printf("window    ");
    print_fps(perf_metrics_get_milli_fps(m), any);
    printf(" over %" PRIu64 " frames\n", perf_metrics_get_frames(m));
    printf("  interval");
    print_ms("avg", perf_metrics_get_avg_ns(m), any);
    print_ms("p50", perf_metrics_get_p50_ns(m), any);
    print_ms("p95", perf_metrics_get_p95_ns(m), any);
    print_ms("p99", perf_metrics_get_p99_ns(m), any);
    print_ms("longest", perf_metrics_get_longest_ns(m), any);
    printf(" ms\n  work    ");
    print_ms("avg", perf_metrics_get_work_avg_ns(m), work);
    print_ms("p95", perf_metrics_get_work_p95_ns(m), work);
    print_ms("p99", perf_metrics_get_work_p99_ns(m), work);
    printf("  over budget %" PRIu64 "\n", perf_metrics_get_over_budget(m));
    if (perf_metrics_get_latency_count(m) > 0) {
        printf("  latency ");
        print_ms("p50", perf_metrics_get_latency_p50_ns(m), true);
        print_ms("p95", perf_metrics_get_latency_p95_ns(m), true);
        print_ms("p99", perf_metrics_get_latency_p99_ns(m), true);
        printf("  inputs %" PRIu64 "\n", perf_metrics_get_latency_count(m));
    }
    printf("  long %" PRIu64 "  dropped %" PRIu64 "  late %" PRIu64 "\n",
           perf_metrics_get_long_frames(m), perf_metrics_get_dropped(m), perf_metrics_get_late(m));
    print_phases(perf_metrics_get_phases(m));
}

void print_metrics(struct perf_metrics_reader m)
{
    bool any = perf_metrics_get_session_longest_ns(m) != 0;
    printf("session %u  ", perf_metrics_get_session_id(m));
    print_text(perf_metrics_get_name(m));
    printf("  %s", perf_metrics_get_running(m) ? "running" : "stopped");
    print_ms("budget", perf_metrics_get_budget_ns(m), true);
    print_ms("long from", perf_metrics_get_long_frame_ns(m), true);
    printf(" ms\n");
    print_window(m);
    printf("session   ");
    print_fps(perf_metrics_get_session_milli_fps(m), any);
    printf(" over %" PRIu64 " frames\n  interval", perf_metrics_get_session_frames(m));
    print_ms("p50", perf_metrics_get_session_p50_ns(m), any);
    print_ms("p95", perf_metrics_get_session_p95_ns(m), any);
    print_ms("p99", perf_metrics_get_session_p99_ns(m), any);
    print_ms("longest", perf_metrics_get_session_longest_ns(m), any);
    printf(" ms%s\n",
           perf_metrics_get_session_exact(m) ? "" : "  (percentiles: at most 0.8 % above)");
    printf("  long %" PRIu64 "  dropped %" PRIu64 "  late %" PRIu64 "\n",
           perf_metrics_get_session_long(m), perf_metrics_get_session_dropped(m),
           perf_metrics_get_session_late(m));
    printf("  jank: dropped %" PRIu64 "  app %" PRIu64 "  gpu %" PRIu64 "  pipeline %" PRIu64
           "  unknown %" PRIu64 "\n",
           perf_metrics_get_jank_dropped(m), perf_metrics_get_jank_app(m),
           perf_metrics_get_jank_gpu(m), perf_metrics_get_jank_pipeline(m),
           perf_metrics_get_jank_unknown(m));
    if (perf_metrics_get_gpu_frames(m) == 0)
        return;
    printf("bound by  %s, over %" PRIu64 " frames\n", bound_name(perf_metrics_get_bound(m)),
           perf_metrics_get_gpu_frames(m));
    print_ms("gpu avg", perf_metrics_get_gpu_avg_ns(m), true);
    print_ms("work avg", perf_metrics_get_gpu_work_avg_ns(m), true);
    printf(" ms\n");
}

void print_health(struct perf_health_reader h)
{
    uint64_t dropped = perf_health_get_dropped_torn(h) + perf_health_get_dropped_malformed(h) +
                       perf_health_get_dropped_rate(h) + perf_health_get_dropped_no_session(h);
    uint64_t cost_us = perf_health_get_cost_last_second_ns(h) / 1000;
    uint64_t worst_us = perf_health_get_worst_call_ns(h) / 1000;
    printf("perfd     records %" PRIu64 "  overwritten %" PRIu64 "  dropped %" PRIu64
           "  ledger %s\n",
           perf_health_get_written(h), perf_health_get_overwritten(h), dropped,
           perf_health_get_ledger_balanced(h) ? "balanced" : "NOT balanced");
    printf("  calls %" PRIu64 "  in the last second %" PRIu64 ".%03" PRIu64 " ms  worst %" PRIu64
           ".%03" PRIu64 " ms\n",
           perf_health_get_calls(h), cost_us / 1000, cost_us % 1000, worst_us / 1000,
           worst_us % 1000);
    if (perf_health_get_worst_frame_ns(h) == 0)
        return;
    printf("  for a frame");
    print_ms("the last", perf_health_get_cost_last_frame_ns(h), true);
    print_ms("worst", perf_health_get_worst_frame_ns(h), true);
    printf(" ms\n");
}
