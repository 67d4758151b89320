/* SPDX-License-Identifier: Apache-2.0 */
/* The window forgets exactly, the session keeps its totals, and the histogram its promise.
 * Definitions: docs/perf/metrics.md. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#define BUDGET (10 * MS)

static struct bench bench;

static int close_it(void **state)
{
    (void)state;
    bench_close(&bench);
    return 0;
}

static void open_ring(uint32_t frames)
{
    bench_open_frames(&bench, frames);
    bench_start(&bench, BUDGET);
}

/* --- the window --- */

/* Intervals of 1, 2, 3... ms into a ring of 8: the window is the last 8 of them. */
static void the_window_is_the_last_frames(void **state)
{
    struct perfd_metrics m;

    (void)state;
    open_ring(8);
    bench_after(&bench, MS);
    for (uint64_t i = 1; i <= 7; i++)
        bench_after(&bench, i * MS);
    m = bench_metrics(&bench);
    assert_int_equal(m.frames, 8);
    assert_int_equal(m.avg_ns, 4 * MS); /* 28 / 7 */
    assert_true(m.session_exact);
    bench_after(&bench, 8 * MS); /* the first frame, without interval, leaves */
    m = bench_metrics(&bench);
    assert_int_equal(m.frames, 8);
    assert_int_equal(m.session_frames, 9);
    assert_int_equal(m.avg_ns, 4500000);   /* 36 / 8 */
    assert_int_equal(m.milli_fps, 222222); /* 8 / 36 ms */
    assert_int_equal(m.p50_ns, 4 * MS);
    assert_true(m.session_exact); /* no interval has left yet */
    bench_after(&bench, 9 * MS);
    assert_false(bench_metrics(&bench).session_exact);
    for (uint64_t i = 10; i <= 20; i++)
        bench_after(&bench, i * MS);
    m = bench_stop(&bench); /* 13..20 */
    assert_int_equal(m.frames, 8);
    assert_int_equal(m.session_frames, 21);
    assert_int_equal(m.avg_ns, 16500000);
    assert_int_equal(m.milli_fps, 60606); /* 8 / 132 ms = 60.606 */
    assert_int_equal(m.p50_ns, 16 * MS);
    assert_int_equal(m.p95_ns, 20 * MS);
    assert_int_equal(m.longest_ns, 20 * MS);
    assert_int_equal(m.long_frames, 6); /* 15..20 */
    assert_int_equal(m.session_long, 6);
    /* m: 13, 14 -> 0; 15..20 -> 1 */
    assert_int_equal(m.dropped, 6);
    assert_int_equal(m.session_ns, 210 * MS);
    assert_int_equal(m.session_milli_fps, 95238); /* 20 / 210 ms = 95.238 */
}

/* Everything that one frame brought goes with it. */
static void a_frame_that_leaves_takes_all_of_it(void **state)
{
    struct perfd_tick tick;
    struct perfd_metrics m;

    (void)state;
    open_ring(8);
    bench_after(&bench, MS);
    bench_throw_away(&bench, 4);
    tick = bench_frame(&bench, 50 * MS); /* m = 4 */
    tick.phase_ns[PERFD_UI] = 30 * MS;
    tick.input_at_ns = tick.presented_at_ns - 45 * MS;
    tick.deadline_at_ns = tick.presented_at_ns - 40 * MS;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    for (unsigned i = 0; i < 7; i++)
        bench_after(&bench, 10 * MS);
    m = bench_phases(&bench);
    assert_int_equal(m.frames, 8);
    assert_int_equal(m.longest_ns, 50 * MS);
    assert_int_equal(m.long_frames, 1);
    assert_int_equal(m.dropped, 4);
    assert_int_equal(m.late, 1);
    assert_int_equal(m.work_avg_ns, 30 * MS);
    assert_int_equal(m.over_budget, 1);
    assert_int_equal(m.latency_count, 1);
    assert_int_equal(m.phase[PERFD_UI].worst_ns, 30 * MS);
    assert_int_equal(m.jank_app, 1);
    bench_after(&bench, 10 * MS);
    m = bench_phases(&bench);
    assert_int_equal(m.frames, 8);
    assert_int_equal(m.longest_ns, 10 * MS);
    assert_int_equal(m.milli_fps, 100000);
    assert_int_equal(m.long_frames + m.dropped + m.late, 0);
    assert_int_equal(m.work_avg_ns + m.work_p95_ns + m.work_p99_ns + m.over_budget, 0);
    assert_int_equal(m.latency_count + m.latency_p50_ns + m.latency_p99_ns, 0);
    assert_int_equal(m.phase[PERFD_UI].avg_ns + m.phase[PERFD_UI].worst_ns, 0);
    /* the session remembers */
    assert_int_equal(m.session_longest_ns, 50 * MS);
    assert_int_equal(m.session_long, 1);
    assert_int_equal(m.session_dropped, 4);
    assert_int_equal(m.session_late, 1);
    assert_int_equal(m.session_frames, 10);
    assert_int_equal(m.jank_app, 1);
}

