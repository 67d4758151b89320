/* SPDX-License-Identifier: Apache-2.0 */
/* A lane in shared memory and its writer, who is the test: word by word, as the layout says. */
#ifndef LANE_HAND_H
#define LANE_HAND_H

#include "perfd/lane_layout.h"

struct hand {
    struct perf_lane_header *header;
    struct perf_lane_slot *slot;
    uint32_t slots, next, id;
    uint64_t laps;
    uint64_t marks; /* written in all, by who counts them */
};

/* The lane with this id, in memory that the service shares. */
static inline struct hand hand_of(uint64_t address, uint32_t id)
{
    struct perf_lane_header *header = (struct perf_lane_header *)(uintptr_t)address;
    return (struct hand){.header = header,
                         .slot = (struct perf_lane_slot *)(header + 1),
                         .slots = (uint32_t)header->slots,
                         .id = id};
}

static inline void put_slot(struct hand *hand, uint64_t first, uint64_t second)
{
    if (hand->next == hand->slots) {
        perf_lane_announce(hand->header, ++hand->laps);
        hand->next = 0;
    }
    uint64_t bits = perf_lane_lap_bits(hand->laps);
    perf_lane_store(&hand->slot[hand->next].word[0], (first & PERF_LANE_PAYLOAD) | bits);
    perf_lane_store(&hand->slot[hand->next++].word[1], second | bits);
}

static inline void put_value(struct hand *hand, uint64_t value)
{
    put_slot(hand, value, value >> 56 << 24 | (uint64_t)PERF_LANE_VALUE << 16);
}

#endif
