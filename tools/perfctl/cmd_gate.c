/* SPDX-License-Identifier: Apache-2.0 */
/* gate: a verdict on repeated runs, by a file of limits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "markdown.h"
#include "perfctl.h"
#include "run_file.h"

struct gate_arguments {
    struct common common;
    struct side_files current, baseline;
    const char *thresholds, *profile, *markdown;
};

enum { KEY_MARKDOWN = 256, KEY_PROFILE };

static const struct argp_option gate_options[] = {
    {"thresholds", 't', "FILE", 0, "The limits (docs/perf/gating.md)", 0},
    {"baseline", 'b', "FILE...", 0, "What regressions are from: this one, and FILEs behind it", 0},
    {"profile", KEY_PROFILE, "NAME", 0,
     "Only runs of it, by its limits (default: all runs are of one)", 0},
    {"markdown", KEY_MARKDOWN, "FILE", 0, "Write it for a pull request as well; - is stdout", 0},
    {NULL, 'm', NULL, 0, "The same to gate.md", 0},
    {0},
};

static void check_arguments(const struct gate_arguments *arguments, struct argp_state *state)
{
    if (arguments->thresholds == NULL)
        argp_error(state, "gate by what? --thresholds FILE says");
    if (arguments->common.json && arguments->markdown != NULL &&
        strcmp(arguments->markdown, "-") == 0)
        argp_error(state, "--json and --markdown - exclude each other");
}

static error_t parse_gate(int key, char *text, struct argp_state *state)
{
    struct gate_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 't':
        arguments->thresholds = text;
        return 0;
    case 'b':
        sides_take_baseline(&arguments->current, &arguments->baseline, text);
        return 0;
    case KEY_PROFILE:
        arguments->profile = text;
        return 0;
    case 'm':
    case KEY_MARKDOWN:
        arguments->markdown = key == 'm' ? "gate.md" : text;
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

/* --- The verdict ------------------------------------------------------------------------------ */

/* What is unstable may be fine or not: nothing is known before it is measured again. */
static int exit_code_of(const struct gate *gate)
{
    if (gate->by_verdict[VERDICT_UNSTABLE] > 0)
        return EXIT_UNUSABLE;
    return gate->by_verdict[VERDICT_FAIL] > 0 ? EXIT_STATUS : EXIT_FINE;
}

static json_t *median_json(const struct side_figure *figure)
{
    return figure != NULL ? json_number(figure->median) : json_null();
}

static json_t *cv_json(const struct side_figure *figure)
{
    return figure != NULL ? json_number(figure->cv) : json_null();
}

static json_t *judged_json(const struct judged *judged)
{
    static const struct pair none;
    const struct pair *pair = judged->pair != NULL ? judged->pair : &none;
    json_t *to = json_object();
    json_object_set_new(to, "figure", json_string(judged->figure));
    json_object_set_new(to, "limit", json_string(judged->limit->figure));
    json_object_set_new(to, "verdict", json_string(verdict_word(judged->verdict)));
    json_object_set_new(to, "why", json_string(judged->why));
    json_object_set_new(to, "current", median_json(pair->current));
    json_object_set_new(to, "baseline", median_json(pair->baseline));
    json_object_set_new(to, "current_cv", cv_json(pair->current));
    json_object_set_new(to, "baseline_cv", cv_json(pair->baseline));
    return to;
}

static json_t *gate_json(const struct gate *gate)
{
    json_t *to = json_object(), *results = json_array();
    for (size_t i = 0; i < gate->count; i++)
        json_array_append_new(results, judged_json(&gate->judged[i]));
    json_object_set_new(to, "version", json_integer(1));
    json_object_set_new(to, "profile", json_string(gate->sides->profile));
    json_object_set_new(to, "current_runs", json_count(gate->sides->current.runs));
    json_object_set_new(to, "baseline_runs", json_count(gate->sides->baseline.runs));
    json_object_set_new(to, "failed", json_count(gate->by_verdict[VERDICT_FAIL]));
    json_object_set_new(to, "warned", json_count(gate->by_verdict[VERDICT_WARN]));
    json_object_set_new(to, "unstable", json_count(gate->by_verdict[VERDICT_UNSTABLE]));
    json_object_set_new(to, "ok", json_count(gate->by_verdict[VERDICT_OK]));
    json_object_set_new(to, "results", results);
    return to;
}

