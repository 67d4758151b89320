/* SPDX-License-Identifier: Apache-2.0 */
/* Hotspots, held against an exact count of what was added. */
#include "perfd/hotspots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "perfd/run_log.h"

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

/* The algorithm as its paper has it, with a search where perfd has a heap and hashes. */
struct plain {
    struct perfd_hotspot entry[PERFD_HOTSPOTS_KEPT];
    uint32_t count;
};

static void add_plainly(struct plain *plain, uint64_t key, uint64_t hits, uint64_t weight)
{
    struct perfd_hotspot *lightest = &plain->entry[0];
    for (uint32_t i = 0; i < plain->count; i++) {
        struct perfd_hotspot *one = &plain->entry[i];
        if (one->key == key) {
            one->hits += hits;
            one->weight += weight;
            return;
        }
        if (one->weight < lightest->weight ||
            (one->weight == lightest->weight && one->key < lightest->key))
            lightest = one;
    }
    if (plain->count < PERFD_HOTSPOTS_KEPT)
        plain->entry[plain->count++] = (struct perfd_hotspot){key, hits, weight, 0};
    else
        *lightest = (struct perfd_hotspot){key, hits, lightest->weight + weight, lightest->weight};
}

static int heavier_first(const void *left, const void *right)
{
    const struct perfd_hotspot *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* So many keys, so far apart, in batches of any size; light ones, so that many weigh the same. */
static void play_both(uint64_t seed, uint32_t keys, uint64_t step)
{
    static struct plain plain;
    static struct perfd_hotspot entry[PERFD_HOTSPOTS_KEPT];
    struct bench bench;
    memset(&plain, 0, sizeof plain);
    open_bench(&bench);
    for (unsigned round = 0; round < 400; round++) {
        struct perfd_hotspot batch[PERFD_HOTSPOTS_BATCH];
        uint32_t count = (uint32_t)(bench_random(&seed) % (PERFD_HOTSPOTS_BATCH + 1));
        for (uint32_t i = 0; i < count; i++) {
            uint64_t key = bench_random(&seed) % keys * step, hits = 1 + bench_random(&seed) % 3,
                     weight = bench_random(&seed) % 4;
            /* Nobody looks at the error that a client says. */
            batch[i] = (struct perfd_hotspot){key, hits, weight, 77};
            add_plainly(&plain, key, hits, weight != 0 ? weight : hits);
        }
        assert_int_equal(perfd_hotspots_add(bench.perfd, bench.client, text("pc"), batch, count),
                         0);
        if (round % 40 != 39)
            continue;
        (void)read_table(&bench, entry, PERFD_HOTSPOTS_KEPT, (int)plain.count);
        qsort(plain.entry, plain.count, sizeof plain.entry[0], heavier_first);
        assert_memory_equal(entry, plain.entry, plain.count * sizeof entry[0]);
    }
    bench_close(&bench);
}

static void as_the_paper_has_it(void **state)
{
    /* All multiples of 2^41 have the same hash. */
    static const uint64_t steps[] = {1, 4, 4096, UINT64_C(1) << 41};
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            play_both(seed, 200, steps[i]);
            play_both(seed, 300, steps[i]);
            play_both(seed, 3000, steps[i]);
        }
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

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a + b < a ? UINT64_MAX : a + b;
}

/* Where all are at the top, what an entry says of its own key still holds. */
static void at_the_top_weights_are_still_bounds(void **state)
{
    static struct perfd_hotspot entry[PERFD_HOTSPOTS_KEPT];
    static uint64_t exact[PERFD_HOTSPOTS_KEPT + 44];
    struct bench bench;
    (void)state;
    memset(exact, 0, sizeof exact);
    open_bench(&bench);
    for (unsigned round = 0; round < 5; round++)
        for (uint64_t key = 0; key < PERFD_HOTSPOTS_KEPT + 44; key++) {
            uint64_t weight = (UINT64_MAX >> 1) - (key % 7 << 55);
            exact[key] = sum_of(exact[key], weight);
            assert_int_equal(add(&bench, "pc", UINT64_MAX - key, weight, weight), 0);
        }
    struct perfd_hotspot_table table = read_table(&bench, entry, 256, 256);
    assert_true(table.total_weight == UINT64_MAX && table.total_hits == UINT64_MAX);
    for (uint32_t i = 0; i < 256; i++) {
        uint64_t had = exact[UINT64_MAX - entry[i].key];
        assert_true(entry[i].weight >= had && entry[i].weight - entry[i].error <= had);
        assert_true(entry[i].weight >= entry[i].error);
    }
    bench_close(&bench);
}

