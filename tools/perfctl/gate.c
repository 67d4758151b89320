/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"

#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "run_file.h"

/* One figure on its way to a verdict. */
struct judging {
    const struct limit *limit;
    const struct pair *pair;
    FILE *why;
    size_t reasons;
};

__attribute__((format(printf, 2, 3))) static void say(struct judging *judging, const char *format,
                                                      ...)
{
    va_list arguments;
    if (judging->reasons++ > 0)
        fprintf(judging->why, "; ");
    va_start(arguments, format);
    (void)vfprintf(judging->why, format, arguments);
    va_end(arguments);
}

/* --- Bounds ----------------------------------------------------------------------------------- */

static bool is_better_higher(const struct judging *judging)
{
    if (judging->limit->better == BETTER_BY_NAME)
        return figure_is_better_higher(judging->pair->name);
    return judging->limit->better == BETTER_HIGHER;
}

static bool is_zero(double value)
{
    return !(fabs(value) > 0);
}

static void say_regression(struct judging *judging, enum level level)
{
    const struct bound *percent = &judging->limit->percent, *absolute = &judging->limit->absolute;
    const double now = judging->pair->current->median, was = judging->pair->baseline->median;
    const char *side = now > was ? "above" : "below";
    char now_text[NUMBER_TEXT], was_text[NUMBER_TEXT], by[NUMBER_TEXT], limit[NUMBER_TEXT];
    number_text(now_text, now);
    number_text(was_text, was);
    if (absolute->is_set[level])
        number_text(limit, absolute->value[level]);
    if (is_zero(was)) {
        say(judging, "%s is %s %s (%s%s)", now_text, side, was_text,
            absolute->is_set[level] ? "limit " : "no percentage of zero allows for any",
            absolute->is_set[level] ? limit : "");
        return;
    }
    if (!percent->is_set[level]) {
        say(judging, "%s is %s %s %s (limit %s)", now_text, number_text(by, fabs(now - was)), side,
            was_text, limit);
        return;
    }
    const double is = fabs(now - was) / fabs(was) * 100, may = percent->value[level];
    char may_text[NUMBER_TEXT];
    say(judging, "%s is %.*f %% %s %s (limit %s %%%s%s)", now_text, is - may < 0.1 ? 3 : 1, is,
        side, was_text, number_text(may_text, may), absolute->is_set[level] ? " and " : "",
        absolute->is_set[level] ? limit : "");
}

/* Beyond percent and absolute both, where both are given: a large share of little is noise, and so
 * is a small share of much. Zero has no percentage: there the absolute limit alone decides. */
static void check_regression(struct judging *judging, enum level level)
{
    const struct bound *percent = &judging->limit->percent, *absolute = &judging->limit->absolute;
    if (judging->pair->baseline == NULL || (!percent->is_set[level] && !absolute->is_set[level]))
        return;
    const double now = judging->pair->current->median, was = judging->pair->baseline->median;
    const double worse = is_better_higher(judging) ? was - now : now - was;
    const double beyond = worse - change_slack(now, was);
    bool fails = beyond > 0;
    if (percent->is_set[level])
        fails = fails && beyond > fabs(was) * percent->value[level] / 100;
    if (absolute->is_set[level])
        fails = fails && beyond > absolute->value[level];
    if (fails)
        say_regression(judging, level);
}

static void check_level(struct judging *judging, enum level level)
{
    const struct bound *max = &judging->limit->max, *min = &judging->limit->min;
    const double now = judging->pair->current->median;
    char is[NUMBER_TEXT], limit[NUMBER_TEXT];
    number_text(is, now);
    if (max->is_set[level] && now > max->value[level])
        say(judging, "%s is above %s", is, number_text(limit, max->value[level]));
    if (min->is_set[level] && now < min->value[level])
        say(judging, "%s is below %s", is, number_text(limit, min->value[level]));
    check_regression(judging, level);
}

/* --- Figures ---------------------------------------------------------------------------------- */

static enum verdict verdict_of_missing(const struct limit *limit)
{
    return limit->missing == MISSING_FAILS   ? VERDICT_FAIL
           : limit->missing == MISSING_WARNS ? VERDICT_WARN
                                             : VERDICT_OK;
}

static void check_stability(struct judging *judging, const struct side *side,
                            const struct side_figure *figure)
{
    const struct limit *limit = judging->limit;
    if (figure->runs < limit->min_runs)
        say(judging, "%zu run%s of %s, of at least %zu", figure->runs, figure->runs == 1 ? "" : "s",
            side->what, limit->min_runs);
    else if (limit->has_max_cv && figure->cv > limit->max_cv)
        say(judging, "cv %.3f over %zu runs of %s is above %.3f", figure->cv, figure->runs,
            side->what, limit->max_cv);
}

