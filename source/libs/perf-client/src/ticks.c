/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in a lane of their own: what perf_frame() does in place of a call. */
#include "marks.h"

#include "perf.capnp.h"

/* Half a second at 240 Hz, each frame with all of its facts. */
#define RECORDS 2048u
#define FACTS   10u

static struct {
    struct perf_lane_header *header; /* NULL: there is no lane */
    uint64_t bytes;
    uint64_t *ring, *ring_end, *next;
    uint64_t laps, written;
    bool counts; /* stamps are the processor's ticks, not nanoseconds */
} lane;

void perf_ticks_drop(void)
{
    if (lane.header != NULL)
        perf_platform_unmap_lane(lane.header, lane.bytes);
    lane.header = NULL;
}

static void close_lane(uint32_t number)
{
    perf_ticks_drop();
    perf_close_lane_request_set_lane(perf_close_lane_call(&perf_marks.client->rpc), number);
    (void)perf_marks_call();
}

/* The service looks into lanes when it is called: the question behind it is also to tell it. */
void perf_ticks_open(void)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    if (!perf_marks.options.frames_in_lane || !perf_marks.shares)
        return;
    const struct perf_open_lane_request_builder request = perf_open_lane_call(rpc);
    perf_open_lane_request_set_name(request, nx_text_of("frames"));
    const uint32_t wanted = perf_marks.options.frame_lane_records;
    perf_open_lane_request_set_records(request, wanted != 0 ? wanted : RECORDS);
    perf_open_lane_request_set_shared(request, true);
    if (perf_marks_call() != 0)
        return;
    const struct perf_open_lane_response_reader answer = perf_open_lane_results(rpc);
    const uint32_t number = perf_open_lane_response_get_lane(answer);
    if (perf_open_lane_response_get_status(answer) != PERF_STATUS_OK)
        return;
    uint64_t slots = 0;
    lane.bytes = perf_open_lane_response_get_bytes(answer);
    lane.counts = perf_open_lane_response_get_clock_mult(answer) != 0;
    if (lane.bytes != 0)
        lane.header =
            perf_lane_map(perf_open_lane_response_get_fd_index(answer),
                          perf_open_lane_response_get_address(answer), lane.bytes, &slots);
    if (lane.header == NULL || lane.header->takes != PERF_LANE_TAKES_TICKS) {
        close_lane(number);
        return;
    }
    lane.ring = lane.next = (uint64_t *)(lane.header + 1);
    lane.ring_end = lane.ring + slots * 2;
    lane.laps = lane.written = 0;
    perf_lane_store(&lane.header->holds, PERF_LANE_HOLDS_TICKS);
    const uint64_t last = perf_last_frame_id(0);
    if (perf_marks.frame_id < last)
        perf_marks.frame_id = last;
}

static void put_slot(uint64_t first, uint64_t second)
{
    if (lane.next == lane.ring_end) {
        perf_lane_announce(lane.header, ++lane.laps);
        lane.next = lane.ring;
    }
    const uint64_t bits = perf_lane_lap_bits(lane.laps);
    perf_lane_store(lane.next, (first & PERF_LANE_PAYLOAD) + bits);
    perf_lane_store(lane.next + 1, second + bits);
    lane.next += 2;
}

static void put_value(uint64_t value)
{
    put_slot(value, perf_value_word(value));
}

bool perf_ticks_sample(uint32_t group, const int64_t *value, uint32_t count)
{
    if (lane.header == NULL)
        return false;
    put_slot(lane.counts ? perf_ticks() : perf_stamp_ns(),
             ((uint64_t)group << 24) + ((uint64_t)PERF_LANE_SAMPLE << PERF_KIND_SHIFT) + count);
    for (uint32_t i = 0; i < count; i++)
        put_value((uint64_t)value[i]);
    return true;
}

bool perf_ticks_write(const struct perf_frame_facts *frame, uint64_t id)
{
    if (lane.header == NULL)
        return false;
    if (!perf_on())
        return true;
    const uint64_t facts[FACTS] = {
        frame->presented_at_ns, frame->began_at_ns, frame->deadline_at_ns, frame->ui_ns,
        frame->layout_ns,       frame->render_ns,   frame->present_ns,     frame->input_at_ns,
        frame->budget_ns,       frame->session_id,
    };
    uint32_t given = 0;
    for (uint32_t i = 0; i < FACTS; i++)
        given |= (uint32_t)(facts[i] != 0) << i;
    given |= frame->thrown_away ? PERF_LANE_TICK_THROWN_AWAY : 0;
    given |= frame->after_idle ? PERF_LANE_TICK_AFTER_IDLE : 0;
    put_slot(lane.counts ? perf_ticks() : perf_stamp_ns(),
             ((uint64_t)PERF_LANE_TICK << PERF_KIND_SHIFT) + given);
    put_value(id);
    for (uint32_t i = 0; i < FACTS; i++)
        if (facts[i] != 0)
            put_value(facts[i]);
    perf_lane_store(&lane.header->values, ++lane.written);
    return true;
}
