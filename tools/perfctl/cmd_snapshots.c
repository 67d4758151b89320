/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "perfctl.h"
#include "perfd/jank.h"

static uint32_t number_of(struct perf_snapshot_reader snapshot)
{
    return perf_snapshot_get_snapshot_id(snapshot) & INT32_MAX;
}

static json_t *snapshot_json(struct perf_snapshot_reader s)
{
    json_t *to = json_object();
    json_object_set_new(to, "number", json_count(number_of(s)));
    json_object_set_new(to, "session", json_count(perf_snapshot_get_session_id(s)));
    json_object_set_new(to, "name", json_text(perf_snapshot_get_name(s)));
    json_object_set_new(to, "jankSeq", json_count(perf_snapshot_get_jank_seq(s)));
    json_object_set_new(to, "frameId", json_count(perf_snapshot_get_frame_id(s)));
    json_object_set_new(to, "cause", json_string(cause_text(perf_snapshot_get_cause(s))));
    json_object_set_new(to, "fromNs", json_count(perf_snapshot_get_from_ns(s)));
    json_object_set_new(to, "toNs", json_count(perf_snapshot_get_to_ns(s)));
    json_object_set_new(to, "frames", json_count(perf_snapshot_get_frames(s)));
    json_object_set_new(to, "records", json_count(perf_snapshot_get_records(s)));
    return to;
}

static void print_snapshot(struct perf_snapshot_reader s)
{
    printf("%6" PRIu32 " %10" PRIu64 "  %-8s", number_of(s), perf_snapshot_get_frame_id(s),
           cause_text(perf_snapshot_get_cause(s)));
    print_ms_column(perf_snapshot_get_to_ns(s) - perf_snapshot_get_from_ns(s));
    printf("%8" PRIu32 "%9" PRIu64 "  ", perf_snapshot_get_frames(s), perf_snapshot_get_records(s));
    print_text(perf_snapshot_get_name(s));
    printf("\n");
}

int cmd_snapshots(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .parser = parse_nothing,
        .doc = "Lists the snapshots: windows of frames around a janky one, with what the lanes had "
               "of that time. `perfctl export --snapshot N` saves one as a trace.",
        .children = common_children,
    };
    struct common arguments = *common;
    static struct perf_client client;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments);
    (void)perf_snapshots_call(&client.rpc);
    call_service(&client, &arguments);
    struct perf_snapshots_response_reader response = perf_snapshots_results(&client.rpc);
    int code = check_status("snapshots", perf_snapshots_response_get_status(response));
    if (code != EXIT_FINE)
        return code;
    struct perf_snapshot_list_reader list = perf_snapshots_response_get_snapshots(response);
    json_t *array = arguments.json ? json_array() : NULL;
    if (array == NULL)
        printf("%6s %10s  %-8s%10s%8s%9s  %s\n", "number", "frame", "cause", "ms", "frames",
               "records", "session");
    for (uint32_t i = 0; i < perf_snapshot_list_length(list); i++)
        if (array != NULL)
            json_array_append_new(array, snapshot_json(perf_snapshot_list_at(list, i)));
        else
            print_snapshot(perf_snapshot_list_at(list, i));
    if (array != NULL)
        print_json(json_pack("{s:o}", "snapshots", array));
    perf_client_close(&client);
    return finish_output(code);
}
