/* SPDX-License-Identifier: Apache-2.0 */
/* Clients: one slot a sender. An id is the slot's index + 1 and is used again after a close. */
#ifndef PERFD_CORE_CLIENT_H
#define PERFD_CORE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "perfd/perfd.h"
#include "process.h"

struct client {
    /* Aligned: of the same size where 64 bits are aligned to 32. */
    _Alignas(8) uint64_t rate_since_ns; /* the second that rate_records counts in began here */
    uint32_t rate_records;
    uint32_t lane;        /* opened at its first mark; 0: none yet */
    uint32_t labels_made; /* against config.client_labels */
    bool in_use;
    struct process process;
};

_Static_assert(sizeof(struct client) == PERFD_CLIENT_BYTES, "config.h knows the client's size");

struct clients {
    struct client *slot;
    uint32_t slots;
    bool tick_in_lanes; /* they may: the port calls perfd_take_ticks() */
};

struct perfd;

void clients_init(struct clients *m, struct arena *a, const struct perfd_config *config);

/* NULL: not an open client. */
struct client *clients_find(const struct perfd *perfd, int client);

#endif
