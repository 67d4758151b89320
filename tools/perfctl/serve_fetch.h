/* SPDX-License-Identifier: Apache-2.0 */
/* What a live page and a scrape show, asked of a perfd that may go away and come back. One thread
 * at a time; each call may wait for the service. */
#ifndef PERFCTL_SERVE_FETCH_H
#define PERFCTL_SERVE_FETCH_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "perf-client/perf_client.h"
#include "perf.capnp.h"

#define SERVE_FRAMES 600u /* what a page shows at once: ten seconds of 60 Hz */
#define SERVE_JANKS  64u  /* what the service keeps */
/* The cause of one may change when the GPU's time comes: so many are asked for and sent again. */
#define SERVE_JANKS_AGAIN    4u
#define SERVE_FRAME_TEXT_MAX 256u /* eleven numbers of at most 20 digits, and commas */

/* A row of JSON text, by its number of the service's. */
struct serve_frame {
    uint64_t seq;
    char text[SERVE_FRAME_TEXT_MAX];
};

struct serve_jank {
    uint64_t seq;
    char *text;
};

struct serve_feed {
    struct perf_client client; /* use it only where serve_connected() */
    const char *address;
    bool connected;
    /* For serve_feed_interrupt: the connection's descriptor plus one, and that it was called. */
    atomic_int socket;
    atomic_bool ended;
    uint64_t retry_ns;   /* no attempt to connect before */
    json_t *perfd;       /* what does not change while it is connected; NULL: not asked for yet */
    json_t *figures;     /* {"up", "perfd", "metrics", "groups"[, "lanes"]} of the last fetch */
    uint64_t fetched_ns; /* when; 0: never */
    /* Of the session that is shown. Another one (or another perfd): a new epoch, and no rows. */
    uint32_t session;
    uint64_t epoch, frame_count, jank_count; /* the last SERVE_... of those are kept */
    struct serve_frame frames[SERVE_FRAMES];
    struct serve_jank janks[SERVE_JANKS];
};

/* Connects where it is not, at most once a second. */
bool serve_connected(struct serve_feed *feed);

/* Sends the call begun in client.rpc and waits. False: the service has gone, or, where it is still
 * connected, it has no such call. */
bool serve_call(struct serve_feed *feed);

/* New figures: all that there are, or those that a page shows, which are without lanes and how the
 * machine's counters shared it. Without a service they say so. */
void serve_fetch(struct serve_feed *feed, bool all);

/* The rows that came since; figures must be of now. Called with the rows to oneself: see lock. */
struct serve_rows_lock {
    void (*take)(void *context);
    void (*give)(void *context);
    void *context;
};
void serve_fetch_rows(struct serve_feed *feed, const struct serve_rows_lock *lock);

/* From another thread: a call that waits ends as if the service had gone. */
void serve_feed_interrupt(struct serve_feed *feed);

void serve_feed_close(struct serve_feed *feed);

#endif
