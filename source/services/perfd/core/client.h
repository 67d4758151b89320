/* SPDX-License-Identifier: Apache-2.0 */
/* Clients: which of the 1..config.clients ids are open. An id is used again after a close. */
#ifndef PERFD_CORE_CLIENT_H
#define PERFD_CORE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "perfd/perfd.h"

struct clients {
    uint64_t open; /* bit id - 1 */
    uint32_t limit;
};

struct perfd;

void clients_init(struct clients *m, const struct perfd_config *config);

/* False also for what is no id at all. */
bool client_is_open(const struct perfd *perfd, int client);

#endif
