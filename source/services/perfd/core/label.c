/* SPDX-License-Identifier: Apache-2.0 */
#include "label.h"

#include "core.h"
#include "text.h"

/*
 * An entry of the text pool: four bytes, then the text. The four are the length (at most 255) and,
 * while the pool is compacted, where the entry goes (below 2^24): 0 where nobody refers to it. The
 * empty text is at place 0 and never moves.
 */
#define ENTRY_HEAD 4u

static uint64_t client_bit(int client)
{
    return UINT64_C(1) << (client - 1);
}

static const char unknown_name[] = "<unknown>";

static uint32_t entry_length(const struct labels *l, uint32_t place)
{
    return l->text[place];
}

static uint32_t entry_size(const struct labels *l, uint32_t place)
{
    return ENTRY_HEAD + entry_length(l, place);
}

static uint32_t entry_goes_to(const struct labels *l, uint32_t place)
{
    const uint8_t *head = l->text + place;
    return (uint32_t)head[1] | (uint32_t)head[2] << 8 | (uint32_t)head[3] << 16;
}

static void entry_send_to(struct labels *l, uint32_t place, uint32_t target)
{
    uint8_t *head = l->text + place;
    head[1] = (uint8_t)target;
    head[2] = (uint8_t)(target >> 8);
    head[3] = (uint8_t)(target >> 16);
}

static struct perfd_text entry_text(const struct labels *l, uint32_t place)
{
    return (struct perfd_text){(const char *)l->text + place + ENTRY_HEAD, entry_length(l, place)};
}

/* The caller has made sure of the room. */
static uint32_t entry_add(struct labels *l, struct perfd_text text)
{
    uint32_t place = l->text_used;
    l->text[place] = (uint8_t)text.length;
    entry_send_to(l, place, 0);
    text_copy((char *)l->text + place + ENTRY_HEAD, text);
    l->text_used += ENTRY_HEAD + text.length;
    return place;
}

void labels_init(struct labels *labels, struct arena *arena, const struct perfd_config *config)
{
    labels->capacity = config->labels;
    labels->slot_count = 2 * config->labels;
    labels->text_bytes = config->label_text_bytes;
    labels->quota = config->client_labels;
    labels->table = arena_take(arena, (size_t)config->labels * sizeof(struct label));
    labels->slots = arena_take(arena, (size_t)labels->slot_count * sizeof(uint16_t));
    labels->text = arena_take(arena, config->label_text_bytes);
    labels->text_used = 0;
    labels->used = 1;
    labels->next = 1;
    labels->patience = 0;
    labels->unknown = 0;
    if (labels->table == NULL || labels->slots == NULL || labels->text == NULL)
        return;
    for (uint32_t id = 0; id < labels->capacity; id++)
        labels->table[id] = (struct label){0};
    for (uint32_t slot = 0; slot < labels->slot_count; slot++)
        labels->slots[slot] = 0;
    struct label *unknown = &labels->table[0];
    unknown->category = unknown->file = entry_add(labels, (struct perfd_text){NULL, 0});
    unknown->name =
        entry_add(labels, (struct perfd_text){unknown_name, (uint32_t)sizeof unknown_name - 1});
    unknown->live = true;
}

/* --- Looking up ------------------------------------------------------------------------------- */

/* FNV-1a; the byte between keeps "ab" + "c" and "a" + "bc" apart. */
static uint32_t hash_bytes(uint32_t hash, struct perfd_text text)
{
    for (uint32_t i = 0; i < text.length; i++)
        hash = (hash ^ (uint8_t)text.bytes[i]) * 16777619u;
    return (hash ^ 0xff) * 16777619u;
}

static uint32_t hash_label(const struct perfd_label *label)
{
    return hash_bytes(hash_bytes(2166136261u, label->name), label->category);
}

