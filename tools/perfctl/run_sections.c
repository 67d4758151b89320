/* SPDX-License-Identifier: Apache-2.0 */
#include "run_sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derived.h"
#include "perfctl.h"
#include "run_file.h"

bool run_is_perfd_s(const json_t *other)
{
    return json_is_string(json_object_get(other, "version")) &&
           json_is_object(json_object_get(other, "session")) &&
           json_is_object(json_object_get(other, "metrics"));
}

/* --- Frame metrics ---------------------------------------------------------------------------- */

/* otherData's names, and those here: with their units. */
struct renamed {
    const char *from, *to;
};

static const struct renamed rolling[] = {
    {"frames", "frames"},
    {"fps", "fps"},
    {"avg", "avg_ms"},
    {"p50", "p50_ms"},
    {"p95", "p95_ms"},
    {"p99", "p99_ms"},
    {"p999", "p999_ms"},
    {"low1Fps", "low1_fps"},
    {"low01Fps", "low01_fps"},
    {"longest", "longest_ms"},
    {"longFrames", "long"},
    {"dropped", "dropped"},
    {"late", "late"},
    {"workAvg", "work_avg_ms"},
    {"workP95", "work_p95_ms"},
    {"workP99", "work_p99_ms"},
    {"overBudget", "over_budget"},
    {"latencyCount", "latency_count"},
    {"latencyP50", "latency_p50_ms"},
    {"latencyP95", "latency_p95_ms"},
    {"latencyP99", "latency_p99_ms"},
    {NULL, NULL},
};

static const struct renamed total[] = {
    {"sessionFrames", "frames"},
    {"sessionFps", "fps"},
    {"sessionP50", "p50_ms"},
    {"sessionP95", "p95_ms"},
    {"sessionP99", "p99_ms"},
    {"sessionP999", "p999_ms"},
    {"sessionLongest", "longest_ms"},
    {"sessionLongFrames", "long"},
    {"sessionDropped", "dropped"},
    {"sessionLate", "late"},
    {"sessionTime", "time_ms"},
    {"jankDropped", "jank_dropped"},
    {"jankApp", "jank_app"},
    {"jankGpu", "jank_gpu"},
    {"jankPipeline", "jank_pipeline"},
    {"jankUnknown", "jank_unknown"},
    {NULL, NULL},
};

static const struct renamed gpu[] = {{"frames", "gpu_frames"},
                                     {"workAvg", "gpu_work_avg_ms"},
                                     {"gpuAvg", "gpu_avg_ms"},
                                     {NULL, NULL}};

static const struct renamed ledger[] = {
    {"written", "written"},         {"resident", "resident"},
    {"overwritten", "overwritten"}, {"torn", "torn"},
    {"malformed", "malformed"},     {"rate", "rate"},
    {"noSession", "no_session"},    {NULL, NULL},
};

static const struct renamed exported[] = {
    {"exported", "exported"}, {"cut", "cut"},         {"filtered", "filtered"},
    {"unpaired", "unpaired"}, {"outside", "outside"}, {NULL, NULL},
};

/* What is no number is null: a figure that there is none of. */
static void rename_figures(json_t *to, const json_t *from, const struct renamed *names)
{
    for (; names->from != NULL; names++) {
        json_t *value = json_object_get(from, names->from);
        if (json_is_number(value))
            json_object_set(to, names->to, value);
        else
            json_object_set_new(to, names->to, json_null());
    }
}

static json_t *frame_metrics(const json_t *other)
{
    const json_t *metrics = json_object_get(other, "metrics");
    json_t *window = json_object(), *session = json_object();
    rename_figures(window, metrics, rolling);
    rename_figures(window, json_object_get(other, "gpu"), gpu);
    rename_figures(session, metrics, total);
    return json_pack("{s:o, s:o}", "rolling", window, "total", session);
}

/* --- The session ------------------------------------------------------------------------------ */

