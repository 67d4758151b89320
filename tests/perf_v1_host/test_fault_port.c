/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole session with its export, played again and again: each time another call of the port goes
 * wrong, the first, the second, until a run has no more calls; and that for each way of going
 * wrong. After every run the ledger balances, the store holds a whole file or none, what the calls
 * answered agrees with it, and the next session is as if nothing had been.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "perf.capnp.h"
#include "perfd/lane_layout.h"
#include "server/stream.h"

enum { FRAME_BYTES = 8192, FRAMES = 12, NEXT_FRAMES = 5, RUNS_MAX = 5000, STEPS_MAX = 100000 };

/* A client and its stream, in one process with the server. */
struct world {
    struct bench bench;
    struct perfd_server server;
    struct perfd_stream stream;
    struct nx_client rpc;
    uint8_t out[FRAME_BYTES], answer[FRAME_BYTES];
    uint8_t stream_in[PERFD_STREAM_IN_BYTES(FRAME_BYTES)];
    uint8_t stream_out[PERFD_STREAM_OUT_BYTES(FRAME_BYTES)];
};

static struct world world;

static void open_world(void)
{
    struct perfd_config config = PERFD_CONFIG_SMALL;
    config.lanes = 4;
    config.lane_records = 1024;
    bench_open(&world.bench, &config);
    perfd_server_init(&world.server, world.bench.perfd, &world.bench.port, FRAME_BYTES);
    assert_int_equal(perfd_stream_connect(&world.stream, &world.server, PERFD_CAP_ALL,
                                          world.stream_in, sizeof world.stream_in, world.stream_out,
                                          sizeof world.stream_out),
                     0);
    nx_client_init(&world.rpc, world.out, sizeof world.out);
}

static void close_world(void)
{
    free(world.bench.arena);
    memory_port_clear(&world.bench.port);
}

/* The server's next message; it steps its job until there is one. */
static size_t next_message(void)
{
    for (int steps = 0; steps < STEPS_MAX; steps++) {
        size_t length;
        const uint8_t *bytes = perfd_stream_output(&world.stream, &length);
        int64_t whole = nx_frame_length(bytes, length, FRAME_BYTES, NX_SEGMENTS_DEFAULT);
        if (length > 0) {
            assert_true(whole > 0 && (size_t)whole <= length);
            memcpy(world.answer, bytes, (size_t)whole);
            perfd_stream_sent(&world.stream, &world.server, (size_t)whole);
            return (size_t)whole;
        }
        assert_true(perfd_awaits_answer(&world.stream.connection));
        assert_true(perfd_stream_step_job(&world.stream, &world.server) >= 0);
    }
    fail_msg("a job that does not end");
    return 0;
}

static void send_out(size_t length)
{
    size_t space;
    uint8_t *to = perfd_stream_space(&world.stream, &space);
    assert_true(length <= space);
    memcpy(to, world.out, length);
    perfd_stream_received(&world.stream, &world.server, length);
}

/* Makes the call that was begun; it is answered, whatever the port does. */
static void call(void)
{
    size_t length;
    int reply;
    assert_int_equal(nx_client_finish_call(&world.rpc, &length), 0);
    send_out(length);
    do {
        reply = nx_client_receive(&world.rpc, world.answer, next_message(), &length);
        send_out(length);
    } while (reply == NX_REPLY_NONE);
    assert_int_equal(reply, NX_REPLY);
}

/* --- The script ------------------------------------------------------------------------------- */

/* What the calls of one run answered. */
struct answers {
    enum perf_status start, stop, full, export, read;
    uint64_t export_bytes, frames;
};

static enum perf_status start(const char *name)
{
    perf_start_request_set_name(perf_start_call(&world.rpc), nx_text_of(name));
    call();
    return perf_start_response_get_status(perf_start_results(&world.rpc));
}

static enum perf_status stop(uint64_t *frames)
{
    (void)perf_stop_call(&world.rpc);
    call();
    struct perf_stop_response_reader response = perf_stop_results(&world.rpc);
    *frames = perf_metrics_get_session_frames(perf_stop_response_get_metrics(response));
    return perf_stop_response_get_status(response);
}

