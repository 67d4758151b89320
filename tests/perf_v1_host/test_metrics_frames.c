/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted frame by frame: long, dropped, late, work, latency, jank. Definitions:
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

/* A new session with its first frame shown. */
static void begin(uint64_t budget_ns)
{
    bench_start(&bench, budget_ns);
    bench_after(&bench, MS);
}

static struct perfd_metrics end(void)
{
    return bench_stop(&bench);
}

/* --- long --- */

static uint64_t long_of(uint64_t budget_ns, uint64_t long_frame_ns, uint64_t interval_ns)
{
    struct perfd_start start = {
        .name = text("long"), .budget_ns = budget_ns, .long_frame_ns = long_frame_ns};
    struct perfd_metrics m;

    bench_start_with(&bench, &start);
    bench_after(&bench, MS);
    bench_after(&bench, interval_ns);
    m = end();
    assert_int_equal(m.long_frames, m.session_long);
    return m.long_frames;
}

static void long_is_three_halves_of_the_budget(void **state)
{
    (void)state;
    assert_int_equal(long_of(BUDGET, 0, 15 * MS - 1), 0);
    assert_int_equal(long_of(BUDGET, 0, 15 * MS), 1);
    /* 3/2 of 16,666,667 is 25,000,000.5: rounded up */
    assert_int_equal(long_of(16666667, 0, 25000000), 0);
    assert_int_equal(long_of(16666667, 0, 25000001), 1);
}

static void long_frame_ns_in_force_is_reported(void **state)
{
    struct perfd_start start = {.name = text("l"), .budget_ns = 16666667};

    (void)state;
    bench_start_with(&bench, &start);
    assert_int_equal(bench_metrics(&bench).long_frame_ns, 25000001);
    assert_int_equal(end().long_frame_ns, 25000001);
    start.long_frame_ns = 16666668;
    bench_start_with(&bench, &start);
    assert_int_equal(bench_metrics(&bench).long_frame_ns, 16666668);
    end();
}

/* long_frame_ns = budget + 1: every frame over budget. */
static void long_by_own_limit(void **state)
{
    (void)state;
    assert_int_equal(long_of(BUDGET, BUDGET + 1, BUDGET), 0);
    assert_int_equal(long_of(BUDGET, BUDGET + 1, BUDGET + 1), 1);
    assert_int_equal(long_of(BUDGET, 100 * MS, 99999999), 0);
    assert_int_equal(long_of(BUDGET, 100 * MS, 100 * MS), 1);
}

static void long_follows_the_frames_budget(void **state)
{
    struct perfd_tick tick;
    struct perfd_metrics m;

    (void)state;
    begin(BUDGET);
    tick = bench_frame(&bench, 25 * MS);
    tick.budget_ns = 20 * MS; /* 3/2: 30 ms */
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(bench_metrics(&bench).long_frames, 0);
    tick = bench_frame(&bench, 12 * MS);
    tick.budget_ns = 8 * MS; /* 3/2: 12 ms */
    assert_int_equal(bench_feed(&bench, &tick), 0);
    m = bench_metrics(&bench);
    assert_int_equal(m.long_frames, 1);
    assert_int_equal(m.budget_ns, BUDGET);
    assert_int_equal(m.long_frame_ns, 15 * MS);
    end();
}

/* --- dropped --- */

/* `thrown` frames thrown away, then one shown after interval_ns. */
static uint64_t dropped_of(uint64_t budget_ns, unsigned thrown, uint64_t interval_ns)
{
    struct perfd_metrics m;

    begin(budget_ns);
    bench_throw_away(&bench, thrown);
    bench_after(&bench, interval_ns);
    m = end();
    assert_int_equal(m.dropped, m.session_dropped);
    return m.dropped;
}

