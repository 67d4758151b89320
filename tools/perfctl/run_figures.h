/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's figures as one list of names and numbers: what is compared, gated and kept. A figure's
 * name is its place in the run (docs/perf/perf-json.md), with dots between: frame_metrics.total.
 * p95_ms, graphics.total.draw_calls; of a label metrics.FUNCTION/LABEL.cpu_us.p95, of a hardware
 * counter hardware.NAME.total. What is null is no figure.
 */
#ifndef PERFCTL_RUN_FIGURES_H
#define PERFCTL_RUN_FIGURES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct figure {
    char *name;
    double value;
};

/* By name, each once. */
struct figures {
    struct figure *figure;
    size_t count;
};

/* Of one entry of a perf.json's runs[]. */
struct figures figures_of_run(const json_t *run);
void figures_free(struct figures *figures);

/* NULL: there is none of this name. */
const struct figure *figures_find(const struct figures *figures, const char *name);

/* Is more of it better? So it is of frames a second, hit rates and instructions a second. */
bool figure_is_better_higher(const char *name);

/* Does it only say how much there was: frames, samples, time, a group's totals? Neither more of it
 * is better, nor less. */
bool figure_is_amount(const char *name);

#endif
