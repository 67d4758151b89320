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

/* What one mark takes of the ring, or one pair; n of them are far less than a ring. */
uint32_t lane_bytes(void (*run)(void *context, uint32_t n), uint32_t n);

/* Whether this thread's marks go into memory that it shares with the service; makes one. */
bool lane_is_shared(void);

#endif
