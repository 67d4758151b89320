/* SPDX-License-Identifier: Apache-2.0 */
/* What is no interval, and what is no frame: idle gaps, warm-up, refused ticks. Definitions:
 * docs/perf/metrics.md. */
#include "fixture.h"

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

static void start(uint64_t idle_gap_ns, uint32_t warmup_frames)
{
    struct perfd_start with = {.name = text("test"),
                               .budget_ns = BUDGET,
                               .idle_gap_ns = idle_gap_ns,
                               .warmup_frames = warmup_frames};

    bench_start_with(&bench, &with);
}

static int feed_after_idle(uint64_t after_ns)
{
    struct perfd_tick tick = bench_frame(&bench, after_ns);

    tick.after_idle = true;
    return bench_feed(&bench, &tick);
}

/* --- idle --- */

static void a_gap_after_idle_is_no_interval(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(0, 0);
    bench_after(&bench, MS);
    bench_after(&bench, 10 * MS);
    assert_int_equal(feed_after_idle(500 * MS), 0);
    bench_after(&bench, 12 * MS);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 4);
    assert_int_equal(m.avg_ns, 11 * MS); /* of 10 and 12 */
    assert_int_equal(m.longest_ns, 12 * MS);
    assert_int_equal(m.session_ns, 22 * MS);
    assert_int_equal(m.milli_fps, 90909); /* 2 / 22 ms = 90.90909 */
    assert_int_equal(m.long_frames, 0);
    assert_int_equal(m.dropped, 0);
    assert_int_equal(m.jank_unknown, 0);
}

/* Only frames after idle: frames, but not one interval. */
static void all_after_idle_has_no_intervals(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(0, 0);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(feed_after_idle(50 * MS), 0);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 5);
    assert_false(m.has_intervals);
    assert_int_equal(m.milli_fps + m.avg_ns + m.p50_ns + m.p999_ns + m.longest_ns, 0);
    assert_int_equal(m.low1_milli_fps, 0);
}

static void a_gap_above_the_idle_gap_is_no_interval(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(100 * MS, 0);
    bench_after(&bench, MS);
    bench_after(&bench, 100 * MS); /* not above */
    bench_after(&bench, 100 * MS + 1);
    bench_after(&bench, 10 * MS);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 4);
    assert_int_equal(m.session_ns, 110 * MS);
    assert_int_equal(m.longest_ns, 100 * MS);
    assert_int_equal(m.long_frames, 1);
    assert_int_equal(m.dropped, 9); /* of the 100 ms: 210 / 20 = 10, less 1 */
    assert_int_equal(m.jank_unknown, 1);
}

static void after_idle_frames_are_never_janky(void **state)
{
    struct perfd_tick tick;
    struct perfd_metrics m;

    (void)state;
    start(0, 0);
    bench_after(&bench, MS);
    tick = bench_frame(&bench, 50 * MS);
    tick.after_idle = true;
    tick.phase_ns[PERFD_UI] = 30 * MS;
    tick.deadline_at_ns = tick.presented_at_ns - 20 * MS;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    m = bench_stop(&bench);
    assert_int_equal(m.jank_app + m.jank_pipeline + m.jank_unknown, 0);
    /* its work counts, over the budget as it was */
    assert_int_equal(m.work_avg_ns, 30 * MS);
    assert_int_equal(m.over_budget, 1);
}

static void thrown_away_before_an_idle_frame_still_count(void **state)
{
    (void)state;
    start(0, 0);
    bench_after(&bench, MS);
    bench_throw_away(&bench, 2);
    assert_int_equal(feed_after_idle(500 * MS), 0);
    assert_int_equal(bench_stop(&bench).dropped, 2);
}

/* --- warm-up --- */

/* Three warm-up ticks: the interval into the fourth counts, those before do not. */
static void warm_up_is_left_out(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(0, 3);
    bench_after(&bench, MS);
    bench_after(&bench, 90 * MS);
    bench_after(&bench, 80 * MS);
    m = bench_metrics(&bench);
    assert_int_equal(m.frames, 0);
    assert_int_equal(m.session_frames, 0);
    assert_false(m.has_intervals);
    assert_int_equal(m.dropped + m.long_frames + m.jank_unknown, 0);
    bench_after(&bench, 20 * MS);
    m = bench_metrics(&bench);
    assert_int_equal(m.frames, 1);
    assert_true(m.has_intervals);
    assert_int_equal(m.avg_ns, 20 * MS);
    assert_int_equal(m.dropped, 1);
    bench_after(&bench, 10 * MS);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 2);
    assert_int_equal(m.session_frames, 2);
    assert_int_equal(m.avg_ns, 15 * MS);
    assert_int_equal(m.longest_ns, 20 * MS);
    assert_int_equal(m.session_longest_ns, 20 * MS);
    assert_int_equal(m.session_ns, 30 * MS);
    assert_int_equal(m.long_frames, 1);
    assert_int_equal(m.session_long, 1);
    assert_int_equal(m.jank_unknown, 1);
}

