/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run log: every input of a perfd, in order, so that another perfd that is given the same comes
 * to the same frames, figures and traces.
 *
 * An input is a call of perfd.h that changes something, with its time; what clients wrote into the
 * lanes that they share; and the reading of the tick counter that those records are converted with.
 * Questions (metrics, frames, health) are no inputs.
 *
 * Entries wait in memory of the caller's until somebody takes them. Where they find no room there
 * the log ends: with a gap in it, it would be of no use.
 */
#ifndef PERFD_RUN_LOG_H
#define PERFD_RUN_LOG_H

#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/lane_layout.h"
#include "perfd/perfd.h"

/* The least that perfd_log_start() takes. */
#define PERFD_LOG_BYTES_MIN 8192u

enum perfd_log_kind {
    PERFD_LOG_HEAD, /* the first */
    PERFD_LOG_CLIENT_OPEN,
    PERFD_LOG_PROCESS, /* perfd_client_process() */
    PERFD_LOG_CLIENT_CLOSE,
    PERFD_LOG_LANE_OPEN,
    PERFD_LOG_LANE_CLOSE,
    PERFD_LOG_LABEL,
    PERFD_LOG_START,
    PERFD_LOG_STOP,
    PERFD_LOG_TICK,
    PERFD_LOG_MARK,
    PERFD_LOG_AMEND,          /* perfd_amend_frame() */
    PERFD_LOG_GROUP,          /* perfd_counter_group() */
    PERFD_LOG_VALUES,         /* the last values of a group that was there before the log */
    PERFD_LOG_SAMPLE,         /* perfd_counter_sample() */
    PERFD_LOG_HOTSPOTS,       /* perfd_hotspots_add() */
    PERFD_LOG_HOTSPOTS_THERE, /* some of a table that was there before the log */
    PERFD_LOG_COUNTER_STATE,  /* perfd_counter_set_state() */
    PERFD_LOG_SLOTS,          /* a shared lane's writer wrote these */
    PERFD_LOG_LOOK,  /* the tick counter was read: for what is frozen by the entry that follows */
    PERFD_LOG_TRACE, /* perfd_trace_begin() */
    PERFD_LOG_LOST,  /* a shared lane's writer was faster than who takes the entries */
    PERFD_LOG_END,   /* the last */
};

/* Texts, slots and values are good until the next entry is taken. */
struct perfd_log_entry {
    enum perfd_log_kind kind;
    int client;
    uint64_t at_ns; /* perfd's clock when it was taken; never before the entry in front */
    /* What perfd gave: the client, lane, label, session, group or trace; 0: it refused. Of a SLOTS
     * or LOST entry the lane, of a CLOSE, STOP or PROCESS what was named. */
    uint32_t id;
    union {
        struct perfd_start start;
        struct perfd_tick tick;
        struct perfd_mark mark;
        struct perfd_label label;
        struct {
            uint32_t pid;
            struct perfd_text name;
        } process;
        struct {
            struct perfd_text name;
            uint32_t records; /* wanted */
            bool shared;      /* its client writes it itself */
        } lane;
        struct {
            uint64_t at;     /* slots written before these */
            uint64_t values; /* as the lane's header has it */
            const struct perf_lane_slot *slot;
            uint32_t count;
        } slots;
        struct {
            uint64_t ticks, now_ns;
            bool janks; /* HEAD: perfd_jank_start() had been called */
        } look;         /* HEAD: the first one */
        struct {
            uint32_t session;
            uint64_t cap_bytes;
        } trace;
        struct {
            uint32_t session;
            uint64_t frame_id, gpu_ns;
        } amend;
        struct {
            struct perfd_text name;
            const struct perfd_counter *counter;
            uint32_t count;
        } group;
        struct {
            const int64_t *value;
            uint32_t count;
            uint64_t time_ns;
        } sample; /* VALUES, too */
        struct {
            uint32_t first, count;
            enum perfd_counter_state state;
            struct perfd_text reason;
        } counter_state;
        struct {
            struct perfd_text table;
            const struct perfd_hotspot *entry;
            uint32_t count;
            const struct perfd_hotspot_table *there; /* HOTSPOTS_THERE; else NULL */
        } hotspots;
        uint64_t lost; /* LOST: slots; END: entries that found no room */
    };
};

/*
 * From now on. Begins with what is there: clients, their labels, lanes, groups and tables of
 * hotspots, those of clients that have gone among them. Sessions that run are not taken along.
 * PERFD_BUSY: it is on; PERFD_NO_SPACE: the memory is less than PERFD_LOG_BYTES_MIN or than what is
 * there takes; PERFD_UNSUPPORTED: this perfd was linked without.
 */
int perfd_log_start(struct perfd *perfd, void *memory, size_t bytes, uint64_t now_ns)
    __attribute__((warn_unused_result));

/* The last entry is written. The memory is the caller's again when that was taken. */
void perfd_log_stop(struct perfd *perfd, uint64_t now_ns);

/* Writes what the lanes' writers have written since. Often enough that none of them laps it. */
void perfd_log_gather(struct perfd *perfd, uint64_t now_ns);

/* The oldest entry, which stays until perfd_log_took(); NULL: none waits. */
const struct perfd_log_entry *perfd_log_peek(const struct perfd *perfd);
void perfd_log_took(struct perfd *perfd);

/* Whether there is a log, or a part of one that nobody took yet. */
bool perfd_log_is_on(const struct perfd *perfd);

#endif
