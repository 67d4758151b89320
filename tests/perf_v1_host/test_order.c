/* SPDX-License-Identifier: Apache-2.0 */
/* The multiset behind the percentiles, against a sorted array and against permutations whose k-th
 * smallest is known. The memory here is exactly as large as promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "order.h"

#define MODEL_MAX 3000

struct model {
    struct order order;
    uint64_t sorted[MODEL_MAX];
    uint32_t n, capacity;
};

static struct model *model_new(uint32_t capacity)
{
    struct model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    uint64_t *words = malloc(PERFD_ORDER_WORDS(capacity) * sizeof *words);
    assert_non_null(words);
    /* What a word held before must not matter. */
    memset(words, 0xa5, PERFD_ORDER_WORDS(capacity) * sizeof *words);
    m->capacity = capacity;
    assert_ptr_equal(order_reset(&m->order, words, capacity), words + PERFD_ORDER_WORDS(capacity));
    return m;
}

static void model_free(struct model *m)
{
    free(m->order.bound);
    free(m);
}

static uint32_t model_place(const struct model *m, uint64_t value)
{
    uint32_t i = 0;
    while (i < m->n && m->sorted[i] < value)
        i++;
    return i;
}

static void model_insert(struct model *m, uint64_t value)
{
    uint32_t i = model_place(m, value);
    memmove(&m->sorted[i + 1], &m->sorted[i], (m->n - i) * sizeof m->sorted[0]);
    m->sorted[i] = value;
    m->n++;
    order_insert(&m->order, value);
}

static void model_remove(struct model *m, uint64_t value)
{
    uint32_t i = model_place(m, value);
    assert_true(i < m->n && m->sorted[i] == value);
    m->n--;
    memmove(&m->sorted[i], &m->sorted[i + 1], (m->n - i) * sizeof m->sorted[0]);
    order_remove(&m->order, value);
}

/* What order.h says: runs in memory of their own, sorted, no value above its run's bound or below
 * the one before, each run at least half full unless it is the only one. */
static void check_runs(const struct order *o, uint32_t capacity)
{
    const uint64_t *end = o->bound + PERFD_ORDER_WORDS(capacity);
    uint64_t before = 0;
    size_t count = 0;
    assert_true(o->runs >= 1 && o->runs <= o->places);
    assert_true(o->bound[o->runs - 1] == UINT64_MAX);
    for (size_t run = 0; run < o->runs; run++) {
        size_t n = (uint32_t)o->run[run];
        const uint64_t *value = o->value + (o->run[run] >> 32);
        assert_true(value + o->full <= end);
        assert_true(n <= o->full && (o->runs == 1 || n >= o->full / 2));
        for (size_t i = 0; i < n; i++) {
            assert_true(before <= value[i] && value[i] <= o->bound[run]);
            before = value[i];
        }
        if (run + 1 < o->runs)
            before = o->bound[run];
        count += n;
    }
    assert_int_equal(count, o->count);
}

static void check_all(const struct model *m)
{
    assert_int_equal(m->order.count, m->n);
    check_runs(&m->order, m->capacity);
    for (uint32_t rank = 1; rank <= m->n; rank++)
        assert_true(order_select(&m->order, rank) == m->sorted[rank - 1]);
}

/* A few ranks, so that every operation can be checked. */
static void check_some(const struct model *m)
{
    assert_int_equal(m->order.count, m->n);
    for (uint32_t part = 0; m->n > 0 && part <= 4; part++) {
        uint32_t i = (uint32_t)((uint64_t)(m->n - 1) * part / 4);
        assert_true(order_select(&m->order, i + 1) == m->sorted[i]);
    }
}

static uint64_t random_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* A window sliding over random values: the oldest leaves, the newest comes. */
static void slide(uint32_t capacity, uint64_t distinct)
{
    struct model *m = model_new(capacity);
    uint64_t *ring = calloc(capacity, sizeof *ring);
    uint64_t state = capacity * 31 + distinct;
    assert_non_null(ring);
    for (uint32_t i = 0; i < 4 * capacity + 50; i++) {
        uint64_t value = random_next(&state) % distinct;
        if (m->n == capacity)
            model_remove(m, ring[i % capacity]);
        ring[i % capacity] = value;
        model_insert(m, value);
        check_some(m);
        if (i % 97 == 0)
            check_all(m);
    }
    check_all(m);
    free(ring);
    model_free(m);
}

static void windows_of_any_size(void **state)
{
    (void)state;
    static const uint32_t capacities[] = {1,  2,  8,  31,  32,  33,   63,
                                          64, 65, 90, 128, 129, 1200, 2900};
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        slide(capacities[i], UINT64_C(1) << 31);
        slide(capacities[i], 100);
        slide(capacities[i], 5); /* nearly all are equal */
        slide(capacities[i], 1);
    }
}

