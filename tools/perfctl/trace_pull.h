/* SPDX-License-Identifier: Apache-2.0 */
/* A trace, fetched in chunks. */
#ifndef PERFCTL_TRACE_PULL_H
#define PERFCTL_TRACE_PULL_H

#include <stdint.h>

#include "perfctl.h"

/*
 * The whole trace of a session (0: the last) into the open output, from its start; cap_bytes 0: the
 * service's cap. waits: for an export that is being made just now; else that is busy. Gives
 * EXIT_FINE, or an exit code after a line on stderr.
 */
int trace_pull(struct perf_client *client, const struct common *common, uint32_t session,
               uint64_t cap_bytes, bool waits, uint64_t *total_bytes)
    __attribute__((warn_unused_result));

#endif
