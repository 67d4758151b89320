/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of a lane that a client writes itself: memory that one writer thread and the service
 * share. The one header that both include.
 *
 * A lane is a header of 64 bytes and a ring of slots of 16 bytes, the newest overwriting the
 * oldest. A slot is two words; the top byte of each is the low byte of the lap in which it was
 * written, counted from 1, so that a slot is whole when both bytes are of the lap that is looked
 * for. The writer publishes no index: where the laps change is where it is. It announces each lap
 * before its first slot, which is the only fence, once a ring.
 *
 *     word 0: ticks, low 56 bits      | lap << 56     a value's slot: the value's low 56 bits
 *     word 1: label | kind << 16 | extra << 24 | lap << 56    ...: the value's high 8 bits in extra
 *
 * Every word is an atomic: 64 bits, aligned, stored and loaded once. Who may call is said at each
 * function: W is the lane's one writer, R the service. What is stored by one and loaded by the
 * other:
 *
 *     word         W stores    R loads     pairs
 *     slot words   relaxed     relaxed     with each other, by their laps
 *     laps         relaxed, and a release fence behind it, before the lap's first slot
 *                              acquire, and again behind an acquire fence when slots were copied
 *     values       relaxed     relaxed     with nothing: a figure
 *     holds        relaxed     relaxed     with nothing: before its client's next call
 *
 * So that (1) a reader that finds laps at L has every slot of the laps to L - 1, or newer ones: lap
 * L itself was stored behind the last fence, some of it may be on its way; (2) one that copied a
 * word of lap K finds laps at K - 1 or more when it looks again. With L before and M after, what it
 * copied is of laps L - 1 to M + 1. It asks for L + 1 and, where it is not 0, for L. None of the
 * others has their bytes unless M - L >= PERF_LANE_LAPS - 1: then nothing of the copy counts. What
 * a reader finds is only a claim: the writer may be anybody.
 */
#ifndef PERFD_LANE_LAYOUT_H
#define PERFD_LANE_LAYOUT_H

#include <stdint.h>

#define PERF_LANE_MAGIC     UINT64_C(0x31656e616c667270) /* "prflane1", little-endian */
#define PERF_LANE_LAPS      256u                         /* laps that a word can tell apart */
#define PERF_LANE_LAP_SHIFT 56
#define PERF_LANE_PAYLOAD   ((UINT64_C(1) << PERF_LANE_LAP_SHIFT) - 1)

enum perf_lane_kind {
    PERF_LANE_BEGIN = 0,
    PERF_LANE_END = 1,
    PERF_LANE_INSTANT = 2,
    PERF_LANE_COUNTER = 3, /* a value's slot follows it, as it does the next five */
    PERF_LANE_FLOW_START = 4,
    PERF_LANE_FLOW_STEP = 5,
    PERF_LANE_FLOW_END = 6,
    PERF_LANE_ASYNC_BEGIN = 7,
    PERF_LANE_ASYNC_END = 8,
    PERF_LANE_PHASE = 9, /* ends the lane's open phase, and begins one where label is not 0 */
    PERF_LANE_BEGIN_VALUE = 10, /* a begin with an argument: a value's slot follows it */
    PERF_LANE_VALUE = 15,       /* the second slot of those that have one */
    PERF_LANE_TICK = 16,        /* a frame, in a lane of ticks */
    PERF_LANE_SAMPLE = 17,      /* a group's counters, in a lane of ticks */
};

/*
 * A lane of ticks has nothing else in it: its writer says so before its first slot, where the
 * service said that it looks for them. A tick's label says which of a frame's facts follow it,
 * each in a value's slot: first the frame's id, always, then those of these bits, in their order.
 * Its stamp is when the frame was shown, where that is not one of them. `values` counts ticks, each
 * behind its last slot.
 *
 * A sample's label is how many values follow it, as many as the group has counters, and above its
 * kind it has the group's id. Its stamp is its time.
 */
#define PERF_LANE_TAKES_TICKS 1u
#define PERF_LANE_HOLDS_TICKS 1u

enum perf_lane_tick {
    PERF_LANE_TICK_PRESENTED_AT = 1 << 0,
    PERF_LANE_TICK_BEGAN_AT = 1 << 1,
    PERF_LANE_TICK_DEADLINE_AT = 1 << 2,
    PERF_LANE_TICK_UI = 1 << 3,
    PERF_LANE_TICK_LAYOUT = 1 << 4,
    PERF_LANE_TICK_RENDER = 1 << 5,
    PERF_LANE_TICK_PRESENT = 1 << 6,
    PERF_LANE_TICK_INPUT_AT = 1 << 7,
    PERF_LANE_TICK_BUDGET = 1 << 8,
    PERF_LANE_TICK_SESSION = 1 << 9,
    PERF_LANE_TICK_THROWN_AWAY = 1 << 10, /* these two have no value */
    PERF_LANE_TICK_AFTER_IDLE = 1 << 11,
};

struct perf_lane_slot {
    uint64_t word[2];
};

struct perf_lane_header {
    uint64_t magic;  /* the service's, once */
    uint32_t slots;  /* the service's, once: how many follow; it keeps its own count */
    uint32_t takes;  /* the service's, once: PERF_LANE_TAKES_TICKS, or 0 */
    uint64_t laps;   /* the writer's: how many are complete */
    uint64_t values; /* the writer's: slots of PERF_LANE_VALUE ever written */
    uint64_t holds;  /* the writer's, once: PERF_LANE_HOLDS_TICKS, or 0: marks */
    uint64_t later[3];
};

#define PERF_LANE_HEADER_BYTES 64u
#define PERF_LANE_SLOT_BYTES   16u
#define PERF_LANE_HEADER_SLOTS (PERF_LANE_HEADER_BYTES / PERF_LANE_SLOT_BYTES)

/* The enable word stands alone in a page that clients can only read: not 0 while a session runs. */

/* Either side, each for the words that are its own to store. */
static inline void perf_lane_store(uint64_t *word, uint64_t value)
{
#if defined __riscv
    /* There GCC before 14 makes an atomic exchange of it. A machine's store of a word is one. */
    *(volatile uint64_t *)word = value;
#else
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
#endif
}

static inline uint64_t perf_lane_load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

/* W: `laps` laps are complete, and what is stored from here on is of the next. */
static inline void perf_lane_announce(struct perf_lane_header *lane, uint64_t laps)
{
    perf_lane_store(&lane->laps, laps);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

/* R: before the first slot is copied. */
static inline uint64_t perf_lane_laps_before(const struct perf_lane_header *lane)
{
    return __atomic_load_n(&lane->laps, __ATOMIC_ACQUIRE);
}

/* R: after the last. */
static inline uint64_t perf_lane_laps_after(const struct perf_lane_header *lane)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&lane->laps, __ATOMIC_RELAXED);
}

/* What every word of the lap after so many complete ones carries. */
static inline uint64_t perf_lane_lap_bits(uint64_t laps)
{
    return (laps + 1) << PERF_LANE_LAP_SHIFT;
}

#endif
