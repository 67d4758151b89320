/* SPDX-License-Identifier: Apache-2.0 */
/* The Perf interface from bytes to bytes, without a socket: policy, bounds, jobs. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "perf.capnp.h"
#include "perfd/hotspots.h"
#include "server/server.h"

#define FRAME_BYTES 16384u
#define EVERYTHING  PERFD_CAP_ALL

/* One sender and what lies between it and the server. */
struct peer {
    struct perfd_connection connection;
    struct nx_client rpc;
    uint8_t out[FRAME_BYTES];
    uint8_t answer[2 * FRAME_BYTES];
};

static struct bench bench;
static struct perfd_server server;

static int setup(void **state)
{
    (void)state;
    bench_open(&bench, NULL);
    perfd_server_init(&server, bench.perfd, &bench.port, FRAME_BYTES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bench_close(&bench);
    return 0;
}

static void join(struct peer *peer, uint32_t capabilities)
{
    assert_int_equal(perfd_connect(&server, &peer->connection, capabilities), 0);
    nx_client_init(&peer->rpc, peer->out, sizeof peer->out);
}

/* What the server said, message by message, into the client; its last word on the call. */
static int deliver(struct peer *peer, size_t length)
{
    int reply = NX_REPLY_NONE;
    size_t at = 0;
    while (at < length) {
        int64_t size = nx_frame_length(peer->answer + at, length - at, FRAME_BYTES, 8);
        assert_true(size > 0);
        size_t back = 0;
        reply = nx_client_receive(&peer->rpc, peer->answer + at, (size_t)size, &back);
        assert_int_equal(back, 0);
        at += (size_t)size;
    }
    return reply;
}

/* Sends the call that was begun; NX_REPLY_NONE where the answer was deferred. */
static int send_call(struct peer *peer)
{
    size_t length, answered = 0;
    assert_int_equal(nx_client_finish_call(&peer->rpc, &length), 0);
    for (size_t at = 0; at < length;) {
        int64_t size = nx_frame_length(peer->out + at, length - at, FRAME_BYTES, 8);
        size_t one = 0;
        assert_true(size > 0);
        assert_true(perfd_receive(&server, &peer->connection, peer->out + at, (size_t)size,
                                  peer->answer + answered, sizeof peer->answer - answered, &one));
        at += (size_t)size;
        answered += one;
    }
    return deliver(peer, answered);
}

static void call(struct peer *peer)
{
    assert_int_equal(send_call(peer), NX_REPLY);
}

/* Steps the job to its end; its answer goes to `peer`. */
static int run_job(struct peer *peer)
{
    size_t length = 0;
    for (int steps = 0; perfd_job_owner(&server) != NULL; steps++) {
        assert_true(steps < 100000);
        assert_true(perfd_server_step(&server, peer->answer, sizeof peer->answer, &length) >= 0);
    }
    return deliver(peer, length);
}

static enum perf_status start(struct peer *peer, const char *name)
{
    perf_start_request_set_name(perf_start_call(&peer->rpc), nx_text_of(name));
    call(peer);
    return perf_start_response_get_status(perf_start_results(&peer->rpc));
}

static enum perf_status tick(struct peer *peer, uint64_t id)
{
    struct perf_frame_tick_builder frame =
        perf_frame_tick_request_init_tick(perf_frame_tick_call(&peer->rpc));
    perf_frame_tick_set_frame_id(frame, id);
    bench.port.now_ns += 16 * MS;
    call(peer);
    return perf_frame_tick_response_get_status(perf_frame_tick_results(&peer->rpc));
}

/* --- Policy --------------------------------------------------------------------------------- */

#define STATUS_OF(method, type)                                                                    \
    static enum perf_status call_##method(struct peer *peer)                                       \
    {                                                                                              \
        (void)perf_##method##_call(&peer->rpc);                                                    \
        if (send_call(peer) == NX_REPLY_NONE)                                                      \
            assert_int_equal(run_job(peer), NX_REPLY);                                             \
        return perf_##type##_response_get_status(perf_##method##_results(&peer->rpc));             \
    }
STATUS_OF(start, start)
STATUS_OF(stop, stop)
STATUS_OF(mark_begin, mark)
STATUS_OF(mark_end, mark)
STATUS_OF(frame_tick, frame_tick)
STATUS_OF(export_last, export)
STATUS_OF(metrics, metrics)
STATUS_OF(read_trace, read_trace)
STATUS_OF(record, record)
STATUS_OF(open_lane, open_lane)
STATUS_OF(close_lane, close_lane)
STATUS_OF(frames, frames)
STATUS_OF(label, label)
STATUS_OF(info, info)
STATUS_OF(read_log, read_log)
STATUS_OF(amend_frame, amend_frame)
STATUS_OF(janks, janks)
STATUS_OF(snapshots, snapshots)
STATUS_OF(lanes, lanes)
STATUS_OF(counter_group, counter_group)
STATUS_OF(sample_counters, sample_counters)
STATUS_OF(counter_state, counter_state)
STATUS_OF(counters, counters)
STATUS_OF(counter_samples, counter_samples)
STATUS_OF(add_hotspots, add_hotspots)
STATUS_OF(hotspots, hotspots)

static const struct {
    enum perf_status (*call)(struct peer *peer);
    uint32_t needs;
} methods[PERF_METHODS] = {
    {call_start, PERFD_CAP_CONTROL},        {call_stop, PERFD_CAP_CONTROL},
    {call_mark_begin, PERFD_CAP_MARK},      {call_mark_end, PERFD_CAP_MARK},
    {call_frame_tick, PERFD_CAP_MARK},      {call_export_last, PERFD_CAP_EXPORT},
    {call_metrics, PERFD_CAP_READ},         {call_read_trace, PERFD_CAP_EXPORT},
    {call_record, PERFD_CAP_MARK},          {call_open_lane, PERFD_CAP_MARK},
    {call_close_lane, PERFD_CAP_MARK},      {call_frames, PERFD_CAP_READ},
    {call_label, PERFD_CAP_MARK},           {call_info, PERFD_CAP_READ},
    {call_read_log, PERFD_CAP_EXPORT},      {call_amend_frame, PERFD_CAP_MARK},
    {call_janks, PERFD_CAP_READ},           {call_snapshots, PERFD_CAP_READ},
    {call_lanes, PERFD_CAP_READ},           {call_counter_group, PERFD_CAP_MARK},
    {call_sample_counters, PERFD_CAP_MARK}, {call_counter_state, PERFD_CAP_MARK},
    {call_counters, PERFD_CAP_READ},        {call_counter_samples, PERFD_CAP_READ},
    {call_add_hotspots, PERFD_CAP_MARK},    {call_hotspots, PERFD_CAP_READ},
};

static void each_method_needs_its_one_capability(void **state)
{
    static struct peer peer;
    (void)state;
    for (uint32_t one = PERFD_CAP_CONTROL; one <= PERFD_CAP_EXPORT; one <<= 1) {
        join(&peer, one);
        for (int i = 0; i < PERF_METHODS; i++) {
            enum perf_status status = methods[i].call(&peer);
            if (methods[i].needs == one)
                assert_int_not_equal(status, PERF_STATUS_ACCESS_DENIED);
            else
                assert_int_equal(status, PERF_STATUS_ACCESS_DENIED);
        }
        perfd_disconnect(&server, &peer.connection);
    }
    /* 26 methods, 4 senders, each method denied to 3 of them. */
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_DENIED], 78);
    assert_int_equal(memory_port_count(&bench.port, "perfd: reject denied"), 1);
}

