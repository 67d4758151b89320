/* SPDX-License-Identifier: Apache-2.0 */
#include "perfd/run_log.h"

#include "apart.h"
#include "core.h"
#include "text.h"

/* The most of one entry: several fit into the least memory. */
#define SLOTS_AT_ONCE 128u
#define LANES_MOST    64u

/* What the caller's memory holds. */
struct log_memory {
    uint64_t logged[LANES_MOST]; /* slots of each lane, by its place, that are in the log */
    struct perfd_log_entry end;  /* not in the ring, so that it always has room */
    uint64_t ring[];
};

/* An entry in the ring; its texts and slots are behind it. */
struct item {
    size_t bytes; /* up to the next one; 0: that is at the ring's start */
    struct perfd_log_entry entry;
};

_Static_assert(sizeof(struct log_memory) + 2 * sizeof(struct item) +
                       2 * SLOTS_AT_ONCE * sizeof(struct perf_lane_slot) <
                   PERFD_LOG_BYTES_MIN,
               "");
_Static_assert(sizeof(struct log_memory) + 2 * sizeof(struct item) +
                       2 * (PERFD_HOTSPOTS_BATCH * sizeof(struct perfd_hotspot) +
                            sizeof(struct perfd_hotspot_table) + PERFD_CATEGORY_MAX) <
                   PERFD_LOG_BYTES_MIN,
               "");

/* --- The ring --------------------------------------------------------------------------------- */

static struct item *item_at(const struct run_log *log, size_t at)
{
    return (struct item *)(void *)((uint8_t *)log->memory->ring + at);
}

/* Room for an item and for the word behind it, which may say that the next is at the start. The
 * tail reaches the head in an empty ring only. NULL: there is none. */
static struct item *find_room(struct run_log *log, size_t bytes)
{
    size_t wanted = bytes + sizeof(size_t);
    if (log->head == log->tail)
        log->head = log->tail = 0;
    if (log->tail >= log->head) {
        if (log->size - log->tail >= wanted)
            return item_at(log, log->tail);
        if (log->head <= wanted)
            return NULL;
        item_at(log, log->tail)->bytes = 0;
        log->tail = 0;
    }
    return log->head - log->tail > wanted ? item_at(log, log->tail) : NULL;
}

static const struct item *oldest(const struct run_log *log)
{
    if (log->head == log->tail)
        return NULL;
    const struct item *item = item_at(log, log->head);
    return item->bytes != 0 ? item : item_at(log, 0);
}

static void end(struct run_log *log)
{
    log->memory->end = (struct perfd_log_entry){.kind = PERFD_LOG_END, .at_ns = log->last_ns};
}

/* Begins an entry with room for so much behind it, which is where *more is then. NULL: there is no
 * log, or no room, which ends it. */
static struct perfd_log_entry *begin(struct perfd *perfd, enum perfd_log_kind kind, int client,
                                     uint64_t at_ns, size_t more_bytes, void **more)
{
    struct run_log *log = &perfd->log;
    if (log->memory == NULL || log->stopped)
        return NULL;
    if (at_ns > log->last_ns)
        log->last_ns = at_ns;
    size_t bytes = sizeof(struct item) + (more_bytes + 7) / 8 * 8;
    struct item *item = log->full ? NULL : find_room(log, bytes);
    if (item == NULL) {
        if (!log->full)
            end(log);
        log->full = true;
        log->memory->end.lost++;
        return NULL;
    }
    item->bytes = bytes;
    item->entry = (struct perfd_log_entry){.kind = kind, .client = client, .at_ns = log->last_ns};
    log->tail += bytes;
    *more = item + 1;
    return &item->entry;
}

/* Moves a text behind the entry. */
static void keep(struct perfd_text *text, void **more)
{
    char *to = *more;
    text_copy(to, *text);
    text->bytes = to;
    *more = to + text->length;
}

/* --- Taking ----------------------------------------------------------------------------------- */

const struct perfd_log_entry *perfd_log_peek(const struct perfd *perfd)
{
    const struct run_log *log = &perfd->log;
    if (log->memory == NULL)
        return NULL;
    const struct item *item = oldest(log);
    if (item != NULL)
        return &item->entry;
    return log->full || log->stopped ? &log->memory->end : NULL;
}

void perfd_log_took(struct perfd *perfd)
{
    struct run_log *log = &perfd->log;
    if (log->memory == NULL)
        return;
    const struct item *item = oldest(log);
    if (item != NULL)
        log->head =
            (size_t)((const uint8_t *)item - (const uint8_t *)log->memory->ring) + item->bytes;
    else if (log->full || log->stopped)
        *log = (struct run_log){.memory = NULL};
}

