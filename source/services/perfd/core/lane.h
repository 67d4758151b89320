/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lanes: rings of 16-byte records with one writer each, where the newest overwrite the oldest.
 *
 * Each lane has a run of slots of one pool, a power of two long. A closed lane keeps its records
 * until the place is needed: the one closed first goes first, and one that was closed during a
 * session that still runs only when no other is left.
 *
 * The ledger counts marks, not slots: a mark with a value takes two slots, and it is overwritten
 * when the first of them is. For each lane, and in total, at any moment: written = resident +
 * overwritten + torn + malformed + rate + no_session A mark that was refused before it had a lane
 * is counted as lane 0's.
 */
#ifndef PERFD_CORE_LANE_H
#define PERFD_CORE_LANE_H

#include "arena.h"
#include "perfd/perfd.h"
#include "process.h"

#define LANE_BYTES        160 /* each lane, without its records */
#define LANE_RECORD_BYTES 16
#define LANE_RECORDS_MIN  16 /* the shortest run */

/* What a record is: enum perfd_mark_kind, and what only shared lanes and the ring itself have. */
enum {
    LANE_PHASE = 9,        /* ends the lane's open phase, and begins one where it has a label */
    LANE_BEGIN_VALUE = 10, /* a begin with an argument, its value */
    LANE_VALUE = 15,       /* the second slot of a mark with a value */
};

struct lane_record {
    uint64_t time_ns; /* LANE_VALUE: the value */
    uint16_t label;
    uint8_t kind;
    uint8_t flags; /* 0; the trace's copy has its own use for it */
    uint32_t aux;  /* likewise */
};
_Static_assert(sizeof(struct lane_record) == LANE_RECORD_BYTES, "PERFD_ARENA_BYTES counts on it");

struct lane_counts {
    uint64_t written, resident, overwritten;
    uint64_t torn;
    uint64_t malformed;  /* a foreign lane, a bad kind, label or time */
    uint64_t rate;       /* over the client's rate, or no room left for it */
    uint64_t no_session; /* no session ran */
};

struct lane {
    /* Slots ever written; the next goes to head mod records. Shared: how many of those were found
     * good at the last look. */
    _Alignas(8) uint64_t head;
    union {
        uint64_t last_ns; /* the newest record's time */
        uint64_t laps;    /* shared: how many were announced at the last look */
        uint64_t found;   /* shared, of ticks: how many there were */
    };
    uint64_t dropped_ns; /* when a mark was last refused; 0: never */
    struct lane_counts counts;
    uint32_t id; /* 0: this place is free */
    uint32_t first, records;
    int32_t client;    /* its writer; 0: closed */
    uint32_t closed;   /* the order of closing; 0: open */
    uint16_t sessions; /* those that ran when it closed and still run, a bit a session slot */
    uint8_t name_length;
    uint8_t shared; /* not 0: its client writes it, see lane_shared.h */
    char name[PERFD_LANE_NAME_MAX + 1];
    struct process process;
};
_Static_assert(sizeof(struct lane) == LANE_BYTES, "PERFD_ARENA_BYTES counts on it");

struct lanes {
    struct lane *lane;
    struct lane_record *pool;
    uint32_t count, pool_records;
    uint32_t last_id, last_closed;
    struct lane_counts none;  /* lane 0: marks without a lane */
    struct lane_counts freed; /* lanes that gave their place away */
};

void lanes_init(struct lanes *lanes, struct arena *arena, const struct perfd_config *config);

/* The last of all: the records end where the arena does, so that a port can place them on pages. */
void lanes_init_pool(struct lanes *lanes, struct arena *arena, const struct perfd_config *config);

/* An open lane of this client's by its id; NULL: none. */
struct lane *lanes_find(struct perfd *perfd, int client, uint32_t id);

#define LANE_SHARED_RECORDS 256u /* the shortest run of a lane to be shared: 4,096 bytes */

/* Opens a lane; `records` as in perfd_lane_open(). to_share: it starts at a multiple of
 * LANE_SHARED_RECORDS, and its client has no more than its share. NULL: no place, and none that is
 * closed. */
struct lane *lanes_open(struct perfd *perfd, int client, struct perfd_text name, uint32_t records,
                        bool to_share);
void lanes_close(struct perfd *perfd, struct lane *lane);

/* Writes one mark and counts it; `value` is looked at where lane_kind_has_value(). */
void lane_write(struct lanes *lanes, struct lane *lane, const struct lane_record *record,
                uint64_t value);
bool lane_kind_has_value(uint8_t kind); /* of a known kind */

void lanes_client_closed(struct perfd *perfd, int client);

/* A session stopped: closed lanes no longer stay for its sake. */
void lanes_session_stopped(struct perfd *perfd);

/* freeze.c: the lane with the lowest id above this one; NULL: none. */
struct lane *lanes_after(const struct lanes *lanes, uint32_t id);

/* All lanes and lane 0 together. */
struct lane_counts lanes_total(const struct lanes *lanes);
bool lane_counts_balanced(const struct lane_counts *counts);
uint64_t lane_counts_dropped(const struct lane_counts *counts); /* refused, for whatever reason */

/* Sets ledger_balanced and the lanes' figures. */
void lanes_read_health(struct perfd *perfd, struct perfd_health *out);

#endif
