/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: a fixed number of slots, each with a window, a histogram and exact totals.
 *
 * A slot is free, running or stopped. A stopped session stays readable until a start needs its
 * slot.
 */
#ifndef PERFD_CORE_SESSION_H
#define PERFD_CORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "filter.h"
#include "histogram.h"
#include "oneshot.h"
#include "perfd/perfd.h"
#include "window.h"

enum session_state { SESSION_FREE, SESSION_RUNNING, SESSION_STOPPED };

struct session {
    enum session_state state;
    uint32_t id;    /* 1 or more, never used twice, rising with every start */
    int32_t owner;  /* the client that started it; 0: it has hung up */
    int32_t ticker; /* the client whose ticks count; 0: the next one that ticks */

    struct window window;

    uint64_t budget_ns, long_frame_ns, idle_gap_ns; /* as given to start */
    uint32_t warmup_frames;
    uint32_t refused; /* frames, as it keeps the oldest and was full */

    uint64_t started_ns;
    uint64_t stopped_ns;  /* where stopped */
    uint64_t stop_number; /* 1 for the service's first stop, 2 for the second: their order */

    uint64_t ticks;       /* accepted, presented or not */
    uint64_t unpresented; /* thrown away since the last shown frame */
    bool idle_pending;    /* one of those came after idleness: so does the next shown frame */

    /* Over all counted frames; from longest_ns on, in the order of struct perfd_metrics. */
    uint64_t frames;
    uint64_t interval_count;
    uint64_t longest_ns;
    uint64_t long_frames, dropped, late;
    uint64_t interval_ns;        /* sum */
    uint64_t jank[FRAME_CAUSES]; /* by cause; CAUSE_NONE: frames that were thrown away */
    uint64_t last_frame_id;      /* of the last tick, if there was one: not only of the counted */
    bool exact;                  /* every counted interval is still in the window */
    bool oneshot;                /* keeps the oldest */

    struct histogram *histogram; /* all counted intervals */

    char name[PERFD_NAME_MAX + 1]; /* NUL-terminated */
    uint8_t name_length;
    struct filter filter;
};

_Static_assert(sizeof(struct session) <= PERFD_SESSION_BYTES, "config.h knows the session's size");

struct sessions {
    struct session *slot;
    uint32_t slots;
    uint32_t frames; /* in each one's window */
    struct histogram *histograms;
    struct frame *rings;
    uint64_t *orders;
    uint32_t next_id;
    uint32_t oneshots; /* that run and keep the oldest */
    uint64_t stops;
};

struct perfd;

void sessions_init(struct sessions *m, struct arena *a, const struct perfd_config *config);
void sessions_begin(struct sessions *m);

/* A bit for each slot whose session runs. */
uint32_t sessions_that_run(const struct perfd *perfd);

/* NULL: no such session, running or stopped. */
struct session *sessions_find(const struct perfd *perfd, uint32_t id);

/* For tick and stop: the session meant, which runs. id 0: the one that this client started last,
 * else the only one running. NULL: *error is PERFD_NOT_FOUND, or PERFD_INVALID for 0 where several
 * run. */
struct session *sessions_running(const struct perfd *perfd, int client, uint32_t id, int *error);

/* For readers. id 0: this client's running one, else the running one that started last, else the
 * last stopped. NULL: none. */
struct session *sessions_readable(const struct perfd *perfd, int client, uint32_t id);

/* For exports. id 0: the last stopped, else the running one that started last. NULL: none. */
struct session *sessions_exportable(const struct perfd *perfd, uint32_t id);

/* 1..PERFD_NAME_MAX of [A-Za-z0-9._-], not starting with '.': good for a file name and a URI. */
bool session_name_valid(struct perfd_text name);

/* 1 us to 10 s. */
bool session_budget_valid(uint64_t budget_ns);

/* The threshold in force for a frame with this budget. */
uint64_t session_long_frame_ns(const struct session *s, uint64_t budget_ns);

/* All figures of a session, running or stopped, but those of the phases. */
void session_metrics(const struct session *s, struct perfd_metrics *out);

/* The client hung up: others may stop and tick what was its own. */
void sessions_client_closed(struct perfd *perfd, int client);

#endif
