/* SPDX-License-Identifier: Apache-2.0 */
#include "lane_shared.h"

#include "core.h"
#include "perfd/lane_layout.h"
#include "ports/port.h"
#include "wide.h"

#define SECOND_NS UINT64_C(1000000000)

_Static_assert((int)PERF_LANE_BEGIN == (int)PERFD_BEGIN &&
                   (int)PERF_LANE_ASYNC_END == (int)PERFD_ASYNC_END &&
                   (int)PERF_LANE_PHASE == (int)LANE_PHASE &&
                   (int)PERF_LANE_BEGIN_VALUE == (int)LANE_BEGIN_VALUE &&
                   (int)PERF_LANE_VALUE == (int)LANE_VALUE,
               "a record's kind is a slot's");
_Static_assert(sizeof(struct perf_lane_slot) == LANE_RECORD_BYTES &&
                   sizeof(struct perf_lane_header) == PERF_LANE_HEADER_BYTES,
               "a run of records holds a header and slots");

/* --- Ticks ------------------------------------------------------------------------------------ */

#define RATIO_SHIFT 48 /* ns a tick, to 2^-48 */
#define TICKS_LEAST (-(INT64_C(1) << (PERF_LANE_LAP_SHIFT - 1)))
#define CLOCK_SHIFT 24 /* clients are told the half of it, under 256 ns a tick */

void ticks_init(struct perfd *perfd)
{
    struct ticks *t = &perfd->ticks;
    (void)perfd_port_ticks(perfd->port, &t->first, &t->first_ns);
    t->now = t->first;
    t->now_ns = t->first_ns;
    t->ratio = UINT64_C(1) << RATIO_SHIFT;
}

static uint64_t scale(uint64_t ticks, uint64_t ratio)
{
    struct wide ns = wide_multiply(ticks, ratio);
    wide_add(&ns, UINT64_C(1) << (RATIO_SHIFT - 1));
    return ns.high << (64 - RATIO_SHIFT) | ns.low >> RATIO_SHIFT;
}

/* How far a stamp is from the last look's, which it is near to: by half of 2^56 ticks at most. */
static int64_t ticks_ahead(const struct ticks *t, uint64_t stamp)
{
    const unsigned above = 64 - PERF_LANE_LAP_SHIFT;
    return (int64_t)((stamp - t->now) << above) >> above;
}

static uint64_t ticks_ns(const struct ticks *t, int64_t ahead)
{
    if (ahead >= 0)
        return t->now_ns + scale((uint64_t)ahead, t->ratio);
    uint64_t behind_ns = scale(-(uint64_t)ahead, t->ratio);
    return behind_ns < t->now_ns ? t->now_ns - behind_ns : 0;
}

uint64_t ticks_stamp_ns(const struct perfd *perfd, uint64_t stamp)
{
    return ticks_ns(&perfd->ticks, ticks_ahead(&perfd->ticks, stamp));
}

const char *ticks_look(struct perfd *perfd)
{
    struct ticks *t = &perfd->ticks;
    uint64_t before = t->now, before_ns = t->now_ns;
    const char *name = perfd_port_ticks(perfd->port, &t->now, &t->now_ns);
    uint64_t ns = t->now_ns - t->first_ns;
    if (t->now <= t->first)
        return name;
    t->ratio =
        wide_divide((struct wide){ns >> (64 - RATIO_SHIFT), ns << RATIO_SHIFT}, t->now - t->first);
    uint64_t passed_ns = scale(t->now - before, t->ratio), by_clock_ns = t->now_ns - before_ns;
    uint64_t error_ns = passed_ns > by_clock_ns ? passed_ns - by_clock_ns : by_clock_ns - passed_ns;
    if (error_ns > t->error_ns)
        t->error_ns = error_ns;
    return name;
}

void perfd_read_ticks(struct perfd *perfd, struct perfd_ticks *out)
{
    out->name = ticks_look(perfd);
    out->per_second =
        wide_divide((struct wide){SECOND_NS >> (64 - RATIO_SHIFT), SECOND_NS << RATIO_SHIFT},
                    perfd->ticks.ratio);
    out->error_ns = perfd->ticks.error_ns;
}

/* --- A look ----------------------------------------------------------------------------------- */

