/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes: who gets which run of the pool, what a mark is refused for, and the ledger of all of it.
 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

/* A pool of 64 records for four lanes: 16 each by default. */
static const struct perfd_config four_lanes = {
    .sessions = 2,
    .frames = 8,
    .lanes = 4,
    .lane_records = 64,
    .labels = 64,
    .label_text_bytes = 1024,
    .clients = 4,
    .client_labels = 64,
    .span_depth = 8,
    .export_bytes = 65536,
};

static int open_lane(struct bench *bench, const char *name, uint32_t records, uint32_t *granted)
{
    *granted = 0;
    return perfd_lane_open(bench->perfd, bench->client, text(name), records, granted);
}

static int mark_lane(struct bench *bench, int lane, const char *name, uint64_t time_ns)
{
    struct perfd_mark mark = {
        .kind = PERFD_INSTANT, .lane = (uint32_t)lane, .name = text(name), .time_ns = time_ns};

    return perfd_mark(bench->perfd, bench->client, &mark, bench->port.now_ns);
}

static char *whole_trace(struct bench *bench)
{
    struct perfd_trace_info info;
    int result;
    char *trace = bench_trace(bench, 0, 1 << 20, 4096, &info, &result);

    assert_non_null(trace);
    return trace;
}

/* --- Places ----------------------------------------------------------------------------------- */

static void sizes_are_powers_of_two(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, NULL); /* 16,384 records, 16 lanes */
    assert_int_equal(open_lane(&bench, "default", 0, &granted), 1);
    assert_int_equal(granted, 1024);
    assert_int_equal(open_lane(&bench, "least", 1, &granted), 2);
    assert_int_equal(granted, 16);
    assert_int_equal(open_lane(&bench, "up", 1025, &granted), 3);
    assert_int_equal(granted, 2048);
    /* 13,296 are left: the largest run is 8,192. */
    assert_int_equal(open_lane(&bench, "all", UINT32_MAX, &granted), 4);
    assert_int_equal(granted, 8192);
    bench_close(&bench);
}

static void a_full_pool_gives_less_and_then_nothing(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, &four_lanes);
    assert_int_equal(open_lane(&bench, "a", 32, &granted), 1);
    assert_int_equal(granted, 32);
    assert_int_equal(open_lane(&bench, "b", 64, &granted), 2);
    assert_int_equal(granted, 32);
    /* Two places are free, but no record is. */
    assert_int_equal(open_lane(&bench, "c", 0, &granted), PERFD_NO_SPACE);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 1), 0);
    assert_int_equal(open_lane(&bench, "c", 16, &granted), 3);
    assert_int_equal(granted, 16);
    /* Only the gap behind the new lane is left. */
    assert_int_equal(open_lane(&bench, "d", 32, &granted), 4);
    assert_int_equal(granted, 16);
    assert_int_equal(open_lane(&bench, "e", 16, &granted), PERFD_NO_SPACE);
    bench_close(&bench);
}

static void only_its_owner_has_a_lane(void **state)
{
    struct bench bench;
    uint32_t granted;
    char name[33];

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    memset(name, 'n', sizeof name);
    assert_int_equal(
        perfd_lane_open(bench.perfd, bench.client, (struct perfd_text){name, 32}, 0, &granted),
        PERFD_INVALID);
    int lane = open_lane(&bench, "mine", 0, &granted);
    int mine = bench.client;
    bench.client = perfd_client_open(bench.perfd);
    assert_int_equal(mark_lane(&bench, lane, "x", 0), PERFD_NOT_FOUND);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, (uint32_t)lane), PERFD_NOT_FOUND);
    assert_int_equal(bench_health(&bench).dropped_malformed, 1);
    bench.client = mine;
    assert_int_equal(mark_lane(&bench, lane, "x", 0), 0);
    assert_int_equal(perfd_lane_close(bench.perfd, mine, (uint32_t)lane), 0);
    assert_int_equal(perfd_lane_close(bench.perfd, mine, (uint32_t)lane), PERFD_NOT_FOUND);
    assert_int_equal(mark_lane(&bench, lane, "x", 0), PERFD_NOT_FOUND);
    assert_int_equal(mark_lane(&bench, 77, "x", 0), PERFD_NOT_FOUND);
    assert_int_equal(bench_health(&bench).dropped_malformed, 3);
    bench_close(&bench);
}

