/* SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include "apart.h"
#include "core.h"
#include "put.h"
#include "run.h"
#include "text.h"

void lanes_init(struct lanes *lanes, struct arena *arena, const struct perfd_config *config)
{
    lanes->count = config->lanes;
    lanes->pool_records = config->lane_records;
    lanes->lane = arena_take(arena, config->lanes, sizeof(struct lane));
}

void lanes_init_pool(struct lanes *lanes, struct arena *arena, const struct perfd_config *config)
{
    lanes->pool = arena_take(arena, config->lane_records, sizeof(struct lane_record));
}

struct lane *lanes_find(struct perfd *perfd, int client, uint32_t id)
{
    if (id == 0)
        return NULL;
    for (size_t i = 0; i < perfd->lanes.count; i++) {
        struct lane *lane = &perfd->lanes.lane[i];
        if (lane->id == id)
            return lane->closed == 0 && lane->client == client ? lane : NULL;
    }
    return NULL;
}

/* --- Places ----------------------------------------------------------------------------------- */

/* A lane that lies in these records; NULL: none. */
static const struct lane *in_the_way(const struct lanes *lanes, size_t first, size_t records)
{
    for (size_t i = 0; i < lanes->count; i++) {
        const struct lane *lane = &lanes->lane[i]; /* of no records where the place is free */
        if (first < lane->first + lane->records && lane->first < first + records)
            return lane;
    }
    return NULL;
}

/* The lowest free run of so many records at a multiple of `align`. */
APART bool find_run(const struct lanes *lanes, uint32_t records, uint32_t align, uint32_t *first)
{
    const struct lane *lane;
    *first = 0;
    while ((lane = in_the_way(lanes, *first, records)) != NULL)
        *first = (lane->first + lane->records + align - 1) & ~(align - 1);
    return *first + records <= lanes->pool_records;
}

static struct lane *find_place(const struct lanes *lanes)
{
    for (size_t i = 0; i < lanes->count; i++)
        if (lanes->lane[i].id == 0)
            return &lanes->lane[i];
    return NULL;
}

#define LANE_FIGURES RUN(struct lane_counts, written, no_session)

static void add_counts(struct lane_counts *sum, const struct lane_counts *counts)
{
    run_add(&sum->written, &counts->written, LANE_FIGURES);
}

/* Gives the place of the lane that was closed first away; false: none is closed. One that was
 * closed during a session that still runs is taken only where `any` says so. */
static bool reclaim(struct lanes *lanes, bool any)
{
    struct lane *oldest = NULL;
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane *lane = &lanes->lane[i];
        if (lane->closed != 0 && (any || lane->sessions == 0) &&
            (oldest == NULL || lane->closed < oldest->closed))
            oldest = lane;
    }
    if (oldest == NULL)
        return false;
    oldest->counts.overwritten += oldest->counts.resident;
    oldest->counts.resident = 0;
    add_counts(&lanes->freed, &oldest->counts);
    *oldest = (struct lane){0};
    return true;
}

/* The size that a request comes to: a power of two, from the least to the whole pool. */
static uint32_t run_size(const struct lanes *lanes, uint32_t wanted, uint32_t least)
{
    if (wanted == 0)
        wanted = lanes->pool_records / lanes->count;
    uint32_t records = least;
    while (records < wanted && records < lanes->pool_records)
        records *= 2;
    return records;
}

/* Makes a place with a run of *records, or of fewer where so many cannot be had. */
static struct lane *make_place(struct lanes *lanes, uint32_t least, uint32_t *records,
                               uint32_t *first)
{
    for (;;) {
        struct lane *place = find_place(lanes);
        if (place != NULL && find_run(lanes, *records, least, first))
            return place;
        if (reclaim(lanes, false))
            continue;
        for (uint32_t fewer = *records / 2; place != NULL && fewer >= least; fewer /= 2)
            if (find_run(lanes, fewer, least, first)) {
                *records = fewer;
                return place;
            }
        if (!reclaim(lanes, true))
            return NULL;
    }
}

/* --- Opening and closing ---------------------------------------------------------------------- */

static void set_name(struct lane *lane, struct perfd_text name)
{
    if (name.length > 0) {
        text_copy(lane->name, name);
        lane->name_length = (uint8_t)name.length;
        return;
    }
    struct put p = {.bytes = lane->name, .size = sizeof lane->name};
    put_text(&p, "lane ");
    put_u64(&p, lane->id);
    lane->name_length = (uint8_t)p.length;
}

/* Half of the lanes, and half of their records, are the most that a client with a shared lane may
 * have: how many records are left for its next one. */
static uint32_t share_left(const struct lanes *lanes, int client)
{
    uint32_t held = 0, left = lanes->pool_records / 2;
    for (size_t i = 0; i < lanes->count; i++) {
        const struct lane *lane = &lanes->lane[i];
        if (lane->client == client) {
            held++;
            left -= lane->records < left ? lane->records : left;
        }
    }
    return 2 * held < lanes->count ? left : 0;
}

