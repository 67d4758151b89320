/* SPDX-License-Identifier: Apache-2.0 */
#include "counters.h"

void counters_session_starts(struct perfd *perfd, const struct session *s)
{
    (void)perfd, (void)s;
}

void counters_session_stops(struct perfd *perfd, const struct session *s)
{
    (void)perfd, (void)s;
}

void counters_client_closed(struct perfd *perfd, int client)
{
    (void)perfd, (void)client;
}

struct perfd_counter_room *perfd_counter_room(struct perfd *perfd)
{
    (void)perfd;
    return NULL;
}

int perfd_counter_sample(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                         uint32_t count, uint64_t time_ns, uint64_t now_ns)
{
    (void)perfd, (void)client, (void)group, (void)value, (void)count, (void)time_ns, (void)now_ns;
    return PERFD_UNSUPPORTED;
}
