/* SPDX-License-Identifier: Apache-2.0 */
#include "prometheus.h"

#include <inttypes.h>
#include <string.h>

#include "perfctl.h"

#define MS 1e-3
#define NS 1e-9

struct out {
    FILE *to;
    bool open_metrics;
};

struct label {
    const char *name, *value; /* value NULL: without it */
};

enum type { GAUGE, COUNTER, SUMMARY };

const char *prometheus_content_type(bool open_metrics)
{
    return open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                        : "text/plain; version=0.0.4; charset=utf-8";
}

/* A family's name is without _total in OpenMetrics, and with it in the other. */
static void head(const struct out *out, const char *name, enum type type, const char *help)
{
    static const char *const types[] = {"gauge", "counter", "summary"};
    const char *ending = type == COUNTER && !out->open_metrics ? "_total" : "";
    fprintf(out->to, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, ending, help, name, ending,
            types[type]);
}

static void put_value(FILE *to, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            fputs("\\n", to);
        else if (*value == '"' || *value == '\\')
            fprintf(to, "\\%c", *value);
        else
            (void)putc(*value, to);
    }
}

/* labels end with one without a name. */
static void sample(const struct out *out, const char *name, enum type type,
                   const struct label *labels, double value)
{
    const char *between = "{";
    fprintf(out->to, "%s%s", name, type == COUNTER ? "_total" : "");
    for (; labels->name != NULL; labels++) {
        if (labels->value == NULL)
            continue;
        fprintf(out->to, "%s%s=\"", between, labels->name);
        put_value(out->to, labels->value);
        (void)putc('"', out->to);
        between = ",";
    }
    /* Integers of up to 15 digits and times of ns are what they were. */
    fprintf(out->to, "%s %.15g\n", *between == ',' ? "}" : "", value);
}

/* --- Tables of figures: one family of one sample, or of one for each row of the same name. --- */

struct row {
    const char *key;  /* in the JSON */
    const char *name; /* of the family */
    enum type type;
    double unit;
    const char *label, *value; /* NULL: none */
    const char *help;          /* NULL: as the row before, which is of the same family */
};

static void put_rows(const struct out *out, const json_t *from, const char *session,
                     const struct row *rows, size_t count)
{
    const char *announced = "";
    const char *help = "";
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        const json_t *figure = json_object_get(from, row->key);
        help = row->help != NULL ? row->help : help;
        if (!json_is_number(figure) && !json_is_boolean(figure))
            continue;
        if (strcmp(announced, row->name) != 0)
            head(out, row->name, row->type, help);
        announced = row->name;
        double value = json_is_number(figure) ? json_number_value(figure)
                       : json_is_true(figure) ? 1
                                              : 0;
        const struct label labels[] = {
            {"session", session},
            {row->label != NULL ? row->label : "-", row->label != NULL ? row->value : NULL},
            {0}};
        sample(out, row->name, row->type, labels, value * row->unit);
    }
}

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

static const struct row window_rows[] = {
    {"running", "perfd_session_running", GAUGE, 1, NULL, NULL, "Whether the session runs."},
    {"budgetMs", "perfd_budget_seconds", GAUGE, MS, NULL, NULL, "A frame's budget."},
    {"longFrameMs", "perfd_long_frame_seconds", GAUGE, MS, NULL, NULL,
     "From here on a frame is long."},
    {"frames", "perfd_window_frames", GAUGE, 1, NULL, NULL,
     "Frames in the ring, which is the window of the figures that are not of the session."},
    {"fps", "perfd_frames_per_second", GAUGE, 1, NULL, NULL, "Frames a second, of the window."},
    {"avg", "perfd_frame_interval_average_seconds", GAUGE, MS, NULL, NULL,
     "Mean time from frame to frame, of the window."},
    {"p50", "perfd_frame_interval_seconds", SUMMARY, MS, "quantile", "0.5",
     "Time from frame to frame, of the window."},
    {"p95", "perfd_frame_interval_seconds", SUMMARY, MS, "quantile", "0.95", NULL},
    {"p99", "perfd_frame_interval_seconds", SUMMARY, MS, "quantile", "0.99", NULL},
    {"p999", "perfd_frame_interval_seconds", SUMMARY, MS, "quantile", "0.999", NULL},
    {"longest", "perfd_frame_interval_seconds", SUMMARY, MS, "quantile", "1", NULL},
    {"workAvg", "perfd_frame_work_average_seconds", GAUGE, MS, NULL, NULL,
     "Mean time that frames took to make, of the window."},
    {"workP95", "perfd_frame_work_seconds", SUMMARY, MS, "quantile", "0.95",
     "Time that frames took to make, of the window."},
    {"workP99", "perfd_frame_work_seconds", SUMMARY, MS, "quantile", "0.99", NULL},
    {"overBudget", "perfd_window_over_budget_frames", GAUGE, 1, NULL, NULL,
     "Frames of the window whose work took longer than their budget."},
    {"latencyCount", "perfd_window_inputs", GAUGE, 1, NULL, NULL,
     "Frames of the window that answer an input."},
    {"latencyP50", "perfd_input_latency_seconds", SUMMARY, MS, "quantile", "0.5",
     "Time from an input to its frame, of the window."},
    {"latencyP95", "perfd_input_latency_seconds", SUMMARY, MS, "quantile", "0.95", NULL},
    {"latencyP99", "perfd_input_latency_seconds", SUMMARY, MS, "quantile", "0.99", NULL},
    {"gpuFrames", "perfd_window_gpu_frames", GAUGE, 1, NULL, NULL,
     "Frames of the window whose time on the GPU is known."},
    {"gpuAvg", "perfd_frame_gpu_average_seconds", GAUGE, MS, NULL, NULL,
     "Mean time of those on the GPU."},
};