/* The table of slots is twice as large as there are labels: a search always meets a free one. */
static uint32_t find(const struct labels *l, const struct perfd_label *label, uint32_t hash)
{
    uint32_t slot = hash % l->slot_count;
    while (l->slots[slot] != 0) {
        uint32_t id = l->slots[slot];
        const struct label *entry = &l->table[id];
        if (entry->hash == hash && text_equal(entry_text(l, entry->name), label->name) &&
            text_equal(entry_text(l, entry->category), label->category))
            return id;
        slot = slot + 1 == l->slot_count ? 0 : slot + 1;
    }
    return 0;
}

static void enter(struct labels *l, uint32_t id)
{
    uint32_t slot = l->table[id].hash % l->slot_count;
    while (l->slots[slot] != 0)
        slot = slot + 1 == l->slot_count ? 0 : slot + 1;
    l->slots[slot] = (uint16_t)id;
}

/* --- Making room ------------------------------------------------------------------------------ */

static void see(struct labels *l, const struct lane_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (records[i].kind != LANE_VALUE && records[i].label < l->capacity)
            l->table[records[i].label].seen = true;
}

static void see_all(struct perfd *perfd)
{
    for (uint32_t i = 0; i < perfd->lanes.count; i++) {
        const struct lane *lane = &perfd->lanes.lane[i];
        uint64_t slots = lane->head < lane->records ? lane->head : lane->records;
        if (lane->id != 0)
            see(&perfd->labels, perfd->lanes.pool + lane->first, (uint32_t)slots);
    }
    see(&perfd->labels, perfd->trace.frozen.records, perfd->trace.frozen.slot_count);
}

static uint32_t free_unseen(struct labels *l)
{
    uint32_t freed = 0;
    for (uint32_t slot = 0; slot < l->slot_count; slot++)
        l->slots[slot] = 0;
    for (uint32_t id = 1; id < l->capacity; id++) {
        struct label *entry = &l->table[id];
        if (entry->live && entry->users == 0 && !entry->seen) {
            *entry = (struct label){0};
            freed++;
        }
        entry->seen = false;
        if (entry->live)
            enter(l, id);
    }
    l->used -= freed;
    return freed;
}

/* Slides the texts that labels refer to down over the others. */
static void compact(struct labels *l)
{
    for (uint32_t id = 0; id < l->capacity; id++) {
        const struct label *entry = &l->table[id];
        if (entry->live) {
            entry_send_to(l, entry->name, 1);
            entry_send_to(l, entry->category, 1);
            entry_send_to(l, entry->file, 1);
        }
    }
    uint32_t target = entry_size(l, 0);
    for (uint32_t place = target; place < l->text_used; place += entry_size(l, place)) {
        if (entry_goes_to(l, place) != 0) {
            entry_send_to(l, place, target);
            target += entry_size(l, place);
        }
    }
    entry_send_to(l, 0, 0);
    for (uint32_t id = 0; id < l->capacity; id++) {
        struct label *entry = &l->table[id];
        entry->name = entry_goes_to(l, entry->name);
        entry->category = entry_goes_to(l, entry->category);
        entry->file = entry_goes_to(l, entry->file);
    }
    uint32_t end = l->text_used;
    for (uint32_t place = entry_size(l, 0), size; place < end; place += size) {
        size = entry_size(l, place);
        uint32_t to = entry_goes_to(l, place);
        if (to != 0) {
            for (uint32_t i = 0; i < size; i++)
                l->text[to + i] = l->text[place + i];
            entry_send_to(l, to, 0);
        }
    }
    l->text_used = target;
}

/* Sweeps, unless the last sweep found nothing and few have asked since: a client that goes on
 * asking for labels in a full table must not make each request cost a walk over all records. */
static void make_room(struct perfd *perfd)
{
    struct labels *l = &perfd->labels;
    if (l->patience > 0) {
        l->patience--;
        return;
    }
    see_all(perfd);
    if (free_unseen(l) > 0)
        compact(l);
    else
        l->patience = l->capacity;
}

/* --- Making a label --------------------------------------------------------------------------- */

#define NO_PLACE UINT32_MAX

/* Over the whole pool: that is once a label, not once a mark. */
static uint32_t find_text(const struct labels *l, struct perfd_text text)
{
    for (uint32_t place = 0; place < l->text_used; place += entry_size(l, place))
        if (text_equal(entry_text(l, place), text))
            return place;
    return NO_PLACE;
}

