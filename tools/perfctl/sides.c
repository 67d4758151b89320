/* SPDX-License-Identifier: Apache-2.0 */
#include "sides.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "run_file.h"
#include "statistics.h"

/* Sums and differences of two of them are numbers still, and so are squares. */
#define FIGURE_MAX 1e100

/* --- What there is to say --------------------------------------------------------------------- */

static void put_keys(const json_t *object)
{
    const char *between = "", *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
        fprintf(stderr, "%s'", between);
        put_string(stderr, key);
        fprintf(stderr, "'");
        between = ", ";
    }
}

static void add_key(json_t *object, const char *key)
{
    if (json_object_set_new(object, key, json_true()) != 0)
        (void)need(NULL);
}

/* --- Runs ------------------------------------------------------------------------------------- */

static bool are_usable(const char *path, const struct figures *figures)
{
    for (size_t i = 0; i < figures->count; i++) {
        if (fabs(figures->figure[i].value) <= FIGURE_MAX)
            continue;
        fprintf(stderr, "perfctl: %s: no figure is as large as ", path);
        put_string(stderr, figures->figure[i].name);
        fprintf(stderr, "\n");
        return false;
    }
    return true;
}

static bool add_run(struct side *side, const char *path, const json_t *run)
{
    side->of_run = need(realloc(side->of_run, (side->runs + 1) * sizeof *side->of_run));
    side->of_run[side->runs] = figures_of_run(run);
    return are_usable(path, &side->of_run[side->runs++]);
}

static bool load_file(struct sides *to, struct side *side, const char *path, const char *profile)
{
    const struct run_file_options options = {.profile = profile};
    json_t *perf_json = run_file_load(path, &options);
    const json_t *run;
    bool is_fine = true;
    size_t i;
    if (perf_json == NULL)
        return false;
    add_key(to->targets, json_string_value(json_object_get(perf_json, "target")));
    json_array_foreach (run_file_runs(perf_json), i, run) {
        const char *is = json_string_value(json_object_get(run, "profile"));
        add_key(to->profiles, is);
        if (is_fine && (profile == NULL || strcmp(is, profile) == 0))
            is_fine = add_run(side, path, run);
    }
    json_decref(perf_json);
    return is_fine;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct figure *)left)->name, ((const struct figure *)right)->name);
}

/* Of n of the same name, whose values are copied to room. */
static struct side_figure figure_over_runs(const struct figure *same, size_t n, double *room)
{
    struct statistics statistics = {0};
    for (size_t i = 0; i < n; i++) {
        room[i] = same[i].value;
        statistics_add(&statistics, room[i]);
    }
    statistics_sort(room, n);
    return (struct side_figure){.name = same->name,
                                .median = statistics_median(room, n),
                                .cv = statistics_cv(&statistics),
                                .runs = n};
}

static void fold_runs(struct side *side)
{
    struct figure *all = NULL;
    size_t total = 0;
    double *room = need(calloc(side->runs + 1, sizeof *room));
    for (size_t i = 0; i < side->runs; i++) {
        const struct figures *figures = &side->of_run[i];
        all = need(realloc(all, (total + figures->count + 1) * sizeof *all));
        if (figures->count > 0)
            memcpy(all + total, figures->figure, figures->count * sizeof *all);
        total += figures->count;
    }
    if (total > 0)
        qsort(all, total, sizeof *all, by_name);
    side->figure = need(calloc(total + 1, sizeof *side->figure));
    for (size_t i = 0, n; i < total; i += n) {
        for (n = 1; i + n < total && by_name(&all[i], &all[i + n]) == 0;)
            n++;
        side->figure[side->count++] = figure_over_runs(&all[i], n, room);
    }
    free(room);
    free(all);
}

static bool load_side(struct sides *to, struct side *side, const struct side_files *files,
                      const char *profile)
{
    for (size_t i = 0; i < files->count; i++)
        if (!load_file(to, side, files->path[i], profile))
            return false;
    fold_runs(side);
    if (side->runs > 0 || files->count == 0)
        return true;
    fprintf(stderr, "perfctl: no run of %s is of the profile '", side->what);
    put_string(stderr, profile);
    fprintf(stderr, "'; what was read is of ");
    put_keys(to->profiles);
    fprintf(stderr, "\n");
    return false;
}