/* m = floor((2T + B) / 2B) - 1, not below 0. */
static void missed_vsyncs_round_half_up(void **state)
{
    (void)state;
    assert_int_equal(dropped_of(BUDGET, 0, 1), 0);
    assert_int_equal(dropped_of(BUDGET, 0, 4 * MS), 0);      /* 18 / 20: 0 - 1 */
    assert_int_equal(dropped_of(BUDGET, 0, 10 * MS), 0);     /* 30 / 20: 1 - 1 */
    assert_int_equal(dropped_of(BUDGET, 0, 15 * MS - 1), 0); /* 39.999998 / 20 */
    assert_int_equal(dropped_of(BUDGET, 0, 15 * MS), 1);     /* 40 / 20: 2 - 1 */
    assert_int_equal(dropped_of(BUDGET, 0, 25 * MS - 1), 1); /* 59.999998 / 20 */
    assert_int_equal(dropped_of(BUDGET, 0, 25 * MS), 2);     /* 60 / 20: 3 - 1 */
    assert_int_equal(dropped_of(BUDGET, 0, 100 * MS), 9);    /* 210 / 20: 10 - 1 */
    /* 2T + B = 66,666,667 and 66,666,669 against 4B = 66,666,668 */
    assert_int_equal(dropped_of(16666667, 0, 25000000), 0);
    assert_int_equal(dropped_of(16666667, 0, 25000001), 1);
}

/* One lost frame is counted once: the larger of the two, for each frame shown. */
static void thrown_away_or_missed_whichever_is_more(void **state)
{
    (void)state;
    assert_int_equal(dropped_of(BUDGET, 1, 10 * MS), 1); /* k = 1, m = 0 */
    assert_int_equal(dropped_of(BUDGET, 1, 20 * MS), 1); /* k = 1, m = 1 */
    assert_int_equal(dropped_of(BUDGET, 3, 20 * MS), 3); /* k = 3, m = 1 */
    assert_int_equal(dropped_of(BUDGET, 1, 40 * MS), 3); /* k = 1, m = 3 */
}

static void thrown_away_counts_for_the_next_shown_only(void **state)
{
    struct perfd_metrics m;

    (void)state;
    begin(BUDGET);
    bench_throw_away(&bench, 2);
    bench_after(&bench, 10 * MS);
    bench_after(&bench, 10 * MS);
    bench_throw_away(&bench, 1);
    bench_after(&bench, 30 * MS); /* m = 2 */
    m = end();
    assert_int_equal(m.dropped, 4);
    assert_int_equal(m.frames, 4); /* thrown-away ones are no frames */
    assert_int_equal(m.session_frames, 4);
    assert_int_equal(m.jank_dropped, 3);
}

static void thrown_away_before_the_first_frame(void **state)
{
    struct perfd_metrics m;

    (void)state;
    bench_start(&bench, BUDGET);
    bench_throw_away(&bench, 2);
    assert_int_equal(bench_metrics(&bench).frames, 0);
    bench_after(&bench, MS);
    m = end();
    assert_int_equal(m.dropped, 2); /* no interval: m = 0, k = 2 */
    assert_int_equal(m.session_dropped, 2);
}

static void trailing_thrown_away_count_at_stop(void **state)
{
    struct perfd_metrics m;

    (void)state;
    begin(BUDGET);
    bench_after(&bench, 20 * MS); /* m = 1 */
    bench_throw_away(&bench, 3);
    m = bench_metrics(&bench);
    assert_int_equal(m.dropped, 1);
    m = end();
    assert_int_equal(m.dropped, 1); /* of the window's shown frames */
    assert_int_equal(m.session_dropped, 4);
    assert_int_equal(m.jank_dropped, 3);
    /* and not once more when read again */
    assert_int_equal(bench_metrics(&bench).session_dropped, 4);
}

static void missed_follow_the_frames_budget(void **state)
{
    struct perfd_tick tick;

    (void)state;
    begin(BUDGET);
    tick = bench_frame(&bench, 25 * MS);
    tick.budget_ns = 20 * MS; /* (50 + 20) / 40 = 1.75: 1 - 1 */
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(bench_metrics(&bench).dropped, 0);
    tick = bench_frame(&bench, 12 * MS);
    tick.budget_ns = 4 * MS; /* (24 + 4) / 8 = 3.5: 3 - 1 */
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(end().dropped, 2);
}

/* --- late --- */

static uint64_t late_of(uint64_t budget_ns, int64_t after_deadline_ns)
{
    struct perfd_tick tick;
    struct perfd_metrics m;

    begin(budget_ns);
    tick = bench_frame(&bench, 5 * MS);
    tick.deadline_at_ns = tick.presented_at_ns - (uint64_t)after_deadline_ns;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    m = end();
    assert_int_equal(m.late, m.session_late);
    return m.late;
}