static const struct row session_rows[] = {
    {"sessionFrames", "perfd_frames", COUNTER, 1, NULL, NULL, "Frames that the session showed."},
    {"sessionLongFrames", "perfd_frames_long", COUNTER, 1, NULL, NULL, "Of them, long ones."},
    {"sessionDropped", "perfd_frames_dropped", COUNTER, 1, NULL, NULL,
     "Frames that there should have been and were not."},
    {"sessionLate", "perfd_frames_late", COUNTER, 1, NULL, NULL, "Frames past their deadline."},
    {"sessionTime", "perfd_session_seconds", COUNTER, MS, NULL, NULL,
     "Sum of the session's intervals."},
    {"sessionFps", "perfd_session_frames_per_second", GAUGE, 1, NULL, NULL,
     "Frames a second, of the session."},
    {"sessionP50", "perfd_session_frame_interval_seconds", SUMMARY, MS, "quantile", "0.5",
     "Time from frame to frame, of the session."},
    {"sessionP95", "perfd_session_frame_interval_seconds", SUMMARY, MS, "quantile", "0.95", NULL},
    {"sessionP99", "perfd_session_frame_interval_seconds", SUMMARY, MS, "quantile", "0.99", NULL},
    {"sessionP999", "perfd_session_frame_interval_seconds", SUMMARY, MS, "quantile", "0.999", NULL},
    {"sessionLongest", "perfd_session_frame_interval_seconds", SUMMARY, MS, "quantile", "1", NULL},
    {"jankDropped", "perfd_janks", COUNTER, 1, "cause", "dropped", "Janky frames, by cause."},
    {"jankApp", "perfd_janks", COUNTER, 1, "cause", "app", NULL},
    {"jankGpu", "perfd_janks", COUNTER, 1, "cause", "gpu", NULL},
    {"jankPipeline", "perfd_janks", COUNTER, 1, "cause", "pipeline", NULL},
    {"jankUnknown", "perfd_janks", COUNTER, 1, "cause", "unknown", NULL},
};

