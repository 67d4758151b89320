/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: which one is meant, who may tick it, what their markers say. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#define BUDGET 16666667

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

static int start_text(int client, struct perfd_text name)
{
    struct perfd_start start = {.name = name, .budget_ns = BUDGET};

    return perfd_start(bench.perfd, client, &start, bench.port.now_ns);
}

static int start_as(int client, const char *name)
{
    return start_text(client, text(name));
}

static int stop_as(int client, int session)
{
    return bench_stop_session(&bench, client, (uint32_t)session);
}

static int tick_as(int client, int session, uint64_t frame_id)
{
    struct perfd_tick tick = {
        .session = (uint32_t)session, .frame_id = frame_id, .presented = true};

    bench.port.now_ns += MS;
    return perfd_tick(bench.perfd, client, &tick, bench.port.now_ns);
}

/* Which session a reader gets with this id: its number, or the error. */
static int read_as(int client, int session)
{
    struct perfd_metrics m;
    int result = perfd_read_metrics(bench.perfd, client, (uint32_t)session, false, &m);

    return result < 0 ? result : (int)m.session;
}

/* --- names and budgets --- */

static void names_have_a_charset_and_a_length(void **state)
{
    const char *const good[] = {"a",
                                "A-b_c.9",
                                "-",
                                "_",
                                "a.",
                                "a..b",
                                "123456789012345678901234567890123456789012345678"}; /* 48 */
    const char *const bad[] = {"",
                               ".",
                               "..",
                               ".a",
                               "a b",
                               "a/b",
                               "a\nb",
                               "a%20",
                               "\xc3\xa4",
                               "a\\b",
                               "a:b",
                               "\x7f",
                               "1234567890123456789012345678901234567890123456789"}; /* 49 */
    uint64_t invalid;
    int session;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        session = start_as(bench.client, good[i]);
        assert_true(session > 0);
        assert_int_equal(stop_as(bench.client, session), 0);
    }
    invalid = bench_health(&bench).rejected[PERFD_REJECT_INVALID];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(start_as(bench.client, bad[i]), PERFD_INVALID);
    /* a NUL inside, and all 256 bytes one by one */
    assert_int_equal(start_text(bench.client, (struct perfd_text){"a\0b", 3}), PERFD_INVALID);
    assert_int_equal(start_text(bench.client, (struct perfd_text){NULL, 0}), PERFD_INVALID);
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_INVALID],
                     invalid + sizeof bad / sizeof bad[0] + 2);
    for (unsigned byte = 0; byte < 256; byte++) {
        char name[2] = {'x', (char)byte};
        bool fine = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';

        session = start_text(bench.client, (struct perfd_text){name, 2});
        assert_int_equal(session > 0, fine);
        if (fine)
            assert_int_equal(stop_as(bench.client, session), 0);
    }
    assert_int_equal(memory_port_count(&bench.port, "perfd: reject invalid"), 1);
}

