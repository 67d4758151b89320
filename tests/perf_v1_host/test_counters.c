/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of counters: what is kept of their samples, against figures worked out by hand. */
#include "perfd/counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static uint64_t memory[PERFD_COUNTERS_BYTES / 8];

/* Declares a group of counters whose names are given. */
static int declare(struct bench *bench, int client, const char *group, const char *const *names,
                   const enum perfd_counter_kind *kinds, uint32_t count)
{
    struct perfd_counter counter[PERFD_GROUP_COUNTERS + 1];
    for (uint32_t i = 0; i < count; i++)
        counter[i] = (struct perfd_counter){text(names[i]), text("u"), kinds[i]};
    return perfd_counter_group(bench->perfd, client, text(group), counter, count);
}

static const char *const names[] = {"calls", "level", "spent"};
static const enum perfd_counter_kind kinds[] = {PERFD_COUNT, PERFD_GAUGE, PERFD_NS};

static int open_group(struct bench *bench)
{
    memset(memory, 0xa5, sizeof memory);
    bench_open(bench, NULL);
    assert_int_equal(declare(bench, bench->client, "g", names, kinds, 3), PERFD_UNSUPPORTED);
    assert_int_equal(perfd_counters_start(bench->perfd, memory, sizeof memory), 0);
    int group = declare(bench, bench->client, "g", names, kinds, 3);
    assert_int_equal(group, 1);
    return group;
}

static int sample(struct bench *bench, int64_t calls, int64_t level, int64_t spent)
{
    const int64_t values[] = {calls, level, spent};
    bench->port.now_ns += 10 * MS;
    return perfd_counter_sample(bench->perfd, bench->client, 1, values, 3, 0, bench->port.now_ns);
}

static struct perfd_counter_info read_counter(struct bench *bench, uint32_t index)
{
    struct perfd_counter_info info;
    assert_int_equal(perfd_read_counter(bench->perfd, 1, index, &info), 0);
    return info;
}

static void figures(struct perfd_counter_info info, int64_t last, int64_t total, int64_t sum,
                    int64_t p95, int64_t max)
{
    assert_int_equal(info.last, last);
    assert_int_equal(info.total, total);
    assert_int_equal(info.sum, sum);
    assert_int_equal(info.p95, p95);
    assert_int_equal(info.max, max);
}

static void of_a_few_samples(void **state)
{
    struct bench bench;
    struct perfd_group_info group;
    (void)state;
    open_group(&bench);
    assert_int_equal(read_counter(&bench, 0).state, PERFD_COUNTER_WARMING);
    assert_int_equal(read_counter(&bench, 0).samples, 0);
    /* Totals of 5, 12, 12 and 40: 5, 7, 0 and 28 are new. Then it begins anew, at 3. */
    assert_int_equal(sample(&bench, 5, 100, 1000), 0);
    assert_int_equal(sample(&bench, 12, -7, 1000), 0);
    assert_int_equal(sample(&bench, 12, 50, 1000), 0);
    assert_int_equal(sample(&bench, 40, 20, 4000), 0);
    assert_int_equal(sample(&bench, 3, 30, 4500), 0);
    assert_int_equal(read_counter(&bench, 0).state, PERFD_COUNTER_OK);
    assert_int_equal(read_counter(&bench, 0).samples, 5);
    figures(read_counter(&bench, 0), 3, 43, 43, 28, 28);
    figures(read_counter(&bench, 1), 30, 30, 193, 100, 100);
    figures(read_counter(&bench, 2), 500, 4500, 4500, 3000, 3000);
    assert_int_equal(perfd_read_group(bench.perfd, 0, &group), 0);
    assert_int_equal(group.id, 1);
    assert_string_equal(group.name, "g");
    assert_int_equal(group.counters, 3);
    assert_int_equal(group.samples, 5);
    assert_int_equal(group.window_samples, 5);
    assert_int_equal(group.window_ns, 40 * MS); /* from the first to the last */
    assert_int_equal(group.last_ns, bench.port.now_ns);
    assert_int_equal(perfd_read_group(bench.perfd, 2, &group), PERFD_NOT_FOUND);
    bench_close(&bench);
}

