/* SPDX-License-Identifier: Apache-2.0 */
/* Where the core says what it was told: include/perfd/run_log.h. run_log_none.c says nothing. */
#ifndef PERFD_CORE_RUN_LOG_H
#define PERFD_CORE_RUN_LOG_H

#include "perfd/perfd.h"

struct lane;
struct session;

/* A ring of entries. Those lie in one piece; where the end has no room for the next, it is left. */
struct run_log {
    struct log_memory *memory; /* NULL: there is no log */
    size_t size, head, tail;   /* of the ring, in bytes */
    uint64_t last_ns;          /* of the newest entry */
    uint64_t looked;           /* how many slots of its lane the last look went over */
    bool full, stopped;        /* nothing is added any more */
};

void log_client_open(struct perfd *perfd, int client);
void log_client_process(struct perfd *perfd, int client);
void log_client_close(struct perfd *perfd, int client);
void log_lane_open(struct perfd *perfd, int client, const struct lane *lane, struct perfd_text name,
                   uint32_t records);
void log_lane_close(struct perfd *perfd, int client, uint32_t lane);
void log_label(struct perfd *perfd, int client, const struct perfd_label *label, uint32_t id);
void log_start(struct perfd *perfd, int client, const struct perfd_start *start, uint64_t now_ns,
               int result);
void log_stop(struct perfd *perfd, const struct session *session);
void log_tick(struct perfd *perfd, int client, const struct perfd_tick *tick, uint64_t now_ns);
void log_mark(struct perfd *perfd, int client, const struct perfd_mark *mark, uint64_t now_ns);
void log_amend(struct perfd *perfd, int client, uint32_t session, uint64_t frame_id,
               uint64_t gpu_ns, uint64_t now_ns);
void log_group(struct perfd *perfd, int client, uint32_t group, struct perfd_text name,
               const struct perfd_counter *counter, uint32_t count);
void log_sample(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                uint32_t count, uint64_t time_ns, uint64_t now_ns);
void log_values_there(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                      uint32_t count);
void log_counter_state(struct perfd *perfd, int client, uint32_t group, uint32_t first,
                       uint32_t count, enum perfd_counter_state state, struct perfd_text reason);
void log_hotspots(struct perfd *perfd, int client, struct perfd_text table,
                  const struct perfd_hotspot *entry, uint32_t count);
void log_hotspots_there(struct perfd *perfd, int client, const struct perfd_hotspot_table *table,
                        const struct perfd_hotspot *entry, uint32_t count);
void log_trace(struct perfd *perfd, uint32_t session, uint64_t cap_bytes, uint64_t now_ns,
               uint32_t id);

/* How many of a shared lane's slots, of `end` that are written, may be looked at: while there is a
 * log, those that it has. */
uint64_t log_lane_end(struct perfd *perfd, const struct lane *lane, uint64_t end);

/* A shared lane's slots, up to where a look has just ended, and up to where its writer is. */
void log_lane_looked(struct perfd *perfd, const struct lane *lane);
void log_lane_gather(struct perfd *perfd, const struct lane *lane);
void log_look(struct perfd *perfd);

#endif
