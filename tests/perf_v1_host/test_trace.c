/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling a trace: any buffer size and any order give the same bytes; what may happen meanwhile;
 * the job that writes it into the port's exporter. What is in it: test_trace.py. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#define BUDGET (10 * MS)

static struct bench bench;

static int open_default(void **state)
{
    (void)state;
    bench_open(&bench, NULL);
    return 0;
}

static int close_it(void **state)
{
    (void)state;
    bench_close(&bench);
    return 0;
}

/* `count` frames with a span, a counter and phases, every tenth one long, from the clock's time on.
 */
static void play_frames(struct bench *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t interval = i % 10 == 7 ? 25 * MS : 10 * MS;
        struct perfd_tick tick = bench_frame(b, interval);

        tick.phase_ns[PERFD_UI] = 1 * MS + i;
        tick.phase_ns[PERFD_RENDER] = 2 * MS + i % 3;
        assert_int_equal(bench_mark(b, PERFD_BEGIN, "frame work", b->at_ns - interval + 1, 0), 0);
        assert_int_equal(bench_mark(b, PERFD_COUNTER, "triangles", b->at_ns - 5 * MS, i * 7), 0);
        assert_int_equal(bench_mark(b, PERFD_END, "frame work", b->at_ns - 1 * MS, 0), 0);
        assert_int_equal(bench_feed(b, &tick), 0);
    }
}

static void play_session(struct bench *b, unsigned frames)
{
    bench_start(b, BUDGET);
    play_frames(b, frames);
    bench_stop(b);
}

static char *whole_trace(struct bench *b, uint64_t cap_bytes, struct perfd_trace_info *info)
{
    int result;
    char *trace = bench_trace(b, 0, cap_bytes, 4096, info, &result);

    assert_true(result > 0);
    assert_non_null(trace);
    return trace;
}

/* --- pulling --- */

static void every_buffer_size_gives_the_same_bytes(void **state)
{
    struct perfd_trace_info info, again;
    char *whole;
    int result;

    (void)state;
    play_session(&bench, 8);
    whole = whole_trace(&bench, 0, &info);
    assert_int_equal(strlen(whole), info.bytes);
    for (size_t chunk = 1; chunk <= info.bytes + 1; chunk++) {
        char *trace = bench_trace(&bench, 0, 0, chunk, &again, &result);

        assert_non_null(trace);
        assert_int_equal(again.bytes, info.bytes);
        assert_memory_equal(trace, whole, info.bytes);
        free(trace);
    }
    free(whole);
}

/* Reads at an offset, winding as long as it takes. */
static size_t read_at(int trace, uint64_t offset, char *buffer, size_t size)
{
    size_t got = 12345;
    int result = PERFD_MORE;

    for (unsigned calls = 0; result == PERFD_MORE; calls++) {
        assert_true(calls < 100000);
        result = perfd_trace_read(bench.perfd, (uint32_t)trace, offset, buffer, size, &got);
    }
    assert_int_equal(result, 0);
    return got;
}

static void any_order_gives_the_same_bytes(void **state)
{
    struct perfd_trace_info info;
    uint64_t random = 4711;
    char buffer[3000], *whole;
    int trace;

    (void)state;
    play_session(&bench, 40);
    whole = whole_trace(&bench, 1 << 20, &info);
    trace = bench_prepare(&bench, 0, 1 << 20);
    assert_true(trace > 0);
    for (unsigned i = 0; i < 3000; i++) {
        uint64_t offset = bench_random(&random) % (info.bytes + 1);
        size_t size = bench_random(&random) % sizeof buffer;
        size_t left = (size_t)(info.bytes - offset), got;

        got = read_at(trace, offset, buffer, size);
        assert_int_equal(got, size < left ? size : left);
        assert_memory_equal(buffer, whole + offset, got);
    }
    /* backwards, a byte at a time */
    for (uint64_t offset = info.bytes; offset-- > info.bytes - 500;) {
        assert_int_equal(read_at(trace, offset, buffer, 1), 1);
        assert_int_equal(buffer[0], whole[offset]);
    }
    free(whole);
}

