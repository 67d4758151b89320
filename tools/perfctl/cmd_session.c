/* SPDX-License-Identifier: Apache-2.0 */
/* start, stop, metrics. */
#include <stdio.h>
#include <string.h>

#include "perfctl.h"

struct start_arguments {
    struct common common;
    const char *name;
    uint64_t budget_ns, long_frame_ns, idle_gap_ns;
    uint32_t warmup_frames;
    const char *categories;
    bool oneshot;
};

enum {
    KEY_BUDGET = 'b',
    KEY_LONG = 256,
    KEY_IDLE,
    KEY_WARMUP,
    KEY_CATEGORIES,
    KEY_ONESHOT,
    KEY_SESSION = 's',
    KEY_PHASES = 'p'
};

static const struct argp_option start_options[] = {
    {"budget-ms", KEY_BUDGET, "X", 0, "A frame's budget (default 16.666667)", 0},
    {"long-ms", KEY_LONG, "X", 0, "From here on a frame is long (default: 3/2 of the budget)", 0},
    {"idle-gap-ms", KEY_IDLE, "X", 0, "A longer gap between frames is idleness, not an interval",
     0},
    {"warmup", KEY_WARMUP, "N", 0, "Leave the first N frames out of every figure", 0},
    {"categories", KEY_CATEGORIES, "A,B", 0,
     "Of marks, only those of these categories are in its traces; an empty one: those without", 0},
    {"oneshot", KEY_ONESHOT, NULL, 0,
     "Keep the oldest: when the ring and the lanes are full, refuse what comes", 0},
    {0},
};

static error_t parse_start(int key, char *text, struct argp_state *state)
{
    struct start_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_BUDGET:
        arguments->budget_ns = argument_ms(state, "--budget-ms", text);
        return 0;
    case KEY_LONG:
        arguments->long_frame_ns = argument_ms(state, "--long-ms", text);
        return 0;
    case KEY_IDLE:
        arguments->idle_gap_ns = argument_ms(state, "--idle-gap-ms", text);
        return 0;
    case KEY_WARMUP:
        arguments->warmup_frames =
            (uint32_t)argument_number(state, "--warmup", text, 0, UINT32_MAX);
        return 0;
    case KEY_CATEGORIES:
        arguments->categories = text;
        return 0;
    case KEY_ONESHOT:
        arguments->oneshot = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->name != NULL)
            argp_error(state, "unexpected argument '%s'", text);
        arguments->name = text;
        return 0;
    case ARGP_KEY_END:
        if (arguments->name == NULL)
            argp_error(state, "which NAME should the session have?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_start(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = start_options,
        .parser = parse_start,
        .args_doc = "NAME",
        .doc = "Starts a session. NAME: up to 48 of A-Z a-z 0-9 . _ - and not a dot first.",
        .children = common_children,
    };
    struct start_arguments arguments = {.common = *common, .budget_ns = BUDGET_NS};
    static struct perf_client client;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    struct perf_start_request_builder request = perf_start_call(&client.rpc);
    perf_start_request_set_name(request,
                                (struct nx_text){arguments.name, (uint32_t)strlen(arguments.name)});
    perf_start_request_set_budget_ns(request, arguments.budget_ns);
    perf_start_request_set_long_frame_ns(request, arguments.long_frame_ns);
    perf_start_request_set_idle_gap_ns(request, arguments.idle_gap_ns);
    perf_start_request_set_warmup_frames(request, arguments.warmup_frames);
    perf_start_request_set_oneshot(request, arguments.oneshot);
    if (arguments.categories != NULL)
        perf_start_request_set_categories(request, nx_text_of(arguments.categories));
    call_service(&client, &arguments.common);
    struct perf_start_response_reader response = perf_start_results(&client.rpc);
    enum perf_status status = perf_start_response_get_status(response);
    unsigned session = perf_start_response_get_session_id(response);
    perf_client_close(&client);
    if (status != PERF_STATUS_OK)
        return check_status("start", status);
    if (arguments.common.json)
        print_json(json_pack("{s:I}", "session", (json_int_t)session));
    else
        printf("session %u started\n", session);
    return finish_output(EXIT_FINE);
}

struct session_arguments {
    struct common common;
    uint32_t session;
    bool phases;
};

static error_t parse_session(int key, char *text, struct argp_state *state)
{
    struct session_arguments *arguments = state->input;
    switch (key) {
    case KEY_SESSION:
        arguments->session = (uint32_t)argument_number(state, "--session", text, 1, UINT32_MAX);
        return 0;
    case KEY_PHASES:
        arguments->phases = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

int cmd_stop(int argc, char **argv, const struct common *common)
{
    static const struct argp_option options[] = {
        {"session", KEY_SESSION, "ID", 0, "Which one (default: the only one that runs)", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse_session,
        .doc = "Stops a session and prints its figures.",
        .children = common_children,
    };
    struct session_arguments arguments = {.common = *common};
    static struct perf_client client;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    perf_stop_request_set_session_id(perf_stop_call(&client.rpc), arguments.session);
    call_service(&client, &arguments.common);
    struct perf_stop_response_reader response = perf_stop_results(&client.rpc);
    enum perf_status status = perf_stop_response_get_status(response);
    if (status == PERF_STATUS_OK && arguments.common.json)
        print_json(metrics_json(perf_stop_response_get_metrics(response)));
    else if (status == PERF_STATUS_OK)
        print_metrics(perf_stop_response_get_metrics(response));
    perf_client_close(&client);
    return finish_output(check_status("stop", status));
}

int cmd_metrics(int argc, char **argv, const struct common *common)
{
    static const struct argp_option options[] = {
        {"session", KEY_SESSION, "ID", 0, "Which one (default: the one that runs, else the last)",
         0},
        {"phases", KEY_PHASES, NULL, 0, "Also ui, layout, render and present", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse_session,
        .doc = "Prints a session's figures: over the frames in the ring, and over all of it.",
        .children = common_children,
    };
    struct session_arguments arguments = {.common = *common};
    static struct perf_client client;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    struct perf_metrics_request_builder request = perf_metrics_call(&client.rpc);
    perf_metrics_request_set_session_id(request, arguments.session);
    perf_metrics_request_set_phases(request, arguments.phases);
    call_service(&client, &arguments.common);
    struct perf_metrics_response_reader response = perf_metrics_results(&client.rpc);
    enum perf_status status = perf_metrics_response_get_status(response);
    struct perf_metrics_reader metrics = perf_metrics_response_get_metrics(response);
    struct perf_health_reader health = perf_metrics_response_get_health(response);
    if (status == PERF_STATUS_OK && arguments.common.json) {
        json_t *both = metrics_json(metrics);
        json_object_set_new(both, "health", health_json(health));
        print_json(both);
    } else if (status == PERF_STATUS_OK) {
        print_metrics(metrics);
        print_health(health);
    }
    perf_client_close(&client);
    return finish_output(check_status("metrics", status));
}
