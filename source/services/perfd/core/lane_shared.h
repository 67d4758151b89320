/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lanes that their clients write themselves, in memory that both have: perfd/lane_layout.h. Only an
 * open lane is one. When it closes its memory is the service's alone again, and what was found in
 * it becomes the lane's records: from there on it is a lane like others.
 *
 * Nothing in that memory is trusted: a look at it goes over its slots once, or twice, whatever they
 * hold, and what is no mark is counted malformed and left out. The lane's ledger is what the last
 * look found. One for the ledger alone validates what was written since the one before: what a
 * writer later makes of its older marks shows when they are copied.
 *
 * A program links lane_shared.c, or lane_shared_none.c: then every lane is one that calls write.
 */
#ifndef PERFD_CORE_LANE_SHARED_H
#define PERFD_CORE_LANE_SHARED_H

#include "lane.h"

struct perf_lane_slot;

/* From the port's ticks to its nanoseconds: on the line from the first look at both to the last. */
struct ticks {
    uint64_t first, first_ns;
    uint64_t now, now_ns; /* at the last look */
    uint64_t ratio;
    uint64_t error_ns; /* the furthest that a look's stamp was found off by the look after it */
};

/* lane.shared: what its client writes into it. */
enum { LANE_OF_MARKS = 1, LANE_OF_TICKS = 2 };

void ticks_init(struct perfd *perfd);

/* Before lanes are looked at; gives the ticks' name. */
const char *ticks_look(struct perfd *perfd);

/* A stamp's time, near to the last look. */
uint64_t ticks_stamp_ns(const struct perfd *perfd, uint64_t stamp);

/* The port makes a new lane's memory the client's as well, and *out says how; else it stays one
 * that calls write. */
void lane_share(struct perfd *perfd, struct lane *lane, struct perfd_lane_memory *out);

/* Makes it a lane like others, about to be closed. Its client is still open. */
void lane_unshare(struct perfd *perfd, struct lane *lane);

/* Looks at a shared lane: its ledger is then right, and `to` (unless it is NULL) holds what it has,
 * oldest first, in fewer slots than the lane has records. Returns how many. */
uint32_t lane_shared_look(struct perfd *perfd, struct lane *lane, struct lane_record *to);

/* Looks at all of them, for their ledgers. */
void lanes_shared_look(struct perfd *perfd);

#define LANE_LAPS_MOST (UINT64_C(1) << 40) /* more than anybody ever writes */

/* Where the current lap's slots end, `at` or behind it. */
size_t lane_position(const struct perf_lane_slot *slot, size_t at, size_t slots, uint64_t lap_bits);

bool lane_is_shared(const struct lane *lane);

/* Slots that the lane's writer has written by now; 0 where its header says nonsense. */
uint64_t lane_shared_written(const struct perfd *perfd, const struct lane *lane);

/* What was written as slot number `at`: a mark with its time as of the last look, or a value.
 * False: it is torn, or no mark of that client's. */
bool lane_shared_slot(const struct perfd *perfd, const struct lane *lane, uint64_t at,
                      struct lane_record *out);

/* Can there be such lanes at all? */
bool lanes_can_be_shared(void);

/* Kinds that only shared lanes have. */
bool record_is_phase(const struct lane_record *record);
bool record_is_begin_value(const struct lane_record *record);

/* Says of lanes in which a look found something malformed for the first time that it did. */
void lanes_shared_reject(struct perfd *perfd);

#endif