static enum verdict judge(struct judging *judging, const struct sides *sides)
{
    const struct limit *limit = judging->limit;
    const struct pair *pair = judging->pair;
    enum verdict verdict = VERDICT_OK;
    if (pair->current == NULL) {
        say(judging, "is missing, and is in the baseline");
        return verdict_of_missing(limit);
    }
    check_stability(judging, &sides->current, pair->current);
    if (pair->baseline != NULL && limit_is_relative(limit))
        check_stability(judging, &sides->baseline, pair->baseline);
    if (judging->reasons > 0)
        return VERDICT_UNSTABLE;
    /* One more that a pattern matches is no surprise; one that a limit names should be there. */
    if (pair->baseline == NULL && limit_is_relative(limit) && !limit->is_glob) {
        say(judging, "is missing in the baseline");
        verdict = verdict_of_missing(limit);
    }
    const size_t before = judging->reasons;
    check_level(judging, LEVEL_CRITICAL);
    if (judging->reasons > before)
        return VERDICT_FAIL;
    check_level(judging, LEVEL_TARGET);
    return judging->reasons > before && verdict == VERDICT_OK ? VERDICT_WARN : verdict;
}

static void add(struct gate *to, struct judged judged)
{
    to->judged = need(realloc(to->judged, (to->count + 1) * sizeof *to->judged));
    to->judged[to->count++] = judged;
    to->by_verdict[judged.verdict]++;
}

static void add_figure(struct gate *to, const struct limit *limit, const struct pair *pair)
{
    struct judged judged = {.limit = limit, .figure = pair->name, .pair = pair};
    size_t size;
    struct judging judging = {.limit = limit, .pair = pair};
    judging.why = need(open_memstream(&judged.why, &size));
    judged.verdict = judge(&judging, to->sides);
    if (fclose(judging.why) != 0)
        (void)need(NULL);
    add(to, judged);
}

static void add_missing(struct gate *to, const struct limit *limit, const char *why)
{
    add(to, (struct judged){.limit = limit,
                            .figure = limit->figure,
                            .verdict = verdict_of_missing(limit),
                            .why = need(strdup(why))});
}

static bool matches(const struct limit *limit, const char *name)
{
    return limit->is_glob ? fnmatch(limit->figure, name, 0) == 0 : strcmp(limit->figure, name) == 0;
}

void gate_judge(struct gate *to, const struct threshold_profile *by, const struct sides *sides)
{
    *to = (struct gate){.sides = sides};
    for (size_t i = 0; i < by->count; i++) {
        const struct limit *limit = &by->limit[i];
        size_t any = 0, in_baseline = 0;
        for (size_t j = 0; j < sides->count; j++) {
            const struct pair *pair = &sides->pair[j];
            if (!matches(limit, pair->name))
                continue;
            add_figure(to, limit, pair);
            any++;
            in_baseline += pair->baseline != NULL;
        }
        if (any == 0)
            add_missing(to, limit, limit->is_glob ? "no figure matches" : "is missing");
        else if (in_baseline == 0 && limit->is_glob && limit_is_relative(limit))
            add_missing(to, limit, "no figure of the baseline matches");
    }
}

void gate_free(struct gate *gate)
{
    for (size_t i = 0; i < gate->count; i++)
        free(gate->judged[i].why);
    free(gate->judged);
    *gate = (struct gate){0};
}

/* --- Telling of them -------------------------------------------------------------------------- */

const char *verdict_word(enum verdict verdict)
{
    static const char *const words[] = {"ok", "warn", "fail", "unstable"};
    return words[verdict];
}

void gate_each_problem(const struct gate *gate, FILE *to,
                       void (*call)(FILE *to, const struct judged *judged))
{
    static const enum verdict order[] = {VERDICT_UNSTABLE, VERDICT_FAIL, VERDICT_WARN};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        for (size_t j = 0; j < gate->count; j++)
            if (gate->judged[j].verdict == order[i])
                call(to, &gate->judged[j]);
}

void put_gate_counts(FILE *to, const struct gate *gate)
{
    fprintf(to, "%zu failed, %zu warned, %zu ok", gate->by_verdict[VERDICT_FAIL],
            gate->by_verdict[VERDICT_WARN], gate->by_verdict[VERDICT_OK]);
    if (gate->by_verdict[VERDICT_UNSTABLE] > 0)
        fprintf(to, ", %zu unstable", gate->by_verdict[VERDICT_UNSTABLE]);
}