/* Late: more than half a budget after its deadline. */
static void late_is_half_a_budget_after_the_deadline(void **state)
{
    (void)state;
    assert_int_equal(late_of(BUDGET, 0), 0);
    assert_int_equal(late_of(BUDGET, 5 * MS), 0);
    assert_int_equal(late_of(BUDGET, 5 * MS + 1), 1);
    assert_int_equal(late_of(BUDGET, -6 * (int64_t)MS), 0); /* ahead of its deadline */
    /* half of 16,666,667 is 8,333,333.5 */
    assert_int_equal(late_of(16666667, 8333333), 0);
    assert_int_equal(late_of(16666667, 8333334), 1);
}

static void late_needs_no_interval(void **state)
{
    struct perfd_tick tick;

    (void)state;
    bench_start(&bench, BUDGET);
    tick = bench_frame(&bench, 10 * MS);
    tick.deadline_at_ns = tick.presented_at_ns - 6 * MS;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(end().late, 1);
}

static void late_follows_the_frames_budget(void **state)
{
    struct perfd_tick tick;

    (void)state;
    begin(BUDGET);
    tick = bench_frame(&bench, 10 * MS);
    tick.deadline_at_ns = tick.presented_at_ns - 6 * MS;
    tick.budget_ns = 12 * MS;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(end().late, 0);
}

/* A deadline at the far ends of time: 2 * (presented - deadline) does not wrap. */
static void deadlines_at_the_ends_of_time(void **state)
{
    struct perfd_tick tick;

    (void)state;
    begin(BUDGET);
    tick = bench_frame(&bench, 10 * MS);
    tick.deadline_at_ns = UINT64_MAX;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(bench_metrics(&bench).late, 0);
    tick = bench_frame(&bench, (UINT64_C(1) << 63) + 1000);
    tick.deadline_at_ns = 1;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(end().late, 1);
}

/* --- work --- */

static void feed_work(uint64_t ui, uint64_t layout, uint64_t render, uint64_t present)
{
    struct perfd_tick tick = bench_frame(&bench, BUDGET);

    tick.phase_ns[PERFD_UI] = ui;
    tick.phase_ns[PERFD_LAYOUT] = layout;
    tick.phase_ns[PERFD_RENDER] = render;
    tick.phase_ns[PERFD_PRESENT] = present;
    assert_int_equal(bench_feed(&bench, &tick), 0);
}

static void work_is_the_sum_of_the_phases(void **state)
{
    struct perfd_metrics m;

    (void)state;
    bench_start(&bench, BUDGET);
    feed_work(1 * MS, 2 * MS, 3 * MS, 4 * MS); /* 10 ms: within */
    m = bench_metrics(&bench);
    assert_int_equal(m.work_avg_ns, 10 * MS);
    assert_int_equal(m.work_p95_ns, 10 * MS);
    assert_int_equal(m.work_p99_ns, 10 * MS);
    assert_int_equal(m.over_budget, 0);
    feed_work(0, 0, 10000001, 0); /* one phase is enough */
    m = bench_metrics(&bench);
    assert_int_equal(m.work_avg_ns, 10 * MS + 1); /* 10,000,000.5 */
    assert_int_equal(m.over_budget, 1);
    feed_work(0, 0, 0, 0); /* unknown: in neither */
    m = end();
    assert_int_equal(m.work_avg_ns, 10 * MS + 1);
    assert_int_equal(m.over_budget, 1);
    assert_int_equal(m.frames, 3);
}

/* began_at_ns does not make work: a swap that blocks would count. */
static void work_is_not_presentation_less_beginning(void **state)
{
    struct perfd_tick tick;
    struct perfd_metrics m;

    (void)state;
    begin(BUDGET);
    tick = bench_frame(&bench, 50 * MS);
    tick.began_at_ns = tick.presented_at_ns - 40 * MS;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    m = end();
    assert_int_equal(m.work_avg_ns, 0);
    assert_int_equal(m.over_budget, 0);
    assert_int_equal(m.jank_unknown, 1);
}

/* 1..100 us in a shuffled order: ranks 95 and 99; the average is 50.5 us. */
static void work_percentiles_are_nearest_rank(void **state)
{
    struct perfd_metrics m;

    (void)state;
    bench_start(&bench, BUDGET);
    for (uint64_t i = 0; i < 100; i++)
        feed_work(0, (i * 37 % 100 + 1) * US, 0, 0);
    m = end();
    assert_int_equal(m.work_p95_ns, 95 * US);
    assert_int_equal(m.work_p99_ns, 99 * US);
    assert_int_equal(m.work_avg_ns, 50500);
}

