/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client in SystemUI's place that does on the channel whatever it should not, one thing after the
 * other, and then has a proper session: perfd must have come to no harm. It says what it did, and
 * what the channel said to that.
 */
#include <stdbool.h>
#include <string.h>

#include "channel/channel.h"
#include "monitor/user_call.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "user/client.h"

#define GARBAGE_ROUNDS 200
#define FRAMES         100
#define IDLE_TICKS     500000u /* 50 ms: perfd answers in microseconds */

extern struct user_start user_start;

static struct channel_end end;
static struct perf_client client;
static uint32_t random_state;

static uint32_t random_next(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> 8;
}

static void ring(void)
{
    (void)user_call(USER_CALL_RING, 0, 0);
}

/* Opens the channel anew, whatever it was. */
static void open_channel(void)
{
    channel_ask(&end, user_start.channel);
    ring();
    while (channel_answer(&end) == CHANNEL_PENDING)
        (void)user_call(USER_CALL_WAIT, 0, 0);
    if (channel_answer(&end) != CHANNEL_STANDS)
        client_give_up("refused at once");
}

static void await_refusal(void)
{
    ring();
    while (channel_answer(&end) != CHANNEL_REFUSED)
        (void)user_call(USER_CALL_WAIT, 0, 0);
}

/* What perfd says to it, an Abort for one, is thrown away. */
static void send_garbage(void)
{
    uint8_t bytes[512];
    for (unsigned i = 0; i < GARBAGE_ROUNDS; i++) {
        open_channel();
        for (size_t at = 0; at < sizeof bytes; at++)
            bytes[at] = (uint8_t)random_next();
        /* More segments than anybody takes: there is no way on from here. */
        memset(bytes, 0xff, 4);
        (void)ring_put(&end.out, bytes, 1 + random_next() % sizeof bytes);
        if (i % 2 == 0) {
            (void)ring_put(&end.out, bytes, 8);
            await_refusal();
        }
    }
    client_say("garbage: refused");
}

/* An index that cannot be. */
static void lie(_Atomic uint32_t *index, uint32_t value)
{
    open_channel();
    atomic_store_explicit(index, value, memory_order_release);
    await_refusal();
}

static void tell_lies(void)
{
    struct channel *channel = user_start.channel;
    lie(&channel->to_service.written, RING_BYTES + 1);
    lie(&channel->to_service.written, UINT32_MAX);
    lie(&channel->to_client.taken, 1);
    lie(&channel->to_client.taken, RING_BYTES);
    client_say("lies: refused");
}

/* Anything in its own word, more often than perfd can look. */
static void flicker(void)
{
    for (unsigned i = 0; i < 2000; i++) {
        atomic_store_explicit(&user_start.channel->client_word, random_next() * 77u,
                              memory_order_release);
        if (i % 16 == 0)
            ring();
    }
    channel_hang_up(user_start.channel);
    ring();
    client_say("flicker: done");
}

/* Asks for the interface, and is done with the answer: two messages, of which the first is
 * answered. Words of 8 bytes, as in RPC's own schema. */
static const uint64_t ask_and_finish[] = {
    UINT64_C(5) << 32, UINT64_C(0x0001000100000000), 8, UINT64_C(0x0001000100000000), 7, 0,
    UINT64_C(4) << 32, UINT64_C(0x0001000100000000), 4, UINT64_C(0x0000000100000000), 7,
};

/* How many bytes go in until perfd takes no more for a while. */
static uint32_t fill(void)
{
    const uint8_t *bytes = (const uint8_t *)ask_and_finish;
    uint32_t total = 0;
    for (uint64_t idle_since = client_ticks(); client_ticks() - idle_since < IDLE_TICKS;) {
        const size_t at = total % sizeof ask_and_finish;
        const int32_t count = ring_put(&end.out, bytes + at, sizeof ask_and_finish - at);
        if (count > 0) {
            total += (uint32_t)count;
            idle_since = client_ticks();
        } else {
            ring();
            (void)user_call(USER_CALL_WAIT, client_ticks() + IDLE_TICKS / 4, 0);
        }
    }
    return total;
}

/* Counts the messages in what comes, each by its first word, until so many are there. */
static void read_answers(uint32_t wanted)
{
    uint8_t bytes[256];
    uint8_t head[8];
    uint32_t messages = 0, head_length = 0, body_left = 0;
    while (messages < wanted || body_left > 0) {
        const int32_t count = ring_take(&end.in, bytes, sizeof bytes);
        if (count < 0 || channel_answer(&end) != CHANNEL_STANDS)
            client_give_up("the connection is gone");
        if (count == 0) {
            ring();
            (void)user_call(USER_CALL_WAIT, 0, 0);
        }
        for (int32_t i = 0; i < count; i++) {
            if (body_left > 0) {
                body_left--;
                continue;
            }
            head[head_length++] = bytes[i];
            if (head_length < sizeof head)
                continue;
            head_length = 0;
            messages++;
            body_left = 8u * (head[4] | (uint32_t)head[5] << 8);
        }
    }
}

/* Asks again and again and reads no answer; when perfd takes no more, reads them after all: there
 * is one for each question. */
static void never_read(void)
{
    open_channel();
    const uint32_t sent = fill();
    if (sent < RING_BYTES)
        client_give_up("perfd took too little");
    read_answers(sent / (uint32_t)sizeof ask_and_finish);
    channel_hang_up(user_start.channel);
    ring();
    client_say("full ring: every question has its answer");
}

static void tick(uint64_t id)
{
    const struct perf_frame_tick_builder frame =
        perf_frame_tick_request_init_tick(perf_frame_tick_call(&client.rpc));
    perf_frame_tick_set_frame_id(frame, id);
    client_call(&client);
    if (perf_frame_tick_response_get_status(perf_frame_tick_results(&client.rpc)) != PERF_STATUS_OK)
        client_give_up("a frame was not taken");
}

/* What perfd has counted of all that. */
static void say_refused(void)
{
    (void)perf_metrics_call(&client.rpc);
    client_call(&client);
    const struct perf_health_reader health =
        perf_metrics_response_get_health(perf_metrics_results(&client.rpc));
    client_say_number("malformed", perf_health_get_reject_malformed(health));
}

static void proper_session(void)
{
    client_connect(&client);
    const struct perf_start_request_builder request = perf_start_call(&client.rpc);
    perf_start_request_set_name(request, (struct nx_text){"proper", 6});
    client_call(&client);
    for (uint64_t id = 1; id <= FRAMES; id++)
        tick(id);
    (void)perf_stop_call(&client.rpc);
    client_call(&client);
    const struct perf_metrics_reader metrics =
        perf_stop_response_get_metrics(perf_stop_results(&client.rpc));
    client_say_number("frames", perf_metrics_get_session_frames(metrics));
    say_refused();
    perf_client_close(&client);
}

_Noreturn void systemui_start(const struct user_start *start)
{
    (void)start;
    send_garbage();
    tell_lies();
    flicker();
    never_read();
    proper_session();
    client_finish();
}
