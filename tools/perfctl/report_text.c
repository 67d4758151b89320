/* SPDX-License-Identifier: Apache-2.0 */
#include "report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "run_figures.h"
#include "run_file.h"

static void put_text(const char *text)
{
    print_text((struct nx_text){text, (uint32_t)strlen(text)});
}

/* A number with so many decimals, or "-". */
static void put_figure(const json_t *value, int decimals)
{
    if (json_is_number(value))
        printf("%.*f", decimals, json_number_value(value));
    else
        printf("-");
}

static void put_column(const json_t *value, int width, int decimals)
{
    if (json_is_number(value))
        printf("%*.*f", width, decimals, json_number_value(value));
    else
        printf("%*s", width, "-");
}

static double number_at(const json_t *from, const char *key)
{
    return json_number_value(json_object_get(from, key));
}

/* --- The verdict ------------------------------------------------------------------------------ */

/* Of the session: janky where more than one frame of a hundred was long. */
static void print_verdict(const json_t *run)
{
    const json_t *total = json_object_get(json_object_get(run, "frame_metrics"), "total");
    const double budget = number_at(json_object_get(run, "session"), "budget_ms");
    const double frames = number_at(total, "frames"), dropped = number_at(total, "dropped");
    const json_t *p99 = json_object_get(total, "p99_ms");
    const double longest = number_at(total, "longest_ms"), longs = number_at(total, "long");
    const bool is_janky =
        json_number_value(p99) >= number_at(json_object_get(run, "session"), "long_frame_ms");
    if (!json_is_number(p99)) {
        printf("no frames: there is nothing to judge\n");
        return;
    }
    if (longs > 0 || dropped > 0)
        printf(
            "%s: %.0f of %.0f frames were long (%.2f %%), %.0f dropped; the longest took %.3f ms, "
            "%.1f times the budget\n",
            is_janky ? "janky" : "smooth, with hitches", longs, frames,
            frames > 0 ? 100 * longs / frames : 0, dropped, longest,
            budget > 0 ? longest / budget : 0);
    else
        printf("smooth: none of %.0f frames was long or dropped\n", frames);
}

static void print_head(const json_t *run)
{
    const json_t *session = json_object_get(run, "session");
    const json_t *source = json_object_get(run, "source");
    put_text(json_text_at(session, "name"));
    printf("  profile ");
    put_text(json_text_at(run, "profile"));
    printf("  budget ");
    put_figure(json_object_get(session, "budget_ms"), 3);
    printf(" ms  long from ");
    put_figure(json_object_get(session, "long_frame_ms"), 3);
    printf(" ms");
    if (json_is_number(json_object_get(session, "time_ms")))
        printf("  %.1f s", number_at(session, "time_ms") / 1e3);
    if (json_text_at(source, "perfd_version")[0] != '\0') {
        printf("  perfd ");
        put_text(json_text_at(source, "perfd_version"));
    }
    printf("\n");
    const double cut = number_at(session, "truncated_frames");
    if (cut > 0 || number_at(session, "truncated_records") > 0)
        printf("cut off at the size cap: %.0f frames and %.0f records are not in the trace; the "
               "metrics are of all frames, the lists of what is left\n",
               cut, number_at(session, "truncated_records"));
    if (json_is_false(json_object_get(json_object_get(run, "ledger"), "balanced")))
        printf("the ledger does not balance: records went missing unaccounted for\n");
}

/* --- Frames ----------------------------------------------------------------------------------- */

static void print_metrics_row(const char *name, const json_t *from)
{
    static const char *const keys[] = {"p50_ms", "p95_ms", "p99_ms", "p999_ms", "longest_ms"};
    static const char *const counts[] = {"frames", "long", "dropped", "late"};
    if (!json_is_object(from))
        return;
    printf("  %-8s", name);
    put_column(json_object_get(from, "fps"), 9, 2);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        put_column(json_object_get(from, keys[i]), 10, 3);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        put_column(json_object_get(from, counts[i]), 9, 0);
    printf("\n");
}

struct named_figure {
    const char *name, *key; /* name NULL: the last one */
    int decimals;
    const char *unit;
};

static const struct named_figure spread[] = {
    {"mean", "mean_ms", 3, ""},
    {"stdev", "stdev_ms", 3, ""},
    {"cv", "cv", 3, ""},
    {"1% low", "low1_fps", 2, ""},
    {"0.1% low", "low01_fps", 2, ""},
    {"median", "median_fps", 2, " fps"},
    {NULL, NULL, 0, NULL},
};

static const struct named_figure work[] = {
    {"work avg", "work_avg_ms", 3, ""},
    {"p95", "work_p95_ms", 3, ""},
    {"p99", "work_p99_ms", 3, ""},
    {"over budget", "over_budget", 0, ""},
    {NULL, NULL, 0, NULL},
};

static void put_line(const json_t *from, const struct named_figure *figure)
{
    for (; figure->name != NULL; figure++) {
        printf("  %s ", figure->name);
        put_figure(json_object_get(from, figure->key), figure->decimals);
        printf("%s", figure->unit);
    }
    printf("\n");
}

