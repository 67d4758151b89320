/* SPDX-License-Identifier: Apache-2.0 */
/* replay: a run log into a perfd of this process's own. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "nexus-idl/framing.h"
#include "own.h"
#include "perfctl.h"
#include "replay/replay.h"

#define MESSAGE_BYTES 65536u

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

/* --- The file --------------------------------------------------------------------------------- */

struct log_file {
    FILE *file;
    const char *name;
    uint8_t bytes[MESSAGE_BYTES];
    size_t held, used; /* bytes that are there, and that the last message took */
    uint64_t offset;   /* of the message that comes next */
    uint64_t size;     /* 0: not known */
};

enum next { NEXT_MESSAGE, NEXT_NONE, NEXT_CUT_OFF, NEXT_BROKEN, NEXT_UNREADABLE };

/* The next whole message: at log->bytes, of log->used. */
static enum next next_message(struct log_file *log)
{
    memmove(log->bytes, log->bytes + log->used, log->held - log->used);
    log->held -= log->used;
    log->offset += log->used;
    log->used = 0;
    for (;;) {
        int64_t length = nx_frame_length(log->bytes, log->held, sizeof log->bytes, 1);
        if (length < 0)
            return NEXT_BROKEN;
        if (length > 0 && (size_t)length <= log->held) {
            log->used = (size_t)length;
            return NEXT_MESSAGE;
        }
        size_t got = fread(log->bytes + log->held, 1, sizeof log->bytes - log->held, log->file);
        if (got == 0 && ferror(log->file))
            return NEXT_UNREADABLE;
        if (got == 0)
            return log->held == 0 ? NEXT_NONE : NEXT_CUT_OFF;
        log->held += got;
    }
}

/* --- What comes out --------------------------------------------------------------------------- */

struct player {
    struct replay replay;
    const struct replay_arguments *arguments;
    struct log_file log;
    json_t *sessions; /* NULL: not asked for */
    uint32_t stopped;
    uint64_t began_ns, log_began_ns; /* of this process's clock, and of the log's */
};

static void print_marker(const char *line, size_t length)
{
    (void)!fwrite(line, length, 1, stdout);
}

static void show_metrics(struct player *player)
{
    struct nx_message message;
    const struct replay *replay = &player->replay;
    struct perf_metrics_reader metrics =
        own_metrics(replay->perfd, &replay->metrics, replay->session, &message);
    if (player->sessions != NULL)
        json_array_append_new(player->sessions, metrics_json(metrics));
    else if (!player->arguments->markers)
        print_metrics(metrics);
}

static void step_trace(struct replay *replay)
{
    while (perfd_trace_step(replay->perfd, replay->trace) == PERFD_MORE) {
    }
}

/* All of the trace that has begun. */
static int write_trace(struct replay *replay, const char *path)
{
    static uint8_t bytes[1 << 16];
    step_trace(replay);
    int code = output_open(path);
    if (code != EXIT_FINE)
        return code;
    uint64_t offset = 0;
    for (;;) {
        size_t got = 0;
        int result =
            perfd_trace_read(replay->perfd, replay->trace, offset, bytes, sizeof bytes, &got);
        if (result == PERFD_MORE)
            continue;
        if (result < 0) {
            fprintf(stderr, "perfctl: replay: the trace: %s\n", perfd_error_text(result));
            return EXIT_STATUS;
        }
        if (got == 0)
            return output_commit();
        if (fwrite(bytes, got, 1, output_file()) != 1)
            return output_problem();
        offset += got;
    }
}

/* Each trace of the log by its number; without a place for them it only runs its course. */
static int keep_trace(struct player *player)
{
    static char path[4096];
    if (player->arguments->traces == NULL) {
        step_trace(&player->replay);
        return EXIT_FINE;
    }
    int n = snprintf(path, sizeof path, "%s/trace-%" PRIu32 ".json", player->arguments->traces,
                     player->replay.trace);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return output_problem();
    }
    return write_trace(&player->replay, path);
}

/* The last session's: the last that stopped, else the one that runs. */
static int write_last_trace(struct player *player)
{
    struct replay *replay = &player->replay;
    if (player->arguments->output == NULL)
        return EXIT_FINE;
    int trace = perfd_trace_begin(replay->perfd, 0, 0, replay->port.now_ns);
    if (trace < 0) {
        fprintf(stderr, "perfctl: replay: no trace: %s\n", perfd_error_text(trace));
        return EXIT_STATUS;
    }
    replay->trace = (uint32_t)trace;
    return write_trace(replay, player->arguments->output);
}

/* Sessions that the log leaves running. */
static void show_running(struct player *player)
{
    struct replay *replay = &player->replay;
    if (perfd_read_metrics(replay->perfd, 0, 0, false, &replay->metrics) < 0 ||
        !replay->metrics.running)
        return;
    replay->session = replay->metrics.session;
    show_metrics(player);
}

/* --- Playing ---------------------------------------------------------------------------------- */

static int problem(const struct player *player, const char *what)
{
    fprintf(stderr, "perfctl: replay: %s: entry %" PRIu64 " at byte %" PRIu64 ": %s\n",
            player->log.name, player->replay.entries + 1, player->log.offset, what);
    return EXIT_UNUSABLE;
}