static void a_client_has_a_lane_of_its_own(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), 0);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "y", 0, 0), 0);
    char *trace = whole_trace(&bench);
    assert_non_null(strstr(trace, "\"tid\":1,\"args\":{\"name\":\"lane 1\"}"));
    assert_null(strstr(trace, "\"tid\":2"));
    free(trace);
    /* It is a lane like others: closed, the next mark opens another. */
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 1), 0);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "z", 0, 0), 0);
    trace = whole_trace(&bench);
    assert_non_null(strstr(trace, "\"tid\":2,\"args\":{\"name\":\"lane 2\"}"));
    free(trace);
    assert_int_equal(bench_health(&bench).resident, 3);
    bench_close(&bench);
}

/* Lanes 1 to 4 fill the table; 2 and then 1 close outside of any session. */
static void the_first_closed_goes_first(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    for (int lane = 1; lane <= 4; lane++) {
        assert_int_equal(open_lane(&bench, "l", 0, &granted), lane);
        assert_int_equal(mark_lane(&bench, lane, "one", 0), 0);
    }
    assert_int_equal(mark_lane(&bench, 2, "two", 0), 0);
    bench_stop(&bench);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 2), 0);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 1), 0);
    assert_int_equal(open_lane(&bench, "l", 0, &granted), 5);
    assert_int_equal(granted, 16);
    /* Lane 2's two records are gone; the copy of the stopped session still has them. */
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 5);
    assert_int_equal(health.resident, 3);
    assert_int_equal(health.overwritten, 2);
    char *trace = whole_trace(&bench);
    assert_non_null(strstr(trace, "\"tid\":2"));
    free(trace);
    assert_int_equal(open_lane(&bench, "l", 0, &granted), 6);
    assert_int_equal(open_lane(&bench, "l", 0, &granted), PERFD_NO_SPACE);
    assert_int_equal(bench_health(&bench).overwritten, 3);
    bench_close(&bench);
}

/*
 * Lane 1 holds half of the pool and closes during a session. While that runs another lane gets what
 * is left; then it gets lane 1's run.
 */
static void a_running_sessions_lanes_stay(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    uint32_t first = bench.session;
    assert_int_equal(open_lane(&bench, "l", 32, &granted), 1);
    assert_int_equal(open_lane(&bench, "l", 16, &granted), 2);
    assert_int_equal(mark_lane(&bench, 1, "one", 0), 0);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 1), 0);
    /* A session that was not there then changes nothing. */
    bench_start(&bench, 16 * MS);
    bench_stop(&bench);
    assert_int_equal(open_lane(&bench, "l", 32, &granted), 3);
    assert_int_equal(granted, 16);
    assert_int_equal(bench_health(&bench).resident, 1);
    assert_int_equal(bench_stop_session(&bench, bench.client, first), 0);
    assert_int_equal(open_lane(&bench, "l", 32, &granted), 4);
    assert_int_equal(granted, 32);
    assert_int_equal(bench_health(&bench).overwritten, 1);
    /* The stopped session's copy has it still. */
    char *trace = whole_trace(&bench);
    assert_non_null(strstr(trace, "\"name\":\"one\""));
    free(trace);
    bench_close(&bench);
}

static void the_last_resort_is_a_running_sessions_lane(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    for (int lane = 1; lane <= 4; lane++)
        assert_int_equal(open_lane(&bench, "l", 0, &granted), lane);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 3), 0);
    assert_int_equal(open_lane(&bench, "l", 0, &granted), 5);
    bench_close(&bench);
}

static void a_hang_up_closes_its_lanes(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    for (int lane = 1; lane <= 3; lane++)
        assert_int_equal(open_lane(&bench, "l", 0, &granted), lane);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "kept", 0, 0), 0);
    perfd_client_close(bench.perfd, bench.client);
    bench.client = perfd_client_open(bench.perfd);
    char *trace = whole_trace(&bench);
    assert_non_null(strstr(trace, "\"name\":\"kept\""));
    free(trace);
    for (int lane = 5; lane <= 8; lane++)
        assert_int_equal(open_lane(&bench, "l", 0, &granted), lane);
    bench_close(&bench);
}

/* --- Marks ------------------------------------------------------------------------------------ */