static void the_end_and_beyond(void **state)
{
    struct perfd_trace_info info;
    char buffer[16], *whole;
    size_t got = 99;
    int trace;

    (void)state;
    play_session(&bench, 4);
    whole = whole_trace(&bench, 0, &info);
    trace = bench_prepare(&bench, 0, 0);
    assert_int_equal(read_at(trace, info.bytes, buffer, sizeof buffer), 0);
    assert_int_equal(read_at(trace, 0, buffer, 0), 0);
    assert_int_equal(
        perfd_trace_read(bench.perfd, (uint32_t)trace, info.bytes + 1, buffer, 16, &got),
        PERFD_INVALID);
    assert_int_equal(perfd_trace_read(bench.perfd, (uint32_t)trace, UINT64_MAX, buffer, 16, &got),
                     PERFD_INVALID);
    free(whole);
}

/* Same calls, same bytes: also where the arena held something else before. */
static void equal_input_gives_equal_bytes(void **state)
{
    const struct perfd_config config = PERFD_CONFIG_DEFAULT;
    size_t size = perfd_arena_bytes(&config);
    struct perfd_trace_info info, other_info;
    struct bench other = {0};
    char *first, *second;

    (void)state;
    play_session(&bench, 100);
    other.arena = malloc(size);
    assert_non_null(other.arena);
    memset(other.arena, 0x3c, size);
    other.port.now_ns = SECOND;
    assert_int_equal(perfd_init(&other.perfd, other.arena, size, &config, &other.port), 0);
    other.client = perfd_client_open(other.perfd);
    play_session(&other, 100);
    for (uint64_t cap = 8192; cap <= 131072; cap *= 2) {
        first = whole_trace(&bench, cap, &info);
        second = whole_trace(&other, cap, &other_info);
        assert_int_equal(info.bytes, other_info.bytes);
        assert_memory_equal(first, second, info.bytes);
        free(second);
        /* and a second time from the same tracer */
        second = whole_trace(&bench, cap, &other_info);
        assert_int_equal(info.bytes, other_info.bytes);
        assert_memory_equal(first, second, info.bytes);
        free(first);
        free(second);
    }
    bench_close(&other);
}

/* --- what may happen meanwhile --- */

static void recording_goes_on_while_a_trace_is_prepared_and_read(void **state)
{
    struct perfd_trace_info info, again;
    int trace, result = PERFD_MORE;
    char *quiet, *busy;
    size_t got = 1;

    (void)state;
    bench_start(&bench, BUDGET);
    play_frames(&bench, 60);
    quiet = whole_trace(&bench, 1 << 20, &info);
    trace = perfd_trace_begin(bench.perfd, 0, 1 << 20, bench.port.now_ns);
    assert_true(trace > 0);
    while (result == PERFD_MORE) {
        result = perfd_trace_step(bench.perfd, (uint32_t)trace);
        play_frames(&bench, 1);
    }
    assert_int_equal(result, 0);
    assert_int_equal(perfd_trace_info(bench.perfd, (uint32_t)trace, &again), 0);
    assert_int_equal(again.bytes, info.bytes);
    busy = malloc(again.bytes);
    assert_non_null(busy);
    for (uint64_t at = 0; got > 0; at += got) {
        size_t left = (size_t)(again.bytes - at);

        assert_int_equal(perfd_trace_read(bench.perfd, (uint32_t)trace, at, busy + at,
                                          left < 100 ? left : 100, &got),
                         0);
        play_frames(&bench, 1);
    }
    assert_memory_equal(busy, quiet, info.bytes);
    free(busy);
    free(quiet);
    /* the next one has what came meanwhile */
    quiet = whole_trace(&bench, 1 << 20, &again);
    assert_true(again.bytes > info.bytes);
    free(quiet);
    bench_stop(&bench);
}

/* A long session takes many steps, and the last of them comes. */
static void one_trace_at_a_time(void **state)
{
    int first, second, result = PERFD_MORE;
    struct perfd_trace_info info;
    char byte;
    size_t got;

    (void)state;
    play_session(&bench, 1200);
    first = perfd_trace_begin(bench.perfd, 0, 0, bench.port.now_ns);
    assert_true(first > 0);
    assert_int_equal(perfd_trace_begin(bench.perfd, 0, 0, bench.port.now_ns), PERFD_BUSY);
    assert_int_equal(perfd_export_begin(bench.perfd, 0, text(""), 0, bench.port.now_ns),
                     PERFD_BUSY);
    assert_int_equal(perfd_trace_read(bench.perfd, (uint32_t)first, 0, &byte, 1, &got), PERFD_BUSY);
    while (result == PERFD_MORE)
        result = perfd_trace_step(bench.perfd, (uint32_t)first);
    assert_int_equal(result, 0);
    assert_int_equal(perfd_trace_info(bench.perfd, (uint32_t)first, &info), 0);
    /* prepared: another may begin, and the id of the first is stale */
    second = bench_prepare(&bench, 0, 0);
    assert_true(second > 0 && second != first);
    assert_int_equal(perfd_trace_read(bench.perfd, (uint32_t)first, 0, &byte, 1, &got),
                     PERFD_NOT_FOUND);
    assert_int_equal(perfd_trace_step(bench.perfd, (uint32_t)first), PERFD_NOT_FOUND);
    assert_int_equal(perfd_trace_info(bench.perfd, (uint32_t)first, &info), PERFD_NOT_FOUND);
    assert_int_equal(perfd_trace_read(bench.perfd, (uint32_t)second, 0, &byte, 1, &got), 0);
    assert_int_equal(byte, '{');
}