static void record_frames(unsigned count)
{
    for (unsigned i = 1; i <= count; i++) {
        perf_mark_request_set_name(perf_mark_begin_call(&world.rpc), nx_text_of("draw"));
        call();
        world.bench.port.now_ns += 16 * MS;
        perf_mark_request_set_name(perf_mark_end_call(&world.rpc), nx_text_of("draw"));
        call();
        perf_frame_tick_set_frame_id(
            perf_frame_tick_request_init_tick(perf_frame_tick_call(&world.rpc)), i);
        call();
    }
}

static enum perf_status export_last(uint64_t *bytes)
{
    (void)perf_export_last_call(&world.rpc);
    call();
    struct perf_export_response_reader response = perf_export_last_results(&world.rpc);
    *bytes = perf_export_response_get_bytes(response);
    return perf_export_response_get_status(response);
}

/* Opens a shared lane, writes a span and a counter into it by hand, and closes it where `closes`.
 * Says whether it was shared. */
static bool write_lane(bool closes)
{
    perf_label_request_set_name(perf_label_call(&world.rpc), nx_text_of("by hand"));
    call();
    uint32_t label = perf_label_response_get_label(perf_label_results(&world.rpc));
    struct perf_open_lane_request_builder request = perf_open_lane_call(&world.rpc);
    perf_open_lane_request_set_shared(request, true);
    call();
    struct perf_open_lane_response_reader lane = perf_open_lane_results(&world.rpc);
    assert_int_equal(perf_open_lane_response_get_status(lane), PERF_STATUS_OK);
    uint32_t id = perf_open_lane_response_get_lane(lane);
    uint64_t bytes = perf_open_lane_response_get_bytes(lane);
    if (bytes != 0) {
        struct perf_lane_header *header =
            (void *)(uintptr_t)perf_open_lane_response_get_address(lane);
        struct perf_lane_slot *slot = (void *)(header + 1);
        const uint64_t marks[][2] = {
            {world.bench.port.now_ns, PERF_LANE_BEGIN << 16 | label},
            {world.bench.port.now_ns, PERF_LANE_COUNTER << 16 | label},
            {7, PERF_LANE_VALUE << 16},
            {world.bench.port.now_ns, PERF_LANE_END << 16 | label},
        };
        assert_int_equal(header->magic, PERF_LANE_MAGIC);
        assert_int_equal(64 + header->slots * 16, bytes);
        perf_lane_store(&header->values, 1);
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
            for (size_t word = 0; word < 2; word++)
                perf_lane_store(&slot[i].word[word], marks[i][word] | perf_lane_lap_bits(0));
    }
    if (closes) {
        perf_close_lane_request_set_lane(perf_close_lane_call(&world.rpc), id);
        call();
        assert_int_equal(perf_close_lane_response_get_status(perf_close_lane_results(&world.rpc)),
                         PERF_STATUS_OK);
    }
    return bytes != 0;
}

static struct answers play(void)
{
    struct perfd_port *port = &world.bench.port;
    struct answers answers;
    (void)perf_info_call(&world.rpc);
    call();
    answers.start = start("first");
    world.bench.port.shares = true;
    (void)write_lane(true);
    record_frames(FRAMES);
    (void)perf_metrics_call(&world.rpc);
    call();
    answers.stop = stop(&answers.frames);
    /* A store that is full on every run, so that abort is among the calls. */
    port->faults.write_error = PERFD_NO_SPACE;
    port->faults.write_error_after = 300;
    answers.full = export_last(&answers.export_bytes);
    port->faults.write_error = 0;
    answers.export = export_last(&answers.export_bytes);
    (void)perf_read_trace_call(&world.rpc);
    call();
    answers.read = perf_read_trace_response_get_status(perf_read_trace_results(&world.rpc));
    return answers;
}

/* --- What must hold --------------------------------------------------------------------------- */

static const char *ledger_wrong(void)
{
    struct perfd_health h = bench_health(&world.bench);
    if (!h.ledger_balanced || h.written != h.resident + h.overwritten + h.dropped_torn +
                                               h.dropped_malformed + h.dropped_rate +
                                               h.dropped_no_session)
        return "the ledger does not balance";
    return h.written < 2 ? "nothing was recorded" : NULL;
}

