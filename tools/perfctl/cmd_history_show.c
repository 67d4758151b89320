/* SPDX-License-Identifier: Apache-2.0 */
/* history list and history trend: what is there, for a terminal. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd_history.h"

#define BAR_MAX 24

static struct history_filter filter_of(const struct history_arguments *arguments)
{
    return (struct history_filter){
        .profile = arguments->profile, .target = arguments->target, .last = arguments->last};
}

static void print_text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    history_print(stdout, text != NULL ? text : "-");
}

static void print_commit(const json_t *object)
{
    char commit[13];
    const char *text = json_string_value(json_object_get(object, "commit"));
    (void)snprintf(commit, sizeof commit, "%s", text != NULL ? text : "-");
    history_print(stdout, commit);
    printf("%*s", (int)(sizeof commit - strlen(commit)) + 1, "");
}

/* --- list --- */

static void print_run(const json_t *run)
{
    printf("%6" JSON_INTEGER_FORMAT "  ", json_integer_value(json_object_get(run, "id")));
    print_text_of(run, "added_at");
    printf("  ");
    print_commit(run);
    printf("%6" JSON_INTEGER_FORMAT "%9" JSON_INTEGER_FORMAT "  ",
           json_integer_value(json_object_get(run, "repetition")),
           json_integer_value(json_object_get(run, "figures")));
    print_text_of(run, "profile");
    printf("  ");
    print_text_of(run, "target");
    printf("  ");
    print_text_of(run, "session");
    printf("\n");
}

int history_list(struct history *history, const struct history_arguments *arguments)
{
    const struct history_filter filter = filter_of(arguments);
    const json_t *run;
    size_t i;
    int code;
    json_t *runs = history_runs(history, &filter, &code);
    if (runs == NULL)
        return code;
    if (arguments->common.json) {
        print_json(json_pack("{s:o}", "runs", runs));
        return EXIT_FINE;
    }
    printf("%6s  %-20s  %-14s%6s%9s  %s\n", "id", "added", "commit", "repeat", "figures",
           "profile  target  session");
    json_array_foreach (runs, i, run)
        print_run(run);
    json_decref(runs);
    return EXIT_FINE;
}

/* --- trend --- */

static double number(const json_t *point, const char *key)
{
    return json_number_value(json_object_get(point, key));
}

static void print_change(const json_t *point, const json_t *previous)
{
    const double now = number(point, "median"), before = number(previous, "median");
    if (previous == NULL || !(fabs(before) > 0))
        printf("%10s", "-");
    else
        printf("%+8.1f %%", (now - before) / fabs(before) * 100);
}

static double largest(const json_t *points)
{
    double found = 0;
    const json_t *point;
    size_t i;
    json_array_foreach (points, i, point) {
        found = fmax(found, fabs(number(point, "median")));
    }
    return found;
}

static void print_series(const json_t *series)
{
    static const char bar[BAR_MAX + 1] = "########################";
    const json_t *points = json_object_get(series, "points"), *point, *previous = NULL;
    const double most = largest(points);
    size_t i;
    print_text_of(series, "figure");
    printf("  profile ");
    print_text_of(series, "profile");
    printf("  target ");
    print_text_of(series, "target");
    printf("\n%-14s%6s%14s%10s\n", "commit", "runs", "median", "change");
    json_array_foreach (points, i, point) {
        const double part = most > 0 ? fabs(number(point, "median")) / most : 0;
        print_commit(point);
        printf("%6" JSON_INTEGER_FORMAT "%14.6g", json_integer_value(json_object_get(point, "n")),
               number(point, "median"));
        print_change(point, previous);
        printf("  %.*s\n", (int)lround(part * BAR_MAX), bar);
        previous = point;
    }
}

static int show_series(struct history *history, const struct history_arguments *arguments,
                       const char *figure)
{
    struct history_filter filter = filter_of(arguments);
    const json_t *one;
    size_t i;
    int code;
    filter.figure = figure;
    json_t *series = history_series(history, &filter, &code);
    if (series == NULL)
        return code;
    if (json_array_size(series) == 0) {
        fprintf(stderr, "perfctl: no run of this profile and target has the figure\n");
        code = EXIT_STATUS;
    }
    if (arguments->common.json && code == EXIT_FINE) {
        print_json(json_pack("{s:o}", "series", series));
        return code;
    }
    json_array_foreach (series, i, one) {
        printf("%s", i > 0 ? "\n" : "");
        print_series(one);
    }
    json_decref(series);
    return code;
}

/* Several match: which of them is to be shown? */
static int show_names(const struct history_arguments *arguments, json_t *names)
{
    const json_t *name;
    size_t i;
    if (arguments->common.json) {
        print_json(json_pack("{s:O}", "figures", names));
        return EXIT_FINE;
    }
    json_array_foreach (names, i, name) {
        history_print(stdout, json_string_value(name));
        printf("\n");
    }
    return EXIT_FINE;
}

int history_trend(struct history *history, const struct history_arguments *arguments)
{
    int code;
    json_t *names = history_names(history, arguments->figure, &code);
    if (names == NULL)
        return code;
    if (json_array_size(names) == 1) {
        code = show_series(history, arguments, json_string_value(json_array_get(names, 0)));
    } else if (json_array_size(names) > 1) {
        code = show_names(arguments, names);
    } else {
        fprintf(stderr, "perfctl: no figure ");
        history_print(stderr, arguments->figure);
        fprintf(stderr, "; history trend '*' lists them\n");
        code = EXIT_STATUS;
    }
    json_decref(names);
    return code;
}