/* What was found so far. Its figures are the lane's. */
struct look {
    struct perfd *perfd;
    struct lane *lane;
    struct lane_record *to; /* NULL: only counts */
    size_t taken;
    uint64_t at;   /* the next slot, by how many were ever written before it */
    uint64_t mark; /* the newest good mark's first, likewise */
    bool open;     /* to[taken] is a mark that waits for its value */
    int64_t last;  /* when the newest good mark was, in ticks from the look */
};

/* A label of the lane's own client, and a time that a mark by a call might have. */
static bool is_mark(const struct look *look, const struct lane_record *mark, int64_t ahead)
{
    const struct perfd *perfd = look->perfd;
    return mark->kind <= LANE_BEGIN_VALUE &&
           (mark->label == 0 || labels_given(perfd, look->lane->client, mark->label)) &&
           ahead >= look->last &&
           (ahead <= 0 || scale((uint64_t)ahead, perfd->ticks.ratio) <= SECOND_NS);
}

/* The next slot in the order of writing; lap_bits: those of the lap that it should be of. */
static void look_at_slot(struct look *look, const struct perf_lane_slot *slot, uint64_t lap_bits)
{
    struct lane_counts *counts = &look->lane->counts;
    uint64_t first = perf_lane_load(&slot->word[0]) ^ lap_bits;
    uint64_t second = perf_lane_load(&slot->word[1]) ^ lap_bits;
    bool was_open = look->open;
    look->open = false;
    if ((first | second) > PERF_LANE_PAYLOAD) {
        counts->torn++;
        return;
    }
    struct lane_record record = {.time_ns = first | second >> 24 << PERF_LANE_LAP_SHIFT,
                                 .kind = (uint8_t)(second >> 16)};
    bool is_value = record.kind == LANE_VALUE;
    if (is_value && !was_open)
        return; /* its mark was overwritten */
    if (!is_value) {
        const struct ticks *ticks = &look->perfd->ticks;
        int64_t ahead = ticks_ahead(ticks, first);
        counts->malformed += was_open;
        record.label = (uint16_t)second;
        if (!is_mark(look, &record, ahead)) {
            counts->malformed++;
            return;
        }
        if (look->to != NULL)
            record.time_ns = ticks_ns(ticks, ahead);
        look->last = ahead;
        look->open = lane_kind_has_value(record.kind);
    }
    if (look->to != NULL)
        look->to[look->taken + is_value] = record;
    if (!look->open) {
        look->taken += 1 + is_value;
        look->mark = look->at - is_value;
        counts->resident++;
    }
}

/* Those that an earlier look found good: whether they are still whole, which one figure says of
 * all, and how many are marks, is all that matters. */
static void look_again_at_slots(struct lane_counts *counts, const struct perf_lane_slot *slot,
                                size_t count, uint64_t lap_bits)
{
    uint64_t all = 0, marks = 0;
    for (const struct perf_lane_slot *end = slot + count; slot < end; slot++) {
        uint64_t second = perf_lane_load(&slot->word[1]);
        all |= (perf_lane_load(&slot->word[0]) ^ lap_bits) | (second ^ lap_bits);
        marks += (uint8_t)(second >> 16) != LANE_VALUE;
    }
    counts->torn += all > PERF_LANE_PAYLOAD;
    counts->resident += marks;
}

size_t lane_position(const struct perf_lane_slot *slot, size_t at, size_t slots, uint64_t lap_bits)
{
    while (at < slots && (perf_lane_load(&slot[at].word[1]) ^ lap_bits) <= PERF_LANE_PAYLOAD)
        at++;
    return at;
}

static void reverse(struct perf_lane_slot *slot, size_t from, size_t to)
{
    while (from + 1 < to) {
        struct perf_lane_slot kept = slot[from];
        slot[from++] = slot[--to];
        slot[to] = kept;
    }
}

static struct lane_record *run_of(const struct perfd *perfd, const struct lane *lane)
{
    return perfd->lanes.pool + lane->first;
}

/* Goes over the ring, the lap before the current one first; `known` slots, of all that were ever
 * written, were good. In place: nobody else writes there any more, and the slots, brought into
 * their order, make way for the records. */