/* Waits until the message that came next is due. */
static void keep_pace(const struct player *player)
{
    if (player->arguments->speed <= 0)
        return;
    uint64_t at_ns = replay_entry_ns(player->log.bytes, player->log.used);
    if (at_ns < player->log_began_ns)
        return;
    uint64_t due_ns = player->began_ns +
                      (uint64_t)((double)(at_ns - player->log_began_ns) / player->arguments->speed);
    const struct timespec due = {(time_t)(due_ns / 1000000000u), (long)(due_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
}

static void show_progress(const struct player *player, bool last)
{
    static uint64_t shown_ns;
    uint64_t now = now_ns();
    if (!isatty(STDERR_FILENO) || player->log.size == 0 || (!last && now - shown_ns < 100000000u))
        return;
    shown_ns = now;
    fprintf(stderr, "\r%3" PRIu64 " %%%s",
            (player->log.offset + player->log.used) * 100 / player->log.size,
            last ? "\r     \r" : "");
}

static int begin(struct player *player)
{
    struct replay *replay = &player->replay;
    switch (next_message(&player->log)) {
    case NEXT_MESSAGE:
        break;
    case NEXT_UNREADABLE:
        fprintf(stderr, "perfctl: replay: %s: %s\n", player->log.name, strerror(errno));
        return EXIT_UNUSABLE;
    default:
        return problem(player, replay_error_text(REPLAY_NO_LOG));
    }
    enum replay_result result = replay_open(replay, player->log.bytes, player->log.used);
    if (result != REPLAY_GOES_ON)
        return problem(player, replay_error_text(result));
    if (player->arguments->markers)
        replay->port.print = print_marker;
    uint16_t *labels = calloc(replay->config.labels, sizeof *labels);
    replay->perfd = own_perfd(&replay->config, replay->janks, &replay->port);
    if (labels == NULL || replay->perfd == NULL)
        return problem(player, "its limits make no perfd here");
    replay_begin(replay, labels);
    player->began_ns = now_ns();
    player->log_began_ns = replay->port.now_ns;
    return EXIT_FINE;
}

/* One message. EXIT_FINE, or an exit code after a line on stderr; *more: there are others. */
static int play(struct player *player, bool *more)
{
    struct replay *replay = &player->replay;
    *more = false;
    switch (next_message(&player->log)) {
    case NEXT_MESSAGE:
        break;
    case NEXT_NONE:
        return problem(player, "cut off: the log has no end");
    case NEXT_CUT_OFF:
        return problem(player, "cut off in the middle of an entry");
    case NEXT_BROKEN:
        return problem(player, replay_error_text(REPLAY_MALFORMED));
    case NEXT_UNREADABLE:
        return problem(player, strerror(errno));
    }
    keep_pace(player);
    enum replay_result result = replay_take(replay, player->log.bytes, player->log.used);
    show_progress(player, false);
    *more = result < REPLAY_ENDED;
    switch (result) {
    case REPLAY_STOPPED:
        player->stopped++;
        show_metrics(player);
        return EXIT_FINE;
    case REPLAY_TRACE:
        return keep_trace(player);
    case REPLAY_GOES_ON:
    case REPLAY_ENDED:
        return EXIT_FINE;
    default:
        return problem(player, replay_error_text(result));
    }
}

/* What a log lacks is said, and makes it no less of one. */
static int judge(const struct player *player)
{
    const struct replay *replay = &player->replay;
    if (replay->lost > 0)
        fprintf(stderr,
                "perfctl: replay: %s: incomplete: %" PRIu64
                " entries found no room when it was made\n",
                player->log.name, replay->lost);
    if (replay->lapped > 0)
        fprintf(stderr,
                "perfctl: replay: %s: incomplete: %" PRIu64
                " records were overwritten before they were logged\n",
                player->log.name, replay->lapped);
    if (replay->refused > 0)
        fprintf(stderr, "perfctl: replay: %s: %" PRIu64 " entries came out otherwise here\n",
                player->log.name, replay->refused);
    return replay->lost + replay->lapped + replay->refused > 0 ? EXIT_STATUS : EXIT_FINE;
}

static int run(struct player *player)
{
    int code = begin(player);
    if (code != EXIT_FINE)
        return code;
    bool more = true;
    while (code == EXIT_FINE && more)
        code = play(player, &more);
    show_progress(player, true);
    show_running(player);
    int traced = write_last_trace(player);
    if (code == EXIT_FINE)
        code = judge(player);
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
    static struct player player;
    struct replay_arguments arguments = {.common = *common};
    struct stat status;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    player.arguments = &arguments;
    bool is_stdin = strcmp(arguments.log, "-") == 0;
    player.log.name = is_stdin ? "stdin" : arguments.log;
    player.log.file = is_stdin ? stdin : fopen(arguments.log, "rb");
    if (player.log.file == NULL || fstat(fileno(player.log.file), &status) != 0) {
        fprintf(stderr, "perfctl: replay: %s: %s\n", arguments.log, strerror(errno));
        return EXIT_UNUSABLE;
    }
    player.log.size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    if (arguments.common.json)
        player.sessions = json_array();
    int code = run(&player);
    if (player.sessions != NULL)
        print_json(json_pack("{s:o, s:I, s:o}", "sessions", player.sessions, "entries",
                             (json_int_t)player.replay.entries, "complete",
                             json_boolean(code == EXIT_FINE)));
    return finish_output(code);
}