bool perfd_log_is_on(const struct perfd *perfd)
{
    return perfd->log.memory != NULL;
}

/* --- Calls ------------------------------------------------------------------------------------ */

/* Those that are told no time are of the newest entry's. */
#define THEN(perfd) ((perfd)->log.last_ns)

/* An entry of which an id says most; NULL as begin()'s. */
static struct perfd_log_entry *log_id(struct perfd *perfd, enum perfd_log_kind kind, int client,
                                      uint64_t at_ns, uint32_t id)
{
    void *more;
    struct perfd_log_entry *entry = begin(perfd, kind, client, at_ns, 0, &more);
    if (entry != NULL)
        entry->id = id;
    return entry;
}

void log_client_open(struct perfd *perfd, int client)
{
    (void)log_id(perfd, PERFD_LOG_CLIENT_OPEN, client, THEN(perfd), (uint32_t)client);
}

void log_client_process(struct perfd *perfd, int client)
{
    const struct process *process = &perfd->clients.slot[client - 1].process;
    void *more;
    struct perfd_text name = text_of(process->name);
    struct perfd_log_entry *entry =
        begin(perfd, PERFD_LOG_PROCESS, client, THEN(perfd), name.length, &more);
    if (entry == NULL)
        return;
    entry->id = (uint32_t)client;
    entry->process.pid = process->pid;
    entry->process.name = name;
    keep(&entry->process.name, &more);
}

void log_client_close(struct perfd *perfd, int client)
{
    (void)log_id(perfd, PERFD_LOG_CLIENT_CLOSE, client, THEN(perfd), (uint32_t)client);
}

void log_lane_open(struct perfd *perfd, int client, const struct lane *lane, struct perfd_text name,
                   uint32_t records)
{
    void *more;
    struct perfd_log_entry *entry =
        begin(perfd, PERFD_LOG_LANE_OPEN, client, THEN(perfd), name.length, &more);
    if (entry == NULL)
        return;
    entry->id = lane->id;
    entry->lane.name = name;
    entry->lane.records = records;
    entry->lane.shared = lane_is_shared(lane);
    keep(&entry->lane.name, &more);
    perfd->log.memory->logged[lane - perfd->lanes.lane] = 0;
}

void log_lane_close(struct perfd *perfd, int client, uint32_t lane)
{
    (void)log_id(perfd, PERFD_LOG_LANE_CLOSE, client, THEN(perfd), lane);
}

void log_label(struct perfd *perfd, int client, const struct perfd_label *label, uint32_t id)
{
    void *more;
    struct perfd_log_entry *entry =
        begin(perfd, PERFD_LOG_LABEL, client, THEN(perfd),
              (size_t)label->name.length + label->category.length + label->file.length, &more);
    if (entry == NULL)
        return;
    entry->id = id;
    entry->label = *label;
    keep(&entry->label.name, &more);
    keep(&entry->label.category, &more);
    keep(&entry->label.file, &more);
}

void log_start(struct perfd *perfd, int client, const struct perfd_start *start, uint64_t now_ns,
               int result)
{
    void *more;
    struct perfd_log_entry *entry = begin(perfd, PERFD_LOG_START, client, now_ns,
                                          (size_t)PERFD_NAME_MAX + PERFD_CATEGORIES_MAX, &more);
    if (entry == NULL)
        return;
    entry->id = result > 0 ? (uint32_t)result : 0;
    entry->start = *start;
    /* It was refused for that in any case. */
    if (start->name.length > PERFD_NAME_MAX || start->categories.length > PERFD_CATEGORIES_MAX)
        entry->start.name.length = entry->start.categories.length = 0;
    keep(&entry->start.name, &more);
    keep(&entry->start.categories, &more);
}

void log_stop(struct perfd *perfd, const struct session *session)
{
    (void)log_id(perfd, PERFD_LOG_STOP, 0, session->stopped_ns, session->id);
}

/* Those that come often, and mostly without a log, look for it first. */
void log_tick(struct perfd *perfd, int client, const struct perfd_tick *tick, uint64_t now_ns)
{
    void *more;
    if (perfd->log.memory == NULL)
        return;
    struct perfd_log_entry *entry = begin(perfd, PERFD_LOG_TICK, client, now_ns, 0, &more);
    if (entry != NULL)
        entry->tick = *tick;
}

