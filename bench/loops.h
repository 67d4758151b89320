/* SPDX-License-Identifier: Apache-2.0 */
/* Loops around marks: what is alone in an empty loop, and what around some 40 ns of work. */
#ifndef LOOPS_H
#define LOOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench.h"

extern uint64_t floor_sink;

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

/* A loop that the compiler leaves alone. */
#define KEEP() __asm__ volatile("" ::: "memory")

#define LOOP(name, before, after)                                                                  \
    BENCH_CASE void name(void *context, uint32_t n)                                                \
    {                                                                                              \
        (void)context;                                                                             \
        for (uint32_t i = n; i > 0; i--) {                                                         \
            before;                                                                                \
            KEEP();                                                                                \
            after;                                                                                 \
            KEEP();                                                                                \
        }                                                                                          \
    }                                                                                              \
    BENCH_CASE void name##_work(void *context, uint32_t n)                                         \
    {                                                                                              \
        uint64_t x = (uintptr_t)context;                                                           \
        for (uint32_t i = n; i > 0; i--) {                                                         \
            before;                                                                                \
            KEEP();                                                                                \
            x = floor_work(x);                                                                     \
            after;                                                                                 \
            KEEP();                                                                                \
        }                                                                                          \
        floor_sink = x;                                                                            \
    }

#define LOOPS(name) void name(void *context, uint32_t n), name##_work(void *context, uint32_t n)

#endif