static void ids_that_are_none(void **state)
{
    const uint32_t ids[] = {0, 1, 2, 77, UINT32_MAX};
    struct perfd_trace_info info;
    char byte;
    size_t got;

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_int_equal(perfd_trace_step(bench.perfd, ids[i]), PERFD_NOT_FOUND);
        assert_int_equal(perfd_trace_info(bench.perfd, ids[i], &info), PERFD_NOT_FOUND);
        assert_int_equal(perfd_trace_read(bench.perfd, ids[i], 0, &byte, 1, &got), PERFD_NOT_FOUND);
    }
    assert_int_equal(perfd_trace_begin(bench.perfd, 0, 0, bench.port.now_ns), PERFD_NOT_FOUND);
    assert_int_equal(perfd_trace_begin(bench.perfd, 5, 0, bench.port.now_ns), PERFD_NOT_FOUND);
    assert_int_equal(perfd_export_begin(bench.perfd, 0, text(""), 0, bench.port.now_ns),
                     PERFD_NOT_FOUND);
}

static void a_stop_makes_ids_stale(void **state)
{
    int trace;
    char byte;
    size_t got;

    (void)state;
    bench_start(&bench, BUDGET);
    play_frames(&bench, 10);
    trace = bench_prepare(&bench, 0, 0);
    assert_true(trace > 0);
    bench_stop(&bench);
    assert_int_equal(perfd_trace_read(bench.perfd, (uint32_t)trace, 0, &byte, 1, &got),
                     PERFD_NOT_FOUND);
}

/* A session stops while the trace of another is prepared: it gets one of its own afterwards. */
static void a_stop_while_a_trace_is_prepared(void **state)
{
    struct perfd_trace_info info;
    uint32_t first;
    char *trace;
    int id, result = PERFD_MORE;

    (void)state;
    play_session(&bench, 200);
    first = bench.session;
    bench_start(&bench, BUDGET);
    play_frames(&bench, 5);
    id = perfd_trace_begin(bench.perfd, first, 0, bench.port.now_ns);
    assert_true(id > 0);
    result = perfd_trace_step(bench.perfd, (uint32_t)id);
    bench_stop(&bench);
    while (result == PERFD_MORE)
        result = perfd_trace_step(bench.perfd, (uint32_t)id);
    assert_true(result == 0 || result == PERFD_NOT_FOUND);
    trace = whole_trace(&bench, 0, &info);
    assert_int_equal(info.session, bench.session);
    free(trace);
}

/* session 0: the last stopped, else the one running. */
static void which_session_is_meant(void **state)
{
    struct perfd_trace_info info;
    uint32_t first, second;

    (void)state;
    bench_start(&bench, BUDGET);
    first = bench.session;
    play_frames(&bench, 3);
    free(whole_trace(&bench, 0, &info));
    assert_int_equal(info.session, first);
    bench_start(&bench, BUDGET);
    second = bench.session;
    bench_stop(&bench);
    free(whole_trace(&bench, 0, &info));
    assert_int_equal(info.session, second);
}

/* --- caps --- */