static void print_problem(FILE *to, const struct judged *judged)
{
    fprintf(to, "%s ", verdict_word(judged->verdict));
    put_string(to, judged->figure);
    fprintf(to, ": %s\n", judged->why);
}

static int show(const struct gate_arguments *arguments, const struct gate *gate)
{
    const char *markdown = arguments->markdown;
    int code = EXIT_FINE;
    if (markdown != NULL)
        code = markdown_write(markdown, gate_markdown, gate);
    if (markdown != NULL && strcmp(markdown, "-") == 0)
        return code == EXIT_FINE ? exit_code_of(gate) : code;
    if (arguments->common.json) {
        print_json(gate_json(gate));
    } else {
        gate_each_problem(gate, stdout, print_problem);
        printf("gate: ");
        put_gate_counts(stdout, gate);
        printf("\n");
    }
    if (code != EXIT_FINE || finish_output(EXIT_FINE) != EXIT_FINE)
        return EXIT_UNUSABLE;
    return exit_code_of(gate);
}

/* --- What it takes ---------------------------------------------------------------------------- */

static bool has_what_it_needs(const struct gate_arguments *arguments,
                              const struct threshold_profile *by)
{
    for (size_t i = 0; i < by->count && arguments->baseline.count == 0; i++) {
        if (!limit_is_relative(&by->limit[i]))
            continue;
        fprintf(stderr, "perfctl: %s: ", arguments->thresholds);
        put_string(stderr, by->limit[i].figure);
        fprintf(stderr, " is limited by percent or absolute, which takes a --baseline\n");
        return false;
    }
    return true;
}

static int gate(const struct gate_arguments *arguments, const struct thresholds *thresholds)
{
    const struct threshold_profile *by = NULL;
    const char *path = arguments->thresholds;
    struct sides sides;
    int code = EXIT_UNUSABLE;
    /* Said before any run is read, which may take a while. */
    if (arguments->profile != NULL) {
        by = thresholds_find(thresholds, path, arguments->profile);
        if (by == NULL || !has_what_it_needs(arguments, by))
            return EXIT_UNUSABLE;
    }
    if (!sides_load(&sides, &arguments->current, &arguments->baseline, arguments->profile))
        return EXIT_UNUSABLE;
    if (by == NULL)
        by = thresholds_find(thresholds, path, sides.profile);
    if (by != NULL && has_what_it_needs(arguments, by)) {
        struct gate result;
        gate_judge(&result, by, &sides);
        code = show(arguments, &result);
        gate_free(&result);
    }
    sides_free(&sides);
    return code;
}

int cmd_gate(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = gate_options,
        .parser = parse_gate,
        .args_doc = "FILE...",
        .doc = "Judges the runs in FILEs (traces, run logs, perf.json) by the limits of a file, in "
               "themselves and against a baseline.\vExit codes: 0 fine, with warnings or without, "
               "1 a figure failed, 2 unusable input, or a figure too unstable to judge, whatever "
               "else failed.",
        .children = common_children,
    };
    struct gate_arguments arguments = {.common = *common};
    struct thresholds thresholds;
    int code = EXIT_UNUSABLE;
    arguments.current.path = need(calloc((size_t)argc + 1, sizeof *arguments.current.path));
    arguments.baseline.path = need(calloc((size_t)argc + 1, sizeof *arguments.baseline.path));
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &arguments);
    if (thresholds_load(&thresholds, arguments.thresholds)) {
        code = gate(&arguments, &thresholds);
        thresholds_free(&thresholds);
    }
    free(arguments.current.path);
    free(arguments.baseline.path);
    return code;
}
