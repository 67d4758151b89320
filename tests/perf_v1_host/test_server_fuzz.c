/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole calls with bits flipped, words overwritten and ends cut off, into the whole service.
 * Whatever comes: no fault (run it under the sanitizers), the ledger balances, and the next
 * client's session is as ever.
 */
#include <stdlib.h>
#include <string.h>

#include "../fuzz/calls.h"
#include "fixture.h"
#include "nexus-idl/framing.h"
#include "perf.capnp.h"
#include "perfd/jank.h"
#include "server/server.h"

#define FRAME_BYTES 16384u
#define ROUNDS      300000

static struct bench bench;
static struct perfd_server server;
static struct perfd_connection connection;
static uint8_t out[2 * FRAME_BYTES];

/* The bytes of a call to a vat that knows nothing yet; mutated unless sane. How many there are. */
static size_t make_call(uint8_t *bytes, unsigned method, uint64_t number, uint64_t *dice)
{
    struct nx_client rpc;
    size_t length;
    nx_client_init(&rpc, bytes, FRAME_BYTES);
    calls_begin(&rpc, method, number);
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
