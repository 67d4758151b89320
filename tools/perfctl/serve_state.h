/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that asks perfd, so that nobody who serves viewers waits for it: figures five times a
 * second while someone watches, and whatever viewers ask for, one after the other. */
#ifndef PERFCTL_SERVE_STATE_H
#define PERFCTL_SERVE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "perf-client/perf_client.h"

enum serve_action { SERVE_START, SERVE_STOP, SERVE_EXPORT, SERVE_TRACE, SERVE_SCRAPE };

/* What is asked for, and then the answer. The owner, and who frees it, is the asking thread's. */
struct serve_job {
    struct serve_job *next;
    void *owner; /* the asker's; NULL: it has gone */
    enum serve_action action;
    uint32_t session;
    uint64_t budget_ns;
    char name[64];
    bool open_metrics; /* of SERVE_SCRAPE */
    /* The answer, behind `room` bytes of malloc; fine is false where it is but a word on why not.
     */
    bool fine;
    char *bytes;
    size_t length;
};

struct serve_state;

/* What a viewer has been sent. */
struct serve_seen {
    uint64_t version, epoch, frame_count, jank_count;
};

/* news(context) is called by the state's thread where there are new figures or answers; room: bytes
 * that are left free in front of each message and answer. NULL: it cannot be. */
struct serve_state *serve_state_start(const char *address, size_t room, void (*news)(void *context),
                                      void *context);

/* No news from here on: whoever heard it may go, and the state ends after them. */
void serve_state_quiet(struct serve_state *state);
void serve_state_end(struct serve_state *state);

/* How many watch now. */
void serve_state_watch(struct serve_state *state, unsigned viewers);

/* The newest message for a viewer, with the rows that it has not seen; the caller frees it. NULL:
 * it has seen all. */
char *serve_state_message(struct serve_state *state, struct serve_seen *seen, size_t *length);

/* Takes the job. */
void serve_state_ask(struct serve_state *state, struct serve_job *job);

/* One that is answered, for the caller to free with serve_job_free; NULL: none. */
struct serve_job *serve_state_answered(struct serve_state *state);
void serve_job_free(struct serve_job *job);

#endif