static void a_denied_call_changes_nothing(void **state)
{
    static struct peer owner, stranger;
    (void)state;
    join(&owner, EVERYTHING);
    join(&stranger, 0);
    assert_int_equal(start(&owner, "a"), PERF_STATUS_OK);
    assert_int_equal(start(&stranger, "b"), PERF_STATUS_ACCESS_DENIED);
    assert_int_equal(call_stop(&stranger), PERF_STATUS_ACCESS_DENIED);
    assert_int_equal(tick(&stranger, 1), PERF_STATUS_ACCESS_DENIED);
    assert_int_equal(tick(&owner, 1), PERF_STATUS_OK);
    assert_int_equal(bench_metrics(&bench).session_frames, 1);
}

static void info_tells_anybody_what_they_may(void **state)
{
    static struct peer peer;
    (void)state;
    join(&peer, PERFD_CAP_MARK);
    (void)perf_info_call(&peer.rpc);
    call(&peer);
    struct perf_info_response_reader info = perf_info_results(&peer.rpc);
    assert_int_equal(perf_info_response_get_status(info), PERF_STATUS_ACCESS_DENIED);
    assert_true(perf_info_response_get_may_mark(info));
    assert_false(perf_info_response_get_may_control(info));
    assert_false(perf_info_response_get_may_read(info));
    assert_false(perf_info_response_get_may_export(info));
    assert_int_equal(perf_info_response_get_arena_bytes(info), 0);
}

