/* SPDX-License-Identifier: Apache-2.0 */
/* A service without a run log does not have this method either. */
#include "server/service.h"

enum nx_outcome perf_on_read_log(struct perf_service *service, struct nx_call *call,
                                 struct perf_read_log_request_reader request,
                                 struct perf_read_log_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

int perfd_server_start_log(struct perfd_server *server, uint64_t now_ns)
{
    (void)server, (void)now_ns;
    return PERFD_UNSUPPORTED;
}

void log_reader_left(struct perfd_server *server, const struct perfd_connection *connection)
{
    (void)server, (void)connection;
}
