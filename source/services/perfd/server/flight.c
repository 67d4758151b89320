/* SPDX-License-Identifier: Apache-2.0 */
/* The flight recorder: a session that nobody has to start. */
#include "server/service.h"

#define NAME      "flight"
#define BUDGET_NS UINT64_C(16666667) /* the schema's default */

static int start(struct perfd_server *server, uint64_t now_ns)
{
    struct perfd_flight *flight = &server->flight;
    const struct perfd_start request = {.name = {NAME, sizeof NAME - 1}, .budget_ns = BUDGET_NS};
    int session = perfd_start(server->perfd, flight->client, &request, now_ns);
    flight->session = session > 0 ? (uint32_t)session : 0;
    return session;
}

int perfd_server_start_flight(struct perfd_server *server, uint64_t now_ns)
{
    int client = perfd_client_open(server->perfd);
    if (client < 0)
        return client;
    server->flight = (struct perfd_flight){.client = client};
    return start(server, now_ns);
}

void flight_session_stopped(struct perfd_server *server, uint32_t session)
{
    if (server->flight.session == session)
        server->flight.session = 0;
}

/* There is a slot for it: where all others run, that of the one which has just stopped. */
void flight_goes_on(struct perfd_server *server, uint64_t now_ns)
{
    if (server->flight.client != 0 && server->flight.session == 0)
        (void)start(server, now_ns);
}
