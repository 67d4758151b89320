/* SPDX-License-Identifier: Apache-2.0 */
/* What a start may choose where a service has code for it. */
#include "server/service.h"

struct perfd_text read_categories(struct perf_start_request_reader request)
{
    return text_in(perf_start_request_get_categories(request));
}

bool read_oneshot(struct perf_start_request_reader request)
{
    return perf_start_request_get_oneshot(request);
}
