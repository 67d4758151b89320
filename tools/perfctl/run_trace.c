/* SPDX-License-Identifier: Apache-2.0 */
/* A run out of a trace of perfd's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "budgets.h"
#include "perfctl.h"
#include "run_sections.h"
#include "run_source.h"
#include "span_totals.h"
#include "statistics.h"
#include "trace_reader.h"

#define BEGINS "{\"traceEvents\""

struct frame {
    uint64_t id, at_ns, interval_ns, missed, work_ns, phase_ns[4], gpu_ns;
    json_t *cause; /* NULL: it was in time */
};

struct trace {
    struct span_totals spans;
    struct frame *frame;
    size_t frames, room;
    json_t *janks, *other;
};

/* --- Events ----------------------------------------------------------------------------------- */

static json_t *ms_of(uint64_t ns)
{
    return json_real((double)ns / 1e6);
}

static void add_jank(struct trace *trace, const struct trace_event *event, uint64_t at_ns)
{
    json_t *why = json_array();
    for (unsigned i = 0; i < event->whys; i++)
        json_array_append_new(why, json_pack("{s:s, s:f}", "label", event->why[i].label.bytes, "ms",
                                             (double)event->why[i].ns / 1e6));
    json_t *jank = json_object();
    json_object_set_new(jank, "frame_id", json_count(event->frame_id));
    json_object_set_new(jank, "at_ms", ms_of(at_ns));
    json_object_set_new(jank, "interval_ms", ms_of(event->dur_ns));
    json_object_set_new(jank, "over_ms", json_null()); /* when the budget is known */
    json_object_set_new(jank, "cause", json_string(event->cause.bytes));
    json_object_set_new(jank, "why", why);
    json_array_append_new(trace->janks, jank);
}

static void add_frame(struct trace *trace, const struct trace_event *event)
{
    if (trace->frames == trace->room) {
        trace->room = trace->room > 0 ? trace->room * 2 : 1024;
        trace->frame = need(realloc(trace->frame, trace->room * sizeof *trace->frame));
    }
    struct frame *frame = &trace->frame[trace->frames++];
    *frame = (struct frame){
        .id = event->frame_id,
        .at_ns = event->ts_ns + event->dur_ns,
        .interval_ns = event->dur_ns,
        .missed = event->missed,
        .work_ns = event->work_ns,
        .gpu_ns = event->gpu_ns,
    };
    memcpy(frame->phase_ns, event->phase_ns, sizeof frame->phase_ns);
    if (event->cause.bytes[0] == '\0')
        return;
    frame->cause = json_string(event->cause.bytes);
    add_jank(trace, event, frame->at_ns);
}

/* The frames' lane is the first of the session's own process. */
static bool is_frame(const struct trace_event *event)
{
    return event->pid == 1 && event->tid == 0;
}

static void take(void *context, const struct trace_event *event)
{
    struct trace *trace = context;
    if (event->phase != 'X')
        return;
    if (!is_frame(event))
        span_totals_add(&trace->spans, event->pid, event->tid, event->category.bytes,
                        event->name.bytes, event->ts_ns, event->dur_ns);
    else if (event->has_frame)
        add_frame(trace, event);
}

/* --- Labels ----------------------------------------------------------------------------------- */

/* FNV-1a of 64 bits (docs/perf/perf-json.md). */
static uint64_t hash(uint64_t so_far, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++)
        so_far = (so_far ^ byte[i]) * UINT64_C(0x100000001b3);
    return so_far;
}

static uint64_t hash_text(uint64_t so_far, const char *text)
{
    const size_t length = strlen(text);
    const unsigned char lowest_first[4] = {
        (unsigned char)length,
        (unsigned char)(length >> 8),
        (unsigned char)(length >> 16),
        (unsigned char)(length >> 24),
    };
    return hash(hash(so_far, lowest_first, sizeof lowest_first), text, length);
}

static json_t *hex(uint64_t value)
{
    return json_sprintf("0x%016llx", (unsigned long long)value);
}

static json_t *trace_id(const struct span_label *label)
{
    return hex(hash_text(hash_text(UINT64_C(0xcbf29ce484222325), label->category), label->name));
}

static double us_of(uint64_t ns)
{
    return (double)ns / 1e3;
}

static json_t *budget_json(uint64_t budget)
{
    return budget > 0 ? json_count(budget) : json_null();
}

