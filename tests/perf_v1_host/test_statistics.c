/* SPDX-License-Identifier: Apache-2.0 */
/* perfctl's statistics: every expected value worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "statistics.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void near(double got, double expected, double within)
{
    if (!(fabs(got - expected) <= within))
        fail_msg("got %.17g, expected %.17g", got, expected);
}

static struct statistics of(const double *values, size_t n)
{
    struct statistics to = {0};
    for (size_t i = 0; i < n; i++)
        statistics_add(&to, values[i]);
    return to;
}

/* 4, 7, 13, 16: mean 10, squares 36 + 9 + 9 + 36 = 90, of which a fourth is 22.5; a sum of squares
 * near 4 * 10^18 has steps of 512 and knows none of it. */
static void a_huge_offset_loses_nothing(void **state)
{
    static const double values[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    const struct statistics all = of(values, COUNT(values));

    (void)state;
    assert_int_equal(all.n, 4);
    near(all.mean, 1e9 + 10, 1e-6);
    near(statistics_variance(&all), 22.5, 1e-6);
    near(statistics_stdev(&all), 4.743416490252569, 1e-6);
    near(all.min, 1e9 + 4, 0);
    near(all.max, 1e9 + 16, 0);
}

static void variance_is_the_population_s(void **state)
{
    static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    const struct statistics all = of(values, COUNT(values));

    (void)state;
    /* Mean 5; 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, of 8: 4. Of a sample it would be 32 / 7. */
    near(statistics_variance(&all), 4, 1e-12);
    near(statistics_stdev(&all), 2, 1e-12);
    near(statistics_cv(&all), 0.4, 1e-12);
}

static void of_none_and_of_one(void **state)
{
    static const double one[] = {-3};
    const struct statistics none = {0}, single = of(one, 1);

    (void)state;
    near(statistics_variance(&none), 0, 0);
    near(statistics_stdev(&none), 0, 0);
    near(statistics_cv(&none), 0, 0);
    near(single.min, -3, 0);
    near(single.max, -3, 0);
    near(statistics_variance(&single), 0, 0);
    near(statistics_cv(&single), 0, 0);
}

static void cv_is_of_the_mean_s_size(void **state)
{
    static const double below[] = {-2, -4}, around[] = {-1, 1};
    const struct statistics negative = of(below, 2), zero = of(around, 2);

    (void)state;
    near(statistics_cv(&negative), 1.0 / 3, 1e-12);
    near(statistics_cv(&zero), 0, 0);
}

static void percentiles_are_nearest_ranks(void **state)
{
    static const double five[] = {15, 20, 35, 40, 50};
    double hundred[100];

    (void)state;
    /* ceil(5 * 0.3) = 2, ceil(5 * 0.4) = 2, ceil(5 * 0.5) = 3, all: 5. No interpolation. */
    near(statistics_percentile(five, 5, 300), 20, 0);
    near(statistics_percentile(five, 5, 400), 20, 0);
    near(statistics_percentile(five, 5, 401), 35, 0);
    near(statistics_percentile(five, 5, 500), 35, 0);
    near(statistics_percentile(five, 5, 1000), 50, 0);
    near(statistics_percentile(five, 5, 0), 15, 0);
    near(statistics_percentile(five, 1, 950), 15, 0);
    for (int i = 0; i < 100; i++)
        hundred[i] = i + 1;
    near(statistics_percentile(hundred, 100, 950), 95, 0);
    near(statistics_percentile(hundred, 100, 990), 99, 0);
    near(statistics_percentile(hundred, 100, 999), 100, 0);
}

static void medians(void **state)
{
    double odd[] = {9, 1, 5}, even[] = {8, 2, 4, 1};

    (void)state;
    statistics_sort(odd, COUNT(odd));
    near(odd[0], 1, 0);
    near(odd[2], 9, 0);
    near(statistics_median(odd, COUNT(odd)), 5, 0);
    statistics_sort(even, COUNT(even));
    near(statistics_median(even, COUNT(even)), 3, 0);
    near(statistics_median(odd, 1), 1, 0);
}

/* The 1 % and the 0.1 % low are the rates of the 99th and the 99.9th percentile: of 1,000 frames
 * of 10 ms, of which eleven took 20 ms and two of those 50 ms. */
static void lows(void **state)
{
    static double frames_ms[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(frames_ms); i++)
        frames_ms[i] = 10;
    for (size_t i = 0; i < 11; i++)
        frames_ms[i * 90] = i < 2 ? 50 : 20;
    statistics_sort(frames_ms, COUNT(frames_ms));
    /* Sorted: 989 of 10, then 20 from the 990th to the 998th, then 50. */
    near(statistics_fps(statistics_percentile(frames_ms, 1000, 990)), 50, 1e-12);
    near(statistics_fps(statistics_percentile(frames_ms, 1000, 999)), 20, 1e-12);
    near(statistics_fps(statistics_median(frames_ms, 1000)), 100, 1e-12);
    near(statistics_fps(0), 0, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_huge_offset_loses_nothing),
        cmocka_unit_test(variance_is_the_population_s),
        cmocka_unit_test(of_none_and_of_one),
        cmocka_unit_test(cv_is_of_the_mean_s_size),
        cmocka_unit_test(percentiles_are_nearest_ranks),
        cmocka_unit_test(medians),
        cmocka_unit_test(lows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
