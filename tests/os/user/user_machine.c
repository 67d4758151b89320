/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in SystemUI's place that has known reasons to wait, each inside a span of its own: so
 * many calls of perfd, sleeps, keys, a trace for the disk, and then more timer interrupts at once
 * than are kept between two of its calls. What the machine's lanes show must lie in those spans.
 * Options: `calls=N`, `sleeps=N`, `keys=N`, `stores=N`, `storm=N`; `price`: says what its
 * interrupts and calls cost, instead.
 */
#include "perf-client/perf.h"

#include "drivers/input.h"
#include "drivers/options.h"
#include "monitor/user_call.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "user/client.h"

#define SLEEP_TICKS   10000u /* 1 ms */
#define SETTLE_TIMES  20u
#define PRICE_TIMES   100u
#define TIMER_IS_PAST 1u

static struct perf_client client;
static struct perf_site asked, slept, typed, stored, stormed;
static struct input keyboard;
static uint64_t frame;

static void tick(void)
{
    const struct perf_frame_tick_builder tick =
        perf_frame_tick_request_init_tick(perf_frame_tick_call(&client.rpc));
    perf_frame_tick_set_frame_id(tick, ++frame);
    perf_frame_tick_set_presented(tick, true);
    client_call(&client);
}

static void ask(void)
{
    const struct perf_token token = perf_begin_at(&asked);
    tick();
    perf_end(token);
}

/* Nothing else wakes it: the timer does, once. */
static void sleep_a_little(void)
{
    const struct perf_token token = perf_begin_at(&slept);
    const uint64_t until = client_ticks() + SLEEP_TICKS;
    do
        (void)user_call(USER_CALL_WAIT, until, 0);
    while (client_ticks() < until);
    perf_end(token);
}

/* The device is let go of before the line says so, and not looked at again before it interrupts. */
static void await_key(void)
{
    struct input_key key;
    const struct perf_token token = perf_begin_at(&typed);
    while (!input_waiting(&keyboard))
        (void)user_call(USER_CALL_WAIT, 0, 0);
    while (input_read(&keyboard, &key))
        ;
    perf_end(token);
    client_say("key");
}

/* The session so far, to the disk. */
static void store_trace(void)
{
    const struct perf_token token = perf_begin_at(&stored);
    (void)perf_export_last_call(&client.rpc);
    client_call(&client);
    perf_end(token);
}

/* The timer's last time was long ago: each of them is over at once. */
static void wait_for_nothing(uint32_t times)
{
    for (; times > 0; times--)
        (void)user_call(USER_CALL_WAIT, TIMER_IS_PAST, 0);
}

static void storm(uint32_t times)
{
    const struct perf_token token = perf_begin_at(&stormed);
    wait_for_nothing(times);
    perf_end(token);
}

static void stop(void)
{
    (void)perf_stop_call(&client.rpc);
    client_call(&client);
}

static void make_trace(const char *options)
{
    for (uint32_t n = options_number(options, "calls", 0); n > 0; n--)
        ask();
    for (uint32_t n = options_number(options, "sleeps", 0); n > 0; n--)
        sleep_a_little();
    client_say("ready");
    for (uint32_t n = options_number(options, "keys", 0); n > 0; n--)
        await_key();
    for (uint32_t n = options_number(options, "stores", 0); n > 0; n--)
        store_trace();
    storm(options_number(options, "storm", 0));
    ask();
}

static uint64_t instructions(void)
{
    uint64_t count;
    __asm__ volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
}

static uint64_t count_waits(void)
{
    const uint64_t before = instructions();
    wait_for_nothing(PRICE_TIMES);
    return instructions() - before;
}

static uint64_t count_tick(void)
{
    const uint64_t before = instructions();
    tick();
    wait_for_nothing(SETTLE_TIMES);
    return instructions() - before;
}

/* The count is the machine's: perfd's hart is asleep again after a few waits. The ring, which a
 * tick empties, has room for the first hundred and these, and none for the second hundred. The tick
 * that finds it full is held against the next one, which finds those few. */
static void say_price(const char *when)
{
    tick();
    wait_for_nothing(SETTLE_TIMES);
    const uint64_t noted = count_waits();
    wait_for_nothing(SETTLE_TIMES);
    const uint64_t lost = count_waits();
    client_say(when);
    client_say_number("100 that find room:", noted);
    client_say_number("100 that find none:", lost);
    const uint64_t many = count_tick();
    const uint64_t few = count_tick();
    client_say_number("128 taken, less 20:", many > few ? many - few : 0);
}

_Noreturn void systemui_start(const struct user_start *start)
{
    const struct perf_options options = {.lane_name = "program", .lane_records = 1024};
    asked = (struct perf_site)PERF_SITE(PERF_LANE_BEGIN, "asked", "", 0, 0, 0);
    slept = (struct perf_site)PERF_SITE(PERF_LANE_BEGIN, "slept", "", 0, 0, 0);
    typed = (struct perf_site)PERF_SITE(PERF_LANE_BEGIN, "typed", "", 0, 0, 0);
    stored = (struct perf_site)PERF_SITE(PERF_LANE_BEGIN, "stored", "", 0, 0, 0);
    stormed = (struct perf_site)PERF_SITE(PERF_LANE_BEGIN, "stormed", "", 0, 0, 0);
    if (start->keyboard != 0 && !input_open(&keyboard, start->keyboard))
        client_give_up("no keyboard");
    client_connect(&client);
    if (options_has(start->options, "price")) {
        client_start(&client, "machine");
        say_price("a session runs");
        stop();
        say_price("none runs");
        client_finish();
    }
    if (perf_open_on(&client, &options) != 0)
        client_give_up("no lane");
    client_start(&client, "machine");
    /* Labels are asked for here, not within a span. */
    (void)perf_intern(&asked);
    (void)perf_intern(&slept);
    (void)perf_intern(&typed);
    (void)perf_intern(&stored);
    (void)perf_intern(&stormed);
    make_trace(start->options);
    stop();
    store_trace();
    perf_client_close(&client);
    client_finish();
}
