/* SPDX-License-Identifier: Apache-2.0 */
/* Marks, frames, batches, lanes and labels. */
#include "server/service.h"

/* The schema's bound on RecordRequest.records. */
#define RECORDS_MAX 64u

static int mark(struct perf_service *service, const struct perfd_mark *mark)
{
    return perfd_mark(service->perfd, service->client, mark, service->now_ns);
}

/* Each of its two callers is smaller with a copy than with a call. */
__attribute__((always_inline)) static inline enum nx_outcome
mark_call(struct perf_service *service, struct nx_call *call, enum perfd_mark_kind kind,
          struct perf_mark_request_reader request, struct perf_mark_response_builder response)
{
    struct perfd_mark span = {
        .kind = kind,
        .lane = perf_mark_request_get_lane(request),
        .name = text_in(perf_mark_request_get_name(request)),
        .time_ns = perf_mark_request_get_time_ns(request),
    };
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer(response.s, mark(service, &span));
}

enum nx_outcome perf_on_mark_begin(struct perf_service *service, struct nx_call *call,
                                   struct perf_mark_request_reader request,
                                   struct perf_mark_response_builder response)
{
    return mark_call(service, call, PERFD_BEGIN, request, response);
}

enum nx_outcome perf_on_mark_end(struct perf_service *service, struct nx_call *call,
                                 struct perf_mark_request_reader request,
                                 struct perf_mark_response_builder response)
{
    return mark_call(service, call, PERFD_END, request, response);
}

