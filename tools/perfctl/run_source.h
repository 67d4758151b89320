/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of file that run_file_load() tells apart. */
#ifndef PERFCTL_RUN_SOURCE_H
#define PERFCTL_RUN_SOURCE_H

#include <stdio.h>

#include "run_file.h"

struct run_source {
    const char *path;
    FILE *file;       /* behind its head */
    const char *head; /* its first bytes */
    size_t head_length;
    const char *kind; /* as source.kind has it */
    const struct run_file_options *options;
};

/* A run of it; NULL after a line on stderr. */
bool run_is_trace(const char *head, size_t length);
json_t *run_of_trace(const struct run_source *source);

bool run_is_log(const char *head, size_t length);

/* An array of runs, one for each session; likewise. */
json_t *run_of_log(const struct run_source *source);

/* How many frames a run has. */
size_t run_file_frames(const json_t *run);

/* What perf.json has as its target. */
json_t *run_target(const struct run_file_options *options);

#endif
