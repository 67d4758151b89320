/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table is a heap with the lightest entry at its top, by weight and then by key, so that what
 * goes is the same on every machine; beside it places by the keys' hashes, without gaps in a run of
 * them, so that a search ends after as many steps as there are entries, whatever the keys are.
 */
#include "hotspots_parts.h"
#include "run_log.h"
#include "text.h"

_Static_assert(sizeof(struct hotspot_memory) <= PERFD_HOTSPOTS_BYTES, "hotspots.h says so");

int perfd_hotspots_start(struct perfd *perfd, void *memory, size_t bytes)
{
    if (memory == NULL || bytes < sizeof(struct hotspot_memory))
        return PERFD_NO_SPACE;
    uint8_t *byte = memory;
    for (size_t i = 0; i < sizeof(struct hotspot_memory); i++)
        byte[i] = 0;
    perfd->hotspots = memory;
    return PERFD_OK;
}

struct perfd_hotspot *perfd_hotspot_room(struct perfd *perfd)
{
    return perfd->hotspots != NULL ? perfd->hotspots->room : NULL;
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* --- Entries by their keys -------------------------------------------------------------------- */

/* Fibonacci hashing: the upper bits of a product with 2^64 / phi. */
static uint32_t home_of(uint64_t key)
{
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) % PLACES;
}

/* Where the key is, or would go. */
static uint32_t find_place(const struct table *t, uint64_t key)
{
    uint32_t place = home_of(key);
    while (t->place[place] != 0 && t->entry[t->place[place] - 1].key != key)
        place = (place + 1) % PLACES;
    return place;
}

/* Empties a place, and moves up what was behind it for the lack of another. */
static void free_place(struct table *t, uint32_t hole)
{
    uint32_t next = hole;
    for (;;) {
        next = (next + 1) % PLACES;
        if (t->place[next] == 0)
            break;
        uint32_t home = home_of(t->entry[t->place[next] - 1].key);
        /* One whose home lies behind the hole stays. */
        if ((next - home) % PLACES < (next - hole) % PLACES)
            continue;
        t->place[hole] = t->place[next];
        hole = next;
    }
    t->place[hole] = 0;
}

/* --- The heap --------------------------------------------------------------------------------- */

static bool is_lighter(const struct perfd_hotspot *a, const struct perfd_hotspot *b)
{
    return a->weight != b->weight ? a->weight < b->weight : a->key < b->key;
}

static void put_in_heap(struct table *t, uint32_t at, uint16_t entry)
{
    t->heap[at] = entry;
    t->at[entry] = (uint16_t)at;
}

