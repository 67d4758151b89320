/* SPDX-License-Identifier: Apache-2.0 */
#include "server/service.h"

struct perfd_text read_categories(struct perf_start_request_reader request)
{
    return text_in(perf_start_request_get_categories(request));
}