/* For who looks for the next table there is always an id behind the last one. */
static void ids_end(void **state)
{
    struct perfd_hotspot entry[1] = {{.key = 1, .hits = 1, .weight = 1}};
    struct perfd_hotspot_table last = {.id = UINT32_MAX, .closed = true, .name = "last"}, table;
    struct perfd_trace_info info;
    struct bench bench;
    int result;
    (void)state;
    open_bench(&bench);
    assert_int_equal(perfd_hotspots_restore(bench.perfd, 0, &last, entry, 1), PERFD_INVALID);
    last.id--;
    assert_int_equal(perfd_hotspots_restore(bench.perfd, 0, &last, entry, 1), 0);
    assert_int_equal(add(&bench, "one more", 1, 1, 1), PERFD_NO_SPACE);
    assert_int_equal(perfd_read_hotspots(bench.perfd, 0, &table, entry, 1), 1);
    assert_int_equal(table.id, UINT32_MAX - 1);
    assert_int_equal(perfd_read_hotspots(bench.perfd, table.id + 1, &table, entry, 1),
                     PERFD_NOT_FOUND);
    bench_start(&bench, 10 * MS);
    char *trace = bench_trace(&bench, 0, 0, 4096, &info, &result);
    assert_non_null(strstr(trace, "\"hotspots\":{\"4294967294\":{\"name\":\"last\""));
    free(trace);
    bench_close(&bench);
}

static void what_cannot_have_been_is_not_restored(void **state)
{
    struct perfd_hotspot entry[2] = {{.key = 1, .hits = 1, .weight = 1},
                                     {.key = 1, .hits = 1, .weight = 1}};
    struct perfd_hotspot_table table = {.id = 1, .name = "a"};
    struct bench bench;
    (void)state;
    bench_open(&bench, NULL);
    assert_int_equal(perfd_hotspots_restore(bench.perfd, bench.client, &table, entry, 1),
                     PERFD_UNSUPPORTED);
    bench_close(&bench);
    open_bench(&bench);
    struct perfd *perfd = bench.perfd;
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client + 1, &table, entry, 1),
                     PERFD_NOT_FOUND);
    assert_int_equal(perfd_hotspots_restore(perfd, 0, &table, entry, 1), PERFD_INVALID);
    table.closed = true;
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client, &table, entry, 1), PERFD_INVALID);
    table.closed = false;
    table.id = 0;
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client, &table, entry, 1), PERFD_INVALID);
    table.id = 1;
    table.name[0] = '\0';
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client, &table, entry, 1), PERFD_INVALID);
    table.name[0] = 'a';
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client, &table, entry, 1), 0);
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client, &table, entry, 1), PERFD_INVALID);
    /* The same id of another name, the same name of another id. */
    table.name[0] = 'b';
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client, &table, entry, 0), PERFD_INVALID);
    table.name[0] = 'a';
    table.id = 2;
    assert_int_equal(perfd_hotspots_restore(perfd, bench.client, &table, entry, 0), PERFD_INVALID);
    /* Of those that have gone there may be many of one name; in all there are four places. */
    table.closed = true;
    for (; table.id <= 4; table.id++)
        assert_int_equal(perfd_hotspots_restore(perfd, 0, &table, entry, 1), 0);
    assert_int_equal(perfd_hotspots_restore(perfd, 0, &table, entry, 1), PERFD_NO_SPACE);
    /* 2 went first. A client that is not one closes nothing. */
    perfd_client_close(perfd, 0);
    assert_int_equal(add(&bench, "c", 9, 1, 1), 0);
    assert_int_equal(perfd_read_hotspots(perfd, 2, &table, entry, 1), 1);
    assert_int_equal(table.id, 3);
    bench_close(&bench);
}

