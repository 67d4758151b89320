/* SPDX-License-Identifier: Apache-2.0 */
/* exportLast and readTrace: both are jobs, of which one runs at a time. */
#include "server/service.h"

static enum nx_outcome begin_job(struct perf_service *service, const struct perfd_job *job)
{
    service->server->job = *job;
    service->server->job.owner = service->connection;
    return NX_DEFER;
}

void write_export_result(const struct perfd_export_result *from,
                         struct perf_export_response_builder to)
{
    perf_export_response_set_uri(to, nx_text_of(from->uri));
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
    int result = PERFD_BUSY;
    if (service->server->job.kind == PERFD_JOB_NONE)
        result = perfd_export_begin(service->perfd, session, name, max_bytes, service->now_ns);
    if (result < 0)
        return answer(response.s, result);
    return begin_job(service, &(struct perfd_job){.kind = PERFD_JOB_EXPORT});
}

int write_trace_chunk(const struct perfd_server *server, const struct perfd_job *job,
                      struct perf_read_trace_response_builder to)
{
    struct perfd_trace_info info;
    int result = perfd_trace_info(server->perfd, job->trace, &info);
    if (result < 0)
        return result;
    if (job->offset > info.bytes)
        return PERFD_INVALID;
    uint64_t left = info.bytes - job->offset;
    uint32_t length = left < job->max_bytes ? (uint32_t)left : job->max_bytes;
    uint8_t *data = perf_read_trace_response_init_data(to, length);
    if (data == NULL)
        return PERFD_TOO_BIG;
    size_t got = 0;
    result = perfd_trace_read(server->perfd, job->trace, job->offset, data, length, &got);
    if (result != 0)
        return result;
    perf_read_trace_response_set_export_id(to, job->trace);
    perf_read_trace_response_set_total_bytes(to, info.bytes);
    perf_read_trace_response_set_end(to, length == left);
    return 0;
}

enum nx_outcome perf_on_read_trace(struct perf_service *service, struct nx_call *call,
                                   struct perf_read_trace_request_reader request,
                                   struct perf_read_trace_response_builder response)
{
    const struct perfd_server *server = service->server;
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
    if (job.max_bytes > chunk) {
        result = service_invalid(service);
    } else if (server->job.kind != PERFD_JOB_NONE) {
        result = PERFD_BUSY;
    } else if (job.trace == 0) {
        result = perfd_trace_begin(service->perfd, session, cap_bytes, service->now_ns);
        job.trace = (uint32_t)result;
    } else {
        /* Answered at once where it follows the last chunk; else the job winds. */
        job.prepared = true;
        result = write_trace_chunk(server, &job, response);
    }
    if (result > 0)
        return begin_job(service, &job);
    return answer(response.s, result);
}
