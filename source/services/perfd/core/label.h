/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels: the names of spans, instants and counters, interned outside the ring.
 *
 * An id is an index into a table of config.labels entries; 0 is `<unknown>` and never freed. Name,
 * category and file stand in one pool of text, each different text once, so two texts are equal
 * where their places are. A label stays while an open client uses it or a record that is resident,
 * in a lane or in the trace's copy, carries it; when the table or the pool is full, the others are
 * swept and the pool is compacted. Ids never move.
 */
#ifndef PERFD_CORE_LABEL_H
#define PERFD_CORE_LABEL_H

#include "arena.h"
#include "perfd/perfd.h"

#define LABEL_BYTES      64 /* each entry of the table */
#define LABEL_SLOT_BYTES 4  /* each entry's share of the hints: two of two bytes */

struct lane_record;

enum { LABEL_NAME, LABEL_CATEGORY, LABEL_FILE, LABEL_TEXTS };

struct label {
    uint64_t users; /* the open clients that were given its id, a bit each */
    uint64_t budget_cpu_us, budget_gpu_us, budget_mem_bytes;
    uint32_t text[LABEL_TEXTS]; /* places in the pool */
    uint32_t line;
    uint32_t hash;       /* of name and category */
    bool live;           /* the entry is taken */
    bool seen;           /* while sweeping: a record carries it */
    uint16_t span_bytes; /* trace_spans.c: of the text around a span's figures; 0: not known yet */
    bool in_trace;       /* budgets.c: a record of the trace's copy carries it */
    uint8_t unused[7];
};
_Static_assert(sizeof(struct label) == LABEL_BYTES, "PERFD_ARENA_BYTES counts on it");

struct labels {
    struct label *table;
    uint16_t *hints; /* by hash: the id to look at first */
    uint32_t *text;
    uint32_t capacity, hint_count, text_words, quota;
    uint32_t used;      /* entries taken, `<unknown>` among them */
    uint32_t text_used; /* words */
    uint32_t next;      /* where the search for a free entry goes on */
    uint32_t patience;  /* so many requests go without a sweep, as the last one found too little */
    uint64_t unknown;   /* requests that got `<unknown>` for lack of room */
};

void labels_init(struct labels *labels, struct arena *arena, const struct perfd_config *config);
void labels_begin(struct labels *labels);

/* The id of this label for this open client, as perfd_label() says. */
int labels_intern(struct perfd *perfd, int client, const struct perfd_label *label);

/* Was the client given this id? */
bool labels_given(const struct perfd *perfd, int client, uint32_t id);

/* Where the label's name stands: equal for equal names, whatever their categories. */
uint32_t label_name_place(const struct labels *labels, uint32_t id);

/* Texts hold until a label is made. An id that is not live reads as `<unknown>`. */
struct perfd_text label_name(const struct labels *labels, uint32_t id);
struct perfd_text label_category(const struct labels *labels, uint32_t id);

/* All of it, likewise. */
void labels_read(const struct labels *labels, uint32_t id, struct perfd_label *out);

/* While sweeping: these records carry their labels. */
void labels_see(struct labels *labels, const struct lane_record *records, uint32_t count);

/* The client hung up: it uses none any more. */
void labels_client_closed(struct perfd *perfd, int client);

void labels_read_health(const struct perfd *perfd, struct perfd_health *out);

#endif
