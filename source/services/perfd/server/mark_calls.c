/* SPDX-License-Identifier: Apache-2.0 */
/* Marks, frames, batches, lanes and labels. */
#include "server/service.h"

/* The schema's bound on RecordRequest.records. */
#define RECORDS_MAX 64u

static int mark(struct perf_service *service, const struct perfd_mark *mark)
{
    return perfd_mark(service->server->perfd, service->connection->client, mark, service->now_ns);
}

static enum nx_outcome mark_call(struct perf_service *service, struct nx_call *call,
                                 enum perfd_mark_kind kind, struct perf_mark_request_reader request,
                                 struct perf_mark_response_builder response)
{
    struct perfd_mark span = {
        .kind = kind,
        .lane = perf_mark_request_get_lane(request),
        .name = text_in(perf_mark_request_get_name(request)),
        .time_ns = perf_mark_request_get_time_ns(request),
    };
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = PERFD_ACCESS_DENIED;
    if (service_may(service, PERFD_CAP_MARK))
        result = mark(service, &span);
    perf_mark_response_set_status(response, status_of(result));
    return NX_ANSWER;
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

static struct perfd_tick read_tick(struct perf_frame_tick_reader from)
{
    return (struct perfd_tick){
        .session = perf_frame_tick_get_session_id(from),
        .frame_id = perf_frame_tick_get_frame_id(from),
        .presented_at_ns = perf_frame_tick_get_presented_at_ns(from),
        .began_at_ns = perf_frame_tick_get_began_at_ns(from),
        .deadline_at_ns = perf_frame_tick_get_deadline_at_ns(from),
        .phase_ns = {perf_frame_tick_get_ui_ns(from), perf_frame_tick_get_layout_ns(from),
                     perf_frame_tick_get_render_ns(from), perf_frame_tick_get_present_ns(from)},
        .input_at_ns = perf_frame_tick_get_input_at_ns(from),
        .budget_ns = perf_frame_tick_get_budget_ns(from),
        .presented = perf_frame_tick_get_presented(from),
        .after_idle = perf_frame_tick_get_after_idle(from),
    };
}

enum nx_outcome perf_on_frame_tick(struct perf_service *service, struct nx_call *call,
                                   struct perf_frame_tick_request_reader request,
                                   struct perf_frame_tick_response_builder response)
{
    struct perfd_tick tick = read_tick(perf_frame_tick_request_get_tick(request));
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = PERFD_ACCESS_DENIED;
    if (service_may(service, PERFD_CAP_MARK))
        result =
            perfd_tick(service->server->perfd, service->connection->client, &tick, service->now_ns);
    perf_frame_tick_response_set_status(response, status_of(result));
    return NX_ANSWER;
}

static int flow_kind(enum perf_flow_step step, enum perfd_mark_kind *kind)
{
    switch (step) {
    case PERF_FLOW_STEP_START:
        *kind = PERFD_FLOW_START;
        return 0;
    case PERF_FLOW_STEP_STEP:
        *kind = PERFD_FLOW_STEP;
        return 0;
    case PERF_FLOW_STEP_END:
        *kind = PERFD_FLOW_END;
        return 0;
    case PERF_FLOW_STEP_UNKNOWN:
        break;
    }
    return PERFD_INVALID;
}

/* The union's part of a mark; PERFD_INVALID for a kind that this version does not know. */
static int read_kind(struct perf_record_reader from, struct perfd_mark *to)
{
    switch (perf_record_which(from)) {
    case PERF_RECORD_BEGIN:
        to->kind = PERFD_BEGIN;
        return 0;
    case PERF_RECORD_END:
        to->kind = PERFD_END;
        return 0;
    case PERF_RECORD_INSTANT:
        to->kind = PERFD_INSTANT;
        return 0;
    case PERF_RECORD_COUNTER:
        to->kind = PERFD_COUNTER;
        to->value = perf_record_get_counter(from);
        return 0;
    case PERF_RECORD_FLOW:
        to->value = (int64_t)perf_record_flow_get_id(perf_record_get_flow(from));
        return flow_kind(perf_record_flow_get_step(perf_record_get_flow(from)), &to->kind);
    case PERF_RECORD_ASYNC_BEGIN:
        to->kind = PERFD_ASYNC_BEGIN;
        to->value = (int64_t)perf_record_get_async_begin(from);
        return 0;
    case PERF_RECORD_ASYNC_END:
        to->kind = PERFD_ASYNC_END;
        to->value = (int64_t)perf_record_get_async_end(from);
        return 0;
    case PERF_RECORD_FRAME:
    case PERF_RECORD_UNKNOWN:
        break;
    }
    return PERFD_INVALID;
}

/* Takes one record. What the wire calls malformed is found before the core is told. */
static int take_record(struct perf_service *service, struct nx_call *call,
                       struct perf_record_reader from)
{
    struct perfd *perfd = service->server->perfd;
    int client = service->connection->client;
    if (perf_record_which(from) == PERF_RECORD_FRAME) {
        struct perfd_tick tick = read_tick(perf_record_get_frame(from));
        return nx_call_error(call) != 0 ? 0 : perfd_tick(perfd, client, &tick, service->now_ns);
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
    uint32_t count = perf_record_list_length(records);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = 0;
    uint32_t accepted = 0;
    if (!service_may(service, PERFD_CAP_MARK))
        result = PERFD_ACCESS_DENIED;
    else if (count > RECORDS_MAX)
        result = service_invalid(service);
    while (result >= 0 && accepted < count) {
        result = take_record(service, call, perf_record_list_at(records, accepted));
        if (nx_call_error(call) != 0)
            return NX_REFUSE;
        accepted += result >= 0;
    }
    perf_record_response_set_status(response, status_of(result));
    perf_record_response_set_accepted(response, accepted);
    return NX_ANSWER;
}

enum nx_outcome perf_on_open_lane(struct perf_service *service, struct nx_call *call,
                                  struct perf_open_lane_request_reader request,
                                  struct perf_open_lane_response_builder response)
{
    struct perfd_text name = text_in(perf_open_lane_request_get_name(request));
    uint32_t records = perf_open_lane_request_get_records(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    uint32_t granted = 0;
    int result = PERFD_ACCESS_DENIED;
    if (service_may(service, PERFD_CAP_MARK))
        result = perfd_lane_open(service->server->perfd, service->connection->client, name, records,
                                 &granted);
    perf_open_lane_response_set_status(response, status_of(result));
    if (result > 0) {
        /* bytes stays 0: the lane is written by calls. */
        perf_open_lane_response_set_lane(response, (uint32_t)result);
        perf_open_lane_response_set_record_count(response, granted);
    }
    return NX_ANSWER;
}

enum nx_outcome perf_on_close_lane(struct perf_service *service, struct nx_call *call,
                                   struct perf_close_lane_request_reader request,
                                   struct perf_close_lane_response_builder response)
{
    uint32_t lane = perf_close_lane_request_get_lane(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = PERFD_ACCESS_DENIED;
    if (service_may(service, PERFD_CAP_MARK))
        result = perfd_lane_close(service->server->perfd, service->connection->client, lane);
    perf_close_lane_response_set_status(response, status_of(result));
    return NX_ANSWER;
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
    int result = PERFD_ACCESS_DENIED;
    if (service_may(service, PERFD_CAP_MARK))
        result = perfd_label(service->server->perfd, service->connection->client, &label);
    perf_label_response_set_status(response, status_of(result));
    if (result > 0)
        perf_label_response_set_label(response, (uint32_t)result);
    return NX_ANSWER;
}