/* Ticks are counted, presented or not: shown, thrown away, thrown away are the three. */
static void warm_up_counts_thrown_away_ticks(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(0, 3);
    bench_after(&bench, MS);
    bench_throw_away(&bench, 2);
    bench_after(&bench, 10 * MS);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 1);
    assert_int_equal(m.dropped, 0); /* both were in the warm-up */
    assert_int_equal(m.session_dropped, 0);
    assert_int_equal(m.jank_dropped, 0);
    assert_int_equal(m.avg_ns, 10 * MS);
}

/* The third of three thrown-away ticks is past a warm-up of 3 (shown, thrown, thrown | thrown). */
static void warm_up_ends_among_thrown_away_ticks(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(0, 3);
    bench_after(&bench, MS);
    bench_throw_away(&bench, 3);
    bench_after(&bench, 10 * MS);
    m = bench_stop(&bench);
    assert_int_equal(m.dropped, 1);
    assert_int_equal(m.jank_dropped, 1);
}

static void warm_up_leaves_out_work_latency_and_late(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(0, 2);
    for (unsigned i = 0; i < 3; i++) {
        struct perfd_tick tick = bench_frame(&bench, 10 * MS);

        tick.phase_ns[PERFD_LAYOUT] = i < 2 ? 40 * MS : 5 * MS;
        tick.input_at_ns = tick.presented_at_ns - (i < 2 ? 9 * MS : 3 * MS);
        tick.deadline_at_ns = tick.presented_at_ns - (i < 2 ? 9 * MS : 0);
        assert_int_equal(bench_feed(&bench, &tick), 0);
    }
    m = bench_phases(&bench);
    assert_int_equal(m.work_avg_ns, 5 * MS);
    assert_int_equal(m.work_p99_ns, 5 * MS);
    assert_int_equal(m.over_budget, 0);
    assert_int_equal(m.latency_count, 1);
    assert_int_equal(m.latency_p99_ns, 3 * MS);
    assert_int_equal(m.late, 0);
    assert_int_equal(m.session_late, 0);
    assert_int_equal(m.phase[PERFD_LAYOUT].avg_ns, 5 * MS);
    assert_int_equal(m.phase[PERFD_LAYOUT].worst_ns, 5 * MS);
    bench_stop(&bench);
}

static void a_session_that_ends_in_its_warm_up(void **state)
{
    struct perfd_metrics m;

    (void)state;
    start(0, 1000);
    for (unsigned i = 0; i < 10; i++)
        bench_after(&bench, 50 * MS);
    bench_throw_away(&bench, 3);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 0);
    assert_int_equal(m.session_frames, 0);
    assert_int_equal(m.session_dropped, 0);
    assert_int_equal(m.jank_dropped, 0);
    assert_false(m.has_intervals);
    assert_int_equal(memory_port_count(&bench.port, "perf: stop test fps=- p95=- long=0"), 1);
}

/* --- refused ticks --- */

/* The figures and the number of frames of before, after a tick was refused with this error. */
static void assert_refused(const struct perfd_tick *tick, int error)
{
    struct perfd_metrics before = bench_metrics(&bench), after;
    struct perfd_frame_sample samples[8];
    uint64_t missed;
    int frames =
        perfd_read_frames(bench.perfd, bench.client, bench.session, 0, samples, 8, &missed);

    assert_int_equal(perfd_tick(bench.perfd, bench.client, tick, bench.port.now_ns), error);
    after = bench_metrics(&bench);
    assert_int_equal(after.frames, before.frames);
    assert_int_equal(after.session_frames, before.session_frames);
    assert_int_equal(after.session_ns, before.session_ns);
    assert_int_equal(after.longest_ns, before.longest_ns);
    assert_int_equal(after.work_avg_ns, before.work_avg_ns);
    assert_int_equal(after.latency_count, before.latency_count);
    assert_int_equal(
        perfd_read_frames(bench.perfd, bench.client, bench.session, 0, samples, 8, &missed),
        frames);
}