/* A table in the place of one that has gone knows nothing of it, not even of equal keys. */
static void a_place_that_was_used(void **state)
{
    static struct perfd_hotspot entry[PERFD_HOTSPOTS_KEPT];
    struct bench bench;
    (void)state;
    open_bench(&bench);
    int guest = 0;
    for (unsigned round = 0; round < 3 * PERFD_HOTSPOT_TABLES; round++) {
        guest = perfd_client_open(bench.perfd);
        assert_true(guest > 0);
        /* Half of them go while their first keys are there, half when others took their places. */
        for (uint64_t key = 0; key < (round % 2 == 0 ? 256u : 300u); key++) {
            const struct perfd_hotspot one = {.key = key, .hits = 1, .weight = 1};
            assert_int_equal(perfd_hotspots_add(bench.perfd, guest, text("pc"), &one, 1), 0);
            if (key != 255)
                continue;
            struct perfd_hotspot_table table;
            assert_int_equal(perfd_read_hotspots(bench.perfd, round + 1, &table, entry, 256), 256);
            assert_int_equal(table.total_weight, 256);
            for (uint32_t i = 0; i < 256; i++)
                assert_true(entry[i].key == i && entry[i].weight == 1 && entry[i].error == 0);
        }
        perfd_client_close(bench.perfd, guest);
    }
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
    /* One without entries has no part in it. */
    assert_int_equal(perfd_hotspots_add(bench.perfd, bench.client, text("none"), NULL, 0), 0);
    for (size_t chunk = 1; chunk <= 4096; chunk *= 64) {
        char *trace = bench_trace(&bench, 0, 0, chunk, &info, &result);
        assert_non_null(trace);
        assert_string_equal(trace + strlen(trace) - (sizeof section - 1), section);
        free(trace);
    }
    bench_close(&bench);
}

/* The rest of a trace is of the moment when its copy was made, whatever is added since. */
static void a_trace_does_not_change(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;
    int result;
    (void)state;
    open_bench(&bench);
    bench_start(&bench, 10 * MS);
    for (uint64_t key = 0; key < 300; key++)
        assert_int_equal(add(&bench, "pc", key, 1, 1 + key), 0);
    char *whole = bench_trace(&bench, 0, 0, 4096, &info, &result);
    assert_non_null(whole);
    int trace = bench_prepare(&bench, 0, 0);
    assert_true(trace > 0);
    const char *section = strstr(whole, ",\"hotspots\":");
    assert_non_null(section);
    /* The 50 heaviest, and no more. */
    unsigned shown = 0;
    for (const char *key = section; (key = strstr(key, "{\"key\":")) != NULL; key++)
        shown++;
    assert_int_equal(shown, PERFD_HOTSPOTS_SHOWN);
    for (uint64_t at = 0; whole[at] != '\0';) {
        char byte[16];
        size_t got = 0;
        assert_int_equal(add(&bench, "pc", 1000 + at, 1, 100000), 0);
        assert_int_equal(add(&bench, at % 32 != 0 ? "other" : "third", at, 1, 1), 0);
        assert_int_equal(
            perfd_trace_read(bench.perfd, (uint32_t)trace, at, byte, sizeof byte, &got), 0);
        assert_true(got > 0);
        assert_memory_equal(byte, whole + at, got);
        at += got;
    }
    free(whole);
    bench_close(&bench);
}

