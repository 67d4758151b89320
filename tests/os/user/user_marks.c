/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in SystemUI's place that counts its own instructions while it marks: what a pair and
 * what a phase cost, where a session runs and where none does. The count is the machine's, so that
 * of two tries the better one is taken: the other harts sleep by then.
 */
#include "perf-client/perf.h"

#include "monitor/user_call.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "user/client.h"

#define TIMES   1000u
#define TRIES   2u
#define RECORDS 8192u /* more than there are marks: the ring does not end meanwhile */

static struct perf_client client;

/* As perf_begin() and perf_phase() have them, but for first values, which no variable has here. */
static struct perf_site pair, phase;

__attribute__((noinline)) static void mark_nothing(unsigned times)
{
    for (; times > 0; times--)
        __asm__ volatile("");
}

/* The test looks at their code, by name. */
__attribute__((noinline)) static void mark_pairs(unsigned times)
{
    for (; times > 0; times--)
        perf_end(perf_begin_at(&pair));
}

__attribute__((noinline)) static void mark_phases(unsigned times)
{
    for (; times > 0; times--)
        perf_mark_at(&phase);
}

static uint64_t instructions(void)
{
    uint64_t count;
    __asm__ volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
}

static uint64_t count_once(void (*what)(unsigned), unsigned times)
{
    const uint64_t before = instructions();
    what(times);
    return instructions() - before;
}

static uint64_t count(void (*what)(unsigned), unsigned times)
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < TRIES; i++) {
        const uint64_t found = count_once(what, times);
        least = found < least ? found : least;
    }
    return least;
}

/* What so many more of them add, beyond the loop. */
static uint64_t count_each(void (*what)(unsigned))
{
    return count(what, TIMES + 1) - count(what, 1);
}

static void say(const char *name, void (*what)(unsigned))
{
    client_say_number(name, count_each(what) - count_each(mark_nothing));
}

static void stop(void)
{
    (void)perf_stop_call(&client.rpc);
    client_call(&client);
}

static void say_written(void)
{
    (void)perf_metrics_call(&client.rpc);
    client_call(&client);
    const struct perf_health_reader health =
        perf_metrics_response_get_health(perf_metrics_results(&client.rpc));
    client_say_number("written", perf_health_get_written(health));
    client_say_number("resident", perf_health_get_resident(health));
}

_Noreturn void systemui_start(const struct user_start *start)
{
    (void)start;
    const struct perf_options options = {.lane_name = "marks", .lane_records = RECORDS};
    pair = (struct perf_site)PERF_SITE(PERF_LANE_BEGIN, "pair", "", 0, 0, 0);
    phase = (struct perf_site)PERF_SITE(PERF_LANE_PHASE, "phase", "", 0, 0, 0);
    client_connect(&client);
    client_start(&client, "marks");
    if (perf_open_on(&client, &options) != 0)
        client_give_up("no lane");
    mark_pairs(1);
    mark_phases(1);
    say("1000 pairs:", mark_pairs);
    say("1000 phases:", mark_phases);
    say_written();
    stop();
    say("1000 pairs, off:", mark_pairs);
    say("1000 phases, off:", mark_phases);
    say_written();
    perf_client_close(&client);
    client_finish();
}