/* --- Bounds --------------------------------------------------------------------------------- */

static void frames_asks_for_1_to_64(void **state)
{
    static struct peer peer;
    static const struct {
        uint32_t max;
        enum perf_status status;
    } cases[] = {{0, PERF_STATUS_INVALID},
                 {1, PERF_STATUS_OK},
                 {64, PERF_STATUS_OK},
                 {65, PERF_STATUS_INVALID},
                 {UINT32_MAX, PERF_STATUS_INVALID}};
    (void)state;
    join(&peer, EVERYTHING);
    assert_int_equal(start(&peer, "a"), PERF_STATUS_OK);
    for (uint64_t id = 1; id <= 100; id++)
        assert_int_equal(tick(&peer, id), PERF_STATUS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        perf_frames_request_set_max(perf_frames_call(&peer.rpc), cases[i].max);
        call(&peer);
        struct perf_frames_response_reader response = perf_frames_results(&peer.rpc);
        assert_int_equal(perf_frames_response_get_status(response), cases[i].status);
        struct perf_frame_sample_list_reader frames = perf_frames_response_get_frames(response);
        uint32_t expected = cases[i].status == PERF_STATUS_OK ? cases[i].max : 0;
        assert_int_equal(perf_frame_sample_list_length(frames), expected);
        for (uint32_t k = 0; k < expected; k++) {
            struct perf_frame_sample_reader sample = perf_frame_sample_list_at(frames, k);
            assert_int_equal(perf_frame_sample_get_seq(sample), k + 1);
            assert_int_equal(perf_frame_sample_get_interval_ns(sample), k == 0 ? 0 : 16 * MS);
        }
    }
}

/* A batch of `count` instants, the one at `bad` (if any) without a name. */
static struct perf_record_response_reader record(struct peer *peer, uint32_t count, uint32_t bad)
{
    struct perf_record_list_builder records =
        perf_record_request_init_records(perf_record_call(&peer->rpc), count);
    for (uint32_t i = 0; i < count; i++) {
        struct perf_record_builder one = perf_record_list_edit(records, i);
        perf_record_set_instant(one);
        if (i != bad)
            perf_record_set_name(one, nx_text_of("mark"));
    }
    call(peer);
    return perf_record_results(&peer->rpc);
}

static void a_batch_is_taken_up_to_the_first_bad_record(void **state)
{
    static struct peer peer;
    (void)state;
    join(&peer, EVERYTHING);
    assert_int_equal(start(&peer, "a"), PERF_STATUS_OK);
    struct perf_record_response_reader response = record(&peer, 64, UINT32_MAX);
    assert_int_equal(perf_record_response_get_status(response), PERF_STATUS_OK);
    assert_int_equal(perf_record_response_get_accepted(response), 64);
    response = record(&peer, 10, 7);
    assert_int_equal(perf_record_response_get_status(response), PERF_STATUS_INVALID);
    assert_int_equal(perf_record_response_get_accepted(response), 7);
    response = record(&peer, 65, UINT32_MAX);
    assert_int_equal(perf_record_response_get_status(response), PERF_STATUS_INVALID);
    assert_int_equal(perf_record_response_get_accepted(response), 0);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.resident, 71);
    assert_int_equal(health.dropped_malformed, 1);
}

/* Adds `count` keys from this one on, each heavier than the one before. */
static enum perf_status add_hotspots(struct peer *peer, uint64_t key, uint32_t count)
{
    struct perf_add_hotspots_request_builder request = perf_add_hotspots_call(&peer->rpc);
    perf_add_hotspots_request_set_table(request, nx_text_of("pc"));
    struct perf_hotspot_list_builder list = perf_add_hotspots_request_init_entries(request, count);
    for (uint32_t i = 0; i < count; i++) {
        struct perf_hotspot_builder one = perf_hotspot_list_edit(list, i);
        perf_hotspot_set_key(one, key + i);
        perf_hotspot_set_hits(one, 1);
        perf_hotspot_set_weight(one, key + i);
        perf_hotspot_set_error(one, 5); /* which is not for a client to say */
    }
    call(peer);
    return perf_add_hotspots_response_get_status(perf_add_hotspots_results(&peer->rpc));
}

static struct perf_hotspots_response_reader hotspots(struct peer *peer, uint32_t from, uint32_t max)
{
    struct perf_hotspots_request_builder request = perf_hotspots_call(&peer->rpc);
    perf_hotspots_request_set_from_table(request, from);
    perf_hotspots_request_set_max(request, max);
    call(peer);
    return perf_hotspots_results(&peer->rpc);
}