static void time_must_advance(void **state)
{
    struct perfd_tick tick = {.presented = true};
    struct perfd_metrics m;

    (void)state;
    start(0, 0);
    bench_after(&bench, 10 * MS);
    bench_after(&bench, 10 * MS);
    tick.session = bench.session;
    tick.frame_id = 3;
    tick.presented_at_ns = bench.at_ns; /* the same time */
    assert_refused(&tick, PERFD_INVALID);
    assert_int_equal(bench_health(&bench).ticks_backwards, 1);
    tick.presented_at_ns = bench.at_ns - 1;
    assert_refused(&tick, PERFD_INVALID);
    tick.presented_at_ns = 1;
    assert_refused(&tick, PERFD_INVALID);
    assert_int_equal(bench_health(&bench).ticks_backwards, 3);
    assert_int_equal(bench_health(&bench).ticks_future, 0);
    /* its id was not used up, and the next interval is from the last frame that was taken */
    tick.presented_at_ns = bench.at_ns + 30 * MS;
    bench.port.now_ns = tick.presented_at_ns;
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns), 0);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 3);
    assert_int_equal(m.longest_ns, 30 * MS);
}

static void the_future_ends_in_a_second(void **state)
{
    struct perfd_tick tick = {.presented = true, .frame_id = 2};

    (void)state;
    start(0, 0);
    bench_after(&bench, 10 * MS);
    tick.session = bench.session;
    tick.presented_at_ns = bench.port.now_ns + SECOND + 1;
    assert_refused(&tick, PERFD_INVALID);
    tick.presented_at_ns = UINT64_MAX;
    assert_refused(&tick, PERFD_INVALID);
    assert_int_equal(bench_health(&bench).ticks_future, 2);
    assert_int_equal(bench_health(&bench).ticks_backwards, 0);
    tick.presented_at_ns = bench.port.now_ns + SECOND;
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns), 0);
    assert_int_equal(bench_stop(&bench).longest_ns, SECOND);
}

/* A clock near its end: now + 1 s does not wrap. */
static void the_end_of_time(void **state)
{
    struct perfd_tick tick = {.presented = true, .frame_id = 1};
    struct perfd_metrics m;

    (void)state;
    bench.port.now_ns = UINT64_MAX - 10 * MS;
    start(0, 0);
    tick.session = bench.session;
    tick.presented_at_ns = UINT64_MAX - 8 * MS;
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns), 0);
    tick.frame_id = 2;
    tick.presented_at_ns = UINT64_MAX;
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns), 0);
    m = bench_metrics(&bench);
    assert_int_equal(m.frames, 2);
    assert_int_equal(m.longest_ns, 8 * MS);
    tick.frame_id = 3;
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, UINT64_MAX), PERFD_INVALID);
    bench.port.now_ns = UINT64_MAX;
    bench_stop(&bench);
}

/* presented_at_ns of 0 is now. */
static void zero_is_now(void **state)
{
    struct perfd_tick tick = {.presented = true, .frame_id = 1};
    struct perfd_metrics m;

    (void)state;
    start(0, 0);
    tick.session = bench.session;
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns + 3 * MS), 0);
    tick.frame_id = 2;
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns + 16 * MS), 0);
    tick.frame_id = 3; /* no time has passed */
    assert_int_equal(perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns + 16 * MS),
                     PERFD_INVALID);
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 2);
    assert_int_equal(m.longest_ns, 13 * MS);
}

static void the_id_must_advance(void **state)
{
    struct perfd_tick tick;

    (void)state;
    start(0, 0);
    bench.frame_id = 41;
    bench_after(&bench, 10 * MS); /* 42 */
    tick = bench_frame(&bench, 10 * MS);
    bench.port.now_ns = bench.at_ns;
    tick.frame_id = 42;
    assert_refused(&tick, PERFD_INVALID);
    tick.frame_id = 0;
    assert_refused(&tick, PERFD_INVALID);
    tick.presented = false; /* a thrown-away frame has an id of its own, too */
    assert_refused(&tick, PERFD_INVALID);
    tick.presented = true;
    tick.frame_id = UINT64_MAX; /* gaps are fine */
    assert_int_equal(bench_feed(&bench, &tick), 0);
    tick.presented_at_ns += MS;
    bench.port.now_ns += MS;
    assert_refused(&tick, PERFD_INVALID); /* none is left */
    bench_stop(&bench);
}

