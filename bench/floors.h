/* SPDX-License-Identifier: Apache-2.0 */
/* The floors that marks are held against; each n times, alone and (…_work) around some work. */
#ifndef FLOORS_H
#define FLOORS_H

#include "loops.h"

extern uint32_t floor_on; /* the check's word */

LOOPS(floor_empty);
LOOPS(floor_rdtsc);
LOOPS(floor_two_rdtsc);
LOOPS(floor_two_records);
LOOPS(floor_one_record);
LOOPS(floor_phase);

#endif
