/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine timer of QEMU's virt (CLINT): one counter for all harts at 10 MHz, one comparator for
 * each. Ticks are 100 ns. M-mode only.
 */
#ifndef DRIVERS_TIMER_H
#define DRIVERS_TIMER_H

#include <stdint.h>

#define TIMER_CLINT_BASE   0x02000000u
#define TIMER_NS_PER_TICK  100u
#define TIMER_TICKS_PER_MS 10000u

/* Ticks since the machine was switched on; never backwards. Any hart. */
uint64_t timer_now(void);

/*
 * Arms the hart's comparator and lets it end a wfi: mip.MTIP stands while timer_now() >= ticks. The
 * calling hart must be `hart`, because mie is its own.
 */
void timer_arm(unsigned hart, uint64_t ticks);

/*
 * The timer no longer ends the calling hart's wfi. mie is cleared and the comparator left alone: a
 * comparator at the end of time makes a machine whose clock skips idle time jump there.
 */
void timer_disarm(void);

#endif
