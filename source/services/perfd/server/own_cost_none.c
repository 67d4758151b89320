/* SPDX-License-Identifier: Apache-2.0 */
/* Where perfd counts what calls cost it, and not what frames do. */
#include "server/service.h"

int perfd_server_start_cost_lane(struct perfd_server *server)
{
    (void)server;
    return PERFD_UNSUPPORTED;
}

void own_cost_of_call(struct perfd_server *server, uint64_t spent_ns, uint64_t now_ns)
{
    (void)server, (void)spent_ns, (void)now_ns;
}

void write_own_cost(const struct perfd_server *server, struct perf_health_builder to)
{
    (void)server, (void)to;
}
