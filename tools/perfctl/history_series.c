/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the history. Each list has one order, whatever SQLite makes of the query. */
#include <stdlib.h>
#include <string.h>

#include "history_db.h"
#include "perfctl.h"
#include "run_file.h"
#include "statistics.h"

/* A commit's time is when it was made, or else when it was first measured. */
#define COMMITS                                                                                    \
    "(SELECT commit_sha AS sha, min(coalesce(committed_at, added_at)) AS at, min(id) AS first, "   \
    "count(*) AS runs, max(ref) AS ref FROM run WHERE (?2 IS NULL OR profile = ?2) AND "           \
    "(?3 IS NULL OR target = ?3) GROUP BY commit_sha)"

static json_t *text_json(const char *from)
{
    json_t *value = from != NULL ? json_string(from) : json_null();
    return value != NULL ? value : json_string("?"); /* not UTF-8: another program wrote it */
}

static const char *column(sqlite3_stmt *row, int at)
{
    return (const char *)sqlite3_column_text(row, at);
}

static json_t *time_json(sqlite3_stmt *row, int at)
{
    if (sqlite3_column_type(row, at) == SQLITE_NULL)
        return json_null();
    return json_string(history_time(sqlite3_column_int64(row, at)).text);
}

/* Of a column that is never null. */
static const char *text(sqlite3_stmt *row, int at)
{
    const char *found = column(row, at);
    return found != NULL ? found : "";
}

/* ?1 is the figure, ?2 the profile, ?3 the target, ?4 how many, -1 for all. */
static sqlite3_stmt *ask(struct history *history, const struct history_filter *filter,
                         const char *sql)
{
    sqlite3_stmt *query = history_prepare(history, sql);
    const char *const texts[] = {filter->figure, filter->profile, filter->target};
    for (int i = 0; query != NULL && i < 3; i++)
        (void)sqlite3_bind_text(query, i + 1, texts[i], -1, SQLITE_STATIC);
    if (query != NULL && sqlite3_bind_parameter_count(query) >= 4)
        (void)sqlite3_bind_int64(query, 4, filter->last > 0 ? (sqlite3_int64)filter->last : -1);
    return query;
}

/* Ends the query that gave the list: the list, or NULL after the line. */
static json_t *ended(struct history *history, sqlite3_stmt *query, json_t *list, int result,
                     int *code)
{
    *code = result == SQLITE_DONE ? EXIT_FINE : history_problem(history);
    (void)sqlite3_finalize(query);
    if (*code == EXIT_FINE)
        return list;
    json_decref(list);
    return NULL;
}

/* --- Runs, commits, names --- */

static json_t *run_json(sqlite3_stmt *row)
{
    static const char *const texts[] = {"commit", "ref", "profile", "target", "session", "source"};
    json_t *run = need(json_object());
    json_object_set_new(run, "id", json_integer(sqlite3_column_int64(row, 0)));
    json_object_set_new(run, "added_at", time_json(row, 1));
    json_object_set_new(run, "committed_at", time_json(row, 2));
    json_object_set_new(run, "repetition", json_integer(sqlite3_column_int64(row, 3)));
    json_object_set_new(run, "figures", json_integer(sqlite3_column_int64(row, 4)));
    for (int i = 0; i < 6; i++)
        json_object_set_new(run, texts[i], text_json(column(row, 5 + i)));
    return run;
}

static int add_environment(struct history *history, json_t *run)
{
    sqlite3_stmt *query = history_prepare(
        history, "SELECT key, value FROM environment WHERE run_id = ?1 ORDER BY key");
    json_t *to = need(json_object());
    int result = SQLITE_ERROR;
    (void)sqlite3_bind_int64(query, 1, json_integer_value(json_object_get(run, "id")));
    while (query != NULL && (result = sqlite3_step(query)) == SQLITE_ROW)
        (void)json_object_set_new(to, text(query, 0), text_json(column(query, 1)));
    json_object_set_new(run, "environment", to);
    (void)sqlite3_finalize(query);
    return result;
}

json_t *history_runs(struct history *history, const struct history_filter *filter, int *code)
{
    sqlite3_stmt *query = ask(history, filter,
                              "SELECT id, added_at, committed_at, repetition, "
                              "(SELECT count(*) FROM figure WHERE run_id = run.id), "
                              "commit_sha, ref, profile, target, session, source FROM run WHERE "
                              "(?2 IS NULL OR profile = ?2) AND (?3 IS NULL OR target = ?3) "
                              "ORDER BY id DESC LIMIT ?4");
    json_t *list = need(json_array());
    int result = SQLITE_ERROR;
    while (query != NULL && (result = sqlite3_step(query)) == SQLITE_ROW) {
        json_t *run = run_json(query);
        json_array_append_new(list, run);
        if (add_environment(history, run) != SQLITE_DONE) {
            result = SQLITE_ERROR;
            break;
        }
    }
    return ended(history, query, list, result, code);
}

json_t *history_commits(struct history *history, const struct history_filter *filter, int *code)
{
    sqlite3_stmt *query =
        ask(history, filter,
            "SELECT sha, at, ref, runs FROM " COMMITS " ORDER BY at DESC, first DESC LIMIT ?4");
    json_t *list = need(json_array());
    int result = SQLITE_ERROR;
    while (query != NULL && (result = sqlite3_step(query)) == SQLITE_ROW) {
        json_t *commit = need(json_object());
        json_object_set_new(commit, "commit", text_json(column(query, 0)));
        json_object_set_new(commit, "at", time_json(query, 1));
        json_object_set_new(commit, "ref", text_json(column(query, 2)));
        json_object_set_new(commit, "runs", json_integer(sqlite3_column_int64(query, 3)));
        json_array_insert_new(list, 0, commit);
    }
    return ended(history, query, list, result, code);
}

