/* SPDX-License-Identifier: Apache-2.0 */
/* The floors that marks are held against; each n times, alone and (…_work) around some work. */
#ifndef FLOORS_H
#define FLOORS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench.h"

extern uint32_t floor_on;
extern uint64_t floor_sink;

#define FLOOR(name) void name(void *context, uint32_t n), name##_work(void *context, uint32_t n)
FLOOR(floor_empty);
FLOOR(floor_rdtsc);
FLOOR(floor_two_rdtsc);
FLOOR(floor_two_records);
FLOOR(floor_one_record);
FLOOR(floor_phase);

/* Some 40 ns in which the processor is busy: four chains of simple operations. In work that only
 * waits for itself the marks would cost next to nothing. */
static inline uint64_t floor_work(uint64_t x)
{
    uint64_t a = x, b = x + 1, c = x + 2, d = x + 3;
    for (int i = 0; i < 31; i++) {
        a ^= a << 7;
        b ^= b << 7;
        c ^= c << 7;
        d ^= d << 7;
        a += b ^ 5;
        b += 3;
        c += d ^ 7;
        d += 9;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
    }
    return a ^ b ^ c ^ d;
}

#endif
