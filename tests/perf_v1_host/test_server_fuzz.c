/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole calls with bits flipped, words overwritten and ends cut off, into the whole service.
 * Whatever comes: no fault (run it under the sanitizers), the ledger balances, and the next
 * client's session is as ever.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "perf.capnp.h"
#include "perfd/jank.h"
#include "server/server.h"

#define FRAME_BYTES 16384u
#define ROUNDS      300000

static struct bench bench;
static struct perfd_server server;
static struct perfd_connection connection;
static uint8_t out[2 * FRAME_BYTES];

/* One of each method's calls, with something in every field that matters. */
static void build(struct nx_client *rpc, unsigned method, uint64_t number)
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
        perf_frame_tick_set_ui_ns(tick, 5 * MS);
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
        perf_amend_frame_request_set_gpu_ns(amend, 20 * MS);
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

/* The bytes of a call to a vat that knows nothing yet; mutated unless sane. How many there are. */
static size_t make_call(uint8_t *bytes, unsigned method, uint64_t number, uint64_t *dice)
{
    struct nx_client rpc;
    size_t length;
    nx_client_init(&rpc, bytes, FRAME_BYTES);
    build(&rpc, method, number);
    assert_int_equal(nx_client_finish_call(&rpc, &length), 0);
    for (uint64_t flips = bench_random(dice) % 4; flips > 0; flips--) {
        uint64_t at = bench_random(dice) % length;
        if (bench_random(dice) % 2 != 0)
            bytes[at] ^= (uint8_t)(1u << bench_random(dice) % 8);
        else
            bytes[at] = (uint8_t)bench_random(dice);
    }
    return bench_random(dice) % 8 == 0 ? bench_random(dice) % (length + 1) : length;
}

static void reconnect(void)
{
    perfd_disconnect(&server, &connection);
    assert_int_equal(perfd_connect(&server, &connection, PERFD_CAP_ALL), 0);
}

/* As a port would: frame by frame while the connection lasts, then the job to its end. */
static void feed(const uint8_t *bytes, size_t length)
{
    size_t answered, at = 0;
    bool open = true;
    while (open && at < length) {
        int64_t size = nx_frame_length(bytes + at, length - at, FRAME_BYTES, 8);
        if (size == 0 || (size > 0 && (size_t)size > length - at))
            break;
        size_t take = size < 0 ? 0 : (size_t)size;
        answered = 0;
        open = perfd_receive(&server, &connection, bytes + at, take, out, sizeof out, &answered);
        assert_true(answered <= sizeof out);
        at += take;
    }
    for (int steps = 0; perfd_server_step(&server, out, sizeof out, &answered) != 0; steps++)
        assert_true(steps < 100000);
    reconnect();
}

static void mutated_calls_disturb_nobody(void **state)
{
    static uint8_t bytes[FRAME_BYTES];
    uint64_t dice = 20260101;
    (void)state;
    bench_open(&bench, NULL);
    size_t bytes_for_janks = perfd_jank_bytes(perfd_configuration(bench.perfd));
    void *janks = malloc(bytes_for_janks);
    assert_int_equal(perfd_jank_start(bench.perfd, janks, bytes_for_janks), 0);
    static uint64_t counters[PERFD_COUNTERS_BYTES / 8];
    assert_int_equal(perfd_counters_start(bench.perfd, counters, sizeof counters), 0);
    static uint64_t hotspots[PERFD_HOTSPOTS_BYTES / 8];
    assert_int_equal(perfd_hotspots_start(bench.perfd, hotspots, sizeof hotspots), 0);
    perfd_server_init(&server, bench.perfd, &bench.port, FRAME_BYTES);
    assert_int_equal(perfd_connect(&server, &connection, PERFD_CAP_ALL), 0);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        unsigned method = (unsigned)(bench_random(&dice) % PERF_METHODS);
        feed(bytes, make_call(bytes, method, round, &dice));
        bench.port.now_ns += MS;
        if (round % 1000 == 0)
            assert_true(bench_health(&bench).ledger_balanced);
        /* The captured markers are many by now: the port keeps the first ones only for this. */
        bench.port.markers_length = 0;
    }
    /* All sessions end, and one more goes as by the book: 10 ticks of 10 ms are 100 fps. */
    for (uint32_t id = 1; id <= INT32_MAX; id++) {
        struct perfd_metrics metrics;
        int result = perfd_read_metrics(bench.perfd, bench.client, 0, false, &metrics);
        if (result < 0 || !metrics.running)
            break;
        assert_int_equal(bench_stop_session(&bench, bench.client, metrics.session), 0);
    }
    bench_start(&bench, 10 * MS);
    for (int i = 0; i < 11; i++)
        bench_after(&bench, 10 * MS);
    struct perfd_metrics last = bench_stop(&bench);
    assert_int_equal(last.session_frames, 11);
    assert_int_equal(last.session_milli_fps, 100000);
    bench_close(&bench);
    free(janks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_calls_disturb_nobody),
    };
    return cmocka_run_group_tests_name("server fuzz", tests, NULL, NULL);
}
