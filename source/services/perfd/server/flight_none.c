/* SPDX-License-Identifier: Apache-2.0 */
#include "server/service.h"

int perfd_server_start_flight(struct perfd_server *server, uint64_t now_ns)
{
    (void)server, (void)now_ns;
    return PERFD_UNSUPPORTED;
}

void flight_session_stopped(struct perfd_server *server, uint32_t session)
{
    (void)server, (void)session;
}

void flight_goes_on(struct perfd_server *server, uint64_t now_ns)
{
    (void)server, (void)now_ns;
}
