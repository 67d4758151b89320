/* SPDX-License-Identifier: Apache-2.0 */
/* What hotspots.c and hotspots_trace.c have in the memory that perfd_hotspots_start() was given. */
#ifndef PERFD_CORE_HOTSPOTS_PARTS_H
#define PERFD_CORE_HOTSPOTS_PARTS_H

#include "core.h"
#include "hotspots.h"

#define KEPT   PERFD_HOTSPOTS_KEPT
#define PLACES (2 * KEPT) /* of hashes; a power of two */

/* There is always an id behind this one, for who looks for the next table from there. */
#define ID_MOST (UINT32_MAX - 1)

struct table {
    uint32_t id;     /* 0: this place is free */
    int32_t client;  /* 0: it has gone */
    uint32_t closed; /* the order in which clients went; 0: open */
    uint32_t count;
    uint64_t total_hits, total_weight;
    struct process process;
    char name[PERFD_CATEGORY_MAX + 1];
    struct perfd_hotspot entry[KEPT];
    uint16_t heap[KEPT];    /* entries, each no heavier than its children */
    uint16_t at[KEPT];      /* where the entry is in it */
    uint16_t place[PLACES]; /* an entry + 1; 0: none */
};

/* Of the trace's copy. */
struct table_copy {
    struct perfd_hotspot_table info;
    struct perfd_hotspot entry[PERFD_HOTSPOTS_SHOWN];
    uint32_t count;
};

struct hotspot_memory {
    struct table table[PERFD_HOTSPOT_TABLES];
    struct table_copy copy[PERFD_HOTSPOT_TABLES];
    uint32_t copies;
    uint32_t last_id, last_closed;
    uint16_t ranked[KEPT];
    struct perfd_hotspot room[PERFD_HOTSPOTS_BATCH];
};

/* The table with the lowest id from this one on; NULL: there is none. */
struct table *hotspots_from(struct hotspot_memory *m, uint32_t from_id);

#endif
