/* SPDX-License-Identifier: Apache-2.0 */
/* Marks as programs have them. Off and on they are the same code, in functions of different names.
 */
#include "lanes.h"

#include <stdio.h>

#include "perf-client/perf.h"
#include "perf-client/perf_groups.h"

LOOP(lane_span, struct perf_token span = perf_begin("span"), perf_end(span))
LOOP(lane_phase, (void)0, perf_phase("phase"))
LOOP(lane_off_empty, (void)0, (void)0)
/* Nothing between the two: even nothing would be an instruction that is jumped to. */
LOOP(lane_off_span, (void)0, struct perf_token span = perf_begin("off"); perf_end(span))
LOOP(lane_off_phase, (void)0, perf_phase("phase"))

static struct perf_metric metrics[64];
PERF_GROUP(sampled, "sampled", metrics);
PERF_GROUP(off, "off", metrics);
LOOP(lane_off_group, (void)0, perf_group_add(&off, 7, 1))
LOOP(lane_group, (void)0, perf_group_add(&sampled, 7, 1))

void frame_in_lane(void *context, uint32_t n)
{
    (void)context;
    sampled.on = false;
    while (n-- > 0)
        (void)perf_frame(NULL);
}

void frame_in_lane_64(void *context, uint32_t n)
{
    (void)context;
    sampled.on = true;
    while (n-- > 0)
        (void)perf_frame(NULL);
}

bool frame_groups_open(void)
{
    static char name[64][4];
    for (unsigned i = 0; i < 64; i++) {
        (void)snprintf(name[i], sizeof name[i], "c%u", i);
        metrics[i] = (struct perf_metric){name[i], "", PERF_METRIC_COUNT};
    }
    return perf_group_switch(&sampled, true) == 0 && perf_group_switch(&off, false) == 0;
}

uint32_t lane_bytes(void (*run)(void *context, uint32_t n), uint32_t n)
{
    const uint64_t *began;
    do { /* until all of them are of one lap */
        began = perf_writer.next;
        run(0, n);
    } while (perf_writer.next <= began);
    return (uint32_t)((uintptr_t)perf_writer.next - (uintptr_t)began) / n;
}

bool lane_is_shared(void)
{
    perf_instant("first");
    return perf_writer.next != perf_writer.end;
}
