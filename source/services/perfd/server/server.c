/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include "ports/port.h"
#include "server/service.h"

/* What a Return with a readTrace chunk takes beside the chunk, with room to spare. */
#define RETURN_OVERHEAD 256u

_Static_assert(-PERFD_RATE_LIMITED == PERF_STATUS_RATE_LIMITED && -PERFD_IO == PERF_STATUS_IO &&
                   -PERFD_NOT_FOUND == PERF_STATUS_NOT_FOUND && -PERFD_BUSY == PERF_STATUS_BUSY,
               "enum perfd_error mirrors Status");

/* answer() and answer_id() write into any of them. */
#define BEGINS_WITH_STATUS(RESPONSE)                                                               \
    _Static_assert(PERF_##RESPONSE##_RESPONSE_AT_STATUS == PERF_START_RESPONSE_AT_STATUS, "")
BEGINS_WITH_STATUS(STOP);
BEGINS_WITH_STATUS(MARK);
BEGINS_WITH_STATUS(FRAME_TICK);
BEGINS_WITH_STATUS(EXPORT);
BEGINS_WITH_STATUS(METRICS);
BEGINS_WITH_STATUS(READ_TRACE);
BEGINS_WITH_STATUS(RECORD);
BEGINS_WITH_STATUS(OPEN_LANE);
BEGINS_WITH_STATUS(CLOSE_LANE);
BEGINS_WITH_STATUS(FRAMES);
BEGINS_WITH_STATUS(LABEL);
BEGINS_WITH_STATUS(INFO);
BEGINS_WITH_STATUS(READ_LOG);
BEGINS_WITH_STATUS(AMEND_FRAME);
BEGINS_WITH_STATUS(JANKS);
BEGINS_WITH_STATUS(SNAPSHOTS);
BEGINS_WITH_STATUS(LANES);
BEGINS_WITH_STATUS(COUNTER_GROUP);
BEGINS_WITH_STATUS(SAMPLE_COUNTERS);
BEGINS_WITH_STATUS(COUNTER_STATE);
BEGINS_WITH_STATUS(COUNTERS);
BEGINS_WITH_STATUS(COUNTER_SAMPLES);
BEGINS_WITH_STATUS(ADD_HOTSPOTS);
BEGINS_WITH_STATUS(HOTSPOTS);
_Static_assert(PERF_OPEN_LANE_RESPONSE_AT_LANE == PERF_START_RESPONSE_AT_SESSION_ID &&
                   PERF_LABEL_RESPONSE_AT_LABEL == PERF_START_RESPONSE_AT_SESSION_ID &&
                   PERF_COUNTER_GROUP_RESPONSE_AT_GROUP == PERF_START_RESPONSE_AT_SESSION_ID,
               "an id lies behind the status");

void perfd_server_init(struct perfd_server *server, struct perfd *perfd, struct perfd_port *port,
                       uint32_t frame_bytes)
{
    *server = (struct perfd_server){.perfd = perfd, .port = port, .frame_bytes = frame_bytes};
}

uint32_t perfd_server_chunk_bytes(const struct perfd_server *server)
{
    return (server->frame_bytes - RETURN_OVERHEAD) & ~UINT32_C(7);
}

int perfd_connect(struct perfd_server *server, struct perfd_connection *connection,
                  uint32_t capabilities)
{
    int client = perfd_client_open(server->perfd);
    if (client < 0)
        return client;
    nx_vat_init(&connection->vat);
    connection->client = client;
    connection->capabilities = capabilities;
    connection->passing = false;
    return 0;
}

void perfd_disconnect(struct perfd_server *server, struct perfd_connection *connection)
{
    if (server->job.owner == connection)
        server->job.owner = NULL;
    log_reader_left(server, connection);
    perfd_client_close(server->perfd, connection->client);
    connection->client = 0;
}

/* What a caller must have for each method. What it may do is its own to know: info asks itself. */
static const uint8_t needed[PERF_METHODS] = {
    [PERF_METHOD_START] = PERFD_CAP_CONTROL,        [PERF_METHOD_STOP] = PERFD_CAP_CONTROL,
    [PERF_METHOD_MARK_BEGIN] = PERFD_CAP_MARK,      [PERF_METHOD_MARK_END] = PERFD_CAP_MARK,
    [PERF_METHOD_FRAME_TICK] = PERFD_CAP_MARK,      [PERF_METHOD_EXPORT_LAST] = PERFD_CAP_EXPORT,
    [PERF_METHOD_METRICS] = PERFD_CAP_READ,         [PERF_METHOD_READ_TRACE] = PERFD_CAP_EXPORT,
    [PERF_METHOD_RECORD] = PERFD_CAP_MARK,          [PERF_METHOD_OPEN_LANE] = PERFD_CAP_MARK,
    [PERF_METHOD_CLOSE_LANE] = PERFD_CAP_MARK,      [PERF_METHOD_FRAMES] = PERFD_CAP_READ,
    [PERF_METHOD_LABEL] = PERFD_CAP_MARK,           [PERF_METHOD_INFO] = 0,
    [PERF_METHOD_READ_LOG] = PERFD_CAP_EXPORT,      [PERF_METHOD_AMEND_FRAME] = PERFD_CAP_MARK,
    [PERF_METHOD_JANKS] = PERFD_CAP_READ,           [PERF_METHOD_SNAPSHOTS] = PERFD_CAP_READ,
    [PERF_METHOD_LANES] = PERFD_CAP_READ,           [PERF_METHOD_ADD_HOTSPOTS] = PERFD_CAP_MARK,
    [PERF_METHOD_HOTSPOTS] = PERFD_CAP_READ,        [PERF_METHOD_COUNTER_GROUP] = PERFD_CAP_MARK,
    [PERF_METHOD_SAMPLE_COUNTERS] = PERFD_CAP_MARK, [PERF_METHOD_COUNTER_STATE] = PERFD_CAP_MARK,
    [PERF_METHOD_COUNTERS] = PERFD_CAP_READ,        [PERF_METHOD_COUNTER_SAMPLES] = PERFD_CAP_READ,
};

static enum nx_outcome serve(struct perf_service *service, struct nx_call *call)
{
    if (call->interface_id == PERF_INTERFACE_ID && call->method_id < PERF_METHODS &&
        (needed[call->method_id] & ~service->connection->capabilities) != 0)
        /* A response that is nothing but its status is the start of every other. */
        return answer(perf_close_lane_resume(call).s, service_denied(service));
    return perf_dispatch(service, call);
}

/* What was done since then is on perfd's own account. */
static void account(struct perfd_server *server, uint64_t began_ns)
{
    uint64_t ended_ns = perfd_port_now_ns(server->port);
    perfd_account(server->perfd, ended_ns, ended_ns - began_ns);
    own_cost_of_call(server, ended_ns - began_ns, ended_ns);
}

bool perfd_receive(struct perfd_server *server, struct perfd_connection *connection,
                   const uint8_t *frame, size_t length, uint8_t *out, size_t out_size,
                   size_t *out_length)
{
    uint64_t began_ns = perfd_port_now_ns(server->port);
    bool malformed = false;
    struct nx_call *call = &server->call;
    enum nx_event event =
        nx_vat_receive(&connection->vat, frame, length, call, out, out_size, out_length);
    if (event == NX_CALL) {
        struct perf_service service = {server, connection, server->perfd, connection->client,
                                       began_ns};
        enum nx_outcome outcome = serve(&service, call);
        malformed = outcome == NX_REFUSE;
        event = nx_vat_finish(&connection->vat, call, outcome, out_length);
        flight_goes_on(server, began_ns);
    }
    /* With nothing to say it is the peer's own Abort. */
    if (malformed || (event == NX_CLOSE && *out_length > 0))
        perfd_reject(server->perfd, PERFD_REJECT_MALFORMED);
    account(server, began_ns);
    return event != NX_CLOSE;
}

bool perfd_awaits_answer(const struct perfd_connection *connection)
{
    return nx_vat_has_deferred(&connection->vat);
}

struct perfd_connection *perfd_job_owner(const struct perfd_server *server)
{
    return server->job.kind == PERFD_JOB_NONE ? NULL : server->job.owner;
}

/* Sends the Return that was deferred and frees the one job. `result` is what ended it. */
static void finish_job(struct perfd_server *server, int result, uint8_t *out, size_t out_size,
                       size_t *out_length)
{
    struct perfd_job *job = &server->job;
    struct nx_call *call = &server->call;
    enum perfd_job_kind kind = job->kind;
    job->kind = PERFD_JOB_NONE;
    if (job->owner == NULL)
        return;
    nx_vat_resume(&job->owner->vat, call, out, out_size);
    struct nx_struct_builder response;
    if (kind == PERFD_JOB_EXPORT) {
        response = perf_export_last_resume(call).s;
        if (result == 0)
            write_export_result(&server->export_result,
                                (struct perf_export_response_builder){response});
    } else {
        response = perf_read_trace_resume(call).s;
        if (result == 0)
            result =
                write_trace_chunk(server, job, (struct perf_read_trace_response_builder){response});
    }
    /* A vat that closed here says so again at the connection's next frame. */
    if (nx_vat_finish(&job->owner->vat, call, answer(response, result), out_length) == NX_CLOSE)
        perfd_reject(server->perfd, PERFD_REJECT_MALFORMED);
}

/* Prepares the trace, then winds it to the offset: after that a chunk is written without waiting.
 */
static int step_read(struct perfd_server *server)
{
    struct perfd_job *job = &server->job;
    if (!job->prepared) {
        int result = perfd_trace_step(server->perfd, job->trace);
        if (result != 0)
            return result;
        job->prepared = true;
    }
    size_t got;
    return perfd_trace_read(server->perfd, job->trace, job->offset, NULL, 0, &got);
}

int perfd_server_step(struct perfd_server *server, uint8_t *out, size_t out_size,
                      size_t *out_length)
{
    *out_length = 0;
    if (server->job.kind == PERFD_JOB_NONE)
        return 0;
    uint64_t began_ns = perfd_port_now_ns(server->port);
    int result = server->job.kind == PERFD_JOB_EXPORT
                     ? perfd_export_step(server->perfd, &server->export_result)
                     : step_read(server);
    if (result <= 0)
        finish_job(server, result, out, out_size, out_length);
    account(server, began_ns);
    return result > 0 ? result : 0;
}

enum nx_outcome answer(struct nx_struct_builder response, int result)
{
    nx_set_u16(response, PERF_START_RESPONSE_AT_STATUS, (uint16_t)(result < 0 ? -result : 0));
    return NX_ANSWER;
}

enum nx_outcome answer_id(struct nx_struct_builder response, int result)
{
    if (result > 0)
        nx_set_u32(response, PERF_START_RESPONSE_AT_SESSION_ID, (uint32_t)result);
    return answer(response, result);
}

int service_denied(struct perf_service *service)
{
    perfd_reject(service->perfd, PERFD_REJECT_DENIED);
    return PERFD_ACCESS_DENIED;
}

int service_invalid(struct perf_service *service)
{
    perfd_reject(service->perfd, PERFD_REJECT_INVALID);
    return PERFD_INVALID;
}

void write_flags(struct nx_struct_builder to, uint32_t bit, unsigned flags)
{
    nx_set_u16(to, bit / 8, (uint16_t)flags);
}

void write_run(struct nx_struct_builder to, uint32_t at, const uint64_t *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        nx_set_u64(to, at + 8 * i, from[i]);
}
