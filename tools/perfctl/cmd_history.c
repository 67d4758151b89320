/* SPDX-License-Identifier: Apache-2.0 */
/* history: figures of runs, kept by commit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_history.h"
#include "run_file.h"

#define DEFAULT_DB    "perf-history.db"
#define REPEAT_MAX    1000000u
#define LAST_MAX      1000000u
#define HTML_COMMITS  100u
#define FIRST_OPTION  256
#define BIT_OF(which) (1u << ((which)-FIRST_OPTION))

enum history_option {
    OPTION_DB = FIRST_OPTION,
    OPTION_COMMIT,
    OPTION_REF,
    OPTION_AT,
    OPTION_ENV,
    OPTION_REPEAT,
    OPTION_PROFILE,
    OPTION_TARGET,
    OPTION_URL,
    OPTION_LAST,
    OPTION_OUTPUT,
};

enum {
    ADDS = BIT_OF(OPTION_COMMIT) | BIT_OF(OPTION_REF) | BIT_OF(OPTION_AT) | BIT_OF(OPTION_ENV) |
           BIT_OF(OPTION_REPEAT),
    OF_RUNS = BIT_OF(OPTION_PROFILE) | BIT_OF(OPTION_TARGET),
    SHOWS = OF_RUNS | BIT_OF(OPTION_LAST),
};

static const struct word {
    const char *name;
    int (*run)(struct history *history, const struct history_arguments *arguments);
    enum history_use use;
    unsigned takes; /* options besides --db */
} words[] = {
    {"add", history_add_files, HISTORY_WRITE, ADDS | OF_RUNS},
    {"list", history_list, HISTORY_READ, SHOWS},
    {"trend", history_trend, HISTORY_READ, SHOWS},
    {"html", history_html, HISTORY_READ, SHOWS | BIT_OF(OPTION_URL) | BIT_OF(OPTION_OUTPUT)},
    {"export", history_export, HISTORY_READ, OF_RUNS | BIT_OF(OPTION_OUTPUT)},
};

struct parsed {
    struct history_arguments arguments;
    const struct word *word;
    unsigned given; /* options */
};

static const struct argp_option history_options[] = {
    {"db", OPTION_DB, "FILE", 0, "The history (default: " DEFAULT_DB ")", 0},
    {"commit", OPTION_COMMIT, "SHA", 0, "add: what was measured (default: $PERF_COMMIT)", 0},
    {"ref", OPTION_REF, "NAME", 0, "add: its branch", 0},
    {"at", OPTION_AT, "TIME", 0,
     "add: when it was made, as 2026-01-31T12:00:00Z or in seconds since 1970", 0},
    {"env", OPTION_ENV, "KEY=VALUE", 0, "add: more on where it ran; may be given often", 0},
    {"repeat", OPTION_REPEAT, "N", 0, "add: the N-th repetition, from 0 (the default) on", 0},
    {"profile", OPTION_PROFILE, "NAME", 0,
     "Only these runs; add: of a trace or log (default: $PERF_PROFILE, else \"default\")", 0},
    {"target", OPTION_TARGET, "NAME", 0,
     "Only these runs; add: of a trace or log (default: $PERF_TARGET, else this machine's)", 0},
    {"last", 'n', "N", 0, "Only the last N runs (list) or commits (trend, html: 100)", 0},
    {"output", 'o', "FILE", 0, "html, export: what to write, - for stdout", 0},
    {"commit-url", OPTION_URL, "URL", 0, "html: where a commit is shown, with %s for it", 0},
    {0},
};

/* 0: none of ours. */
static unsigned bit_of(int key)
{
    if (key == 'n')
        return BIT_OF(OPTION_LAST);
    if (key == 'o')
        return BIT_OF(OPTION_OUTPUT);
    return key >= FIRST_OPTION && key <= OPTION_URL ? BIT_OF(key) : 0;
}

