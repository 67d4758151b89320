/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a run log (runlog.capnp) into a perfd of its own. Freestanding: perfctl links it, and so
 * does the player in the image; the port beside it, port.c, has the log's clock.
 *
 *     enum replay_result result = replay_open(&replay, message, length);    the head
 *     perfd_init(&replay.perfd, ..., &replay.config, &replay.port);
 *     if (replay.janks) perfd_jank_start(replay.perfd, ...);
 *     perfd_counters_start(replay.perfd, ...);
 *     perfd_hotspots_start(replay.perfd, ...);
 *     replay_begin(&replay, labels, label_count);
 *     while (result == REPLAY_GOES_ON) result = replay_take(&replay, message, length);
 *
 * What is played comes to the same frames, figures and traces as it did when it was recorded. Not
 * so where the log was begun while sessions ran, which are not in it, where a session was stopped
 * during an export, and in what depends on how long perfd itself took.
 */
#ifndef PERFD_REPLAY_REPLAY_H
#define PERFD_REPLAY_REPLAY_H

#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/jank.h"
#include "perfd/lane_layout.h"
#include "perfd/perfd.h"
#include "replay/port.h"

enum replay_result {
    REPLAY_GOES_ON,
    REPLAY_STOPPED, /* so does a session: replay.session and replay.metrics say which and how */
    REPLAY_TRACE,   /* replay.trace has begun: step and read it before the next entry */
    REPLAY_ENDED,   /* the log's end; replay.lost entries are missing in it */
    /* None of these was played. */
    REPLAY_NO_LOG,    /* not a run log's first message */
    REPLAY_NEWER,     /* of a later version of the format: replay.version */
    REPLAY_ALTERED,   /* its check, or its order, is not what it was */
    REPLAY_MALFORMED, /* no entry of this format, or one that cannot be */
    REPLAY_NO_ROOM,   /* more clients, lanes or labels than its own head allows */
};

#define REPLAY_CLIENTS_MAX  64u
#define REPLAY_LANES_MAX    64u
#define REPLAY_SESSIONS_MAX 16u

struct replay_lane {
    uint32_t logged, played;         /* ids; 0: the place is free */
    struct perf_lane_header *header; /* NULL: its client writes it by calls */
    uint32_t slots;
};

struct replay_session {
    uint32_t logged, played;
};

struct replay_group {
    uint32_t logged, played;
    int client; /* 0: the place is free */
};

struct replay {
    struct perfd *perfd; /* the caller's, between replay_open() and replay_begin() */
    struct perfd_port port;
    struct perfd_config config; /* of the log's head */
    bool janks;                 /* likewise: perfd_jank_start() must be called, or traces differ */
    uint32_t version;
    uint32_t check;
    uint64_t entries; /* played, the head among them */
    uint64_t lost;    /* entries that the log does not have */
    uint64_t lapped;  /* slots of lanes, likewise */
    uint64_t refused; /* entries that came out other than they did */

    uint32_t session; /* as the log has it */
    uint32_t trace;
    struct perfd_metrics metrics;

    int client[REPLAY_CLIENTS_MAX + 1];
    struct replay_lane lane[REPLAY_LANES_MAX];
    struct replay_session sessions[REPLAY_SESSIONS_MAX];
    uint32_t next_session;
    struct replay_group group[PERFD_COUNTER_GROUPS];
    uint16_t *label; /* the id here for each in the log */
    uint32_t labels;
};

/* Reads the head. REPLAY_GOES_ON, or what is wrong. */
enum replay_result replay_open(struct replay *replay, const uint8_t *message, size_t length);

/* Once replay->perfd is made; label: room for as many ids as config.labels. */
void replay_begin(struct replay *replay, uint16_t *label);

/* One whole message. */
enum replay_result replay_take(struct replay *replay, const uint8_t *message, size_t length);

/* When the entry was taken; 0: it is none. For who plays at the log's own pace. */
uint64_t replay_entry_ns(const uint8_t *message, size_t length);

/* For people: what is wrong. */
const char *replay_error_text(enum replay_result result);

#endif
