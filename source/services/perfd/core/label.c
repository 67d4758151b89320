/* SPDX-License-Identifier: Apache-2.0 */
#include "label.h"

#include "apart.h"
#include "core.h"
#include "text.h"

/*
 * An entry of the text pool: a word, then the text, filled up to whole words. The word is the
 * text's length and, while the pool is compacted, above it where the entry goes: 0 where nobody
 * refers to it. Places are counted in words. The empty text is at place 0 and never moves.
 */
#define LENGTH_BITS 8

static uint64_t client_bit(int client)
{
    return UINT64_C(1) << (client - 1);
}

static const char unknown_name[] = "<unknown>";

static uint32_t words_of(uint32_t length)
{
    return 1 + (length + 3) / 4;
}

IN_PLACE uint32_t entry_length(const struct labels *l, size_t place)
{
    return l->text[place] & ((1u << LENGTH_BITS) - 1);
}

IN_PLACE size_t next_entry(const struct labels *l, size_t place)
{
    return place + words_of(entry_length(l, place));
}

static uint32_t entry_goes_to(const struct labels *l, size_t place)
{
    return l->text[place] >> LENGTH_BITS;
}

static void entry_send_to(struct labels *l, size_t place, uint32_t target)
{
    l->text[place] = entry_length(l, place) | target << LENGTH_BITS;
}

static struct perfd_text entry_text(const struct labels *l, size_t place)
{
    return (struct perfd_text){(const char *)&l->text[place + 1], entry_length(l, place)};
}

static bool entry_is(const struct labels *l, size_t place, struct perfd_text text)
{
    return text_equal(entry_text(l, place), text);
}

/* The caller has made sure of the room. */
static uint32_t entry_add(struct labels *l, struct perfd_text text)
{
    uint32_t place = l->text_used;
    l->text[place] = text.length;
    text_copy((char *)&l->text[place + 1], text);
    l->text_used += words_of(text.length);
    return place;
}

void labels_init(struct labels *labels, struct arena *arena, const struct perfd_config *config)
{
    labels->capacity = config->labels;
    labels->hint_count = 2 * config->labels;
    labels->text_words = config->label_text_bytes / 4;
    labels->quota = config->client_labels;
    labels->table = arena_take(arena, config->labels, sizeof(struct label));
    labels->hints = arena_take(arena, labels->hint_count, sizeof(uint16_t));
    labels->text = arena_take(arena, config->label_text_bytes, 1);
    labels->used = 1;
    labels->next = 1;
}

void labels_begin(struct labels *labels)
{
    struct label *unknown = &labels->table[0];
    entry_add(labels, (struct perfd_text){NULL, 0});
    unknown->text[LABEL_NAME] =
        entry_add(labels, (struct perfd_text){unknown_name, sizeof unknown_name - 1});
    unknown->live = true;
}

/* --- Looking up ------------------------------------------------------------------------------- */

/* FNV-1a; the byte between keeps "ab" + "c" and "a" + "bc" apart. */
APART uint32_t hash_bytes(uint32_t hash, struct perfd_text text)
{
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (uint8_t)text.bytes[i]) * 16777619u;
    return (hash ^ 0xff) * 16777619u;
}

static uint32_t hash_label(const struct perfd_label *label)
{
    return hash_bytes(hash_bytes(2166136261u, label->name), label->category);
}

/* Where the label of this hash is, or was when it was last asked for. */
APART uint16_t *hint(const struct labels *l, uint32_t hash)
{
    return &l->hints[hash % l->hint_count];
}

/* The entry behind this one; the first is behind the last. */
static size_t after(const struct labels *l, size_t id)
{
    return id + 1 == l->capacity ? 0 : id + 1;
}

/* Goes once round the table from the hint on; 0: it is not there. */
static size_t find(const struct labels *l, const struct perfd_label *label, uint32_t hash)
{
    size_t id = *hint(l, hash);
    for (size_t left = l->capacity; left > 0; left--) {
        const struct label *entry = &l->table[id];
        if (entry->hash == hash && entry->live &&
            entry_is(l, entry->text[LABEL_NAME], label->name) &&
            entry_is(l, entry->text[LABEL_CATEGORY], label->category))
            return id;
        id = after(l, id);
    }
    return 0;
}

/* --- Making room ------------------------------------------------------------------------------ */

void labels_see(struct labels *l, const struct lane_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (records[i].kind != LANE_VALUE && records[i].label < l->capacity)
            l->table[records[i].label].seen = true;
}

IN_PLACE void see_all(struct perfd *perfd)
{
    for (size_t i = 0; i < perfd->lanes.count; i++) {
        const struct lane *lane = &perfd->lanes.lane[i];
        uint64_t slots = lane->head < lane->records ? lane->head : lane->records;
        if (lane->id != 0)
            labels_see(&perfd->labels, perfd->lanes.pool + lane->first, (uint32_t)slots);
    }
    labels_see(&perfd->labels, perfd->trace.frozen.records, perfd->trace.frozen.slot_count);
    snapshots_see(perfd);
}

static uint32_t free_unseen(struct labels *l)
{
    uint32_t freed = 0;
    for (uint32_t id = 1; id < l->capacity; id++) {
        struct label *entry = &l->table[id];
        if (entry->live && entry->users == 0 && !entry->seen) {
            *entry = (struct label){0};
            freed++;
        }
        entry->seen = false;
    }
    l->used -= freed;
    return freed;
}