static void add_over(json_t *to, const struct span_label *label, uint64_t budget_us)
{
    const uint64_t budget_ns = budget_us * 1000;
    uint64_t count = 0;
    for (size_t i = 0; i < label->count; i++)
        count += label->dur_ns[i] > budget_ns;
    json_object_set_new(to, "over_by_cpu_us",
                        json_real(count > 0 ? us_of(label->max_ns - budget_ns) : 0));
    json_object_set_new(to, "over_count", json_count(count));
}

static json_t *label_json(struct span_label *label, const struct budgets *budgets)
{
    const struct budget *budget = budgets_find(budgets, label->category, label->name);
    const char *place = budgets_place(budgets, label->category, label->name);
    static const struct budget none;
    const struct budget *has = budget != NULL ? budget : &none;
    json_t *to = json_object();
    json_object_set_new(to, "trace_id", trace_id(label));
    json_object_set_new(to, "mir_id", place != NULL ? json_string(place) : json_null());
    json_object_set_new(to, "function", json_string(label->category));
    json_object_set_new(to, "label", json_string(label->name));
    json_object_set_new(to, "count", json_count(label->count));
    json_object_set_new(to, "cpu_us",
                        json_pack("{s:f, s:f, s:f, s:f, s:f}", "total", us_of(label->total_ns),
                                  "mean", us_of(label->total_ns) / (double)label->count, "p95",
                                  us_of(span_label_p95_ns(label)), "max", us_of(label->max_ns),
                                  "self", us_of(label->self_ns)));
    json_object_set_new(to, "budget_cpu_us", budget_json(has->cpu_us));
    json_object_set_new(to, "budget_gpu_us", budget_json(has->gpu_us));
    json_object_set_new(to, "budget_mem_bytes", budget_json(has->mem_bytes));
    json_object_set_new(to, "over_by_cpu_us", json_null());
    json_object_set_new(to, "over_count", json_null());
    if (has->cpu_us > 0)
        add_over(to, label, has->cpu_us);
    return to;
}

/* The most of its own time first; ties by name. */
static int by_self(const void *left, const void *right)
{
    const struct span_label *a = *(struct span_label *const *)left,
                            *b = *(struct span_label *const *)right;
    if (a->self_ns != b->self_ns)
        return a->self_ns < b->self_ns ? 1 : -1;
    const int order = strcmp(a->name, b->name);
    return order != 0 ? order : strcmp(a->category, b->category);
}

static json_t *labels_json(struct span_totals *spans, const struct budgets *budgets)
{
    json_t *list = json_array();
    if (spans->labels > 0)
        qsort(spans->label, spans->labels, sizeof *spans->label, by_self);
    for (size_t i = 0; i < spans->labels; i++)
        json_array_append_new(list, label_json(spans->label[i], budgets));
    return list;
}

/* --- Frames ----------------------------------------------------------------------------------- */

/* ns 0: it has none. */
static json_t *ms_or_null(uint64_t ns)
{
    return ns > 0 ? ms_of(ns) : json_null();
}

static json_t *frames_json(const struct trace *trace)
{
    static const char *const names[] = {"id",     "at_ms",     "interval_ms", "work_ms",
                                        "ui_ms",  "layout_ms", "render_ms",   "present_ms",
                                        "gpu_ms", "missed",    "cause"};
    enum { COLUMNS = sizeof names / sizeof names[0], PHASE = 4 };
    json_t *column[COLUMNS], *to = json_object();
    for (int i = 0; i < COLUMNS; i++)
        json_object_set_new(to, names[i], column[i] = json_array());
    for (size_t i = 0; i < trace->frames; i++) {
        const struct frame *frame = &trace->frame[i];
        json_array_append_new(column[0], json_count(frame->id));
        json_array_append_new(column[1], ms_of(frame->at_ns));
        json_array_append_new(column[2], ms_or_null(frame->interval_ns));
        json_array_append_new(column[3], ms_or_null(frame->work_ns));
        for (int phase = 0; phase < 4; phase++)
            json_array_append_new(column[PHASE + phase], ms_or_null(frame->phase_ns[phase]));
        json_array_append_new(column[8], ms_or_null(frame->gpu_ns));
        json_array_append_new(column[9], json_count(frame->missed));
        json_array_append_new(column[10], frame->cause != NULL ? frame->cause : json_null());
    }
    return to;
}