static void print_frames(const json_t *run)
{
    const json_t *metrics = json_object_get(run, "frame_metrics");
    const json_t *window = json_object_get(metrics, "rolling");
    if (!json_is_object(metrics))
        return;
    printf("\nframes, ms%9s%10s%10s%10s%10s%10s%9s%9s%9s%9s\n", "fps", "p50", "p95", "p99", "p99.9",
           "longest", "frames", "long", "dropped", "late");
    print_metrics_row("session", json_object_get(metrics, "total"));
    print_metrics_row("window", window);
    put_line(window, spread);
    put_line(window, work);
}

/* --- Janks: the slowest first ----------------------------------------------------------------- */

static int by_interval(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    const double x = number_at(a, "interval_ms"), y = number_at(b, "interval_ms");
    if (x < y || x > y)
        return x < y ? 1 : -1;
    const double m = number_at(a, "frame_id"), n = number_at(b, "frame_id");
    return (m > n) - (m < n);
}

static void print_jank(const json_t *jank)
{
    const json_t *why = json_object_get(jank, "why"), *one;
    size_t i;
    put_column(json_object_get(jank, "frame_id"), 10, 0);
    put_column(json_object_get(jank, "interval_ms"), 10, 3);
    put_column(json_object_get(jank, "over_ms"), 10, 3);
    printf("  %-9s ", json_text_at(jank, "cause"));
    json_array_foreach (why, i, one) {
        printf("%s", i > 0 ? ", " : "");
        put_text(json_text_at(one, "label"));
        printf(" %.3f", number_at(one, "ms"));
    }
    printf("\n");
}

/* The members of a list in an order of their own; the caller frees it. */
static const json_t **ordered(const json_t *list, int (*order)(const void *, const void *))
{
    const size_t count = json_array_size(list);
    const json_t **items = need(malloc((count + 1) * sizeof *items));
    for (size_t i = 0; i < count; i++)
        items[i] = json_array_get(list, i);
    qsort(items, count, sizeof *items, order);
    return items;
}

static void print_janks(const json_t *run, size_t lines)
{
    const json_t *janks = json_object_get(run, "janks");
    const size_t count = json_array_size(janks);
    if (count == 0)
        return;
    const json_t **items = ordered(janks, by_interval);
    printf("\nslow frames, ms: %zu, the slowest first\n%10s%10s%10s  %-9s %s\n", count, "frame",
           "interval", "over", "cause", "why (self time)");
    for (size_t i = 0; i < count && i < lines; i++)
        print_jank(items[i]);
    free(items);
}

/* --- Labels ----------------------------------------------------------------------------------- */

static void put_label(const json_t *label)
{
    if (json_text_at(label, "function")[0] != '\0') {
        put_text(json_text_at(label, "function"));
        printf("/");
    }
    put_text(json_text_at(label, "label"));
}

static int by_self(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    const double x = number_at(json_object_get(a, "cpu_us"), "self"),
                 y = number_at(json_object_get(b, "cpu_us"), "self");
    if (x < y || x > y)
        return x < y ? 1 : -1;
    return strcmp(json_text_at(a, "trace_id"), json_text_at(b, "trace_id"));
}

static void print_labels(const json_t *run, size_t lines)
{
    const json_t *labels = json_object_get(run, "metrics");
    const size_t count = json_array_size(labels);
    if (count == 0)
        return;
    const json_t **items = ordered(labels, by_self);
    printf("\nlabels, us: %zu, by their own time\n%10s%14s%14s%12s%12s%12s  label\n", count,
           "count", "self", "total", "mean", "p95", "max");
    for (size_t i = 0; i < count && i < lines; i++) {
        const json_t *cpu = json_object_get(items[i], "cpu_us");
        put_column(json_object_get(items[i], "count"), 10, 0);
        put_column(json_object_get(cpu, "self"), 14, 3);
        put_column(json_object_get(cpu, "total"), 14, 3);
        put_column(json_object_get(cpu, "mean"), 12, 3);
        put_column(json_object_get(cpu, "p95"), 12, 3);
        put_column(json_object_get(cpu, "max"), 12, 3);
        printf("  ");
        put_label(items[i]);
        printf("\n");
    }
    free(items);
}

static int by_over(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    const double x = number_at(a, "over_by_cpu_us"), y = number_at(b, "over_by_cpu_us");
    if (x < y || x > y)
        return x < y ? 1 : -1;
    return strcmp(json_text_at(a, "trace_id"), json_text_at(b, "trace_id"));
}

