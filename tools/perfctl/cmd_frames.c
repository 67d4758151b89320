/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "perfctl.h"
#include "run_file.h"

struct frames_arguments {
    struct common common;
    const char *file; /* NULL: of a service */
    uint32_t session;
    uint64_t after, count;
    bool csv;
    char name[64]; /* the session's, of a service */
};

enum { KEY_SESSION = 's', KEY_AFTER = 'a', KEY_COUNT = 'n', KEY_CSV = 256 };

static const struct argp_option frames_options[] = {
    {"session", KEY_SESSION, "ID", 0, "Which one (default: the one that runs, else the last)", 0},
    {"after", KEY_AFTER, "SEQ", 0, "Only frames after this one (default: all in the ring)", 0},
    {"count", KEY_COUNT, "N", 0, "At most so many, the oldest first (default: all)", 0},
    {"csv", KEY_CSV, NULL, 0, "In PresentMon's columns, for tools that read frame times", 0},
    {0},
};

static error_t parse_frames(int key, char *text, struct argp_state *state)
{
    struct frames_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case KEY_SESSION:
        arguments->session = (uint32_t)argument_number(state, "--session", text, 1, UINT32_MAX);
        return 0;
    case KEY_AFTER:
        arguments->after = argument_number(state, "--after", text, 0, UINT64_MAX);
        return 0;
    case KEY_COUNT:
        arguments->count = argument_number(state, "--count", text, 1, UINT64_MAX);
        return 0;
    case KEY_CSV:
        arguments->csv = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->file != NULL)
            argp_error(state, "unexpected argument '%s'", text);
        arguments->file = text;
        return 0;
    case ARGP_KEY_END:
        if (arguments->csv && arguments->common.json)
            argp_error(state, "--csv or --json, not both");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- CSV -------------------------------------------------------------------------------------- */

/* The first ten columns of PresentMon 1.x, which its readers find by name or by place. */
static void print_csv_head(void)
{
    printf("Application,ProcessID,SwapChainAddress,Runtime,SyncInterval,PresentFlags,Dropped,"
           "TimeInSeconds,msInPresentAPI,msBetweenPresents\n");
}

/* In quotes, those inside doubled; what could steer a terminal is '?'. */
static void print_csv_text(struct nx_text text)
{
    putchar('"');
    for (uint32_t i = 0; i < text.length; i++) {
        if (text.bytes[i] == '"')
            putchar('"');
        print_text((struct nx_text){text.bytes + i, 1});
    }
    putchar('"');
}

/* Without an interval (the first one, and after idleness) a frame has no frame time: such tools
 * would take any number for one. */
static void print_csv(struct nx_text name, double at_s, double present_ms, double interval_ms)
{
    if (!(interval_ms > 0))
        return;
    print_csv_text(name);
    printf(",0,0x0,perfd,0,0,0,%.6f,%.6f,%.6f\n", at_s, present_ms, interval_ms);
}

/* --- A service's ------------------------------------------------------------------------------ */

static json_t *sample_json(struct perf_frame_sample_reader f)
{
    uint64_t interval_ns = perf_frame_sample_get_interval_ns(f);
    uint64_t work_ns = perf_frame_sample_get_work_ns(f);
    json_t *to = json_object();
    json_object_set_new(to, "seq", json_count(perf_frame_sample_get_seq(f)));
    json_object_set_new(to, "frameId", json_count(perf_frame_sample_get_frame_id(f)));
    json_object_set_new(to, "presentedAtNs", json_count(perf_frame_sample_get_presented_at_ns(f)));
    json_object_set_new(to, "interval", json_ms(interval_ns, interval_ns != 0));
    json_object_set_new(to, "work", json_ms(work_ns, work_ns != 0));
    json_object_set_new(to, "ui", json_ms(perf_frame_sample_get_ui_ns(f), work_ns != 0));
    json_object_set_new(to, "layout", json_ms(perf_frame_sample_get_layout_ns(f), work_ns != 0));
    json_object_set_new(to, "render", json_ms(perf_frame_sample_get_render_ns(f), work_ns != 0));
    json_object_set_new(to, "present", json_ms(perf_frame_sample_get_present_ns(f), work_ns != 0));
    json_object_set_new(to, "budgetMs", json_ms(perf_frame_sample_get_budget_ns(f), true));
    json_object_set_new(to, "long", json_boolean(perf_frame_sample_get_long(f)));
    json_object_set_new(to, "dropped", json_boolean(perf_frame_sample_get_dropped(f)));
    json_object_set_new(to, "late", json_boolean(perf_frame_sample_get_late(f)));
    json_object_set_new(to, "idle", json_boolean(perf_frame_sample_get_idle(f)));
    return to;
}