/* Every cap: too big, or a trace within it; what is kept only grows with the cap. */
static void every_cap_is_kept(void **state)
{
    struct perfd_trace_info info, last = {.frames_dropped = UINT32_MAX};
    bool fitted = false;
    uint64_t whole;

    (void)state;
    play_session(&bench, 60);
    free(whole_trace(&bench, 1 << 24, &info));
    assert_false(info.truncated);
    assert_int_equal(info.frames_dropped, 0);
    assert_int_equal(info.records_dropped, 0);
    whole = info.bytes;
    for (uint64_t cap = 1; cap < whole + 200; cap += 7) {
        int trace = bench_prepare(&bench, 0, cap);

        if (trace < 0) {
            assert_int_equal(trace, PERFD_TOO_BIG);
            assert_false(fitted); /* what fits less fits more */
            continue;
        }
        fitted = true;
        assert_int_equal(perfd_trace_info(bench.perfd, (uint32_t)trace, &info), 0);
        assert_true(info.bytes <= cap);
        assert_true(info.truncated || info.frames_dropped + info.records_dropped == 0);
        assert_true(info.frames_dropped <= last.frames_dropped);
        assert_true(bench_health(&bench).ledger_balanced);
        last = info;
    }
    assert_true(fitted);
    /* a little less than the whole; the cap itself stands in the trace, with fewer digits than 2^24
     */
    free(whole_trace(&bench, whole - 10, &info));
    assert_true(info.truncated);
}

/* --- the job that writes a file --- */

/* Steps an export to its end; how often it had to wait for the port. */
static int export_to_the_end(const char *name, struct perfd_export_result *out, unsigned *waits)
{
    int result = perfd_export_begin(bench.perfd, 0, text(name), 0, bench.port.now_ns);

    *waits = 0;
    if (result < 0)
        return result;
    for (unsigned steps = 0; steps < 1000000; steps++) {
        result = perfd_export_step(bench.perfd, out);
        if (result == PERFD_WAIT)
            ++*waits;
        else if (result != PERFD_MORE)
            return result;
    }
    fail_msg("the export does not end");
    return PERFD_IO;
}

static void an_export_is_the_trace(void **state)
{
    struct perfd_export_result result;
    struct perfd_trace_info info;
    unsigned waits;
    char *trace;

    (void)state;
    play_session(&bench, 100); /* 1 s + 90 * 10 ms + 10 * 25 ms = 2.15 s */
    trace = whole_trace(&bench, 0, &info);
    assert_int_equal(export_to_the_end("", &result, &waits), 0);
    assert_int_equal(result.trace.bytes, info.bytes);
    assert_int_equal(result.trace.session, bench.session);
    assert_string_equal(result.uri, "memory://test-2150.json");
    assert_string_equal(bench.port.done.name, "test");
    assert_int_equal(bench.port.done.ts_ms, 2150);
    assert_int_equal(bench.port.done.length, info.bytes);
    assert_memory_equal(bench.port.done.bytes, trace, info.bytes);
    assert_int_equal(memory_port_count(&bench.port, "perf: trace memory://test-2150.json"), 1);
    free(trace);
    /* under another name */
    assert_int_equal(export_to_the_end("other.name", &result, &waits), 0);
    assert_string_equal(result.uri, "memory://other.name-2150.json");
}

static void an_exports_name_is_checked(void **state)
{
    const char *const bad[] = {
        ".",   ".hidden", "a/b", "../x",
        "a b", "a\n",     "%2e", "1234567890123456789012345678901234567890123456789"};

    (void)state;
    play_session(&bench, 3);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(perfd_export_begin(bench.perfd, 0, text(bad[i]), 0, bench.port.now_ns),
                         PERFD_INVALID);
    assert_int_equal(bench.port.opens, 0);
}

static void a_busy_disk_is_waited_for(void **state)
{
    struct perfd_export_result result;
    struct perfd_trace_info info;
    unsigned waits;
    char *trace;

    (void)state;
    play_session(&bench, 50);
    trace = whole_trace(&bench, 0, &info);
    bench.port.faults =
        (struct memory_faults){.write_busy = 3, .write_at_most = 7, .commit_busy = 5};
    assert_int_equal(export_to_the_end("", &result, &waits), 0);
    assert_true(waits >= 3 + 5);
    assert_int_equal(bench.port.done.length, info.bytes);
    assert_memory_equal(bench.port.done.bytes, trace, info.bytes);
    free(trace);
}

