/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of counters under names that viewers know: `perfctl counters` and SystemUI's HUD make
 * rates and shares of them (docs/perf/counters.md). Each enum is an index into its group:
 *
 *     PERF_GROUP(graphics, PERF_GRAPHICS_GROUP, perf_graphics_metrics);   // at file scope
 *     perf_group_add(&graphics, PERF_DRAW_CALLS, 1);
 *
 * A program that cannot tell one of them says so (perf_group_state()), so that it reads as absent
 * and not as 0.
 */
#ifndef PERF_CLIENT_VOCABULARY_H
#define PERF_CLIENT_VOCABULARY_H

#include "perf-client/perf_groups.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- What was drawn --------------------------------------------------------------------------- */

#define PERF_GRAPHICS_GROUP "graphics"

enum perf_graphics {
    PERF_DRAW_CALLS,
    PERF_RENDER_PASSES,
    PERF_PIPELINE_SWITCHES,
    PERF_BIND_GROUP_CHANGES,
    PERF_UPLOAD_BYTES,     /* to what is drawn from: textures, buffers */
    PERF_CPU_TRANSLATE_NS, /* from the program's drawing to the device's commands */
    PERF_CPU_ENCODE_NS,    /* writing those commands */
    PERF_GPU_TIME_NS,
};

/* For a group that has others behind these. */
#define PERF_GRAPHICS_METRICS                                                                      \
    {"draw_calls", "", PERF_METRIC_COUNT}, {"render_passes", "", PERF_METRIC_COUNT},               \
        {"pipeline_switches", "", PERF_METRIC_COUNT},                                              \
        {"bind_group_changes", "", PERF_METRIC_COUNT},                                             \
        {"upload_bytes", "bytes", PERF_METRIC_COUNT}, {"cpu_translate_ns", "ns", PERF_METRIC_NS},  \
        {"cpu_encode_ns", "ns", PERF_METRIC_NS},                                                   \
    {                                                                                              \
        "gpu_time_ns", "ns", PERF_METRIC_NS                                                        \
    }

static const struct perf_metric perf_graphics_metrics[]
    __attribute__((unused)) = {PERF_GRAPHICS_METRICS};

/* --- What was compiled ------------------------------------------------------------------------ */

#define PERF_JIT_GROUP "jit"

/* Tier 1 is the quick compiler, tier 2 the one that optimises. A pass is one run of a compiler, of
 * one block or of several. */
enum perf_jit {
    PERF_JIT_TIER1_BLOCKS,
    PERF_JIT_TIER1_NS,
    PERF_JIT_TIER1_PASSES,
    PERF_JIT_TIER2_BLOCKS,
    PERF_JIT_TIER2_NS,
    PERF_JIT_TIER2_PASSES,
    PERF_JIT_CACHE_HITS, /* look-ups of a block's code that found it */
    PERF_JIT_CACHE_MISSES,
    PERF_JIT_CACHE_CAPACITY_BYTES, /* a gauge, as is the next */
    PERF_JIT_CACHE_USED_BYTES,
    PERF_JIT_DEOPTS,
    PERF_JIT_GUARD_FAILURES,
};

static const struct perf_metric perf_jit_metrics[] __attribute__((unused)) = {
    {"tier1_blocks_compiled", "", PERF_METRIC_COUNT},
    {"tier1_compile_ns", "ns", PERF_METRIC_NS},
    {"tier1_passes", "", PERF_METRIC_COUNT},
    {"tier2_blocks_compiled", "", PERF_METRIC_COUNT},
    {"tier2_compile_ns", "ns", PERF_METRIC_NS},
    {"tier2_passes", "", PERF_METRIC_COUNT},
    {"cache_hits", "", PERF_METRIC_COUNT},
    {"cache_misses", "", PERF_METRIC_COUNT},
    {"cache_capacity_bytes", "bytes", PERF_METRIC_GAUGE},
    {"cache_used_bytes", "bytes", PERF_METRIC_GAUGE},
    {"deopts", "", PERF_METRIC_COUNT},
    {"guard_failures", "", PERF_METRIC_COUNT},
};

/* --- What the processor, or an emulated one, did ---------------------------------------------- */

#define PERF_CPU_GROUP "cpu"

enum perf_cpu {
    PERF_CPU_NS,
    PERF_CPU_IO_NS,
    PERF_CPU_JIT_NS,
    PERF_CPU_INSTRUCTIONS, /* executed */
    PERF_CPU_REP_ITERATIONS,
    PERF_CPU_MEMORY_ALLOCATED,
    PERF_CPU_MIPS, /* a gauge: perf_cpu_set_mips() */
};

static const struct perf_metric perf_cpu_metrics[] __attribute__((unused)) = {
    {"cpu_ns", "ns", PERF_METRIC_NS},
    {"io_ns", "ns", PERF_METRIC_NS},
    {"jit_ns", "ns", PERF_METRIC_NS},
    {"instructions_executed", "", PERF_METRIC_COUNT},
    {"rep_iterations", "", PERF_METRIC_COUNT},
    {"memory_allocated_bytes", "bytes", PERF_METRIC_COUNT},
    {"mips", "1/us", PERF_METRIC_GAUGE},
};

/* Of a frame in which so many instructions took so long: whole millions a second. */
#ifndef PERF_DISABLED
static inline void perf_cpu_set_mips(struct perf_group *group, int64_t instructions, int64_t cpu_ns)
{
    if (__builtin_expect(group->on, 0))
        group->value[PERF_CPU_MIPS] = cpu_ns > 0 ? instructions * 1000 / cpu_ns : 0;
}
#else
#define perf_cpu_set_mips(group, instructions, cpu_ns)                                             \
    (PERF_UNSEEN(group), PERF_UNSEEN(instructions), PERF_UNSEEN(cpu_ns))
#endif

/* --- Memory of an emulated machine ------------------------------------------------------------ */

#define PERF_MEMORY_GROUP "memory"

enum perf_memory {
    PERF_MMU_TRANSLATE_CALLS,
    PERF_GUEST_MEM_OPS,
    PERF_JIT_EXIT_MMIO_CALLS,
};

static const struct perf_metric perf_memory_metrics[] __attribute__((unused)) = {
    {"mmu_translate_calls", "", PERF_METRIC_COUNT},
    {"guest_mem_ops", "", PERF_METRIC_COUNT},
    {"jit_exit_mmio_calls", "", PERF_METRIC_COUNT},
};

/* --- A user interface ------------------------------------------------------------------------- */

#define PERF_UI_GROUP "ui"

enum perf_ui {
    PERF_UI_RECOMPOSES,
    PERF_UI_COMMITS,
    PERF_UI_OBSERVERS, /* told of commits: a commit's is observers / commits */
    PERF_UI_INTERACTIONS,
    PERF_UI_WAKEUPS,  /* an interaction's is wakeups / interactions */
    PERF_UI_QUEUE_NS, /* how long events waited */
    PERF_UI_EVENTS,   /* that did */
};

static const struct perf_metric perf_ui_metrics[] __attribute__((unused)) = {
    {"recomposes", "", PERF_METRIC_COUNT},   {"commits", "", PERF_METRIC_COUNT},
    {"observers", "", PERF_METRIC_COUNT},    {"interactions", "", PERF_METRIC_COUNT},
    {"wakeups", "", PERF_METRIC_COUNT},      {"queue_residence_ns", "ns", PERF_METRIC_NS},
    {"queue_events", "", PERF_METRIC_COUNT},
};

#ifdef __cplusplus
}
#endif

#endif