/* A piece has room for the longest texts and numbers that there are. */
static void the_longest_in_a_trace(void **state)
{
    static char name[PERFD_CATEGORY_MAX + 1];
    struct bench bench;
    struct perfd_trace_info info;
    int result;
    (void)state;
    memset(name, 1, PERFD_CATEGORY_MAX);
    open_bench(&bench);
    bench_start(&bench, 10 * MS);
    struct perfd_hotspot most = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    struct perfd_hotspot_table table = {.id = UINT32_MAX - 1,
                                        .pid = UINT32_MAX,
                                        .closed = true,
                                        .total_hits = UINT64_MAX,
                                        .total_weight = UINT64_MAX};
    memcpy(table.name, name, sizeof name);
    assert_int_equal(perfd_hotspots_restore(bench.perfd, 0, &table, &most, 1), 0);
    char *trace = bench_trace(&bench, 0, 0, 4096, &info, &result);
    assert_non_null(trace);
    assert_non_null(strstr(trace, "\\u0001\",\"pid\":4294967295,\"kept\":1,"
                                  "\"totalHits\":18446744073709551615,"
                                  "\"totalWeight\":18446744073709551615,\"top\":["
                                  "{\"key\":\"0xffffffffffffffff\","
                                  "\"hits\":18446744073709551615,"
                                  "\"weight\":18446744073709551615,"
                                  "\"error\":18446744073709551615}]}}}}"));
    free(trace);
    bench_close(&bench);
}

/* --- Logs ------------------------------------------------------------------------------------- */

#define CLIENTS 16u

/* A perfd that is told by another's log. */
struct reader {
    struct bench bench;
    uint64_t memory[PERFD_HOTSPOTS_BYTES / 8];
    int client[CLIENTS];
    unsigned there; /* entries of tables that were there */
};

static void play_entry(struct reader *reader, const struct perfd_log_entry *entry)
{
    struct perfd *perfd = reader->bench.perfd;
    int *named = &reader->client[entry->id % CLIENTS];
    int client = reader->client[(unsigned)entry->client % CLIENTS];
    switch (entry->kind) {
    case PERFD_LOG_CLIENT_OPEN:
        *named = perfd_client_open(perfd);
        assert_true(*named > 0);
        break;
    case PERFD_LOG_PROCESS:
        assert_int_equal(
            perfd_client_process(perfd, *named, entry->process.pid, entry->process.name), 0);
        break;
    case PERFD_LOG_CLIENT_CLOSE:
        perfd_client_close(perfd, *named);
        *named = 0;
        break;
    case PERFD_LOG_HOTSPOTS:
        assert_null(entry->hotspots.there);
        assert_int_equal(perfd_hotspots_add(perfd, client, entry->hotspots.table,
                                            entry->hotspots.entry, entry->hotspots.count),
                         0);
        break;
    case PERFD_LOG_HOTSPOTS_THERE:
        reader->there++;
        assert_int_equal(perfd_hotspots_restore(perfd, client, entry->hotspots.there,
                                                entry->hotspots.entry, entry->hotspots.count),
                         0);
        break;
    default:
        assert_int_equal(entry->kind, PERFD_LOG_HEAD);
    }
}

/* Plays what waits; then every table is the same in both, and so is the next id. */
static void play_on(struct bench *told, struct reader *reader)
{
    static struct perfd_hotspot entry[2][PERFD_HOTSPOTS_KEPT];
    struct perfd_hotspot_table table[2];
    const struct perfd_log_entry *waits;
    while ((waits = perfd_log_peek(told->perfd)) != NULL) {
        play_entry(reader, waits);
        perfd_log_took(told->perfd);
    }
    for (uint32_t from = 0;; from = table[0].id + 1) {
        int count = perfd_read_hotspots(told->perfd, from, &table[0], entry[0], 256);
        assert_int_equal(perfd_read_hotspots(reader->bench.perfd, from, &table[1], entry[1], 256),
                         count);
        if (count == PERFD_NOT_FOUND)
            return;
        assert_true(count >= 0);
        assert_int_equal(table[1].id, table[0].id);
        assert_string_equal(table[1].name, table[0].name);
        assert_int_equal(table[1].pid, table[0].pid);
        assert_string_equal(table[1].process, table[0].process);
        assert_int_equal(table[1].closed, table[0].closed);
        assert_int_equal(table[1].kept, table[0].kept);
        assert_int_equal(table[1].total_hits, table[0].total_hits);
        assert_int_equal(table[1].total_weight, table[0].total_weight);
        assert_memory_equal(entry[1], entry[0], (size_t)count * sizeof entry[0][0]);
    }
}