static void budgets_have_a_range(void **state)
{
    const uint64_t good[] = {1000, 16666667, 10 * SECOND};
    const uint64_t bad[] = {0, 1, 999, 10 * SECOND + 1, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct perfd_start start = {.name = text("b"), .budget_ns = good[i]};
        int session = perfd_start(bench.perfd, bench.client, &start, bench.port.now_ns);

        assert_true(session > 0);
        assert_int_equal(stop_as(bench.client, session), 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct perfd_start start = {.name = text("b"), .budget_ns = bad[i]};

        assert_int_equal(perfd_start(bench.perfd, bench.client, &start, bench.port.now_ns),
                         PERFD_INVALID);
    }
    assert_int_equal(read_as(bench.client, 0) > 0, 1); /* the last good one can be read */
}

/* The largest long_frame_ns, idle gap and warm-up are taken as they are. */
static void the_other_settings_have_no_range(void **state)
{
    struct perfd_start start = {.name = text("all"),
                                .budget_ns = BUDGET,
                                .long_frame_ns = UINT64_MAX,
                                .idle_gap_ns = UINT64_MAX,
                                .warmup_frames = UINT32_MAX};

    (void)state;
    bench_start_with(&bench, &start);
    bench_after(&bench, MS);
    bench_after(&bench, MS);
    assert_int_equal(bench_stop(&bench).long_frame_ns, UINT64_MAX);
}

/* --- markers --- */

static void markers_are_exact(void **state)
{
    struct perfd_start start = {.name = text("game"), .budget_ns = BUDGET};

    (void)state;
    bench_start_with(&bench, &start);
    bench_after(&bench, 100);
    for (unsigned i = 0; i < 97; i++)
        bench_after(&bench, 16683333);
    for (unsigned i = 0; i < 3; i++)
        bench_after(&bench, 25000001);
    bench_stop(&bench);
    /* 100 * 10^12 / (97 * 16,683,333 + 3 * 25,000,001 = 1,693,283,304) = 59,056.9 milli-fps;
     * p95 is 16.683333 ms; 3/2 of the budget is 25,000,001 */
    assert_int_equal(memory_port_count(&bench.port, "perf: start game (budget=16.667ms)"), 1);
    assert_int_equal(memory_port_count(&bench.port, "perf: stop game fps=59.06 p95=16.683 long=3"),
                     1);
}

static void stop_without_figures_has_dashes(void **state)
{
    (void)state;
    bench_start(&bench, 8333333);
    bench_stop(&bench);
    bench_start(&bench, 10 * SECOND);
    bench_after(&bench, MS);
    bench_stop(&bench);
    bench_start(&bench, 1499);
    bench_stop(&bench);
    bench_start(&bench, 1500);
    bench_stop(&bench);
    assert_int_equal(memory_port_count(&bench.port, "perf: start test (budget=8.333ms)"), 1);
    assert_int_equal(memory_port_count(&bench.port, "perf: start test (budget=10000.000ms)"), 1);
    assert_int_equal(memory_port_count(&bench.port, "perf: start test (budget=0.001ms)"), 1);
    assert_int_equal(memory_port_count(&bench.port, "perf: start test (budget=0.002ms)"), 1);
    assert_int_equal(memory_port_count(&bench.port, "perf: stop test fps=- p95=- long=0"), 4);
}

/* fps has two decimals from milli-fps, milliseconds three from nanoseconds, halves up. */
static void markers_round_half_up(void **state)
{
    (void)state;
    /* 10^12 / 5,120,000 = 195,312.5 -> 195,313 milli-fps -> 195.31; p95 5.120 */
    bench_start(&bench, 20 * MS);
    bench_after(&bench, MS);
    bench_after(&bench, 5120000);
    bench_stop(&bench);
    assert_int_equal(memory_port_count(&bench.port, "perf: stop test fps=195.31 p95=5.120 long=0"),
                     1);
    /* 10^12 / 9,999,500 = 100,005.0003 milli-fps -> 100.005 -> 100.01; 9.9995 ms -> 10.000 */
    bench_start(&bench, 20 * MS);
    bench_after(&bench, MS);
    bench_after(&bench, 9999500);
    bench_stop(&bench);
    assert_int_equal(memory_port_count(&bench.port, "perf: stop test fps=100.01 p95=10.000 long=0"),
                     1);
    /* 10^12 / 9,999,600 = 100,004.0002 -> 100.00; 9.9994 would be 9.999, 9.9996 is 10.000 */
    bench_start(&bench, 20 * MS);
    bench_after(&bench, MS);
    bench_after(&bench, 9999600);
    bench_stop(&bench);
    assert_int_equal(memory_port_count(&bench.port, "perf: stop test fps=100.00 p95=10.000 long=0"),
                     1);
    /* 1 ns: 10^12 milli-fps; 0.000001 ms */
    bench_start(&bench, 20 * MS);
    bench_after(&bench, MS);
    bench_after(&bench, 1);
    bench_stop(&bench);
    assert_int_equal(
        memory_port_count(&bench.port, "perf: stop test fps=1000000000.00 p95=0.000 long=0"), 1);
}

/* The stop marker is the session's, not the window's. */
static void stop_marker_is_of_the_whole_session(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct bench other;

    (void)state;
    config.frames = 8;
    bench_open(&other, &config);
    bench_start(&other, 10 * MS);
    bench_after(&other, MS);
    for (unsigned i = 0; i < 20; i++)
        bench_after(&other, 20 * MS);
    for (unsigned i = 0; i < 20; i++)
        bench_after(&other, 10 * MS);
    bench_stop(&other);
    /* 40 / 600 ms = 66.67 fps. p95: 20,000,000: 2^24, shift 17, 152 -> 153 * 131,072 - 1 =
     * 20,054,015 */
    assert_int_equal(memory_port_count(&other.port, "perf: stop test fps=66.67 p95=20.054 long=20"),
                     1);
    bench_close(&other);
}

static void each_reject_class_is_printed_once(void **state)
{
    const char *const lines[PERFD_REJECTS] = {
        "perfd: reject invalid", "perfd: reject denied", "perfd: reject over_limit",
        "perfd: reject rate_limited", "perfd: reject malformed"};

    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned reason = 0; reason < PERFD_REJECTS; reason++) {
            perfd_reject(bench.perfd, (enum perfd_reject)reason);
            assert_int_equal(bench_health(&bench).rejected[reason], round + 1);
        }
    }
    for (unsigned reason = 0; reason < PERFD_REJECTS; reason++)
        assert_int_equal(memory_port_count(&bench.port, lines[reason]), 1);
    assert_int_equal(memory_port_count_prefix(&bench.port, ""), PERFD_REJECTS);
}