static void without_a_session(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, NULL);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), PERFD_NOT_FOUND);
    int lane = open_lane(&bench, "l", 0, &granted);
    assert_int_equal(mark_lane(&bench, lane, "x", 0), PERFD_NOT_FOUND);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 2);
    assert_int_equal(health.dropped_no_session, 2);
    assert_int_equal(health.resident, 0);
    bench_close(&bench);
}

static void malformed(void **state)
{
    struct bench bench;
    char name[64];

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    memset(name, 'n', sizeof name);
    uint64_t now_ns = bench.port.now_ns;
    struct perfd_mark mark = {.kind = PERFD_INSTANT, .name = {name, 63}, .time_ns = now_ns};
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), 0);
    mark.name.length = 64;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), PERFD_INVALID);
    mark.name.length = 0;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), PERFD_INVALID);
    mark.name.length = 1;
    mark.kind = (enum perfd_mark_kind)9;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), PERFD_INVALID);
    mark.kind = (enum perfd_mark_kind)15;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), PERFD_INVALID);
    mark.kind = PERFD_ASYNC_END;
    mark.time_ns = now_ns - 1;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), PERFD_INVALID);
    mark.time_ns = now_ns + SECOND + 1;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), PERFD_INVALID);
    mark.time_ns = UINT64_MAX;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), PERFD_INVALID);
    mark.time_ns = now_ns + SECOND;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), 0);
    /* A mark without a time comes after the one that was ahead. */
    mark.time_ns = 0;
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, now_ns), 0);
    assert_int_equal(perfd_mark(bench.perfd, bench.client + 1, &mark, now_ns), PERFD_NOT_FOUND);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 11);
    assert_int_equal(health.resident, 3);
    assert_int_equal(health.dropped_malformed, 8);
    bench_close(&bench);
}

static void a_rate_limit_is_by_client_and_second(void **state)
{
    struct perfd_config config = four_lanes;
    struct bench bench;

    (void)state;
    config.records_per_second = 3;
    bench_open(&bench, &config);
    bench_start(&bench, 16 * MS);
    bench.port.now_ns = 5 * SECOND + 999 * MS;
    for (int i = 0; i < 3; i++)
        assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), 0);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), PERFD_RATE_LIMITED);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), PERFD_RATE_LIMITED);
    int first = bench.client;
    bench.client = perfd_client_open(bench.perfd);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), 0);
    bench.client = first;
    bench.port.now_ns = 6 * SECOND;
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), 0);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 7);
    assert_int_equal(health.resident, 5);
    assert_int_equal(health.dropped_rate, 2);
    assert_int_equal(health.rejected[PERFD_REJECT_RATE_LIMITED], 2);
    bench_close(&bench);
}

static void no_lane_is_left_for_a_first_mark(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    for (int lane = 1; lane <= 4; lane++)
        assert_int_equal(open_lane(&bench, "l", 0, &granted), lane);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "x", 0, 0), PERFD_NO_SPACE);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 1);
    assert_int_equal(health.dropped_rate, 1);
    bench_close(&bench);
}

/* --- The ring --------------------------------------------------------------------------------- */

/* 16 slots: 20 instants leave the last 16. */
static void the_newest_overwrite_the_oldest(void **state)
{
    struct bench bench;
    char name[2] = "a";

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    for (int i = 0; i < 20; i++, name[0]++)
        assert_int_equal(bench_mark(&bench, PERFD_INSTANT, name, bench.port.now_ns + US, 0), 0);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 20);
    assert_int_equal(health.resident, 16);
    assert_int_equal(health.overwritten, 4);
    char *trace = whole_trace(&bench);
    assert_null(strstr(trace, "\"name\":\"d\""));
    assert_non_null(strstr(trace, "\"name\":\"e\""));
    assert_non_null(strstr(trace, "\"name\":\"t\""));
    assert_non_null(strstr(trace, "\"droppedRecordsByThread\":{\"0\":0,\"1\":4}"));
    free(trace);
    bench_close(&bench);
}

/*
 * A counter takes two slots. One instant and eight counters are 17 slots in a ring of 16: the
 * instant is overwritten. Another instant overwrites the first counter's head, and its value alone
 * is no mark.
 */
