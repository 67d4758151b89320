/* SPDX-License-Identifier: Apache-2.0 */
/* history export and history html: what is there, for programs and for a browser. */
#include <stdio.h>
#include <string.h>

#include "cmd_history.h"
#include "page.h"
#include "perfd/perfd.h"
#include "run_figures.h"
#include "run_file.h"

#define VERSION 1
/* As many digits as give back every double. */
#define FORM (JSON_INDENT(1) | JSON_REAL_PRECISION(17))

int history_export(struct history *history, const struct history_arguments *arguments)
{
    const struct history_filter filter = {.profile = arguments->profile,
                                          .target = arguments->target};
    int code;
    json_t *series = history_series(history, &filter, &code);
    if (series == NULL)
        return code;
    json_t *all = need(json_pack("{s:i, s:s, s:o}", "version", VERSION, "generator",
                                 "perfctl " PERFD_VERSION, "series", series));
    code = output_open(arguments->output);
    if (code == EXIT_FINE) {
        const bool written =
            json_dumpf(all, output_file(), FORM) == 0 && fputc('\n', output_file()) != EOF;
        code = written ? output_commit() : output_problem();
    }
    json_decref(all);
    return code;
}

/* --- A page --- */

/* A point as the page has it, much shorter: its commit's place in `commits`, and numbers in the
 * order of `columns`. NULL: the commit is not shown. */
static json_t *point_row(const json_t *point, const json_t *places)
{
    static const char *const columns[] = {"n", "mean", "stdev", "min", "max", "median"};
    const char *commit = json_string_value(json_object_get(point, "commit"));
    const json_t *place = json_object_get(places, commit);
    if (place == NULL)
        return NULL;
    json_t *row = need(json_array());
    json_array_append(row, (json_t *)(uintptr_t)place);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        json_array_append(row, json_object_get(point, columns[i]));
    return row;
}

static void shorten(json_t *series, const json_t *places)
{
    json_t *points = json_object_get(series, "points"), *rows = need(json_array());
    const json_t *point;
    size_t i;
    json_array_foreach (points, i, point) {
        json_t *row = point_row(point, places);
        if (row != NULL)
            json_array_append_new(rows, row);
    }
    json_object_set_new(series, "points", rows);
    const char *figure = json_string_value(json_object_get(series, "figure"));
    json_object_set_new(series, "better_higher",
                        figure_is_amount(figure) ? json_null()
                                                 : json_boolean(figure_is_better_higher(figure)));
}

/* Commit: its place. */
static json_t *places_of(const json_t *commits)
{
    json_t *places = need(json_object());
    const json_t *commit;
    size_t i;
    json_array_foreach (commits, i, commit) {
        const char *sha = json_string_value(json_object_get(commit, "commit"));
        json_object_set_new(places, sha, json_integer((json_int_t)i));
    }
    return places;
}

static json_t *page_data(json_t *commits, json_t *series, const char *commit_url)
{
    json_t *places = places_of(commits), *one;
    size_t i;
    json_array_foreach (series, i, one) {
        shorten(one, places);
    }
    json_decref(places);
    return need(json_pack("{s:s?, s:s, s:o, s:o}", "commit_url", commit_url, "generator",
                          "perfctl " PERFD_VERSION, "commits", commits, "series", series));
}

int history_html(struct history *history, const struct history_arguments *arguments)
{
    const struct history_filter filter = {
        .profile = arguments->profile, .target = arguments->target, .last = arguments->last};
    int code;
    json_t *commits = history_commits(history, &filter, &code);
    json_t *series = commits != NULL ? history_series(history, &filter, &code) : NULL;
    if (series == NULL) {
        json_decref(commits);
        return code;
    }
    json_t *data = page_data(commits, series, arguments->commit_url);
    code = output_open(arguments->output);
    if (code == EXIT_FINE)
        code = page_write(output_file(), "perfd: history", "history", data) ? output_commit()
                                                                            : output_problem();
    json_decref(data);
    return code;
}