void log_mark(struct perfd *perfd, int client, const struct perfd_mark *mark, uint64_t now_ns)
{
    void *more;
    if (perfd->log.memory == NULL)
        return;
    uint32_t length = mark->name.length <= PERFD_LABEL_MAX ? mark->name.length : 0;
    struct perfd_log_entry *entry = begin(perfd, PERFD_LOG_MARK, client, now_ns, length, &more);
    if (entry == NULL)
        return;
    entry->mark = *mark;
    entry->mark.name.length = length; /* a longer one is refused, as an empty one is */
    keep(&entry->mark.name, &more);
}

void log_amend(struct perfd *perfd, int client, uint32_t session, uint64_t frame_id,
               uint64_t gpu_ns, uint64_t now_ns)
{
    struct perfd_log_entry *entry = log_id(perfd, PERFD_LOG_AMEND, client, now_ns, 0);
    if (entry == NULL)
        return;
    entry->amend.session = session;
    entry->amend.frame_id = frame_id;
    entry->amend.gpu_ns = gpu_ns;
}

void log_trace(struct perfd *perfd, uint32_t session, uint64_t cap_bytes, uint64_t now_ns,
               uint32_t id)
{
    struct perfd_log_entry *entry = log_id(perfd, PERFD_LOG_TRACE, 0, now_ns, id);
    if (entry == NULL)
        return;
    entry->trace.session = session;
    entry->trace.cap_bytes = cap_bytes;
}

/* --- Counters --------------------------------------------------------------------------------- */

void log_group(struct perfd *perfd, int client, uint32_t group, struct perfd_text name,
               const struct perfd_counter *counter, uint32_t count)
{
    void *more;
    size_t texts = name.length;
    for (uint32_t i = 0; i < count; i++)
        texts += (size_t)counter[i].name.length + counter[i].unit.length;
    struct perfd_log_entry *entry =
        begin(perfd, PERFD_LOG_GROUP, client, THEN(perfd), count * sizeof *counter + texts, &more);
    if (entry == NULL)
        return;
    struct perfd_counter *to = more;
    more = to + count;
    entry->id = group;
    entry->group.name = name;
    entry->group.counter = to;
    entry->group.count = count;
    keep(&entry->group.name, &more);
    for (uint32_t i = 0; i < count; i++) {
        to[i] = counter[i];
        keep(&to[i].name, &more);
        keep(&to[i].unit, &more);
    }
}

static void log_values(struct perfd *perfd, enum perfd_log_kind kind, int client, uint32_t group,
                       const int64_t *value, uint32_t count, uint64_t time_ns, uint64_t now_ns)
{
    void *more;
    struct perfd_log_entry *entry =
        begin(perfd, kind, client, now_ns, count * sizeof *value, &more);
    if (entry == NULL)
        return;
    int64_t *to = more;
    for (uint32_t i = 0; i < count; i++)
        to[i] = value[i];
    entry->id = group;
    entry->sample.value = to;
    entry->sample.count = count;
    entry->sample.time_ns = time_ns;
}

void log_sample(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                uint32_t count, uint64_t time_ns, uint64_t now_ns)
{
    if (perfd->log.memory != NULL)
        log_values(perfd, PERFD_LOG_SAMPLE, client, group, value, count, time_ns, now_ns);
}

void log_values_there(struct perfd *perfd, int client, uint32_t group, const int64_t *value,
                      uint32_t count)
{
    log_values(perfd, PERFD_LOG_VALUES, client, group, value, count, 0, THEN(perfd));
}

void log_counter_state(struct perfd *perfd, int client, uint32_t group, uint32_t first,
                       uint32_t count, enum perfd_counter_state state, struct perfd_text reason)
{
    void *more;
    struct perfd_log_entry *entry =
        begin(perfd, PERFD_LOG_COUNTER_STATE, client, THEN(perfd), reason.length, &more);
    if (entry == NULL)
        return;
    entry->id = group;
    entry->counter_state.first = first;
    entry->counter_state.count = count;
    entry->counter_state.state = state;
    entry->counter_state.reason = reason;
    keep(&entry->counter_state.reason, &more);
}

/* --- Hotspots --------------------------------------------------------------------------------- */

/* `there` is NULL where they were added. */
static void log_entries(struct perfd *perfd, enum perfd_log_kind kind, int client,
                        struct perfd_text name, const struct perfd_hotspot *from, uint32_t count,
                        const struct perfd_hotspot_table *there)
{
    void *more;
    size_t bytes = count * sizeof *from + (there != NULL) * sizeof *there + name.length;
    struct perfd_log_entry *entry = begin(perfd, kind, client, THEN(perfd), bytes, &more);
    if (entry == NULL)
        return;
    struct perfd_hotspot *to = more;
    more = to + count;
    for (uint32_t i = 0; i < count; i++)
        to[i] = from[i];
    entry->hotspots.entry = to;
    entry->hotspots.count = count;
    entry->hotspots.there = NULL;
    if (there != NULL) {
        struct perfd_hotspot_table *table = more;
        *table = *there;
        entry->hotspots.there = table;
        more = table + 1;
    }
    entry->hotspots.table = name;
    keep(&entry->hotspots.table, &more);
}

