/* SPDX-License-Identifier: Apache-2.0 */
/* What perfd is told of the machine's counters. perfd itself is not here: the test notes the calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hardware.h"

/* --- perfd's side: each call is a line, its answer 0, an id, or what was planned ---------------
 */

static struct {
    char said[4000];
    size_t length;
    int groups;
    int calls, fails_at, error; /* the call of this number fails */
} heard;

static int note(const char *line, int answer)
{
    assert_true(heard.length + strlen(line) < sizeof heard.said);
    memcpy(heard.said + heard.length, line, strlen(line) + 1);
    heard.length += strlen(line);
    return ++heard.calls == heard.fails_at ? heard.error : answer;
}

int perfd_client_open(struct perfd *perfd)
{
    (void)perfd;
    return note("client\n", 9);
}

int perfd_client_process(struct perfd *perfd, int client, uint32_t pid, struct perfd_text name)
{
    char line[100];
    (void)perfd;
    assert_int_equal(pid, getpid());
    (void)snprintf(line, sizeof line, "process %d %.*s\n", client, (int)name.length, name.bytes);
    return note(line, 0);
}

int perfd_counter_group(struct perfd *perfd, int client, struct perfd_text name,
                        const struct perfd_counter *counter, uint32_t count)
{
    char line[600];
    (void)perfd;
    assert_int_equal(client, 9);
    int length = snprintf(line, sizeof line, "group %.*s:", (int)name.length, name.bytes);
    for (uint32_t i = 0; i < count; i++)
        length +=
            snprintf(line + length, sizeof line - (size_t)length, " %.*s/%.*s/%d",
                     (int)counter[i].name.length, counter[i].name.bytes,
                     (int)counter[i].unit.length, counter[i].unit.bytes, (int)counter[i].kind);
    (void)snprintf(line + length, sizeof line - (size_t)length, "\n");
    return note(line, ++heard.groups);
}

int perfd_counter_sample(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                         uint32_t count, uint64_t time_ns, uint64_t now_ns)
{
    char line[200];
    (void)perfd;
    assert_int_equal(client, 9);
    assert_true(time_ns <= now_ns);
    int length =
        snprintf(line, sizeof line, "sample %u at %llu:", group, (unsigned long long)time_ns);
    for (uint32_t i = 0; i < count; i++)
        length +=
            snprintf(line + length, sizeof line - (size_t)length, " %lld", (long long)value[i]);
    (void)snprintf(line + length, sizeof line - (size_t)length, "\n");
    return note(line, 0);
}

int perfd_counter_set_state(struct perfd *perfd, int client, uint32_t group, uint32_t first,
                            uint32_t count, enum perfd_counter_state state,
                            struct perfd_text reason)
{
    char line[200];
    (void)perfd;
    assert_int_equal(client, 9);
    assert_int_equal(count, 1);
    (void)snprintf(line, sizeof line, "state %u.%u %d '%.*s'\n", group, first, (int)state,
                   (int)reason.length, reason.bytes);
    return note(line, 0);
}

/* --- The tests -------------------------------------------------------------------------------- */

/* As open and three readings leave it. */
static struct hardware three_counters(void)
{
    struct hardware hardware = {
        .counters = 3,
        .counter =
            {
                {.name = "cpu-clock",
                 .kind = PERFD_NS,
                 .state = PERFD_COUNTER_OK,
                 .total = 5000,
                 .running_permille = 1000},
                {.name = "cycles",
                 .state = PERFD_COUNTER_NOT_PERMITTED,
                 .reason = "perf_event_paranoid is 2: it takes CAP_PERFMON"},
                {.name = "branches",
                 .state = PERFD_COUNTER_WARMING,
                 .reason = "has had no turn on the hardware yet",
                 .total = 7},
            },
        .timer = -1,
        .interval_ns = 100000000,
        .time_ns = 1000,
        .read_ns = 30,
        .cpus_running = 2,
        .merged = 4,
    };
    hardware_cpus_add(&hardware.cpus, 0);
    hardware_cpus_add(&hardware.cpus, 1);
    hardware_cpus_add(&hardware.missing, 7);
    memset(&heard, 0, sizeof heard);
    return hardware;
}

