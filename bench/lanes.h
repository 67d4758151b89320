/* SPDX-License-Identifier: Apache-2.0 */
/* Marks into a lane, n times, alone and (…_work) around some work. */
#ifndef LANES_H
#define LANES_H

#include "loops.h"

LOOPS(lane_span);
LOOPS(lane_phase);
LOOPS(lane_off_empty);
LOOPS(lane_off_span);
LOOPS(lane_off_phase);
LOOPS(lane_off_group);
LOOPS(lane_group);

/* perf_frame() into a lane, and with 64 counters that are on. */
void frame_in_lane(void *context, uint32_t n);
void frame_in_lane_64(void *context, uint32_t n);
bool frame_groups_open(void);

/* What one mark takes of the ring, or one pair; n of them are far less than a ring. */
uint32_t lane_bytes(void (*run)(void *context, uint32_t n), uint32_t n);

/* Whether this thread's marks go into memory that it shares with the service; makes one. */
bool lane_is_shared(void);

#endif