/* --- slots --- */

static void every_slot_runs(void **state)
{
    int first, second, third;

    (void)state;
    first = start_as(bench.client, "first");
    second = start_as(bench.client, "second");
    assert_true(first > 0 && second > first);
    assert_int_equal(start_as(bench.client, "third"), PERFD_BUSY);
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: start third"), 0);
    /* nothing has changed */
    assert_int_equal(read_as(bench.client, first), first);
    assert_int_equal(read_as(bench.client, second), second);
    /* a stopped one's slot is taken */
    assert_int_equal(stop_as(bench.client, first), 0);
    assert_int_equal(read_as(bench.client, first), first);
    third = start_as(bench.client, "third");
    assert_true(third > second);
    assert_int_equal(read_as(bench.client, first), PERFD_NOT_FOUND);
    assert_int_equal(read_as(bench.client, second), second);
}

static void the_session_stopped_first_goes_first(void **state)
{
    int first, second, third;

    (void)state;
    first = start_as(bench.client, "first");
    second = start_as(bench.client, "second");
    assert_int_equal(stop_as(bench.client, second), 0);
    bench.port.now_ns += SECOND;
    assert_int_equal(stop_as(bench.client, first), 0);
    third = start_as(bench.client, "third");
    assert_true(third > 0);
    assert_int_equal(read_as(bench.client, second), PERFD_NOT_FOUND);
    assert_int_equal(read_as(bench.client, first), first);
}

static void a_new_session_starts_from_nothing(void **state)
{
    struct perfd_metrics m;

    (void)state;
    for (unsigned round = 0; round < 5; round++) {
        bench_start(&bench, 10 * MS);
        m = bench_metrics(&bench);
        assert_int_equal(m.frames + m.session_frames + m.session_ns + m.longest_ns, 0);
        assert_int_equal(m.jank_unknown + m.jank_dropped + m.session_dropped, 0);
        assert_true(m.session_exact);
        bench_throw_away(&bench, 2);
        for (unsigned i = 0; i < 2000; i++)
            bench_after(&bench, 16 * MS);
        bench_throw_away(&bench, 2);
        m = bench_stop(&bench);
        assert_int_equal(m.session_frames, 2000);
        assert_int_equal(m.session_dropped, 2 + 1999 + 2);
    }
}

/* --- which one is meant --- */

