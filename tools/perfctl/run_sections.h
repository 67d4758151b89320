/* SPDX-License-Identifier: Apache-2.0 */
/* A trace's otherData as sections of a run (docs/perf/perf-json.md). */
#ifndef PERFCTL_RUN_SECTIONS_H
#define PERFCTL_RUN_SECTIONS_H

#include <jansson.h>
#include <stdbool.h>

/* Is it perfd's otherData? NULL is not. */
bool run_is_perfd_s(const json_t *other);

/* Adds session, source, frame_metrics, graphics, jit, counters, hardware, hotspots and ledger. */
void run_sections(json_t *run, const json_t *other, const char *kind);

/* The run_log: of the file with this name, else of $PERF_RUN_LOG's, else of the group `rng`. NULL
 * after a line on stderr: the file is none. */
json_t *run_log_section(const json_t *other, const char *file);

#endif
