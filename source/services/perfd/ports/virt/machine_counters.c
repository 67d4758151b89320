/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/machine_counters.h"

#include <string.h>

#include "perfd/counters.h"
#include "ports/port.h"
#include "ports/virt/board.h"
#include "ports/virt/service.h"

_Static_assert(VIRT_COUNTERS <= PERFD_GROUP_COUNTERS, "they are one group");

static struct {
    bool is_open; /* or was tried */
    int client;
    uint32_t group;
    uint64_t interval_ns; /* 0: no samples */
    uint64_t last_ns;
    bool counts[VIRT_COUNTERS];
    uint64_t first[VIRT_COUNTERS]; /* when they were declared */
} machine;

static struct perfd_text text_of(const char *text)
{
    return (struct perfd_text){text, (uint32_t)strlen(text)};
}

static int declare(struct perfd *perfd, const struct virt_counter found[VIRT_COUNTERS])
{
    struct perfd_counter_room *room = perfd_counter_room(perfd);
    if (room == NULL)
        return PERFD_UNSUPPORTED;
    for (unsigned i = 0; i < VIRT_COUNTERS; i++)
        room->counter[i] = (struct perfd_counter){
            .name = text_of(found[i].name), .unit = text_of(""), .kind = PERFD_COUNT};
    const int client = perfd_client_open(perfd);
    if (client < 0)
        return client;
    machine.client = client;
    return perfd_counter_group(perfd, client, text_of("hardware"), room->counter, VIRT_COUNTERS);
}

static int tell_states(struct perfd *perfd, const struct virt_counter found[VIRT_COUNTERS])
{
    int result = 0;
    for (unsigned i = 0; result >= 0 && i < VIRT_COUNTERS; i++)
        result =
            perfd_counter_set_state(perfd, machine.client, machine.group, i, 1,
                                    found[i].counts ? PERFD_COUNTER_OK : PERFD_COUNTER_UNSUPPORTED,
                                    text_of(found[i].reason));
    return result;
}

/* A script's time has nothing to do with the machine's. */
static void open_group(struct virt_service *service, uint64_t now_ns)
{
    struct perfd *perfd = service->server.perfd;
    struct virt_counter found[VIRT_COUNTERS];
    const uint64_t interval_ns = virt_board_counter_interval_ns();
    machine.is_open = true;
    if (service->port.scripted || interval_ns == 0)
        return;
    virt_board_find_counters(found);
    const int group = declare(perfd, found);
    machine.group = group > 0 ? (uint32_t)group : 0;
    if (group <= 0 || tell_states(perfd, found) < 0)
        return;
    for (unsigned i = 0; i < VIRT_COUNTERS; i++) {
        machine.counts[i] = found[i].counts;
        if (!found[i].counts)
            continue;
        machine.first[i] = virt_board_read_counter(i);
        machine.interval_ns = interval_ns; /* there is something to sample */
    }
    machine.last_ns = now_ns;
}

void machine_counters_take(struct virt_service *service)
{
    struct perfd *perfd = service->server.perfd;
    const uint64_t now_ns = perfd_port_now_ns(&service->port);
    if (!machine.is_open)
        open_group(service, now_ns);
    if (machine.interval_ns == 0 || now_ns - machine.last_ns < machine.interval_ns)
        return;
    machine.last_ns = now_ns;
    int64_t *value = perfd_counter_room(perfd)->value;
    for (unsigned i = 0; i < VIRT_COUNTERS; i++)
        value[i] = machine.counts[i] ? (int64_t)(virt_board_read_counter(i) - machine.first[i]) : 0;
    /* What perfd refuses it has counted. */
    (void)!perfd_counter_sample(perfd, machine.client, machine.group, value, VIRT_COUNTERS, now_ns,
                                now_ns);
}
