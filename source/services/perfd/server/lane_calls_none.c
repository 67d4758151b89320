/* SPDX-License-Identifier: Apache-2.0 */
#include "server/service.h"

enum nx_outcome perf_on_lanes(struct perf_service *service, struct nx_call *call,
                              struct perf_lanes_request_reader request,
                              struct perf_lanes_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}
