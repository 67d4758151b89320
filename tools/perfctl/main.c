/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "perfd/perfd.h"

static const struct command {
    const char *name;
    const char *what;
    int (*run)(int argc, char **argv, const struct common *common);
} commands[] = {
    {"run", "run a program, record its frames, say how smooth it was", cmd_run},
    {"start", "start a session", cmd_start},
    {"stop", "stop it and print its figures", cmd_stop},
    {"metrics", "print the live figures", cmd_metrics},
    {"frames", "print the last frames, one a line", cmd_frames},
    {"lanes", "list the lanes, and what became of their marks", cmd_lanes},
    {"counters", "show what programs count in each frame", cmd_counters},
    {"hotspots", "show the heaviest keys of programs' tables", cmd_hotspots},
    {"jank", "print the last janky frames, and why they were", cmd_jank},
    {"snapshots", "list the windows around some that were kept", cmd_snapshots},
    {"export", "save the trace of the last session", cmd_export},
    {"hud", "watch the running session in the terminal", cmd_hud},
    {"record", "record everything that perfd is told, for replay", cmd_record},
    {"replay", "play a recording: the same figures, the same trace", cmd_replay},
    {"scenario", "make a recording of frames that never were", cmd_scenario},
    {"report", "say how smooth a recording was, and what took the time", cmd_report},
    {"compare", "compare runs with those of a baseline", cmd_compare},
    {"gate", "judge runs by a file of limits, for CI", cmd_gate},
    {"history", "keep figures of runs by commit, and show their trends", cmd_history},
    {"serve", "show it live on a page, and as metrics for Prometheus", cmd_serve},
    {"seed", "print the streams of random numbers of a run", cmd_seed},
    {"info", "print the service's limits and what you may do", cmd_info},
    {"state", "read a disk image of the /state store", cmd_state},
    {"bridge", "make a guest's serial link a socket", cmd_bridge},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

const char *argp_program_version = "perfctl " PERFD_VERSION;

static const struct argp_option common_options[] = {
    {"connect", 'c', "ADDRESS", 0,
     "The service: unix:PATH (default: $PERF_SOCKET, else perfd's own)", 1},
    {"json", 'j', NULL, 0, "Print JSON", 1},
    {0},
};

static error_t parse_common(int key, char *text, struct argp_state *state)
{
    struct common *common = state->input;
    switch (key) {
    case 'c':
        common->address = text;
        return 0;
    case 'j':
        common->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp common_argp = {.options = common_options, .parser = parse_common};
const struct argp_child common_children[] = {{&common_argp, 0, NULL, 0}, {0}};

/* What stands in front of the command, and where it is. */
struct front {
    struct common common;
    int command_index;
};

static error_t parse_front(int key, char *text, struct argp_state *state)
{
    struct front *front = state->input;
    (void)text;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &front->common;
        return 0;
    case ARGP_KEY_ARG:
        front->command_index = state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static char *list_commands(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)(uintptr_t)text;
    char *list = NULL;
    size_t size;
    FILE *out = open_memstream(&list, &size);
    if (out == NULL)
        return NULL;
    fprintf(out, "Commands:\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s  %s\n", commands[i].name, commands[i].what);
    fprintf(
        out,
        "\n`perfctl COMMAND --help` says more. Exit codes: 0 fine, 1 a regression, a failed "
        "check or any status but ok, 2 unusable input or arguments, 3 cannot reach the service; "
        "`run` exits as its program did.");
    fclose(out);
    return list;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .parser = parse_front,
        .args_doc = "COMMAND [ARGUMENTS]",
        .doc = "Looks at and steers perfd, the frame pacing tracer.\v",
        .children = common_children,
        .help_filter = list_commands,
    };
    struct front front = {0};
    argp_err_exit_status = EXIT_UNUSABLE;
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &front);
    const char *name = argv[front.command_index];
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) != 0)
            continue;
        static char title[32];
        snprintf(title, sizeof title, "perfctl %s", name);
        argv[front.command_index] = title;
        return commands[i].run(argc - front.command_index, argv + front.command_index,
                               &front.common);
    }
    fprintf(stderr, "perfctl: no command '%s'; perfctl --help lists them\n", name);
    return EXIT_UNUSABLE;
}
