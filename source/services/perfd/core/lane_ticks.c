/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ticks that a client writes into a lane of its own: taken from it in their order, before anything
 * is answered that tells of frames, and through the same door as those that come by calls.
 *
 * The lane's head is how many slots were taken, its `found` how many ticks. Its ledger has what was
 * not taken: a tick that was overwritten before a look, a slot that is no part of any. A tick that
 * was taken is a frame's, or one of health's refused ticks. Samples of counters stand between them;
 * one that is refused is malformed.
 */
#include "core.h"
#include "perfd/lane_layout.h"
#include "run.h"

#define FIELDS       (RUN(struct perfd_tick, presented_at_ns, budget_ns) + 1)
#define FIELDS_KNOWN ((1u << FIELDS) - 1)
_Static_assert(PERF_LANE_TICK_SESSION == 1u << (FIELDS - 1), "the session is behind the times");

struct take {
    struct perfd *perfd;
    struct lane *lane;
    const struct perf_lane_header *header;
    const struct perf_lane_slot *slot;
    uint64_t slots, laps, end; /* all slots that were written, and how many laps are complete */
};

/* What the slot has that was written as number `at`, without its lap; false: it is not whole. */
static bool read_slot(const struct take *take, uint64_t at, uint64_t *first, uint64_t *second)
{
    uint64_t begun = take->laps * take->slots;
    uint64_t laps = at >= begun ? take->laps : take->laps - 1;
    const struct perf_lane_slot *slot = &take->slot[at - laps * take->slots];
    *first = perf_lane_load(&slot->word[0]) ^ perf_lane_lap_bits(laps);
    *second = perf_lane_load(&slot->word[1]) ^ perf_lane_lap_bits(laps);
    return (*first | *second) <= PERF_LANE_PAYLOAD;
}

static bool is_kind(uint64_t second, enum perf_lane_kind kind)
{
    return (uint8_t)(second >> 16) == kind;
}

static void count_malformed(struct take *take)
{
    struct lane *lane = take->lane;
    take->perfd->health.malformed_lanes += lane->counts.malformed == 0;
    lane->counts.malformed++;
    lane->dropped_ns = take->perfd->ticks.now_ns;
}

enum { TICK_LATER = 0, TICK_BAD = -1 };

/* The values behind a tick's first slot; gives how many slots it took, or one of the above. */
static int read_values(const struct take *take, uint64_t at, uint32_t facts, struct perfd_tick *to)
{
    int slots = 1;
    uint64_t *fact = &to->frame_id;
    for (uint32_t i = 0; i <= FIELDS; i++) {
        uint64_t first, second;
        if (i > 0 && (facts >> (i - 1) & 1) == 0)
            continue;
        if (at + (uint64_t)slots >= take->end ||
            !read_slot(take, at + (uint64_t)slots, &first, &second))
            return TICK_LATER;
        if (!is_kind(second, PERF_LANE_VALUE))
            return TICK_BAD;
        uint64_t value = first | second >> 24 << PERF_LANE_LAP_SHIFT;
        if (i < FIELDS)
            fact[i] = value;
        else
            to->session = (uint32_t)value;
        slots++;
    }
    return slots;
}

/* The tick that begins with this slot, taken. Gives as read_values(). */
static int take_tick(struct take *take, uint64_t at, uint64_t stamp, uint64_t second)
{
    struct perfd *perfd = take->perfd;
    uint32_t facts = (uint16_t)second;
    struct perfd_tick tick = {.presented = (facts & PERF_LANE_TICK_THROWN_AWAY) == 0,
                              .after_idle = (facts & PERF_LANE_TICK_AFTER_IDLE) != 0};
    if ((facts & ~(FIELDS_KNOWN | PERF_LANE_TICK_THROWN_AWAY | PERF_LANE_TICK_AFTER_IDLE)) != 0)
        return TICK_BAD;
    int slots = read_values(take, at, facts, &tick);
    if (slots <= 0)
        return slots;
    /* It was copied: was it still what it was said to be? */
    if (perf_lane_laps_after(take->header) - take->laps >= PERF_LANE_LAPS - 1)
        return TICK_LATER;
    if (tick.presented_at_ns == 0 && tick.presented)
        tick.presented_at_ns = ticks_stamp_ns(perfd, stamp);
    (void)!perfd_tick(perfd, take->lane->client, &tick, perfd->ticks.now_ns);
    return slots;
}

