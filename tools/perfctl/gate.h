/* SPDX-License-Identifier: Apache-2.0 */
/* Runs judged by limits: the rules are in docs/perf/gating.md. */
#ifndef PERFCTL_GATE_H
#define PERFCTL_GATE_H

#include <stddef.h>
#include <stdio.h>

#include "sides.h"
#include "thresholds.h"

/* Unstable: there are too few runs to judge by, or they lie too far apart. */
enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_FAIL, VERDICT_UNSTABLE, VERDICTS };

/* One figure by one limit. */
struct judged {
    const struct limit *limit;
    const char *figure;      /* or the limit's pattern, where nothing matches */
    const struct pair *pair; /* NULL: no side has it */
    enum verdict verdict;
    char *why; /* empty: there is nothing to say */
};

struct gate {
    const struct sides *sides;
    struct judged *judged; /* as the limits come in the file, of a pattern by name */
    size_t count, by_verdict[VERDICTS];
};

void gate_judge(struct gate *to, const struct threshold_profile *by, const struct sides *sides);
void gate_free(struct gate *gate);

/* "ok", "warn", "fail", "unstable". */
const char *verdict_word(enum verdict verdict);

/* Those that say something, in the order in which people want them: calls with each. */
void gate_each_problem(const struct gate *gate, FILE *to,
                       void (*call)(FILE *to, const struct judged *judged));

/* "1 failed, 2 warned, 14 ok", and how many are unstable where any is. */
void put_gate_counts(FILE *to, const struct gate *gate);

/* The whole file for a pull request. */
void gate_markdown(FILE *to, const void *gate);

#endif