static error_t parse_option(int key, char *text, const struct argp_state *state,
                            struct history_arguments *to)
{
    switch (key) {
    case OPTION_DB:
        to->db = history_argument_text(state, "--db", text);
        return 0;
    case OPTION_COMMIT:
        history_argument_commit(to, state, "--commit", text);
        return 0;
    case OPTION_REF:
        to->ref = history_argument_text(state, "--ref", text);
        return 0;
    case OPTION_AT:
        history_argument_time(to, state, text);
        return 0;
    case OPTION_ENV:
        history_argument_setting(to, state, text);
        return 0;
    case OPTION_REPEAT:
        to->repetition = argument_number(state, "--repeat", text, 0, REPEAT_MAX);
        return 0;
    case OPTION_PROFILE:
        to->profile = history_argument_text(state, "--profile", text);
        return 0;
    case OPTION_TARGET:
        to->target = history_argument_text(state, "--target", text);
        return 0;
    case OPTION_URL:
        history_argument_url(to, state, text);
        return 0;
    case 'n':
        to->last = argument_number(state, "-n", text, 1, LAST_MAX);
        return 0;
    case 'o':
        to->output = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void take_argument(struct parsed *parsed, char *text, const struct argp_state *state)
{
    struct history_arguments *to = &parsed->arguments;
    if (parsed->word == NULL) {
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (strcmp(text, words[i].name) == 0)
                parsed->word = &words[i];
        if (parsed->word == NULL)
            argp_error(state, "'%s' is not one of add, list, trend, html, export", text);
    } else if (parsed->word->run == history_add_files) {
        to->files = need(realloc(to->files, (to->file_count + 1) * sizeof *to->files));
        to->files[to->file_count++] = text;
    } else if (parsed->word->run == history_trend && to->figure == NULL) {
        to->figure = history_argument_text(state, "trend", text);
    } else {
        argp_error(state, "unexpected argument '%s'", text);
    }
}

static void refuse_options(const struct argp_state *state, const char *word, unsigned options)
{
    for (size_t i = 0; history_options[i].name != NULL; i++)
        if ((bit_of(history_options[i].key) & options) != 0)
            argp_error(state, "%s takes no --%s", word, history_options[i].name);
}

/* What each of them must have, and may. */
static void check_arguments(const struct parsed *parsed, const struct argp_state *state)
{
    const struct history_arguments *arguments = &parsed->arguments;
    if (parsed->word == NULL) {
        argp_error(state, "history takes add, list, trend, html or export");
        return;
    }
    const char *name = parsed->word->name;
    refuse_options(state, name, parsed->given & ~parsed->word->takes & ~BIT_OF(OPTION_DB));
    if (parsed->word->run == history_add_files && arguments->file_count == 0)
        argp_error(state, "add takes files");
    if (parsed->word->run == history_add_files && arguments->commit[0] == '\0')
        argp_error(state, "add takes --commit, or $PERF_COMMIT: the commit that was measured");
    if (parsed->word->run == history_trend && arguments->figure == NULL)
        argp_error(state, "trend takes a figure, frame_metrics.total.p95_ms say");
    if ((parsed->word->takes & BIT_OF(OPTION_OUTPUT)) != 0 && arguments->output == NULL)
        argp_error(state, "%s takes -o FILE", name);
}

static error_t parse_history(int key, char *text, struct argp_state *state)
{
    struct parsed *parsed = state->input;
    const char *commit = getenv("PERF_COMMIT");
    parsed->given |= bit_of(key);
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &parsed->arguments.common;
        return 0;
    case ARGP_KEY_ARG:
        take_argument(parsed, text, state);
        return 0;
    case ARGP_KEY_END:
        if (parsed->word != NULL && parsed->word->run == history_add_files &&
            parsed->arguments.commit[0] == '\0' && commit != NULL)
            history_argument_commit(&parsed->arguments, state, "$PERF_COMMIT", commit);
        check_arguments(parsed, state);
        return 0;
    default:
        return parse_option(key, text, state, &parsed->arguments);
    }
}

static void free_arguments(struct history_arguments *arguments)
{
    for (size_t i = 0; i < arguments->setting_count; i++) {
        free(arguments->settings[i].key);
        free(arguments->settings[i].value);
    }
    for (size_t i = 0; arguments->loaded != NULL && i < arguments->file_count; i++)
        json_decref(arguments->loaded[i]);
    free(arguments->settings);
    free(arguments->loaded);
    free(arguments->files);
}

int cmd_history(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = history_options,
        .parser = parse_history,
        .args_doc = "add FILE... --commit SHA\nlist\ntrend FIGURE\nhtml -o FILE\nexport -o FILE",
        .doc = "Keeps the figures of runs by commit, and shows what became of them. A FILE is a "
               "perf.json, a trace or a run log; FIGURE is a name or a glob, as in "
               "'frame_metrics.*'.",
        .children = common_children,
    };
    struct parsed parsed = {.arguments = {.common = *common, .db = DEFAULT_DB}};
    struct history history;
    argp_parse(&argp, argc, argv, 0, NULL, &parsed);
    if (parsed.word->run == history_html && parsed.arguments.last == 0)
        parsed.arguments.last = HTML_COMMITS;
    int code = history_load_files(&parsed.arguments);
    if (code == EXIT_FINE)
        code = history_open(&history, parsed.arguments.db, parsed.word->use);
    if (code == EXIT_FINE) {
        code = parsed.word->run(&history, &parsed.arguments);
        history_close(&history);
    }
    free_arguments(&parsed.arguments);
    return finish_output(code);
}