static void of_a_window_that_moves(void **state)
{
    struct bench bench;
    struct perfd_group_info group;
    int64_t total = 0;
    (void)state;
    open_group(&bench);
    /* 1, 2, ... 100 are new; the last 60 are 41 to 100: their sum is 60 * 141 / 2, and the 57th of
     * them, 97, the least that 95 % are not above. */
    for (int64_t i = 1; i <= 100; i++)
        assert_int_equal(sample(&bench, total += i, 101 - i, 0), 0);
    figures(read_counter(&bench, 0), 100, 5050, 4230, 97, 100);
    figures(read_counter(&bench, 1), 1, 1, 1830, 57, 60);
    assert_int_equal(read_counter(&bench, 0).samples, 60);
    assert_int_equal(perfd_read_group(bench.perfd, 1, &group), 0);
    assert_int_equal(group.samples, 100);
    assert_int_equal(group.window_samples, 60);
    assert_int_equal(group.window_ns, 600 * MS); /* the sample before it is known */

    /* One by one, as somebody who polls would; what is gone is seen by the number. */
    struct perfd_counter_sample one = {.seq = 0};
    int64_t amount[PERFD_GROUP_COUNTERS];
    uint64_t expected = 41;
    while (perfd_read_sample(bench.perfd, 1, one.seq, &one, amount) == 0) {
        assert_int_equal(one.seq, expected);
        assert_int_equal(amount[0], expected);
        assert_int_equal(one.time_ns, SECOND + expected * 10 * MS);
        expected++;
    }
    assert_int_equal(expected, 101);
    bench_close(&bench);
}

static void states(void **state)
{
    struct bench bench;
    struct perfd_counter_info info;
    (void)state;
    open_group(&bench);
    assert_int_equal(sample(&bench, 10, 10, 10), 0);
    struct perfd *perfd = bench.perfd;
    int client = bench.client;
    /* Of each state; those that are not ok have no figures, and their values are not looked at. */
    for (int s = PERFD_COUNTER_UNSUPPORTED; s < PERFD_COUNTER_STATES; s++) {
        assert_int_equal(perfd_counter_set_state(perfd, client, 1, 0, 2,
                                                 (enum perfd_counter_state)s, text("because")),
                         0);
        assert_int_equal(sample(&bench, 1000000, 77, 20), 0);
        info = read_counter(&bench, 0);
        assert_int_equal(info.state, s);
        assert_string_equal(info.reason, "because");
        assert_int_equal(info.samples, 0);
        figures(info, 0, 0, 0, 0, 0);
    }
    assert_int_equal(read_counter(&bench, 2).samples, 6);
    /* Ok again, from its next sample on; what it had counted before is in its total. */
    assert_int_equal(perfd_counter_set_state(perfd, client, 1, 0, 2, PERFD_COUNTER_OK, text("")),
                     0);
    assert_int_equal(read_counter(&bench, 0).state, PERFD_COUNTER_WARMING);
    assert_int_equal(sample(&bench, 14, 5, 20), 0);
    info = read_counter(&bench, 0);
    assert_string_equal(info.reason, "");
    assert_int_equal(info.samples, 1);
    figures(info, 4, 14, 4, 4, 4);
    /* One that is ok stays so. */
    assert_int_equal(perfd_counter_set_state(perfd, client, 1, 0, 1, PERFD_COUNTER_OK, text("")),
                     0);
    assert_int_equal(read_counter(&bench, 0).state, PERFD_COUNTER_OK);
    bench_close(&bench);
}

