/* SPDX-License-Identifier: Apache-2.0 */
/* readTrace, a chunk at a time: what is asked for and what came, whoever makes the call and takes
 * the bytes. */
#ifndef PERFCTL_TRACE_CHUNK_H
#define PERFCTL_TRACE_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "perf-client/perf_client.h"
#include "perf.capnp.h"

/* Another client may freeze an export of its own between two chunks: then one begins again, so
 * often. */
#define TRACE_ATTEMPTS 5

struct trace_chunks {
    uint32_t session;   /* 0: the last */
    uint64_t cap_bytes; /* 0: the service's cap */
    /* Of what came; all 0 in the beginning. */
    uint32_t export_id;
    uint64_t offset, total_bytes;
    bool end;
};

/* Begins the call for the next one. */
void trace_chunk_ask(const struct trace_chunks *chunks, struct nx_client *rpc);

/* Once it is answered. Where that is ok: *data are the bytes behind those before, good until the
 * next call. */
enum perf_status trace_chunk_take(struct trace_chunks *chunks, struct nx_client *rpc,
                                  struct nx_data *data);

/* Is it that the export went away in the middle? */
bool trace_chunk_is_stale(const struct trace_chunks *chunks, enum perf_status status);

#endif