static void stop_takes_its_own_or_the_only_one(void **state)
{
    int other = perfd_client_open(bench.perfd), a, b;

    (void)state;
    assert_int_equal(stop_as(bench.client, 0), PERFD_NOT_FOUND);
    assert_int_equal(stop_as(bench.client, 1), PERFD_NOT_FOUND);
    assert_int_equal(stop_as(bench.client, -1), PERFD_NOT_FOUND); /* 2^32 - 1 */
    a = start_as(bench.client, "a");
    assert_int_equal(stop_as(other, 0), 0); /* the only one running, though not its own */
    assert_int_equal(stop_as(other, a), PERFD_NOT_FOUND); /* it does not run any more */
    a = start_as(bench.client, "a");
    b = start_as(bench.client, "b");
    assert_int_equal(stop_as(other, 0), PERFD_INVALID); /* two, and none its own */
    assert_int_equal(stop_as(other, b), 0);             /* by its id: anybody may */
    b = start_as(other, "b");
    assert_int_equal(stop_as(other, 0), 0); /* two, one its own */
    assert_int_equal(read_as(other, b), b);
    assert_int_equal(tick_as(bench.client, a, 1), 0); /* the other one runs on */
    assert_int_equal(stop_as(bench.client, 0), 0);
}

static void readers_get_their_own_or_the_newest(void **state)
{
    int other = perfd_client_open(bench.perfd), third = perfd_client_open(bench.perfd), a, b;

    (void)state;
    assert_int_equal(read_as(bench.client, 0), PERFD_NOT_FOUND);
    a = start_as(bench.client, "a");
    b = start_as(other, "b");
    assert_int_equal(read_as(bench.client, 0), a);
    assert_int_equal(read_as(other, 0), b);
    assert_int_equal(read_as(third, 0), b); /* the one that started last */
    assert_int_equal(stop_as(other, b), 0);
    assert_int_equal(read_as(third, 0), a); /* the one that runs */
    assert_int_equal(read_as(other, 0), a);
    bench.port.now_ns += MS;
    assert_int_equal(stop_as(bench.client, a), 0);
    assert_int_equal(read_as(third, 0), a); /* the last stopped */
    assert_int_equal(read_as(third, b), b);
    assert_int_equal(read_as(third, b + 1), PERFD_NOT_FOUND);
}

static void ticks_go_to_their_own_or_the_only_one(void **state)
{
    int other = perfd_client_open(bench.perfd), a, b;
    struct perfd_metrics m;

    (void)state;
    assert_int_equal(tick_as(bench.client, 0, 1), PERFD_NOT_FOUND);
    assert_int_equal(bench_health(&bench).ticks_no_session, 1);
    a = start_as(bench.client, "a");
    assert_int_equal(tick_as(other, 0, 1), 0); /* the only one */
    b = start_as(other, "b");
    assert_int_equal(tick_as(other, 0, 1), 0); /* now its own */
    assert_int_equal(perfd_read_metrics(bench.perfd, other, (uint32_t)b, false, &m), 0);
    assert_int_equal(m.frames, 1);
    assert_int_equal(stop_as(other, b), 0);
    assert_int_equal(tick_as(other, b, 2), PERFD_NOT_FOUND); /* stopped */
    assert_int_equal(tick_as(other, 77, 2), PERFD_NOT_FOUND);
    assert_int_equal(bench_health(&bench).ticks_no_session, 3);
    assert_int_equal(perfd_read_metrics(bench.perfd, other, (uint32_t)a, false, &m), 0);
    assert_int_equal(m.frames, 1);
}

/* --- one ticker --- */

static void a_session_has_one_ticker(void **state)
{
    int other = perfd_client_open(bench.perfd), a;

    (void)state;
    a = start_as(bench.client, "a");
    /* whoever ticks first */
    assert_int_equal(tick_as(other, a, 1), 0);
    assert_int_equal(tick_as(bench.client, a, 2), PERFD_BUSY);
    assert_int_equal(tick_as(bench.client, a, 2), PERFD_BUSY);
    assert_int_equal(bench_health(&bench).ticks_busy, 2);
    assert_int_equal(tick_as(other, a, 2), 0);
    /* it hangs up: the next may take over, and the ids go on */
    perfd_client_close(bench.perfd, other);
    assert_int_equal(tick_as(bench.client, a, 2), PERFD_INVALID);
    assert_int_equal(tick_as(bench.client, a, 3), 0);
    other = perfd_client_open(bench.perfd);
    assert_int_equal(tick_as(other, a, 4), PERFD_BUSY);
}

