/* SPDX-License-Identifier: Apache-2.0 */
/* replay: a run log into a perfd of this process's own. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "log_player.h"
#include "own.h"
#include "perfctl.h"

enum { KEY_OUTPUT = 'o', KEY_SPEED = 256, KEY_TRACES, KEY_MARKERS };

struct replay_arguments {
    struct common common;
    const char *log, *output, *traces;
    double speed; /* 0: as fast as it goes */
    bool markers;
};

static error_t parse_replay(int key, char *text, struct argp_state *state)
{
    struct replay_arguments *arguments = state->input;
    char *end;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_OUTPUT:
        arguments->output = text;
        return 0;
    case KEY_TRACES:
        arguments->traces = text;
        return 0;
    case KEY_SPEED:
        arguments->speed = strtod(text, &end);
        if (*end != '\0' || end == text || !(arguments->speed >= 0.001 && arguments->speed <= 1e6))
            argp_error(state, "--speed takes a number from 0.001 to 1000000, not '%s'", text);
        return 0;
    case KEY_MARKERS:
        arguments->markers = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->log != NULL)
            argp_error(state, "unexpected argument '%s'", text);
        arguments->log = text;
        return 0;
    case ARGP_KEY_END:
        if (arguments->log == NULL)
            argp_error(state, "which LOG?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- What comes out --------------------------------------------------------------------------- */

struct outcome {
    const struct replay_arguments *arguments;
    json_t *sessions; /* NULL: not asked for */
};

static int show_metrics(struct log_player *player)
{
    struct nx_message message;
    const struct outcome *outcome = player->context;
    const struct replay *replay = &player->replay;
    struct perf_metrics_reader metrics =
        own_metrics(replay->perfd, &replay->metrics, replay->session, &message);
    if (outcome->sessions != NULL)
        json_array_append_new(outcome->sessions, metrics_json(metrics));
    else if (!player->markers)
        print_metrics(metrics);
    return EXIT_FINE;
}

/* All of the trace that has begun. */
static int write_trace(struct log_player *player, const char *path)
{
    int code = output_open(path);
    if (code != EXIT_FINE)
        return code;
    code = log_player_write(player, output_file());
    if (code == EXIT_FINE)
        return output_commit();
    return code < 0 ? output_problem() : code;
}

/* Each trace of the log by its number. */
static int keep_trace(struct log_player *player)
{
    static char path[4096];
    const struct outcome *outcome = player->context;
    int n = snprintf(path, sizeof path, "%s/trace-%" PRIu32 ".json", outcome->arguments->traces,
                     player->replay.trace);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return output_problem();
    }
    return write_trace(player, path);
}

/* The last session's: the last that stopped, else the one that runs. */
static int write_last_trace(struct log_player *player)
{
    const struct outcome *outcome = player->context;
    if (outcome->arguments->output == NULL)
        return EXIT_FINE;
    int code = log_player_trace(player, 0);
    return code != EXIT_FINE ? code : write_trace(player, outcome->arguments->output);
}

/* Sessions that the log leaves running. */
static void show_running(struct log_player *player)
{
    struct replay *replay = &player->replay;
    if (perfd_read_metrics(replay->perfd, 0, 0, false, &replay->metrics) < 0 ||
        !replay->metrics.running)
        return;
    replay->session = replay->metrics.session;
    (void)show_metrics(player);
}

static int run(struct log_player *player)
{
    int code = log_player_play(player);
    if (player->replay.perfd == NULL)
        return code;
    show_running(player);
    int traced = write_last_trace(player);
    if (code == EXIT_FINE)
        code = log_player_judge(player);
    return code != EXIT_FINE ? code : traced;
}

static const struct argp_option replay_options[] = {
    {"output", KEY_OUTPUT, "FILE", 0, "Write the last session's trace here; - is stdout", 0},
    {"traces", KEY_TRACES, "DIR", 0, "Write each trace that was exported here as DIR/trace-N.json",
     0},
    {"speed", KEY_SPEED, "X", 0,
     "At X times the pace at which it was recorded (default: as fast as it goes)", 0},
    {"markers", KEY_MARKERS, NULL, 0, "Print perfd's markers, and no figures", 0},
    {0},
};

int cmd_replay(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = replay_options,
        .parser = parse_replay,
        .args_doc = "LOG",
        .doc = "Plays a run log and prints each session's figures: those that perfd had. LOG: a "
               "file of `perfctl record`, - for stdin.",
        .children = common_children,
    };
    static struct log_player player;
    struct replay_arguments arguments = {.common = *common};
    struct stat status;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    bool is_stdin = strcmp(arguments.log, "-") == 0;
    struct outcome outcome = {.arguments = &arguments};
    player.name = is_stdin ? "stdin" : arguments.log;
    player.command = "replay";
    player.speed = arguments.speed;
    player.markers = arguments.markers;
    player.stopped = show_metrics;
    player.traced = arguments.traces != NULL ? keep_trace : NULL;
    player.context = &outcome;
    player.file = is_stdin ? stdin : fopen(arguments.log, "rb");
    if (player.file == NULL || fstat(fileno(player.file), &status) != 0) {
        fprintf(stderr, "perfctl: replay: %s: %s\n", arguments.log, strerror(errno));
        return EXIT_UNUSABLE;
    }
    player.size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    if (arguments.common.json)
        outcome.sessions = json_array();
    int code = run(&player);
    if (outcome.sessions != NULL)
        print_json(json_pack("{s:o, s:I, s:o}", "sessions", outcome.sessions, "entries",
                             (json_int_t)player.replay.entries, "complete",
                             json_boolean(code == EXIT_FINE)));
    return finish_output(code);
}
