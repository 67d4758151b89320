/* SPDX-License-Identifier: Apache-2.0 */
/* compare: repeated runs against those of a baseline, figure by figure. */
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "markdown.h"
#include "perfctl.h"
#include "run_file.h"

struct compare_arguments {
    struct common common;
    struct side_files current, baseline;
    const char *profile, *filter, *markdown;
    size_t show;
    bool is_counted; /* show was given */
    bool all;
};

enum { KEY_MARKDOWN = 256, KEY_PROFILE, KEY_FILTER, SHOWN = 20 };

static const struct argp_option compare_options[] = {
    {"baseline", 'b', "FILE...", 0, "What to compare with: this one, and FILEs behind it", 0},
    {"profile", KEY_PROFILE, "NAME", 0, "Only runs of it (default: all runs are of one)", 0},
    {"all", 'a', NULL, 0, "Show all figures, those that are the same as well", 0},
    {"count", 'n', "N", 0, "Show so many (default: 20; all with --json)", 0},
    {"filter", KEY_FILTER, "GLOB", 0, "Only figures of such names, 'metrics.*.cpu_us.p95' say", 0},
    {"markdown", KEY_MARKDOWN, "FILE", 0, "Write it for a pull request as well; - is stdout", 0},
    {NULL, 'm', NULL, 0, "The same to compare.md", 0},
    {0},
};

static void check_arguments(const struct compare_arguments *arguments, struct argp_state *state)
{
    if (arguments->baseline.count == 0)
        argp_error(state, "compare with what? --baseline FILE says");
    if (arguments->all && arguments->is_counted)
        argp_error(state, "--all and --count exclude each other");
    if (arguments->common.json && arguments->markdown != NULL &&
        strcmp(arguments->markdown, "-") == 0)
        argp_error(state, "--json and --markdown - exclude each other");
}

