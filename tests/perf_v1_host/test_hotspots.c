/* SPDX-License-Identifier: Apache-2.0 */
/* Hotspots, held against an exact count of what was added. */
#include "perfd/hotspots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define KEYS 4096u

static uint64_t memory[PERFD_HOTSPOTS_BYTES / 8];

static void open_bench(struct bench *bench)
{
    memset(memory, 0xa5, sizeof memory);
    bench_open(bench, NULL);
    assert_int_equal(perfd_hotspots_start(bench->perfd, memory, sizeof memory), 0);
}

static int add(struct bench *bench, const char *table, uint64_t key, uint64_t hits, uint64_t weight)
{
    const struct perfd_hotspot entry = {.key = key, .hits = hits, .weight = weight};
    return perfd_hotspots_add(bench->perfd, bench->client, text(table), &entry, 1);
}

static struct perfd_hotspot_table read_table(struct bench *bench, struct perfd_hotspot *entry,
                                             uint32_t max, int expected)
{
    struct perfd_hotspot_table table;
    assert_int_equal(perfd_read_hotspots(bench->perfd, 0, &table, entry, max), expected);
    return table;
}

/* --- Against an exact count ------------------------------------------------------------------- */

struct exact {
    uint64_t key[KEYS], hits[KEYS], weight[KEYS];
    uint64_t total;
};

static void count(struct exact *exact, uint32_t number, uint64_t key, uint64_t weight)
{
    exact->key[number] = key;
    exact->hits[number]++;
    exact->weight[number] += weight;
    exact->total += weight;
}

static uint32_t number_of(const struct exact *exact, uint64_t key)
{
    for (uint32_t i = 0; i < KEYS; i++)
        if (exact->hits[i] > 0 && exact->key[i] == key)
            return i;
    fail_msg("a key that was never added");
    return 0;
}

/* What the algorithm promises, of every entry and of every key. */
static void judge(struct bench *bench, const struct exact *exact)
{
    static struct perfd_hotspot entry[PERFD_HOTSPOTS_KEPT];
    struct perfd_hotspot_table table =
        read_table(bench, entry, PERFD_HOTSPOTS_KEPT, PERFD_HOTSPOTS_KEPT);
    uint64_t sum = 0;
    assert_int_equal(table.total_weight, exact->total);
    assert_int_equal(table.kept, PERFD_HOTSPOTS_KEPT);
    for (uint32_t i = 0; i < table.kept; i++) {
        uint32_t number = number_of(exact, entry[i].key);
        assert_true(entry[i].weight >= exact->weight[number]);
        assert_true(entry[i].weight - entry[i].error <= exact->weight[number]);
        assert_true(entry[i].error <= exact->total / PERFD_HOTSPOTS_KEPT);
        assert_true(entry[i].hits <= exact->hits[number]);
        if (i > 0)
            assert_true(
                entry[i - 1].weight > entry[i].weight ||
                (entry[i - 1].weight == entry[i].weight && entry[i - 1].key < entry[i].key));
        sum += entry[i].weight;
    }
    assert_int_equal(sum, exact->total); /* no weight is lost: it goes to who comes next */
    for (uint32_t i = 0; i < KEYS; i++)
        if (exact->weight[i] > exact->total / PERFD_HOTSPOTS_KEPT) {
            bool there = false;
            for (uint32_t at = 0; at < table.kept; at++)
                there = there || entry[at].key == exact->key[i];
            assert_true(there);
        }
}

/* Few keys have most of it: the n-th one a share as 1 / n has, roughly. */
static void few_have_most(void **state)
{
    static struct exact exact;
    struct bench bench;
    uint64_t dice = 20261128;
    (void)state;
    memset(&exact, 0, sizeof exact);
    open_bench(&bench);
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t bound = 1 + bench_random(&dice) % KEYS;
        uint32_t number = (uint32_t)(bench_random(&dice) % bound);
        uint64_t key = number * UINT64_C(0x123456789abcdef) + 7,
                 weight = 1 + bench_random(&dice) % 9;
        count(&exact, number, key, weight);
        assert_int_equal(add(&bench, "pc", key, 1, weight), 0);
    }
    judge(&bench, &exact);
    bench_close(&bench);
}

/* All keys of one place, by the table's own hash; in rounds, which is the worst there is. */
static void keys_that_collide(void **state)
{
    static struct exact exact;
    struct bench bench;
    uint32_t made = 0;
    (void)state;
    memset(&exact, 0, sizeof exact);
    open_bench(&bench);
    for (uint64_t key = 0; made < 1000; key++)
        if ((uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) % 512 == 511)
            exact.key[made++] = key;
    for (unsigned round = 0; round < 20; round++)
        for (uint32_t i = 0; i < made; i++) {
            count(&exact, i, exact.key[i], 1 + i % 3);
            assert_int_equal(add(&bench, "pc", exact.key[i], 1, 1 + i % 3), 0);
        }
    judge(&bench, &exact);
    bench_close(&bench);
}

