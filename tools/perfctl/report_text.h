/* SPDX-License-Identifier: Apache-2.0 */
/* A run for people, on a terminal. */
#ifndef PERFCTL_REPORT_TEXT_H
#define PERFCTL_REPORT_TEXT_H

#include <jansson.h>
#include <stddef.h>

struct report_wishes {
    size_t lines; /* of each list, at most */
};

/* Prints a run of a perf.json; baseline NULL: compared to nothing. */
void report_print(const json_t *run, const json_t *baseline, const struct report_wishes *wishes);

/* Of that, the verdict and the table of frames. */
void report_print_frames(const json_t *run);

#endif
