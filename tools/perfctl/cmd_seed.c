/* SPDX-License-Identifier: Apache-2.0 */
/* seed: the streams of random numbers of a run, for its replay. */
#include <string.h>

#include "perfctl.h"
#include "run_file.h"

enum { KEY_FROM_RUN = 256, KEY_RUN };

struct seed_arguments {
    struct common common;
    const char *file;
    size_t run; /* 0: the last */
};

static const struct argp_option seed_options[] = {
    {"from-run", KEY_FROM_RUN, "FILE", 0, "A perf.json, a trace or a run log", 0},
    {"run", KEY_RUN, "N", 0,
     "Of several runs in it, this one, from 1 (default: that with the most frames)", 0},
    {0},
};

static error_t parse_seed(int key, char *text, struct argp_state *state)
{
    struct seed_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_FROM_RUN:
        arguments->file = text;
        return 0;
    case KEY_RUN:
        arguments->run = (size_t)argument_number(state, "--run", text, 1, 1000000);
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL)
            argp_error(state, "--from-run FILE says of which run");
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

static void print_stream(const json_t *stream)
{
    const char *id = json_string_value(json_object_get(stream, "id"));
    const char *seed = json_string_value(json_object_get(stream, "seed"));
    print_text((struct nx_text){id, id != NULL ? (uint32_t)strlen(id) : 0});
    printf(" ");
    print_text((struct nx_text){seed, seed != NULL ? (uint32_t)strlen(seed) : 0});
    printf(" %lld\n", (long long)json_integer_value(json_object_get(stream, "events")));
}

int cmd_seed(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = seed_options,
        .parser = parse_seed,
        .doc =
            "Prints a run's streams of random numbers, one a line: its id, its seed and how many "
            "numbers were drawn, so that a program can be run with the same ones.",
        .children = common_children,
    };
    struct seed_arguments arguments = {.common = *common};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    json_t *perf_json = run_file_load(arguments.file, NULL);
    if (perf_json == NULL)
        return EXIT_UNUSABLE;
    const long run = run_file_choose(perf_json, arguments.file, arguments.run);
    if (run < 0)
        return EXIT_UNUSABLE;
    json_t *log = json_object_get(json_array_get(run_file_runs(perf_json), (size_t)run), "run_log");
    const json_t *stream;
    size_t i;
    if (arguments.common.json)
        print_json(json_incref(log));
    else
        json_array_foreach (json_object_get(log, "rng_streams"), i, stream)
            print_stream(stream);
    json_decref(perf_json);
    return finish_output(EXIT_FINE);
}
