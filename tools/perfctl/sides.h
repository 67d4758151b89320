/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sides of repeated runs, figure by figure: what is compared and gated. Every run of every file
 * of a side is one repetition; a side's figure is the median over those runs that have it.
 */
#ifndef PERFCTL_SIDES_H
#define PERFCTL_SIDES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "run_figures.h"

struct side_figure {
    const char *name;
    double median, cv; /* over its runs; |median| is at most 1e100 */
    size_t runs;       /* that have it: 1 or more */
};

struct side {
    const char *what;           /* "the baseline", in messages */
    struct side_figure *figure; /* by name, each once */
    size_t count;
    size_t runs; /* 0: no such side */
    struct figures *of_run;
};

/* One figure of either side, or of both. NULL: that side has none of it. */
struct pair {
    const char *name;
    const struct side_figure *current, *baseline;
};

struct sides {
    struct side current, baseline;
    json_t *profiles; /* the keys of an object: those of the runs that were read */
    json_t *targets;
    const char *profile; /* of all runs that count */
    struct pair *pair;   /* by name */
    size_t count;
};

struct side_files {
    const char **path; /* as run_file_load() takes them */
    size_t count;
    bool takes_the_rest; /* of the baseline's: the files that come next are its own */
};

/*
 * For a parser that takes arguments in order: `--baseline FILE`, and a file without an option. What
 * stands behind --baseline is the baseline's, unless nothing stands in front of it: then the other
 * side is still to come.
 */
void sides_take_baseline(const struct side_files *current, struct side_files *baseline,
                         const char *path);
void sides_take_file(struct side_files *current, struct side_files *baseline, const char *path);

/*
 * profile NULL: all runs must be of one; else those of another do not count. False after one line
 * on stderr, where there is nothing to free. No baseline files: no such side.
 */
bool sides_load(struct sides *to, const struct side_files *current,
                const struct side_files *baseline, const char *profile)
    __attribute__((warn_unused_result));
void sides_free(struct sides *sides);

enum direction { DIRECTION_SAME, DIRECTION_BETTER, DIRECTION_WORSE, DIRECTION_OTHER, DIRECTIONS };

struct change {
    double absolute, percent; /* of the baseline's size; percent is 0 where is_new */
    bool is_new;              /* from a baseline of zero: there is no percentage */
    enum direction direction;
};

/* "better", say. */
const char *direction_word(enum direction direction);

/* Of a pair with both. */
struct change change_of(const struct pair *pair);

/* Differences up to this come of binary fractions, not of runs. */
double change_slack(double left, double right);

/* "27.300", "5", "1.2e-05": up to three decimals where that says enough. In text, which it gives.
 */
enum { NUMBER_TEXT = 48 };
const char *number_text(char text[NUMBER_TEXT], double value);

/* null where JSON has no such number. */
json_t *json_number(double value);

#endif
