/* SPDX-License-Identifier: Apache-2.0 */
/* record: a session and the run log of it, fetched while it is made: it may be longer than any ring
 * of the service's. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "perfctl.h"

#define PAUSE_NS 20000000 /* between looks at a log in which nothing was new */

enum { KEY_FOR = 'f', KEY_OUTPUT = 'o', KEY_NAME = 'n', KEY_BUDGET = 'b', KEY_ATTACH = 'a' };

struct record_arguments {
    struct common common;
    const char *output, *name;
    uint64_t for_ns; /* 0: until a signal */
    uint64_t budget_ns;
    bool attach; /* to a log that runs, and to its sessions */
};

static error_t parse_record(int key, char *text, struct argp_state *state)
{
    struct record_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_FOR:
        arguments->for_ns = argument_duration(state, "--for", text);
        if (arguments->for_ns == 0)
            argp_error(state, "--for takes a duration above 0");
        return 0;
    case KEY_OUTPUT:
        arguments->output = text;
        return 0;
    case KEY_NAME:
        arguments->name = text;
        return 0;
    case KEY_BUDGET:
        arguments->budget_ns = argument_ms(state, "--budget-ms", text);
        return 0;
    case KEY_ATTACH:
        arguments->attach = true;
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

struct recording {
    struct perf_client client;
    const struct record_arguments *arguments;
    uint32_t session; /* 0: none of ours runs */
    uint64_t began_ns, bytes;
    uint64_t lost; /* entries that the log lacks */
    bool ended;
};

/* What came is kept whatever happens next. */
static int unreachable(int error)
{
    fprintf(stderr, "perfctl: record: %s: the recording ends here\n",
            perf_client_error_text(error));
    return EXIT_UNREACHABLE;
}

/* --- The log ---------------------------------------------------------------------------------- */

/* Fetches once; *got: how many bytes that were. */
static int fetch(struct recording *recording, bool start, bool stop, uint32_t *got)
{
    struct nx_client *rpc = &recording->client.rpc;
    struct perf_read_log_request_builder request = perf_read_log_call(rpc);
    *got = 0;
    perf_read_log_request_set_start(request, start);
    perf_read_log_request_set_stop(request, stop);
    int result = perf_client_call(&recording->client);
    if (result < 0)
        return unreachable(result);
    struct perf_read_log_response_reader response = perf_read_log_results(rpc);
    enum perf_status status = perf_read_log_response_get_status(response);
    if (status != PERF_STATUS_OK)
        return check_status("record", status);
    struct nx_data data = perf_read_log_response_get_data(response);
    if (data.length > 0 && fwrite(data.bytes, data.length, 1, output_file()) != 1)
        return output_problem();
    *got = data.length;
    recording->bytes += data.length;
    recording->ended = perf_read_log_response_get_end(response);
    recording->lost = perf_read_log_response_get_lost(response);
    return EXIT_FINE;
}

static void show_progress(const struct recording *recording, bool last)
{
    if (!isatty(STDERR_FILENO))
        return;
    uint64_t seconds = (now_ns() - recording->began_ns) / 1000000000u;
    fprintf(stderr, "\r%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 "  %" PRIu64 " bytes%s",
            seconds / 3600, seconds / 60 % 60, seconds % 60, recording->bytes, last ? "\n" : "");
}

/* Waits a moment; true: a signal wants it to end. */
static bool is_asked_to_end(const sigset_t *signals)
{
    static const struct timespec pause = {0, PAUSE_NS};
    return sigtimedwait(signals, NULL, &pause) > 0;
}

/* Until the time is over, a signal comes, or the log has come to its end by itself. */
static int follow(struct recording *recording, const sigset_t *signals)
{
    const uint64_t for_ns = recording->arguments->for_ns;
    while (!recording->ended && (for_ns == 0 || now_ns() - recording->began_ns < for_ns)) {
        uint32_t got;
        int code = fetch(recording, false, false, &got);
        if (code != EXIT_FINE)
            return code;
        show_progress(recording, false);
        if (got == 0 && is_asked_to_end(signals))
            break;
    }
    return EXIT_FINE;
}

static int fetch_rest(struct recording *recording)
{
    while (!recording->ended) {
        uint32_t got;
        int code = fetch(recording, false, true, &got);
        if (code != EXIT_FINE)
            return code;
    }
    return EXIT_FINE;
}

/* --- The session ------------------------------------------------------------------------------ */

/* A session that runs is not in a log that begins later: frames that name none would be in two. */
static int refuse_running(struct recording *recording)
{
    struct nx_client *rpc = &recording->client.rpc;
    (void)perf_metrics_call(rpc);
    int result = perf_client_call(&recording->client);
    if (result < 0)
        return unreachable(result);
    struct perf_metrics_response_reader response = perf_metrics_results(rpc);
    struct perf_metrics_reader metrics = perf_metrics_response_get_metrics(response);
    if (perf_metrics_response_get_status(response) != PERF_STATUS_OK ||
        !perf_metrics_get_running(metrics))
        return EXIT_FINE;
    fprintf(stderr,
            "perfctl: record: session %" PRIu32
            " runs, and a recording has its own: stop it first\n",
            perf_metrics_get_session_id(metrics));
    return EXIT_STATUS;
}

static int start_session(struct recording *recording)
{
    struct nx_client *rpc = &recording->client.rpc;
    const char *name = recording->arguments->name;
    struct perf_start_request_builder request = perf_start_call(rpc);
    perf_start_request_set_name(request, (struct nx_text){name, (uint32_t)strlen(name)});
    perf_start_request_set_budget_ns(request, recording->arguments->budget_ns);
    int result = perf_client_call(&recording->client);
    if (result < 0)
        return unreachable(result);
    struct perf_start_response_reader response = perf_start_results(rpc);
    recording->session = perf_start_response_get_session_id(response);
    return check_status("record", perf_start_response_get_status(response));
}

/* Prints its figures, unless somebody else has stopped it meanwhile. */
static int stop_session(struct recording *recording)
{
    struct nx_client *rpc = &recording->client.rpc;
    perf_stop_request_set_session_id(perf_stop_call(rpc), recording->session);
    int result = perf_client_call(&recording->client);
    if (result < 0)
        return unreachable(result);
    struct perf_stop_response_reader response = perf_stop_results(rpc);
    if (perf_stop_response_get_status(response) != PERF_STATUS_OK)
        return EXIT_FINE;
    if (recording->arguments->common.json)
        print_json(metrics_json(perf_stop_response_get_metrics(response)));
    else
        print_metrics(perf_stop_response_get_metrics(response));
    return EXIT_FINE;
}

static int record(struct recording *recording, const sigset_t *signals)
{
    uint32_t got;
    bool attach = recording->arguments->attach;
    int code = fetch(recording, !attach, false, &got);
    if (code == EXIT_FINE && !attach)
        code = start_session(recording);
    recording->began_ns = now_ns();
    if (code == EXIT_FINE)
        code = follow(recording, signals);
    if (code == EXIT_FINE && !attach)
        code = stop_session(recording);
    if (code == EXIT_FINE)
        code = fetch_rest(recording);
    show_progress(recording, true);
    if (code == EXIT_FINE && recording->lost > 0) {
        fprintf(stderr,
                "perfctl: record: more came than could be fetched: the recording ends early, "
                "without %" PRIu64 " entries\n",
                recording->lost);
        code = EXIT_STATUS;
    }
    return code;
}

static const struct argp_option record_options[] = {
    {"for", KEY_FOR, "TIME", 0, "So long: 90, 1.5s, 10m, 2h (default: until Ctrl-C)", 0},
    {"output", KEY_OUTPUT, "FILE", 0, "Write here (default: perf.runlog)", 0},
    {"name", KEY_NAME, "NAME", 0, "The session's name (default: record)", 0},
    {"budget-ms", KEY_BUDGET, "X", 0, "A frame's budget (default 16.666667)", 0},
    {"attach", KEY_ATTACH, NULL, 0,
     "Take the log that the service began when it started (perfd --run-log), with whatever "
     "sessions "
     "there are",
     0},
    {0},
};

int cmd_record(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = record_options,
        .parser = parse_record,
        .doc = "Starts a session and records everything that perfd is told until it ends: `perfctl "
               "replay` makes the same figures and traces of it again.",
        .children = common_children,
    };
    static struct recording recording;
    struct record_arguments arguments = {
        .common = *common, .output = "perf.runlog", .name = "record", .budget_ns = BUDGET_NS};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    recording.arguments = &arguments;
    connect_service(&recording.client, &arguments.common);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int code = arguments.attach ? EXIT_FINE : refuse_running(&recording);
    if (code == EXIT_FINE)
        code = output_open(arguments.output);
    if (code != EXIT_FINE)
        return code;
    sigprocmask(SIG_BLOCK, &signals, NULL);
    code = record(&recording, &signals);
    perf_client_close(&recording.client);
    if (recording.bytes == 0)
        return finish_output(code);
    int kept = output_commit();
    if (kept == EXIT_FINE && !output_is_stdout() && !arguments.common.json)
        printf("%s (%" PRIu64 " bytes)\n", arguments.output, recording.bytes);
    return finish_output(code != EXIT_FINE ? code : kept);
}