/* Exact where all keys find a place. */
static void as_many_as_there_are_places(void **state)
{
    static struct perfd_hotspot entry[PERFD_HOTSPOTS_KEPT];
    struct bench bench;
    (void)state;
    open_bench(&bench);
    for (unsigned round = 0; round < 3; round++)
        for (uint64_t key = 0; key < PERFD_HOTSPOTS_KEPT; key++)
            assert_int_equal(add(&bench, "pc", UINT64_MAX - key, 2, key / 2 + 1), 0);
    struct perfd_hotspot_table table = read_table(&bench, entry, 256, 256);
    for (uint64_t i = 0; i < 256; i++) {
        /* Pairs are of equal weight, and what was counted down from has the lower key. */
        uint64_t key = 255 - i;
        assert_true(entry[i].key == UINT64_MAX - key);
        assert_int_equal(entry[i].weight, 3 * (key / 2 + 1));
        assert_int_equal(entry[i].hits, 6);
        assert_int_equal(entry[i].error, 0);
    }
    assert_int_equal(table.total_hits, 3 * 256 * 2);
    assert_int_equal(table.total_weight, 3 * 128 * 129);
    (void)read_table(&bench, entry, 50, 50);
    assert_int_equal(entry[49].weight, 3 * 104);
    /* One more takes the place of the lightest: of keys 0 and 1, both with 3, the lower. */
    assert_int_equal(add(&bench, "pc", 5, 1, 0), 0);
    (void)read_table(&bench, entry, 256, 256);
    bool gone = true;
    for (uint32_t i = 0; i < 256; i++) {
        gone = gone && entry[i].key != UINT64_MAX - 1;
        if (entry[i].key == 5) {
            assert_int_equal(entry[i].weight, 4);
            assert_int_equal(entry[i].error, 3);
            assert_int_equal(entry[i].hits, 1);
        }
    }
    assert_true(gone);
    bench_close(&bench);
}

/* The lightest goes, also where that was another one just before. */
static void who_gets_heavier_stays(void **state)
{
    static struct perfd_hotspot entry[PERFD_HOTSPOTS_KEPT];
    struct bench bench;
    (void)state;
    open_bench(&bench);
    for (uint64_t key = 0; key < PERFD_HOTSPOTS_KEPT; key++)
        assert_int_equal(add(&bench, "pc", key, 1, 1), 0);
    /* 0 is the lightest; then 1 is, and 2, which are told of in their turn; then 3. */
    for (uint64_t key = 0; key < 3; key++)
        assert_int_equal(add(&bench, "pc", key, 1, 100), 0);
    assert_int_equal(add(&bench, "pc", 1000, 1, 1), 0);
    assert_int_equal(add(&bench, "pc", 1001, 1, 1), 0);
    (void)read_table(&bench, entry, 256, 256);
    for (uint32_t i = 0; i < 5; i++) {
        static const uint64_t keys[] = {0, 1, 2, 1000, 1001};
        assert_int_equal(entry[i].key, keys[i]);
        assert_int_equal(entry[i].weight, i < 3 ? 101 : 2);
        assert_int_equal(entry[i].error, i < 3 ? 0 : 1);
    }
    for (uint32_t i = 5; i < 256; i++)
        assert_int_equal(entry[i].key, i); /* 3 and 4 have gone */
    bench_close(&bench);
}

/* --- Bounds ----------------------------------------------------------------------------------- */

static void sums_stop_at_the_top(void **state)
{
    struct perfd_hotspot entry[2];
    struct bench bench;
    (void)state;
    open_bench(&bench);
    assert_int_equal(add(&bench, "pc", UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 1), 0);
    assert_int_equal(add(&bench, "pc", UINT64_MAX, 5, 5), 0);
    assert_int_equal(add(&bench, "pc", 0, 7, 1), 0);
    struct perfd_hotspot_table table = read_table(&bench, entry, 2, 2);
    assert_true(table.total_weight == UINT64_MAX && table.total_hits == UINT64_MAX);
    assert_true(entry[0].key == UINT64_MAX && entry[0].weight == UINT64_MAX);
    assert_true(entry[0].hits == UINT64_MAX);
    assert_int_equal(entry[1].weight, 1);
    bench_close(&bench);
}

