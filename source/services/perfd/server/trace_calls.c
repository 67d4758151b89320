/* SPDX-License-Identifier: Apache-2.0 */
/* exportLast and readTrace: both are jobs, of which one runs at a time. */
#include "server/service.h"

static void begin_job(struct perf_service *service, const struct perfd_job *job)
{
    service->server->job = *job;
    service->server->job.owner = service->connection;
}

static uint32_t text_length(const char *text, uint32_t max)
{
    uint32_t length = 0;
    while (length < max && text[length] != '\0')
        length++;
    return length;
}

void write_export_result(const struct perfd_export_result *from, int status,
                         struct perf_export_response_builder to)
{
    perf_export_response_set_status(to, status_of(status));
    if (status < 0)
        return;
    perf_export_response_set_uri(
        to, (struct nx_text){from->uri, text_length(from->uri, PERFD_URI_MAX)});
    perf_export_response_set_bytes(to, from->trace.bytes);
    perf_export_response_set_truncated(to, from->trace.truncated);
    perf_export_response_set_frames_dropped(to, from->trace.frames_dropped);
    perf_export_response_set_records_dropped(to, from->trace.records_dropped);
}

enum nx_outcome perf_on_export_last(struct perf_service *service, struct nx_call *call,
                                    struct perf_export_request_reader request,
                                    struct perf_export_response_builder response)
{
    uint32_t session = perf_export_request_get_session_id(request);
    struct perfd_text name = text_in(perf_export_request_get_name(request));
    uint64_t max_bytes = perf_export_request_get_max_bytes(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = PERFD_ACCESS_DENIED;
    if (service_may(service, PERFD_CAP_EXPORT))
        result = service->server->job.kind != PERFD_JOB_NONE
                     ? PERFD_BUSY
                     : perfd_export_begin(service->server->perfd, session, name, max_bytes,
                                          service->now_ns);
    if (result < 0) {
        perf_export_response_set_status(response, status_of(result));
        return NX_ANSWER;
    }
    begin_job(service, &(struct perfd_job){.kind = PERFD_JOB_EXPORT});
    return NX_DEFER;
}

int write_trace_chunk(struct perfd_server *server, uint32_t trace, uint64_t offset,
                      uint32_t max_bytes, struct perf_read_trace_response_builder to)
{
    struct perfd_trace_info info;
    int result = perfd_trace_info(server->perfd, trace, &info);
    if (result < 0)
        return result;
    if (offset > info.bytes)
        return PERFD_INVALID;
    uint32_t length = info.bytes - offset < max_bytes ? (uint32_t)(info.bytes - offset) : max_bytes;
    uint8_t *data = perf_read_trace_response_init_data(to, length);
    if (data == NULL)
        return PERFD_TOO_BIG;
    size_t got = 0;
    result = perfd_trace_read(server->perfd, trace, offset, data, length, &got);
    if (result != 0)
        return result;
    perf_read_trace_response_set_export_id(to, trace);
    perf_read_trace_response_set_total_bytes(to, info.bytes);
    perf_read_trace_response_set_end(to, offset + length == info.bytes);
    return 0;
}

/* A chunk of a trace that is there already: answered at once where it follows the last one. */
static int read_on(struct perf_service *service, const struct perfd_job *job,
                   struct perf_read_trace_response_builder response)
{
    struct perfd *perfd = service->server->perfd;
    size_t got;
    int result = perfd_trace_read(perfd, job->trace, job->offset, NULL, 0, &got);
    if (result != 0)
        return result;
    return write_trace_chunk(service->server, job->trace, job->offset, job->max_bytes, response);
}

enum nx_outcome perf_on_read_trace(struct perf_service *service, struct nx_call *call,
                                   struct perf_read_trace_request_reader request,
                                   struct perf_read_trace_response_builder response)
{
    struct perfd_server *server = service->server;
    uint32_t session = perf_read_trace_request_get_session_id(request);
    uint64_t cap_bytes = perf_read_trace_request_get_cap_bytes(request);
    uint32_t chunk = perfd_server_chunk_bytes(server);
    struct perfd_job job = {
        .kind = PERFD_JOB_READ,
        .trace = perf_read_trace_request_get_export_id(request),
        .offset = perf_read_trace_request_get_offset(request),
        .max_bytes = perf_read_trace_request_get_max_bytes(request),
    };
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (job.max_bytes == 0)
        job.max_bytes = chunk;
    int result;
    if (!service_may(service, PERFD_CAP_EXPORT)) {
        result = PERFD_ACCESS_DENIED;
    } else if (job.max_bytes > chunk) {
        result = service_invalid(service);
    } else if (server->job.kind != PERFD_JOB_NONE) {
        result = PERFD_BUSY;
    } else if (job.trace == 0) {
        result = perfd_trace_begin(server->perfd, session, cap_bytes, service->now_ns);
        if (result > 0)
            job.trace = (uint32_t)result;
    } else {
        job.prepared = true;
        result = read_on(service, &job, response);
    }
    if (result > 0) {
        begin_job(service, &job);
        return NX_DEFER;
    }
    perf_read_trace_response_set_status(response, status_of(result));
    return NX_ANSWER;
}
