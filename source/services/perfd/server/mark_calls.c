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

enum nx_outcome perf_on_frame_tick(struct perf_service *service, struct nx_call *call,
                                   struct perf_frame_tick_request_reader request,
                                   struct perf_frame_tick_response_builder response)
{
    struct perfd_tick tick = read_tick(perf_frame_tick_request_get_tick(request));
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer(response.s, perfd_tick(service->perfd, service->client, &tick, service->now_ns));
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
    struct perfd_mark record;
    int known = read_mark(from, &record);
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
    struct perfd_label label = read_label(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer_id(response.s, perfd_label(service->perfd, service->client, &label));
}
