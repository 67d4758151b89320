/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include "perf.capnp.h"

void calls_begin(struct nx_client *rpc, unsigned method, uint64_t number)
{
    struct nx_text name = nx_text_of("fuzz");
    switch (method) {
    case PERF_METHOD_START:
        perf_start_request_set_name(perf_start_call(rpc), name);
        return;
    case PERF_METHOD_STOP:
        (void)perf_stop_call(rpc);
        return;
    case PERF_METHOD_MARK_BEGIN:
        perf_mark_request_set_name(perf_mark_begin_call(rpc), name);
        return;
    case PERF_METHOD_MARK_END:
        perf_mark_request_set_name(perf_mark_end_call(rpc), name);
        return;
    case PERF_METHOD_FRAME_TICK: {
        struct perf_frame_tick_builder tick =
            perf_frame_tick_request_init_tick(perf_frame_tick_call(rpc));
        perf_frame_tick_set_frame_id(tick, number);
        perf_frame_tick_set_ui_ns(tick, 5000000);
        return;
    }
    case PERF_METHOD_EXPORT_LAST:
        perf_export_request_set_name(perf_export_last_call(rpc), name);
        return;
    case PERF_METHOD_METRICS:
        perf_metrics_request_set_phases(perf_metrics_call(rpc), true);
        return;
    case PERF_METHOD_READ_TRACE:
        perf_read_trace_request_set_max_bytes(perf_read_trace_call(rpc), 1000);
        return;
    case PERF_METHOD_RECORD: {
        struct perf_record_list_builder records =
            perf_record_request_init_records(perf_record_call(rpc), 4);
        for (uint32_t i = 0; i < 4; i++)
            perf_record_set_name(perf_record_list_edit(records, i), name);
        perf_record_set_counter(perf_record_list_edit(records, 1), 7);
        (void)perf_record_init_flow(perf_record_list_edit(records, 2));
        perf_frame_tick_set_frame_id(perf_record_init_frame(perf_record_list_edit(records, 3)),
                                     number);
        return;
    }
    case PERF_METHOD_OPEN_LANE:
        perf_open_lane_request_set_name(perf_open_lane_call(rpc), name);
        return;
    case PERF_METHOD_CLOSE_LANE:
        perf_close_lane_request_set_lane(perf_close_lane_call(rpc), 1);
        return;
    case PERF_METHOD_FRAMES:
        perf_frames_request_set_max(perf_frames_call(rpc), 64);
        return;
    case PERF_METHOD_LABEL:
        perf_label_request_set_name(perf_label_call(rpc), name);
        return;
    case PERF_METHOD_READ_LOG:
        perf_read_log_request_set_start(perf_read_log_call(rpc), true);
        return;
    case PERF_METHOD_AMEND_FRAME: {
        struct perf_amend_frame_request_builder amend = perf_amend_frame_call(rpc);
        perf_amend_frame_request_set_frame_id(amend, number);
        perf_amend_frame_request_set_gpu_ns(amend, 20000000);
        return;
    }
    case PERF_METHOD_JANKS:
        perf_janks_request_set_max(perf_janks_call(rpc), 8);
        return;
    case PERF_METHOD_SNAPSHOTS:
        (void)perf_snapshots_call(rpc);
        return;
    case PERF_METHOD_LANES:
        perf_lanes_request_set_max(perf_lanes_call(rpc), 16);
        return;
    case PERF_METHOD_COUNTER_GROUP: {
        struct perf_counter_group_request_builder group = perf_counter_group_call(rpc);
        perf_counter_group_request_set_name(group, name);
        struct perf_counter_definition_list_builder list =
            perf_counter_group_request_init_counters(group, 2);
        perf_counter_definition_set_name(perf_counter_definition_list_edit(list, 0), name);
        perf_counter_definition_set_name(perf_counter_definition_list_edit(list, 1),
                                         nx_text_of("other"));
        return;
    }
    case PERF_METHOD_SAMPLE_COUNTERS: {
        struct perf_sample_counters_request_builder sample = perf_sample_counters_call(rpc);
        perf_sample_counters_request_set_group(sample, 1 + number % 8);
        nx_i64_list_set(perf_sample_counters_request_init_values(sample, 2), 0, (int64_t)number);
        return;
    }
    case PERF_METHOD_COUNTER_STATE: {
        struct perf_counter_state_request_builder state = perf_counter_state_call(rpc);
        perf_counter_state_request_set_group(state, 1 + number % 8);
        perf_counter_state_request_set_count(state, 2);
        perf_counter_state_request_set_reason(state, name);
        return;
    }
    case PERF_METHOD_COUNTERS:
        perf_counters_request_set_max(perf_counters_call(rpc), 32);
        return;
    case PERF_METHOD_ADD_HOTSPOTS: {
        struct perf_add_hotspots_request_builder add = perf_add_hotspots_call(rpc);
        perf_add_hotspots_request_set_table(add, name);
        struct perf_hotspot_list_builder list = perf_add_hotspots_request_init_entries(add, 3);
        for (uint32_t i = 0; i < 3; i++) {
            perf_hotspot_set_key(perf_hotspot_list_edit(list, i), number * i);
            perf_hotspot_set_hits(perf_hotspot_list_edit(list, i), number);
        }
        return;
    }
    case PERF_METHOD_HOTSPOTS:
        perf_hotspots_request_set_max(perf_hotspots_call(rpc), 50);
        return;
    case PERF_METHOD_COUNTER_SAMPLES: {
        struct perf_counter_samples_request_builder samples = perf_counter_samples_call(rpc);
        perf_counter_samples_request_set_group(samples, 1 + number % 8);
        perf_counter_samples_request_set_max(samples, 16);
        return;
    }
    default:
        (void)perf_info_call(rpc);
        return;
    }
}