/* Slides the texts that labels refer to down over the others. */
static void compact(struct labels *l)
{
    for (size_t id = 0; id < l->capacity; id++)
        for (size_t i = 0; i < LABEL_TEXTS; i++)
            entry_send_to(l, l->table[id].text[i], 1);
    size_t end = l->text_used;
    uint32_t target = 0;
    for (size_t place = 0; place < end; place = next_entry(l, place))
        if (entry_goes_to(l, place) != 0) {
            entry_send_to(l, place, target);
            target += words_of(entry_length(l, place));
        }
    for (size_t id = 0; id < l->capacity; id++)
        for (unsigned i = 0; i < LABEL_TEXTS; i++)
            l->table[id].text[i] = entry_goes_to(l, l->table[id].text[i]);
    l->text_used = target;
    for (size_t place = 0, next; place < end; place = next) {
        next = next_entry(l, place);
        size_t to = entry_goes_to(l, place);
        if (place != 0 && to == 0)
            continue;
        entry_send_to(l, place, 0);
        while (place < next)
            l->text[to++] = l->text[place++];
    }
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
    for (size_t place = 0; place < l->text_used; place = next_entry(l, place))
        if (entry_is(l, place, text))
            return (uint32_t)place;
    return NO_PLACE;
}

/* Finds a place for each, or for none. */
static bool add_texts(struct labels *l, const struct perfd_text texts[LABEL_TEXTS],
                      uint32_t places[LABEL_TEXTS])
{
    uint32_t before = l->text_used;
    for (size_t i = 0; i < LABEL_TEXTS; i++) {
        places[i] = find_text(l, texts[i]);
        if (places[i] != NO_PLACE)
            continue;
        if (words_of(texts[i].length) > l->text_words - l->text_used) {
            l->text_used = before;
            return false;
        }
        places[i] = entry_add(l, texts[i]);
    }
    return true;
}

/* Gives 0 where there is no room. */
static size_t make(struct labels *l, const struct perfd_label *label, uint32_t hash)
{
    const struct perfd_text texts[LABEL_TEXTS] = {label->name, label->category, label->file};
    struct label made = {.budget_cpu_us = label->budget_cpu_us,
                         .budget_gpu_us = label->budget_gpu_us,
                         .budget_mem_bytes = label->budget_mem_bytes,
                         .line = label->line,
                         .hash = hash,
                         .live = true};
    if (l->used == l->capacity || !add_texts(l, texts, made.text))
        return 0;
    size_t id = l->next;
    while (l->table[id].live)
        id = after(l, id);
    l->table[id] = made;
    l->next = (uint32_t)id;
    l->used++;
    return id;
}

int labels_intern(struct perfd *perfd, int client, const struct perfd_label *label)
{
    struct labels *l = &perfd->labels;
    struct client *maker = clients_find(perfd, client);
    uint32_t hash = hash_label(label);
    size_t id = find(l, label, hash);
    if (id == 0) {
        if (maker->labels_made < l->quota) {
            id = make(l, label, hash);
            if (id == 0) {
                make_room(perfd);
                id = make(l, label, hash);
            }
        }
        if (id == 0) {
            l->unknown++;
            return 0;
        }
        maker->labels_made++;
    }
    *hint(l, hash) = (uint16_t)id;
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
    int id = labels_intern(perfd, client, label);
    log_label(perfd, client, label, (uint32_t)id);
    return id;
}

/* --- Asking ----------------------------------------------------------------------------------- */

bool labels_given(const struct perfd *perfd, int client, uint32_t id)
{
    const struct labels *l = &perfd->labels;
    return id < l->capacity && (l->table[id].users & client_bit(client)) != 0;
}

static const struct label *entry_of(const struct labels *labels, size_t id)
{
    return &labels->table[id < labels->capacity && labels->table[id].live ? id : 0];
}

uint32_t label_name_place(const struct labels *labels, uint32_t id)
{
    return entry_of(labels, id)->text[LABEL_NAME];
}

struct perfd_text label_name(const struct labels *labels, uint32_t id)
{
    return entry_text(labels, entry_of(labels, id)->text[LABEL_NAME]);
}

struct perfd_text label_category(const struct labels *labels, uint32_t id)
{
    return entry_text(labels, entry_of(labels, id)->text[LABEL_CATEGORY]);
}

void labels_read(const struct labels *labels, uint32_t id, struct perfd_label *out)
{
    const struct label *entry = entry_of(labels, id);
    *out = (struct perfd_label){.name = entry_text(labels, entry->text[LABEL_NAME]),
                                .category = entry_text(labels, entry->text[LABEL_CATEGORY]),
                                .file = entry_text(labels, entry->text[LABEL_FILE]),
                                .line = entry->line,
                                .budget_cpu_us = entry->budget_cpu_us,
                                .budget_gpu_us = entry->budget_gpu_us,
                                .budget_mem_bytes = entry->budget_mem_bytes};
}

void labels_client_closed(struct perfd *perfd, int client)
{
    struct labels *l = &perfd->labels;
    for (size_t id = 0; id < l->capacity; id++)
        l->table[id].users &= ~client_bit(client);
    l->patience = 0;
}

void labels_read_health(const struct perfd *perfd, struct perfd_health *out)
{
    out->labels_used = perfd->labels.used;
    out->labels_unknown = perfd->labels.unknown;
}
