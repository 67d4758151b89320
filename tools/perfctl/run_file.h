/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was recorded, whatever it was recorded as: a trace of perfd's, a run log or a perf.json. All
 * that reports, compares, gates and keeps works on one form, perf.json (docs/perf/perf-json.md).
 */
#ifndef PERFCTL_RUN_FILE_H
#define PERFCTL_RUN_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct run_file_options {
    const char *target;  /* NULL: $PERF_TARGET, else the machine's, "x86_64-linux" say */
    const char *profile; /* NULL: $PERF_PROFILE, else "default" */
    const char *budgets; /* a budget file's path; NULL: the budgets that are in the trace */
    const char *run_log; /* a file with a run_log; NULL: $PERF_RUN_LOG, else the group `rng` */
    FILE *folded;        /* stacks of spans go there, for flame graphs; NULL: they are not wanted */
};

/*
 * A perf.json of the file ("-": stdin), valid by its schema; the options say what a trace or a log
 * does not (of a perf.json they are not looked at). NULL after one line on stderr: it cannot be
 * read, is cut off, none of the three, of a newer version, or its runs[] is empty.
 */
json_t *run_file_load(const char *path, const struct run_file_options *options)
    __attribute__((warn_unused_result));

/* Writes a perf.json, "-": to stdout. EXIT_FINE, or EXIT_STATUS after a line. */
int run_file_write(const char *path, const json_t *perf_json);

/* Its runs[]: one or more. */
const json_t *run_file_runs(const json_t *perf_json);

/* Which of them is meant: wanted, from 1; 0: the one with the most frames, of equal ones the last.
 * Gives its place from 0, or -1 after one line on stderr: there are fewer. */
long run_file_choose(const json_t *perf_json, const char *path, size_t wanted);

/* Ends the process with EXIT_STATUS where it is NULL: there is no memory. Gives it back. */
void *need(void *memory);

#endif