/* An idle frame in the ring is a frame of the window without an interval. */
static void idle_frames_fill_the_window(void **state)
{
    struct perfd_metrics m;

    (void)state;
    open_ring(8);
    for (unsigned i = 0; i < 20; i++) {
        struct perfd_tick tick = bench_frame(&bench, 10 * MS);

        tick.after_idle = i % 2 == 0;
        assert_int_equal(bench_feed(&bench, &tick), 0);
    }
    m = bench_stop(&bench);
    assert_int_equal(m.frames, 8);
    assert_int_equal(m.milli_fps, 100000); /* 4 / 40 ms */
    assert_int_equal(m.session_ns, 100 * MS);
    assert_int_equal(m.session_frames, 20);
}

/* --- the histogram --- */

/* Nine equal intervals through a ring of 8: every percentile of the session is their step's upper
 * edge. 128 steps an octave: under 256 exact; above, shift = floor(log2 v) - 7, ((v >> shift) + 1
 * << shift) - 1. */
static uint64_t edge_of(uint64_t interval_ns)
{
    struct perfd_metrics m;

    open_ring(8);
    bench_after(&bench, MS);
    for (unsigned i = 0; i < 9; i++)
        bench_after(&bench, interval_ns);
    m = bench_stop(&bench);
    assert_false(m.session_exact);
    assert_int_equal(m.p50_ns, interval_ns); /* the window stays exact */
    assert_int_equal(m.session_longest_ns, interval_ns);
    assert_int_equal(m.session_p50_ns, m.session_p999_ns);
    assert_int_equal(m.session_p95_ns, m.session_p999_ns);
    assert_int_equal(m.session_p99_ns, m.session_p999_ns);
    bench_close(&bench);
    return m.session_p999_ns;
}

static void histogram_edges(void **state)
{
    (void)state;
    assert_int_equal(edge_of(1), 1);
    assert_int_equal(edge_of(127), 127);
    assert_int_equal(edge_of(128), 128);
    assert_int_equal(edge_of(255), 255);
    /* shift 1: 128 -> 129 * 2 - 1 */
    assert_int_equal(edge_of(256), 257);
    assert_int_equal(edge_of(257), 257);
    assert_int_equal(edge_of(258), 259);
    /* shift 2: 511 is of the octave before, 255 -> 256 * 2 - 1; 512: 128 -> 129 * 4 - 1 */
    assert_int_equal(edge_of(511), 511);
    assert_int_equal(edge_of(512), 515);
    /* 2^23 <= v < 2^24: shift 16; 10,000,000 >> 16 = 152 -> 153 * 65,536 - 1 */
    assert_int_equal(edge_of(10000000), 10027007);
    /* 16,666,667 >> 16 = 254 -> 255 * 65,536 - 1; the last step of the octave: 255 -> 2^24 - 1 */
    assert_int_equal(edge_of(16666667), 16711679);
    assert_int_equal(edge_of(16777215), 16777215);
    /* 2^24: shift 17; 128 -> 129 * 131,072 - 1 */
    assert_int_equal(edge_of(16777216), 16908287);
    /* 33,333,333: 2^24..2^25 - 1: 254 -> 255 * 131,072 - 1 */
    assert_int_equal(edge_of(33333333), 33423359);
    /* 1 s: 2^29, shift 22; 1,000,000,000 >> 22 = 238 -> 239 * 4,194,304 - 1 */
    assert_int_equal(edge_of(SECOND), 1002438655);
}

