/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where harts note what they were interrupted by and waited for, until perfd's hart takes it: a
 * ring for each track, which one hart fills and perfd's empties. No lock, no call of perfd, and
 * nobody is woken: it may be used in a trap. Full: what comes is counted, and what is there stays.
 */
#ifndef INTERRUPTS_NOTES_H
#define INTERRUPTS_NOTES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "monitor/grant.h"
#include "ports/virt/board.h"

/* A power of two. Between two rounds of perfd's loop a few come: a frame makes it go round. */
#define NOTES_ROOM 128u

static inline uint64_t notes_ticks(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* Whether what begins now is noted when it ends. Any hart. */
extern atomic_bool notes_on;
static inline bool notes_wanted(void)
{
    return atomic_load_explicit(&notes_on, memory_order_relaxed) && grant_marks_wanted();
}

/* The track's hart only: something that began then has just ended. Gives the time. */
uint64_t note(enum virt_track track, uint32_t what, uint64_t begin_ticks);

#endif
