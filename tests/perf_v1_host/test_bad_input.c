/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a client sends: a status, a count, and the next one is served as if nothing had
 * happened. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET (10 * MS)

static struct bench bench;

static int open_default(void **state)
{
    (void)state;
    bench_open(&bench, NULL);
    return 0;
}

static int close_it(void **state)
{
    (void)state;
    bench_close(&bench);
    return 0;
}

static int mark_as(int client, const struct perfd_mark *mark)
{
    return perfd_mark(bench.perfd, client, mark, bench.port.now_ns);
}

static int instant(int client, const char *name)
{
    struct perfd_mark mark = {.kind = PERFD_INSTANT, .name = text(name)};

    return mark_as(client, &mark);
}

/* --- marks --- */

static void marks_without_a_session(void **state)
{
    struct perfd_health health;

    (void)state;
    assert_int_equal(instant(bench.client, "early"), PERFD_NOT_FOUND);
    health = bench_health(&bench);
    assert_int_equal(health.written, 1);
    assert_int_equal(health.dropped_no_session, 1);
    assert_true(health.ledger_balanced);
    bench_start(&bench, BUDGET);
    assert_int_equal(instant(bench.client, "in time"), 0);
    bench_stop(&bench);
    assert_int_equal(instant(bench.client, "too late"), PERFD_NOT_FOUND);
    health = bench_health(&bench);
    assert_int_equal(health.written, 3);
    assert_int_equal(health.resident, 1);
    assert_int_equal(health.dropped_no_session, 2);
}

static void names_of_marks_have_a_length(void **state)
{
    char name[PERFD_LABEL_MAX + 2];

    (void)state;
    bench_start(&bench, BUDGET);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0'; /* 64 bytes */
    assert_int_equal(instant(bench.client, name), PERFD_INVALID);
    assert_int_equal(instant(bench.client, ""), PERFD_INVALID);
    assert_int_equal(bench_health(&bench).dropped_malformed, 2);
    name[PERFD_LABEL_MAX] = '\0';
    assert_int_equal(instant(bench.client, name), 0);
    assert_int_equal(bench_health(&bench).resident, 1);
    assert_int_equal(memory_port_count(&bench.port, "perfd: reject invalid"), 1);
}

static void times_of_marks(void **state)
{
    struct perfd_mark mark = {.kind = PERFD_INSTANT, .name = text("t")};

    (void)state;
    bench_start(&bench, BUDGET);
    mark.time_ns = bench.port.now_ns + SECOND;
    assert_int_equal(mark_as(bench.client, &mark), 0);
    mark.time_ns = bench.port.now_ns + SECOND - 1; /* before the lane's last record */
    assert_int_equal(mark_as(bench.client, &mark), PERFD_INVALID);
    mark.time_ns = bench.port.now_ns + SECOND; /* the same time is fine */
    assert_int_equal(mark_as(bench.client, &mark), 0);
    mark.time_ns = bench.port.now_ns + SECOND + 1;
    assert_int_equal(mark_as(bench.client, &mark), PERFD_INVALID);
    mark.time_ns = UINT64_MAX;
    assert_int_equal(mark_as(bench.client, &mark), PERFD_INVALID);
    mark.time_ns = 1;
    assert_int_equal(mark_as(bench.client, &mark), PERFD_INVALID);
    assert_int_equal(bench_health(&bench).dropped_malformed, 4);
    assert_int_equal(bench_health(&bench).resident, 2);
}

static void kinds_that_are_none(void **state)
{
    const int kinds[] = {-1, PERFD_ASYNC_END + 1, 15, 255, 256, 1000000, INT32_MAX, INT32_MIN};

    (void)state;
    bench_start(&bench, BUDGET);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct perfd_mark mark = {.name = text("k")};

        memcpy(&mark.kind, &kinds[i], sizeof mark.kind);
        assert_int_equal(mark_as(bench.client, &mark), PERFD_INVALID);
    }
    assert_int_equal(bench_health(&bench).dropped_malformed, sizeof kinds / sizeof kinds[0]);
}