/* An interval beyond all octaves that anybody needs: still counted, still not below the true value.
 */
static void histogram_of_a_huge_interval(void **state)
{
    uint64_t huge = UINT64_C(1) << 60;

    (void)state;
    assert_true(edge_of(huge) >= huge);
}

/* 100 intervals of 1..100 ms in a ring of 8: ranks 50, 95, 99 and 100, each at its upper edge:
 * 50 ms: 2^25, shift 18: 190 -> 191 * 262,144 - 1; 95: 2^26, 19: 181 -> 182 * 524,288 - 1;
 * 99: 188 -> 189 * 524,288 - 1; 100: 190 -> 191 * 524,288 - 1. */
static void histogram_percentiles(void **state)
{
    struct perfd_metrics m;

    (void)state;
    open_ring(8);
    bench_after(&bench, MS);
    for (uint64_t i = 0; i < 100; i++)
        bench_after(&bench, (i * 37 % 100 + 1) * MS);
    m = bench_stop(&bench);
    assert_int_equal(m.session_p50_ns, 50069503);
    assert_int_equal(m.session_p95_ns, 95420415);
    assert_int_equal(m.session_p99_ns, 99090431);
    assert_int_equal(m.session_p999_ns, 100139007);
    assert_int_equal(m.session_longest_ns, 100 * MS); /* exact */
    bench_close(&bench);
}

/* The warm-up is in no histogram either. */
static void histogram_without_warm_up(void **state)
{
    struct perfd_start start = {.name = text("h"), .budget_ns = BUDGET, .warmup_frames = 5};
    struct perfd_metrics m;

    (void)state;
    bench_open_frames(&bench, 8);
    bench_start_with(&bench, &start);
    for (unsigned i = 0; i < 5; i++)
        bench_after(&bench, 200 * MS);
    for (unsigned i = 0; i < 20; i++)
        bench_after(&bench, 255);
    m = bench_stop(&bench);
    assert_int_equal(m.session_p999_ns, 255);
    assert_int_equal(m.session_longest_ns, 255);
    assert_int_equal(m.session_frames, 20);
    bench_close(&bench);
}

/* --- several sessions --- */

