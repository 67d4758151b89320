/* SPDX-License-Identifier: Apache-2.0 */
#include "server/service.h"

enum nx_outcome perf_on_counter_group(struct perf_service *service, struct nx_call *call,
                                      struct perf_counter_group_request_reader request,
                                      struct perf_counter_group_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

enum nx_outcome perf_on_sample_counters(struct perf_service *service, struct nx_call *call,
                                        struct perf_sample_counters_request_reader request,
                                        struct perf_sample_counters_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

enum nx_outcome perf_on_counter_state(struct perf_service *service, struct nx_call *call,
                                      struct perf_counter_state_request_reader request,
                                      struct perf_counter_state_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

enum nx_outcome perf_on_counters(struct perf_service *service, struct nx_call *call,
                                 struct perf_counters_request_reader request,
                                 struct perf_counters_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}

enum nx_outcome perf_on_counter_samples(struct perf_service *service, struct nx_call *call,
                                        struct perf_counter_samples_request_reader request,
                                        struct perf_counter_samples_response_builder response)
{
    (void)service, (void)call, (void)request, (void)response;
    return NX_UNIMPLEMENTED;
}
