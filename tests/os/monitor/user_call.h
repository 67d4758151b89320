/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program in U-mode asks of the monitor under it: the number in a7, arguments in a0 and a1,
 * the answer in a0. An unknown number answers USER_CALL_UNKNOWN. Also included by assembly: macros
 * first.
 */
#ifndef BOOT_USER_CALL_H
#define BOOT_USER_CALL_H

/* Rings perfd's hart. */
#define USER_CALL_RING 1
/* Sleeps until rung, until a device interrupts, or until a0 (timer ticks; 0: no such time). May
 * return early, and at once for a ring that came before. */
#define USER_CALL_WAIT 2
/* A line of the log under the program's name. a0: text, a1: its length. */
#define USER_CALL_LOG 3
/* The program has come to its end; does not return. */
#define USER_CALL_FINISH 4
/* What a scripted clock shows perfd from now on. a0: ns; never backwards. */
#define USER_CALL_SCRIPT_TIME 5

#define USER_CALL_UNKNOWN (-1)

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct channel;

/* What the monitor tells the program; lies in the program's memory, which starts out cleared. */
struct user_start {
    struct channel *channel; /* to perfd */
    uintptr_t gpu, keyboard; /* registers of its devices; 0: not there */
    uint32_t starts;         /* 1 for the first start; more: it was started again after a fault */
    char options[256];       /* the image's, see drivers/options.h; NUL-terminated */
};

static inline long user_call(long number, uintptr_t first, uintptr_t second)
{
    register uintptr_t a0 __asm__("a0") = first;
    register uintptr_t a1 __asm__("a1") = second;
    register long a7 __asm__("a7") = number;
    /* The monitor keeps what a C function keeps. */
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a7)
                     :
                     : "memory", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a2", "a3", "a4",
                       "a5", "a6");
    return (long)a0;
}

#endif
#endif