static void sessions_do_not_touch_each_other(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    uint32_t sessions[3];
    int clients[3];
    struct perfd_metrics m;

    (void)state;
    config.sessions = 3;
    config.frames = 16;
    bench_open(&bench, &config);
    for (unsigned i = 0; i < 3; i++) {
        clients[i] = i == 0 ? bench.client : perfd_client_open(bench.perfd);
        bench.client = clients[i];
        bench_start(&bench, (i + 1) * BUDGET);
        sessions[i] = bench.session;
    }
    /* interleaved, of 10, 20 and 30 ms */
    for (unsigned frame = 1; frame <= 12; frame++) {
        for (unsigned i = 0; i < 3; i++) {
            struct perfd_tick tick = {.presented = true, .frame_id = frame};

            tick.presented_at_ns = SECOND + frame * (i + 1) * 10 * MS;
            bench.port.now_ns = SECOND + 360 * MS;
            assert_int_equal(perfd_tick(bench.perfd, clients[i], &tick, bench.port.now_ns), 0);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(perfd_read_metrics(bench.perfd, clients[i], sessions[i], false, &m), 0);
        assert_int_equal(m.session, sessions[i]);
        assert_int_equal(m.frames, 12);
        assert_int_equal(m.budget_ns, (i + 1) * BUDGET);
        assert_int_equal(m.avg_ns, (i + 1) * 10 * MS);
        assert_int_equal(m.p99_ns, (i + 1) * 10 * MS);
        assert_int_equal(m.dropped, 0);
        assert_int_equal(m.session_ns, 11 * (i + 1) * 10 * MS);
    }
    /* stopping one leaves the others running */
    assert_int_equal(perfd_stop(bench.perfd, clients[1], sessions[1], bench.port.now_ns, &m), 0);
    assert_false(m.running);
    assert_int_equal(perfd_read_metrics(bench.perfd, clients[0], sessions[2], false, &m), 0);
    assert_true(m.running);
}

/* --- frames read back --- */

static void frames_come_oldest_first(void **state)
{
    struct perfd_frame_sample samples[32];
    uint64_t missed = 99;

    (void)state;
    open_ring(8);
    assert_int_equal(
        perfd_read_frames(bench.perfd, bench.client, bench.session, 0, samples, 32, &missed), 0);
    assert_int_equal(missed, 0);
    for (uint64_t i = 1; i <= 20; i++)
        bench_after(&bench, i * MS);
    /* frames 13..20 are there; their intervals are 13..20 ms */
    assert_int_equal(
        perfd_read_frames(bench.perfd, bench.client, bench.session, 0, samples, 32, &missed), 8);
    assert_int_equal(missed, 12);
    for (uint64_t i = 0; i < 8; i++) {
        assert_int_equal(samples[i].seq, 13 + i);
        assert_int_equal(samples[i].frame_id, 13 + i);
        assert_int_equal(samples[i].interval_ns, (13 + i) * MS);
        /* 1 s + (1 + 2 + ... + n) ms */
        assert_int_equal(samples[i].presented_at_ns, SECOND + (13 + i) * (14 + i) / 2 * MS);
        assert_int_equal(samples[i].budget_ns, BUDGET);
        assert_int_equal(samples[i].is_long, 13 + i >= 15);
        assert_int_equal(samples[i].dropped, 13 + i >= 15);
        assert_false(samples[i].late);
        assert_false(samples[i].idle);
        assert_int_equal(samples[i].work_ns, 0);
    }
    /* after 5: 6..12 are gone */
    assert_int_equal(
        perfd_read_frames(bench.perfd, bench.client, bench.session, 5, samples, 32, &missed), 8);
    assert_int_equal(missed, 7);
    assert_int_equal(samples[0].seq, 13);
    /* after 15, at most 3 */
    assert_int_equal(
        perfd_read_frames(bench.perfd, bench.client, bench.session, 15, samples, 3, &missed), 3);
    assert_int_equal(missed, 0);
    assert_int_equal(samples[0].seq, 16);
    assert_int_equal(samples[2].seq, 18);
    /* nothing new; and a number from nowhere */
    assert_int_equal(
        perfd_read_frames(bench.perfd, bench.client, bench.session, 20, samples, 32, &missed), 0);
    assert_int_equal(missed, 0);
    assert_int_equal(perfd_read_frames(bench.perfd, bench.client, bench.session, UINT64_MAX,
                                       samples, 32, &missed),
                     0);
    assert_int_equal(missed, 0);
}

static void frames_carry_what_was_given(void **state)
{
    struct perfd_frame_sample samples[4];
    struct perfd_tick tick;
    uint64_t missed;

    (void)state;
    open_ring(8);
    bench_after(&bench, MS);
    bench_throw_away(&bench, 1);
    tick = bench_frame(&bench, 6 * MS);
    tick.budget_ns = 5 * MS;
    for (unsigned i = 0; i < PERFD_PHASES; i++)
        tick.phase_ns[i] = (i + 1) * US;
    tick.deadline_at_ns = tick.presented_at_ns - 3 * MS;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    tick = bench_frame(&bench, 400 * MS);
    tick.after_idle = true;
    assert_int_equal(bench_feed(&bench, &tick), 0);
    assert_int_equal(
        perfd_read_frames(bench.perfd, bench.client, bench.session, 0, samples, 4, &missed), 3);
    assert_int_equal(samples[0].seq, 1);
    assert_int_equal(samples[0].interval_ns, 0);
    assert_int_equal(samples[1].seq, 2); /* thrown-away ones have no seq */
    assert_int_equal(samples[1].frame_id, 3);
    assert_int_equal(samples[1].interval_ns, 6 * MS);
    assert_int_equal(samples[1].work_ns, 10 * US);
    assert_int_equal(samples[1].phase_ns[PERFD_UI], 1 * US);
    assert_int_equal(samples[1].phase_ns[PERFD_LAYOUT], 2 * US);
    assert_int_equal(samples[1].phase_ns[PERFD_RENDER], 3 * US);
    assert_int_equal(samples[1].phase_ns[PERFD_PRESENT], 4 * US);
    assert_int_equal(samples[1].budget_ns, 5 * MS);
    assert_true(samples[1].late); /* 2 * 3 > 5 */
    assert_true(samples[1].dropped);
    assert_false(samples[1].is_long);
    assert_false(samples[1].idle);
    assert_int_equal(samples[2].interval_ns, 0);
    assert_true(samples[2].idle);
    assert_false(samples[2].dropped);
}

/* --- a long session against a naive computation --- */

#define LONG_RING  1200
#define LONG_TICKS 1000000

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* The k-th smallest, k = ceil(per_mille * n / 1000), of the intervals in the ring, by sorting them.
 */
static void compare_with_sort(const uint64_t ring[LONG_RING])
{
    static uint64_t sorted[LONG_RING];
    struct perfd_metrics m = bench_metrics(&bench);
    uint64_t sum = 0;

    memcpy(sorted, ring, sizeof sorted);
    qsort(sorted, LONG_RING, sizeof sorted[0], by_size);
    for (unsigned i = 0; i < LONG_RING; i++)
        sum += ring[i];
    assert_int_equal(m.frames, LONG_RING);
    assert_int_equal(m.p50_ns, sorted[600 - 1]);
    assert_int_equal(m.p95_ns, sorted[1140 - 1]);
    assert_int_equal(m.p99_ns, sorted[1188 - 1]);
    assert_int_equal(m.p999_ns, sorted[1199 - 1]); /* ceil(1,198.8) */
    assert_int_equal(m.longest_ns, sorted[LONG_RING - 1]);
    assert_int_equal(m.avg_ns, (sum + LONG_RING / 2) / LONG_RING);
}

/* Mostly 60 Hz with jitter of a microsecond, now and then something else, often equal, from 1 ns to
 * 3 s. */
static uint64_t next_interval(uint64_t *random)
{
    uint64_t r = bench_random(random);

    switch (r % 16) {
    case 0:
        return 1 + (r >> 8) % 1000;
    case 1:
        return 33333333;
    case 2:
        return (r >> 8) % 128 == 0 ? (r >> 16) % (3 * SECOND) + 1 : 16666667;
    case 3:
        return (r >> 8) % (40 * MS) + 1;
    default:
        return 16666167 + (r >> 8) % 1000;
    }
}

static void a_million_ticks_need_no_more_memory(void **state)
{
    static uint64_t ring[LONG_RING];
    uint64_t random = 20240229, sum = 0, longest = 0;
    struct perfd_metrics m;
    size_t high_water = 0;

    (void)state;
    open_ring(LONG_RING);
    bench_after(&bench, MS);
    for (uint64_t i = 0; i < LONG_TICKS; i++) {
        uint64_t interval = next_interval(&random);

        bench_after(&bench, interval);
        ring[i % LONG_RING] = interval;
        sum += interval;
        longest = interval > longest ? interval : longest;
        if (i == 1000)
            high_water = perfd_arena_high_water(bench.perfd);
        /* 4,999 has no factor in common with the ring: the comparisons fall on all its places. */
        if (i >= LONG_RING && i % 4999 == 0)
            compare_with_sort(ring);
    }
    assert_int_equal(perfd_arena_high_water(bench.perfd), high_water);
    m = bench_stop(&bench);
    assert_int_equal(m.session_frames, LONG_TICKS + 1);
    assert_int_equal(m.session_ns, sum);
    assert_int_equal(m.session_longest_ns, longest);
}

#define TEST(name) cmocka_unit_test_teardown(name, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_window_is_the_last_frames),
        TEST(a_frame_that_leaves_takes_all_of_it),
        TEST(idle_frames_fill_the_window),
        cmocka_unit_test(histogram_edges),
        cmocka_unit_test(histogram_of_a_huge_interval),
        cmocka_unit_test(histogram_percentiles),
        cmocka_unit_test(histogram_without_warm_up),
        TEST(sessions_do_not_touch_each_other),
        TEST(frames_come_oldest_first),
        TEST(frames_carry_what_was_given),
        TEST(a_million_ticks_need_no_more_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
