/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many instructions a mark is on x86-64 as gcc -O2 compiles it: executed one at a time by a
 * tracer, and counted. The bounds are what gcc 12 makes of them, not one more.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cost_marks.h"
#include "perf-client/perf.h"

#define TIMES 200u

PERF_OWN struct perf_enable_page perf_enable_page;
PERF_THREAD_LOCAL struct perf_lane_writer perf_writer;

static uint64_t ring[TIMES * 4 + 64];

/* One word for every site: what a site gets is not what counts here. */
uint64_t perf_intern(struct perf_site *site)
{
    site->word = (uint64_t)site->kind << PERF_KIND_SHIFT | 1;
    return site->word;
}

/* The ring is as long as it has to be. */
void perf_put_slowly(uint64_t word)
{
    (void)word;
    abort();
}

void perf_put_value(uint64_t word, uint64_t value)
{
    (void)word;
    (void)value;
    abort();
}

void perf_register_total(struct perf_total *total)
{
    (void)total;
}

static void run(void (*loop)(unsigned), unsigned times)
{
    perf_writer = (struct perf_lane_writer){
        .next = ring, .end = ring + sizeof ring / sizeof *ring, .lap = perf_lane_lap_bits(0)};
    loop(1); /* the site has its label */
    raise(SIGSTOP);
    loop(times);
    raise(SIGSTOP);
    _exit(0);
}

/* From the first stop to the second. */
static long steps(void (*loop)(unsigned), unsigned times)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
            run(loop, times);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSTOPPED(status));
    long count = 0;
    do {
        assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSTOPPED(status));
        count++;
    } while (WSTOPSIG(status) == SIGTRAP);
    assert_int_equal(WSTOPSIG(status), SIGSTOP);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return count;
}

/* Of one time through the loop, without the loop. */
static long cost(void (*loop)(unsigned))
{
    const long once = steps(loop, 1 + TIMES) - steps(loop, 1);
    const long nothing = steps(cost_nothing, 1 + TIMES) - steps(cost_nothing, 1);
    assert_int_equal((once - nothing) % TIMES, 0);
    return (once - nothing) / (long)TIMES;
}

static void on(void **state)
{
    (void)state;
    perf_enable_page.on = 1;
    assert_in_range(cost(cost_pair), 1, 31);
    assert_in_range(cost(cost_pair_around_work), 1, 32);
    assert_in_range(cost(cost_phase), 1, 18);
    assert_in_range(cost(cost_instant), 1, 18);
    assert_in_range(cost(cost_add), 1, 1);
}

static void off(void **state)
{
    (void)state;
    perf_enable_page.on = 0;
    assert_in_range(cost(cost_pair), 1, 2);
    assert_in_range(cost(cost_pair_around_work), 1, 3);
    assert_in_range(cost(cost_phase), 1, 2);
    assert_in_range(cost(cost_instant), 1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on),
        cmocka_unit_test(off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