static void labels_and_lanes_of_others(void **state)
{
    int other = perfd_client_open(bench.perfd), label, lane;
    uint32_t granted = 0;
    struct perfd_mark mark = {.kind = PERFD_INSTANT};
    struct perfd_label mine = {.name = text("mine")};

    (void)state;
    bench_start(&bench, BUDGET);
    label = perfd_label(bench.perfd, bench.client, &mine);
    lane = perfd_lane_open(bench.perfd, bench.client, text("mine"), 0, &granted);
    assert_true(label > 0 && lane > 0 && granted > 0);
    mark.label = (uint32_t)label;
    assert_int_equal(mark_as(bench.client, &mark), 0);
    assert_int_equal(mark_as(other, &mark), PERFD_INVALID); /* an id that it was never given */
    mark.label = 65536 + (uint32_t)label;
    assert_int_equal(mark_as(bench.client, &mark), PERFD_INVALID);
    mark.label = UINT32_MAX;
    assert_int_equal(mark_as(bench.client, &mark), PERFD_INVALID);
    mark.label = 0;
    mark.name = text("x");
    mark.lane = (uint32_t)lane;
    assert_int_equal(mark_as(bench.client, &mark), 0);
    assert_int_equal(mark_as(other, &mark), PERFD_NOT_FOUND);
    mark.lane = UINT32_MAX;
    assert_int_equal(mark_as(bench.client, &mark), PERFD_NOT_FOUND);
    assert_int_equal(perfd_lane_close(bench.perfd, other, (uint32_t)lane), PERFD_NOT_FOUND);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 0), PERFD_NOT_FOUND);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, (uint32_t)lane), 0);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, (uint32_t)lane), PERFD_NOT_FOUND);
    mark.lane = (uint32_t)lane;
    assert_int_equal(mark_as(bench.client, &mark), PERFD_NOT_FOUND);
}

static void a_rate_limit(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct bench limited;
    int other;

    (void)state;
    config.records_per_second = 10;
    bench_open(&limited, &config);
    other = perfd_client_open(limited.perfd);
    bench_start(&limited, BUDGET);
    /* ten in this second of the clock, of each client */
    for (unsigned i = 0; i < 15; i++)
        assert_int_equal(bench_mark(&limited, PERFD_INSTANT, "m", 0, 0),
                         i < 10 ? 0 : PERFD_RATE_LIMITED);
    for (unsigned i = 0; i < 11; i++) {
        struct perfd_mark mark = {.kind = PERFD_INSTANT, .name = text("o")};

        assert_int_equal(perfd_mark(limited.perfd, other, &mark, limited.port.now_ns),
                         i < 10 ? 0 : PERFD_RATE_LIMITED);
    }
    assert_int_equal(bench_health(&limited).dropped_rate, 6);
    assert_int_equal(bench_health(&limited).resident, 20);
    assert_int_equal(bench_health(&limited).rejected[PERFD_REJECT_RATE_LIMITED], 6);
    assert_int_equal(memory_port_count(&limited.port, "perfd: reject rate_limited"), 1);
    /* ticks are none of them */
    bench_after(&limited, 10 * MS);
    limited.port.now_ns += 2 * SECOND;
    for (unsigned i = 0; i < 15; i++)
        assert_int_equal(bench_mark(&limited, PERFD_INSTANT, "m", 0, 0),
                         i < 10 ? 0 : PERFD_RATE_LIMITED);
    bench_close(&limited);
}

/* --- labels --- */

static int label_of(const char *name, const char *category, const char *file)
{
    struct perfd_label label = {.name = text(name), .category = text(category), .file = text(file)};

    return perfd_label(bench.perfd, bench.client, &label);
}

static void labels_have_lengths(void **state)
{
    char longest[200];

    (void)state;
    memset(longest, 'l', sizeof longest);
    longest[128] = '\0';
    assert_int_equal(label_of("n", "", longest), PERFD_INVALID);
    longest[127] = '\0';
    assert_true(label_of("n", "", longest) > 0);
    longest[64] = '\0';
    assert_int_equal(label_of(longest, "", ""), PERFD_INVALID);
    longest[63] = '\0';
    assert_true(label_of(longest, "", "") > 0);
    longest[32] = '\0';
    assert_int_equal(label_of("n", longest, ""), PERFD_INVALID);
    longest[31] = '\0';
    assert_true(label_of("n", longest, "") > 0);
    assert_int_equal(label_of("", "", ""), PERFD_INVALID);
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_INVALID], 4);
}