static void what_is_refused(void **state)
{
    static const char *const twice[] = {"a", "a"}, *const nothing[] = {""};
    static const enum perfd_counter_kind kind[] = {PERFD_COUNT, PERFD_COUNT};
    static const enum perfd_counter_kind no_kind[] = {(enum perfd_counter_kind)3};
    char long_name[PERFD_COUNTER_NAME_MAX + 2];
    const char *const too_long[] = {long_name};
    const int64_t value[4] = {0};
    struct bench bench;
    (void)state;
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    open_group(&bench);
    struct perfd *perfd = bench.perfd;
    int client = bench.client;
    assert_int_equal(perfd_counters_start(perfd, memory, 1000), PERFD_NO_SPACE);
    assert_int_equal(perfd_counters_start(perfd, NULL, sizeof memory), PERFD_NO_SPACE);
    assert_int_equal(declare(&bench, client, "h", twice, kind, 2), PERFD_INVALID);
    assert_int_equal(declare(&bench, client, "h", nothing, kind, 1), PERFD_INVALID);
    assert_int_equal(declare(&bench, client, "h", too_long, kind, 1), PERFD_INVALID);
    assert_int_equal(declare(&bench, client, "h", names, no_kind, 1), PERFD_INVALID);
    assert_int_equal(declare(&bench, client, "h", names, kinds, 0), PERFD_INVALID);
    assert_int_equal(declare(&bench, client, "", names, kinds, 3), PERFD_INVALID);
    assert_int_equal(declare(&bench, client, long_name + 16, names, kinds, 3), PERFD_INVALID);
    assert_int_equal(declare(&bench, 0, "h", names, kinds, 3), PERFD_INVALID);
    const struct perfd_counter with_nul = {{"a\0b", 3}, text(""), PERFD_COUNT};
    assert_int_equal(perfd_counter_group(perfd, client, text("h"), &with_nul, 1), PERFD_INVALID);
    /* The same again is the same; with others it is not. */
    assert_int_equal(declare(&bench, client, "g", names, kinds, 3), 1);
    assert_int_equal(declare(&bench, client, "g", names, kinds, 2), PERFD_INVALID);
    int other = perfd_client_open(perfd);
    assert_int_equal(declare(&bench, other, "g", names, kinds, 2), 2);

    uint64_t now_ns = bench.port.now_ns;
    assert_int_equal(perfd_counter_sample(perfd, other, 1, value, 3, 0, now_ns), PERFD_NOT_FOUND);
    assert_int_equal(perfd_counter_sample(perfd, client, 3, value, 3, 0, now_ns), PERFD_NOT_FOUND);
    assert_int_equal(perfd_counter_sample(perfd, client, 0, value, 3, 0, now_ns), PERFD_NOT_FOUND);
    assert_int_equal(perfd_counter_sample(perfd, client, 1, value, 2, 0, now_ns), PERFD_INVALID);
    assert_int_equal(perfd_counter_sample(perfd, client, 1, value, 4, 0, now_ns), PERFD_INVALID);
    assert_int_equal(perfd_counter_sample(perfd, client, 1, value, 3, now_ns + SECOND + 1, now_ns),
                     PERFD_INVALID);
    assert_int_equal(perfd_counter_sample(perfd, client, 1, value, 3, now_ns + SECOND, now_ns), 0);
    assert_int_equal(perfd_counter_sample(perfd, client, 1, value, 3, now_ns + 1, now_ns),
                     PERFD_INVALID);
    assert_int_equal(perfd_counter_sample(perfd, client, 1, value, 3, now_ns + SECOND, now_ns), 0);
    assert_int_equal(
        perfd_counter_set_state(perfd, client, 1, 2, 2, PERFD_COUNTER_FAILED, text("")),
        PERFD_INVALID);
    assert_int_equal(
        perfd_counter_set_state(perfd, client, 1, 3, 1, PERFD_COUNTER_FAILED, text("")),
        PERFD_INVALID);
    assert_int_equal(
        perfd_counter_set_state(perfd, client, 1, 0, 0, PERFD_COUNTER_FAILED, text("")),
        PERFD_INVALID);
    assert_int_equal(
        perfd_counter_set_state(perfd, client, 1, 0, 1, PERFD_COUNTER_STATES, text("")),
        PERFD_INVALID);
    assert_int_equal(perfd_counter_set_state(perfd, other, 1, 0, 1, PERFD_COUNTER_OK, text("")),
                     PERFD_NOT_FOUND);
    bench_close(&bench);
}