static uint32_t find_or_add_text(struct labels *l, struct perfd_text text)
{
    uint32_t place = find_text(l, text);
    return place == NO_PLACE ? entry_add(l, text) : place;
}

static uint32_t text_cost(const struct labels *l, struct perfd_text text)
{
    return find_text(l, text) == NO_PLACE ? ENTRY_HEAD + text.length : 0;
}

static bool has_room(const struct labels *l, const struct perfd_label *label)
{
    uint32_t cost =
        text_cost(l, label->name) + text_cost(l, label->category) + text_cost(l, label->file);
    return l->used < l->capacity && cost <= l->text_bytes - l->text_used;
}

/* There is a free one. */
static uint32_t take_entry(struct labels *l)
{
    while (l->table[l->next].live)
        l->next = l->next + 1 == l->capacity ? 1 : l->next + 1;
    return l->next;
}

static uint32_t make(struct labels *l, const struct perfd_label *label, uint32_t hash)
{
    uint32_t id = take_entry(l);
    l->table[id] = (struct label){
        .budget_cpu_us = label->budget_cpu_us,
        .budget_gpu_us = label->budget_gpu_us,
        .budget_mem_bytes = label->budget_mem_bytes,
        .name = find_or_add_text(l, label->name),
        .category = find_or_add_text(l, label->category),
        .file = find_or_add_text(l, label->file),
        .line = label->line,
        .hash = hash,
        .live = true,
    };
    enter(l, id);
    l->used++;
    return id;
}

int labels_intern(struct perfd *perfd, int client, const struct perfd_label *label)
{
    struct labels *l = &perfd->labels;
    struct client *maker = clients_find(perfd, client);
    uint32_t hash = hash_label(label);
    uint32_t id = find(l, label, hash);
    if (id == 0) {
        if (maker->labels_made < l->quota && !has_room(l, label))
            make_room(perfd);
        if (maker->labels_made >= l->quota || !has_room(l, label)) {
            l->unknown++;
            return 0;
        }
        id = make(l, label, hash);
        maker->labels_made++;
    }
    l->table[id].users |= client_bit(client);
    return (int)id;
}

static bool fits(struct perfd_text text, uint32_t min, uint32_t max)
{
    return text.length >= min && text.length <= max;
}

int perfd_label(struct perfd *perfd, int client, const struct perfd_label *label)
{
    if (clients_find(perfd, client) == NULL || !fits(label->name, 1, PERFD_LABEL_MAX) ||
        !fits(label->category, 0, PERFD_CATEGORY_MAX) || !fits(label->file, 0, PERFD_FILE_MAX)) {
        perfd_reject(perfd, PERFD_REJECT_INVALID);
        return PERFD_INVALID;
    }
    return labels_intern(perfd, client, label);
}

/* --- Asking ----------------------------------------------------------------------------------- */

bool labels_given(const struct perfd *perfd, int client, uint32_t id)
{
    const struct labels *l = &perfd->labels;
    return id < l->capacity && (l->table[id].users & client_bit(client)) != 0;
}

static const struct label *entry_of(const struct labels *labels, uint32_t id)
{
    return &labels->table[id < labels->capacity && labels->table[id].live ? id : 0];
}

uint32_t label_name_place(const struct labels *labels, uint32_t id)
{
    return entry_of(labels, id)->name;
}

struct perfd_text label_name(const struct labels *labels, uint32_t id)
{
    return entry_text(labels, entry_of(labels, id)->name);
}

struct perfd_text label_category(const struct labels *labels, uint32_t id)
{
    return entry_text(labels, entry_of(labels, id)->category);
}

void labels_client_closed(struct perfd *perfd, int client)
{
    struct labels *l = &perfd->labels;
    for (uint32_t id = 0; id < l->capacity; id++)
        l->table[id].users &= ~client_bit(client);
    l->patience = 0;
}

void labels_read_health(const struct perfd *perfd, struct perfd_health *out)
{
    out->labels_used = perfd->labels.used;
    out->labels_unknown = perfd->labels.unknown;
}