static void sift_up(struct table *t, uint32_t at)
{
    uint16_t entry = t->heap[at];
    while (at > 0 && is_lighter(&t->entry[entry], &t->entry[t->heap[(at - 1) / 2]])) {
        put_in_heap(t, at, t->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put_in_heap(t, at, entry);
}

static void sift_down(struct table *t, uint32_t at)
{
    uint16_t entry = t->heap[at];
    for (uint32_t child; (child = 2 * at + 1) < t->count; at = child) {
        if (child + 1 < t->count &&
            is_lighter(&t->entry[t->heap[child + 1]], &t->entry[t->heap[child]]))
            child++;
        if (!is_lighter(&t->entry[t->heap[child]], &t->entry[entry]))
            break;
        put_in_heap(t, at, t->heap[child]);
    }
    put_in_heap(t, at, entry);
}

/* --- Adding ----------------------------------------------------------------------------------- */

static void enter(struct table *t, uint32_t place, const struct perfd_hotspot *entry)
{
    uint16_t number = (uint16_t)t->count++;
    t->entry[number] = *entry;
    t->place[place] = (uint16_t)(number + 1);
    t->heap[number] = number;
    sift_up(t, number);
}

/* In the place of the lightest, whose weight it may have had itself. */
static void replace_lightest(struct table *t, const struct perfd_hotspot *by)
{
    uint16_t number = t->heap[0];
    struct perfd_hotspot *entry = &t->entry[number];
    uint64_t weight = entry->weight;
    free_place(t, find_place(t, entry->key));
    *entry = (struct perfd_hotspot){by->key, by->hits, sum_of(weight, by->weight), weight};
    t->place[find_place(t, by->key)] = (uint16_t)(number + 1);
    sift_down(t, 0);
}

static void add(struct table *t, struct perfd_hotspot entry)
{
    uint32_t place = find_place(t, entry.key);
    t->total_hits = sum_of(t->total_hits, entry.hits);
    t->total_weight = sum_of(t->total_weight, entry.weight);
    if (t->place[place] != 0) {
        uint16_t number = (uint16_t)(t->place[place] - 1);
        t->entry[number].hits = sum_of(t->entry[number].hits, entry.hits);
        t->entry[number].weight = sum_of(t->entry[number].weight, entry.weight);
        sift_down(t, t->at[number]);
    } else if (t->count < KEPT) {
        enter(t, place, &entry);
    } else {
        replace_lightest(t, &entry);
    }
}

/* --- Tables ----------------------------------------------------------------------------------- */

static struct table *table_named(struct hotspot_memory *m, int client, struct perfd_text name)
{
    for (size_t i = 0; i < PERFD_HOTSPOT_TABLES; i++)
        if (m->table[i].id != 0 && m->table[i].client == client &&
            text_equal(text_of(m->table[i].name), name))
            return &m->table[i];
    return NULL;
}

/* A free place, or that of the table whose client went first; NULL: all of them are open. */
static struct table *make_place(struct hotspot_memory *m)
{
    struct table *oldest = NULL;
    for (size_t i = 0; i < PERFD_HOTSPOT_TABLES; i++) {
        struct table *t = &m->table[i];
        if (t->id == 0)
            return t;
        if (t->closed != 0 && (oldest == NULL || t->closed < oldest->closed))
            oldest = t;
    }
    return oldest;
}

static void begin_table(struct hotspot_memory *m, struct table *t, uint32_t id, int client,
                        const struct process *process, struct perfd_text name)
{
    t->id = id;
    if (id > m->last_id)
        m->last_id = id;
    t->client = client;
    t->closed = t->count = 0;
    t->total_hits = t->total_weight = 0;
    t->process = *process;
    for (size_t i = 0; i < sizeof t->name; i++)
        t->name[i] = i < name.length ? name.bytes[i] : '\0';
    for (size_t i = 0; i < PLACES; i++)
        t->place[i] = 0;
}

/* The client's table of this name, made where there is none; or why not. */
static int open_table(struct perfd *perfd, int client, struct perfd_text name, struct table **out)
{
    struct hotspot_memory *m = perfd->hotspots;
    const struct client *writer = clients_find(perfd, client);
    if (m == NULL)
        return PERFD_UNSUPPORTED;
    if (writer == NULL)
        return PERFD_NOT_FOUND;
    if (!text_fits(name, 1, PERFD_CATEGORY_MAX))
        return PERFD_INVALID;
    *out = table_named(m, client, name);
    if (*out != NULL)
        return PERFD_OK;
    *out = m->last_id < ID_MOST ? make_place(m) : NULL;
    if (*out == NULL)
        return PERFD_NO_SPACE;
    begin_table(m, *out, m->last_id + 1, client, &writer->process, name);
    return PERFD_OK;
}

int perfd_hotspots_add(struct perfd *perfd, int client, struct perfd_text name,
                       const struct perfd_hotspot *entry, uint32_t count)
{
    struct table *t;
    if (count > PERFD_HOTSPOTS_BATCH)
        return PERFD_INVALID;
    for (uint32_t i = 0; i < count; i++)
        if (entry[i].hits == 0 && entry[i].weight == 0)
            return PERFD_INVALID;
    int result = open_table(perfd, client, name, &t);
    if (result < 0)
        return result;
    for (uint32_t i = 0; i < count; i++) {
        struct perfd_hotspot one = entry[i];
        one.error = 0;
        if (one.weight == 0)
            one.weight = one.hits;
        add(t, one);
    }
    log_hotspots(perfd, client, name, entry, count);
    return PERFD_OK;
}

static void close_table(struct hotspot_memory *m, struct table *t)
{
    t->client = 0;
    t->closed = ++m->last_closed;
}

void hotspots_client_closed(struct perfd *perfd, int client)
{
    struct hotspot_memory *m = perfd->hotspots;
    for (size_t i = 0; m != NULL && i < PERFD_HOTSPOT_TABLES; i++)
        if (m->table[i].id != 0 && m->table[i].client == client)
            close_table(m, &m->table[i]);
}

/* --- Looking ---------------------------------------------------------------------------------- */

struct table *hotspots_from(struct hotspot_memory *m, uint32_t from_id)
{
    struct table *found = NULL;
    for (size_t i = 0; i < PERFD_HOTSPOT_TABLES; i++) {
        struct table *t = &m->table[i];
        if (t->id != 0 && t->id >= from_id && (found == NULL || t->id < found->id))
            found = t;
    }
    return found;
}

/* Heavier ones first; of equal ones that with the lower key. */
static bool goes_before(const struct perfd_hotspot *a, const struct perfd_hotspot *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->key < b->key;
}

/* The heaviest into m->ranked. How many. */
static uint32_t rank(struct hotspot_memory *m, const struct table *t, uint32_t most)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t place = count;
        while (place > 0 && goes_before(&t->entry[i], &t->entry[m->ranked[place - 1]]))
            place--;
        if (place >= most)
            continue;
        count += count < most;
        for (uint32_t behind = count - 1; behind > place; behind--)
            m->ranked[behind] = m->ranked[behind - 1];
        m->ranked[place] = (uint16_t)i;
    }
    return count;
}

