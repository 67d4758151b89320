/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "perfctl.h"

#define LANES_A_CALL  16u
#define PROCESS_WIDTH 17 /* what it may be long, and a gap */

static uint64_t dropped(struct perf_lane_info_reader lane)
{
    return perf_lane_info_get_dropped_torn(lane) + perf_lane_info_get_dropped_malformed(lane) +
           perf_lane_info_get_dropped_rate(lane) + perf_lane_info_get_dropped_no_session(lane);
}

json_t *lane_json(struct perf_lane_info_reader lane)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"lane", perf_lane_info_get_lane(lane)},
        {"pid", perf_lane_info_get_pid(lane)},
        {"records", perf_lane_info_get_record_count(lane)},
        {"written", perf_lane_info_get_written(lane)},
        {"resident", perf_lane_info_get_resident(lane)},
        {"overwritten", perf_lane_info_get_overwritten(lane)},
        {"droppedTorn", perf_lane_info_get_dropped_torn(lane)},
        {"droppedMalformed", perf_lane_info_get_dropped_malformed(lane)},
        {"droppedRate", perf_lane_info_get_dropped_rate(lane)},
        {"droppedNoSession", perf_lane_info_get_dropped_no_session(lane)},
    };
    json_t *to = json_object();
    json_object_set_new(to, "name", json_text(perf_lane_info_get_name(lane)));
    json_object_set_new(to, "process", json_text(perf_lane_info_get_process(lane)));
    json_object_set_new(to, "shared", json_boolean(perf_lane_info_get_shared(lane)));
    json_object_set_new(to, "closed", json_boolean(perf_lane_info_get_closed(lane)));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        json_object_set_new(to, counts[i].key, json_count(counts[i].value));
    return to;
}

static void print_lane(struct perf_lane_info_reader lane)
{
    const char *state = perf_lane_info_get_closed(lane)   ? "closed"
                        : perf_lane_info_get_shared(lane) ? "shared"
                                                          : "by calls";
    if (perf_lane_info_get_lane(lane) == 0)
        state = "none";
    printf("%5" PRIu32 "%9" PRIu32 "%11" PRIu64 "%10" PRIu64 "%12" PRIu64 "%9" PRIu64
           "  %-8s%9" PRIu32 "  ",
           perf_lane_info_get_lane(lane), perf_lane_info_get_record_count(lane),
           perf_lane_info_get_written(lane), perf_lane_info_get_resident(lane),
           perf_lane_info_get_overwritten(lane), dropped(lane), state,
           perf_lane_info_get_pid(lane));
    struct nx_text process = perf_lane_info_get_process(lane);
    print_text(process);
    printf("%*s", PROCESS_WIDTH - (int)process.length, "");
    print_text(perf_lane_info_get_name(lane));
    printf("\n");
}

/* One call's worth, from *from on, which moves along. *more: there are others. */
static int fetch(struct perf_client *client, const struct common *common, json_t *list,
                 uint32_t *from, bool *more)
{
    struct perf_lanes_request_builder request = perf_lanes_call(&client->rpc);
    perf_lanes_request_set_from_lane(request, *from);
    perf_lanes_request_set_max(request, LANES_A_CALL);
    call_service(client, common);
    struct perf_lanes_response_reader response = perf_lanes_results(&client->rpc);
    int code = check_status("lanes", perf_lanes_response_get_status(response));
    struct perf_lane_info_list_reader lanes = perf_lanes_response_get_lanes(response);
    for (uint32_t i = 0; i < perf_lane_info_list_length(lanes); i++) {
        struct perf_lane_info_reader lane = perf_lane_info_list_at(lanes, i);
        if (list != NULL)
            json_array_append_new(list, lane_json(lane));
        else
            print_lane(lane);
        *from = perf_lane_info_get_lane(lane) + 1;
    }
    *more = code == EXIT_FINE && perf_lanes_response_get_more(response);
    return code;
}

int cmd_lanes(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .parser = parse_nothing,
        .doc = "Lists the lanes: how many records each holds, and how many marks were written, are "
               "there, were overwritten or dropped, and whose they are. Lane 0 is the account of "
               "marks without a lane.",
        .children = common_children,
    };
    struct common arguments = *common;
    static struct perf_client client;
    uint32_t from = 0;
    bool more = true;
    int code = EXIT_FINE;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments);
    json_t *list = arguments.json ? json_array() : NULL;
    if (list == NULL)
        printf("%5s%9s%11s%10s%12s%9s  %-8s%9s  %-*s%s\n", "lane", "records", "written", "resident",
               "overwritten", "dropped", "", "pid", PROCESS_WIDTH, "process", "name");
    while (code == EXIT_FINE && more)
        code = fetch(&client, &arguments, list, &from, &more);
    perf_client_close(&client);
    if (list != NULL && code == EXIT_FINE)
        print_json(json_pack("{s:o}", "lanes", list));
    return finish_output(code);
}