#define HOTSPOTS_STATUS(...) perf_hotspots_response_get_status(hotspots(&peer, __VA_ARGS__))

static void hotspots_and_how_much_is_others(void **state)
{
    static struct peer peer;
    /* With one entry more, which stays as it was: nothing is written behind the room. */
    static uint64_t memory[PERFD_HOTSPOTS_BYTES / 8 + sizeof(struct perfd_hotspot) / 8];
    (void)state;
    join(&peer, EVERYTHING);
    assert_int_equal(add_hotspots(&peer, 1, 1), PERF_STATUS_UNSUPPORTED);
    assert_int_equal(HOTSPOTS_STATUS(0, 50), PERF_STATUS_UNSUPPORTED);
    assert_int_equal(perfd_hotspots_start(bench.perfd, memory, sizeof memory), 0);
    assert_int_equal(HOTSPOTS_STATUS(0, 50), PERF_STATUS_NOT_FOUND);
    struct perfd_hotspot *behind = perfd_hotspot_room(bench.perfd) + PERFD_HOTSPOTS_BATCH;
    const struct perfd_hotspot mark = {1234567, 2345678, 3456789, 4567890};
    *behind = mark;
    assert_int_equal(add_hotspots(&peer, 1, 65), PERF_STATUS_INVALID);
    assert_memory_equal(behind, &mark, sizeof mark);
    assert_int_equal(add_hotspots(&peer, 1, 64), PERF_STATUS_OK);
    for (uint64_t key = 65; key <= 256; key += 64)
        assert_int_equal(add_hotspots(&peer, key, 64), PERF_STATUS_OK);
    /* For the lightest, in turn, with their weights. */
    assert_int_equal(add_hotspots(&peer, 1000, 3), PERF_STATUS_OK);
    assert_int_equal(HOTSPOTS_STATUS(0, 0), PERF_STATUS_INVALID);
    assert_int_equal(HOTSPOTS_STATUS(0, 51), PERF_STATUS_INVALID);
    assert_int_equal(HOTSPOTS_STATUS(2, 50), PERF_STATUS_NOT_FOUND);
    struct perf_hotspots_response_reader table = hotspots(&peer, 0, 50);
    assert_int_equal(perf_hotspots_response_get_status(table), PERF_STATUS_OK);
    assert_int_equal(perf_hotspots_response_get_table(table), 1);
    assert_int_equal(perf_hotspots_response_get_kept(table), 256);
    assert_int_equal(perf_hotspots_response_get_total_hits(table), 259);
    assert_int_equal(perf_hotspots_response_get_total_weight(table), 256 * 257 / 2 + 3003);
    assert_false(perf_hotspots_response_get_closed(table));
    struct perf_hotspot_list_reader entries = perf_hotspots_response_get_entries(table);
    assert_int_equal(perf_hotspot_list_length(entries), 50);
    for (uint32_t i = 0; i < 50; i++) {
        struct perf_hotspot_reader one = perf_hotspot_list_at(entries, i);
        uint64_t key = i < 3 ? 1002 - i : 259 - i, error = i < 3 ? 3 - i : 0;
        assert_int_equal(perf_hotspot_get_key(one), key);
        assert_int_equal(perf_hotspot_get_hits(one), 1);
        assert_int_equal(perf_hotspot_get_weight(one), key + error);
        assert_int_equal(perf_hotspot_get_error(one), error);
    }
}

static void parameters_of_the_wrong_shape_are_an_exception(void **state)
{
    static struct peer peer;
    (void)state;
    join(&peer, EVERYTHING);
    /* A struct where the name's text is due. */
    struct nx_struct_builder params = perf_start_call(&peer.rpc).s;
    (void)nx_init_struct(params, 0, 1, 0);
    assert_int_equal(send_call(&peer), NX_REPLY_EXCEPTION);
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_MALFORMED], 1);
    assert_int_equal(memory_port_count(&bench.port, "perfd: reject malformed"), 1);
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: start"), 0);
    /* The connection goes on. */
    assert_int_equal(start(&peer, "a"), PERF_STATUS_OK);
}

/* --- Jobs ----------------------------------------------------------------------------------- */

static uint8_t *pulled;
static uint64_t pulled_bytes;

