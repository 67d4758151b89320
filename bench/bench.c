/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SLICES_MAX 101u

static uint64_t now_ns(bool wall)
{
    struct timespec now;
    clock_gettime(wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void bench_die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

int bench_counts(int argc, char **argv)
{
    return argc >= 3 && strcmp(argv[1], "count") == 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double slice(const struct bench_case *c)
{
    if (c->prepare != NULL)
        c->prepare(c->context);
    uint64_t began_ns = now_ns(c->wall);
    c->run(c->context, c->n);
    return (double)(now_ns(c->wall) - began_ns) / c->n;
}

static void time_round(const struct bench_case *cases, uint32_t count, uint32_t slices, double *out)
{
    double *figures = calloc((size_t)count * slices, sizeof *figures);
    if (figures == NULL)
        bench_die("no memory");
    for (uint32_t s = 0; s < slices; s++)
        for (uint32_t i = 0; i < count; i++)
            figures[i * slices + s] = slice(&cases[i]);
    for (uint32_t i = 0; i < count; i++) {
        qsort(figures + i * slices, slices, sizeof *figures, by_size);
        out[i] = figures[i * slices + slices / 2];
    }
    free(figures);
}

void bench_run(int argc, char **argv, const struct bench_case *cases, uint32_t count,
               uint32_t slices)
{
    if (bench_counts(argc, argv)) {
        for (uint32_t i = 0; i < count; i++) {
            if (cases[i].prepare != NULL)
                cases[i].prepare(cases[i].context);
            cases[i].run(cases[i].context, (uint32_t)strtoul(argv[2], NULL, 10));
        }
        return;
    }
    if (argc < 2 || strcmp(argv[1], "time") != 0 || slices > SLICES_MAX)
        bench_die("usage: time | count N");
    double *rounds = calloc((size_t)count * BENCH_ROUNDS, sizeof *rounds);
    if (rounds == NULL)
        bench_die("no memory");
    for (uint32_t i = 0; i < count; i++)
        (void)slice(&cases[i]); /* cold caches and first uses */
    for (uint32_t r = 0; r < BENCH_ROUNDS; r++)
        time_round(cases, count, slices, rounds + (size_t)r * count);
    for (uint32_t i = 0; i < count; i++) {
        printf("%s", cases[i].name);
        for (uint32_t r = 0; r < BENCH_ROUNDS; r++)
            printf(" %.4f", rounds[(size_t)r * count + i]);
        putchar('\n');
    }
    free(rounds);
}
