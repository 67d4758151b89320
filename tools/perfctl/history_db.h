/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of runs: one SQLite file, docs/perf/history.md. What fails says so in one line on
 * stderr and gives an exit code; what was begun is undone.
 */
#ifndef PERFCTL_HISTORY_DB_H
#define PERFCTL_HISTORY_DB_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "run_figures.h"

struct history {
    sqlite3 *db;
    const char *path;
};

/* What history_open() is for: only a writer makes a file that is not there. */
enum history_use { HISTORY_READ, HISTORY_WRITE };

/* EXIT_FINE, or an exit code: it is no history, of a newer version, or cannot be opened. Then it is
 * closed, and the file is as it was. */
int history_open(struct history *history, const char *path, enum history_use use)
    __attribute__((warn_unused_result));
void history_close(struct history *history);

/* NULL where it fails: history_problem() knows why. */
sqlite3_stmt *history_prepare(struct history *history, const char *sql);

/* The line on stderr, of SQLite's last error; EXIT_UNUSABLE where the file is to blame. */
int history_problem(struct history *history);

/* Text that came from elsewhere: whatever could steer a terminal is shown as '?'. */
void history_print(FILE *to, const char *text);

/* UTC, as in 2026-01-31T12:00:00Z. */
struct history_time {
    char text[32];
};
struct history_time history_time(int64_t seconds);

/* --- history_add.c --- */

struct history_setting {
    char *key, *value;
};

struct history_run {
    const char *commit; /* 7 to 64 lower-case hex digits */
    const char *ref;    /* a branch; NULL: not said */
    const char *profile, *target;
    const char *session, *source; /* the session's name, the file's; "": none */
    const int64_t *committed_at;  /* seconds since 1970; NULL: not said */
    int64_t repetition;           /* runs of one commit, profile and target are told apart by it */
    const struct history_setting *environment;
    size_t settings;
    struct figures figures;
};

enum history_outcome {
    HISTORY_ADDED,
    HISTORY_THERE, /* the very same run was there: nothing was added */
    HISTORY_OTHER, /* another run has this repetition: nothing was added */
};

/* A figure that two runs differ in; only one of them may have it. */
struct history_difference {
    char *name; /* NULL: they do not */
    bool was, is;
    double before, now;
    size_t more; /* figures that differ besides */
};

/* All of the run, or nothing. EXIT_FINE and the outcome, or an exit code. With HISTORY_OTHER,
 * *difference names one of the figures that differ; its name is to be freed. */
int history_add(struct history *history, const struct history_run *run,
                enum history_outcome *outcome, struct history_difference *difference)
    __attribute__((warn_unused_result));

/* --- history_series.c --- */

/* NULL and 0: all of them. */
struct history_filter {
    const char *figure, *profile, *target;
    uint64_t last; /* only the last of the runs, or of a series' commits */
};

/* Newest first; environments with them. NULL after a line on stderr, as below; *code is its. */
json_t *history_runs(struct history *history, const struct history_filter *filter, int *code);

/* Commits in their order: `commit`, `at`, `ref` (or null), `runs`. */
json_t *history_commits(struct history *history, const struct history_filter *filter, int *code);

/* As history.json has them (docs/perf/history.schema.json): by figure, profile and target, their
 * points in the order of their commits. */
json_t *history_series(struct history *history, const struct history_filter *filter, int *code);

/* Names of figures that match a glob, or are that word for word; by name. */
json_t *history_names(struct history *history, const char *glob, int *code);

#endif
