/* SPDX-License-Identifier: Apache-2.0 */
/* export: pulls the trace through readTrace, so it works against any port, or has the service store
 * it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "perfd/jank.h"
#include "trace_pull.h"

struct export_arguments {
    struct common common;
    uint32_t session; /* or a snapshot's id */
    uint64_t cap_bytes;
    const char *output; /* NULL: trace.json, or trace-<session>.json; "-": stdout */
    const char *store_name;
    bool store;
};

enum {
    KEY_SESSION = 's',
    KEY_OUTPUT = 'o',
    KEY_CAP = 'm',
    KEY_STORE = 256,
    KEY_NAME,
    KEY_SNAPSHOT
};

static const struct argp_option export_options[] = {
    {"output", KEY_OUTPUT, "FILE", 0,
     "Write here; - is stdout (default: trace.json, or trace-ID.json)", 0},
    {"session", KEY_SESSION, "ID", 0,
     "Which one (default: the last stopped, else the one that runs)", 0},
    {"snapshot", KEY_SNAPSHOT, "N", 0, "A snapshot in place of a session, by its number", 0},
    {"max-bytes", KEY_CAP, "N", 0,
     "Cut the oldest detail so that the trace fits (default: the "
     "service's cap)",
     0},
    {"store", KEY_STORE, NULL, 0, "Have the service write it to its own store, and print the URI",
     0},
    {"name", KEY_NAME, "NAME", 0, "With --store: the file's name (default: the session's)", 0},
    {0},
};

static error_t parse_export(int key, char *text, struct argp_state *state)
{
    struct export_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_SESSION:
        arguments->session = (uint32_t)argument_number(state, "--session", text, 1, INT32_MAX);
        return 0;
    case KEY_SNAPSHOT:
        arguments->session =
            PERFD_SNAPSHOT_ID((uint32_t)argument_number(state, "--snapshot", text, 1, INT32_MAX));
        return 0;
    case KEY_OUTPUT:
        arguments->output = text;
        return 0;
    case KEY_CAP:
        arguments->cap_bytes = argument_number(state, "--max-bytes", text, 1, UINT64_MAX);
        return 0;
    case KEY_STORE:
        arguments->store = true;
        return 0;
    case KEY_NAME:
        arguments->store_name = text;
        return 0;
    case ARGP_KEY_END:
        if (arguments->store && arguments->output != NULL)
            argp_error(state, "--store and --output exclude each other");
        if (!arguments->store && arguments->store_name != NULL)
            argp_error(state, "--name goes with --store");
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

/* --- Into the service's store --- */

static int store_trace(struct perf_client *client, const struct export_arguments *arguments)
{
    struct perf_export_request_builder request = perf_export_last_call(&client->rpc);
    perf_export_request_set_session_id(request, arguments->session);
    perf_export_request_set_max_bytes(request, arguments->cap_bytes);
    if (arguments->store_name != NULL)
        perf_export_request_set_name(
            request,
            (struct nx_text){arguments->store_name, (uint32_t)strlen(arguments->store_name)});
    call_service(client, &arguments->common);
    struct perf_export_response_reader response = perf_export_last_results(&client->rpc);
    int code = check_status("export", perf_export_response_get_status(response));
    if (code != EXIT_FINE)
        return code;
    struct nx_text uri = perf_export_response_get_uri(response);
    if (arguments->common.json) {
        json_t *to = json_object();
        json_object_set_new(to, "uri", json_text(uri));
        json_object_set_new(to, "bytes", json_count(perf_export_response_get_bytes(response)));
        json_object_set_new(to, "truncated",
                            json_boolean(perf_export_response_get_truncated(response)));
        json_object_set_new(to, "framesDropped",
                            json_integer(perf_export_response_get_frames_dropped(response)));
        json_object_set_new(to, "recordsDropped",
                            json_count(perf_export_response_get_records_dropped(response)));
        print_json(to);
    } else {
        print_text(uri);
        printf("\n");
    }
    return code;
}

/* --- Into a file here --- */

static int save_trace(struct perf_client *client, const struct export_arguments *arguments)
{
    char default_name[64];
    const char *path = arguments->output;
    uint64_t total_bytes;
    if (path == NULL) {
        snprintf(default_name, sizeof default_name,
                 arguments->session != 0 ? "trace-%" PRIu32 ".json" : "trace.json",
                 arguments->session);
        path = default_name;
    }
    int code = output_open(path);
    if (code != EXIT_FINE)
        return code;
    code = trace_pull(client, &arguments->common, arguments->session, arguments->cap_bytes, false,
                      &total_bytes);
    if (code == EXIT_FINE)
        code = output_commit();
    if (code != EXIT_FINE || output_is_stdout())
        return code;
    if (arguments->common.json)
        print_json(json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)total_bytes));
    else
        printf("%s (%" PRIu64 " bytes)\n", path, total_bytes);
    return code;
}

int cmd_export(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = export_options,
        .parser = parse_export,
        .doc = "Saves a session's trace, for chrome://tracing, Perfetto or speedscope.",
        .children = common_children,
    };
    struct export_arguments arguments = {.common = *common};
    static struct perf_client client;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    int code = arguments.store ? store_trace(&client, &arguments) : save_trace(&client, &arguments);
    perf_client_close(&client);
    return finish_output(code);
}
