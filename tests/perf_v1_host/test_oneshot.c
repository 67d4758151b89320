/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions that keep the oldest: frames, marks and traces when there is no room for all. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Eight frames; a lane of 16 records by default. */
static const struct perfd_config little = {
    .sessions = 2,
    .frames = 8,
    .lanes = 4,
    .lane_records = 64,
    .labels = 64,
    .label_text_bytes = 1024,
    .clients = 4,
    .client_labels = 64,
    .span_depth = 8,
    .export_bytes = 65536,
};

static void start(struct bench *bench, const struct perfd_config *config, bool oneshot)
{
    const struct perfd_start request = {
        .name = text("boot"), .budget_ns = 10 * MS, .oneshot = oneshot};

    bench_open(bench, config);
    bench_start_with(bench, &request);
}

static char *whole_trace(struct bench *bench, uint64_t cap_bytes, struct perfd_trace_info *info)
{
    int result;
    char *trace = bench_trace(bench, 0, cap_bytes, 4096, info, &result);

    assert_non_null(trace);
    assert_true(cap_bytes == 0 || strlen(trace) <= cap_bytes);
    return trace;
}

/* How many values of the counter n, from `from` on and without a gap, the trace has; and no others.
 */
static unsigned values_from(const char *trace, unsigned from)
{
    unsigned all = 0, in_a_row = 0;
    char value[32];

    for (const char *at = trace; (at = strstr(at, "\"value\":")) != NULL; at++)
        all++;
    do
        snprintf(value, sizeof value, "\"value\":%u}", from + in_a_row++);
    while (strstr(trace, value) != NULL);
    assert_int_equal(in_a_row - 1, all);
    return all;
}

static int count(struct bench *bench, unsigned value)
{
    bench->port.now_ns += US;
    return bench_mark(bench, PERFD_COUNTER, "n", bench->port.now_ns, value);
}

/* --- Frames ----------------------------------------------------------------------------------- */

static void the_first_frames_stay(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;

    (void)state;
    start(&bench, &little, true);
    for (int i = 0; i < 8; i++)
        bench_after(&bench, 10 * MS);
    for (int i = 0; i < 4; i++) {
        struct perfd_tick tick = bench_frame(&bench, 100 * MS);
        assert_int_equal(bench_feed(&bench, &tick), PERFD_NO_SPACE);
    }
    /* Nothing of the four is in a figure, nor is a frame that was thrown away. */
    struct perfd_tick thrown_away = bench_frame(&bench, 100 * MS);
    thrown_away.presented = false;
    assert_int_equal(bench_feed(&bench, &thrown_away), PERFD_NO_SPACE);
    struct perfd_metrics m = bench_stop(&bench);
    assert_int_equal(m.session_frames, 8);
    assert_int_equal(m.longest_ns, 10 * MS);
    assert_int_equal(m.jank_dropped, 0);
    char *trace = whole_trace(&bench, 0, &info);
    assert_non_null(strstr(trace, "\"frameId\":2}"));
    assert_non_null(strstr(trace, "\"frameId\":8}"));
    assert_null(strstr(trace, "\"frameId\":9}"));
    assert_non_null(strstr(trace, "\"oneshot\":{\"framesRefused\":5}"));
    assert_false(info.truncated);
    free(trace);
    bench_close(&bench);
}

static void another_session_keeps_its_newest(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;

    (void)state;
    start(&bench, &little, false);
    for (int i = 0; i < 12; i++)
        bench_after(&bench, 10 * MS);
    (void)bench_stop(&bench);
    char *trace = whole_trace(&bench, 0, &info);
    assert_null(strstr(trace, "\"frameId\":4}"));
    assert_non_null(strstr(trace, "\"frameId\":12}"));
    assert_null(strstr(trace, "oneshot"));
    free(trace);
    bench_close(&bench);
}

/* --- Marks ------------------------------------------------------------------------------------ */

static void the_first_marks_stay(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;

    (void)state;
    /* A counter takes two of the sixteen slots. */
    start(&bench, &little, true);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(count(&bench, i), i < 8 ? PERFD_OK : PERFD_NO_SPACE);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 20);
    assert_int_equal(health.resident, 8);
    assert_int_equal(health.overwritten, 0);
    assert_int_equal(health.dropped_rate, 12);
    assert_true(health.ledger_balanced);
    assert_int_equal(health.rejected[PERFD_REJECT_RATE_LIMITED], 0);
    (void)bench_stop(&bench);
    char *trace = whole_trace(&bench, 0, &info);
    assert_int_equal(values_from(trace, 0), 8);
    /* The loss is where the last one was refused: at 20 us. */
    assert_non_null(strstr(trace, "{\"name\":\"lost\",\"ph\":\"i\",\"ts\":20.000,"));
    assert_non_null(strstr(trace, "\"args\":{\"count\":12,\"reason\":\"dropped\"}}"));
    free(trace);
    bench_close(&bench);
}

