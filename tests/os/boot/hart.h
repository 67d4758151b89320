/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Harts: how they start, ring each other and sleep. M-mode takes no interrupts: a hart sets what
 * may wake it in mie, sleeps in wfi with mstatus.MIE clear, and looks at everything that it serves.
 */
#ifndef BOOT_HART_H
#define BOOT_HART_H

#include <stdint.h>
#include <stdnoreturn.h>

#include "boot/layout.h"

/* What a program does on each hart. Called on the hart's own stack, in M-mode, hart 0 first; the
 * others when hart 0 has called harts_release(). None may return. */
noreturn void hart_main(unsigned hart);

/* The machine's timer at hart 0's first instructions. */
extern uint64_t hart_reset_ticks;

/* Hart 0: lets the others start. */
void harts_release(void);

/* Wakes a hart, or keeps it from falling asleep. What was written before is seen by whoever wakes.
 */
void hart_ring(unsigned hart);

/* The calling hart takes what rang: ask before looking at what the ring may be about. */
void hart_hush(void);

/* Sleeps until something that mie allows is pending; at once where it is already. */
static inline void hart_sleep(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

static inline unsigned hart_id(void)
{
    uint64_t id;
    __asm__ volatile("csrr %0, mhartid" : "=r"(id));
    return (unsigned)id;
}

#endif
