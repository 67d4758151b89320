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

void log_reader_left(struct perfd_server *server, const struct perfd_connection *connection)
{
    (void)server, (void)connection;
}