static void thrown_away_frames_use_up_their_ids(void **state)
{
    struct perfd_tick tick;

    (void)state;
    start(0, 0);
    bench_after(&bench, 10 * MS);
    bench_throw_away(&bench, 1); /* 2 */
    tick = bench_frame(&bench, 10 * MS);
    bench.port.now_ns = bench.at_ns;
    tick.frame_id = 2;
    assert_refused(&tick, PERFD_INVALID);
    bench_stop(&bench);
}

static void budgets_have_a_range(void **state)
{
    struct perfd_tick tick;
    uint64_t refused = bench_health(&bench).ticks_invalid;

    (void)state;
    start(0, 0);
    bench_after(&bench, 10 * MS);
    tick = bench_frame(&bench, 10 * MS);
    bench.port.now_ns = bench.at_ns;
    tick.budget_ns = 999;
    assert_refused(&tick, PERFD_INVALID);
    tick.budget_ns = 10 * SECOND + 1;
    assert_refused(&tick, PERFD_INVALID);
    tick.budget_ns = UINT64_MAX;
    assert_refused(&tick, PERFD_INVALID);
    assert_int_equal(bench_health(&bench).ticks_invalid, refused + 3);
    tick.budget_ns = 1000;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    /* (20,000 + 1) / 2 = 10,000 budgets of a microsecond, less 1 */
    assert_int_equal(bench_metrics(&bench).dropped, 9999);
    tick = bench_frame(&bench, 10 * MS);
    tick.budget_ns = 10 * SECOND;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    bench_stop(&bench);
}

static void phases_that_sum_past_64_bits(void **state)
{
    struct perfd_tick tick;

    (void)state;
    start(0, 0);
    bench_after(&bench, 10 * MS);
    tick = bench_frame(&bench, 10 * MS);
    bench.port.now_ns = bench.at_ns;
    tick.phase_ns[PERFD_UI] = UINT64_MAX;
    tick.phase_ns[PERFD_PRESENT] = 1;
    assert_refused(&tick, PERFD_INVALID);
    tick.phase_ns[PERFD_UI] = UINT64_C(1) << 63;
    tick.phase_ns[PERFD_LAYOUT] = UINT64_C(1) << 63;
    assert_refused(&tick, PERFD_INVALID);
    bench_stop(&bench);
}

static void input_and_beginning_are_not_after_the_presentation(void **state)
{
    struct perfd_tick tick;

    (void)state;
    start(0, 0);
    bench_after(&bench, 10 * MS);
    tick = bench_frame(&bench, 10 * MS);
    bench.port.now_ns = bench.at_ns;
    tick.input_at_ns = tick.presented_at_ns + 1;
    assert_refused(&tick, PERFD_INVALID);
    tick.input_at_ns = 0;
    tick.began_at_ns = tick.presented_at_ns + 1;
    assert_refused(&tick, PERFD_INVALID);
    tick.began_at_ns = tick.presented_at_ns;
    tick.input_at_ns = tick.presented_at_ns;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(bench_metrics(&bench).latency_count, 1);
    assert_int_equal(bench_metrics(&bench).latency_p50_ns, 0);
    bench_stop(&bench);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_gap_after_idle_is_no_interval),
        TEST(all_after_idle_has_no_intervals),
        TEST(a_gap_above_the_idle_gap_is_no_interval),
        TEST(after_idle_frames_are_never_janky),
        TEST(thrown_away_before_an_idle_frame_still_count),
        TEST(warm_up_is_left_out),
        TEST(warm_up_counts_thrown_away_ticks),
        TEST(warm_up_ends_among_thrown_away_ticks),
        TEST(warm_up_leaves_out_work_latency_and_late),
        TEST(a_session_that_ends_in_its_warm_up),
        TEST(time_must_advance),
        TEST(the_future_ends_in_a_second),
        TEST(the_end_of_time),
        TEST(zero_is_now),
        TEST(the_id_must_advance),
        TEST(thrown_away_frames_use_up_their_ids),
        TEST(budgets_have_a_range),
        TEST(phases_that_sum_past_64_bits),
        TEST(input_and_beginning_are_not_after_the_presentation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