/* One readTrace call. The status; *id and the bytes come with it. */
static enum perf_status read_trace(struct peer *peer, uint32_t *id, uint64_t offset, uint32_t max)
{
    struct perf_read_trace_request_builder request = perf_read_trace_call(&peer->rpc);
    perf_read_trace_request_set_export_id(request, *id);
    perf_read_trace_request_set_offset(request, offset);
    perf_read_trace_request_set_max_bytes(request, max);
    if (send_call(peer) == NX_REPLY_NONE)
        assert_int_equal(run_job(peer), NX_REPLY);
    struct perf_read_trace_response_reader response = perf_read_trace_results(&peer->rpc);
    enum perf_status status = perf_read_trace_response_get_status(response);
    if (status != PERF_STATUS_OK)
        return status;
    struct nx_data data = perf_read_trace_response_get_data(response);
    *id = perf_read_trace_response_get_export_id(response);
    pulled_bytes = perf_read_trace_response_get_total_bytes(response);
    assert_true(data.length <= max || max == 0);
    assert_true(offset + data.length <= pulled_bytes);
    assert_int_equal(perf_read_trace_response_get_end(response),
                     offset + data.length == pulled_bytes);
    if (pulled == NULL)
        pulled = malloc(pulled_bytes + 1);
    memcpy(pulled + offset, data.bytes, data.length);
    return status;
}

static void record_something(struct peer *peer)
{
    assert_int_equal(start(peer, "a"), PERF_STATUS_OK);
    for (uint64_t id = 1; id <= 50; id++) {
        assert_int_equal(tick(peer, id), PERF_STATUS_OK);
        (void)record(peer, 10, UINT32_MAX);
    }
    assert_int_equal(call_stop(peer), PERF_STATUS_OK);
}

static void a_trace_is_the_same_in_any_chunks_and_order(void **state)
{
    static struct peer peer;
    struct perfd_trace_info info;
    int result;
    (void)state;
    join(&peer, EVERYTHING);
    record_something(&peer);
    char *whole = bench_trace(&bench, 0, 0, 100000, &info, &result);
    assert_non_null(whole);
    static const uint32_t chunks[] = {0, 1000, 333};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        uint32_t id = 0;
        uint64_t offset = 0;
        pulled = NULL;
        assert_int_equal(read_trace(&peer, &id, 0, chunks[i]), PERF_STATUS_OK);
        uint32_t step = chunks[i] == 0 ? perfd_server_chunk_bytes(&server) : chunks[i];
        assert_int_equal(pulled_bytes, info.bytes);
        for (offset = step; offset < pulled_bytes; offset += step)
            assert_int_equal(read_trace(&peer, &id, offset, chunks[i]), PERF_STATUS_OK);
        assert_memory_equal(pulled, whole, info.bytes);
        /* Backwards, too. */
        memset(pulled, 0, pulled_bytes);
        for (offset = (pulled_bytes - 1) / step * step;; offset -= step) {
            assert_int_equal(read_trace(&peer, &id, offset, chunks[i]), PERF_STATUS_OK);
            if (offset == 0)
                break;
        }
        assert_memory_equal(pulled, whole, info.bytes);
        free(pulled);
    }
    free(whole);
}

static void chunks_out_of_bounds_are_refused(void **state)
{
    static struct peer peer;
    (void)state;
    join(&peer, EVERYTHING);
    record_something(&peer);
    uint32_t id = 0, stale;
    pulled = NULL;
    assert_int_equal(read_trace(&peer, &id, 0, perfd_server_chunk_bytes(&server) + 1),
                     PERF_STATUS_INVALID);
    assert_int_equal(read_trace(&peer, &id, 0, 100), PERF_STATUS_OK);
    assert_int_equal(read_trace(&peer, &id, pulled_bytes + 1, 100), PERF_STATUS_INVALID);
    assert_int_equal(read_trace(&peer, &id, UINT64_MAX, 100), PERF_STATUS_INVALID);
    stale = id;
    id = 0;
    assert_int_equal(read_trace(&peer, &id, 0, 100), PERF_STATUS_OK);
    assert_int_equal(read_trace(&peer, &stale, 100, 100), PERF_STATUS_NOT_FOUND);
    free(pulled);
}