static error_t parse_compare(int key, char *text, struct argp_state *state)
{
    struct compare_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 'b':
        sides_take_baseline(&arguments->current, &arguments->baseline, text);
        return 0;
    case KEY_PROFILE:
        arguments->profile = text;
        return 0;
    case 'a':
        arguments->all = true;
        return 0;
    case 'n':
        arguments->show = (size_t)argument_number(state, "--count", text, 0, 1000000);
        arguments->is_counted = true;
        return 0;
    case KEY_FILTER:
        arguments->filter = text;
        return 0;
    case 'm':
    case KEY_MARKDOWN:
        arguments->markdown = key == 'm' ? "compare.md" : text;
        return 0;
    case ARGP_KEY_ARG:
        sides_take_file(&arguments->current, &arguments->baseline, text);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return 0;
    case ARGP_KEY_END:
        check_arguments(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- Comparing -------------------------------------------------------------------------------- */

const char *percent_text(char text[NUMBER_TEXT], const struct change *change)
{
    if (change->direction == DIRECTION_SAME)
        (void)snprintf(text, NUMBER_TEXT, "same");
    else if (change->is_new)
        (void)snprintf(text, NUMBER_TEXT, "new");
    else
        (void)snprintf(text, NUMBER_TEXT, fabs(change->percent) < 1e6 ? "%+.1f %%" : "%+.1e %%",
                       change->percent);
    return text;
}

/* What grew from nothing has no percentage, and goes before all that have. */
static double size_of(const struct change *change)
{
    return change->is_new ? INFINITY : fabs(change->percent);
}

static int most_changed_first(const void *left, const void *right)
{
    const struct compared *a = left, *b = right;
    const double x = size_of(&a->change), y = size_of(&b->change);
    if (x > y || x < y)
        return x > y ? -1 : 1;
    const double s = fabs(a->change.absolute), t = fabs(b->change.absolute);
    return a->change.is_new && (s > t || s < t) ? (s > t ? -1 : 1)
                                                : strcmp(a->pair->name, b->pair->name);
}

static bool is_filtered(const struct compare_arguments *arguments, const struct pair *pair)
{
    return arguments->filter != NULL && fnmatch(arguments->filter, pair->name, 0) != 0;
}

/* What is gone before what is new. */
static void add_missing(struct comparison *to, const struct compare_arguments *arguments)
{
    for (int gone = 1; gone >= 0; gone--)
        for (size_t i = 0; i < to->sides->count; i++) {
            const struct pair *pair = &to->sides->pair[i];
            const struct side_figure *is = gone ? pair->current : pair->baseline;
            if (is == NULL && !is_filtered(arguments, pair))
                to->missing[to->missing_count++] = pair;
        }
}

static struct comparison compare(const struct sides *sides,
                                 const struct compare_arguments *arguments)
{
    struct comparison to = {.sides = sides, .show = arguments->show};
    to.compared = need(calloc(sides->count + 1, sizeof *to.compared));
    to.missing = need(calloc(sides->count + 1, sizeof *to.missing));
    for (size_t i = 0; i < sides->count; i++) {
        const struct pair *pair = &sides->pair[i];
        if (pair->current == NULL || pair->baseline == NULL || is_filtered(arguments, pair))
            continue;
        const struct change change = change_of(pair);
        to.compared[to.count++] = (struct compared){pair, change};
        to.by_direction[change.direction]++;
    }
    add_missing(&to, arguments);
    qsort(to.compared, to.count, sizeof *to.compared, most_changed_first);
    return to;
}

/* --- For programs ----------------------------------------------------------------------------- */

static json_t *compared_json(const struct compared *compared)
{
    const struct pair *pair = compared->pair;
    const struct change *change = &compared->change;
    json_t *to = json_object();
    json_object_set_new(to, "figure", json_string(pair->name));
    json_object_set_new(to, "baseline", json_number(pair->baseline->median));
    json_object_set_new(to, "current", json_number(pair->current->median));
    json_object_set_new(to, "change", json_number(change->absolute));
    json_object_set_new(to, "percent", change->is_new ? json_null() : json_number(change->percent));
    json_object_set_new(to, "verdict", json_string(direction_word(change->direction)));
    json_object_set_new(to, "baseline_cv", json_number(pair->baseline->cv));
    json_object_set_new(to, "current_cv", json_number(pair->current->cv));
    json_object_set_new(to, "baseline_runs", json_count(pair->baseline->runs));
    json_object_set_new(to, "current_runs", json_count(pair->current->runs));
    return to;
}

static json_t *comparison_json(const struct comparison *what, size_t show)
{
    json_t *figures = json_array(), *current = json_array(), *baseline = json_array();
    for (size_t i = 0; i < what->count && i < show; i++)
        json_array_append_new(figures, compared_json(&what->compared[i]));
    for (size_t i = 0; i < what->missing_count; i++)
        json_array_append_new(what->missing[i]->current == NULL ? current : baseline,
                              json_string(what->missing[i]->name));
    json_t *to = json_object();
    json_object_set_new(to, "version", json_integer(1));
    json_object_set_new(to, "profile", json_string(what->sides->profile));
    json_object_set_new(to, "current_runs", json_count(what->sides->current.runs));
    json_object_set_new(to, "baseline_runs", json_count(what->sides->baseline.runs));
    json_object_set_new(to, "worse", json_count(what->by_direction[DIRECTION_WORSE]));
    json_object_set_new(to, "better", json_count(what->by_direction[DIRECTION_BETTER]));
    json_object_set_new(to, "changed", json_count(what->by_direction[DIRECTION_OTHER]));
    json_object_set_new(to, "same", json_count(what->by_direction[DIRECTION_SAME]));
    json_object_set_new(to, "figures", figures);
    json_object_set_new(to, "missing_in_current", current);
    json_object_set_new(to, "missing_in_baseline", baseline);
    return to;
}

/* --- For people ------------------------------------------------------------------------------- */

static void print_compared(const struct compared *compared)
{
    const struct pair *pair = compared->pair;
    char was[NUMBER_TEXT], now[NUMBER_TEXT], change[NUMBER_TEXT], percent[NUMBER_TEXT];
    printf("%14s%14s%14s%12s%8.3f%8.3f  %-8s", number_text(was, pair->baseline->median),
           number_text(now, pair->current->median), number_text(change, compared->change.absolute),
           percent_text(percent, &compared->change), pair->baseline->cv, pair->current->cv,
           compared->change.direction == DIRECTION_SAME
               ? ""
               : direction_word(compared->change.direction));
    put_string(stdout, pair->name);
    printf("\n");
}

static void print_missing(const struct comparison *what)
{
    for (size_t i = 0; i < what->missing_count && i < what->show; i++) {
        printf(what->missing[i]->current == NULL ? "missing now: " : "not in the baseline: ");
        put_string(stdout, what->missing[i]->name);
        printf("\n");
    }
    if (what->missing_count > what->show)
        printf("on one side only: %zu more\n", what->missing_count - what->show);
}

static void print_comparison(const struct comparison *what, bool all)
{
    const size_t changed = what->count - what->by_direction[DIRECTION_SAME];
    const size_t most = all ? what->count : changed;
    const size_t shown = most < what->show ? most : what->show;
    printf("%14s%14s%14s%12s%16s  %-8s%s\n", "baseline", "now", "change", "percent", "cv: was, now",
           "", "figure");
    for (size_t i = 0; i < shown; i++)
        print_compared(&what->compared[i]);
    print_missing(what);
    printf("compare: %zu worse, %zu better, %zu changed, %zu same, %zu on one side only; runs: %zu "
           "against "
           "%zu, profile ",
           what->by_direction[DIRECTION_WORSE], what->by_direction[DIRECTION_BETTER],
           what->by_direction[DIRECTION_OTHER], what->by_direction[DIRECTION_SAME],
           what->missing_count, what->sides->current.runs, what->sides->baseline.runs);
    put_string(stdout, what->sides->profile);
    if (shown < changed)
        printf("; %zu smaller changes not shown", changed - shown);
    printf("\n");
}

static int show(const struct compare_arguments *arguments, const struct comparison *what)
{
    const char *markdown = arguments->markdown;
    int code = EXIT_FINE;
    if (markdown != NULL)
        code = markdown_write(markdown, compare_markdown, what);
    if (code != EXIT_FINE || (markdown != NULL && strcmp(markdown, "-") == 0))
        return code;
    if (arguments->common.json)
        print_json(comparison_json(what, arguments->is_counted ? arguments->show : what->count));
    else
        print_comparison(what, arguments->all);
    return finish_output(EXIT_FINE) == EXIT_FINE ? EXIT_FINE : EXIT_UNUSABLE;
}

int cmd_compare(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = compare_options,
        .parser = parse_compare,
        .args_doc = "FILE...",
        .doc = "Compares the runs in FILEs (traces, run logs, perf.json) with those of a baseline: "
               "the medians of each figure, what changed most first. It judges nothing: gate does.",
        .children = common_children,
    };
    struct compare_arguments arguments = {.common = *common, .show = SHOWN};
    struct sides sides;
    int code = EXIT_UNUSABLE;
    arguments.current.path = need(calloc((size_t)argc + 1, sizeof *arguments.current.path));
    arguments.baseline.path = need(calloc((size_t)argc + 1, sizeof *arguments.baseline.path));
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &arguments);
    if (arguments.all)
        arguments.show = SIZE_MAX;
    if (sides_load(&sides, &arguments.current, &arguments.baseline, arguments.profile)) {
        struct comparison comparison = compare(&sides, &arguments);
        code = show(&arguments, &comparison);
        free(comparison.compared);
        free(comparison.missing);
        sides_free(&sides);
    }
    free(arguments.current.path);
    free(arguments.baseline.path);
    return code;
}