/* NULL: the store holds nothing but a whole file, in it the trace that a reader gets, or none where
 * there is to be none. */
static const char *store_wrong(bool exported, uint64_t bytes)
{
    struct perfd_port *port = &world.bench.port;
    if (port->misuses != 0 || port->bad_markers != 0)
        return "the port was used against its contract";
    /* What a failed abort leaves is the next open's to clear. */
    if (port->is_open && !port->left_over)
        return "a file was left open";
    if (!exported)
        return port->done.bytes == NULL ? NULL : "a file whose export failed";
    if (port->done.bytes == NULL)
        return "an export without a file";
    if (port->done.length != port->done.announced || port->done.length != bytes)
        return "half a file";
    struct perfd_trace_info info;
    int result;
    char *trace = bench_trace(&world.bench, 0, 0, 1000, &info, &result);
    bool same = trace != NULL && info.bytes == bytes &&
                memcmp(trace, port->done.bytes, port->done.length) == 0;
    free(trace);
    return same ? NULL : "a file that is not the session's trace";
}

static const char *answers_wrong(const struct answers *answers, const struct memory_plan *plan)
{
    bool struck = plan->at != 0 && plan->calls >= plan->at;
    bool fails = struck && plan->trouble != MEMORY_LATE && plan->trouble != MEMORY_WELL;
    enum perf_status given = (enum perf_status)(-plan->error);
    if (answers->start != PERF_STATUS_OK || answers->stop != PERF_STATUS_OK)
        return "start or stop";
    /* A clock that goes back costs the frames that it dates, and one only. */
    if (answers->frames != FRAMES &&
        !(fails && plan->struck == MEMORY_NOW && answers->frames + 1 == FRAMES))
        return "frames that nobody counted";
    if (answers->full != PERF_STATUS_NO_SPACE && answers->full != given)
        return "the full store's status";
    bool may_fail = fails && (plan->struck == MEMORY_OPEN || plan->struck == MEMORY_WRITE ||
                              plan->struck == MEMORY_COMMIT);
    if (answers->export != PERF_STATUS_OK && !(may_fail && answers->export == given))
        return "the export's status";
    if (answers->read != PERF_STATUS_OK)
        return "readTrace";
    unsigned said = memory_port_count_prefix(&world.bench.port, "perf: trace ");
    unsigned due = answers->export == PERF_STATUS_OK ? 1 : 0;
    if (said != due && !(fails && plan->struck == MEMORY_MARKER))
        return "a trace that was not told, or told without being there";
    return NULL;
}

/* A session after that, on a port that is well again. */
static const char *next_wrong(void)
{
    struct perfd_port *port = &world.bench.port;
    uint64_t frames, bytes;
    port->now_ns += SECOND;
    port->markers_length = 0;
    free(port->done.bytes);
    memset(&port->done, 0, sizeof port->done);
    if (start("next") != PERF_STATUS_OK)
        return "the next session: start";
    if (!port->marks_on)
        return "the next session: marks are off";
    if (!write_lane(false))
        return "the next session: a lane is not shared";
    record_frames(NEXT_FRAMES);
    if (stop(&frames) != PERF_STATUS_OK || frames != NEXT_FRAMES)
        return "the next session: its frames";
    if (export_last(&bytes) != PERF_STATUS_OK || strcmp(port->done.name, "next") != 0)
        return "the next session: its export";
    if (port->is_open)
        return "the next session: a file left open";
    if (port->marks_on)
        return "the next session: marks are on after it";
    if (bench_health(&world.bench).resident < 2 * NEXT_FRAMES + 3)
        return "the next session: its marks";
    if (memory_port_count_prefix(port, "perf: start next ") != 1 ||
        memory_port_count_prefix(port, "perf: stop next ") != 1 ||
        memory_port_count_prefix(port, "perf: trace memory://next-") != 1)
        return "the next session: its markers";
    const char *wrong = store_wrong(true, bytes);
    return wrong != NULL ? wrong : ledger_wrong();
}