/* Times lie in a tick as they lie in a FrameTick. */
#define TICK(member, FIELD)                                                                        \
    _Static_assert(offsetof(struct perfd_tick, member) - offsetof(struct perfd_tick, frame_id) ==  \
                       PERF_FRAME_TICK_AT_##FIELD - PERF_FRAME_TICK_AT_FRAME_ID,                   \
                   #member)
TICK(presented_at_ns, PRESENTED_AT_NS);
TICK(began_at_ns, BEGAN_AT_NS);
TICK(deadline_at_ns, DEADLINE_AT_NS);
TICK(phase_ns[PERFD_UI], UI_NS);
TICK(phase_ns[PERFD_LAYOUT], LAYOUT_NS);
TICK(phase_ns[PERFD_RENDER], RENDER_NS);
TICK(phase_ns[PERFD_PRESENT], PRESENT_NS);
TICK(input_at_ns, INPUT_AT_NS);
TICK(budget_ns, BUDGET_NS);

static struct perfd_tick read_tick(struct perf_frame_tick_reader from)
{
    struct perfd_tick tick;
    uint64_t *to = &tick.frame_id;
    for (uint32_t i = 0; i < RUN(struct perfd_tick, frame_id, budget_ns); i++)
        to[i] = nx_get_u64(from.s, PERF_FRAME_TICK_AT_FRAME_ID + 8 * i);
    tick.session = perf_frame_tick_get_session_id(from);
    tick.presented = perf_frame_tick_get_presented(from);
    tick.after_idle = perf_frame_tick_get_after_idle(from);
    return tick;
}

enum nx_outcome perf_on_frame_tick(struct perf_service *service, struct nx_call *call,
                                   struct perf_frame_tick_request_reader request,
                                   struct perf_frame_tick_response_builder response)
{
    struct perfd_tick tick = read_tick(perf_frame_tick_request_get_tick(request));
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer(response.s, perfd_tick(service->perfd, service->client, &tick, service->now_ns));
}

/* The kinds of marks that records are; a flow's further steps follow its start. */
static const uint8_t mark_kinds[] = {
    [PERF_RECORD_BEGIN] = PERFD_BEGIN,         [PERF_RECORD_END] = PERFD_END,
    [PERF_RECORD_INSTANT] = PERFD_INSTANT,     [PERF_RECORD_COUNTER] = PERFD_COUNTER,
    [PERF_RECORD_FLOW] = PERFD_FLOW_START,     [PERF_RECORD_ASYNC_BEGIN] = PERFD_ASYNC_BEGIN,
    [PERF_RECORD_ASYNC_END] = PERFD_ASYNC_END,
};
_Static_assert((int)PERFD_FLOW_STEP - (int)PERFD_FLOW_START == (int)PERF_FLOW_STEP_STEP &&
                   (int)PERFD_FLOW_END - (int)PERFD_FLOW_START == (int)PERF_FLOW_STEP_END,
               "the steps of a flow are in one order");
_Static_assert(PERF_RECORD_FLOW_AT_ID == PERF_RECORD_AT_COUNTER &&
                   PERF_RECORD_AT_ASYNC_BEGIN == PERF_RECORD_AT_COUNTER &&
                   PERF_RECORD_AT_ASYNC_END == PERF_RECORD_AT_COUNTER,
               "whatever has a value has it in one place");

/* The union's part of a mark; PERFD_INVALID for a kind that this version does not know. */
static int read_kind(struct perf_record_reader from, struct perfd_mark *to)
{
    enum perf_record_which which = perf_record_which(from);
    enum perf_flow_step step = PERF_FLOW_STEP_START;
    if (which == PERF_RECORD_FLOW)
        step = perf_record_flow_get_step(perf_record_get_flow(from));
    if (which == PERF_RECORD_UNKNOWN || step == PERF_FLOW_STEP_UNKNOWN)
        return PERFD_INVALID;
    to->kind = (enum perfd_mark_kind)(mark_kinds[which] + step);
    to->value = perf_record_get_counter(from);
    return 0;
}

/* Takes one record. What the wire calls malformed is found before the core is told. */
static int take_record(struct perf_service *service, struct nx_call *call,
                       struct perf_record_reader from)
{
    if (perf_record_which(from) == PERF_RECORD_FRAME) {
        struct perfd_tick tick = read_tick(perf_record_get_frame(from));
        if (nx_call_error(call) != 0)
            return 0;
        return perfd_tick(service->perfd, service->client, &tick, service->now_ns);
    }
    struct perfd_mark record = {
        .lane = perf_record_get_lane(from),
        .label = perf_record_get_label(from),
        .name = text_in(perf_record_get_name(from)),
        .time_ns = perf_record_get_time_ns(from),
    };
    int known = read_kind(from, &record);
    if (nx_call_error(call) != 0)
        return 0;
    return known < 0 ? service_invalid(service) : mark(service, &record);
}

enum nx_outcome perf_on_record(struct perf_service *service, struct nx_call *call,
                               struct perf_record_request_reader request,
                               struct perf_record_response_builder response)
{
    struct perf_record_list_reader records = perf_record_request_get_records(request);
    size_t count = perf_record_list_length(records);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = count > RECORDS_MAX ? service_invalid(service) : 0;
    uint32_t accepted = 0;
    while (result >= 0 && accepted < count) {
        result = take_record(service, call, perf_record_list_at(records, accepted));
        if (nx_call_error(call) != 0)
            return NX_REFUSE;
        accepted += result >= 0;
    }
    perf_record_response_set_accepted(response, accepted);
    return answer(response.s, result);
}

/* What the port passes goes with this answer, the lane's descriptor first: fdIndex stays 0. */
#define MEMORY(member, FIELD)                                                                      \
    _Static_assert(offsetof(struct perfd_lane_memory, member) -                                    \
                           offsetof(struct perfd_lane_memory, bytes) ==                            \
                       PERF_OPEN_LANE_RESPONSE_AT_##FIELD - PERF_OPEN_LANE_RESPONSE_AT_BYTES,      \
                   #member)
MEMORY(address, ADDRESS);
MEMORY(clock, CLOCK_MULT);
MEMORY(enable_address, ENABLE_ADDRESS);
_Static_assert(PERF_OPEN_LANE_RESPONSE_AT_CLOCK_SHIFT == PERF_OPEN_LANE_RESPONSE_AT_CLOCK_MULT + 4,
               "clock is both");

enum nx_outcome perf_on_open_lane(struct perf_service *service, struct nx_call *call,
                                  struct perf_open_lane_request_reader request,
                                  struct perf_open_lane_response_builder response)
{
    struct perfd_text name = text_in(perf_open_lane_request_get_name(request));
    uint32_t records = perf_open_lane_request_get_records(request);
    bool share = perf_open_lane_request_get_shared(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    uint32_t granted = 0;
    struct perfd_lane_memory memory;
    int result = perfd_lane_open_in(service->perfd, service->client, name, records, share, &granted,
                                    &memory);
    service->connection->passing = memory.bytes != 0;
    perf_open_lane_response_set_record_count(response, granted);
    if (memory.bytes != 0)
        write_run(response.s, PERF_OPEN_LANE_RESPONSE_AT_BYTES, &memory.bytes,
                  RUN(struct perfd_lane_memory, bytes, enable_address));
    return answer_id(response.s, result);
}

enum nx_outcome perf_on_close_lane(struct perf_service *service, struct nx_call *call,
                                   struct perf_close_lane_request_reader request,
                                   struct perf_close_lane_response_builder response)
{
    uint32_t lane = perf_close_lane_request_get_lane(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer(response.s, perfd_lane_close(service->perfd, service->client, lane));
}

enum nx_outcome perf_on_label(struct perf_service *service, struct nx_call *call,
                              struct perf_label_request_reader request,
                              struct perf_label_response_builder response)
{
    struct perfd_label label = {
        .name = text_in(perf_label_request_get_name(request)),
        .category = text_in(perf_label_request_get_category(request)),
        .file = text_in(perf_label_request_get_file(request)),
        .line = perf_label_request_get_line(request),
        .budget_cpu_us = perf_label_request_get_budget_cpu_us(request),
        .budget_gpu_us = perf_label_request_get_budget_gpu_us(request),
        .budget_mem_bytes = perf_label_request_get_budget_mem_bytes(request),
    };
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer_id(response.s, perfd_label(service->perfd, service->client, &label));
}