static void the_same_label_has_the_same_id(void **state)
{
    int a, b, c, other = perfd_client_open(bench.perfd);
    struct perfd_label label = {.name = text("draw")};

    (void)state;
    a = label_of("draw", "", "");
    b = label_of("draw", "gpu", "");
    c = label_of("drawgpu", "", "");
    assert_true(a > 0 && b > 0 && c > 0 && a != b && a != c && b != c);
    assert_int_equal(label_of("draw", "", "other.c"), a);
    assert_int_equal(label_of("draw", "gpu", "other.c"), b);
    assert_int_equal(perfd_label(bench.perfd, other, &label), a);
    assert_int_equal(bench_health(&bench).labels_used, 4); /* and `<unknown>` */
}

/* A client may make 256 of the 512. */
static void a_client_has_a_quota_of_labels(void **state)
{
    int other = perfd_client_open(bench.perfd);
    struct perfd_label label;
    char name[32];

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "label %u", i);
        if (i < 256)
            assert_true(label_of(name, "", "") > 0);
        else
            assert_int_equal(label_of(name, "", ""), 0);
    }
    assert_int_equal(bench_health(&bench).labels_unknown, 44);
    assert_true(label_of("label 7", "", "") > 0); /* what is there is there */
    label = (struct perfd_label){.name = text("mine")};
    assert_true(perfd_label(bench.perfd, other, &label) > 0); /* others have their own */
    /* a mark gets `<unknown>`, and is taken */
    bench_start(&bench, BUDGET);
    assert_int_equal(instant(bench.client, "one more"), 0);
    assert_int_equal(bench_health(&bench).labels_unknown, 45);
    assert_int_equal(bench_health(&bench).resident, 1);
}

/* 511 beside `<unknown>`: the third client finds the table full; when the others hang up, there is
 * room. */
static void a_full_label_table(void **state)
{
    int second = perfd_client_open(bench.perfd), third = perfd_client_open(bench.perfd);
    struct perfd_label label;
    unsigned taken = 0;
    char name[32];

    (void)state;
    for (unsigned i = 0; i < 512; i++) {
        snprintf(name, sizeof name, "label %u", i);
        label = (struct perfd_label){.name = text(name)};
        if (perfd_label(bench.perfd, i < 256 ? bench.client : second, &label) > 0)
            taken++;
    }
    assert_int_equal(taken, 511);
    assert_int_equal(bench_health(&bench).labels_used, 512);
    label = (struct perfd_label){.name = text("third")};
    assert_int_equal(perfd_label(bench.perfd, third, &label), 0);
    perfd_client_close(bench.perfd, second);
    assert_true(perfd_label(bench.perfd, third, &label) > 0);
}

/* Text runs out before the table does. */
static void a_full_text_pool(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct perfd_label label;
    struct bench small;
    unsigned taken = 0;
    char name[64], again[64] = "";
    int id = 0;

    (void)state;
    config.label_text_bytes = 1024;
    bench_open(&small, &config);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "%059u", i);
        label = (struct perfd_label){.name = text(name)};
        if (perfd_label(small.perfd, small.client, &label) > 0) {
            taken++;
            memcpy(again, name, sizeof again);
            id = perfd_label(small.perfd, small.client, &label);
        }
    }
    /* 59 bytes each, and whatever the pool needs beside them */
    assert_in_range(taken, 10, 1024 / 59);
    assert_int_equal(bench_health(&small).labels_unknown, 100 - taken);
    label = (struct perfd_label){.name = text(again)};
    assert_int_equal(perfd_label(small.perfd, small.client, &label), id);
    bench_close(&small);
}

/* Labels come and go with their clients for ever. */
static void labels_are_freed_with_their_clients(void **state)
{
    char name[64];

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        int client = perfd_client_open(bench.perfd);

        assert_true(client > 0);
        for (unsigned i = 0; i < 50; i++) {
            struct perfd_label label;

            snprintf(name, sizeof name, "round %u label %u", round, i);
            label = (struct perfd_label){.name = text(name)};
            assert_true(perfd_label(bench.perfd, client, &label) > 0);
        }
        perfd_client_close(bench.perfd, client);
    }
    assert_int_equal(bench_health(&bench).labels_unknown, 0);
}

