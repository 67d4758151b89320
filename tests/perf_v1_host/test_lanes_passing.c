/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the port passes goes with the first byte of its own answer, whatever else was asked in one
 * breath: nothing comes with an answer before it, and nothing is served until it is on its way.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "perf.capnp.h"
#include "server/stream.h"

enum { FRAME_BYTES = 8192 };

static struct bench bench;
static struct perfd_server server;
static struct perfd_stream stream;
static uint8_t in[2 * FRAME_BYTES], out[PERFD_STREAM_OUT_BYTES(FRAME_BYTES)];
static uint8_t built[FRAME_BYTES];
static struct nx_client rpc;

static void give(const uint8_t *bytes, size_t length)
{
    size_t space;
    uint8_t *to = perfd_stream_space(&stream, &space);
    assert_true(length <= space);
    memcpy(to, bytes, length);
    perfd_stream_received(&stream, &server, length);
}

static size_t waiting(void)
{
    size_t length;
    (void)perfd_stream_output(&stream, &length);
    return length;
}

/* How many whole messages wait to be sent, as far as the stream shows them. */
static unsigned messages(void)
{
    size_t length;
    unsigned count = 0;
    const uint8_t *bytes = perfd_stream_output(&stream, &length);
    while (length > 0) {
        int64_t whole = nx_frame_length(bytes, length, FRAME_BYTES, NX_SEGMENTS_DEFAULT);
        assert_true(whole > 0 && (size_t)whole <= length);
        bytes += whole;
        length -= (size_t)whole;
        count++;
    }
    return count;
}

/* A connection with its bootstrap behind it. */
static void connect_to_it(void)
{
    size_t length;
    bench_open(&bench, NULL);
    bench.port.shares = true;
    perfd_server_init(&server, bench.perfd, &bench.port, FRAME_BYTES);
    assert_int_equal(
        perfd_stream_connect(&stream, &server, PERFD_CAP_ALL, in, sizeof in, out, sizeof out), 0);
    nx_client_init(&rpc, built, sizeof built);
    (void)perf_info_call(&rpc);
    assert_int_equal(nx_client_finish_call(&rpc, &length), 0);
    give(built, length);
    while (waiting() > 0) {
        const uint8_t *bytes = perfd_stream_output(&stream, &length);
        size_t whole = (size_t)nx_frame_length(bytes, length, FRAME_BYTES, NX_SEGMENTS_DEFAULT);
        size_t back;
        assert_true(nx_client_receive(&rpc, bytes, whole, &back) >= 0);
        assert_int_equal(back, 0);
        perfd_stream_sent(&stream, &server, whole);
    }
    rpc.call_finish_due = rpc.bootstrap_finish_due = false;
}

/* A client of the same connection that does not wait for the answers of the one before it. */
static size_t build(uint32_t question, bool lane, uint8_t *to)
{
    struct nx_client next = rpc;
    size_t length;
    next.next_question = question;
    if (lane)
        perf_open_lane_request_set_shared(perf_open_lane_call(&next), true);
    else
        (void)perf_info_call(&next);
    assert_int_equal(nx_client_finish_call(&next, &length), 0);
    memcpy(to, built, length);
    return length;
}

static void each_goes_with_its_own_answer(void **state)
{
    uint8_t all[FRAME_BYTES];
    size_t length = 0;

    (void)state;
    connect_to_it();
    length += build(10, false, all + length);
    length += build(11, true, all + length);
    length += build(12, true, all + length);
    length += build(13, false, all + length);
    give(all, length);

    /* The first answer alone, though the second is there. */
    assert_int_equal(bench.port.shared_count, 1);
    assert_true(stream.connection.passing);
    assert_int_equal(messages(), 1);
    size_t first = waiting();
    assert_int_equal(stream.before_passing, first);
    perfd_stream_sent(&stream, &server, first - 1);
    assert_int_equal(waiting(), 1);
    assert_true(stream.connection.passing);
    perfd_stream_sent(&stream, &server, 1);

    /* The second, from its first byte on; then the third is served, and the fourth waits. */
    assert_int_equal(stream.before_passing, 0);
    assert_int_equal(messages(), 1);
    assert_int_equal(bench.port.shared_count, 1);
    size_t second = waiting();
    perfd_stream_sent(&stream, &server, 1);
    assert_false(stream.connection.passing);
    assert_int_equal(waiting(), second - 1);
    assert_int_equal(bench.port.shared_count, 1);
    perfd_stream_sent(&stream, &server, second - 1);

    assert_int_equal(bench.port.shared_count, 2);
    assert_true(stream.connection.passing);
    assert_int_equal(stream.before_passing, 0);
    assert_int_equal(messages(), 1);
    perfd_stream_sent(&stream, &server, waiting());
    assert_false(stream.connection.passing);
    assert_int_equal(messages(), 1);
    perfd_stream_sent(&stream, &server, waiting());
    assert_int_equal(waiting(), 0);

    perfd_disconnect(&server, &stream.connection);
    assert_int_equal(bench.port.shared_count, 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_goes_with_its_own_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