static void a_second_job_is_busy_and_ticks_go_on(void **state)
{
    static struct peer exporter, other;
    (void)state;
    join(&exporter, EVERYTHING);
    join(&other, EVERYTHING);
    record_something(&exporter);
    assert_int_equal(start(&other, "b"), PERF_STATUS_OK);
    bench.port.faults.commit_busy = 3;
    (void)perf_export_last_call(&exporter.rpc);
    assert_int_equal(send_call(&exporter), NX_REPLY_NONE);
    assert_int_equal(call_export_last(&other), PERF_STATUS_BUSY);
    assert_int_equal(call_read_trace(&other), PERF_STATUS_BUSY);
    assert_int_equal(tick(&other, 1), PERF_STATUS_OK);
    assert_int_equal(run_job(&exporter), NX_REPLY);
    struct perf_export_response_reader response = perf_export_last_results(&exporter.rpc);
    assert_int_equal(perf_export_response_get_status(response), PERF_STATUS_OK);
    assert_int_equal(perf_export_response_get_bytes(response), bench.port.done.length);
    assert_int_equal(bench.port.commits, 4);
    assert_int_equal(call_export_last(&other), PERF_STATUS_OK);
}

static void a_failed_export_gives_its_status_and_the_next_one_works(void **state)
{
    static struct peer peer;
    (void)state;
    join(&peer, EVERYTHING);
    record_something(&peer);
    bench.port.faults.write_error = PERFD_NO_SPACE;
    assert_int_equal(call_export_last(&peer), PERF_STATUS_NO_SPACE);
    bench.port.faults.write_error = 0;
    bench.port.faults.open_error = PERFD_IO;
    assert_int_equal(call_export_last(&peer), PERF_STATUS_IO);
    bench.port.faults.open_error = 0;
    bench.port.faults.commit_error = PERFD_IO;
    assert_int_equal(call_export_last(&peer), PERF_STATUS_IO);
    bench.port.faults.commit_error = 0;
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: trace"), 0);
    assert_int_equal(call_export_last(&peer), PERF_STATUS_OK);
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: trace"), 1);
}

static void a_job_whose_owner_hangs_up_ends_by_itself(void **state)
{
    static struct peer leaver, stayer;
    size_t length;
    (void)state;
    join(&leaver, EVERYTHING);
    join(&stayer, EVERYTHING);
    record_something(&leaver);
    (void)perf_export_last_call(&leaver.rpc);
    assert_int_equal(send_call(&leaver), NX_REPLY_NONE);
    perfd_disconnect(&server, &leaver.connection);
    assert_null(perfd_job_owner(&server));
    while (perfd_server_step(&server, NULL, 0, &length) != 0)
        assert_int_equal(length, 0);
    assert_int_equal(call_export_last(&stayer), PERF_STATUS_OK);
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: trace"), 2);
}

static void one_sender_too_many_is_turned_away(void **state)
{
    static struct peer peers[17];
    (void)state;
    /* The default configuration has 16 clients, and the fixture is one. */
    for (int i = 0; i < 15; i++)
        join(&peers[i], EVERYTHING);
    assert_int_equal(perfd_connect(&server, &peers[15].connection, EVERYTHING), PERFD_BUSY);
    assert_int_equal(memory_port_count(&bench.port, "perfd: reject over_limit"), 1);
    perfd_disconnect(&server, &peers[3].connection);
    join(&peers[15], EVERYTHING);
    assert_int_equal(start(&peers[15], "a"), PERF_STATUS_OK);
}

static void what_calls_cost_is_counted(void **state)
{
    static struct peer peer;
    (void)state;
    join(&peer, EVERYTHING);
    assert_int_equal(start(&peer, "a"), PERF_STATUS_OK);
    struct perfd_health health = bench_health(&bench);
    /* A Bootstrap and a call; the scripted clock stands still meanwhile. */
    assert_int_equal(health.calls, 2);
    assert_int_equal(health.worst_call_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_method_needs_its_one_capability, setup, teardown),
        cmocka_unit_test_setup_teardown(a_denied_call_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(info_tells_anybody_what_they_may, setup, teardown),
        cmocka_unit_test_setup_teardown(frames_asks_for_1_to_64, setup, teardown),
        cmocka_unit_test_setup_teardown(a_batch_is_taken_up_to_the_first_bad_record, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(hotspots_and_how_much_is_others, setup, teardown),
        cmocka_unit_test_setup_teardown(parameters_of_the_wrong_shape_are_an_exception, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_trace_is_the_same_in_any_chunks_and_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(chunks_out_of_bounds_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_job_is_busy_and_ticks_go_on, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_export_gives_its_status_and_the_next_one_works,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_job_whose_owner_hangs_up_ends_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(one_sender_too_many_is_turned_away, setup, teardown),
        cmocka_unit_test_setup_teardown(what_calls_cost_is_counted, setup, teardown),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
