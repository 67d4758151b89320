/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `perfctl history` share. Each of them gives an exit code. */
#ifndef PERFCTL_CMD_HISTORY_H
#define PERFCTL_CMD_HISTORY_H

#include "history_db.h"
#include "perfctl.h"

struct history_arguments {
    struct common common;
    const char *db;
    const char *figure; /* of trend */
    char **files;       /* of add */
    size_t file_count;
    json_t **loaded; /* each of them as a perf.json */
    char commit[65]; /* empty: not said */
    const char *ref;
    int64_t committed_at;
    bool has_committed_at;
    struct history_setting *settings; /* --env; they go before what is found out */
    size_t setting_count;
    uint64_t repetition;
    const char *profile, *target, *output, *commit_url;
    uint64_t last; /* 0: all */
};

/* All files are looked at before the history is: of bad input nothing is added, not even some. */
int history_load_files(struct history_arguments *arguments);
int history_add_files(struct history *history, const struct history_arguments *arguments);
int history_list(struct history *history, const struct history_arguments *arguments);
int history_trend(struct history *history, const struct history_arguments *arguments);
int history_html(struct history *history, const struct history_arguments *arguments);
int history_export(struct history *history, const struct history_arguments *arguments);

/* --- history_arguments.c: each ends the process with EXIT_UNUSABLE where the text is none --- */

/* 7 to 64 hex digits, as they come or in capitals. */
void history_argument_commit(struct history_arguments *to, const struct argp_state *state,
                             const char *name, const char *text);
/* Seconds since 1970, or as ISO 8601 has it: 2026-01-31T12:00:00Z or with +01:00. */
void history_argument_time(struct history_arguments *to, const struct argp_state *state,
                           const char *text);
/* KEY=VALUE */
void history_argument_setting(struct history_arguments *to, const struct argp_state *state,
                              const char *text);
/* http:// or https://, with one %s for a commit */
void history_argument_url(struct history_arguments *to, const struct argp_state *state,
                          const char *text);
/* UTF-8 without control characters, not empty. */
const char *history_argument_text(const struct argp_state *state, const char *name,
                                  const char *text);

#endif
