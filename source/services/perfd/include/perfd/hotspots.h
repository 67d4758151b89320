/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hotspots: where most of something went, by a key of 64 bits (a program counter, say), in fixed
 * memory whatever comes. Each table keeps PERFD_HOTSPOTS_KEPT keys by the Space-Saving algorithm
 * (Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data
 * Streams, ICDT 2005): a key that is not there takes the place, and the weight, of the lightest.
 *
 * So an entry's weight is at least what its key had, and at most `error` more; no error is above
 * the total / PERFD_HOTSPOTS_KEPT; and a key that had more than that is there. The last two hold
 * until the total stops at 2^64 - 1.
 */
#ifndef PERFD_HOTSPOTS_H
#define PERFD_HOTSPOTS_H

#include "perfd/perfd.h"

#define PERFD_HOTSPOT_TABLES 4u
#define PERFD_HOTSPOTS_KEPT  256u /* of each table */
#define PERFD_HOTSPOTS_SHOWN 50u
#define PERFD_HOTSPOTS_BATCH 64u /* the most of one call */

struct perfd_hotspot {
    uint64_t key;
    uint64_t hits;   /* since the key came into the table: at most what it had */
    uint64_t weight; /* what it is ranked by: time, bytes, hits */
    uint64_t error;  /* how much of the weight may be others' */
};

/* What perfd_hotspots_start() takes, in bytes. */
#define PERFD_HOTSPOTS_BYTES 51200u

/* From now on; once, after perfd_init(). The memory is aligned to 8 and stays perfd's.
 * PERFD_NO_SPACE: it is less than that, or NULL; PERFD_UNSUPPORTED: this perfd was linked without.
 */
int perfd_hotspots_start(struct perfd *perfd, void *memory, size_t bytes)
    __attribute__((warn_unused_result));

/*
 * Adds to the client's table of this name (1..PERFD_CATEGORY_MAX bytes), which is made where it has
 * none yet: up to PERFD_HOTSPOTS_BATCH entries, of which errors are not looked at. A weight of 0 is
 * the hits'. Sums stop at 2^64 - 1. All of them, or none. When the client has gone its tables stay
 * until their place is needed.
 * PERFD_INVALID: the name's or the batch's length, or an entry with neither hits nor weight;
 * PERFD_NOT_FOUND: no such client; PERFD_NO_SPACE: no place for one more table, or no id, after
 * 2^32 - 2 of them; PERFD_UNSUPPORTED: perfd_hotspots_start() was not called.
 */
int perfd_hotspots_add(struct perfd *perfd, int client, struct perfd_text table,
                       const struct perfd_hotspot *entry, uint32_t count)
    __attribute__((warn_unused_result));

/* Room for a batch, for those who have none of their own; good until the next of these calls. NULL:
 * perfd_hotspots_start() was not called. */
struct perfd_hotspot *perfd_hotspot_room(struct perfd *perfd);

struct perfd_hotspot_table {
    uint32_t id; /* 1..2^32 - 2, never used twice */
    char name[PERFD_CATEGORY_MAX + 1];
    uint32_t pid; /* its client's process; 0: unknown */
    char process[PERFD_PROCESS_NAME_MAX + 1];
    bool closed; /* its client has gone */
    uint32_t kept;
    uint64_t total_hits, total_weight; /* of all that was added, exactly up to 2^64 - 1 */
};

/* For a replay: a table as perfd_read_hotspots() gave it, and some of its entries; the next call
 * for the same table brings more of them. The table is its client's or, `closed`, no client's: then
 * `client` is 0, and such tables come in the order in which their clients went. `kept` is not
 * looked at.
 * PERFD_INVALID: its id or name, one that differs from what is there, or an entry's key that is;
 * the rest as of perfd_hotspots_add(). */
int perfd_hotspots_restore(struct perfd *perfd, int client, const struct perfd_hotspot_table *table,
                           const struct perfd_hotspot *entry, uint32_t count)
    __attribute__((warn_unused_result));

/* The table with the lowest id from this one on, and its heaviest entries, at most `max`, the
 * heaviest first and equal ones by their keys. Returns how many. PERFD_NOT_FOUND: there is none;
 * PERFD_UNSUPPORTED. */
int perfd_read_hotspots(struct perfd *perfd, uint32_t from_id, struct perfd_hotspot_table *out,
                        struct perfd_hotspot *entry, uint32_t max)
    __attribute__((warn_unused_result));

#endif