static json_t *session_section(const json_t *other)
{
    const json_t *from = json_object_get(other, "session");
    static const struct renamed times[] = {
        {"budgetMs", "budget_ms"}, {"longFrameMs", "long_frame_ms"}, {NULL, NULL}};
    static const struct renamed time[] = {{"sessionTime", "time_ms"}, {NULL, NULL}};
    static const struct renamed cut[] = {
        {"frames", "truncated_frames"}, {"records", "truncated_records"}, {NULL, NULL}};
    json_t *to = json_object();
    const char *name = json_string_value(json_object_get(from, "name"));
    json_object_set_new(to, "name", json_string(name != NULL ? name : ""));
    rename_figures(to, from, times);
    rename_figures(to, json_object_get(other, "metrics"), time);
    rename_figures(to, json_object_get(other, "truncated"), cut);
    return to;
}

static json_t *source_section(const json_t *other, const char *kind)
{
    const char *clock =
        json_string_value(json_object_get(json_object_get(other, "clock"), "source"));
    return json_pack("{s:s, s:s, s:s}", "kind", kind, "perfd_version",
                     json_string_value(json_object_get(other, "version")), "clock",
                     clock != NULL ? clock : "");
}

static json_int_t count_of(const json_t *from, const char *key)
{
    return json_integer_value(json_object_get(from, key));
}

static json_t *ledger_section(const json_t *other)
{
    const json_t *lanes = json_object_get(other, "ledger"),
                 *made = json_object_get(other, "export");
    json_t *to = json_object();
    rename_figures(to, lanes, ledger);
    rename_figures(to, made, exported);
    const bool kept =
        count_of(lanes, "written") == count_of(lanes, "resident") + count_of(lanes, "overwritten") +
                                          count_of(lanes, "torn") + count_of(lanes, "malformed") +
                                          count_of(lanes, "rate") + count_of(lanes, "noSession");
    const bool shown =
        count_of(made, "copied") == count_of(made, "exported") + count_of(made, "cut") +
                                        count_of(made, "filtered") + count_of(made, "unpaired") +
                                        count_of(made, "outside");
    json_object_set_new(to, "balanced", json_boolean(kept && shown));
    return to;
}

/* --- Counters --------------------------------------------------------------------------------- */

static bool is_counted(const json_t *counter)
{
    return json_is_integer(json_object_get(counter, "sum"));
}

static double mean_of(const json_t *counter)
{
    const json_int_t samples = count_of(counter, "samples");
    return samples > 0 ? (double)count_of(counter, "sum") / (double)samples : 0;
}

static json_t *rolling_of(const json_t *counter)
{
    static const struct renamed figures[] = {{"samples", "samples"}, {"last", "last"},
                                             {"sum", "sum"},         {"p95", "p95"},
                                             {"max", "max"},         {NULL, NULL}};
    json_t *to = json_object();
    rename_figures(to, counter, figures);
    json_object_set_new(to, "mean", json_real(mean_of(counter)));
    return to;
}

static json_t *counter_json(const char *prefix, const char *name, const json_t *counter)
{
    const char *reason = json_text_at(counter, "reason");
    json_t *to = json_object();
    json_object_set_new(to, "name", json_sprintf("%s%s", prefix, name));
    json_object_set_new(to, "unit", json_string(json_text_at(counter, "unit")));
    json_object_set_new(to, "kind", json_string(json_text_at(counter, "kind")));
    json_object_set_new(to, "state", json_string(json_text_at(counter, "state")));
    if (reason[0] != '\0')
        json_object_set_new(to, "reason", json_string(reason));
    if (is_counted(counter))
        json_object_set(to, "total", json_object_get(counter, "total"));
    else
        json_object_set_new(to, "total", json_null());
    json_object_set_new(to, "rolling", is_counted(counter) ? rolling_of(counter) : json_null());
    return to;
}

static void add_counters(json_t *list, const json_t *group, const char *prefix)
{
    const char *name;
    json_t *counter;
    json_object_foreach (json_object_get(group, "counters"), name, counter)
        json_array_append_new(list, counter_json(prefix, name, counter));
}

static void add_derived(json_t *to, const json_t *group)
{
    struct derived_sums sums = {.window_s =
                                    json_number_value(json_object_get(group, "windowMs")) / 1e3};
    const char *name, *own = json_text_at(group, "name");
    json_t *counter;
    json_object_foreach (json_object_get(group, "counters"), name, counter)
        derived_note(&sums, name, strlen(name), is_counted(counter),
                     (double)count_of(counter, "sum"));
    struct derived one;
    for (unsigned at = 0; derived_next(&sums, own, strlen(own), &at, &one);)
        json_object_set_new(to, one.key, one.present ? json_real(one.value) : json_null());
}

