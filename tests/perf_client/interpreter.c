/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bytecode interpreter with a translation cache, as a program that counts what it does: it keeps
 * its own books beside perfd's groups and prints them at the end, so that a test can hold the two
 * against each other.
 *
 *     interpreter lane|calls off|on FRAMES
 *
 * The bytecode is a loop over blocks of straight code. A block that ran HOT times is compiled by
 * tier 1 (its operations are gathered as functions), one that ran HOTTER times by tier 2 (additions
 * in a row become one, under a guard that they do not overflow a word: where it fails the block is
 * thrown out, and begins anew).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "perf-client/perf.h"
#include "perf-client/perf_vocabulary.h"

#define BLOCKS    24u
#define OPS       8u /* the most of a block */
#define CACHE     8u /* blocks that have code at once */
#define CODE_SIZE 64 /* bytes of a block's code, to the cache */
#define HOT       3u
#define HOTTER    9u
#define GUARD     20000

PERF_GROUP(jit, PERF_JIT_GROUP, perf_jit_metrics);
PERF_GROUP(cpu, PERF_CPU_GROUP, perf_cpu_metrics);
PERF_GROUP(memory, PERF_MEMORY_GROUP, perf_memory_metrics);

/* The program's own books: the same numbers, kept by other means. */
static struct {
    uint64_t tier1, tier2, hits, misses, deopts, instructions, loads, used;
} books;

enum op { OP_ADD, OP_LOAD, OP_MIX };

struct block {
    enum op op[OPS];
    uint32_t ops, runs, tier;
    int64_t sum; /* tier 2: of additions in a row */
};

static struct block blocks[BLOCKS];
static struct perf_hotspot hot[BLOCKS], all[BLOCKS]; /* since the last frame, and ever */
static uint32_t cached[CACHE]; /* which block has which place, 0: none, else its number + 1 */
static int64_t acc;
static int64_t cells[16];

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void make_program(void)
{
    for (uint32_t i = 0; i < BLOCKS; i++) {
        blocks[i].ops = 2 + i * 5 % (OPS - 1);
        for (uint32_t at = 0; at < blocks[i].ops; at++)
            blocks[i].op[at] = (enum op)((i * 3 + at * 7) % 3);
    }
}

static bool has_code(uint32_t number)
{
    bool found = cached[number % CACHE] == number + 1;
    perf_group_add(&jit, found ? PERF_JIT_CACHE_HITS : PERF_JIT_CACHE_MISSES, 1);
    books.hits += found;
    books.misses += !found;
    return found;
}

static void set_used(void)
{
    books.used = 0;
    for (uint32_t i = 0; i < CACHE; i++)
        books.used += cached[i] != 0 ? CODE_SIZE : 0;
    perf_group_set(&jit, PERF_JIT_CACHE_USED_BYTES, (int64_t)books.used);
}

static void compile(uint32_t number, uint32_t tier)
{
    uint64_t began_ns = now_ns();
    struct block *b = &blocks[number];
    b->tier = tier;
    b->sum = 0;
    for (uint32_t i = 0; tier == 2 && i < b->ops; i++)
        b->sum += b->op[i] == OP_ADD ? (int64_t)number : 0;
    cached[number % CACHE] = number + 1;
    perf_group_add(&jit, tier == 1 ? PERF_JIT_TIER1_BLOCKS : PERF_JIT_TIER2_BLOCKS, 1);
    perf_group_add(&jit, tier == 1 ? PERF_JIT_TIER1_PASSES : PERF_JIT_TIER2_PASSES, 1);
    perf_group_add(&jit, tier == 1 ? PERF_JIT_TIER1_NS : PERF_JIT_TIER2_NS,
                   (int64_t)(now_ns() - began_ns));
    books.tier1 += tier == 1;
    books.tier2 += tier == 2;
    set_used();
}

static void throw_out(uint32_t number)
{
    cached[number % CACHE] = 0;
    blocks[number].runs = blocks[number].tier = 0;
    perf_group_add(&jit, PERF_JIT_GUARD_FAILURES, 1);
    perf_group_add(&jit, PERF_JIT_DEOPTS, 1);
    books.deopts++;
    set_used();
}

static void execute(enum op op, uint32_t number, bool folded)
{
    if (op == OP_ADD && !folded)
        acc += number;
    else if (op == OP_LOAD) {
        acc += cells[number % 16];
        perf_group_add(&memory, PERF_GUEST_MEM_OPS, 1);
        books.loads++;
    } else if (op == OP_MIX)
        cells[(number + 3) % 16] = acc % 97;
}