static void over_budget_follows_the_frames_budget(void **state)
{
    struct perfd_tick tick;

    (void)state;
    begin(BUDGET);
    tick = bench_frame(&bench, BUDGET);
    tick.budget_ns = 4 * MS;
    tick.phase_ns[PERFD_UI] = 4 * MS;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(bench_metrics(&bench).over_budget, 0);
    tick = bench_frame(&bench, BUDGET);
    tick.budget_ns = 4 * MS;
    tick.phase_ns[PERFD_UI] = 4 * MS + 1;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(end().over_budget, 1);
}

/* --- phases --- */

static void phases_are_over_the_frames_that_gave_them(void **state)
{
    struct perfd_metrics m;

    (void)state;
    bench_start(&bench, BUDGET);
    /* ui: 1..20 us; layout: 7 and 8 us; render: none; present: 3 us once */
    for (uint64_t i = 0; i < 20; i++)
        feed_work((i * 7 % 20 + 1) * US,
                  i == 4   ? 7 * US
                  : i == 9 ? 8 * US + 1
                           : 0,
                  0, i == 5 ? 3 * US : 0);
    m = bench_metrics(&bench);
    assert_false(m.has_phases);
    m = bench_phases(&bench);
    assert_true(m.has_phases);
    assert_int_equal(m.phase[PERFD_UI].avg_ns, 10500);   /* 210 us / 20 */
    assert_int_equal(m.phase[PERFD_UI].p95_ns, 19 * US); /* rank 19 */
    assert_int_equal(m.phase[PERFD_UI].worst_ns, 20 * US);
    assert_int_equal(m.phase[PERFD_LAYOUT].avg_ns, 7501); /* 15,001 / 2 = 7,500.5 */
    assert_int_equal(m.phase[PERFD_LAYOUT].p95_ns, 8001); /* ceil(1.9) = 2 */
    assert_int_equal(m.phase[PERFD_LAYOUT].worst_ns, 8001);
    assert_int_equal(m.phase[PERFD_RENDER].avg_ns, 0);
    assert_int_equal(m.phase[PERFD_RENDER].p95_ns, 0);
    assert_int_equal(m.phase[PERFD_RENDER].worst_ns, 0);
    assert_int_equal(m.phase[PERFD_PRESENT].avg_ns, 3 * US);
    assert_int_equal(m.phase[PERFD_PRESENT].p95_ns, 3 * US);
    assert_int_equal(m.phase[PERFD_PRESENT].worst_ns, 3 * US);
    end();
}

/* --- latency --- */

static void feed_input(uint64_t latency_ns)
{
    struct perfd_tick tick = bench_frame(&bench, BUDGET);

    tick.input_at_ns = tick.presented_at_ns - latency_ns;
    assert_int_equal(bench_feed(&bench, &tick), 0);
}

static void latency_is_nearest_rank_over_the_given(void **state)
{
    struct perfd_metrics m;

    (void)state;
    bench_start(&bench, BUDGET);
    bench_after(&bench, BUDGET);
    feed_input(30 * MS);
    m = bench_metrics(&bench);
    assert_int_equal(m.latency_count, 1);
    assert_int_equal(m.latency_p50_ns, 30 * MS);
    assert_int_equal(m.latency_p95_ns, 30 * MS);
    assert_int_equal(m.latency_p99_ns, 30 * MS);
    feed_input(10 * MS);
    bench_after(&bench, BUDGET);
    feed_input(20 * MS);
    m = end();
    assert_int_equal(m.latency_count, 3);
    assert_int_equal(m.latency_p50_ns, 20 * MS); /* ceil(1.5) = 2 */
    assert_int_equal(m.latency_p95_ns, 30 * MS);
    assert_int_equal(m.latency_p99_ns, 30 * MS);
}

static void latency_of_a_hundred(void **state)
{
    struct perfd_metrics m;

    (void)state;
    bench_start(&bench, BUDGET);
    for (uint64_t i = 0; i < 100; i++)
        feed_input((i * 37 % 100 + 1) * US);
    m = end();
    assert_int_equal(m.latency_count, 100);
    assert_int_equal(m.latency_p50_ns, 50 * US);
    assert_int_equal(m.latency_p95_ns, 95 * US);
    assert_int_equal(m.latency_p99_ns, 99 * US);
}

/* --- jank --- */

