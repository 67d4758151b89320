/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include "core.h"

void clients_init(struct clients *m, struct arena *a, const struct perfd_config *config)
{
    m->slots = config->clients;
    m->slot = arena_take(a, config->clients, sizeof(struct client));
}

struct client *clients_find(const struct perfd *perfd, int client)
{
    const struct clients *m = &perfd->clients;
    if (client < 1 || (uint32_t)client > m->slots || !m->slot[client - 1].in_use)
        return NULL;
    return &m->slot[client - 1];
}

int perfd_client_open(struct perfd *perfd)
{
    struct clients *m = &perfd->clients;
    for (size_t i = 0; i < m->slots; i++) {
        if (m->slot[i].in_use)
            continue;
        m->slot[i] = (struct client){.in_use = true};
        log_client_open(perfd, (int)(i + 1));
        return (int)(i + 1);
    }
    perfd_reject(perfd, PERFD_REJECT_OVER_LIMIT);
    return PERFD_BUSY;
}

void perfd_client_close(struct perfd *perfd, int client)
{
    struct client *c = clients_find(perfd, client);
    if (c == NULL)
        return;
    sessions_client_closed(perfd, client);
    lanes_client_closed(perfd, client);
    labels_client_closed(perfd, client);
    counters_client_closed(perfd, client);
    hotspots_client_closed(perfd, client);
    log_client_close(perfd, client);
    c->in_use = false;
}
