/* SPDX-License-Identifier: Apache-2.0 */
/* Figures over intervals: fps, average, percentiles, lows, longest. Definitions:
 * docs/perf/metrics.md. */
#include "fixture.h"

#include <string.h>

#define BUDGET (10 * MS)

/* A session whose frames have these intervals, in this order. */
static struct perfd_metrics metrics_of(const uint64_t *intervals, size_t count)
{
    struct bench bench;
    struct perfd_metrics metrics;

    bench_open_frames(&bench, 2048);
    bench_start(&bench, BUDGET);
    bench_after(&bench, 1);
    for (size_t i = 0; i < count; i++)
        bench_after(&bench, intervals[i]);
    metrics = bench_metrics(&bench);
    assert_int_equal(metrics.frames, count + 1);
    bench_close(&bench);
    return metrics;
}

/* The numbers 1..count in an order that is neither sorted nor reversed: count and 7919 (a prime)
 * have no factor in common, so i * 7919 mod count meets each once. */
static struct perfd_metrics metrics_of_1_to(uint64_t count)
{
    static uint64_t intervals[2048];

    for (uint64_t i = 0; i < count; i++)
        intervals[i] = i * 7919 % count + 1;
    return metrics_of(intervals, count);
}

static void assert_percentiles(struct perfd_metrics m, uint64_t p50, uint64_t p95, uint64_t p99,
                               uint64_t p999)
{
    assert_int_equal(m.p50_ns, p50);
    assert_int_equal(m.p95_ns, p95);
    assert_int_equal(m.p99_ns, p99);
    assert_int_equal(m.p999_ns, p999);
    /* The session fits in the ring: the same figures. */
    assert_true(m.session_exact);
    assert_int_equal(m.session_p50_ns, p50);
    assert_int_equal(m.session_p95_ns, p95);
    assert_int_equal(m.session_p99_ns, p99);
    assert_int_equal(m.session_p999_ns, p999);
}

static void no_frame_has_no_figures(void **state)
{
    struct bench bench;
    struct perfd_metrics m;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, BUDGET);
    m = bench_metrics(&bench);
    assert_int_equal(m.session, bench.session);
    assert_string_equal(m.name, "test");
    assert_true(m.running);
    assert_false(m.has_intervals);
    assert_false(m.has_phases);
    assert_int_equal(m.budget_ns, BUDGET);
    assert_int_equal(m.long_frame_ns, 15 * MS); /* 3/2 of 10 ms */
    assert_int_equal(m.frames, 0);
    assert_int_equal(m.milli_fps, 0);
    assert_int_equal(m.avg_ns, 0);
    assert_percentiles(m, 0, 0, 0, 0);
    assert_int_equal(m.low1_milli_fps, 0);
    assert_int_equal(m.low01_milli_fps, 0);
    assert_int_equal(m.longest_ns, 0);
    assert_int_equal(m.long_frames + m.dropped + m.late + m.over_budget, 0);
    assert_int_equal(m.work_avg_ns + m.work_p95_ns + m.work_p99_ns, 0);
    assert_int_equal(m.latency_count + m.latency_p50_ns + m.latency_p95_ns + m.latency_p99_ns, 0);
    assert_int_equal(m.session_frames + m.session_milli_fps + m.session_longest_ns, 0);
    assert_int_equal(m.session_long + m.session_dropped + m.session_late + m.session_ns, 0);
    assert_int_equal(m.jank_dropped + m.jank_app + m.jank_gpu + m.jank_pipeline + m.jank_unknown,
                     0);
    bench_close(&bench);
}

static void one_frame_has_no_interval(void **state)
{
    struct perfd_metrics m = metrics_of(NULL, 0);

    (void)state;
    assert_int_equal(m.frames, 1);
    assert_int_equal(m.session_frames, 1);
    assert_false(m.has_intervals);
    assert_int_equal(m.milli_fps, 0);
    assert_int_equal(m.avg_ns, 0);
    assert_percentiles(m, 0, 0, 0, 0);
    assert_int_equal(m.longest_ns, 0);
    assert_int_equal(m.session_ns, 0);
    assert_int_equal(m.session_milli_fps, 0);
}

static void two_frames_have_one_interval(void **state)
{
    struct perfd_metrics m = metrics_of((uint64_t[]){20 * MS}, 1);

    (void)state;
    assert_true(m.has_intervals);
    assert_int_equal(m.milli_fps, 50000); /* 1 / 20 ms */
    assert_int_equal(m.session_milli_fps, 50000);
    assert_int_equal(m.avg_ns, 20 * MS);
    assert_percentiles(m, 20 * MS, 20 * MS, 20 * MS, 20 * MS);
    assert_int_equal(m.low1_milli_fps, 50000);
    assert_int_equal(m.low01_milli_fps, 0); /* under 1,000 intervals */
    assert_int_equal(m.longest_ns, 20 * MS);
    assert_int_equal(m.session_longest_ns, 20 * MS);
    assert_int_equal(m.session_ns, 20 * MS);
}