static void read_table(const struct table *t, struct perfd_hotspot_table *out)
{
    *out = (struct perfd_hotspot_table){
        .id = t->id,
        .pid = t->process.pid,
        .closed = t->closed != 0,
        .kept = t->count,
        .total_hits = t->total_hits,
        .total_weight = t->total_weight,
    };
    text_copy(out->name, text_of(t->name));
    text_copy(out->process, text_of(t->process.name));
}

int perfd_read_hotspots(struct perfd *perfd, uint32_t from_id, struct perfd_hotspot_table *out,
                        struct perfd_hotspot *entry, uint32_t max)
{
    struct hotspot_memory *m = perfd->hotspots;
    if (m == NULL)
        return PERFD_UNSUPPORTED;
    const struct table *t = hotspots_from(m, from_id);
    if (t == NULL)
        return PERFD_NOT_FOUND;
    read_table(t, out);
    uint32_t count = rank(m, t, max < KEPT ? max : KEPT);
    for (uint32_t i = 0; i < count; i++)
        entry[i] = t->entry[m->ranked[i]];
    return (int)count;
}

/* --- For a run log ---------------------------------------------------------------------------- */

static void log_table(struct perfd *perfd, const struct table *t)
{
    struct hotspot_memory *m = perfd->hotspots;
    struct perfd_hotspot_table info;
    uint32_t at = 0;
    read_table(t, &info);
    /* One without entries, too: it has its place, and its id. */
    do {
        uint32_t count = 0;
        for (; count < PERFD_HOTSPOTS_BATCH && at < t->count; at++)
            m->room[count++] = t->entry[at];
        log_hotspots_there(perfd, t->client, &info, m->room, count);
    } while (at < t->count);
}

/* The one whose client went first after that of a table with this `closed`; NULL: none. */
static const struct table *closed_after(const struct hotspot_memory *m, uint32_t closed)
{
    const struct table *next = NULL;
    for (size_t i = 0; i < PERFD_HOTSPOT_TABLES; i++)
        if (m->table[i].closed > closed && (next == NULL || m->table[i].closed < next->closed))
            next = &m->table[i];
    return next;
}

void hotspots_log_there(struct perfd *perfd)
{
    const struct hotspot_memory *m = perfd->hotspots;
    if (m == NULL)
        return;
    for (const struct table *t = closed_after(m, 0); t != NULL; t = closed_after(m, t->closed))
        log_table(perfd, t);
    for (size_t i = 0; i < PERFD_HOTSPOT_TABLES; i++)
        if (m->table[i].id != 0 && m->table[i].closed == 0)
            log_table(perfd, &m->table[i]);
}

static struct table *table_of_id(struct hotspot_memory *m, uint32_t id)
{
    for (size_t i = 0; i < PERFD_HOTSPOT_TABLES; i++)
        if (m->table[i].id == id)
            return &m->table[i];
    return NULL;
}

/* The table of this id, begun where it is not there; or why not. */
static int restore_table(struct perfd *perfd, int client, const struct perfd_hotspot_table *from,
                         struct table **out)
{
    struct hotspot_memory *m = perfd->hotspots;
    struct perfd_text name = text_of(from->name);
    struct process process = {.pid = from->pid};
    if (!text_fits(name, 1, PERFD_CATEGORY_MAX) || from->id == 0 || from->id > ID_MOST ||
        from->closed != (client == 0))
        return PERFD_INVALID;
    if (!from->closed && clients_find(perfd, client) == NULL)
        return PERFD_NOT_FOUND;
    *out = table_of_id(m, from->id);
    if (*out != NULL)
        return (*out)->client == client && text_equal(text_of((*out)->name), name) ? PERFD_OK
                                                                                   : PERFD_INVALID;
    if (!from->closed && table_named(m, client, name) != NULL)
        return PERFD_INVALID;
    *out = table_of_id(m, 0); /* a free place */
    if (*out == NULL)
        return PERFD_NO_SPACE;
    text_copy(process.name, text_of(from->process));
    begin_table(m, *out, from->id, client, &process, name);
    if (from->closed)
        close_table(m, *out);
    return PERFD_OK;
}

/* The order of the entries does not matter: who is the lightest is told by weight and key alone. */
int perfd_hotspots_restore(struct perfd *perfd, int client, const struct perfd_hotspot_table *table,
                           const struct perfd_hotspot *entry, uint32_t count)
{
    struct table *t;
    if (perfd->hotspots == NULL)
        return PERFD_UNSUPPORTED;
    int result = restore_table(perfd, client, table, &t);
    if (result < 0)
        return result;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = find_place(t, entry[i].key);
        if (t->place[place] != 0 || t->count == KEPT)
            return PERFD_INVALID;
        enter(t, place, &entry[i]);
    }
    t->total_hits = table->total_hits;
    t->total_weight = table->total_weight;
    return PERFD_OK;
}
