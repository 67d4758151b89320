/* SPDX-License-Identifier: Apache-2.0 */
/* What the method handlers share: who calls, when, and how errors become statuses. */
#ifndef PERFD_SERVER_SERVICE_H
#define PERFD_SERVER_SERVICE_H

#include "perf.capnp.h"
#include "server/server.h"

/* The generated dispatch hands this to each handler. Lives for one call. */
struct perf_service {
    struct perfd_server *server;
    struct perfd_connection *connection;
    uint64_t now_ns;
};

/* 0 and positive payloads are ok; negatives are the Status values, see perfd.h. */
static inline enum perf_status status_of(int result)
{
    return result >= 0 ? PERF_STATUS_OK : (enum perf_status)(-result);
}

static inline struct perfd_text text_in(struct nx_text text)
{
    return (struct perfd_text){text.bytes, text.length};
}

/* Whether the caller has the capability; counts and marks it where not. */
bool service_may(struct perf_service *service, enum perfd_capability capability);

/* For a text or a number out of the schema's bounds that the core never sees. */
int service_invalid(struct perf_service *service);

/* metrics.c */
void write_metrics(const struct perfd_metrics *from, struct perf_metrics_builder to);
void write_health(const struct perfd_health *from, struct perf_health_builder to);

/* trace.c: the end of a job, into the answer that was deferred. */
void write_export_result(const struct perfd_export_result *from, int status,
                         struct perf_export_response_builder to);
int write_trace_chunk(struct perfd_server *server, uint32_t trace, uint64_t offset,
                      uint32_t max_bytes, struct perf_read_trace_response_builder to);

#endif