/* 128 counters and 16 groups; a group whose client has gone makes way, the first one first. */
static void places(void **state)
{
    static char name[PERFD_GROUP_COUNTERS + 1][8];
    const char *many[PERFD_GROUP_COUNTERS + 1];
    enum perfd_counter_kind kind[PERFD_GROUP_COUNTERS + 1] = {PERFD_COUNT};
    struct perfd_group_info group;
    struct bench bench;
    (void)state;
    open_group(&bench);
    for (unsigned i = 0; i <= PERFD_GROUP_COUNTERS; i++) {
        snprintf(name[i], sizeof name[i], "c%u", i);
        many[i] = name[i];
    }
    struct perfd *perfd = bench.perfd;
    int second = perfd_client_open(perfd), third = perfd_client_open(perfd);
    assert_int_equal(declare(&bench, bench.client, "x", many, kind, 65), PERFD_INVALID);
    assert_int_equal(declare(&bench, second, "x", many, kind, 64), 2);
    assert_int_equal(declare(&bench, second, "y", many, kind, 61), 3); /* 3 + 64 + 61 */
    assert_int_equal(declare(&bench, third, "x", many, kind, 1), PERFD_NO_SPACE);
    perfd_client_close(perfd, second);
    assert_int_equal(perfd_read_group(perfd, 2, &group), 0);
    assert_true(group.closed);
    assert_int_equal(declare(&bench, third, "x", many, kind, 1), 4);
    assert_int_equal(perfd_read_group(perfd, 2, &group), 0);
    assert_int_equal(group.id, 3); /* the other one is still there */
    assert_int_equal(declare(&bench, third, "z", many, kind, 64), 5);
    assert_int_equal(perfd_read_group(perfd, 2, &group), 0);
    assert_int_equal(group.id, 4);
    for (int i = 6; i <= 18; i++) {
        char of[16];
        snprintf(of, sizeof of, "n%d", i);
        assert_int_equal(declare(&bench, third, of, many, kind, 1), i);
    }
    assert_int_equal(declare(&bench, third, "one more", many, kind, 1), PERFD_NO_SPACE);
    bench_close(&bench);
}

/* --- Traces ----------------------------------------------------------------------------------- */

static unsigned count(const char *in, const char *what)
{
    unsigned times = 0;
    for (const char *at = in; (at = strstr(at, what)) != NULL; at += strlen(what))
        times++;
    return times;
}

static void expect_in(const char *trace, const char *what)
{
    if (strstr(trace, what) == NULL)
        fail_msg("no %s in %s", what, trace);
}

