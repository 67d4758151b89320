/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What harts do that no program marks, as lanes in the trace: the interrupts of each, and how long
 * SystemUI waits for its calls. A client of perfd's that is always there; what it writes comes from
 * the board (board.h).
 */
#ifndef PERFD_VIRT_MACHINE_LANES_H
#define PERFD_VIRT_MACHINE_LANES_H

struct virt_service;

/*
 * A round of perfd's loop, between calls and before the first: what was noted since the last round
 * goes into its lanes, or away where no session runs. Bounded by what the board holds.
 */
void machine_lanes_take(struct virt_service *service);

#endif
