/* SPDX-License-Identifier: Apache-2.0 */
/* Figures in the text formats that Prometheus reads. */
#ifndef PERFCTL_PROMETHEUS_H
#define PERFCTL_PROMETHEUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * The figures of serve_fetch.h, with lanes, in seconds and bytes: in the text format 0.0.4, or in
 * OpenMetrics 1.0. What has no figure is not there; where perfd is away there is perfd_up 0 alone.
 * Whether the stream took it is for its owner to ask.
 */
void prometheus_write(FILE *to, const json_t *figures, bool open_metrics);

/* Of the formats. */
const char *prometheus_content_type(bool open_metrics);

#endif
