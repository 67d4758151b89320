/* SPDX-License-Identifier: Apache-2.0 */
/* Which process a lane is in: in traces, and when it is asked for. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name and the pid are written as they come in the trace. */
#define PROCESS(pid, tid, name)                                                                    \
    "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":" pid ",\"tid\":" tid                         \
    ",\"args\":{\"name\":\"" name "\"}},\n"
#define BEHIND(pid, tid)                                                                           \
    "{\"name\":\"process_sort_index\",\"ph\":\"M\",\"pid\":" pid ",\"tid\":" tid                   \
    ",\"args\":{\"sort_index\":1}},\n"
#define THREAD(pid, tid, name)                                                                     \
    "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":" pid ",\"tid\":" tid                          \
    ",\"args\":{\"name\":\"" name "\"}},\n"                                                        \
    "{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":" pid ",\"tid\":" tid                    \
    ",\"args\":{\"sort_index\":" tid "}},\n"
#define INSTANT(pid, tid, name, ts)                                                                \
    "{\"name\":\"" name "\",\"ph\":\"i\",\"ts\":" ts ",\"pid\":" pid ",\"tid\":" tid ",\"s\":"     \
    "\"t\"}"

static int client_of(struct bench *bench, uint32_t pid, const char *name)
{
    int client = perfd_client_open(bench->perfd);

    assert_true(client > 0);
    assert_int_equal(perfd_client_process(bench->perfd, client, pid, text(name)), PERFD_OK);
    return client;
}

static void mark(struct bench *bench, int client, const char *name, uint64_t after_ns)
{
    const struct perfd_mark instant = {
        .kind = PERFD_INSTANT, .name = text(name), .time_ns = bench->port.now_ns + after_ns};

    assert_int_equal(perfd_mark(bench->perfd, client, &instant, bench->port.now_ns + after_ns), 0);
}

static void in_the_trace(void **state)
{
    struct bench bench;
    struct perfd_trace_info info;
    uint32_t granted;
    int result;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 10 * MS);
    /* Lane 1 is of nobody's, 2 and 4 of one process, 3 of another one with the same lane's name, 5
     * of one without a name. */
    mark(&bench, bench.client, "none", 1 * US);
    int first = client_of(&bench, 4242, "compositor");
    assert_int_equal(perfd_lane_open(bench.perfd, first, text("render"), 64, &granted), 2);
    int second = client_of(&bench, 77, "a \"browser\"");
    assert_int_equal(perfd_lane_open(bench.perfd, second, text("render"), 64, &granted), 3);
    int third = client_of(&bench, 4242, "compositor");
    mark(&bench, third, "third", 2 * US);
    int fourth = client_of(&bench, UINT32_MAX, "");
    mark(&bench, fourth, "fourth", 3 * US);
    /* What is said later is of lanes that are opened later. */
    assert_int_equal(perfd_client_process(bench.perfd, second, 78, text("other")), PERFD_OK);
    mark(&bench, second, "second", 4 * US);
    /* The lane stays where it was when its client is gone. */
    perfd_client_close(bench.perfd, third);

    bench.port.now_ns += MS;
    char *trace = bench_trace(&bench, 0, 0, 4096, &info, &result);
    assert_non_null(trace);
    /* clang-format off */
    static const char head[] =
        "{\"traceEvents\":[" PROCESS("1", "0", "test") THREAD("1", "0", "frames")
        THREAD("1", "1", "lane 1")
        PROCESS("4242", "2", "compositor") BEHIND("4242", "2") THREAD("4242", "2", "render")
        PROCESS("77", "3", "a \\\"browser\\\"") BEHIND("77", "3") THREAD("77", "3", "render")
        THREAD("4242", "4", "lane 4")
        BEHIND("4294967295", "5") THREAD("4294967295", "5", "lane 5")
        PROCESS("78", "6", "other") BEHIND("78", "6") THREAD("78", "6", "lane 6");
    /* clang-format on */
    if (strncmp(trace, head, sizeof head - 1) != 0)
        fail_msg("not %s but %s", head, trace);
    assert_non_null(strstr(trace, INSTANT("1", "1", "none", "1.000")));
    assert_non_null(strstr(trace, INSTANT("4242", "4", "third", "2.000")));
    assert_non_null(strstr(trace, INSTANT("4294967295", "5", "fourth", "3.000")));
    assert_non_null(strstr(trace, INSTANT("78", "6", "second", "4.000")));
    free(trace);
    bench_close(&bench);
}

