/* SPDX-License-Identifier: Apache-2.0 */
/* What the method handlers share: who calls, when, and how errors become statuses. */
#ifndef PERFD_SERVER_SERVICE_H
#define PERFD_SERVER_SERVICE_H

#include "perf.capnp.h"
#include "server/read.h"
#include "server/server.h"

/* The generated dispatch hands this to each handler. Lives for one call, of a caller that has the
 * capability that the method needs. */
struct perf_service {
    struct perfd_server *server;
    struct perfd_connection *connection;
    struct perfd *perfd; /* the server's */
    int client;          /* the connection's */
    uint64_t now_ns;
};

/* Sets the status that every response begins with: 0 and positive payloads are ok, negatives are
 * the Status values, see perfd.h. */
enum nx_outcome answer(struct nx_struct_builder response, int result);

/* The same where the payload is an id, which then lies behind the status. */
enum nx_outcome answer_id(struct nx_struct_builder response, int result);

/* The error, counted and marked: the caller lacks the capability; a text or a number is out of the
 * schema's bounds and the core never sees it. */
int service_denied(struct perf_service *service);
int service_invalid(struct perf_service *service);

/* What a module of the core said that counts no refusals itself: PERFD_INVALID is counted. */
static inline int service_result(struct perf_service *service, int result)
{
    return result == PERFD_INVALID ? service_invalid(service) : result;
}

/* Members that follow each other without a gap: how many, from the one to the other. */
#define RUN(type, first, last)                                                                     \
    ((uint32_t)((offsetof(type, last) - offsetof(type, first)) / sizeof(uint64_t) + 1))

/* Sets `count` UInt64 fields that follow each other, `at` the first one's byte. */
void write_run(struct nx_struct_builder to, uint32_t at, const uint64_t *from, uint32_t count);

/* Sets the Bool fields that follow each other from `bit` on, a multiple of 16, to these: the first
 * one is the lowest, and there are no others within 16. */
void write_flags(struct nx_struct_builder to, uint32_t bit, unsigned flags);

/* Is a Bool field so many behind the first of its run? */
#define FLAG(STRUCT, FIRST, FIELD, place)                                                          \
    _Static_assert(PERF_##STRUCT##_BIT_##FIRST % 16 == 0 &&                                        \
                       PERF_##STRUCT##_BIT_##FIELD == PERF_##STRUCT##_BIT_##FIRST + (place),       \
                   #FIELD)

/* metrics.c */
void write_metrics(const struct perfd_metrics *from, struct perf_metrics_builder to);
void write_health(const struct perfd_health *from, struct perf_health_builder to);

/* flight.c: a session was stopped; and, the answer to that being made, another starts where it was
 * the flight recorder's. */
void flight_session_stopped(struct perfd_server *server, uint32_t session);
void flight_goes_on(struct perfd_server *server, uint64_t now_ns);

/* jank_calls.c: what a session's figures have of the GPU. */
void write_gpu(const struct perfd *perfd, uint32_t session, struct perf_metrics_builder to);

/* own_cost.c: a call, or a step of a job, has cost so much; and what of that is in Health. */
void own_cost_of_call(struct perfd_server *server, uint64_t spent_ns, uint64_t now_ns);
void write_own_cost(const struct perfd_server *server, struct perf_health_builder to);

/* info_call.c */
void write_limits(const struct perfd_server *server, struct perf_limits_builder to);

/* hotspot_calls.c */
void write_hotspots(const struct perfd_hotspot *from, uint32_t count,
                    struct perf_hotspot_list_builder to);

/* log_calls.c: this connection hangs up. */
void log_reader_left(struct perfd_server *server, const struct perfd_connection *connection);

/* trace_calls.c: the end of a job, into the answer that was deferred. */
void write_export_result(const struct perfd_export_result *from,
                         struct perf_export_response_builder to);
int write_trace_chunk(const struct perfd_server *server, const struct perfd_job *job,
                      struct perf_read_trace_response_builder to);

#endif