/* 10, 20 and 30 ms: 3 / 60 ms = 50 fps; the mean of 100, 50 and 33.3 fps would be 61.1. */
static void fps_is_no_mean_of_fps(void **state)
{
    struct perfd_metrics m = metrics_of((uint64_t[]){10 * MS, 20 * MS, 30 * MS}, 3);

    (void)state;
    assert_int_equal(m.milli_fps, 50000);
    assert_int_equal(m.session_milli_fps, 50000);
    assert_int_equal(m.avg_ns, 20 * MS);
    assert_int_equal(m.session_ns, 60 * MS);
}

static void fps_rounds_half_up(void **state)
{
    (void)state;
    /* 10^12 / 5,120,000 = 195,312.5 exactly */
    assert_int_equal(metrics_of((uint64_t[]){5120000}, 1).milli_fps, 195313);
    assert_int_equal(metrics_of((uint64_t[]){5120000}, 1).session_milli_fps, 195313);
    assert_int_equal(metrics_of((uint64_t[]){5120000}, 1).low1_milli_fps, 195313);
    /* 10^12 / 5,120,001 = 195,312.46 */
    assert_int_equal(metrics_of((uint64_t[]){5120001}, 1).milli_fps, 195312);
    assert_int_equal(metrics_of((uint64_t[]){5120001}, 1).low1_milli_fps, 195312);
    /* 3 * 10^12 / 15,360,000 = 195,312.5, of unequal intervals */
    assert_int_equal(metrics_of((uint64_t[]){1, 15000000, 359999}, 3).milli_fps, 195313);
}

/* 59.94 fps and the like: 3 * 10^12 / (3 * 16,683,333) = 59,940.06; 10^12 / 16,666,667 =
 * 59,999.9988. */
static void fps_of_common_rates(void **state)
{
    (void)state;
    assert_int_equal(metrics_of((uint64_t[]){16683333, 16683333, 16683333}, 3).milli_fps, 59940);
    assert_int_equal(metrics_of((uint64_t[]){16666667, 16666667}, 2).milli_fps, 60000);
    /* 1 ns: 10^12 milli-fps; 10 s and more: 10^12 / 3,600 s = 0.278 milli-fps */
    assert_int_equal(metrics_of((uint64_t[]){1}, 1).milli_fps, UINT64_C(1000000000000));
    assert_int_equal(metrics_of((uint64_t[]){3600 * SECOND}, 1).milli_fps, 0);
    /* 10^12 / 2*10^12 = 0.5 */
    assert_int_equal(metrics_of((uint64_t[]){2000 * SECOND}, 1).milli_fps, 1);
    assert_int_equal(metrics_of((uint64_t[]){2000 * SECOND + 1}, 1).milli_fps, 0);
}

static void average_rounds_half_up(void **state)
{
    (void)state;
    assert_int_equal(metrics_of((uint64_t[]){3, 4}, 2).avg_ns, 4);       /* 3.5 */
    assert_int_equal(metrics_of((uint64_t[]){3, 3, 4}, 3).avg_ns, 3);    /* 3.33 */
    assert_int_equal(metrics_of((uint64_t[]){3, 4, 4}, 3).avg_ns, 4);    /* 3.67 */
    assert_int_equal(metrics_of((uint64_t[]){2, 3, 2, 3}, 4).avg_ns, 3); /* 2.5 */
    assert_int_equal(metrics_of((uint64_t[]){2, 3, 2, 2}, 4).avg_ns, 2); /* 2.25 */
}

/* Nearest rank: the ceil(p n / 100)-th smallest, and of 1..n that is the rank itself. */
static void percentiles_are_nearest_rank(void **state)
{
    (void)state;
    assert_percentiles(metrics_of_1_to(1), 1, 1, 1, 1);
    /* n = 2: 1, 1.9, 1.98, 1.998 */
    assert_percentiles(metrics_of_1_to(2), 1, 2, 2, 2);
    /* n = 3: 1.5, 2.85, 2.97, 2.997 */
    assert_percentiles(metrics_of_1_to(3), 2, 3, 3, 3);
    /* n = 20: 10, 19, 19.8, 19.98 */
    assert_percentiles(metrics_of_1_to(20), 10, 19, 20, 20);
    /* n = 21: 10.5, 19.95, 20.79, 20.979 */
    assert_percentiles(metrics_of_1_to(21), 11, 20, 21, 21);
    /* n = 100: 50, 95, 99, 99.9 */
    assert_percentiles(metrics_of_1_to(100), 50, 95, 99, 100);
    /* n = 101: 50.5, 95.95, 99.99, 100.899 */
    assert_percentiles(metrics_of_1_to(101), 51, 96, 100, 101);
    /* n = 999: 499.5, 949.05, 989.01, 998.001 */
    assert_percentiles(metrics_of_1_to(999), 500, 950, 990, 999);
    /* n = 1000: 500, 950, 990, 999 */
    assert_percentiles(metrics_of_1_to(1000), 500, 950, 990, 999);
    /* n = 1001: 500.5, 950.95, 990.99, 999.999 */
    assert_percentiles(metrics_of_1_to(1001), 501, 951, 991, 1000);
}