/* One group as totals and the window beside each other. */
static json_t *group_section(const json_t *group)
{
    json_t *sums = json_object(), *window = json_object();
    const char *name;
    json_t *counter;
    char average[96];
    json_object_set(window, "window_ms", json_object_get(group, "windowMs"));
    json_object_set(window, "samples", json_object_get(group, "samples"));
    json_object_foreach (json_object_get(group, "counters"), name, counter) {
        (void)snprintf(average, sizeof average, "%s_avg", name);
        if (is_counted(counter))
            json_object_set(sums, name, json_object_get(counter, "total"));
        else
            json_object_set_new(sums, name, json_null());
        json_object_set_new(window, average,
                            is_counted(counter) ? json_real(mean_of(counter)) : json_null());
    }
    add_derived(window, group);
    return json_pack("{s:o, s:o}", "total", sums, "rolling", window);
}

static bool is_named(const json_t *group, const char *name)
{
    return strcmp(json_text_at(group, "name"), name) == 0;
}

/* Of several groups of a name, the first; the others are among the rest. */
static void counter_sections(json_t *run, const json_t *other)
{
    static const char *const own[] = {"graphics", "jit"};
    json_t *rest = json_array(), *hardware = json_array();
    const char *id;
    json_t *group;
    char prefix[256];
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        json_object_set_new(run, own[i], json_null());
    json_object_foreach (json_object_get(other, "counters"), id, group) {
        (void)snprintf(prefix, sizeof prefix, "%s.", json_text_at(group, "name"));
        bool has_own = false;
        for (size_t i = 0; i < sizeof own / sizeof own[0] && !has_own; i++)
            if (is_named(group, own[i]) && json_is_null(json_object_get(run, own[i]))) {
                json_object_set_new(run, own[i], group_section(group));
                has_own = true;
            }
        if (is_named(group, "hardware"))
            add_counters(hardware, group, "");
        else if (is_named(group, "thread"))
            add_counters(hardware, group, prefix);
        else if (!has_own && !is_named(group, "rng"))
            add_counters(rest, group, prefix);
    }
    json_object_set_new(run, "counters", rest);
    json_object_set_new(run, "hardware", hardware);
}

/* --- Hotspots --------------------------------------------------------------------------------- */

static json_t *hotspot_json(const json_t *from, double all)
{
    const json_t *weight = json_object_get(from, "weight");
    json_t *to = json_object();
    json_object_set_new(to, "key", json_string(json_text_at(from, "key")));
    json_object_set(to, "hits", json_object_get(from, "hits"));
    json_object_set(to, "weight", json_object_get(from, "weight"));
    json_object_set(to, "error", json_object_get(from, "error"));
    json_object_set_new(to, "percent",
                        json_real(all > 0 ? 100 * json_number_value(weight) / all : 0));
    return to;
}

static json_t *hotspots_section(const json_t *other)
{
    json_t *list = json_array(), *table, *entry;
    const char *id;
    size_t i;
    json_object_foreach (json_object_get(other, "hotspots"), id, table) {
        const double all = json_number_value(json_object_get(table, "totalWeight"));
        json_t *top = json_array(), *to = json_object();
        json_array_foreach (json_object_get(table, "top"), i, entry)
            json_array_append_new(top, hotspot_json(entry, all));
        json_object_set_new(to, "name", json_string(json_text_at(table, "name")));
        json_object_set(to, "total_hits", json_object_get(table, "totalHits"));
        json_object_set(to, "total_weight", json_object_get(table, "totalWeight"));
        json_object_set_new(to, "top", top);
        json_array_append_new(list, to);
    }
    return list;
}

void run_sections(json_t *run, const json_t *other, const char *kind)
{
    json_object_set_new(run, "session", session_section(other));
    json_object_set_new(run, "source", source_section(other, kind));
    json_object_set_new(run, "frame_metrics", frame_metrics(other));
    counter_sections(run, other);
    json_object_set_new(run, "hotspots", hotspots_section(other));
    json_object_set_new(run, "ledger", ledger_section(other));
}