static void print_sample(struct perf_frame_sample_reader f)
{
    printf("%10" PRIu64 " ", perf_frame_sample_get_frame_id(f));
    print_ms_column(perf_frame_sample_get_interval_ns(f));
    print_ms_column(perf_frame_sample_get_work_ns(f));
    print_ms_column(perf_frame_sample_get_ui_ns(f));
    print_ms_column(perf_frame_sample_get_layout_ns(f));
    print_ms_column(perf_frame_sample_get_render_ns(f));
    print_ms_column(perf_frame_sample_get_present_ns(f));
    printf("  %s%s%s%s\n", perf_frame_sample_get_long(f) ? "long " : "",
           perf_frame_sample_get_dropped(f) ? "dropped " : "",
           perf_frame_sample_get_late(f) ? "late " : "",
           perf_frame_sample_get_idle(f) ? "idle" : "");
}

#define FRAMES_A_CALL 64u

static void print_sample_csv(const struct frames_arguments *arguments,
                             struct perf_frame_sample_reader f)
{
    static uint64_t first_ns;
    const uint64_t at_ns = perf_frame_sample_get_presented_at_ns(f);
    if (first_ns == 0)
        first_ns = at_ns;
    print_csv(nx_text_of(arguments->name), (double)(at_ns - first_ns) / 1e9,
              (double)perf_frame_sample_get_present_ns(f) / 1e6,
              (double)perf_frame_sample_get_interval_ns(f) / 1e6);
}

/* The session's name, for the rows of a CSV; 0 is settled to the session that it means. */
static int find_name(struct perf_client *client, struct frames_arguments *arguments)
{
    perf_metrics_request_set_session_id(perf_metrics_call(&client->rpc), arguments->session);
    call_service(client, &arguments->common);
    struct perf_metrics_response_reader response = perf_metrics_results(&client->rpc);
    int code = check_status("metrics", perf_metrics_response_get_status(response));
    if (code != EXIT_FINE)
        return code;
    struct perf_metrics_reader metrics = perf_metrics_response_get_metrics(response);
    struct nx_text name = perf_metrics_get_name(metrics);
    (void)snprintf(arguments->name, sizeof arguments->name, "%.*s", (int)name.length, name.bytes);
    arguments->session = perf_metrics_get_session_id(metrics);
    return EXIT_FINE;
}

/* One call's worth. How many came, or -1 where the status was not ok (*code says so). */
static int fetch(struct perf_client *client, struct frames_arguments *arguments, json_t *list,
                 uint64_t *missed, int *code)
{
    struct perf_frames_request_builder request = perf_frames_call(&client->rpc);
    perf_frames_request_set_session_id(request, arguments->session);
    perf_frames_request_set_after_seq(request, arguments->after);
    perf_frames_request_set_max(
        request, arguments->count < FRAMES_A_CALL ? (uint32_t)arguments->count : FRAMES_A_CALL);
    call_service(client, &arguments->common);
    struct perf_frames_response_reader response = perf_frames_results(&client->rpc);
    *code = check_status("frames", perf_frames_response_get_status(response));
    if (*code != EXIT_FINE)
        return -1;
    struct perf_frame_sample_list_reader samples = perf_frames_response_get_frames(response);
    uint32_t count = perf_frame_sample_list_length(samples);
    for (uint32_t i = 0; i < count; i++) {
        struct perf_frame_sample_reader sample = perf_frame_sample_list_at(samples, i);
        if (list != NULL)
            json_array_append_new(list, sample_json(sample));
        else if (arguments->csv)
            print_sample_csv(arguments, sample);
        else
            print_sample(sample);
        arguments->after = perf_frame_sample_get_seq(sample);
    }
    *missed += perf_frames_response_get_missed(response);
    arguments->count -= count;
    return (int)count;
}