static void a_value_goes_with_its_mark(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "first", bench.port.now_ns + US, 0), 0);
    for (int i = 0; i < 8; i++)
        assert_int_equal(
            bench_mark(&bench, PERFD_COUNTER, "count", bench.port.now_ns + US, 1000 + i), 0);
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.written, 9);
    assert_int_equal(health.resident, 8);
    assert_int_equal(health.overwritten, 1);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "last", bench.port.now_ns + US, 0), 0);
    health = bench_health(&bench);
    assert_int_equal(health.written, 10);
    assert_int_equal(health.resident, 8);
    assert_int_equal(health.overwritten, 2);
    char *trace = whole_trace(&bench);
    assert_null(strstr(trace, "\"value\":1000"));
    assert_non_null(strstr(trace, "\"value\":1001"));
    assert_non_null(strstr(trace, "\"value\":1007"));
    free(trace);
    assert_int_equal(bench_health(&bench).copied, 8);
    assert_int_equal(bench_health(&bench).exported, 8);
    bench_close(&bench);
}

/* Anything at all, many times: the ledger holds, on each lane and in total, after every mark. */
static void the_ledger_holds_whatever_comes(void **state)
{
    struct perfd_config config = four_lanes;
    uint64_t random = 0x9e3779b97f4a7c15;
    struct bench bench;
    uint32_t granted;

    (void)state;
    config.records_per_second = 500;
    bench_open(&bench, &config);
    for (int round = 0; round < 20000; round++) {
        uint64_t dice = bench_random(&random);
        struct perfd_mark mark = {
            .kind = (enum perfd_mark_kind)(dice % 10),
            .lane = (uint32_t)(dice >> 8) % 6,
            .name = {"abcd", (uint32_t)(dice >> 16) % 5},
            .time_ns = bench.port.now_ns - 10 + (dice >> 24) % 20,
            .value = (int64_t)dice,
        };
        (void)!perfd_mark(bench.perfd, bench.client, &mark, bench.port.now_ns);
        bench.port.now_ns += dice >> 40 & 0xfffff;
        if (dice % 97 == 0)
            (void)!open_lane(&bench, "l", (uint32_t)(dice >> 32) % 40, &granted);
        if (dice % 101 == 0)
            (void)!perfd_lane_close(bench.perfd, bench.client, (uint32_t)(dice >> 20) % 64);
        if (dice % 211 == 0)
            (void)bench_stop_session(&bench, bench.client, 0);
        if (dice % 151 == 0)
            (void)!perfd_start(bench.perfd, bench.client,
                               &(struct perfd_start){.name = text("s"), .budget_ns = MS},
                               bench.port.now_ns);
        if (dice % 499 == 0) {
            perfd_client_close(bench.perfd, bench.client);
            bench.client = perfd_client_open(bench.perfd);
        }
        if (dice % 53 == 0)
            (void)!bench_prepare(&bench, 0, 4096);
        struct perfd_health h = bench_health(&bench);
        assert_true(h.ledger_balanced);
        assert_int_equal(h.written, (uint64_t)round + 1);
        assert_int_equal(h.written, h.resident + h.overwritten + h.dropped_torn +
                                        h.dropped_malformed + h.dropped_rate +
                                        h.dropped_no_session);
        assert_int_equal(h.copied, h.exported + h.cut + h.filtered + h.unpaired + h.outside);
    }
    struct perfd_health h = bench_health(&bench);
    assert_true(h.overwritten > 0 && h.dropped_malformed > 0 && h.dropped_rate > 0 &&
                h.dropped_no_session > 0 && h.resident > 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_powers_of_two),
        cmocka_unit_test(a_full_pool_gives_less_and_then_nothing),
        cmocka_unit_test(only_its_owner_has_a_lane),
        cmocka_unit_test(a_client_has_a_lane_of_its_own),
        cmocka_unit_test(the_first_closed_goes_first),
        cmocka_unit_test(a_running_sessions_lanes_stay),
        cmocka_unit_test(the_last_resort_is_a_running_sessions_lane),
        cmocka_unit_test(a_hang_up_closes_its_lanes),
        cmocka_unit_test(without_a_session),
        cmocka_unit_test(malformed),
        cmocka_unit_test(a_rate_limit_is_by_client_and_second),
        cmocka_unit_test(no_lane_is_left_for_a_first_mark),
        cmocka_unit_test(the_newest_overwrite_the_oldest),
        cmocka_unit_test(a_value_goes_with_its_mark),
        cmocka_unit_test(the_ledger_holds_whatever_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
