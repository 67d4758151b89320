/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benchmarks share: cases that are timed side by side.
 *
 * A round is many short slices, each case's in turn, so that whatever else the machine does meets
 * all cases alike; a case's figure in a round is the median of its slices. scripts/bench takes the
 * median of the rounds, and of ratios within rounds.
 *
 *     program time          times every case, one line each: `name ns ns ns ...`, a figure a round
 *     program count N       goes N times through every case, each in a function of its own name,
 * for a profiler to count instructions; prints nothing
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_ROUNDS 7

/* A case's function is found by its name in a profile. */
#define BENCH_CASE __attribute__((noipa))

/* n times the work. Prepared, where there is something to prepare, outside of what is measured. */
struct bench_case {
    const char *name;
    void (*run)(void *context, uint32_t n);
    void *context;
    uint32_t n;                     /* how often, in a slice */
    void (*prepare)(void *context); /* before each slice; NULL: nothing */
    bool wall;                      /* its time is not only this thread's own */
};

/* As argv asks, see above; slices: how many a round. */
void bench_run(int argc, char **argv, const struct bench_case *cases, uint32_t count,
               uint32_t slices);

/* True where the arguments ask for counts. */
int bench_counts(int argc, char **argv);

/* Ends the program. */
_Noreturn void bench_die(const char *what);

/* The same pseudo-random numbers every time. */
static inline uint64_t bench_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