static void print_head(const struct frames_arguments *arguments)
{
    if (arguments->csv)
        print_csv_head();
    else if (!arguments->common.json)
        printf("%10s %10s%10s%10s%10s%10s%10s\n", "frame", "interval", "work", "ui", "layout",
               "render", "present");
}

static int of_service(struct frames_arguments *arguments)
{
    static struct perf_client client;
    uint64_t missed = 0;
    int code = EXIT_FINE, got = 0;
    connect_service(&client, &arguments->common);
    if (arguments->csv)
        code = find_name(&client, arguments);
    if (code != EXIT_FINE)
        return code;
    json_t *list = arguments->common.json ? json_array() : NULL;
    print_head(arguments);
    /* A running session gives frames for as long as one asks: end with the first short answer. */
    do
        got = fetch(&client, arguments, list, &missed, &code);
    while (got == (int)FRAMES_A_CALL && arguments->count > 0);
    perf_client_close(&client);
    if (list != NULL && code == EXIT_FINE)
        print_json(json_pack("{s:o, s:I}", "frames", list, "missed", (json_int_t)missed));
    else if (missed > 0)
        fprintf(arguments->csv ? stderr : stdout, "%" PRIu64 " older frames have left the ring\n",
                missed);
    return code;
}

/* --- A file's --------------------------------------------------------------------------------- */

/* ns of a column's entry; 0: it has none. */
static uint64_t ns_at(const json_t *frames, const char *column, size_t at)
{
    const double ms = json_number_value(json_array_get(json_object_get(frames, column), at));
    return ms > 0 && ms < 1e12 ? (uint64_t)llround(ms * 1e6) : 0;
}

static void print_row(const json_t *frames, size_t at)
{
    static const char *const columns[] = {"interval_ms", "work_ms",   "ui_ms",
                                          "layout_ms",   "render_ms", "present_ms"};
    const char *cause = json_string_value(json_array_get(json_object_get(frames, "cause"), at));
    printf("%10" JSON_INTEGER_FORMAT " ",
           json_integer_value(json_array_get(json_object_get(frames, "id"), at)));
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        print_ms_column(ns_at(frames, columns[i], at));
    printf("  ");
    if (cause != NULL)
        print_text(nx_text_of(cause));
    printf("\n");
}

static int of_file(const struct frames_arguments *arguments)
{
    json_t *perf_json = run_file_load(arguments->file, NULL);
    if (perf_json == NULL)
        return EXIT_UNUSABLE;
    const json_t *run = json_array_get(run_file_runs(perf_json),
                                       (size_t)run_file_choose(perf_json, arguments->file, 0));
    json_t *frames = json_object_get(run, "frames");
    const char *name = json_string_value(json_object_get(json_object_get(run, "session"), "name"));
    const size_t count = json_array_size(json_object_get(frames, "id"));
    print_head(arguments);
    if (arguments->common.json)
        print_json(frames != NULL ? json_incref(frames) : json_object());
    for (size_t i = 0; !arguments->common.json && i < count && i < arguments->count; i++) {
        if (arguments->csv)
            print_csv(nx_text_of(name != NULL ? name : ""), (double)ns_at(frames, "at_ms", i) / 1e9,
                      (double)ns_at(frames, "present_ms", i) / 1e6,
                      (double)ns_at(frames, "interval_ms", i) / 1e6);
        else
            print_row(frames, i);
    }
    json_decref(perf_json);
    return EXIT_FINE;
}

int cmd_frames(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = frames_options,
        .parser = parse_frames,
        .args_doc = "[FILE]",
        .doc = "Prints the frames in a session's ring, or those of a trace, a run log or a "
               "perf.json; times in milliseconds.",
        .children = common_children,
    };
    struct frames_arguments arguments = {.common = *common, .count = UINT64_MAX};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return finish_output(arguments.file != NULL ? of_file(&arguments) : of_service(&arguments));
}
