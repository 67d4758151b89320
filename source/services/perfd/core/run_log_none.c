/* SPDX-License-Identifier: Apache-2.0 */
/* Where nothing is recorded of what perfd was told. */
#include "core.h"
#include "perfd/run_log.h"

void log_client_open(struct perfd *perfd, int client)
{
    (void)perfd, (void)client;
}

void log_client_close(struct perfd *perfd, int client)
{
    (void)perfd, (void)client;
}

void log_lane_open(struct perfd *perfd, int client, const struct lane *lane, struct perfd_text name,
                   uint32_t records)
{
    (void)perfd, (void)client, (void)lane, (void)name, (void)records;
}

void log_lane_close(struct perfd *perfd, int client, uint32_t lane)
{
    (void)perfd, (void)client, (void)lane;
}

void log_label(struct perfd *perfd, int client, const struct perfd_label *label, uint32_t id)
{
    (void)perfd, (void)client, (void)label, (void)id;
}

void log_start(struct perfd *perfd, int client, const struct perfd_start *start, uint64_t now_ns,
               int result)
{
    (void)perfd, (void)client, (void)start, (void)now_ns, (void)result;
}

void log_stop(struct perfd *perfd, const struct session *session)
{
    (void)perfd, (void)session;
}

void log_tick(struct perfd *perfd, int client, const struct perfd_tick *tick, uint64_t now_ns)
{
    (void)perfd, (void)client, (void)tick, (void)now_ns;
}

void log_mark(struct perfd *perfd, int client, const struct perfd_mark *mark, uint64_t now_ns)
{
    (void)perfd, (void)client, (void)mark, (void)now_ns;
}

void log_trace(struct perfd *perfd, uint32_t session, uint64_t cap_bytes, uint64_t now_ns,
               uint32_t id)
{
    (void)perfd, (void)session, (void)cap_bytes, (void)now_ns, (void)id;
}

uint64_t log_lane_end(struct perfd *perfd, const struct lane *lane, uint64_t end)
{
    (void)perfd, (void)lane;
    return end;
}

void log_lane_looked(struct perfd *perfd, const struct lane *lane)
{
    (void)perfd, (void)lane;
}

void log_lane_gather(struct perfd *perfd, const struct lane *lane)
{
    (void)perfd, (void)lane;
}

void log_look(struct perfd *perfd)
{
    (void)perfd;
}

int perfd_log_start(struct perfd *perfd, void *memory, size_t bytes, uint64_t now_ns)
{
    (void)perfd, (void)memory, (void)bytes, (void)now_ns;
    return PERFD_UNSUPPORTED;
}

void perfd_log_stop(struct perfd *perfd, uint64_t now_ns)
{
    (void)perfd, (void)now_ns;
}

void perfd_log_gather(struct perfd *perfd, uint64_t now_ns)
{
    (void)perfd, (void)now_ns;
}

const struct perfd_log_entry *perfd_log_peek(const struct perfd *perfd)
{
    (void)perfd;
    return NULL;
}

void perfd_log_took(struct perfd *perfd)
{
    (void)perfd;
}

bool perfd_log_is_on(const struct perfd *perfd)
{
    (void)perfd;
    return false;
}