void log_hotspots(struct perfd *perfd, int client, struct perfd_text table,
                  const struct perfd_hotspot *entry, uint32_t count)
{
    if (perfd->log.memory != NULL)
        log_entries(perfd, PERFD_LOG_HOTSPOTS, client, table, entry, count, NULL);
}

void log_hotspots_there(struct perfd *perfd, int client, const struct perfd_hotspot_table *table,
                        const struct perfd_hotspot *entry, uint32_t count)
{
    log_entries(perfd, PERFD_LOG_HOTSPOTS_THERE, client, text_of(table->name), entry, count, table);
}

/* --- Shared lanes ----------------------------------------------------------------------------- */

static const struct perf_lane_header *header_of(const struct perfd *perfd, const struct lane *lane)
{
    return (const void *)(perfd->lanes.pool + lane->first);
}

static void log_lost(struct perfd *perfd, const struct lane *lane, uint64_t slots)
{
    struct perfd_log_entry *entry =
        log_id(perfd, PERFD_LOG_LOST, lane->client, THEN(perfd), lane->id);
    if (entry != NULL)
        entry->lost = slots;
}

/* The slots from number `from` on, as many of them as one entry holds and lie in one piece. */
static uint32_t log_some(struct perfd *perfd, const struct lane *lane, uint64_t from, uint64_t end)
{
    const struct perf_lane_header *header = header_of(perfd, lane);
    const struct perf_lane_slot *ring = (const void *)(header + 1);
    uint64_t slots = lane->records - PERF_LANE_HEADER_SLOTS, place = from % slots;
    uint64_t count = end - from;
    if (count > SLOTS_AT_ONCE)
        count = SLOTS_AT_ONCE;
    if (count > slots - place)
        count = slots - place;
    void *more;
    struct perfd_log_entry *entry = begin(perfd, PERFD_LOG_SLOTS, lane->client, THEN(perfd),
                                          (size_t)count * sizeof *ring, &more);
    if (entry == NULL)
        return (uint32_t)count;
    struct perf_lane_slot *to = more;
    for (uint64_t i = 0; i < count; i++) {
        to[i].word[0] = perf_lane_load(&ring[place + i].word[0]);
        to[i].word[1] = perf_lane_load(&ring[place + i].word[1]);
    }
    entry->id = lane->id;
    entry->slots.at = from;
    entry->slots.values = perf_lane_load(&header->values);
    entry->slots.slot = to;
    entry->slots.count = (uint32_t)count;
    return (uint32_t)count;
}

/* Up to its slot number `end`, which is how many were ever written. */
APART void log_slots(struct perfd *perfd, const struct lane *lane, uint64_t end)
{
    if (perfd->log.memory == NULL || lane->shared != LANE_OF_MARKS)
        return;
    uint64_t *logged = &perfd->log.memory->logged[lane - perfd->lanes.lane];
    uint64_t slots = lane->records - PERF_LANE_HEADER_SLOTS;
    if (end > *logged + slots) {
        log_lost(perfd, lane, end - slots - *logged);
        *logged = end - slots;
    }
    while (*logged < end)
        *logged += log_some(perfd, lane, *logged, end);
}

void log_lane_looked(struct perfd *perfd, const struct lane *lane)
{
    log_slots(perfd, lane, perfd->log.looked);
}

void log_lane_gather(struct perfd *perfd, const struct lane *lane)
{
    if (perfd->log.memory == NULL || lane->shared != LANE_OF_MARKS)
        return;
    const struct perf_lane_header *header = header_of(perfd, lane);
    const struct perf_lane_slot *ring = (const void *)(header + 1);
    size_t slots = lane->records - PERF_LANE_HEADER_SLOTS;
    uint64_t laps = perf_lane_laps_before(header), begun = laps * slots;
    if (laps > LANE_LAPS_MOST)
        return; /* its marks are none, to the log as to all else */
    uint64_t logged = perfd->log.memory->logged[lane - perfd->lanes.lane];
    size_t known = logged > begun && logged - begun <= slots ? (size_t)(logged - begun) : 0;
    log_slots(perfd, lane, begun + lane_position(ring, known, slots, perf_lane_lap_bits(laps)));
}