static const struct row health_rows[] = {
    {"ledgerBalanced", "perfd_ledger_balanced", GAUGE, 1, NULL, NULL,
     "Whether every record is accounted for."},
    {"written", "perfd_records_written", COUNTER, 1, NULL, NULL, "Records written to all lanes."},
    {"resident", "perfd_records_resident", GAUGE, 1, NULL, NULL, "Of them, those still there."},
    {"overwritten", "perfd_records_overwritten", COUNTER, 1, NULL, NULL,
     "Records that newer ones took the place of."},
    {"droppedTorn", "perfd_records_dropped", COUNTER, 1, "reason", "torn",
     "Records that were refused, by reason."},
    {"droppedMalformed", "perfd_records_dropped", COUNTER, 1, "reason", "malformed", NULL},
    {"droppedRate", "perfd_records_dropped", COUNTER, 1, "reason", "rate", NULL},
    {"droppedNoSession", "perfd_records_dropped", COUNTER, 1, "reason", "no_session", NULL},
    {"ticksBackwards", "perfd_ticks_refused", COUNTER, 1, "reason", "backwards",
     "Frames that were refused, by reason."},
    {"ticksFuture", "perfd_ticks_refused", COUNTER, 1, "reason", "future", NULL},
    {"ticksInvalid", "perfd_ticks_refused", COUNTER, 1, "reason", "invalid", NULL},
    {"ticksNoSession", "perfd_ticks_refused", COUNTER, 1, "reason", "no_session", NULL},
    {"ticksBusy", "perfd_ticks_refused", COUNTER, 1, "reason", "busy", NULL},
    {"labelsUsed", "perfd_labels_used", GAUGE, 1, NULL, NULL, "Labels in use."},
    {"labelsUnknown", "perfd_labels_unknown", COUNTER, 1, NULL, NULL,
     "Times that there was no room for a label."},
    {"rejectInvalid", "perfd_rejects", COUNTER, 1, "class", "invalid",
     "Calls and connections turned away, by class."},
    {"rejectDenied", "perfd_rejects", COUNTER, 1, "class", "denied", NULL},
    {"rejectOverLimit", "perfd_rejects", COUNTER, 1, "class", "over_limit", NULL},
    {"rejectRateLimited", "perfd_rejects", COUNTER, 1, "class", "rate_limited", NULL},
    {"rejectMalformed", "perfd_rejects", COUNTER, 1, "class", "malformed", NULL},
    {"calls", "perfd_calls", COUNTER, 1, NULL, NULL, "Calls that perfd served."},
    {"costLastSecondNs", "perfd_cost_ratio", GAUGE, NS, NULL, NULL,
     "Share of the last whole second that perfd spent in calls."},
    {"worstCallNs", "perfd_call_worst_seconds", GAUGE, NS, NULL, NULL, "Its longest call."},
};

static void put_phases(const struct out *out, const json_t *metrics, const char *session)
{
    static const struct {
        const char *key, *name, *help;
    } families[] = {
        {"avg", "perfd_phase_average_seconds", "Mean time of a phase, of the window."},
        {"p95", "perfd_phase_p95_seconds", "95 of 100 took no longer."},
        {"worst", "perfd_phase_worst_seconds", "Its longest."},
    };
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        bool is_first = true;
        const char *phase;
        json_t *one;
        json_object_foreach (json_object_get(metrics, "phases"), phase, one) {
            const json_t *figure = json_object_get(one, families[i].key);
            if (!json_is_number(figure))
                continue;
            if (is_first)
                head(out, families[i].name, GAUGE, families[i].help);
            is_first = false;
            const struct label labels[] = {{"session", session}, {"phase", phase}, {0}};
            sample(out, families[i].name, GAUGE, labels, json_number_value(figure) * MS);
        }
    }
}

/* --- Lanes and groups: many of a kind --- */

static const char *number_text(char text[static 24], const json_t *object, const char *key)
{
    (void)snprintf(text, 24, "%" JSON_INTEGER_FORMAT,
                   json_integer_value(json_object_get(object, key)));
    return text;
}

static void put_lanes(const struct out *out, const json_t *lanes)
{
    static const struct {
        const char *key, *name, *reason;
        enum type type;
        const char *help; /* NULL: of the family before */
    } figures[] = {
        {"written", "perfd_lane_records_written", NULL, COUNTER, "Records written to a lane."},
        {"resident", "perfd_lane_records_resident", NULL, GAUGE, "Of them, those still there."},
        {"overwritten", "perfd_lane_records_overwritten", NULL, COUNTER, "And overwritten."},
        {"droppedTorn", "perfd_lane_records_dropped", "torn", COUNTER, "And refused, by reason."},
        {"droppedMalformed", "perfd_lane_records_dropped", "malformed", COUNTER, NULL},
        {"droppedRate", "perfd_lane_records_dropped", "rate", COUNTER, NULL},
        {"droppedNoSession", "perfd_lane_records_dropped", "no_session", COUNTER, NULL},
    };
    for (size_t i = 0; json_array_size(lanes) > 0 && i < sizeof figures / sizeof figures[0]; i++) {
        size_t at;
        json_t *lane;
        if (figures[i].help != NULL)
            head(out, figures[i].name, figures[i].type, figures[i].help);
        json_array_foreach (lanes, at, lane) {
            char id[24], pid[24];
            const struct label labels[] = {{"lane", number_text(id, lane, "lane")},
                                           {"name", json_text_at(lane, "name")},
                                           {"process", json_text_at(lane, "process")},
                                           {"pid", number_text(pid, lane, "pid")},
                                           {"reason", figures[i].reason},
                                           {0}};
            sample(out, figures[i].name, figures[i].type, labels,
                   json_number_value(json_object_get(lane, figures[i].key)));
        }
    }
}