static void a_session_outlives_its_client(void **state)
{
    int owner = perfd_client_open(bench.perfd), a;
    struct perfd_metrics m;

    (void)state;
    a = start_as(owner, "a");
    assert_int_equal(tick_as(owner, a, 1), 0);
    perfd_client_close(bench.perfd, owner);
    assert_int_equal(perfd_read_metrics(bench.perfd, bench.client, (uint32_t)a, false, &m), 0);
    assert_true(m.running);
    assert_int_equal(m.frames, 1);
    /* whoever connects next is not taken for it */
    owner = perfd_client_open(bench.perfd);
    assert_true(start_as(bench.client, "b") > 0);
    assert_int_equal(stop_as(owner, 0), PERFD_INVALID);
    assert_int_equal(stop_as(bench.client, a), 0);
}

/* --- clients --- */

static void clients_have_a_limit(void **state)
{
    int clients[16], count = 1;

    (void)state;
    clients[0] = bench.client;
    while (count < 16) {
        clients[count] = perfd_client_open(bench.perfd);
        assert_true(clients[count] > 0);
        for (int i = 0; i < count; i++)
            assert_int_not_equal(clients[i], clients[count]);
        count++;
    }
    assert_int_equal(perfd_client_open(bench.perfd), PERFD_BUSY);
    perfd_client_close(bench.perfd, clients[7]);
    assert_true(perfd_client_open(bench.perfd) > 0);
    assert_int_equal(perfd_client_open(bench.perfd), PERFD_BUSY);
}

static void unknown_clients_are_ignored(void **state)
{
    const int unknown[] = {0, -1, 2, 17, 64, 65, 1000000, INT32_MAX, INT32_MIN};
    uint32_t granted;
    uint64_t missed;

    (void)state;
    bench_start(&bench, 10 * MS);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        struct perfd_mark mark = {.kind = PERFD_INSTANT, .name = text("x")};
        struct perfd_label label = {.name = text("x")};
        struct perfd_metrics m;

        perfd_client_close(bench.perfd, unknown[i]);
        assert_true(perfd_mark(bench.perfd, unknown[i], &mark, bench.port.now_ns) < 0);
        assert_true(perfd_label(bench.perfd, unknown[i], &label) < 0);
        assert_true(perfd_lane_open(bench.perfd, unknown[i], text("x"), 0, &granted) < 0);
        assert_true(perfd_lane_close(bench.perfd, unknown[i], 1) < 0);
        /* reading is nobody's privilege here; it must only not go wrong */
        assert_true(perfd_read_metrics(bench.perfd, unknown[i], 0, true, &m) <= 0);
        assert_true(perfd_read_frames(bench.perfd, unknown[i], 0, 0, NULL, 0, &missed) <= 0);
    }
    bench_after(&bench, MS);
    assert_int_equal(bench_stop(&bench).frames, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_have_a_charset_and_a_length),
        TEST(budgets_have_a_range),
        TEST(the_other_settings_have_no_range),
        TEST(markers_are_exact),
        TEST(stop_without_figures_has_dashes),
        TEST(markers_round_half_up),
        TEST(stop_marker_is_of_the_whole_session),
        TEST(each_reject_class_is_printed_once),
        TEST(every_slot_runs),
        TEST(the_session_stopped_first_goes_first),
        TEST(a_new_session_starts_from_nothing),
        TEST(stop_takes_its_own_or_the_only_one),
        TEST(readers_get_their_own_or_the_newest),
        TEST(ticks_go_to_their_own_or_the_only_one),
        TEST(a_session_has_one_ticker),
        TEST(a_session_outlives_its_client),
        TEST(clients_have_a_limit),
        TEST(unknown_clients_are_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
