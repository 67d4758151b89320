/* SPDX-License-Identifier: Apache-2.0 */
/* The text sink: figures against the C library's, rounding by hand, and what happens at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "put.h"

static char bytes[128];

static struct put sink(size_t size)
{
    memset(bytes, '#', sizeof bytes);
    return (struct put){.bytes = bytes, .size = size};
}

static void check(const struct put *p, const char *expected)
{
    assert_false(p->overflow);
    assert_int_equal(p->length, strlen(expected));
    assert_memory_equal(p->bytes, expected, p->length);
    assert_int_equal(bytes[p->length], '#');
}

static void check_fixed(uint64_t value, unsigned divisor_digits, unsigned decimals,
                        const char *expected)
{
    struct put p = sink(sizeof bytes - 1);
    put_fixed(&p, value, divisor_digits, decimals);
    check(&p, expected);
}

static void integers(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 9, 10, 99, 100, 123456789, INT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char expected[32];
        struct put p = sink(64);
        put_u64(&p, values[i]);
        snprintf(expected, sizeof expected, "%llu", (unsigned long long)values[i]);
        check(&p, expected);
        p = sink(64);
        put_i64(&p, (int64_t)values[i]);
        snprintf(expected, sizeof expected, "%lld", (long long)values[i]);
        check(&p, expected);
    }
    struct put p = sink(64);
    put_i64(&p, INT64_MIN);
    check(&p, "-9223372036854775808");
}

static void fixed_point(void **state)
{
    (void)state;
    check_fixed(0, 3, 3, "0.000");
    check_fixed(5, 3, 3, "0.005");
    check_fixed(16666667, 3, 3, "16666.667");
    check_fixed(16666667, 6, 6, "16.666667");
    check_fixed(16666667, 6, 3, "16.667");
    check_fixed(16700000, 6, 3, "16.700");
    check_fixed(1499, 6, 3, "0.001");
    check_fixed(1500, 6, 3, "0.002"); /* halves go up */
    check_fixed(999499, 6, 3, "0.999");
    check_fixed(999500, 6, 3, "1.000");
    check_fixed(59944, 3, 2, "59.94");
    check_fixed(59945, 3, 2, "59.95");
    check_fixed(5, 1, 0, "1");
    check_fixed(4, 1, 0, "0");
    check_fixed(42, 0, 0, "42");
    check_fixed(UINT64_MAX, 6, 3, "18446744073709.552");
    check_fixed(UINT64_MAX, 6, 6, "18446744073709.551615");
    check_fixed(UINT64_MAX, 19, 19, "1.8446744073709551615");
    check_fixed(1, 19, 19, "0.0000000000000000001");
}

static void escapes(void **state)
{
    (void)state;
    struct put p = sink(64);
    put_percent_escaped(&p, "aZ09._-", 7);
    put_percent_escaped(&p, " \n%\xff\0~", 6);
    check(&p, "aZ09._-%20%0A%25%FF%00%7E");
}

static void full(void **state)
{
    (void)state;
    struct put p = sink(5);
    put_text(&p, "abc");
    put_u64(&p, 1234); /* whole or not at all */
    assert_true(p.overflow);
    assert_int_equal(p.length, 3);
    put_char(&p, 'x'); /* would fit, but the text would have a hole */
    assert_int_equal(p.length, 3);
    assert_memory_equal(bytes, "abc###", 6);

    p = sink(5);
    put_percent_escaped(&p, "a\nb", 3);
    check(&p, "a%0Ab");
    p = sink(4);
    put_percent_escaped(&p, "a\nb", 3);
    assert_true(p.overflow);
    assert_int_equal(p.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(fixed_point),
        cmocka_unit_test(escapes),
        cmocka_unit_test(full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