/* Gives the block that comes next. */
static uint32_t run_block(uint32_t number)
{
    struct block *b = &blocks[number];
    b->runs++;
    if (has_code(number)) {
        if (b->tier == 1 && b->runs >= HOTTER)
            compile(number, 2);
    } else if (b->runs >= HOT) {
        compile(number, 1);
    }
    bool folds = cached[number % CACHE] == number + 1 && b->tier == 2;
    if (folds && acc > GUARD) {
        throw_out(number);
        acc = 0;
        folds = false;
    }
    acc += folds ? b->sum : 0;
    for (uint32_t i = 0; i < b->ops; i++)
        execute(b->op[i], number, folds);
    perf_group_add(&cpu, PERF_CPU_INSTRUCTIONS, b->ops);
    hot[number].hits++;
    hot[number].weight += b->ops;
    books.instructions += b->ops;
    return acc % 3 == 0 ? (number + 1) % BLOCKS : (number * 5 + 7) % BLOCKS;
}

/* Where a block lies, to whoever looks at it from outside. */
static uint64_t address_of(uint32_t number)
{
    return UINT64_C(0x400000) + number * UINT64_C(0x40);
}

static int tell_hotspots(void)
{
    struct perf_hotspot batch[BLOCKS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < BLOCKS; i++) {
        if (hot[i].hits == 0)
            continue;
        batch[count++] = (struct perf_hotspot){address_of(i), hot[i].hits, hot[i].weight};
        all[i].hits += hot[i].hits;
        all[i].weight += hot[i].weight;
        hot[i] = (struct perf_hotspot){0};
    }
    return perf_hotspots_add("blocks", batch, count);
}

static void print_hotspots(void)
{
    printf(",\"hotspots\":{");
    for (uint32_t i = 0; i < BLOCKS; i++)
        printf("%s\"0x%" PRIx64 "\":[%" PRIu64 ",%" PRIu64 "]", i > 0 ? "," : "", address_of(i),
               all[i].hits, all[i].weight);
    printf("}");
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const struct perf_options options = {.frames_in_lane = strcmp(argv[1], "lane") == 0,
                                         .frame_lane_records = 8192};
    unsigned long frames = strtoul(argv[3], NULL, 10);
    bool on = strcmp(argv[2], "on") == 0;
    int results[4] = {perf_open(&options)};
    results[1] = perf_group_switch(&jit, on);
    results[2] = perf_group_switch(&cpu, on);
    results[3] = perf_group_switch(&memory, on);
    for (unsigned i = 0; i < 4; i++)
        if (results[i] != 0) {
            fprintf(stderr, "interpreter: step %u gave %d\n", i, results[i]);
            return 1;
        }
    (void)perf_group_state(&memory, PERF_JIT_EXIT_MMIO_CALLS, PERF_METRIC_UNSUPPORTED,
                           "this machine has no devices");
    perf_group_set(&jit, PERF_JIT_CACHE_CAPACITY_BYTES, (int64_t)(CACHE * CODE_SIZE));
    make_program();
    uint32_t at = 0;
    for (unsigned long frame = 0; frame < frames; frame++) {
        uint64_t began_ns = now_ns(), before = books.instructions;
        for (unsigned i = 0; i < 50 + frame % 7; i++)
            at = run_block(at);
        int64_t took_ns = (int64_t)(now_ns() - began_ns);
        perf_group_add(&cpu, PERF_CPU_NS, took_ns);
        perf_cpu_set_mips(&cpu, (int64_t)(books.instructions - before), took_ns);
        int result = on ? tell_hotspots() : 0;
        if (result == 0)
            result = perf_frame(NULL);
        if (result != 0) {
            fprintf(stderr, "interpreter: frame %lu gave %d\n", frame, result);
            return 1;
        }
    }
    printf("{\"tier1_blocks_compiled\":%" PRIu64 ",\"tier2_blocks_compiled\":%" PRIu64
           ",\"tier1_passes\":%" PRIu64 ",\"tier2_passes\":%" PRIu64 ",\"cache_hits\":%" PRIu64
           ",\"cache_misses\":%" PRIu64 ",\"cache_capacity_bytes\":%u,\"cache_used_bytes\":%" PRIu64
           ",\"deopts\":%" PRIu64 ",\"guard_failures\":%" PRIu64
           ",\"instructions_executed\":%" PRIu64 ",\"guest_mem_ops\":%" PRIu64
           ",\"result\":%" PRId64,
           books.tier1, books.tier2, books.tier1, books.tier2, books.hits, books.misses,
           CACHE * CODE_SIZE, books.used, books.deopts, books.deopts, books.instructions,
           books.loads, acc);
    print_hotspots();
    printf("}\n");
    fflush(stdout);
    (void)getchar(); /* so that it can be looked at while it is there */
    perf_close();
    return 0;
}