/* A label that would forge a line: no marker has it raw, and the trace has it escaped. */
static void a_label_with_a_newline_and_panic(void **state)
{
    struct perfd_trace_info info;
    char *trace;
    int result;

    (void)state;
    bench_start(&bench, BUDGET);
    bench_after(&bench, MS);
    assert_int_equal(bench_mark(&bench, PERFD_BEGIN, "x\nPANIC: \"all\" is lost", 0, 0), 0);
    bench.port.now_ns += 40 * MS;
    assert_int_equal(bench_mark(&bench, PERFD_END, "x\nPANIC: \"all\" is lost", 0, 0), 0);
    bench_after(&bench, 41 * MS); /* janky, and the span is why */
    bench_stop(&bench);
    trace = bench_trace(&bench, 0, 1 << 20, 1000, &info, &result);
    assert_non_null(trace);
    assert_non_null(strstr(trace, "PANIC: "));
    assert_null(strstr(trace, "\nPANIC"));
    assert_null(strstr(trace, " \"all\" "));
    free(trace);
    assert_null(strstr(bench.port.markers, "\nPANIC"));
    assert_null(strstr(bench.port.markers, "PANIC:"));
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: "),
                     memory_port_count_prefix(&bench.port, ""));
    /* where the marker carries the label, it is x%0APANIC%3A%20%22all%22%20is%20lost */
    if (strstr(bench.port.markers, "PANIC") != NULL)
        assert_non_null(strstr(bench.port.markers, "x%0APANIC%3A%20%22all%22%20is%20lost:"));
}

/* --- lanes --- */

static void lane_names_have_a_length(void **state)
{
    uint32_t granted;

    (void)state;
    assert_int_equal(perfd_lane_open(bench.perfd, bench.client,
                                     text("12345678901234567890123456789012"), 0, &granted),
                     PERFD_INVALID);
    assert_true(perfd_lane_open(bench.perfd, bench.client, text("1234567890123456789012345678901"),
                                0, &granted) > 0);
    assert_true(perfd_lane_open(bench.perfd, bench.client, text(""), 0, &granted) > 0);
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static void lanes_have_a_limit(void **state)
{
    uint32_t granted, last = 0;
    int lanes[16];

    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        lanes[i] = perfd_lane_open(bench.perfd, bench.client, text("l"), 64, &granted);
        assert_true(lanes[i] > (int)last);
        assert_true(is_power_of_two(granted));
        last = (uint32_t)lanes[i];
    }
    assert_int_equal(perfd_lane_open(bench.perfd, bench.client, text("l"), 64, &granted),
                     PERFD_NO_SPACE);
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_OVER_LIMIT], 1);
    assert_int_equal(memory_port_count(&bench.port, "perfd: reject over_limit"), 1);
    /* a first mark needs a lane of its own, and there is none */
    bench_start(&bench, BUDGET);
    assert_int_equal(instant(bench.client, "x"), PERFD_NO_SPACE);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, (uint32_t)lanes[3]), 0);
    assert_int_equal(instant(bench.client, "x"), 0);
}

static void lanes_grant_powers_of_two(void **state)
{
    const uint32_t wanted[] = {0, 1, 16, 17, 100, 1024, 4096, 1000000, UINT32_MAX, UINT32_MAX};
    uint64_t total = 0;
    uint32_t granted;

    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        int lane = perfd_lane_open(bench.perfd, bench.client, text("l"), wanted[i], &granted);

        if (lane < 0) {
            assert_int_equal(lane, PERFD_NO_SPACE);
            continue;
        }
        assert_true(is_power_of_two(granted));
        if (i == 4)
            assert_int_equal(granted, 128);
        if (i == 5)
            assert_int_equal(granted, 1024);
        total += granted;
    }
    assert_true(total <= 16384);
}

/* A client hangs up with open lanes again and again: they are used again, the ledger balances. */
static void lanes_are_freed_with_their_clients(void **state)
{
    (void)state;
    bench_start(&bench, BUDGET);
    for (unsigned round = 0; round < 300; round++) {
        int client = perfd_client_open(bench.perfd);

        assert_true(client > 0);
        assert_int_equal(instant(client, "mine"), 0);
        perfd_client_close(bench.perfd, client);
        assert_true(bench_health(&bench).ledger_balanced);
    }
    assert_int_equal(bench_health(&bench).written, 300);
}

static void a_ring_that_overflows_is_counted(void **state)
{
    struct perfd_health health;
    uint32_t granted;
    int lane;

    (void)state;
    bench_start(&bench, BUDGET);
    lane = perfd_lane_open(bench.perfd, bench.client, text("short"), 64, &granted);
    assert_true(lane > 0);
    assert_int_equal(granted, 64);
    for (unsigned i = 0; i < 1000; i++) {
        struct perfd_mark mark = {.kind = PERFD_INSTANT, .name = text("i"), .lane = (uint32_t)lane};

        assert_int_equal(mark_as(bench.client, &mark), 0);
    }
    health = bench_health(&bench);
    assert_int_equal(health.written, 1000);
    assert_int_equal(health.resident, 64);
    assert_int_equal(health.overwritten, 936);
}

