/* SPDX-License-Identifier: Apache-2.0 */
/* A service that does nothing about jank does not have these methods either. */
#include "server/service.h"

enum nx_outcome perf_on_amend_frame(struct perf_service *service, struct nx_call *call,
                                    struct perf_amend_frame_request_reader request,
                                    struct perf_amend_frame_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

enum nx_outcome perf_on_janks(struct perf_service *service, struct nx_call *call,
                              struct perf_janks_request_reader request,
                              struct perf_janks_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

enum nx_outcome perf_on_snapshots(struct perf_service *service, struct nx_call *call,
                                  struct perf_snapshots_request_reader request,
                                  struct perf_snapshots_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

void write_gpu(const struct perfd *perfd, uint32_t session, struct perf_metrics_builder to)
{
    (void)perfd, (void)session, (void)to;
}