/* Of a program that came back under the same pid, the last group: a label set stands once. */
static bool is_superseded(const json_t *groups, size_t at)
{
    const json_t *one = json_array_get(groups, at);
    for (size_t i = at + 1; i < json_array_size(groups); i++) {
        const json_t *other = json_array_get(groups, i);
        if (json_equal(json_object_get(one, "name"), json_object_get(other, "name")) &&
            json_equal(json_object_get(one, "pid"), json_object_get(other, "pid")))
            return true;
    }
    return false;
}

enum figure { TOTAL, LEVEL, STATE };

static void put_counter(const struct out *out, const char *family, enum figure figure,
                        const json_t *group, const json_t *counter)
{
    const json_t *total = json_object_get(counter, "total");
    const char *kind = json_text_at(counter, "kind"), *unit = json_text_at(counter, "unit");
    bool is_level = strcmp(kind, "gauge") == 0;
    bool is_ns = strcmp(kind, "ns") == 0 || strcmp(unit, "ns") == 0;
    if (figure != STATE && (!json_is_number(total) || is_level != (figure == LEVEL)))
        return;
    char pid[24];
    const char *state = figure == STATE ? json_text_at(counter, "state") : NULL;
    const struct label labels[] = {{"group", json_text_at(group, "name")},
                                   {"process", json_text_at(group, "process")},
                                   {"pid", number_text(pid, group, "pid")},
                                   {"counter", json_text_at(counter, "name")},
                                   {"unit", figure == STATE ? NULL
                                            : is_ns         ? "seconds"
                                                            : unit},
                                   {"state", state},
                                   {0}};
    double value = figure == STATE ? 1 : json_number_value(total) * (is_ns ? NS : 1);
    sample(out, family, figure == TOTAL ? COUNTER : GAUGE, labels, value);
}

static void put_groups(const struct out *out, const json_t *groups)
{
    static const struct {
        const char *name, *help;
        enum type type;
    } families[] = {
        [TOTAL] = {"perfd_counted", "What a program or the machine counted.", COUNTER},
        [LEVEL] = {"perfd_counted_level", "The last level of what goes up and down.", GAUGE},
        [STATE] = {"perfd_counted_state", "1 for the state that a counter is in.", GAUGE},
    };
    for (enum figure figure = TOTAL; json_array_size(groups) > 0 && figure <= STATE; figure++) {
        size_t at, index;
        json_t *group, *counter;
        head(out, families[figure].name, families[figure].type, families[figure].help);
        json_array_foreach (groups, at, group) {
            if (is_superseded(groups, at))
                continue;
            json_array_foreach (json_object_get(group, "counters"), index, counter)
                put_counter(out, families[figure].name, figure, group, counter);
        }
    }
}

static void put_perfd(const struct out *out, const json_t *figures)
{
    const json_t *perfd = json_object_get(figures, "perfd");
    const json_t *metrics = json_object_get(figures, "metrics");
    const char *session = json_text_at(metrics, "name");
    const struct label labels[] = {
        {"version", json_text_at(perfd, "version")}, {"clock", json_text_at(perfd, "clock")}, {0}};
    head(out, "perfd_build_info", GAUGE, "Which perfd it is.");
    sample(out, "perfd_build_info", GAUGE, labels, 1);
    if (metrics != NULL) {
        char id[24];
        const struct label own[] = {
            {"session", session}, {"id", number_text(id, metrics, "session")}, {0}};
        head(out, "perfd_session_info", GAUGE, "The session that the figures are of.");
        sample(out, "perfd_session_info", GAUGE, own, 1);
    }
    put_rows(out, metrics, session, ROWS(window_rows));
    put_rows(out, metrics, session, ROWS(session_rows));
    put_phases(out, metrics, session);
    put_rows(out, json_object_get(figures, "health"), NULL, ROWS(health_rows));
    put_lanes(out, json_object_get(figures, "lanes"));
    put_groups(out, json_object_get(figures, "groups"));
}

void prometheus_write(FILE *to, const json_t *figures, bool open_metrics)
{
    const struct out out = {to, open_metrics};
    const bool is_up = json_is_true(json_object_get(figures, "up"));
    head(&out, "perfd_up", GAUGE, "Whether perfd answers.");
    sample(&out, "perfd_up", GAUGE, (const struct label[]){{0}}, is_up ? 1 : 0);
    if (is_up)
        put_perfd(&out, figures);
    if (open_metrics)
        fputs("# EOF\n", to);
}
