/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client in SystemUI's place that makes sixty ticks a second for `seconds=N`, and says how long
 * the slowest one's answer took. Before the first it fills most of a large lane, so that the boot's
 * trace, which is exported meanwhile, is no light work.
 */
#include "drivers/options.h"
#include "monitor/user_call.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"
#include "user/client.h"

#define TICKS_A_SECOND UINT64_C(10000000) /* of the machine's timer, at 10 MHz */
#define TICKS_A_US     10u
#define FRAMES         60u /* a second */
#define MARKS          12800u
#define MARKS_A_CALL   64u
#define LANE_RECORDS   16384u

static struct perf_client client;

static void start_session(void)
{
    const struct perf_start_request_builder request = perf_start_call(&client.rpc);
    perf_start_request_set_name(request, (struct nx_text){"ticks", 5});
    client_call(&client);
}

static uint32_t open_lane(void)
{
    const struct perf_open_lane_request_builder request = perf_open_lane_call(&client.rpc);
    perf_open_lane_request_set_name(request, (struct nx_text){"marks", 5});
    perf_open_lane_request_set_records(request, LANE_RECORDS);
    client_call(&client);
    return perf_open_lane_response_get_lane(perf_open_lane_results(&client.rpc));
}

static void make_marks(void)
{
    const uint32_t lane = open_lane();
    for (uint32_t made = 0; made < MARKS; made += MARKS_A_CALL) {
        const struct perf_record_request_builder request = perf_record_call(&client.rpc);
        const struct perf_record_list_builder records =
            perf_record_request_init_records(request, MARKS_A_CALL);
        for (uint32_t i = 0; i < MARKS_A_CALL; i++) {
            const struct perf_record_builder record = perf_record_list_edit(records, i);
            perf_record_set_lane(record, lane);
            perf_record_set_name(record, (struct nx_text){"mark", 4});
            perf_record_set_instant(record);
        }
        client_call(&client);
        if (perf_record_response_get_status(perf_record_results(&client.rpc)) != PERF_STATUS_OK)
            client_give_up("marks were not taken");
    }
}

/* How long it took, in ticks of the timer. */
static uint64_t tick(uint64_t id)
{
    const uint64_t asked = client_ticks();
    const struct perf_frame_tick_builder frame =
        perf_frame_tick_request_init_tick(perf_frame_tick_call(&client.rpc));
    perf_frame_tick_set_frame_id(frame, id);
    perf_frame_tick_set_presented(frame, true);
    client_call(&client);
    const uint64_t took = client_ticks() - asked;
    if (perf_frame_tick_response_get_status(perf_frame_tick_results(&client.rpc)) != PERF_STATUS_OK)
        client_give_up("a frame was not taken");
    return took;
}

static uint64_t slowest_of(uint64_t frames)
{
    const uint64_t began = client_ticks();
    uint64_t slowest = 0;
    for (uint64_t id = 1; id <= frames; id++) {
        const uint64_t due = began + id * TICKS_A_SECOND / FRAMES;
        while (client_ticks() < due)
            (void)user_call(USER_CALL_WAIT, due, 0);
        const uint64_t took = tick(id);
        slowest = took > slowest ? took : slowest;
    }
    return slowest;
}

_Noreturn void systemui_start(const struct user_start *start)
{
    const uint64_t frames = (uint64_t)FRAMES * options_number(start->options, "seconds", 1);
    client_connect(&client);
    start_session();
    make_marks();
    const uint64_t slowest = slowest_of(frames);
    client_say_number("ticks", frames);
    client_say_number("slowest us", slowest / TICKS_A_US);
    perf_client_close(&client);
    client_finish();
}