/* While the disk is busy, frames are counted, and a second export is refused. */
static void an_export_does_not_hold_up_frames(void **state)
{
    struct perfd_export_result result;
    int step = PERFD_MORE;
    struct perfd_metrics m;

    (void)state;
    play_session(&bench, 50);
    bench_start(&bench, BUDGET);
    bench.port.faults.write_busy = 100;
    assert_int_equal(perfd_export_begin(bench.perfd, 0, text(""), 0, bench.port.now_ns), 0);
    for (unsigned i = 0; i < 500; i++) {
        step = perfd_export_step(bench.perfd, &result);
        assert_true(step == PERFD_MORE || step == PERFD_WAIT);
        bench_after(&bench, 10 * MS);
        assert_int_equal(perfd_export_begin(bench.perfd, 0, text(""), 0, bench.port.now_ns),
                         PERFD_BUSY);
        assert_int_equal(perfd_trace_begin(bench.perfd, 0, 0, bench.port.now_ns), PERFD_BUSY);
    }
    m = bench_metrics(&bench);
    assert_int_equal(m.frames, 500);
    assert_int_equal(m.milli_fps, 100000);
    perfd_export_cancel(bench.perfd);
    assert_false(bench.port.is_open);
    /* after that, everything is free again */
    bench.port.faults.write_busy = 0;
    bench_stop(&bench);
    assert_true(bench_prepare(&bench, 0, 0) > 0);
}

static void failures_leave_nothing_behind(void **state)
{
    const struct memory_faults faults[] = {
        {.open_error = PERFD_NO_SPACE},
        {.open_error = PERFD_UNSUPPORTED},
        {.write_error = PERFD_NO_SPACE},
        {.write_error = PERFD_IO, .write_error_after = 1000, .write_at_most = 100},
        {.write_error = PERFD_NO_SPACE, .write_error_after = 100, .write_busy = 2},
        {.commit_error = PERFD_IO, .commit_busy = 2},
        {.commit_error = PERFD_NO_SPACE},
    };

    (void)state;
    play_session(&bench, 50);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct perfd_export_result result;
        unsigned waits;
        int expected = faults[i].open_error + faults[i].write_error + faults[i].commit_error;

        bench.port.faults = faults[i];
        assert_int_equal(export_to_the_end("", &result, &waits), expected);
        assert_false(bench.port.is_open);
        assert_null(bench.port.done.bytes);
        assert_int_equal(memory_port_count_prefix(&bench.port, "perf: trace"), 0);
        assert_true(bench_health(&bench).ledger_balanced);
    }
    /* and the next one works */
    memset(&bench.port.faults, 0, sizeof bench.port.faults);
    {
        struct perfd_export_result result;
        unsigned waits;

        assert_int_equal(export_to_the_end("", &result, &waits), 0);
        assert_int_equal(memory_port_count_prefix(&bench.port, "perf: trace"), 1);
    }
}

static void an_export_that_does_not_fit(void **state)
{
    struct perfd_export_result result;
    int step = PERFD_MORE;

    (void)state;
    play_session(&bench, 10);
    assert_int_equal(perfd_export_begin(bench.perfd, 0, text(""), 100, bench.port.now_ns), 0);
    while (step == PERFD_MORE || step == PERFD_WAIT)
        step = perfd_export_step(bench.perfd, &result);
    assert_int_equal(step, PERFD_TOO_BIG);
    assert_int_equal(bench.port.opens, 0);
    assert_true(bench_prepare(&bench, 0, 0) > 0);
}

static void cancelling_nothing(void **state)
{
    struct perfd_export_result result;

    (void)state;
    perfd_export_cancel(bench.perfd);
    assert_true(perfd_export_step(bench.perfd, &result) < 0);
    play_session(&bench, 3);
    assert_true(perfd_export_begin(bench.perfd, 0, text(""), 0, bench.port.now_ns) == 0);
    perfd_export_cancel(bench.perfd);
    assert_true(perfd_export_step(bench.perfd, &result) < 0);
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: trace"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_buffer_size_gives_the_same_bytes),
        TEST(any_order_gives_the_same_bytes),
        TEST(the_end_and_beyond),
        TEST(equal_input_gives_equal_bytes),
        TEST(recording_goes_on_while_a_trace_is_prepared_and_read),
        TEST(one_trace_at_a_time),
        TEST(ids_that_are_none),
        TEST(a_stop_makes_ids_stale),
        TEST(a_stop_while_a_trace_is_prepared),
        TEST(which_session_is_meant),
        TEST(every_cap_is_kept),
        TEST(an_export_is_the_trace),
        TEST(an_exports_name_is_checked),
        TEST(a_busy_disk_is_waited_for),
        TEST(an_export_does_not_hold_up_frames),
        TEST(failures_leave_nothing_behind),
        TEST(an_export_that_does_not_fit),
        TEST(cancelling_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
