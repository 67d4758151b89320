/* SPDX-License-Identifier: Apache-2.0 */
/* The session's histogram: its steps by hand, and what it promises about any value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "histogram.h"

static struct histogram histogram;

/* What the only value in the histogram is answered with. */
static uint64_t answer(uint64_t value)
{
    histogram_reset(&histogram);
    histogram_add(&histogram, value);
    assert_int_equal(histogram.count, 1);
    return histogram_select(&histogram, 1);
}

static void steps_by_hand(void **state)
{
    (void)state;
    /* A step each up to 255: the first octave with 128 steps is [128, 256). */
    for (uint64_t value = 0; value < 256; value++)
        assert_true(answer(value) == value);
    /* Two wide in [256, 512), four in [512, 1024). */
    assert_true(answer(256) == 257);
    assert_true(answer(257) == 257);
    assert_true(answer(258) == 259);
    assert_true(answer(511) == 511);
    assert_true(answer(512) == 515);
    assert_true(answer(1023) == 1023);
    /* 16,666,667 is in [2^23, 2^24): 65,536 wide; 254 * 65,536 = 16,646,144 begins its step. */
    assert_true(answer(16666667) == 16711679);
    /* The last step: [2^37 - 2^29, 2^37). */
    assert_true(answer((UINT64_C(1) << 37) - 1) == (UINT64_C(1) << 37) - 1);
    assert_true(answer((UINT64_C(1) << 37) - (UINT64_C(1) << 29)) == (UINT64_C(1) << 37) - 1);
    /* Beyond it the longest itself. */
    assert_true(answer(UINT64_C(1) << 37) == UINT64_C(1) << 37);
    assert_true(answer(UINT64_MAX) == UINT64_MAX);
}

static void never_below_and_hardly_above(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 37; bit++) {
        uint64_t low = UINT64_C(1) << bit;
        uint64_t stride = low / 300 + 1;
        for (uint64_t value = low; value < 2 * low; value += stride) {
            uint64_t is = answer(value);
            assert_true(is >= value);
            assert_true(is - value < value / 128 + 1);
        }
    }
}

static void ranks(void **state)
{
    (void)state;
    histogram_reset(&histogram);
    for (uint64_t i = 0; i < 90; i++)
        histogram_add(&histogram, 100);
    for (uint64_t i = 0; i < 9; i++)
        histogram_add(&histogram, 300);
    histogram_add(&histogram, UINT64_C(1) << 40);
    assert_int_equal(histogram.count, 100);
    assert_true(histogram_select(&histogram, 1) == 100);
    assert_true(histogram_select(&histogram, 90) == 100);
    assert_true(histogram_select(&histogram, 91) == 301);
    assert_true(histogram_select(&histogram, 99) == 301);
    assert_true(histogram_select(&histogram, 100) == UINT64_C(1) << 40);
}

/* A full step takes no more, and the ranks stay those of what was counted. */
static void a_full_step(void **state)
{
    (void)state;
    histogram_reset(&histogram);
    histogram.step[0][7] = UINT32_MAX;
    histogram.octave[0] = UINT32_MAX;
    histogram.count = UINT32_MAX;
    histogram_add(&histogram, 7);
    histogram_add(&histogram, 9);
    assert_true(histogram.count == (uint64_t)UINT32_MAX + 1);
    assert_true(histogram_select(&histogram, UINT32_MAX) == 7);
    assert_true(histogram_select(&histogram, (uint64_t)UINT32_MAX + 1) == 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_by_hand),
        cmocka_unit_test(never_below_and_hardly_above),
        cmocka_unit_test(ranks),
        cmocka_unit_test(a_full_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