static void look_at_ring(struct look *look, uint64_t known, bool in_place)
{
    struct lane *lane = look->lane;
    struct lane_counts *counts = &lane->counts;
    void *run = run_of(look->perfd, lane);
    const struct perf_lane_header *header = run;
    struct perf_lane_slot *slot = (struct perf_lane_slot *)run + PERF_LANE_HEADER_SLOTS;
    size_t slots = lane->records - PERF_LANE_HEADER_SLOTS;
    uint64_t laps = perf_lane_laps_before(header);
    if (laps < lane->laps || laps > LANE_LAPS_MOST) {
        counts->malformed = 1;
        return;
    }
    lane->laps = laps;
    uint64_t bits = perf_lane_lap_bits(laps), begun = laps * slots;
    size_t position = lane_position(slot, known > begun ? (size_t)(known - begun) : 0, slots, bits);
    uint64_t values = perf_lane_load(&header->values);
    uint64_t written = begun + position;
    counts->written = values < written ? written - values : 0;

    size_t at = position;
    if (in_place) {
        reverse(slot, 0, position);
        reverse(slot, position, slots);
        reverse(slot, 0, slots);
        at = 0;
    }
    size_t left = laps > 0 ? slots : position;
    if (laps == 0)
        at += slots - position; /* those were never written */
    look->at = written - left;
    for (size_t count; left > 0; left -= count, at += count, look->at += count) {
        if (at >= slots)
            at -= slots;
        bool before = left > position;
        uint64_t lap_bits = before ? perf_lane_lap_bits(laps - 1) : bits;
        count = 1;
        if (look->at < known) {
            count = before ? left - position : left;
            if (count > known - look->at)
                count = (size_t)(known - look->at);
            look_again_at_slots(counts, &slot[at], count, lap_bits);
        } else {
            look_at_slot(look, &slot[at], lap_bits);
        }
    }
    if (!in_place && perf_lane_laps_after(header) - laps >= PERF_LANE_LAPS - 1) {
        counts->torn += counts->resident + counts->malformed;
        counts->resident = counts->malformed = 0;
        look->taken = 0;
    }
}

/* For the ledger a look goes on where the last one ended, at the newest mark, unless there is, or
 * now was, something in the lane that is no mark. */
uint32_t lane_shared_look(struct perfd *perfd, struct lane *lane, struct lane_record *to)
{
    struct look look;
    struct lane_counts *counts = &lane->counts;
    if (lane->shared == LANE_OF_TICKS)
        return 0; /* they are taken when it is time, and its ledger is made then */
    bool told = counts->malformed > 0, good;
    uint64_t known = to == NULL ? lane->head : 0, from;
    do {
        from = known;
        look = (struct look){.perfd = perfd, .lane = lane, .to = to, .last = TICKS_LEAST};
        *counts = (struct lane_counts){.written = counts->written};
        look_at_ring(&look, from, to == run_of(perfd, lane));
        good = counts->torn + counts->malformed == 0;
        known = 0;
    } while (!good && from > 0);
    lane->head = good ? look.mark : 0;
    perfd->log.looked = look.at;
    if (counts->malformed > 0) {
        perfd->health.malformed_lanes += !told;
        lane->dropped_ns = ticks_ns(&perfd->ticks, look.last);
    }
    /* The writer's figures may be anything. */
    uint64_t found = counts->resident + counts->torn + counts->malformed;
    if (counts->written < found)
        counts->written = found;
    counts->overwritten = counts->written - found;
    return (uint32_t)look.taken;
}

/* Where the lap ends, by halves. */
static size_t find_position(const struct perf_lane_slot *slot, size_t slots, uint64_t lap_bits)
{
    size_t from = 0;
    while (from < slots) {
        size_t middle = from + (slots - from) / 2;
        if (lane_position(slot, middle, middle + 1, lap_bits) > middle)
            from = middle + 1;
        else
            slots = middle;
    }
    return from;
}

/* Where every slot is a mark, how many there are follows from where the writer is, and none has to
 * be looked at: that would be most of what perfd does for a HUD. They are when they are read. */
static bool lane_shared_count(const struct perfd *perfd, struct lane *lane)
{
    struct lane_counts *counts = &lane->counts;
    const struct perf_lane_header *header = (const void *)run_of(perfd, lane);
    const struct perf_lane_slot *slot = (const void *)(header + 1);
    size_t slots = lane->records - PERF_LANE_HEADER_SLOTS;
    uint64_t laps = perf_lane_laps_before(header);
    if (lane->shared == LANE_OF_TICKS || perf_lane_load(&header->values) != 0 ||
        counts->torn + counts->malformed > 0 || laps < lane->laps || laps > LANE_LAPS_MOST)
        return false;
    lane->laps = laps;
    size_t position = find_position(slot, slots, perf_lane_lap_bits(laps));
    *counts = (struct lane_counts){.resident = laps > 0 ? slots : position,
                                   .written = laps * slots + position};
    counts->overwritten = counts->written - counts->resident;
    return true;
}

