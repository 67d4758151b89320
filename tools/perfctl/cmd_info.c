/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "perfctl.h"

static const struct {
    const char *key;
    const char *words;
} limit_names[] = {
    {"sessions", "sessions at once"},
    {"frames", "frames in a session's ring"},
    {"lanes", "lanes open at once"},
    {"laneRecords", "records of all lanes together"},
    {"labels", "labels"},
    {"labelTextBytes", "bytes of label text"},
    {"clients", "clients at once"},
    {"clientLabels", "labels that one client may make"},
    {"spanDepth", "spans open at once in a lane"},
    {"recordsPerSecond", "records a second from one client (0: no limit)"},
    {"exportBytes", "bytes of a trace by default"},
    {"frameBytes", "bytes of a message"},
    {"chunkBytes", "bytes of a readTrace chunk"},
};

enum { LIMITS = sizeof limit_names / sizeof limit_names[0] };

static void read_limits(struct perf_limits_reader from, uint64_t to[LIMITS])
{
    const uint64_t values[LIMITS] = {
        perf_limits_get_sessions(from),     perf_limits_get_frames(from),
        perf_limits_get_lanes(from),        perf_limits_get_lane_records(from),
        perf_limits_get_labels(from),       perf_limits_get_label_text_bytes(from),
        perf_limits_get_clients(from),      perf_limits_get_client_labels(from),
        perf_limits_get_span_depth(from),   perf_limits_get_records_per_second(from),
        perf_limits_get_export_bytes(from), perf_limits_get_frame_bytes(from),
        perf_limits_get_chunk_bytes(from),
    };
    for (int i = 0; i < LIMITS; i++)
        to[i] = values[i];
}

static const char *const rights[] = {"control", "mark", "read", "export"};

enum { RIGHTS = sizeof rights / sizeof rights[0] };

static void read_rights(struct perf_info_response_reader from, bool to[RIGHTS])
{
    to[0] = perf_info_response_get_may_control(from);
    to[1] = perf_info_response_get_may_mark(from);
    to[2] = perf_info_response_get_may_read(from);
    to[3] = perf_info_response_get_may_export(from);
}

static json_t *info_json(struct perf_info_response_reader info, const uint64_t limits[LIMITS],
                         const bool may[RIGHTS])
{
    json_t *to = json_object();
    json_t *clock = json_object();
    json_t *ticks = json_object();
    json_t *limit_object = json_object();
    json_t *may_array = json_array();
    json_t *feature_array = json_array();
    json_object_set_new(to, "version", json_text(perf_info_response_get_version(info)));
    json_object_set_new(clock, "name", json_text(perf_info_response_get_clock_name(info)));
    json_object_set_new(clock, "nowNs", json_count(perf_info_response_get_now_ns(info)));
    json_object_set_new(clock, "stepNs", json_count(perf_info_response_get_clock_step_ns(info)));
    json_object_set_new(to, "clock", clock);
    json_object_set_new(ticks, "name", json_text(perf_info_response_get_tick_name(info)));
    json_object_set_new(ticks, "perSecond",
                        json_count(perf_info_response_get_ticks_per_second(info)));
    json_object_set_new(ticks, "errorNs", json_count(perf_info_response_get_tick_error_ns(info)));
    json_object_set_new(to, "ticks", ticks);
    for (int i = 0; i < LIMITS; i++)
        json_object_set_new(limit_object, limit_names[i].key, json_count(limits[i]));
    json_object_set_new(to, "limits", limit_object);
    json_object_set_new(to, "arenaBytes", json_count(perf_info_response_get_arena_bytes(info)));
    json_object_set_new(to, "arenaHighWater",
                        json_count(perf_info_response_get_arena_high_water(info)));
    for (int i = 0; i < RIGHTS; i++)
        if (may[i])
            json_array_append_new(may_array, json_string(rights[i]));
    json_object_set_new(to, "may", may_array);
    struct nx_text_list_reader features = perf_info_response_get_features(info);
    for (uint32_t i = 0; i < nx_text_list_length(features); i++)
        json_array_append_new(feature_array, json_text(nx_text_list_at(features, i)));
    json_object_set_new(to, "features", feature_array);
    return to;
}

static void print_info(struct perf_info_response_reader info, const uint64_t limits[LIMITS],
                       const bool may[RIGHTS])
{
    printf("perfd ");
    print_text(perf_info_response_get_version(info));
    printf("\nclock ");
    print_text(perf_info_response_get_clock_name(info));
    printf(", now %" PRIu64 " ns, steps of %" PRIu64 " ns\n", perf_info_response_get_now_ns(info),
           perf_info_response_get_clock_step_ns(info));
    if (perf_info_response_get_tick_name(info).length > 0) {
        printf("ticks ");
        print_text(perf_info_response_get_tick_name(info));
        printf(", %" PRIu64 " a second, found %" PRIu64 " ns off the clock at most\n",
               perf_info_response_get_ticks_per_second(info),
               perf_info_response_get_tick_error_ns(info));
    }
    printf("arena %" PRIu64 " bytes, %" PRIu64 " used at most\n",
           perf_info_response_get_arena_bytes(info), perf_info_response_get_arena_high_water(info));
    printf("you may");
    for (int i = 0; i < RIGHTS; i++)
        if (may[i])
            printf(" %s", rights[i]);
    printf("\nlimits\n");
    for (int i = 0; i < LIMITS; i++)
        printf("  %10" PRIu64 "  %s\n", limits[i], limit_names[i].words);
}

int cmd_info(int argc, char **argv, const struct common *common)
{
    static const struct argp argp = {
        .parser = parse_nothing,
        .doc = "Prints the service's version, clock, limits, memory and what you may do.",
        .children = common_children,
    };
    struct common arguments = *common;
    static struct perf_client client;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    connect_service(&client, &arguments);
    (void)perf_info_call(&client.rpc);
    call_service(&client, &arguments);
    struct perf_info_response_reader info = perf_info_results(&client.rpc);
    enum perf_status status = perf_info_response_get_status(info);
    if (status == PERF_STATUS_OK) {
        uint64_t limits[LIMITS];
        bool may[RIGHTS];
        read_limits(perf_info_response_get_limits(info), limits);
        read_rights(info, may);
        if (arguments.json)
            print_json(info_json(info, limits, may));
        else
            print_info(info, limits, may);
    }
    perf_client_close(&client);
    return finish_output(check_status("info", status));
}
