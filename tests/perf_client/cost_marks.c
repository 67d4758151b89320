/* SPDX-License-Identifier: Apache-2.0 */
#include "cost_marks.h"

#include "perf-client/perf.h"

PERF_COUNTER(cost_total, "total");

void cost_nothing(unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        COST_WORK;
}

void cost_pair(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        COST_WORK;
        perf_span("pair");
    }
}

void cost_pair_around_work(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        perf_span("pair");
        COST_WORK;
    }
}

void cost_phase(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        COST_WORK;
        perf_phase("phase");
    }
}

void cost_instant(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        COST_WORK;
        perf_instant("instant");
    }
}

void cost_add(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        COST_WORK;
        perf_count(cost_total, i);
    }
}