static void in_a_trace(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;
    int result;
    (void)state;
    open_group(&bench);
    /* Before the session: of that its trace knows nothing. */
    assert_int_equal(sample(&bench, 1000, 5, 0), 0);
    assert_int_equal(perfd_counter_set_state(bench.perfd, bench.client, 1, 2, 1,
                                             PERFD_COUNTER_UNSUPPORTED, text("none")),
                     0);
    bench_start(&bench, 10 * MS);
    assert_int_equal(sample(&bench, 1005, 5, 0), 0);  /* 5 new */
    assert_int_equal(sample(&bench, 1010, 5, 0), 0);  /* 5 new: nothing changed */
    assert_int_equal(sample(&bench, 1010, 9, 0), 0);  /* 0 new */
    assert_int_equal(sample(&bench, 1012, 10, 0), 0); /* 2 new */
    char *trace = bench_trace(&bench, 0, 0, 4096, &info, &result);
    assert_non_null(trace);
    assert_int_equal(count(trace, "\"name\":\"calls\",\"ph\":\"C\""), 3);
    assert_int_equal(count(trace, "\"name\":\"level\",\"ph\":\"C\""), 3);
    assert_int_equal(count(trace, "\"name\":\"spent\",\"ph\":\"C\""), 0);
    expect_in(trace, "\"args\":{\"name\":\"counters\"}");
    expect_in(trace, "{\"name\":\"calls\",\"ph\":\"C\",\"ts\":10000.000,\"pid\":1,\"tid\":1,"
                     "\"cat\":\"g\",\"args\":{\"value\":5}}");
    expect_in(trace, "{\"name\":\"calls\",\"ph\":\"C\",\"ts\":30000.000,\"pid\":1,\"tid\":1,"
                     "\"cat\":\"g\",\"args\":{\"value\":0}}");
    expect_in(trace, "{\"name\":\"level\",\"ph\":\"C\",\"ts\":40000.000,\"pid\":1,\"tid\":1,"
                     "\"cat\":\"g\",\"args\":{\"value\":10}}");
    /* Four samples, 40 ms after the one before the session. */
    static const char section[] =
        ",\"counters\":{\"1\":{\"name\":\"g\",\"pid\":0,\"samples\":4,\"windowMs\":40.000000,"
        "\"counters\":{"
        "\"calls\":{\"kind\":\"count\",\"unit\":\"u\",\"state\":\"ok\",\"samples\":4,\"last\":2,"
        "\"total\":12,\"sum\":12,\"p95\":5,\"max\":5},"
        "\"level\":{\"kind\":\"gauge\",\"unit\":\"u\",\"state\":\"ok\",\"samples\":4,\"last\":10,"
        "\"total\":10,\"sum\":29,\"p95\":10,\"max\":10},"
        "\"spent\":{\"kind\":\"ns\",\"unit\":\"u\",\"state\":\"unsupported\"}}}}}}";
    assert_string_equal(trace + strlen(trace) - (sizeof section - 1), section);
    free(trace);

    /* What comes after the session is in no trace of it, and not in its totals. */
    bench_stop(&bench);
    for (int64_t i = 0; i < 30; i++)
        assert_int_equal(sample(&bench, 2000 + i, 3, 0), 0);
    trace = bench_trace(&bench, bench.session, 0, 1, &info, &result);
    assert_string_equal(trace + strlen(trace) - (sizeof section - 1), section);
    free(trace);
    /* Made anew, after another session's. */
    bench_start(&bench, 10 * MS);
    bench.port.now_ns += MS;
    trace = bench_trace(&bench, bench.session, 0, 4096, &info, &result);
    assert_int_equal(count(trace, "\"counters\":{"), 0);
    free(trace);
    trace = bench_trace(&bench, bench.session - 1, 0, 4096, &info, &result);
    assert_string_equal(trace + strlen(trace) - (sizeof section - 1), section);
    free(trace);
    bench_close(&bench);
}

/* 64 counters a frame, for longer than anything is kept. */
static void nothing_grows(void **state)
{
    static char name[PERFD_GROUP_COUNTERS][8];
    const char *many[PERFD_GROUP_COUNTERS];
    enum perfd_counter_kind kind[PERFD_GROUP_COUNTERS] = {PERFD_COUNT};
    int64_t value[PERFD_GROUP_COUNTERS];
    struct bench bench;
    (void)state;
    open_group(&bench);
    for (unsigned i = 0; i < PERFD_GROUP_COUNTERS; i++) {
        snprintf(name[i], sizeof name[i], "c%u", i);
        many[i] = name[i];
        value[i] = 0;
    }
    assert_int_equal(declare(&bench, bench.client, "many", many, kind, 64), 2);
    bench_start(&bench, 10 * MS);
    size_t before = perfd_arena_high_water(bench.perfd);
    for (int64_t frame = 1; frame <= 10000; frame++) {
        for (unsigned i = 0; i < PERFD_GROUP_COUNTERS; i++)
            value[i] += frame % 7 + i;
        bench.port.now_ns += MS;
        assert_int_equal(
            perfd_counter_sample(bench.perfd, bench.client, 2, value, 64, 0, bench.port.now_ns), 0);
    }
    assert_int_equal(perfd_arena_high_water(bench.perfd), before);
    struct perfd_counter_info info;
    assert_int_equal(perfd_read_counter(bench.perfd, 2, 63, &info), 0);
    /* 10,000 is 1,428 weeks of 21, and 1 + 2 + 3 + 4; and 63 each time. */
    assert_int_equal(info.total, 1428 * 21 + 10 + 63 * 10000);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_few_samples), cmocka_unit_test(of_a_window_that_moves),
        cmocka_unit_test(states),           cmocka_unit_test(what_is_refused),
        cmocka_unit_test(places),           cmocka_unit_test(in_a_trace),
        cmocka_unit_test(nothing_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
