/* SPDX-License-Identifier: Apache-2.0 */
/* Two-word arithmetic, by hand at its edges and against the compiler's 128 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wide.h"

__extension__ typedef unsigned __int128 judge;

static judge value_of(struct wide w)
{
    return (judge)w.high << 64 | w.low;
}

static void sums(void **state)
{
    (void)state;
    struct wide sum = {0, 0};
    wide_add(&sum, UINT64_MAX);
    wide_add(&sum, 1);
    assert_true(sum.high == 1 && sum.low == 0);
    wide_add(&sum, UINT64_MAX);
    wide_add(&sum, UINT64_MAX);
    assert_true(sum.high == 2 && sum.low == UINT64_MAX - 1);
    wide_subtract(&sum, UINT64_MAX);
    assert_true(sum.high == 1 && sum.low == UINT64_MAX);
    wide_subtract(&sum, UINT64_MAX);
    wide_subtract(&sum, 1);
    assert_true(sum.high == 0 && sum.low == UINT64_MAX);
}

static void divisions_by_hand(void **state)
{
    (void)state;
    assert_true(wide_scale(1, 1, 2) == 1); /* halves go up */
    assert_true(wide_scale(1, 1, 3) == 0);
    assert_true(wide_scale(2, 1, 3) == 1);
    assert_true(wide_scale(0, UINT64_MAX, 1) == 0);
    assert_true(wide_scale(UINT64_MAX, 1, 1) == UINT64_MAX);
    assert_true(wide_scale(UINT64_MAX, UINT64_MAX, UINT64_MAX) == UINT64_MAX);
    assert_true(wide_scale(UINT64_MAX, 2, 4) == UINT64_C(1) << 63); /* 2^63 - 1/2 */
    /* Too large for a word, and just not. */
    assert_true(wide_scale(UINT64_MAX, 2, 1) == UINT64_MAX);
    assert_true(wide_scale(UINT64_C(1) << 63, 2, 1) == UINT64_MAX);
    assert_true(wide_divide((struct wide){1, 0}, 2) == UINT64_C(1) << 63);
    assert_true(wide_divide((struct wide){1, 1}, 2) == (UINT64_C(1) << 63) + 1);
    /* The quotient is 2^64 - 1/2: rounding up would not fit. */
    assert_true(wide_divide((struct wide){1, UINT64_MAX}, 2) == UINT64_MAX);
    /* 60 intervals of 16,666,667 ns: 60 * 10^12 / 1,000,000,020 = 59,999.9988 */
    assert_true(wide_scale(60, UINT64_C(1000000000000), 1000000020) == 60000);
    /* 4 * 10^9 frames in 2^61 ns: 4 * 10^21 / 2305843009213693952 = 1734.72... */
    assert_true(wide_scale(UINT64_C(4000000000), UINT64_C(1000000000000), UINT64_C(1) << 61) ==
                1735);
}

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void against_the_compiler(void **state)
{
    (void)state;
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 200000; i++) {
        uint64_t a = random_next(&seed) >> (random_next(&seed) % 64);
        uint64_t b = random_next(&seed) >> (random_next(&seed) % 64);
        uint64_t d = (random_next(&seed) >> (random_next(&seed) % 64)) | 1;
        judge product = (judge)a * b;
        assert_true(value_of(wide_multiply(a, b)) == product);
        judge quotient = product / d + (product % d >= d - product % d);
        uint64_t expected = quotient > UINT64_MAX ? UINT64_MAX : (uint64_t)quotient;
        assert_true(wide_scale(a, b, d) == expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums),
        cmocka_unit_test(divisions_by_hand),
        cmocka_unit_test(against_the_compiler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