/* Grows and shrinks to nothing. */
static void fills_and_empties(void **state)
{
    (void)state;
    struct model *m = model_new(MODEL_MAX);
    uint64_t seed = 7;
    for (uint32_t round = 0; round < 6; round++) {
        for (uint32_t i = 0; i < MODEL_MAX; i++) {
            uint64_t values[6] = {i, MODEL_MAX - i, random_next(&seed), i / 100, UINT64_MAX - i, 3};
            model_insert(m, values[round]);
            if (i % 211 == 0)
                check_all(m);
        }
        while (m->n > 0) {
            /* From the front, the back, the middle, at random. */
            uint32_t places[4] = {0, m->n - 1, m->n / 2, (uint32_t)(random_next(&seed) % m->n)};
            model_remove(m, m->sorted[places[(round + m->n / 700) % 4]]);
            check_some(m);
            if (m->n % 211 == 0)
                check_all(m);
        }
    }
    model_free(m);
}

/* Ascending fills leave every run half full, the worst for memory; then all turns over. */
static void the_memory_is_enough(void **state)
{
    (void)state;
    for (uint32_t capacity = 20; capacity <= 2700; capacity = capacity * 3 / 2 + 1) {
        struct model *m = model_new(capacity);
        for (uint32_t i = 0; i < capacity; i++)
            model_insert(m, i);
        for (uint32_t i = 0; i < 2 * capacity; i++) {
            model_remove(m, m->sorted[i % 3 == 0 ? 0 : m->n - 1]);
            model_insert(m, i % 2 == 0 ? 2 * capacity + i : capacity / 2);
        }
        check_all(m);
        model_free(m);
    }
}

/* i -> i * k mod 1,000,003 (a prime) takes each of 1..1,000,002 once, in a scattered order. */
static void a_million(void **state)
{
    (void)state;
    const uint32_t prime = 1000003, n = prime - 1, capacity = 1u << 20;
    uint64_t *words = malloc(PERFD_ORDER_WORDS(capacity) * sizeof *words);
    struct order order;
    assert_non_null(words);
    assert_ptr_equal(order_reset(&order, words, capacity), words + PERFD_ORDER_WORDS(capacity));
    for (uint32_t i = 1; i <= n; i++)
        order_insert(&order, (uint64_t)i * 700001 % prime);
    assert_int_equal(order.count, n);
    for (uint32_t rank = 1; rank <= n; rank += 997)
        assert_true(order_select(&order, rank) == rank);
    assert_true(order_select(&order, n) == n);

    /* Without the even ones, the k-th smallest is 2k - 1. */
    for (uint32_t i = 1; i <= n; i++) {
        uint64_t value = (uint64_t)i * 300007 % prime;
        if (value % 2 == 0)
            order_remove(&order, value);
    }
    assert_int_equal(order.count, n / 2);
    for (uint32_t rank = 1; rank <= n / 2; rank += 499)
        assert_true(order_select(&order, rank) == 2 * (uint64_t)rank - 1);
    check_runs(&order, capacity);
    free(words);
}

/* By hand: 64 values a run, half of them at least, and two words a place; longer runs where there
 * are more of them than 32 times that many. */
static void the_bound_by_hand(void **state)
{
    (void)state;
    for (uint32_t values = 8; values <= 1u << 20; values += 1 + values / 50)
        assert_int_equal(order_words(values), PERFD_ORDER_WORDS(values));
    assert_int_equal(PERFD_ORDER_WORDS(8), 2 * 64 + 64);
    assert_int_equal(PERFD_ORDER_WORDS(95), 2 * 64 + 2 * 64);
    assert_int_equal(PERFD_ORDER_WORDS(96), 2 * 64 + 3 * 64);
    assert_int_equal(PERFD_ORDER_WORDS(1200), 2 * 64 + 37 * 64);
    assert_int_equal(PERFD_ORDER_WORDS(2048), 2 * 64 + 64 * 64);
    assert_int_equal(PERFD_ORDER_WORDS(2049), 2 * 2048 + 64 * 64);
    assert_int_equal(PERFD_ORDER_WORDS(65536), 2 * 2048 + 2048 * 64);
    assert_int_equal(PERFD_ORDER_WORDS(65537), 2 * 4096 + 1024 * 128);
    assert_int_equal(PERFD_ORDER_WORDS(1000000), 2 * 8192 + 7812 * 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_of_any_size),  cmocka_unit_test(fills_and_empties),
        cmocka_unit_test(the_memory_is_enough), cmocka_unit_test(a_million),
        cmocka_unit_test(the_bound_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
