/* SPDX-License-Identifier: Apache-2.0 */
/* What marks cost, off and on, beside the floors. A service runs, with a session. */
#include <stdio.h>

#include "floors.h"
#include "lanes.h"
#include "perf-client/perf.h"

#define REPEATS 4000u
#define SLICES  33

#define ALONE(name)                                                                                \
    {                                                                                              \
#name, name, 0, REPEATS, 0, false                                                          \
    }
#define BOTH(name)                                                                                 \
    ALONE(name),                                                                                   \
    {                                                                                              \
#name "_work", name##_work, 0, REPEATS, 0, false                                           \
    }

/* Times of one run are held against each other, so that each run has its own bare loop. */
static void run_off(int argc, char **argv)
{
    static const struct bench_case cases[] = {
        ALONE(lane_off_empty),
        ALONE(lane_off_span),
        ALONE(lane_off_phase),
        ALONE(lane_off_group),
    };
    bench_run(argc, argv, cases, sizeof cases / sizeof cases[0], SLICES);
}

static void run_on(int argc, char **argv)
{
    static const struct bench_case cases[] = {
        BOTH(floor_empty),       BOTH(floor_rdtsc),       BOTH(floor_two_rdtsc),
        BOTH(floor_two_records), BOTH(floor_one_record),  BOTH(floor_phase),
        BOTH(lane_span),         BOTH(lane_phase),        ALONE(lane_group),
        ALONE(frame_in_lane),    ALONE(frame_in_lane_64),
    };
    const struct perf_options options = {.frames_in_lane = true, .frame_lane_records = 4096};
    bool lanes = perf_open(&options) == 0 && lane_is_shared() && frame_groups_open();
    bench_run(argc, argv, cases, sizeof cases / sizeof cases[0] - (lanes ? 0 : 7), SLICES);
    if (lanes && !bench_counts(argc, argv))
        printf("lane_span_bytes %u\nlane_phase_bytes %u\n", lane_bytes(lane_span, 10),
               lane_bytes(lane_phase, 10));
}

int main(int argc, char **argv)
{
    run_off(argc, argv);
    run_on(argc, argv);
    return 0;
}