/* The same for a sample of a group of counters. Where there are none its values go nowhere. */
static int take_sample(struct take *take, uint64_t at, uint64_t stamp, uint64_t second)
{
    struct perfd *perfd = take->perfd;
    struct perfd_counter_room *room = perfd_counter_room(perfd);
    uint32_t count = (uint16_t)second;
    if (count > PERFD_GROUP_COUNTERS)
        return TICK_BAD;
    if (at + count >= take->end)
        return TICK_LATER;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t low, high;
        if (!read_slot(take, at + 1 + i, &low, &high))
            return TICK_LATER;
        if (!is_kind(high, PERF_LANE_VALUE))
            return TICK_BAD;
        if (room != NULL)
            room->value[i] = (int64_t)(low | high >> 24 << PERF_LANE_LAP_SHIFT);
    }
    if (perf_lane_laps_after(take->header) - take->laps >= PERF_LANE_LAPS - 1)
        return TICK_LATER;
    if (room != NULL &&
        perfd_counter_sample(perfd, take->lane->client, (uint32_t)(second >> 24), room->value,
                             count, ticks_stamp_ns(perfd, stamp), perfd->ticks.now_ns) < 0)
        return TICK_BAD;
    return 1 + (int)count;
}

/* From the slot that comes next to the last one that is whole. */
static void take_all(struct take *take)
{
    struct lane *lane = take->lane;
    uint64_t first, second;
    while (lane->head < take->end && read_slot(take, lane->head, &first, &second)) {
        int slots = 1;
        if (is_kind(second, PERF_LANE_TICK)) {
            slots = take_tick(take, lane->head, first, second);
            if (slots == TICK_LATER)
                return;
            lane->found++;
        } else if (is_kind(second, PERF_LANE_SAMPLE)) {
            slots = take_sample(take, lane->head, first, second);
            if (slots == TICK_LATER)
                return;
        } else if (!is_kind(second, PERF_LANE_VALUE)) {
            slots = TICK_BAD;
        }
        if (slots == TICK_BAD) {
            count_malformed(take);
            slots = 1;
        }
        lane->head += (uint64_t)slots;
    }
}

/* Where the writer is; false: it says what cannot be. */
static bool find_end(struct take *take)
{
    uint64_t at = 0;
    take->laps = perf_lane_laps_before(take->header);
    if (take->laps > LANE_LAPS_MOST)
        return false;
    uint64_t begun = take->laps * take->slots;
    if (take->lane->head > begun)
        at = take->lane->head - begun;
    if (at > take->slots)
        return false;
    take->end = begun + lane_position(take->slot, (size_t)at, (size_t)take->slots,
                                      perf_lane_lap_bits(take->laps));
    return true;
}

static void take_from(struct perfd *perfd, struct lane *lane)
{
    const void *run = perfd->lanes.pool + lane->first;
    struct take take = {
        .perfd = perfd,
        .lane = lane,
        .header = run,
        .slot = (const struct perf_lane_slot *)run + PERF_LANE_HEADER_SLOTS,
        .slots = lane->records - PERF_LANE_HEADER_SLOTS,
    };
    struct lane_counts *counts = &lane->counts;
    uint64_t claimed = perf_lane_load(&take.header->values);
    if (!find_end(&take)) {
        if (counts->malformed == 0)
            count_malformed(&take);
    } else {
        uint64_t oldest = take.laps == 0 ? 0 : take.end - take.slots;
        bool lapped = lane->head < oldest;
        if (lapped)
            lane->head = oldest;
        take_all(&take);
        if (claimed > take.end / 2) /* a tick has two slots at least */
            claimed = take.end / 2;
        if (lapped && claimed > lane->found + counts->overwritten)
            counts->overwritten = claimed - lane->found;
    }
    counts->written = counts->overwritten + counts->malformed;
}

/* A lane holds ticks where its writer says so before there was anything in it. */
static bool holds_ticks(const struct perfd *perfd, struct lane *lane)
{
    const struct perf_lane_header *header = (const void *)(perfd->lanes.pool + lane->first);
    if (lane->shared == LANE_OF_MARKS && lane->counts.written == 0 && lane->laps == 0 &&
        perf_lane_load(&header->holds) == PERF_LANE_HOLDS_TICKS)
        lane->shared = LANE_OF_TICKS;
    return lane->shared == LANE_OF_TICKS;
}

bool perfd_take_ticks(struct perfd *perfd)
{
    bool any = false;
    perfd->clients.tick_in_lanes = true;
    for (size_t i = 0; i < perfd->lanes.count; i++) {
        struct lane *lane = &perfd->lanes.lane[i];
        if (!holds_ticks(perfd, lane))
            continue;
        if (!any)
            (void)ticks_look(perfd);
        any = true;
        take_from(perfd, lane);
    }
    return any;
}