/* One frame of this interval and work; which cause was counted, by the digit that is 1:
 * dropped 10000, app 1000, gpu 100, pipeline 10, unknown 1. */
static uint64_t cause_of(uint64_t interval_ns, uint64_t work_ns, uint64_t deadline_miss_ns)
{
    struct perfd_tick tick;
    struct perfd_metrics m;

    begin(BUDGET);
    tick = bench_frame(&bench, interval_ns);
    tick.phase_ns[PERFD_RENDER] = work_ns;
    if (deadline_miss_ns > 0)
        tick.deadline_at_ns = tick.presented_at_ns - deadline_miss_ns;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    m = end();
    return m.jank_dropped * 10000 + m.jank_app * 1000 + m.jank_gpu * 100 + m.jank_pipeline * 10 +
           m.jank_unknown;
}

static void jank_has_the_first_cause_that_holds(void **state)
{
    (void)state;
    assert_int_equal(cause_of(BUDGET, 0, 0), 0);
    assert_int_equal(cause_of(BUDGET, BUDGET + 1, 0), 0); /* over budget alone is no jank */
    assert_int_equal(cause_of(20 * MS, BUDGET + 1, 0), 1000);
    assert_int_equal(cause_of(20 * MS, BUDGET, 0), 10);
    assert_int_equal(cause_of(20 * MS, 0, 0), 1);
    /* late alone */
    assert_int_equal(cause_of(BUDGET, 0, 5 * MS), 0);
    assert_int_equal(cause_of(BUDGET, 0, 5 * MS + 1), 1);
    assert_int_equal(cause_of(BUDGET, 3 * MS, 5 * MS + 1), 10);
    assert_int_equal(cause_of(BUDGET, 11 * MS, 5 * MS + 1), 1000);
}

static void jank_thrown_away_and_missed(void **state)
{
    struct perfd_start start = {
        .name = text("jank"), .budget_ns = BUDGET, .long_frame_ns = 100 * MS};
    struct perfd_metrics m;

    (void)state;
    bench_start_with(&bench, &start);
    bench_after(&bench, MS);
    bench_after(&bench, 15 * MS); /* m = 1, not long: janky all the same */
    m = bench_metrics(&bench);
    assert_int_equal(m.long_frames, 0);
    assert_int_equal(m.jank_unknown, 1);
    bench_throw_away(&bench, 2); /* two of their own; the frame after them was in time */
    bench_after(&bench, 10 * MS);
    m = end();
    assert_int_equal(m.jank_dropped, 2);
    assert_int_equal(m.jank_unknown, 1);
}

/* long_frame_ns below 3/2 of the budget: a frame is long with no vsync missed. */
static void jank_long_without_a_miss(void **state)
{
    struct perfd_start start = {
        .name = text("jank"), .budget_ns = BUDGET, .long_frame_ns = BUDGET + 1};
    struct perfd_metrics m;

    (void)state;
    bench_start_with(&bench, &start);
    bench_after(&bench, MS);
    bench_after(&bench, BUDGET + 1);
    m = end();
    assert_int_equal(m.long_frames, 1);
    assert_int_equal(m.dropped, 0);
    assert_int_equal(m.jank_unknown, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(long_is_three_halves_of_the_budget),
        TEST(long_frame_ns_in_force_is_reported),
        TEST(long_by_own_limit),
        TEST(long_follows_the_frames_budget),
        TEST(missed_vsyncs_round_half_up),
        TEST(thrown_away_or_missed_whichever_is_more),
        TEST(thrown_away_counts_for_the_next_shown_only),
        TEST(thrown_away_before_the_first_frame),
        TEST(trailing_thrown_away_count_at_stop),
        TEST(missed_follow_the_frames_budget),
        TEST(late_is_half_a_budget_after_the_deadline),
        TEST(late_needs_no_interval),
        TEST(late_follows_the_frames_budget),
        TEST(deadlines_at_the_ends_of_time),
        TEST(work_is_the_sum_of_the_phases),
        TEST(work_is_not_presentation_less_beginning),
        TEST(work_percentiles_are_nearest_rank),
        TEST(over_budget_follows_the_frames_budget),
        TEST(phases_are_over_the_frames_that_gave_them),
        TEST(latency_is_nearest_rank_over_the_given),
        TEST(latency_of_a_hundred),
        TEST(jank_has_the_first_cause_that_holds),
        TEST(jank_thrown_away_and_missed),
        TEST(jank_long_without_a_miss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