struct lane *lanes_open(struct perfd *perfd, int client, struct perfd_text name, uint32_t records,
                        bool to_share)
{
    struct lanes *lanes = &perfd->lanes;
    to_share = to_share && lanes_can_be_shared();
    uint32_t first = 0, least = to_share ? LANE_SHARED_RECORDS : LANE_RECORDS_MIN;
    uint32_t most = to_share ? share_left(lanes, client) : lanes->pool_records;
    records = run_size(lanes, records, least);
    while (records > most)
        records /= 2;
    if (records < least)
        return NULL;
    struct lane *lane = make_place(lanes, least, &records, &first);
    if (lane == NULL)
        return NULL;
    *lane =
        (struct lane){.id = ++lanes->last_id, .first = first, .records = records, .client = client};
    set_name(lane, name);
    process_of_lane(perfd, lane);
    return lane;
}

void lanes_close(struct perfd *perfd, struct lane *lane)
{
    if (lane_is_shared(lane))
        lane_unshare(perfd, lane);
    struct client *writer = clients_find(perfd, lane->client);
    if (writer != NULL && writer->lane == lane->id)
        writer->lane = 0;
    lane->client = 0;
    lane->closed = ++perfd->lanes.last_closed;
    lane->sessions = (uint16_t)sessions_that_run(perfd);
}

void lanes_client_closed(struct perfd *perfd, int client)
{
    for (size_t i = 0; i < perfd->lanes.count; i++) {
        struct lane *lane = &perfd->lanes.lane[i];
        if (lane->client == client) /* which is 0 where none is open */
            lanes_close(perfd, lane);
    }
}

void lanes_session_stopped(struct perfd *perfd)
{
    uint32_t running = sessions_that_run(perfd);
    for (size_t i = 0; i < perfd->lanes.count; i++) {
        struct lane *lane = &perfd->lanes.lane[i];
        lane->sessions = (uint16_t)(lane->sessions & running);
    }
}

/* --- Writing ---------------------------------------------------------------------------------- */

#define VALUE_KINDS                                                                                \
    (1u << PERFD_COUNTER | 1u << PERFD_FLOW_START | 1u << PERFD_FLOW_STEP | 1u << PERFD_FLOW_END | \
     1u << PERFD_ASYNC_BEGIN | 1u << PERFD_ASYNC_END | 1u << LANE_BEGIN_VALUE)

bool lane_kind_has_value(uint8_t kind)
{
    return (VALUE_KINDS >> kind & 1) != 0;
}

static void write_slot(struct lanes *lanes, struct lane *lane, const struct lane_record *record)
{
    struct lane_record *slot =
        &lanes->pool[lane->first + (uint32_t)(lane->head & (lane->records - 1))];
    if (lane->head >= lane->records && slot->kind != LANE_VALUE) {
        lane->counts.resident--;
        lane->counts.overwritten++;
    }
    *slot = *record;
    lane->head++;
}

void lane_write(struct lanes *lanes, struct lane *lane, const struct lane_record *record,
                uint64_t value)
{
    write_slot(lanes, lane, record);
    if (lane_kind_has_value(record->kind))
        write_slot(lanes, lane, &(struct lane_record){.time_ns = value, .kind = LANE_VALUE});
    lane->last_ns = record->time_ns;
    lane->counts.written++;
    lane->counts.resident++;
}

/* --- The ledger ------------------------------------------------------------------------------- */

uint64_t lane_counts_dropped(const struct lane_counts *counts)
{
    return run_sum(&counts->torn, RUN(struct lane_counts, torn, no_session));
}

bool lane_counts_balanced(const struct lane_counts *counts)
{
    return counts->written == run_sum(&counts->resident, LANE_FIGURES - 1);
}

struct lane_counts lanes_total(const struct lanes *lanes)
{
    struct lane_counts total = lanes->none;
    add_counts(&total, &lanes->freed);
    for (size_t i = 0; i < lanes->count; i++)
        add_counts(&total, &lanes->lane[i].counts); /* 0 where the place is free */
    return total;
}

static bool ledger_balanced(const struct lanes *lanes)
{
    bool balanced = lane_counts_balanced(&lanes->none) && lane_counts_balanced(&lanes->freed);
    for (size_t i = 0; i < lanes->count; i++)
        balanced = balanced && lane_counts_balanced(&lanes->lane[i].counts);
    return balanced;
}

#define FIGURE(member, count)                                                                      \
    RUN_SAME(struct perfd_health, written, member, struct lane_counts, written, count)
FIGURE(resident, resident);
FIGURE(overwritten, overwritten);
FIGURE(dropped_torn, torn);
FIGURE(dropped_malformed, malformed);
FIGURE(dropped_rate, rate);
FIGURE(dropped_no_session, no_session);

void lanes_read_health(struct perfd *perfd, struct perfd_health *out)
{
    lanes_shared_look(perfd);
    struct lane_counts total = lanes_total(&perfd->lanes);
    out->ledger_balanced = ledger_balanced(&perfd->lanes);
    run_copy(&out->written, &total.written, LANE_FIGURES);
}
