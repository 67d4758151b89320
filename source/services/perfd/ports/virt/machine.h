/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine did meanwhile, for traces: machine_lanes.h, machine_counters.h. An image links
 * machine.c and these, or machine_none.c and then nothing of them.
 */
#ifndef PERFD_VIRT_MACHINE_H
#define PERFD_VIRT_MACHINE_H

struct virt_service;

/* A round of perfd's loop, between calls and before the first. Bounded. */
void machine_take(struct virt_service *service);

#endif
