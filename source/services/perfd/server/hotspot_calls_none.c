/* SPDX-License-Identifier: Apache-2.0 */
#include "server/service.h"

enum nx_outcome perf_on_add_hotspots(struct perf_service *service, struct nx_call *call,
                                     struct perf_add_hotspots_request_reader request,
                                     struct perf_add_hotspots_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

enum nx_outcome perf_on_hotspots(struct perf_service *service, struct nx_call *call,
                                 struct perf_hotspots_request_reader request,
                                 struct perf_hotspots_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}