/* --- Both sides ------------------------------------------------------------------------------- */

static bool choose_profile(struct sides *to, const char *profile)
{
    to->profile = profile != NULL ? profile : json_object_iter_key(json_object_iter(to->profiles));
    if (profile != NULL || json_object_size(to->profiles) == 1)
        return true;
    fprintf(stderr, "perfctl: the runs are of several profiles, ");
    put_keys(to->profiles);
    fprintf(stderr, ": choose one with --profile\n");
    return false;
}

static void join_sides(struct sides *to)
{
    const struct side *left = &to->current, *right = &to->baseline;
    size_t i = 0, j = 0;
    to->pair = need(calloc(left->count + right->count + 1, sizeof *to->pair));
    while (i < left->count || j < right->count) {
        struct pair *pair = &to->pair[to->count++];
        const int order = i == left->count    ? 1
                          : j == right->count ? -1
                                              : strcmp(left->figure[i].name, right->figure[j].name);
        if (order <= 0)
            pair->current = &left->figure[i++];
        if (order >= 0)
            pair->baseline = &right->figure[j++];
        pair->name = order <= 0 ? pair->current->name : pair->baseline->name;
    }
}

bool sides_load(struct sides *to, const struct side_files *current,
                const struct side_files *baseline, const char *profile)
{
    *to = (struct sides){.current.what = "the current side", .baseline.what = "the baseline"};
    to->profiles = need(json_object());
    to->targets = need(json_object());
    if (!load_side(to, &to->current, current, profile) ||
        !load_side(to, &to->baseline, baseline, profile) || !choose_profile(to, profile)) {
        sides_free(to);
        return false;
    }
    join_sides(to);
    if (json_object_size(to->targets) > 1) {
        fprintf(stderr, "perfctl: the runs are of several targets, ");
        put_keys(to->targets);
        fprintf(stderr, ": their times hardly compare\n");
    }
    return true;
}

static void side_free(struct side *side)
{
    for (size_t i = 0; i < side->runs; i++)
        figures_free(&side->of_run[i]);
    free(side->of_run);
    free(side->figure);
}

void sides_free(struct sides *sides)
{
    side_free(&sides->current);
    side_free(&sides->baseline);
    json_decref(sides->profiles);
    json_decref(sides->targets);
    free(sides->pair);
    *sides = (struct sides){0};
}

/* --- Arguments -------------------------------------------------------------------------------- */

void sides_take_baseline(const struct side_files *current, struct side_files *baseline,
                         const char *path)
{
    baseline->path[baseline->count++] = path;
    baseline->takes_the_rest = current->count > 0;
}

void sides_take_file(struct side_files *current, struct side_files *baseline, const char *path)
{
    struct side_files *to = baseline->takes_the_rest ? baseline : current;
    to->path[to->count++] = path;
}

/* --- Changes ---------------------------------------------------------------------------------- */

double change_slack(double left, double right)
{
    return 1e-9 * fmax(fabs(left), fabs(right));
}

const char *direction_word(enum direction direction)
{
    static const char *const words[DIRECTIONS] = {"same", "better", "worse", "changed"};
    return words[direction];
}

struct change change_of(const struct pair *pair)
{
    const double now = pair->current->median, was = pair->baseline->median;
    struct change change = {.absolute = now - was};
    if (fabs(change.absolute) <= change_slack(now, was))
        return (struct change){0};
    change.is_new = !(fabs(was) > 0);
    change.percent = change.is_new ? 0 : change.absolute / fabs(was) * 100;
    const bool is_better = (change.absolute > 0) == figure_is_better_higher(pair->name);
    change.direction = is_better ? DIRECTION_BETTER : DIRECTION_WORSE;
    if (figure_is_amount(pair->name))
        change.direction = DIRECTION_OTHER;
    return change;
}

const char *number_text(char text[NUMBER_TEXT], double value)
{
    const double size = fabs(value);
    const char *format = "%.3f";
    if (!(size < 1e15) || (size > 0 && size < 0.0005))
        format = "%.3g";
    else if (size - floor(size) <= 0)
        format = "%.0f";
    (void)snprintf(text, NUMBER_TEXT, format, value);
    return text;
}

json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}
