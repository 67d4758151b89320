/* SPDX-License-Identifier: Apache-2.0 */
/* A file of limits that runs are gated by: docs/perf/gating.md has its format. */
#ifndef PERFCTL_THRESHOLDS_H
#define PERFCTL_THRESHOLDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A critical bound fails, a target warns. */
enum level { LEVEL_TARGET, LEVEL_CRITICAL, LEVELS };

struct bound {
    bool is_set[LEVELS];
    double value[LEVELS];
};

enum better { BETTER_BY_NAME, BETTER_LOWER, BETTER_HIGHER };

enum on_missing { MISSING_FAILS, MISSING_WARNS, MISSING_IS_OK };

struct limit {
    const char *figure; /* a name, or with is_glob a pattern of fnmatch() */
    bool is_glob;
    struct bound max, min, percent, absolute; /* the last two: of a regression, 0 or more */
    enum better better;
    enum on_missing missing;
    bool has_max_cv;
    double max_cv;
    size_t min_runs; /* 1 or more */
};

struct threshold_profile {
    const char *name;
    struct limit *limit;
    size_t count; /* 1 or more */
};

struct thresholds {
    json_t *root; /* which the names point into */
    struct threshold_profile *profile;
    size_t count;
};

/* False after one line on stderr that says where the file is wrong; then there is nothing to free.
 */
bool thresholds_load(struct thresholds *to, const char *path) __attribute__((warn_unused_result));
void thresholds_free(struct thresholds *thresholds);

/* NULL after a line on stderr that lists those that there are. */
const struct threshold_profile *thresholds_find(const struct thresholds *in, const char *path,
                                                const char *profile);

/* Judged against a baseline? */
bool limit_is_relative(const struct limit *limit);

#endif
