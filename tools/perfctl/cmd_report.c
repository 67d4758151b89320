/* SPDX-License-Identifier: Apache-2.0 */
/* report: what a person wants first of a recording, and what others are made of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "report_html.h"
#include "report_text.h"
#include "run_file.h"

enum {
    KEY_PERF_JSON = 256,
    KEY_HTML,
    KEY_FOLDED,
    KEY_BUDGETS,
    KEY_TARGET,
    KEY_PROFILE,
    KEY_RUN_LOG,
    KEY_RUN
};

struct report_arguments {
    struct common common;
    const char *file, *baseline, *perf_json, *html, *folded;
    struct run_file_options options;
    struct report_wishes wishes;
    size_t run; /* 0: the last */
};

static const struct argp_option report_options[] = {
    {"baseline", 'b', "FILE", 0, "Show what differs most from this one", 0},
    {"count", 'n', "N", 0, "At most so many lines of each list (default 10)", 0},
    {"run", KEY_RUN, "N", 0,
     "Of several runs in a file, this one, from 1 (default: that with the most frames)", 0},
    {"html", KEY_HTML, "OUT", 0, "Write one page that opens without a network", 1},
    {"folded", KEY_FOLDED, "OUT", 0, "Write stacks for flame graphs; - is stdout", 1},
    {"perf-json", KEY_PERF_JSON, "OUT", 0,
     "Write the artifact for programs (default: $PERF_OUTPUT, where that is set); - is stdout", 1},
    {"budgets", KEY_BUDGETS, "FILE", 0, "What labels may take, in place of what their code says",
     2},
    {"profile", KEY_PROFILE, "NAME", 0, "The artifact's profile (default: $PERF_PROFILE)", 2},
    {"target", KEY_TARGET, "NAME", 0, "Its target (default: $PERF_TARGET, else this machine)", 2},
    {"run-log", KEY_RUN_LOG, "FILE", 0,
     "Its streams of random numbers (default: $PERF_RUN_LOG, else the group rng)", 2},
    {0},
};

static error_t parse_report(int key, char *text, struct argp_state *state)
{
    struct report_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 'b':
        arguments->baseline = text;
        return 0;
    case 'n':
        arguments->wishes.lines = (size_t)argument_number(state, "--count", text, 1, 100000);
        return 0;
    case KEY_RUN:
        arguments->run = (size_t)argument_number(state, "--run", text, 1, 1000000);
        return 0;
    case KEY_HTML:
        arguments->html = text;
        return 0;
    case KEY_FOLDED:
        arguments->folded = text;
        return 0;
    case KEY_PERF_JSON:
        arguments->perf_json = text;
        return 0;
    case KEY_BUDGETS:
        arguments->options.budgets = text;
        return 0;
    case KEY_PROFILE:
        arguments->options.profile = text;
        return 0;
    case KEY_TARGET:
        arguments->options.target = text;
        return 0;
    case KEY_RUN_LOG:
        arguments->options.run_log = text;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->file != NULL)
            argp_error(state, "unexpected argument '%s'", text);
        arguments->file = text;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL)
            argp_error(state, "which FILE?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int write_page(const char *path, const json_t *perf_json, size_t run)
{
    int code = output_open(path);
    if (code != EXIT_FINE)
        return code;
    if (report_write_html(output_file(), perf_json, run) != EXIT_FINE)
        return output_problem();
    return output_commit();
}

static bool is_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int show(const struct report_arguments *arguments, const json_t *perf_json, size_t run)
{
    if (arguments->common.json)
        return run_file_write("-", perf_json);
    if (is_stdout(arguments->html) || is_stdout(arguments->folded) ||
        is_stdout(arguments->perf_json))
        return EXIT_FINE; /* nothing else goes there */
    json_t *baseline = NULL;
    long base = 0;
    if (arguments->baseline != NULL) {
        baseline = run_file_load(arguments->baseline, &arguments->options);
        if (baseline == NULL)
            return EXIT_UNUSABLE;
        base = run_file_choose(baseline, arguments->baseline, 0);
    }
    report_print(json_array_get(run_file_runs(perf_json), run),
                 baseline != NULL ? json_array_get(run_file_runs(baseline), (size_t)base) : NULL,
                 &arguments->wishes);
    json_decref(baseline);
    return finish_output(EXIT_FINE);
}

static int report(struct report_arguments *arguments)
{
    int code = EXIT_FINE;
    if (arguments->folded != NULL && (code = output_open(arguments->folded)) != EXIT_FINE)
        return code;
    arguments->options.folded = arguments->folded != NULL ? output_file() : NULL;
    json_t *perf_json = run_file_load(arguments->file, &arguments->options);
    arguments->options.folded = NULL;
    if (perf_json == NULL)
        return EXIT_UNUSABLE;
    if (arguments->folded != NULL)
        code = output_commit();
    const long chosen = run_file_choose(perf_json, arguments->file, arguments->run);
    const size_t run = chosen >= 0 ? (size_t)chosen : 0;
    if (chosen < 0)
        code = EXIT_UNUSABLE;
    if (code == EXIT_FINE && arguments->perf_json != NULL)
        code = run_file_write(arguments->perf_json, perf_json);
    if (code == EXIT_FINE && arguments->html != NULL)
        code = write_page(arguments->html, perf_json, run);
    if (code == EXIT_FINE)
        code = show(arguments, perf_json, run);
    json_decref(perf_json);
    return code;
}

int cmd_report(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = report_options,
        .parser = parse_report,
        .args_doc = "FILE",
        .doc = "Says how smooth a recording was, and what took the time. FILE: a trace, a run log "
               "or a perf.json; - for stdin.",
        .children = common_children,
    };
    struct report_arguments arguments = {.common = *common, .wishes.lines = 10};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    const char *output = getenv("PERF_OUTPUT");
    if (arguments.perf_json == NULL && output != NULL && output[0] != '\0')
        arguments.perf_json = output;
    return report(&arguments);
}