static void all_is_told_once_and_then_what_is_new(void **state)
{
    struct hardware hardware = three_counters();
    (void)state;
    assert_int_equal(hardware_publish(NULL, &hardware, 1001), 0);
    assert_string_equal(
        heard.said,
        "client\n"
        "process 9 perfd\n"
        "group hardware: cpu-clock/ns/2 cycles//0 branches//0\n"
        "group hardware-running: cpu-clock/permille/1 cycles/permille/1 branches/permille/1\n"
        "group hardware-source: interval/ns/1 reading/ns/1 cpus/cpus/1 cpus-missing/cpus/1 "
        "intervals-merged/intervals/0\n"
        "state 3.2 0 '0-1'\n"
        "state 3.3 0 '7'\n"
        "state 1.0 0 ''\n"
        "state 2.0 0 ''\n"
        "state 1.1 2 'perf_event_paranoid is 2: it takes CAP_PERFMON'\n"
        "state 2.1 2 'perf_event_paranoid is 2: it takes CAP_PERFMON'\n"
        "state 1.2 4 'has had no turn on the hardware yet'\n"
        "state 2.2 4 'has had no turn on the hardware yet'\n"
        "sample 1 at 1000: 5000 0 7\n"
        "sample 2 at 1000: 1000 0 0\n"
        "sample 3 at 1000: 100000000 30 2 1 4\n");

    heard.length = 0;
    hardware.time_ns = 2000;
    hardware.counter[0].total = 6000;
    hardware.counter[2].state = PERFD_COUNTER_OK;
    hardware.counter[2].reason[0] = '\0';
    hardware.counter[2].running_permille = 400;
    assert_int_equal(hardware_publish(NULL, &hardware, 2001), 0);
    assert_string_equal(heard.said, "state 1.2 0 ''\n"
                                    "state 2.2 0 ''\n"
                                    "sample 1 at 2000: 6000 0 7\n"
                                    "sample 2 at 2000: 1000 0 400\n"
                                    "sample 3 at 2000: 100000000 30 2 1 4\n");

    heard.length = 0;
    assert_int_equal(hardware_publish(NULL, &hardware, 2001), 0);
    assert_null(strstr(heard.said, "state"));

    heard.length = 0;
    hardware.counter[2].scaled = true;
    (void)snprintf(hardware.counter[2].reason, sizeof hardware.counter[2].reason, "it is scaled");
    assert_int_equal(hardware_publish(NULL, &hardware, 2001), 0);
    assert_non_null(strstr(heard.said, "state 1.2 0 'it is scaled'\nstate 2.2 0 'it is scaled'\n"));
}

static void whatever_fails_is_said(void **state)
{
    struct hardware hardware = three_counters();
    (void)state;
    assert_int_equal(hardware_publish(NULL, &hardware, 1001), 0);
    int calls = heard.calls, failed = 0;
    for (int at = 1; at <= calls; at++) {
        hardware = three_counters();
        heard.fails_at = at;
        heard.error = PERFD_NO_SPACE;
        int result = hardware_publish(NULL, &hardware, 1001);
        /* The process's name is worth having, and no more. */
        assert_int_equal(result, at == 2 ? 0 : PERFD_NO_SPACE);
        failed += result < 0;
    }
    assert_int_equal(failed, calls - 1);
}

static void nothing_is_told_of_nothing(void **state)
{
    struct hardware hardware = {0};
    (void)state;
    memset(&heard, 0, sizeof heard);
    assert_int_equal(hardware_publish(NULL, &hardware, 1), 0);
    assert_int_equal(heard.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_told_once_and_then_what_is_new),
        cmocka_unit_test(whatever_fails_is_said),
        cmocka_unit_test(nothing_is_told_of_nothing),
    };
    return cmocka_run_group_tests_name("hardware_publish", tests, NULL, NULL);
}