/* --- everything at once --- */

/* A hundred thousand random calls of four clients: nothing but statuses, and the ledger balances.
 */
static void random_calls(void **state)
{
    uint64_t random = 99;
    struct perfd_config config = PERFD_CONFIG_SMALL;
    struct bench b;

    (void)state;
    config.records_per_second = 500;
    bench_open(&b, &config);
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t r = bench_random(&random);
        int client = (int)(r >> 8 & 7) - 1;
        uint64_t odd = bench_random(&random);
        uint64_t time = (r >> 16 & 3) == 0   ? odd
                        : (r >> 16 & 3) == 1 ? 0
                                             : b.port.now_ns + odd % MS;
        char bytes[64];
        struct perfd_text any = {bytes, (uint32_t)(odd >> 20) % 70 % 64};
        int result = 0;

        for (size_t at = 0; at < sizeof bytes; at += sizeof odd) {
            uint64_t more = bench_random(&random);

            memcpy(bytes + at, &more, sizeof more);
        }
        switch (r % 12) {
        case 0:
            if ((r >> 32) % 16 == 0)
                perfd_client_close(b.perfd, client);
            else
                result = perfd_client_open(b.perfd);
            break;
        case 1: {
            struct perfd_start start = {.name = (odd & 1) != 0 ? text("random") : any,
                                        .budget_ns = odd >> (r >> 32) % 64,
                                        .idle_gap_ns = (r >> 40) % 100 * MS,
                                        .warmup_frames = (uint32_t)(r >> 48) % 10};

            result = perfd_start(b.perfd, client, &start, b.port.now_ns);
            break;
        }
        case 2:
            if ((r >> 32) % 32 == 0)
                result = bench_stop_session(&b, client, (uint32_t)(odd % 3));
            break;
        case 3:
        case 4:
        case 5: {
            struct perfd_tick tick = {.frame_id = i,
                                      .presented_at_ns = time,
                                      .presented = (odd & 7) != 0,
                                      .after_idle = (odd & 0x100) != 0};

            tick.phase_ns[odd % 4] = odd >> (r >> 32) % 64;
            result = perfd_tick(b.perfd, client, &tick, b.port.now_ns);
            break;
        }
        case 6:
        case 7:
        case 8:
        case 9: {
            struct perfd_mark mark = {.kind = (enum perfd_mark_kind)(odd % 10),
                                      .label = (uint32_t)(odd >> 8) % 4,
                                      .name = (odd & 0x1000) != 0 ? text("same") : any,
                                      .time_ns = time,
                                      .value = (int64_t)odd};

            result = perfd_mark(b.perfd, client, &mark, b.port.now_ns);
            break;
        }
        case 10: {
            struct perfd_label label = {.name = any, .category = text("c"), .line = (uint32_t)odd};

            result = perfd_label(b.perfd, client, &label);
            break;
        }
        default: {
            struct perfd_metrics m;

            result = perfd_read_metrics(b.perfd, client, (uint32_t)(odd % 3), true, &m);
            if (i % 1000 == 0 && result == 0) {
                int trace = bench_prepare(&b, 0, 65536);

                assert_true(trace > 0 || trace == PERFD_NOT_FOUND);
            }
        }
        }
        assert_true(result >= PERFD_RATE_LIMITED);
        b.port.now_ns += (r >> 56) * 10 * US;
        if (i % 100 == 0)
            assert_true(bench_health(&b).ledger_balanced);
    }
    bench_close(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(marks_without_a_session),
        TEST(names_of_marks_have_a_length),
        TEST(times_of_marks),
        TEST(kinds_that_are_none),
        TEST(labels_and_lanes_of_others),
        TEST(a_rate_limit),
        TEST(labels_have_lengths),
        TEST(the_same_label_has_the_same_id),
        TEST(a_client_has_a_quota_of_labels),
        TEST(a_full_label_table),
        TEST(a_full_text_pool),
        TEST(labels_are_freed_with_their_clients),
        TEST(a_label_with_a_newline_and_panic),
        TEST(lane_names_have_a_length),
        TEST(lanes_have_a_limit),
        TEST(lanes_grant_powers_of_two),
        TEST(lanes_are_freed_with_their_clients),
        TEST(a_ring_that_overflows_is_counted),
        TEST(random_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
