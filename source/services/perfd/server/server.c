/* SPDX-License-Identifier: Apache-2.0 */
#include "server/server.h"

#include "ports/port.h"
#include "server/service.h"

/* What a Return with a readTrace chunk takes beside the chunk, with room to spare. */
#define RETURN_OVERHEAD 256u

_Static_assert(-PERFD_RATE_LIMITED == PERF_STATUS_RATE_LIMITED && -PERFD_IO == PERF_STATUS_IO &&
                   -PERFD_NOT_FOUND == PERF_STATUS_NOT_FOUND && -PERFD_BUSY == PERF_STATUS_BUSY,
               "enum perfd_error mirrors Status");

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
    return 0;
}

void perfd_disconnect(struct perfd_server *server, struct perfd_connection *connection)
{
    if (server->job.owner == connection)
        server->job.owner = NULL;
    perfd_client_close(server->perfd, connection->client);
    connection->client = 0;
}

bool perfd_receive(struct perfd_server *server, struct perfd_connection *connection,
                   const uint8_t *frame, size_t length, uint8_t *out, size_t out_size,
                   size_t *out_length)
{
    uint64_t began_ns = perfd_port_now_ns(server->port);
    struct nx_call call;
    enum nx_event event =
        nx_vat_receive(&connection->vat, frame, length, &call, out, out_size, out_length);
    if (event == NX_CALL) {
        struct perf_service service = {server, connection, began_ns};
        enum nx_outcome outcome = perf_dispatch(&service, &call);
        if (outcome == NX_REFUSE)
            perfd_reject(server->perfd, PERFD_REJECT_MALFORMED);
        event = nx_vat_finish(&connection->vat, &call, outcome, out_length);
    }
    /* With nothing to say it is the peer's own Abort. */
    if (event == NX_CLOSE && *out_length > 0)
        perfd_reject(server->perfd, PERFD_REJECT_MALFORMED);
    uint64_t ended_ns = perfd_port_now_ns(server->port);
    perfd_account(server->perfd, ended_ns, ended_ns - began_ns);
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
    struct perfd_job job = server->job;
    server->job = (struct perfd_job){0};
    if (job.owner == NULL)
        return;
    struct nx_call call;
    nx_vat_resume(&job.owner->vat, &call, out, out_size);
    if (job.kind == PERFD_JOB_EXPORT) {
        write_export_result(&server->export_result, result, perf_export_last_resume(&call));
    } else {
        struct perf_read_trace_response_builder response = perf_read_trace_resume(&call);
        if (result == 0)
            result = write_trace_chunk(server, job.trace, job.offset, job.max_bytes, response);
        perf_read_trace_response_set_status(response, status_of(result));
    }
    /* A vat that closed here says so again at the connection's next frame. */
    if (nx_vat_finish(&job.owner->vat, &call, NX_ANSWER, out_length) == NX_CLOSE)
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
    uint64_t ended_ns = perfd_port_now_ns(server->port);
    perfd_account(server->perfd, ended_ns, ended_ns - began_ns);
    return result > 0 ? result : 0;
}

bool service_may(struct perf_service *service, enum perfd_capability capability)
{
    if ((service->connection->capabilities & (uint32_t)capability) != 0)
        return true;
    perfd_reject(service->server->perfd, PERFD_REJECT_DENIED);
    return false;
}

int service_invalid(struct perf_service *service)
{
    perfd_reject(service->server->perfd, PERFD_REJECT_INVALID);
    return PERFD_INVALID;
}