/* Many equal values: 90 of 10 ms, 5 of 20, 4 of 30, 1 of 40: ranks 50, 95, 99, 100. */
static void percentiles_with_ties(void **state)
{
    uint64_t intervals[100];
    struct perfd_metrics m;

    (void)state;
    for (size_t i = 0; i < 100; i++)
        intervals[i] = (i < 1 ? 40 : i < 5 ? 30 : i < 10 ? 20 : 10) * MS;
    m = metrics_of(intervals, 100);
    assert_percentiles(m, 10 * MS, 20 * MS, 30 * MS, 40 * MS);
    assert_int_equal(m.longest_ns, 40 * MS);
    /* 900 + 100 + 120 + 40 = 1,160 ms over 100 */
    assert_int_equal(m.avg_ns, 11600000);
    /* 10^12 / 30 ms = 33,333.3 */
    assert_int_equal(m.low1_milli_fps, 33333);
}

/* Of 999 intervals there is no 0.1 % low; of 1,000 it comes from the 999th smallest. */
static void lows_need_enough_intervals(void **state)
{
    static uint64_t intervals[1000];
    struct perfd_metrics m;

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        intervals[i] = 10 * MS;
    intervals[3] = 25 * MS;
    intervals[500] = 40 * MS;
    m = metrics_of(intervals, 999);
    assert_int_equal(m.p999_ns, 40 * MS); /* rank 999 of 999 */
    assert_int_equal(m.low01_milli_fps, 0);
    assert_int_equal(m.low1_milli_fps, 100000); /* rank 990: 10 ms */
    m = metrics_of(intervals, 1000);
    assert_int_equal(m.p999_ns, 25 * MS);
    assert_int_equal(m.low01_milli_fps, 40000);
    assert_int_equal(m.low1_milli_fps, 100000);
    assert_int_equal(m.longest_ns, 40 * MS);
}

static void low01_rounds_half_up(void **state)
{
    static uint64_t intervals[1000];

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        intervals[i] = i < 2 ? 5120000 : 5000000;
    /* 195,312.5 and 200,000 */
    assert_int_equal(metrics_of(intervals, 1000).low01_milli_fps, 195313);
    assert_int_equal(metrics_of(intervals, 1000).low1_milli_fps, 200000);
}

/* Sums near the top of 64 bits: three intervals of about 2^62 ns; n * 10^12 / sum is 0 milli-fps,
 * and the average is exact. */
static void huge_intervals_do_not_wrap(void **state)
{
    const uint64_t huge = UINT64_C(1) << 62;
    struct perfd_metrics m = metrics_of((uint64_t[]){huge, huge + 1, huge}, 3);

    (void)state;
    assert_int_equal(m.milli_fps, 0);
    assert_int_equal(m.avg_ns, huge); /* 2^62 + 1/3 */
    assert_int_equal(m.longest_ns, huge + 1);
    assert_percentiles(m, huge, huge + 1, huge + 1, huge + 1);
    /* m = floor((2T + B) / 2B) - 1 = floor(2^62 / 10^7 + 1/2) - 1 = 461,168,601,843 - 1 for each:
     * 2^62 = 4,611,686,018,427,387,904 */
    assert_int_equal(m.dropped, 3 * UINT64_C(461168601842));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_frame_has_no_figures),
        cmocka_unit_test(one_frame_has_no_interval),
        cmocka_unit_test(two_frames_have_one_interval),
        cmocka_unit_test(fps_is_no_mean_of_fps),
        cmocka_unit_test(fps_rounds_half_up),
        cmocka_unit_test(fps_of_common_rates),
        cmocka_unit_test(average_rounds_half_up),
        cmocka_unit_test(percentiles_are_nearest_rank),
        cmocka_unit_test(percentiles_with_ties),
        cmocka_unit_test(lows_need_enough_intervals),
        cmocka_unit_test(low01_rounds_half_up),
        cmocka_unit_test(huge_intervals_do_not_wrap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
