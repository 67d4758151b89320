/* SPDX-License-Identifier: Apache-2.0 */
/* A run as a page to look at. */
#ifndef PERFCTL_REPORT_HTML_H
#define PERFCTL_REPORT_HTML_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Writes runs[run] of a perf.json that run_file_load() gave. EXIT_FINE; EXIT_STATUS: the stream
 * could not take it, errno says why; EXIT_UNUSABLE: there is no such run. Prints nothing.
 */
int report_write_html(FILE *to, const json_t *perf_json, size_t run)
    __attribute__((warn_unused_result));

#endif