static void what_is_refused(void **state)
{
    struct perfd_hotspot entry[PERFD_HOTSPOTS_BATCH + 1] = {{.key = 1, .hits = 1}};
    struct perfd_hotspot_table table;
    struct bench bench;
    (void)state;
    bench_open(&bench, NULL);
    assert_int_equal(add(&bench, "pc", 1, 1, 1), PERFD_UNSUPPORTED);
    assert_int_equal(perfd_read_hotspots(bench.perfd, 0, &table, entry, 1), PERFD_UNSUPPORTED);
    assert_int_equal(perfd_hotspots_start(bench.perfd, memory, 1000), PERFD_NO_SPACE);
    assert_int_equal(perfd_hotspots_start(bench.perfd, memory, sizeof memory), 0);
    assert_int_equal(perfd_read_hotspots(bench.perfd, 0, &table, entry, 1), PERFD_NOT_FOUND);
    assert_int_equal(add(&bench, "", 1, 1, 1), PERFD_INVALID);
    assert_int_equal(add(&bench, "a name of more than thirty-one bytes", 1, 1, 1), PERFD_INVALID);
    assert_int_equal(add(&bench, "pc", 1, 0, 0), PERFD_INVALID);
    /* One bad entry, and none is taken. */
    assert_int_equal(perfd_hotspots_add(bench.perfd, bench.client, text("pc"), entry, 2),
                     PERFD_INVALID);
    assert_int_equal(perfd_hotspots_add(bench.perfd, bench.client, text("pc"), entry, 65),
                     PERFD_INVALID);
    assert_int_equal(perfd_hotspots_add(bench.perfd, 0, text("pc"), entry, 1), PERFD_NOT_FOUND);
    assert_int_equal(perfd_read_hotspots(bench.perfd, 0, &table, entry, 1), PERFD_NOT_FOUND);

    /* Four tables; the one whose client went first makes way. */
    int second = perfd_client_open(bench.perfd), third = perfd_client_open(bench.perfd);
    assert_int_equal(add(&bench, "a", 1, 1, 1), 0);
    assert_int_equal(perfd_hotspots_add(bench.perfd, second, text("a"), entry, 1), 0);
    assert_int_equal(perfd_hotspots_add(bench.perfd, third, text("a"), entry, 1), 0);
    assert_int_equal(add(&bench, "b", 1, 1, 1), 0);
    assert_int_equal(add(&bench, "c", 1, 1, 1), PERFD_NO_SPACE);
    perfd_client_close(bench.perfd, third);
    perfd_client_close(bench.perfd, second);
    assert_int_equal(perfd_read_hotspots(bench.perfd, 3, &table, entry, 1), 1);
    assert_true(table.id == 3 && table.closed);
    assert_int_equal(add(&bench, "c", 9, 1, 1), 0);
    assert_int_equal(perfd_read_hotspots(bench.perfd, 3, &table, entry, 1), 1);
    assert_int_equal(table.id, 4);
    assert_int_equal(perfd_read_hotspots(bench.perfd, 5, &table, entry, 1), 1);
    assert_string_equal(table.name, "c");
    assert_int_equal(table.total_weight, 1);
    assert_int_equal(entry[0].key, 9);
    bench_close(&bench);
}

/* --- Traces ----------------------------------------------------------------------------------- */

static void in_a_trace(void **state)
{
    static const char section[] =
        ",\"hotspots\":{\"1\":{\"name\":\"pc\",\"pid\":0,\"kept\":2,\"totalHits\":4,"
        "\"totalWeight\":31,\"top\":["
        "{\"key\":\"0xffffffff80001000\",\"hits\":3,\"weight\":30,\"error\":0},"
        "{\"key\":\"0x10\",\"hits\":1,\"weight\":1,\"error\":0}]}}}}";
    struct bench bench;
    struct perfd_trace_info info;
    int result;
    (void)state;
    open_bench(&bench);
    bench_start(&bench, 10 * MS);
    assert_int_equal(add(&bench, "pc", UINT64_C(0xffffffff80001000), 3, 30), 0);
    assert_int_equal(add(&bench, "pc", 16, 1, 0), 0);
    for (size_t chunk = 1; chunk <= 4096; chunk *= 64) {
        char *trace = bench_trace(&bench, 0, 0, chunk, &info, &result);
        assert_non_null(trace);
        assert_string_equal(trace + strlen(trace) - (sizeof section - 1), section);
        free(trace);
    }
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_have_most),
        cmocka_unit_test(keys_that_collide),
        cmocka_unit_test(as_many_as_there_are_places),
        cmocka_unit_test(who_gets_heavier_stays),
        cmocka_unit_test(sums_stop_at_the_top),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(in_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
