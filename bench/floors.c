/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floors: the least that a mark can cost by its kind, each without any protection of what it
 * writes.
 */
#include "floors.h"

#define RING_SLOTS 4096u

uint32_t floor_on = 1;
uint64_t floor_sink;

static __thread struct {
    uint64_t ring[2 * RING_SLOTS];
    uint64_t head; /* in words, wraps with the ring */
} lane;

static inline uint64_t ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static inline bool on(void)
{
    return __builtin_expect(__atomic_load_n(&floor_on, __ATOMIC_RELAXED) != 0, 1);
}

static inline void put(uint64_t first, uint64_t second)
{
    uint64_t at = lane.head & (2 * RING_SLOTS - 1);
    __atomic_store_n(&lane.ring[at], first, __ATOMIC_RELAXED);
    __atomic_store_n(&lane.ring[at + 1], second, __ATOMIC_RELAXED);
    lane.head = at + 2;
}

static inline void look(void)
{
    uint64_t now = ticks();
    __asm__ volatile("" ::"r"(now));
}

LOOP(floor_empty, (void)0, (void)0)
LOOP(floor_rdtsc, (void)0, look())
LOOP(floor_two_rdtsc, look(), look())
/* One check; what it has begun is ended. */
LOOP(floor_two_records, bool begun = on(); if (begun) put(ticks(), 7), if (begun) put(ticks(), 8))
LOOP(floor_one_record, bool begun = on();
     uint64_t began = begun ? ticks() : 0, if (begun) put(began, ticks() << 16 | 7))
LOOP(floor_phase, (void)0, if (on()) put(ticks(), 7))
