/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and lanes, which are fetched only while their panels are seen. */
#include "hud_fetch.h"

#define COUNTERS_A_CALL 32u
#define LANES_A_CALL    16u

int hud_call(struct perf_client *client, bool *served)
{
    int error = perf_client_call(client);
    *served = error == 0;
    return error == PERF_CLIENT_EXCEPTION ? 0 : error;
}

void hud_copy(char *to, size_t size, struct nx_text text)
{
    size_t length = text.length < size ? text.length : size - 1;
    for (size_t i = 0; i < length; i++)
        to[i] = text.bytes[i] != '\0' ? text.bytes[i] : '?';
    to[length] = '\0';
}

/* --- Counters --- */

static void take_counter(struct hud_data *data, struct perf_counter_figures_reader from)
{
    if (data->counter_count == HUD_COUNTERS)
        return;
    struct hud_counter *to = &data->counters[data->counter_count++];
    hud_copy(to->name, sizeof to->name, perf_counter_figures_get_name(from));
    hud_copy(to->unit, sizeof to->unit, perf_counter_figures_get_unit(from));
    hud_copy(to->reason, sizeof to->reason, perf_counter_figures_get_reason(from));
    to->state = perf_counter_figures_get_state(from);
    to->samples = perf_counter_figures_get_samples(from);
    to->last = perf_counter_figures_get_last(from);
    to->sum = perf_counter_figures_get_sum(from);
    to->max = perf_counter_figures_get_max(from);
}

static void take_group(struct hud_data *data, struct perf_counters_response_reader from, bool first)
{
    struct perf_counter_figures_list_reader list = perf_counters_response_get_counters(from);
    if (first) {
        struct hud_group *group = &data->groups[data->group_count++];
        *group = (struct hud_group){.pid = perf_counters_response_get_pid(from),
                                    .first = data->counter_count,
                                    .closed = perf_counters_response_get_closed(from)};
        hud_copy(group->name, sizeof group->name, perf_counters_response_get_name(from));
        hud_copy(group->process, sizeof group->process, perf_counters_response_get_process(from));
    }
    for (uint32_t i = 0; i < perf_counter_figures_list_length(list); i++)
        take_counter(data, perf_counter_figures_list_at(list, i));
    struct hud_group *group = &data->groups[data->group_count - 1];
    group->count = data->counter_count - group->first;
}

int hud_fetch_counters(struct hud_data *data, struct perf_client *client)
{
    uint32_t group = 0, counter = 0;
    data->group_count = 0;
    data->counter_count = 0;
    while (data->group_count < HUD_GROUPS && data->counter_count < HUD_COUNTERS) {
        bool served;
        struct perf_counters_request_builder request = perf_counters_call(&client->rpc);
        perf_counters_request_set_from_group(request, group);
        perf_counters_request_set_from_counter(request, counter);
        perf_counters_request_set_max(request, COUNTERS_A_CALL);
        int error = hud_call(client, &served);
        if (error != 0)
            return error;
        struct perf_counters_response_reader response = perf_counters_results(&client->rpc);
        data->no_counters =
            !served || perf_counters_response_get_status(response) == PERF_STATUS_UNSUPPORTED;
        if (data->no_counters || perf_counters_response_get_status(response) != PERF_STATUS_OK)
            return 0;
        /* The rest of one that went in between is another group's beginning. */
        bool first = counter == 0 || perf_counters_response_get_group(response) != group;
        bool more = perf_counters_response_get_more(response);
        take_group(data, response, first);
        counter = more ? counter + COUNTERS_A_CALL : 0;
        group = perf_counters_response_get_group(response) + (more ? 0 : 1);
    }
    return 0;
}

/* --- Lanes --- */

static void take_lane(struct hud_lane *to, struct perf_lane_info_reader lane)
{
    *to = (struct hud_lane){
        .lane = perf_lane_info_get_lane(lane),
        .pid = perf_lane_info_get_pid(lane),
        .shared = perf_lane_info_get_shared(lane),
        .closed = perf_lane_info_get_closed(lane),
        .written = perf_lane_info_get_written(lane),
        .resident = perf_lane_info_get_resident(lane),
        .overwritten = perf_lane_info_get_overwritten(lane),
        .dropped =
            perf_lane_info_get_dropped_torn(lane) + perf_lane_info_get_dropped_malformed(lane) +
            perf_lane_info_get_dropped_rate(lane) + perf_lane_info_get_dropped_no_session(lane),
    };
    hud_copy(to->name, sizeof to->name, perf_lane_info_get_name(lane));
    hud_copy(to->process, sizeof to->process, perf_lane_info_get_process(lane));
}

int hud_fetch_lanes(struct hud_data *data, struct perf_client *client)
{
    uint32_t from = 0;
    bool more = true;
    data->lane_count = 0;
    while (more && data->lane_count < HUD_LANES) {
        bool served;
        struct perf_lanes_request_builder request = perf_lanes_call(&client->rpc);
        perf_lanes_request_set_from_lane(request, from);
        perf_lanes_request_set_max(request, LANES_A_CALL);
        int error = hud_call(client, &served);
        if (error != 0 || !served)
            return error;
        struct perf_lanes_response_reader response = perf_lanes_results(&client->rpc);
        struct perf_lane_info_list_reader lanes = perf_lanes_response_get_lanes(response);
        uint32_t count = perf_lane_info_list_length(lanes);
        for (uint32_t i = 0; i < count && data->lane_count < HUD_LANES; i++) {
            struct perf_lane_info_reader lane = perf_lane_info_list_at(lanes, i);
            take_lane(&data->lanes[data->lane_count++], lane);
            from = perf_lane_info_get_lane(lane) + 1;
        }
        more = count > 0 && perf_lanes_response_get_more(response);
    }
    return 0;
}
