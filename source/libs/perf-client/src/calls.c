/* SPDX-License-Identifier: Apache-2.0 */
/* Records where the service shares no memory, or where their stamps are not ticks: `record`. */
#include "marks.h"

#include "perf.capnp.h"

#define RECORDS_A_CALL 64u

struct record {
    uint64_t time_ns;
    uint64_t word;
    uint64_t value;
    uint32_t lane;
};

static struct record waiting[RECORDS_A_CALL];
static uint32_t count;

static void put_flow(struct perf_record_builder to, uint64_t id, enum perf_flow_step step)
{
    const struct perf_record_flow_builder flow = perf_record_init_flow(to);
    perf_record_flow_set_id(flow, id);
    perf_record_flow_set_step(flow, step);
}

static void put(struct perf_record_builder to, const struct record *from)
{
    const uint32_t label = from->word & PERF_LABEL_MASK;
    perf_record_set_time_ns(to, from->time_ns);
    perf_record_set_lane(to, from->lane);
    perf_record_set_label(to, label);
    if (label == 0)
        perf_record_set_name(to, nx_text_of("<unknown>"));
    switch ((enum perf_lane_kind)(from->word >> PERF_KIND_SHIFT & PERF_KIND_MASK)) {
    case PERF_LANE_BEGIN:
    case PERF_LANE_BEGIN_VALUE:
        perf_record_set_begin(to);
        break;
    case PERF_LANE_END:
        perf_record_set_end(to);
        break;
    case PERF_LANE_COUNTER:
        perf_record_set_counter(to, (int64_t)from->value);
        break;
    case PERF_LANE_FLOW_START:
        put_flow(to, from->value, PERF_FLOW_STEP_START);
        break;
    case PERF_LANE_FLOW_STEP:
        put_flow(to, from->value, PERF_FLOW_STEP_STEP);
        break;
    case PERF_LANE_FLOW_END:
        put_flow(to, from->value, PERF_FLOW_STEP_END);
        break;
    case PERF_LANE_ASYNC_BEGIN:
        perf_record_set_async_begin(to, from->value);
        break;
    case PERF_LANE_ASYNC_END:
        perf_record_set_async_end(to, from->value);
        break;
    case PERF_LANE_INSTANT:
    case PERF_LANE_PHASE:
    case PERF_LANE_VALUE:
    case PERF_LANE_TICK:
    case PERF_LANE_SAMPLE:
        perf_record_set_instant(to);
        break;
    }
}

/* What the service refuses it counts; there is nobody here to tell. */
void perf_calls_send(void)
{
    if (count == 0 || perf_marks.client == NULL)
        return;
    const struct perf_record_request_builder request = perf_record_call(&perf_marks.client->rpc);
    const struct perf_record_list_builder records =
        perf_record_request_init_records(request, count);
    for (uint32_t i = 0; i < count; i++)
        put(perf_record_list_edit(records, i), &waiting[i]);
    count = 0;
    (void)perf_marks_call();
}

void perf_calls_add(uint32_t lane, uint64_t word, uint64_t value, uint64_t time_ns)
{
    if (perf_marks.client == NULL)
        return;
    waiting[count++] = (struct record){time_ns, word, value, lane};
    if (count == RECORDS_A_CALL)
        perf_calls_send();
}

void perf_calls_drop(void)
{
    count = 0;
}
