/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt controller of QEMU's virt: which hart hears which device. M-mode only. A source
 * belongs to one hart; all have the same priority. No handler runs: harts keep mstatus.MIE clear,
 * set mie.MEIE, sleep in wfi and then call plic_settle.
 */
#ifndef DRIVERS_PLIC_H
#define DRIVERS_PLIC_H

#include <stdint.h>

#define PLIC_BASE    0x0c000000u
#define PLIC_SOURCES 96u /* source 0 does not exist */

/* virt gives each hart two contexts, M-mode's first. */
#define PLIC_CONTEXT(hart)   (2u * (hart))
#define PLIC_THRESHOLD(hart) (PLIC_BASE + 0x200000u + 0x1000u * PLIC_CONTEXT(hart))
/* Reading claims what is pending, or gives 0; writing completes it. */
#define PLIC_CLAIM(hart) (PLIC_THRESHOLD(hart) + 4u)

/* Lets the calling hart's threshold pass everything; once a hart, before its first plic_enable. */
void plic_init(unsigned hart);

/* source: 1 to PLIC_SOURCES - 1; others are ignored. */
void plic_enable(unsigned hart, uint32_t source);
void plic_disable(unsigned hart, uint32_t source);

/*
 * Claims and completes all that is pending for the hart, which must be the calling one: at most
 * PLIC_SOURCES a call. A device that has not been acknowledged yet may come up once more: waits
 * that end early are allowed. To be called right after the sleep, while mie and a ring are what
 * they were: an image may note what ended it.
 */
void plic_settle(unsigned hart);

#endif