/* Those of many spans are written another way, to the same bytes. */
static void spans_of_pids_of_all_lengths(void **state)
{
    static const char *const pids[] = {"2", "99999999", "100000000"};
    char expected[128];
    struct bench bench;
    struct perfd_trace_info info;
    int result;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 10 * MS);
    for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
        int client = client_of(&bench, (uint32_t)strtoul(pids[i], NULL, 10), "p");
        for (uint64_t at_ns = 0; at_ns < 10 * US; at_ns += US)
            for (unsigned end = 0; end < 2; end++) {
                const struct perfd_mark one = {.kind = end ? PERFD_END : PERFD_BEGIN,
                                               .name = text("s"),
                                               .time_ns = bench.port.now_ns + at_ns + end};
                assert_int_equal(perfd_mark(bench.perfd, client, &one, one.time_ns), 0);
            }
    }
    bench.port.now_ns += MS;
    char *trace = bench_trace(&bench, 0, 0, 4096, &info, &result);
    assert_non_null(trace);
    assert_int_equal(info.bytes, strlen(trace));
    for (unsigned i = 0; i < 3; i++)
        for (unsigned at = 0; at < 10; at++) {
            snprintf(expected, sizeof expected,
                     "\n{\"name\":\"s\",\"ph\":\"X\",\"ts\":%u.000,\"pid\":%s,\"tid\":%u,"
                     "\"dur\":0.001}",
                     at, pids[i], i + 1);
            if (strstr(trace, expected) == NULL)
                fail_msg("no %s in %s", expected, trace);
        }
    free(trace);
    bench_close(&bench);
}

static void asked_for(void **state)
{
    struct perfd_lane_info lane;
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 10 * MS);
    int client = client_of(&bench, 7, "fifteen bytes.");
    mark(&bench, client, "x", 1);
    mark(&bench, bench.client, "x", 1);
    assert_int_equal(perfd_read_lane(bench.perfd, 1, &lane), PERFD_OK);
    assert_int_equal(lane.pid, 7);
    assert_string_equal(lane.process, "fifteen bytes.");
    assert_int_equal(perfd_read_lane(bench.perfd, 2, &lane), PERFD_OK);
    assert_int_equal(lane.pid, 0);
    assert_string_equal(lane.process, "");

    /* What is refused changes nothing; the slot of a client that is gone is clean. */
    assert_int_equal(perfd_client_process(bench.perfd, client, 8, text("it has 16 bytes.")),
                     PERFD_INVALID);
    assert_int_equal(perfd_client_process(bench.perfd, 0, 8, text("a")), PERFD_NOT_FOUND);
    assert_int_equal(perfd_client_process(bench.perfd, client + 1, 8, text("a")), PERFD_NOT_FOUND);
    perfd_client_close(bench.perfd, client);
    assert_int_equal(perfd_client_open(bench.perfd), client);
    mark(&bench, client, "x", 2);
    assert_int_equal(perfd_read_lane(bench.perfd, 1, &lane), PERFD_OK);
    assert_int_equal(lane.pid, 7);
    assert_int_equal(perfd_read_lane(bench.perfd, 3, &lane), PERFD_OK);
    assert_int_equal(lane.pid, 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_trace),
        cmocka_unit_test(spans_of_pids_of_all_lengths),
        cmocka_unit_test(asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