static void add_keys(struct bench *bench, int client, const char *name, uint64_t keys)
{
    for (uint64_t key = 0; key < keys; key++) {
        const struct perfd_hotspot entry = {.key = key * 64, .hits = 1, .weight = 1 + key * 7 % 5};
        assert_int_equal(perfd_hotspots_add(bench->perfd, client, text(name), &entry, 1), 0);
    }
}

static int join(struct bench *bench, uint32_t pid, const char *process)
{
    int client = perfd_client_open(bench->perfd);
    assert_true(client > 0);
    assert_int_equal(perfd_client_process(bench->perfd, client, pid, text(process)), 0);
    return client;
}

static void a_log_has_them(void **state)
{
    static uint64_t log[(size_t)512 * 1024 / 8];
    static struct reader reader;
    struct bench bench;
    (void)state;
    memset(&reader, 0, sizeof reader);
    open_bench(&bench);
    bench_open(&reader.bench, NULL);
    assert_int_equal(perfd_hotspots_start(reader.bench.perfd, reader.memory, sizeof reader.memory),
                     0);
    int first = join(&bench, 10, "first"), second = join(&bench, 20, "second"),
        third = join(&bench, 30, "third");
    add_keys(&bench, second, "went last", 300);                                          /* 1 */
    add_keys(&bench, first, "stays", 200);                                               /* 2 */
    assert_int_equal(perfd_hotspots_add(bench.perfd, first, text("empty"), NULL, 0), 0); /* 3 */
    add_keys(&bench, third, "went first", 256);                                          /* 4 */
    perfd_client_close(bench.perfd, third);
    perfd_client_close(bench.perfd, second);
    assert_int_equal(perfd_log_start(bench.perfd, log, sizeof log, bench.port.now_ns), 0);
    play_on(&bench, &reader);
    assert_int_equal(reader.there, 4 + 4 + 1 + 4); /* 64 keys each at most */
    /* Keys that come, go and stay, in places of those that went. */
    add_keys(&bench, first, "stays", 700);
    play_on(&bench, &reader);
    int fourth = join(&bench, 40, "fourth");
    add_keys(&bench, fourth, "stays", 3); /* for "went first" */
    play_on(&bench, &reader);
    add_keys(&bench, first, "empty", 10);
    perfd_client_close(bench.perfd, fourth);
    add_keys(&bench, first, "new", 5); /* for "went last" */
    play_on(&bench, &reader);
    add_keys(&bench, first, "newer", 5); /* for the fourth's */
    play_on(&bench, &reader);
    perfd_log_stop(bench.perfd, bench.port.now_ns);
    assert_int_equal(perfd_log_peek(bench.perfd)->kind, PERFD_LOG_END);
    assert_int_equal(perfd_log_peek(bench.perfd)->lost, 0);
    perfd_log_took(bench.perfd);
    /* A log that has no room for all of them does not begin. */
    assert_int_equal(perfd_log_start(bench.perfd, log, PERFD_LOG_BYTES_MIN, bench.port.now_ns),
                     PERFD_NO_SPACE);
    bench_close(&reader.bench);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_have_most),
        cmocka_unit_test(keys_that_collide),
        cmocka_unit_test(as_many_as_there_are_places),
        cmocka_unit_test(who_gets_heavier_stays),
        cmocka_unit_test(as_the_paper_has_it),
        cmocka_unit_test(sums_stop_at_the_top),
        cmocka_unit_test(at_the_top_weights_are_still_bounds),
        cmocka_unit_test(ids_end),
        cmocka_unit_test(what_cannot_have_been_is_not_restored),
        cmocka_unit_test(a_place_that_was_used),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(in_a_trace),
        cmocka_unit_test(a_trace_does_not_change),
        cmocka_unit_test(the_longest_in_a_trace),
        cmocka_unit_test(a_log_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