static void what_is_older_than_the_session_makes_way(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;
    const struct perfd_start request = {
        .name = text("boot"), .budget_ns = 10 * MS, .oneshot = true};

    (void)state;
    start(&bench, &little, false);
    for (unsigned i = 100; i < 120; i++)
        assert_int_equal(count(&bench, i), PERFD_OK);
    (void)bench_stop(&bench);
    bench.port.now_ns += MS;
    bench_start_with(&bench, &request);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(count(&bench, i), i < 8 ? PERFD_OK : PERFD_NO_SPACE);
    (void)bench_stop(&bench);
    char *trace = whole_trace(&bench, 0, &info);
    assert_int_equal(values_from(trace, 0), 8);
    free(trace);
    /* And when it is over, the newest overwrite the oldest as ever. */
    bench_start(&bench, 10 * MS);
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(count(&bench, i), PERFD_OK);
    (void)bench_stop(&bench);
    trace = whole_trace(&bench, 0, &info);
    assert_int_equal(values_from(trace, 22), 8);
    free(trace);
    bench_close(&bench);
}

/* --- Traces ----------------------------------------------------------------------------------- */

static void a_cut_takes_the_newest_marks(void **state)
{
    (void)state;
    for (int oneshot = 0; oneshot <= 1; oneshot++) {
        struct bench bench;
        struct perfd_trace_info info;

        start(&bench, NULL, oneshot != 0);
        for (unsigned i = 0; i < 400; i++)
            assert_int_equal(count(&bench, i), PERFD_OK);
        (void)bench_stop(&bench);
        char *trace = whole_trace(&bench, 12000, &info);
        unsigned kept = 400 - (unsigned)info.records_dropped;
        assert_true(info.truncated && kept > 50 && kept < 350);
        assert_int_equal(values_from(trace, oneshot != 0 ? 0 : 400 - kept), kept);
        /* One more would not have fitted: an event is less than 100 bytes. */
        assert_true(strlen(trace) > 12000 - 200);
        free(trace);
        bench_close(&bench);
    }
}

/* 60 frames of 10 ms, a counter in each; the 20th and the 40th take 30 ms. */
static void sixty_frames(struct bench *bench)
{
    for (unsigned i = 1; i <= 60; i++) {
        uint64_t interval_ns = i % 20 == 0 && i < 60 ? 30 * MS : 10 * MS;
        assert_int_equal(count(bench, i), PERFD_OK);
        bench_after(bench, interval_ns);
        bench->port.now_ns = bench->at_ns;
    }
    (void)bench_stop(bench);
}

static bool has_value(const char *trace, unsigned i)
{
    char value[32];

    snprintf(value, sizeof value, "\"value\":%u}", i);
    return strstr(trace, value) != NULL;
}

static bool has_frame(const char *trace, unsigned i)
{
    char frame[64];

    snprintf(frame, sizeof frame, "\"args\":{\"frameId\":%u", i);
    return strstr(trace, frame) != NULL;
}

/* First the details of frames that are not janky go, and then whole frames: the newest first. */
static void a_cut_takes_the_newest_frames(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;

    (void)state;
    start(&bench, NULL, true);
    sixty_frames(&bench);
    char *whole = whole_trace(&bench, 0, &info);
    uint64_t bytes = strlen(whole);
    free(whole);

    /* A frame's details are its counter and two of its own: under 300 bytes. 3,000 are ten frames'.
     */
    char *trace = whole_trace(&bench, bytes - 3000, &info);
    assert_int_equal(info.frames_dropped, 0);
    assert_true(has_value(trace, 1) && has_value(trace, 40) && !has_value(trace, 60));
    assert_true(has_frame(trace, 60));
    free(trace);

    /* All details but those of the janky ones, and most frames. */
    trace = whole_trace(&bench, 8000, &info);
    assert_true(info.frames_dropped > 5 && info.frames_dropped < 55);
    unsigned kept = 60 - info.frames_dropped;
    assert_false(has_value(trace, 1));
    assert_true(has_value(trace, 20) == (kept >= 20));
    for (unsigned i = 2; i <= 60; i++)
        assert_true(has_frame(trace, i) == (i <= kept));
    free(trace);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_frames_stay),
        cmocka_unit_test(another_session_keeps_its_newest),
        cmocka_unit_test(the_first_marks_stay),
        cmocka_unit_test(what_is_older_than_the_session_makes_way),
        cmocka_unit_test(a_cut_takes_the_newest_marks),
        cmocka_unit_test(a_cut_takes_the_newest_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
