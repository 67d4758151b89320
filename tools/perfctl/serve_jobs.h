/* SPDX-License-Identifier: Apache-2.0 */
/* How the thread of serve_state.h does what viewers ask for. */
#ifndef PERFCTL_SERVE_JOBS_H
#define PERFCTL_SERVE_JOBS_H

#include "serve_fetch.h"
#include "serve_state.h"
#include "trace_chunk.h"

/* A trace that is being read: a chunk a step, so that figures go on meanwhile. */
struct serve_pull {
    struct trace_chunks chunks;
    unsigned attempts;
    char *bytes;
    size_t size;
};

/* True: the job has its answer. False: come again. A scrape is of the feed's figures. */
bool serve_job_step(struct serve_feed *feed, struct serve_job *job, struct serve_pull *pull,
                    size_t room);

#endif
