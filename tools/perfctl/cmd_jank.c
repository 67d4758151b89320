/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "perfctl.h"

struct jank_arguments {
    struct common common;
    uint32_t session;
    uint64_t after;
};

enum { KEY_SESSION = 's', KEY_AFTER = 'a' };

static const struct argp_option jank_options[] = {
    {"session", KEY_SESSION, "ID", 0, "Which one (default: the one that runs, else the last)", 0},
    {"after", KEY_AFTER, "SEQ", 0, "Only those after this one (default: all that are kept)", 0},
    {0},
};

static error_t parse_jank(int key, char *text, struct argp_state *state)
{
    struct jank_arguments *arguments = state->input;
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
    default:
        return parse_no_argument(key, text, state);
    }
}

static uint64_t over_ns(struct perf_jank_reader jank)
{
    uint64_t interval_ns = perf_jank_get_interval_ns(jank);
    uint64_t budget_ns = perf_jank_get_budget_ns(jank);
    return interval_ns > budget_ns ? interval_ns - budget_ns : 0;
}

json_t *jank_json(struct perf_jank_reader jank)
{
    struct perf_why_list_reader whys = perf_jank_get_why(jank);
    uint64_t interval_ns = perf_jank_get_interval_ns(jank);
    uint64_t work_ns = perf_jank_get_work_ns(jank), gpu_ns = perf_jank_get_gpu_ns(jank);
    json_t *to = json_object(), *list = json_array();
    for (uint32_t i = 0; i < perf_why_list_length(whys); i++) {
        struct perf_why_reader why = perf_why_list_at(whys, i);
        json_t *one = json_object();
        json_object_set_new(one, "label", json_text(perf_why_get_label(why)));
        json_object_set_new(one, "ms", json_ms(perf_why_get_self_ns(why), true));
        json_array_append_new(list, one);
    }
    json_object_set_new(to, "seq", json_count(perf_jank_get_seq(jank)));
    json_object_set_new(to, "session", json_count(perf_jank_get_session_id(jank)));
    json_object_set_new(to, "frameId", json_count(perf_jank_get_frame_id(jank)));
    json_object_set_new(to, "shownAtNs", json_count(perf_jank_get_shown_at_ns(jank)));
    json_object_set_new(to, "interval", json_ms(interval_ns, interval_ns != 0));
    json_object_set_new(to, "over", json_ms(over_ns(jank), true));
    json_object_set_new(to, "budgetMs", json_ms(perf_jank_get_budget_ns(jank), true));
    json_object_set_new(to, "work", json_ms(work_ns, work_ns != 0));
    json_object_set_new(to, "gpu", json_ms(gpu_ns, gpu_ns != 0));
    json_object_set_new(to, "cause", json_string(cause_text(perf_jank_get_cause(jank))));
    json_object_set_new(to, "why", list);
    return to;
}

static void print_jank(struct perf_jank_reader jank)
{
    struct perf_why_list_reader whys = perf_jank_get_why(jank);
    printf("%10" PRIu64 " ", perf_jank_get_frame_id(jank));
    print_ms_column(perf_jank_get_interval_ns(jank));
    print_ms_column(over_ns(jank));
    print_ms_column(perf_jank_get_work_ns(jank));
    print_ms_column(perf_jank_get_gpu_ns(jank));
    printf("  %-8s ", cause_text(perf_jank_get_cause(jank)));
    for (uint32_t i = 0; i < perf_why_list_length(whys); i++) {
        struct perf_why_reader why = perf_why_list_at(whys, i);
        uint64_t us = (perf_why_get_self_ns(why) + 500) / 1000;
        printf("%s", i > 0 ? ", " : " ");
        print_text(perf_why_get_label(why));
        printf(" %" PRIu64 ".%03" PRIu64, us / 1000, us % 1000);
    }
    printf("\n");
}

#define JANKS_A_CALL 8u

struct janks {
    json_t *list; /* NULL: they are printed */
    uint64_t missed, lines_held_back;
};

/* One call's worth. How many came, or -1 where the status was not ok (*code says so). */
static int fetch(struct perf_client *client, struct jank_arguments *arguments, struct janks *janks,
                 int *code)
{
    struct perf_janks_request_builder request = perf_janks_call(&client->rpc);
    perf_janks_request_set_session_id(request, arguments->session);
    perf_janks_request_set_after_seq(request, arguments->after);
    perf_janks_request_set_max(request, JANKS_A_CALL);
    call_service(client, &arguments->common);
    struct perf_janks_response_reader response = perf_janks_results(&client->rpc);
    *code = check_status("jank", perf_janks_response_get_status(response));
    if (*code != EXIT_FINE)
        return -1;
    struct perf_jank_list_reader list = perf_janks_response_get_janks(response);
    uint32_t count = perf_jank_list_length(list);
    for (uint32_t i = 0; i < count; i++) {
        struct perf_jank_reader jank = perf_jank_list_at(list, i);
        if (janks->list != NULL)
            json_array_append_new(janks->list, jank_json(jank));
        else
            print_jank(jank);
        arguments->after = perf_jank_get_seq(jank);
    }
    janks->missed += perf_janks_response_get_missed(response);
    janks->lines_held_back = perf_janks_response_get_lines_held_back(response);
    return (int)count;
}

int cmd_jank(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = jank_options,
        .parser = parse_jank,
        .doc = "Prints the last janky frames: how long they took, times in milliseconds, the cause "
               "of each, and the labels with the most self time in it.",
        .children = common_children,
    };
    struct jank_arguments arguments = {.common = *common};
    static struct perf_client client;
    int code;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    struct janks janks = {.list = arguments.common.json ? json_array() : NULL};
    if (janks.list == NULL)
        printf("%10s %10s%10s%10s%10s  %-8s  %s\n", "frame", "interval", "over", "work", "gpu",
               "cause", "why");
    int got;
    do
        got = fetch(&client, &arguments, &janks, &code);
    while (got == (int)JANKS_A_CALL);
    perf_client_close(&client);
    if (code != EXIT_FINE)
        return finish_output(code);
    if (janks.list != NULL)
        print_json(json_pack("{s:o, s:I, s:I}", "janks", janks.list, "missed",
                             (json_int_t)janks.missed, "linesHeldBack",
                             (json_int_t)janks.lines_held_back));
    else if (janks.missed > 0)
        printf("%" PRIu64 " older ones, of all sessions, are kept no more\n", janks.missed);
    return finish_output(code);
}