json_t *history_names(struct history *history, const char *glob, int *code)
{
    /* A name may have a glob's characters in it: then it is that one. */
    sqlite3_stmt *query = history_prepare(
        history, "SELECT text FROM name WHERE text = ?1 OR (text GLOB ?1 AND NOT EXISTS "
                 "(SELECT 1 FROM name WHERE text = ?1)) ORDER BY text");
    json_t *list = need(json_array());
    int result = SQLITE_ERROR;
    (void)sqlite3_bind_text(query, 1, glob, -1, SQLITE_STATIC);
    while (query != NULL && (result = sqlite3_step(query)) == SQLITE_ROW)
        json_array_append_new(list, text_json(column(query, 0)));
    return ended(history, query, list, result, code);
}

/* --- Series --- */

/* What the rows of one point have given so far. */
struct point {
    double *values;
    size_t n, room;
    struct statistics statistics;
    json_t *json; /* what it becomes; NULL: no point is open */
};

static void take_value(struct point *point, double value)
{
    if (point->n == point->room) {
        point->room = point->room > 0 ? 2 * point->room : 8;
        point->values = need(realloc(point->values, point->room * sizeof *point->values));
    }
    point->values[point->n++] = value;
    statistics_add(&point->statistics, value);
}

static void end_point(struct point *point)
{
    const struct statistics *from = &point->statistics;
    if (point->json == NULL)
        return;
    statistics_sort(point->values, point->n);
    json_object_set_new(point->json, "n", json_integer((json_int_t)point->n));
    json_object_set_new(point->json, "mean", json_real(from->mean));
    json_object_set_new(point->json, "variance", json_real(statistics_variance(from)));
    json_object_set_new(point->json, "stdev", json_real(statistics_stdev(from)));
    json_object_set_new(point->json, "cv", json_real(statistics_cv(from)));
    json_object_set_new(point->json, "min", json_real(from->min));
    json_object_set_new(point->json, "max", json_real(from->max));
    json_object_set_new(point->json, "median",
                        json_real(statistics_median(point->values, point->n)));
    *point = (struct point){.values = point->values, .room = point->room};
}

static bool is(const json_t *object, const char *key, const char *wanted)
{
    return strcmp(json_string_value(json_object_get(object, key)), wanted) == 0;
}

/* The series that a row belongs to: the list's last, or a new one behind it. */
static json_t *series_of(json_t *list, sqlite3_stmt *row)
{
    static const char *const keys[] = {"figure", "profile", "target"};
    json_t *last =
        json_array_size(list) > 0 ? json_array_get(list, json_array_size(list) - 1) : NULL;
    bool same = last != NULL;
    for (int i = 0; same && i < 3; i++)
        same = is(last, keys[i], text(row, i));
    if (same)
        return last;
    last = need(json_object());
    for (int i = 0; i < 3; i++)
        json_object_set_new(last, keys[i], text_json(column(row, i)));
    json_object_set_new(last, "points", json_array());
    json_array_append_new(list, last);
    return last;
}

static void take_row(json_t *list, struct point *point, sqlite3_stmt *row)
{
    json_t *points = json_object_get(series_of(list, row), "points");
    const char *commit = text(row, 3);
    const size_t count = json_array_size(points);
    if (count == 0 || !is(json_array_get(points, count - 1), "commit", commit)) {
        end_point(point);
        point->json = need(json_object());
        json_object_set_new(point->json, "commit", text_json(commit));
        json_object_set_new(point->json, "at", time_json(row, 4));
        json_array_append_new(points, point->json);
    }
    take_value(point, sqlite3_column_double(row, 5));
}

static void keep_last(json_t *list, uint64_t last)
{
    json_t *series;
    size_t i;
    json_array_foreach (list, i, series) {
        json_t *points = json_object_get(series, "points");
        while (last > 0 && json_array_size(points) > last)
            (void)json_array_remove(points, 0);
    }
}

json_t *history_series(struct history *history, const struct history_filter *filter, int *code)
{
    sqlite3_stmt *query =
        ask(history, filter,
            "SELECT name.text, run.profile, run.target, run.commit_sha, made.at, figure.value "
            "FROM figure JOIN run ON run.id = figure.run_id JOIN name ON name.id = figure.name_id "
            "JOIN " COMMITS " AS made ON made.sha = run.commit_sha "
            "WHERE (?1 IS NULL OR name.text = ?1) AND (?2 IS NULL OR run.profile = ?2) AND "
            "(?3 IS NULL OR run.target = ?3) "
            "ORDER BY 1, 2, 3, made.at, made.first, run.repetition, run.id");
    json_t *list = need(json_array());
    struct point point = {0};
    int result = SQLITE_ERROR;
    while (query != NULL && (result = sqlite3_step(query)) == SQLITE_ROW)
        take_row(list, &point, query);
    end_point(&point);
    free(point.values);
    keep_last(list, filter->last);
    return ended(history, query, list, result, code);
}
