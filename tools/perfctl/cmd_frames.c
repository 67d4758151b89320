/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "perfctl.h"

struct frames_arguments {
    struct common common;
    uint32_t session;
    uint64_t after, count;
};

enum { KEY_SESSION = 's', KEY_AFTER = 'a', KEY_COUNT = 'n' };

static const struct argp_option frames_options[] = {
    {"session", KEY_SESSION, "ID", 0, "Which one (default: the one that runs, else the last)", 0},
    {"after", KEY_AFTER, "SEQ", 0, "Only frames after this one (default: all in the ring)", 0},
    {"count", KEY_COUNT, "N", 0, "At most so many, the oldest first (default: all)", 0},
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
    default:
        return parse_no_argument(key, text, state);
    }
}

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
        else
            print_sample(sample);
        arguments->after = perf_frame_sample_get_seq(sample);
    }
    *missed += perf_frames_response_get_missed(response);
    arguments->count -= count;
    return (int)count;
}

int cmd_frames(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = frames_options,
        .parser = parse_frames,
        .doc = "Prints the frames in a session's ring, times in milliseconds.",
        .children = common_children,
    };
    struct frames_arguments arguments = {.common = *common, .count = UINT64_MAX};
    static struct perf_client client;
    uint64_t missed = 0;
    int code;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    json_t *list = arguments.common.json ? json_array() : NULL;
    if (list == NULL)
        printf("%10s %10s%10s%10s%10s%10s%10s\n", "frame", "interval", "work", "ui", "layout",
               "render", "present");
    /* A running session gives frames for as long as one asks: end with the first short answer. */
    int got;
    do
        got = fetch(&client, &arguments, list, &missed, &code);
    while (got == (int)FRAMES_A_CALL && arguments.count > 0);
    perf_client_close(&client);
    if (list != NULL && code == EXIT_FINE)
        print_json(json_pack("{s:o, s:I}", "frames", list, "missed", (json_int_t)missed));
    else if (missed > 0)
        printf("%" PRIu64 " older frames have left the ring\n", missed);
    return finish_output(code);
}
