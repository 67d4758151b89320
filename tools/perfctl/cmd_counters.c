/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "derived.h"
#include "perfctl.h"

#define COUNTERS_A_CALL 32u
#define NAME_WIDTH      25
#define SECOND_NS       1e9

struct counters_arguments {
    struct common common;
    const char *group; /* of this name alone; NULL: all */
};

static const struct argp_option counters_options[] = {
    {"group", 'g', "NAME", 0, "Groups of this name (default: all)", 0},
    {0},
};

static error_t parse_counters(int key, char *text, struct argp_state *state)
{
    struct counters_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 'g':
        arguments->group = text;
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

static const char *state_text(enum perf_counter_state state)
{
    static const char *const names[] = {"ok",       "unsupported", "notPermitted",
                                        "disabled", "warming",     "failed"};
    return (unsigned)state < sizeof names / sizeof names[0] ? names[state] : "?";
}

static const char *kind_text(enum perf_counter_kind kind)
{
    static const char *const names[] = {"count", "gauge", "ns"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

/* Off is 0; what was not, or cannot be, counted has no figure. */
static bool has_figures(struct perf_counter_figures_reader c)
{
    return perf_counter_figures_get_samples(c) > 0 ||
           perf_counter_figures_get_state(c) == PERF_COUNTER_STATE_DISABLED;
}

static double mean_of(struct perf_counter_figures_reader c)
{
    uint32_t samples = perf_counter_figures_get_samples(c);
    return samples > 0 ? (double)perf_counter_figures_get_sum(c) / samples : 0;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *figure(int64_t value, bool present)
{
    return present ? json_integer(value) : json_null();
}

static json_t *counter_json(struct perf_counter_figures_reader c, uint64_t window_ns)
{
    bool present = has_figures(c);
    bool is_rate = present && perf_counter_figures_get_kind(c) != PERF_COUNTER_KIND_GAUGE;
    double second =
        window_ns > 0 ? (double)perf_counter_figures_get_sum(c) * SECOND_NS / (double)window_ns : 0;
    json_t *to = json_object();
    json_object_set_new(to, "name", json_text(perf_counter_figures_get_name(c)));
    json_object_set_new(to, "kind", json_string(kind_text(perf_counter_figures_get_kind(c))));
    json_object_set_new(to, "unit", json_text(perf_counter_figures_get_unit(c)));
    json_object_set_new(to, "state", json_string(state_text(perf_counter_figures_get_state(c))));
    json_object_set_new(to, "reason", json_text(perf_counter_figures_get_reason(c)));
    json_object_set_new(to, "samples", json_count(perf_counter_figures_get_samples(c)));
    json_object_set_new(to, "last", figure(perf_counter_figures_get_last(c), present));
    json_object_set_new(to, "total", figure(perf_counter_figures_get_total(c), present));
    json_object_set_new(to, "sum", figure(perf_counter_figures_get_sum(c), present));
    json_object_set_new(to, "mean", present ? json_real(mean_of(c)) : json_null());
    json_object_set_new(to, "p95", figure(perf_counter_figures_get_p95(c), present));
    json_object_set_new(to, "max", figure(perf_counter_figures_get_max(c), present));
    json_object_set_new(to, "perSecond", is_rate ? json_real(second) : json_null());
    return to;
}

static json_t *group_json(struct perf_counters_response_reader group)
{
    json_t *to = json_object();
    json_object_set_new(to, "group", json_count(perf_counters_response_get_group(group)));
    json_object_set_new(to, "name", json_text(perf_counters_response_get_name(group)));
    json_object_set_new(to, "pid", json_count(perf_counters_response_get_pid(group)));
    json_object_set_new(to, "process", json_text(perf_counters_response_get_process(group)));
    json_object_set_new(to, "closed", json_boolean(perf_counters_response_get_closed(group)));
    json_object_set_new(to, "samples", json_count(perf_counters_response_get_samples(group)));
    json_object_set_new(to, "lastNs", json_count(perf_counters_response_get_last_ns(group)));
    json_object_set_new(to, "windowSamples",
                        json_count(perf_counters_response_get_window_samples(group)));
    json_object_set_new(to, "windowMs", json_ms(perf_counters_response_get_window_ns(group), true));
    json_object_set_new(to, "available", json_false());
    json_object_set_new(to, "missing", json_array());
    json_object_set_new(to, "counters", json_array());
    return to;
}

/* Into the group's list; and whether any is counted, and which are not and why, for who asks no
 * more. */
static void add_counter(json_t *group, struct perf_counter_figures_reader c, uint64_t window_ns)
{
    enum perf_counter_state state = perf_counter_figures_get_state(c);
    json_array_append_new(json_object_get(group, "counters"), counter_json(c, window_ns));
    if (state == PERF_COUNTER_STATE_OK)
        json_object_set_new(group, "available", json_true());
    if (state == PERF_COUNTER_STATE_OK || state == PERF_COUNTER_STATE_WARMING ||
        state == PERF_COUNTER_STATE_DISABLED)
        return;
    json_t *one = json_object();
    json_object_set_new(one, "name", json_text(perf_counter_figures_get_name(c)));
    json_object_set_new(one, "state", json_string(state_text(state)));
    json_object_set_new(one, "reason", json_text(perf_counter_figures_get_reason(c)));
    json_array_append_new(json_object_get(group, "missing"), one);
}

static void note_counter(struct derived_sums *sums, struct perf_counter_figures_reader c)
{
    struct nx_text name = perf_counter_figures_get_name(c);
    derived_note(sums, name.bytes, name.length, has_figures(c),
                 (double)perf_counter_figures_get_sum(c));
}

static json_t *derived_json(struct nx_text group, const struct derived_sums *sums)
{
    json_t *made = json_object();
    struct derived one;
    for (unsigned at = 0; derived_next(sums, group.bytes, group.length, &at, &one);)
        json_object_set_new(made, one.name, one.present ? json_real(one.value) : json_null());
    return made;
}

void counters_json(json_t *list, struct perf_counters_response_reader response, uint32_t first)
{
    struct perf_counter_figures_list_reader counters =
        perf_counters_response_get_counters(response);
    uint64_t window_ns = perf_counters_response_get_window_ns(response);
    struct derived_sums sums = {.window_s = (double)window_ns / SECOND_NS};
    if (first == 0)
        json_array_append_new(list, group_json(response));
    json_t *group = json_array_get(list, json_array_size(list) - 1);
    for (uint32_t i = 0; i < perf_counter_figures_list_length(counters); i++) {
        struct perf_counter_figures_reader one = perf_counter_figures_list_at(counters, i);
        note_counter(&sums, one);
        add_counter(group, one, window_ns);
    }
    /* Groups under known names are of one call. */
    if (!perf_counters_response_get_more(response))
        json_object_set_new(group, "derived",
                            derived_json(perf_counters_response_get_name(response), &sums));
}

/* --- For people ------------------------------------------------------------------------------- */

static void print_group(struct perf_counters_response_reader group)
{
    print_owned(perf_counters_response_get_name(group), perf_counters_response_get_pid(group),
                perf_counters_response_get_process(group),
                perf_counters_response_get_closed(group));
    printf(": %" PRIu64 " samples; of the last %" PRIu32 ", in %.3f s:\n",
           perf_counters_response_get_samples(group),
           perf_counters_response_get_window_samples(group),
           (double)perf_counters_response_get_window_ns(group) / SECOND_NS);
    printf("  %-*s%12s%14s%12s%12s%16s  %s\n", NAME_WIDTH, "", "last", "mean", "p95", "max",
           "total", "unit");
}

static void print_counter(struct perf_counter_figures_reader c)
{
    struct nx_text name = perf_counter_figures_get_name(c);
    struct nx_text reason = perf_counter_figures_get_reason(c);
    enum perf_counter_state state = perf_counter_figures_get_state(c);
    printf("  ");
    print_text(name);
    printf("%*s", name.length < NAME_WIDTH ? NAME_WIDTH - (int)name.length : 1, "");
    if (has_figures(c))
        printf("%12" PRId64 "%14.2f%12" PRId64 "%12" PRId64 "%16" PRId64 "  ",
               perf_counter_figures_get_last(c), mean_of(c), perf_counter_figures_get_p95(c),
               perf_counter_figures_get_max(c), perf_counter_figures_get_total(c));
    else
        printf("%12s%14s%12s%12s%16s  ", "-", "-", "-", "-", "-");
    print_text(perf_counter_figures_get_unit(c));
    if (state != PERF_COUNTER_STATE_OK)
        printf("  %s", state_text(state));
    if (reason.length > 0) {
        printf(": ");
        print_text(reason);
    }
    printf("\n");
}

static void print_derived(struct nx_text group, const struct derived_sums *sums)
{
    struct derived one;
    for (unsigned at = 0; derived_next(sums, group.bytes, group.length, &at, &one);)
        if (one.present)
            printf("  = %-*s%12.2f %s\n", NAME_WIDTH - 2, one.name, one.value, one.unit);
}

static void print_counters(struct perf_counters_response_reader response, uint32_t first)
{
    struct perf_counter_figures_list_reader counters =
        perf_counters_response_get_counters(response);
    struct derived_sums sums = {.window_s = (double)perf_counters_response_get_window_ns(response) /
                                            SECOND_NS};
    if (first == 0)
        print_group(response);
    for (uint32_t i = 0; i < perf_counter_figures_list_length(counters); i++) {
        struct perf_counter_figures_reader one = perf_counter_figures_list_at(counters, i);
        note_counter(&sums, one);
        print_counter(one);
    }
    if (!perf_counters_response_get_more(response))
        print_derived(perf_counters_response_get_name(response), &sums);
}

/* --- Fetching --------------------------------------------------------------------------------- */

/* One call's worth: of the group with the lowest id from *group on, its counters from *counter on.
 * Both move along. EXIT_FINE, or what the command ends with; *more: there may be others. */
static int fetch(struct perf_client *client, const struct counters_arguments *arguments,
                 json_t *list, uint32_t *group, uint32_t *counter, bool *more)
{
    struct perf_counters_request_builder request = perf_counters_call(&client->rpc);
    perf_counters_request_set_from_group(request, *group);
    perf_counters_request_set_from_counter(request, *counter);
    perf_counters_request_set_max(request, COUNTERS_A_CALL);
    call_service(client, &arguments->common);
    struct perf_counters_response_reader response = perf_counters_results(&client->rpc);
    *more = perf_counters_response_get_status(response) == PERF_STATUS_OK;
    if (perf_counters_response_get_status(response) == PERF_STATUS_NOT_FOUND)
        return EXIT_FINE;
    int code = check_status("counters", perf_counters_response_get_status(response));
    if (code != EXIT_FINE)
        return code;
    struct nx_text name = perf_counters_response_get_name(response);
    bool wanted = arguments->group == NULL || text_is(name, arguments->group);
    bool of_this = perf_counters_response_get_more(response);
    if (wanted && list != NULL)
        counters_json(list, response, *counter);
    else if (wanted)
        print_counters(response, *counter);
    *counter = of_this ? *counter + COUNTERS_A_CALL : 0;
    *group = perf_counters_response_get_group(response) + (of_this ? 0 : 1);
    return EXIT_FINE;
}

int cmd_counters(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = counters_options,
        .parser = parse_counters,
        .doc = "Shows the groups of counters that programs have: what each counted in the last "
               "frame, on average and at most over the last 60, and in all; or why it does not "
               "count.",
        .children = common_children,
    };
    struct counters_arguments arguments = {.common = *common};
    static struct perf_client client;
    uint32_t group = 0, counter = 0;
    bool more = true;
    int code = EXIT_FINE;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    json_t *list = arguments.common.json ? json_array() : NULL;
    while (code == EXIT_FINE && more)
        code = fetch(&client, &arguments, list, &group, &counter, &more);
    perf_client_close(&client);
    if (list != NULL && code == EXIT_FINE)
        print_json(json_pack("{s:o}", "groups", list));
    else if (code == EXIT_FINE && group == 0)
        printf("no program has counters\n");
    return finish_output(code);
}