static void print_over_budget(const json_t *run, size_t lines)
{
    const json_t *labels = json_object_get(run, "metrics"), *label;
    size_t i, budgets = 0, over = 0;
    json_array_foreach (labels, i, label) {
        budgets += json_is_number(json_object_get(label, "budget_cpu_us"));
        over += number_at(label, "over_count") > 0;
    }
    if (budgets == 0)
        return;
    printf("\nover their budget: %zu of %zu labels that have one\n", over, budgets);
    const json_t **items = ordered(labels, by_over);
    for (i = 0; i < over && i < lines; i++) {
        printf("  ");
        put_label(items[i]);
        printf(": %.0f of %.0f spans, by up to %.3f us over %.0f us",
               number_at(items[i], "over_count"), number_at(items[i], "count"),
               number_at(items[i], "over_by_cpu_us"), number_at(items[i], "budget_cpu_us"));
        if (json_text_at(items[i], "mir_id")[0] != '\0') {
            printf("  (");
            put_text(json_text_at(items[i], "mir_id"));
            printf(")");
        }
        printf("\n");
    }
    free(items);
}

/* --- Counters --------------------------------------------------------------------------------- */

static void print_missing(const json_t *run)
{
    const json_t *hardware = json_object_get(run, "hardware"), *one;
    size_t i, missing = 0, count = json_array_size(hardware);
    json_array_foreach (hardware, i, one)
        missing += strcmp(json_text_at(one, "state"), "ok") != 0;
    if (count == 0)
        return;
    printf("\nhardware counters: %zu of %zu\n", count - missing, count);
    json_array_foreach (hardware, i, one) {
        printf("  ");
        put_text(json_text_at(one, "name"));
        if (strcmp(json_text_at(one, "state"), "ok") == 0)
            printf(" %.0f ", number_at(one, "total"));
        else
            printf(" %s: ", json_text_at(one, "state"));
        put_text(strcmp(json_text_at(one, "state"), "ok") == 0 ? json_text_at(one, "unit")
                                                               : json_text_at(one, "reason"));
        printf("\n");
    }
}

static void print_rates(const json_t *run, const char *name)
{
    const json_t *group = json_object_get(run, name);
    const char *key;
    json_t *value;
    if (!json_is_object(group))
        return;
    printf("\n%s, of the last %.0f frames\n", name,
           number_at(json_object_get(group, "rolling"), "samples"));
    json_object_foreach (json_object_get(group, "rolling"), key, value) {
        if (strcmp(key, "samples") == 0 || strcmp(key, "window_ms") == 0)
            continue;
        printf("  ");
        put_text(key);
        printf("%*s", strlen(key) < 30 ? 30 - (int)strlen(key) : 1, "");
        put_column(value, 16, 2);
        printf("\n");
    }
}

/* --- Drift ------------------------------------------------------------------------------------ */

struct drift {
    const char *name;
    double from, to, share; /* of the larger one: 0..1 */
};

static int by_share(const void *left, const void *right)
{
    const struct drift *a = left, *b = right;
    if (a->share < b->share || a->share > b->share)
        return a->share < b->share ? 1 : -1;
    return strcmp(a->name, b->name);
}

static void print_drift(const json_t *run, const json_t *baseline, size_t lines)
{
    struct figures now = figures_of_run(run), before = figures_of_run(baseline);
    struct drift *drift = need(malloc((now.count + 1) * sizeof *drift));
    size_t count = 0;
    for (size_t i = 0; i < now.count; i++) {
        const struct figure *old = figures_find(&before, now.figure[i].name);
        if (old == NULL)
            continue;
        const double from = old->value, to = now.figure[i].value;
        const double larger = fmax(fabs(from), fabs(to));
        if (larger > 0 && fabs(to - from) > 0)
            drift[count++] = (struct drift){now.figure[i].name, from, to, fabs(to - from) / larger};
    }
    qsort(drift, count, sizeof *drift, by_share);
    printf("\nwhat differs most from the baseline: %zu figures\n", count);
    for (size_t i = 0; i < count && i < lines; i++) {
        const bool is_better =
            (drift[i].to > drift[i].from) == figure_is_better_higher(drift[i].name);
        const char *verdict = figure_is_amount(drift[i].name) ? "changed"
                              : is_better                     ? "better"
                                                              : "worse";
        printf("%16.3f ->%16.3f ", drift[i].from, drift[i].to);
        if (fabs(drift[i].from) > 0)
            printf("%+9.1f %%", 100 * (drift[i].to - drift[i].from) / fabs(drift[i].from));
        else
            printf("%11s", "new");
        printf("  %-8s", verdict);
        put_text(drift[i].name);
        printf("\n");
    }
    free(drift);
    figures_free(&now);
    figures_free(&before);
}

void report_print_frames(const json_t *run)
{
    print_head(run);
    print_verdict(run);
    print_frames(run);
}

void report_print(const json_t *run, const json_t *baseline, const struct report_wishes *wishes)
{
    report_print_frames(run);
    print_janks(run, wishes->lines);
    print_labels(run, wishes->lines);
    print_over_budget(run, wishes->lines);
    print_rates(run, "graphics");
    print_rates(run, "jit");
    print_missing(run);
    if (baseline != NULL)
        print_drift(run, baseline, wishes->lines);
}
