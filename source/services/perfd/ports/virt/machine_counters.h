/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processor counts on perfd's hart, as a group of counters, `hardware`: a client of
 * perfd's that is always there. What there is to count comes from the board (board.h).
 */
#ifndef PERFD_VIRT_MACHINE_COUNTERS_H
#define PERFD_VIRT_MACHINE_COUNTERS_H

struct virt_service;

/*
 * A round of perfd's loop, between calls and before the first: a sample, where the last one is an
 * interval old. It wakes nobody: a hart that sleeps longer has one sample for all of that time.
 */
void machine_counters_take(struct virt_service *service);

#endif