/* One run with this plan; NULL where all is well. How many calls it had is left in the port. */
static const char *run(const struct memory_plan *plan, uint32_t *calls, struct memory_plan *after)
{
    open_world();
    world.bench.port.plan = *plan;
    struct answers answers = play();
    *after = world.bench.port.plan;
    *calls = after->calls;
    world.bench.port.plan.at = 0; /* the checks read, too */
    const char *wrong = ledger_wrong();
    if (wrong == NULL)
        wrong = answers_wrong(&answers, after);
    if (wrong == NULL)
        wrong = store_wrong(answers.export == PERF_STATUS_OK, answers.export_bytes);
    if (wrong == NULL)
        wrong = next_wrong();
    close_world();
    return wrong;
}

/* --- The tests -------------------------------------------------------------------------------- */

static void any_one_call_may_go_wrong(void **state)
{
    static const int errors[] = {PERFD_IO, PERFD_NO_SPACE, PERFD_BUSY, PERFD_UNSUPPORTED};
    unsigned struck[MEMORY_FUNCTIONS][MEMORY_LATE + 1] = {{0}};
    uint32_t runs = 0;
    (void)state;
    for (enum memory_trouble trouble = MEMORY_FAIL; trouble <= MEMORY_LATE; trouble++) {
        struct memory_plan after;
        uint32_t at = 0, calls;
        do {
            struct memory_plan plan = {.trouble = trouble, .at = ++at};
            plan.error = errors[at % (sizeof errors / sizeof errors[0])];
            assert_true(at < RUNS_MAX);
            const char *wrong = run(&plan, &calls, &after);
            if (wrong != NULL)
                fail_msg("trouble %d in call %u, of function %d: %s", (int)trouble, at,
                         (int)after.struck, wrong);
            if (calls >= at)
                struck[after.struck][trouble]++;
            runs++;
        } while (calls >= at);
    }
    /* It reached every function in every way. */
    for (int function = 0; function < MEMORY_FUNCTIONS; function++)
        for (int trouble = MEMORY_FAIL; trouble <= MEMORY_LATE; trouble++)
            assert_true(struck[function][trouble] > 0);
    print_message(
        "# %u runs; calls of each function: now %u, name %u, step %u, marker %u, ticks %u, "
        "share %u, unshare %u, enable %u, open %u, write %u, commit %u, abort %u\n",
        runs, struck[0][1], struck[1][1], struck[2][1], struck[3][1], struck[4][1], struck[5][1],
        struck[6][1], struck[7][1], struck[8][1], struck[9][1], struck[10][1], struck[11][1]);
}

/* The checks find what they are for. */
static void what_is_wrong_is_found(void **state)
{
    struct perfd_port *port = &world.bench.port;
    (void)state;
    open_world();
    struct answers answers = play();
    struct memory_plan plan = port->plan;
    assert_null(answers_wrong(&answers, &plan));
    assert_null(store_wrong(true, answers.export_bytes));

    port->done.length--;
    assert_string_equal(store_wrong(true, answers.export_bytes), "half a file");
    port->done.length++;
    port->done.bytes[100] ^= 1;
    assert_string_equal(store_wrong(true, answers.export_bytes),
                        "a file that is not the session's trace");
    port->done.bytes[100] ^= 1;
    assert_string_equal(store_wrong(false, 0), "a file whose export failed");
    port->is_open = true;
    assert_string_equal(store_wrong(true, answers.export_bytes), "a file was left open");
    port->is_open = false;
    port->misuses++;
    assert_non_null(store_wrong(true, answers.export_bytes));
    port->misuses--;

    answers.frames--;
    assert_non_null(answers_wrong(&answers, &plan));
    answers.frames++;
    answers.export = PERF_STATUS_IO;
    assert_non_null(answers_wrong(&answers, &plan));
    answers.export = PERF_STATUS_OK;
    port->markers_length = 0;
    port->markers[0] = '\0';
    assert_non_null(answers_wrong(&answers, &plan));
    assert_null(next_wrong());
    close_world();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_one_call_may_go_wrong),
        cmocka_unit_test(what_is_wrong_is_found),
    };
    return cmocka_run_group_tests_name("fault_port", tests, NULL, NULL);
}