/* What perfd does not compute: over the frames that are there. */
static void add_statistics(json_t *rolling, const struct trace *trace)
{
    struct statistics statistics = {0};
    double *ms = need(malloc((trace->frames + 1) * sizeof *ms));
    size_t count = 0;
    for (size_t i = 0; i < trace->frames; i++) {
        if (trace->frame[i].interval_ns == 0)
            continue;
        ms[count] = (double)trace->frame[i].interval_ns / 1e6;
        statistics_add(&statistics, ms[count++]);
    }
    statistics_sort(ms, count);
    const bool any = count > 0;
    const double median = any ? statistics_median(ms, count) : 0;
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"median_fps", statistics_fps(median)},
        {"mean_ms", statistics.mean},
        {"variance_ms2", statistics_variance(&statistics)},
        {"stdev_ms", statistics_stdev(&statistics)},
        {"cv", statistics_cv(&statistics)},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        json_object_set_new(rolling, figures[i].name,
                            any ? json_real(figures[i].value) : json_null());
    free(ms);
}

static void set_over(json_t *janks, double budget_ms)
{
    json_t *jank;
    size_t i;
    json_array_foreach (janks, i, jank) {
        const double over = json_number_value(json_object_get(jank, "interval_ms")) - budget_ms;
        json_object_set_new(jank, "over_ms", over > 0 ? json_real(over) : json_real(0));
    }
}

/* --- All of it -------------------------------------------------------------------------------- */

json_t *run_target(const struct run_file_options *options)
{
    struct utsname machine;
    const char *target = options->target != NULL ? options->target : getenv("PERF_TARGET");
    if (target != NULL && target[0] != '\0')
        return json_string(target);
    if (uname(&machine) != 0)
        return json_string("unknown");
    for (char *at = machine.sysname; *at != '\0'; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 'a' - 'A' : *at);
    return json_sprintf("%s-%s", machine.machine, machine.sysname);
}

static json_t *profile_of(const struct run_file_options *options)
{
    const char *profile = options->profile != NULL ? options->profile : getenv("PERF_PROFILE");
    return json_string(profile != NULL && profile[0] != '\0' ? profile : "default");
}

/* NULL after a line on stderr. */
static json_t *run_json(struct trace *trace, const struct run_source *source,
                        const struct budgets *budgets)
{
    json_t *run_log = run_log_section(trace->other, source->options->run_log);
    if (run_log == NULL)
        return NULL;
    json_t *run = json_object();
    json_object_set_new(run, "profile", profile_of(source->options));
    run_sections(run, trace->other, source->kind);
    json_object_set_new(run, "metrics", labels_json(&trace->spans, budgets));
    add_statistics(json_object_get(json_object_get(run, "frame_metrics"), "rolling"), trace);
    json_object_set_new(run, "frames", frames_json(trace));
    set_over(trace->janks,
             json_number_value(json_object_get(json_object_get(run, "session"), "budget_ms")));
    json_object_set(run, "janks", trace->janks);
    json_object_set_new(run, "run_log", run_log);
    return run;
}

static json_t *refuse(const struct run_source *source, const char *why)
{
    fprintf(stderr, "perfctl: %s: %s\n", source->path, why);
    return NULL;
}

static const char *lane_name(void *context, uint64_t tid)
{
    static char key[24];
    const struct trace *trace = context;
    (void)snprintf(key, sizeof key, "%llu", (unsigned long long)tid);
    const json_t *lane = json_object_get(json_object_get(trace->other, "lanes"), key);
    const char *name = json_string_value(json_object_get(lane, "name"));
    return name != NULL && name[0] != '\0' ? name : key;
}

static json_t *finish(struct trace *trace, const struct run_source *source)
{
    struct budgets budgets = {0};
    span_totals_end(&trace->spans);
    if (!run_is_perfd_s(trace->other))
        return refuse(source, "a trace, but none that perfd wrote: it has no otherData of perfd's");
    if (!budgets_load(&budgets, trace->other, source->options->budgets))
        return NULL;
    json_t *run = run_json(trace, source, &budgets);
    budgets_free(&budgets);
    if (run != NULL && source->options->folded != NULL)
        span_totals_fold(&trace->spans, source->options->folded, lane_name, trace);
    return run;
}

bool run_is_trace(const char *head, size_t length)
{
    return length >= strlen(BEGINS) && memcmp(head, BEGINS, strlen(BEGINS)) == 0;
}

json_t *run_of_trace(const struct run_source *source)
{
    struct trace trace = {.spans.folds = source->options->folded != NULL, .janks = json_array()};
    struct trace_reader reader = {
        .file = source->file,
        .head = source->head,
        .head_length = source->head_length,
        .take = take,
        .context = &trace,
    };
    json_t *run = NULL;
    if (trace_read(&reader)) {
        trace.other = reader.other;
        run = finish(&trace, source);
    } else {
        (void)refuse(source, reader.error);
    }
    json_decref(trace.other);
    json_decref(trace.janks);
    span_totals_free(&trace.spans);
    free(trace.frame);
    return run;
}