uint64_t log_lane_end(struct perfd *perfd, const struct lane *lane, uint64_t end)
{
    if (perfd->log.memory == NULL || perfd->log.stopped)
        return end;
    uint64_t logged = perfd->log.memory->logged[lane - perfd->lanes.lane];
    return end < logged ? end : logged;
}

void log_look(struct perfd *perfd)
{
    void *more;
    struct perfd_log_entry *entry = begin(perfd, PERFD_LOG_LOOK, 0, THEN(perfd), 0, &more);
    if (entry == NULL)
        return;
    entry->look.ticks = perfd->ticks.now;
    entry->look.now_ns = perfd->ticks.now_ns;
}

void perfd_log_gather(struct perfd *perfd, uint64_t now_ns)
{
    if (perfd->log.memory == NULL)
        return;
    if (now_ns > perfd->log.last_ns)
        perfd->log.last_ns = now_ns;
    for (size_t i = 0; i < perfd->lanes.count; i++)
        log_lane_gather(perfd, &perfd->lanes.lane[i]);
}

/* --- Its start and its end -------------------------------------------------------------------- */

static void log_client_is_there(struct perfd *perfd, int client)
{
    log_client_open(perfd, client);
    if (perfd->clients.slot[client - 1].process.pid != 0)
        log_client_process(perfd, client);
}

static void log_clients_there(struct perfd *perfd)
{
    for (uint32_t i = 0; i < perfd->clients.slots; i++)
        if (perfd->clients.slot[i].in_use)
            log_client_is_there(perfd, (int)(i + 1));
}

static void log_labels_there(struct perfd *perfd)
{
    const struct labels *labels = &perfd->labels;
    for (uint32_t id = 1; id < labels->capacity; id++)
        for (uint32_t i = 0; i < perfd->clients.slots; i++) {
            struct perfd_label label;
            if (!labels_given(perfd, (int)(i + 1), id))
                continue;
            labels_read(labels, id, &label);
            log_label(perfd, (int)(i + 1), &label, id);
        }
}

/* A lane that a client's first mark opened is opened by its next one again, as is that of its
 * groups of counters. */
static void log_lanes_there(struct perfd *perfd)
{
    const struct lanes *lanes = &perfd->lanes;
    for (uint32_t i = 0; i < lanes->count; i++) {
        const struct lane *lane = &lanes->lane[i];
        const struct client *client = clients_find(perfd, lane->client);
        if (client == NULL || client->lane == lane->id || counters_have_lane(perfd, lane))
            continue;
        log_lane_open(perfd, lane->client, lane, (struct perfd_text){lane->name, lane->name_length},
                      lane->records);
        /* What it holds is not lost: it was never asked for. */
        uint64_t slots = lane->records - PERF_LANE_HEADER_SLOTS;
        if (lane->shared == LANE_OF_MARKS && lane->laps > 0 && lane->laps <= LANE_LAPS_MOST)
            perfd->log.memory->logged[i] = (lane->laps - 1) * slots;
        log_lane_gather(perfd, lane);
    }
}

int perfd_log_start(struct perfd *perfd, void *memory, size_t bytes, uint64_t now_ns)
{
    struct run_log *log = &perfd->log;
    if (log->memory != NULL)
        return PERFD_BUSY;
    if (bytes < PERFD_LOG_BYTES_MIN)
        return PERFD_NO_SPACE;
    (void)lanes_shared_look(perfd);
    *log = (struct run_log){
        .memory = memory, .size = (bytes - sizeof(struct log_memory)) / 8 * 8, .last_ns = now_ns};
    *log->memory = (struct log_memory){.logged = {0}};
    void *more;
    struct perfd_log_entry *head = begin(perfd, PERFD_LOG_HEAD, 0, now_ns, 0, &more);
    if (head != NULL) {
        head->look.ticks = perfd->ticks.first;
        head->look.now_ns = perfd->ticks.first_ns;
        head->look.janks = perfd->jank != NULL;
    }
    log_clients_there(perfd);
    log_labels_there(perfd);
    log_lanes_there(perfd);
    counters_log_there(perfd);
    hotspots_log_there(perfd);
    if (!log->full)
        return PERFD_OK;
    *log = (struct run_log){.memory = NULL};
    return PERFD_NO_SPACE;
}

void perfd_log_stop(struct perfd *perfd, uint64_t now_ns)
{
    struct run_log *log = &perfd->log;
    if (log->memory == NULL || log->stopped)
        return;
    perfd_log_gather(perfd, now_ns);
    if (!log->full)
        end(log);
    log->stopped = true;
}
