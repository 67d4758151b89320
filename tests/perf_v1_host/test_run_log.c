/* SPDX-License-Identifier: Apache-2.0 */
/* The run log in the core: what was said comes out, in order, from a ring of any size that wraps.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "perfd/run_log.h"

#define MEMORY_MOST 65536u

static struct bench bench;
static uint64_t memory[MEMORY_MOST / 8];

static int setup(void **state)
{
    (void)state;
    bench_open(&bench, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bench_close(&bench);
    return 0;
}

/* Takes the entries that a log begins with: its head, and the client that is there. */
static void begin_log(size_t bytes)
{
    assert_int_equal(perfd_log_start(bench.perfd, memory, bytes, bench.port.now_ns), 0);
    assert_int_equal(perfd_log_peek(bench.perfd)->kind, PERFD_LOG_HEAD);
    perfd_log_took(bench.perfd);
    const struct perfd_log_entry *client = perfd_log_peek(bench.perfd);
    assert_int_equal(client->kind, PERFD_LOG_CLIENT_OPEN);
    assert_int_equal(client->id, bench.client);
    perfd_log_took(bench.perfd);
    assert_null(perfd_log_peek(bench.perfd));
}

/* The mark of this number: its name says which it is, and is as long as the number asks for. */
static uint32_t name_of(uint64_t number, char name[PERFD_LABEL_MAX + 1])
{
    uint32_t length = 1 + (uint32_t)(number * 7 % PERFD_LABEL_MAX);
    memset(name, 'a' + (int)(number % 26), length);
    return length;
}

static void say(uint64_t number)
{
    char name[PERFD_LABEL_MAX + 1];
    uint32_t length = name_of(number, name);
    bench.port.now_ns++;
    /* No session runs: it is refused, and told all the same. */
    const struct perfd_mark mark = {
        .kind = PERFD_COUNTER, .name = {name, length}, .value = (int64_t)number};
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, bench.port.now_ns),
                     PERFD_NOT_FOUND);
}

static void expect(uint64_t number)
{
    char name[PERFD_LABEL_MAX + 1];
    uint32_t length = name_of(number, name);
    const struct perfd_log_entry *entry = perfd_log_peek(bench.perfd);
    assert_non_null(entry);
    assert_int_equal(entry->kind, PERFD_LOG_MARK);
    assert_int_equal(entry->client, bench.client);
    assert_int_equal(entry->mark.value, number);
    assert_int_equal(entry->mark.name.length, length);
    assert_memory_equal(entry->mark.name.bytes, name, length);
    perfd_log_took(bench.perfd);
}

static void what_was_said_comes_out_in_order(void **state)
{
    (void)state;
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t bytes = PERFD_LOG_BYTES_MIN; bytes < PERFD_LOG_BYTES_MIN + 400; bytes += 37) {
        uint64_t said = 0, taken = 0;
        begin_log(bytes);
        while (said < 3000) {
            for (uint64_t more = bench_random(&random) % 8; more > 0 && said - taken < 9; more--)
                say(said++);
            for (uint64_t more = bench_random(&random) % 8; more > 0 && taken < said; more--)
                expect(taken++);
        }
        while (taken < said)
            expect(taken++);
        perfd_log_stop(bench.perfd, bench.port.now_ns);
        assert_int_equal(perfd_log_peek(bench.perfd)->kind, PERFD_LOG_END);
        assert_int_equal(perfd_log_peek(bench.perfd)->lost, 0);
        perfd_log_took(bench.perfd);
        assert_false(perfd_log_is_on(bench.perfd));
    }
}

static void a_full_one_ends_and_says_what_it_lacks(void **state)
{
    (void)state;
    begin_log(PERFD_LOG_BYTES_MIN);
    for (uint64_t i = 0; i < 1000; i++)
        say(i);
    uint64_t kept = 0;
    while (perfd_log_peek(bench.perfd)->kind != PERFD_LOG_END)
        expect(kept++);
    assert_in_range(kept, 10, 999);
    /* There is room again, but a gap, too. */
    say(1000);
    assert_int_equal(perfd_log_peek(bench.perfd)->kind, PERFD_LOG_END);
    assert_int_equal(perfd_log_peek(bench.perfd)->lost, 1001 - kept);
    perfd_log_took(bench.perfd);
    assert_false(perfd_log_is_on(bench.perfd));
    begin_log(PERFD_LOG_BYTES_MIN);
    say(1);
    expect(1);
}

static void nothing_is_said_without_one(void **state)
{
    (void)state;
    say(1);
    assert_null(perfd_log_peek(bench.perfd));
    perfd_log_took(bench.perfd);
    perfd_log_gather(bench.perfd, bench.port.now_ns);
    perfd_log_stop(bench.perfd, bench.port.now_ns);
    assert_false(perfd_log_is_on(bench.perfd));
}

static void one_at_a_time_and_in_enough_memory(void **state)
{
    (void)state;
    assert_int_equal(perfd_log_start(bench.perfd, memory, PERFD_LOG_BYTES_MIN - 1, 1),
                     PERFD_NO_SPACE);
    assert_false(perfd_log_is_on(bench.perfd));
    begin_log(PERFD_LOG_BYTES_MIN);
    assert_int_equal(perfd_log_start(bench.perfd, memory, sizeof memory, 1), PERFD_BUSY);
    say(5);
    expect(5);
}

/* Labels and lanes come before anything new. */
static void what_is_there_is_told_again(void **state)
{
    (void)state;
    uint32_t granted;
    const struct perfd_label draw = {.name = text("draw"), .category = text("gpu"), .line = 7};
    int label = perfd_label(bench.perfd, bench.client, &draw);
    int lane = perfd_lane_open(bench.perfd, bench.client, text("render"), 64, &granted);
    assert_int_equal(perfd_log_start(bench.perfd, memory, sizeof memory, bench.port.now_ns), 0);
    perfd_log_took(bench.perfd);
    perfd_log_took(bench.perfd);
    const struct perfd_log_entry *entry = perfd_log_peek(bench.perfd);
    assert_int_equal(entry->kind, PERFD_LOG_LABEL);
    assert_int_equal(entry->id, label);
    assert_memory_equal(entry->label.name.bytes, "draw", 4);
    assert_memory_equal(entry->label.category.bytes, "gpu", 3);
    assert_int_equal(entry->label.line, 7);
    perfd_log_took(bench.perfd);
    entry = perfd_log_peek(bench.perfd);
    assert_int_equal(entry->kind, PERFD_LOG_LANE_OPEN);
    assert_int_equal(entry->id, lane);
    assert_int_equal(entry->lane.records, granted);
    assert_memory_equal(entry->lane.name.bytes, "render", 6);
    perfd_log_took(bench.perfd);
    assert_null(perfd_log_peek(bench.perfd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_said_comes_out_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_one_ends_and_says_what_it_lacks, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_said_without_one, setup, teardown),
        cmocka_unit_test_setup_teardown(one_at_a_time_and_in_enough_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_there_is_told_again, setup, teardown),
    };
    return cmocka_run_group_tests_name("run log", tests, NULL, NULL);
}