void lanes_shared_look(struct perfd *perfd)
{
    (void)ticks_look(perfd);
    for (size_t i = 0; i < perfd->lanes.count; i++) {
        struct lane *lane = &perfd->lanes.lane[i];
        if (lane->shared && !lane_shared_count(perfd, lane))
            (void)lane_shared_look(perfd, lane, NULL);
    }
}

/* --- Opening and closing ---------------------------------------------------------------------- */

void lane_share(struct perfd *perfd, struct lane *lane, struct perfd_lane_memory *out)
{
    struct lane_record *run = run_of(perfd, lane);
    size_t bytes = lane->records * sizeof *run;
    if (perfd_port_share(perfd->port, run, bytes, &out->address, &out->enable_address) < 0)
        return;
    struct perf_lane_header *header = (void *)run;
    header->magic = PERF_LANE_MAGIC;
    header->slots = lane->records - PERF_LANE_HEADER_SLOTS;
    header->takes = perfd->clients.tick_in_lanes ? PERF_LANE_TAKES_TICKS : 0;
    lane->shared = LANE_OF_MARKS;
    out->bytes = bytes;
    out->clock = ticks_look(perfd)[0] == '\0' ? 0
                                              : perfd->ticks.ratio >> CLOCK_SHIFT |
                                                    (uint64_t)(RATIO_SHIFT - CLOCK_SHIFT) << 32;
}

void lane_unshare(struct perfd *perfd, struct lane *lane)
{
    struct lane_record *run = run_of(perfd, lane);
    perfd_port_unshare(perfd->port, run, lane->records * sizeof *run);
    log_lane_gather(perfd, lane);
    (void)ticks_look(perfd);
    log_look(perfd);
    lane->head = lane_shared_look(perfd, lane, run);
    lane->shared = 0;
}

/* --- One slot after the other ------------------------------------------------------------------
 */

uint64_t lane_shared_written(const struct perfd *perfd, const struct lane *lane)
{
    const struct perf_lane_header *header = (const void *)run_of(perfd, lane);
    const struct perf_lane_slot *slot = (const void *)(header + 1);
    size_t slots = lane->records - PERF_LANE_HEADER_SLOTS;
    uint64_t laps = perf_lane_laps_before(header);
    if (lane->shared != LANE_OF_MARKS || laps > LANE_LAPS_MOST)
        return 0;
    return laps * slots + find_position(slot, slots, perf_lane_lap_bits(laps));
}

bool lane_shared_slot(const struct perfd *perfd, const struct lane *lane, uint64_t at,
                      struct lane_record *out)
{
    const struct perf_lane_slot *ring =
        (const struct perf_lane_slot *)(const void *)run_of(perfd, lane) + PERF_LANE_HEADER_SLOTS;
    size_t slots = lane->records - PERF_LANE_HEADER_SLOTS;
    uint64_t lap_bits = perf_lane_lap_bits(at / slots);
    uint64_t first = perf_lane_load(&ring[at % slots].word[0]) ^ lap_bits;
    uint64_t second = perf_lane_load(&ring[at % slots].word[1]) ^ lap_bits;
    if ((first | second) > PERF_LANE_PAYLOAD)
        return false;
    *out = (struct lane_record){.time_ns = first | second >> 24 << PERF_LANE_LAP_SHIFT,
                                .label = (uint16_t)second,
                                .kind = (uint8_t)(second >> 16)};
    if (out->kind == LANE_VALUE)
        return true;
    out->time_ns = ticks_stamp_ns(perfd, first);
    return out->kind <= LANE_BEGIN_VALUE &&
           (out->label == 0 || labels_given(perfd, lane->client, out->label));
}

/* --- Questions -------------------------------------------------------------------------------- */

bool lanes_can_be_shared(void)
{
    return true;
}

bool lane_is_shared(const struct lane *lane)
{
    return lane->shared != 0;
}

bool record_is_phase(const struct lane_record *record)
{
    return record->kind == LANE_PHASE;
}

bool record_is_begin_value(const struct lane_record *record)
{
    return record->kind == LANE_BEGIN_VALUE;
}

void lanes_shared_reject(struct perfd *perfd)
{
    for (; perfd->health.malformed_lanes > 0; perfd->health.malformed_lanes--)
        perfd_reject(perfd, PERFD_REJECT_MALFORMED);
}
