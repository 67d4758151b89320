/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "perfctl.h"

#define SHOWN_MOST 50u

struct hotspots_arguments {
    struct common common;
    const char *table; /* of this name alone; NULL: all */
    uint32_t count;
};

static const struct argp_option hotspots_options[] = {
    {"table", 't', "NAME", 0, "Tables of this name (default: all)", 0},
    {"count", 'n', "N", 0, "So many of each, 1..50 (default 20)", 0},
    {0},
};

static error_t parse_hotspots(int key, char *text, struct argp_state *state)
{
    struct hotspots_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case 't':
        arguments->table = text;
        return 0;
    case 'n':
        arguments->count = (uint32_t)argument_number(state, "--count", text, 1, SHOWN_MOST);
        return 0;
    default:
        return parse_no_argument(key, text, state);
    }
}

static double percent_of(uint64_t part, uint64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

/* A JSON number loses bits above 2^53. */
static json_t *json_key(uint64_t key)
{
    char text[2 + 16 + 1];
    (void)snprintf(text, sizeof text, "0x%" PRIx64, key);
    return json_string(text);
}

static json_t *table_json(struct perf_hotspots_response_reader table)
{
    struct perf_hotspot_list_reader entries = perf_hotspots_response_get_entries(table);
    uint64_t total = perf_hotspots_response_get_total_weight(table);
    json_t *to = json_object(), *list = json_array();
    for (uint32_t i = 0; i < perf_hotspot_list_length(entries); i++) {
        struct perf_hotspot_reader entry = perf_hotspot_list_at(entries, i);
        json_t *one = json_object();
        json_object_set_new(one, "key", json_key(perf_hotspot_get_key(entry)));
        json_object_set_new(one, "hits", json_count(perf_hotspot_get_hits(entry)));
        json_object_set_new(one, "weight", json_count(perf_hotspot_get_weight(entry)));
        json_object_set_new(one, "percent",
                            json_real(percent_of(perf_hotspot_get_weight(entry), total)));
        json_object_set_new(one, "error", json_count(perf_hotspot_get_error(entry)));
        json_array_append_new(list, one);
    }
    json_object_set_new(to, "table", json_count(perf_hotspots_response_get_table(table)));
    json_object_set_new(to, "name", json_text(perf_hotspots_response_get_name(table)));
    json_object_set_new(to, "pid", json_count(perf_hotspots_response_get_pid(table)));
    json_object_set_new(to, "process", json_text(perf_hotspots_response_get_process(table)));
    json_object_set_new(to, "closed", json_boolean(perf_hotspots_response_get_closed(table)));
    json_object_set_new(to, "kept", json_count(perf_hotspots_response_get_kept(table)));
    json_object_set_new(to, "totalHits", json_count(perf_hotspots_response_get_total_hits(table)));
    json_object_set_new(to, "totalWeight", json_count(total));
    json_object_set_new(to, "entries", list);
    return to;
}

static void print_table(struct perf_hotspots_response_reader table)
{
    struct perf_hotspot_list_reader entries = perf_hotspots_response_get_entries(table);
    uint64_t total = perf_hotspots_response_get_total_weight(table);
    print_owned(perf_hotspots_response_get_name(table), perf_hotspots_response_get_pid(table),
                perf_hotspots_response_get_process(table),
                perf_hotspots_response_get_closed(table));
    printf(": %" PRIu64 " hits, a weight of %" PRIu64 "; %" PRIu32 " keys are kept\n",
           perf_hotspots_response_get_total_hits(table), total,
           perf_hotspots_response_get_kept(table));
    printf("  %-18s%9s%16s%16s%16s\n", "key", "percent", "weight", "of others", "hits");
    for (uint32_t i = 0; i < perf_hotspot_list_length(entries); i++) {
        struct perf_hotspot_reader entry = perf_hotspot_list_at(entries, i);
        char error[24] = "-";
        if (perf_hotspot_get_error(entry) != 0)
            (void)snprintf(error, sizeof error, "<= %" PRIu64, perf_hotspot_get_error(entry));
        printf("  0x%-16" PRIx64 "%9.2f%16" PRIu64 "%16s%16" PRIu64 "\n",
               perf_hotspot_get_key(entry), percent_of(perf_hotspot_get_weight(entry), total),
               perf_hotspot_get_weight(entry), error, perf_hotspot_get_hits(entry));
    }
}

/* The table with the lowest id from *from on, which moves behind it. *more: it was there. */
static int fetch(struct perf_client *client, const struct hotspots_arguments *arguments,
                 json_t *list, uint32_t *from, bool *more)
{
    struct perf_hotspots_request_builder request = perf_hotspots_call(&client->rpc);
    perf_hotspots_request_set_from_table(request, *from);
    perf_hotspots_request_set_max(request, arguments->count);
    call_service(client, &arguments->common);
    struct perf_hotspots_response_reader table = perf_hotspots_results(&client->rpc);
    *more = perf_hotspots_response_get_status(table) == PERF_STATUS_OK;
    if (perf_hotspots_response_get_status(table) == PERF_STATUS_NOT_FOUND)
        return EXIT_FINE;
    int code = check_status("hotspots", perf_hotspots_response_get_status(table));
    bool wanted = arguments->table == NULL ||
                  text_is(perf_hotspots_response_get_name(table), arguments->table);
    *from = perf_hotspots_response_get_table(table) + 1;
    if (code != EXIT_FINE || !wanted)
        return code;
    if (list != NULL)
        json_array_append_new(list, table_json(table));
    else
        print_table(table);
    return EXIT_FINE;
}

int cmd_hotspots(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .options = hotspots_options,
        .parser = parse_hotspots,
        .doc = "Shows the heaviest keys (program counters, say) of each table that programs have: "
               "their weight, how much of it may be others', and how often they were hit.",
        .children = common_children,
    };
    struct hotspots_arguments arguments = {.common = *common, .count = 20};
    static struct perf_client client;
    uint32_t from = 0;
    bool more = true;
    int code = EXIT_FINE;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments.common);
    json_t *list = arguments.common.json ? json_array() : NULL;
    while (code == EXIT_FINE && more)
        code = fetch(&client, &arguments, list, &from, &more);
    perf_client_close(&client);
    if (list != NULL && code == EXIT_FINE)
        print_json(json_pack("{s:o}", "tables", list));
    else if (code == EXIT_FINE && from == 0)
        printf("no program has hotspots\n");
    return finish_output(code);
}
