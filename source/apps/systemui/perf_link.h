/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SystemUI's connection to perfd: the only part that speaks the Perf interface. Every call may find
 * the service gone; then the link is down, calls do nothing, and perf_link_open() tries again.
 */
#ifndef SYSTEMUI_PERF_LINK_H
#define SYSTEMUI_PERF_LINK_H

#include "hud.h"
#include "perf-client/perf_client.h"
#include "spans.h"

struct perf_link {
    struct perf_client client; /* for the marks as well */
    struct spans *spans;       /* whose times marks by calls have */
    const char *address;       /* as perf_client_connect() takes it */
    const char *session_name;
    uint64_t budget_ns; /* 0: the service's default */
    bool stamp_marks;   /* with the spans' times: then they go by calls */
    bool up;
    int error;         /* why the link is down: a perf_client_error */
    uint32_t session;  /* 0: none yet */
    uint64_t seen_seq; /* of the newest frame in the HUD */
    uint64_t jank_seq; /* of the newest janky one */
    uint64_t refused;  /* frames that the service answered with a status other than ok */
    int last_refusal;  /* that status */
};

/* The texts and the spans stay the caller's and must outlive the link. Connects to nothing yet. */
void perf_link_init(struct perf_link *link, struct spans *spans, const char *address,
                    const char *session_name, uint64_t budget_ns, bool stamp_marks);

/*
 * Connects, starts the session (or goes on with the one from before, where it still runs) and turns
 * the marks on. 0; a negative perf_client_error; or the positive status with which
 * the service refused the session.
 */
int perf_link_open(struct perf_link *link) __attribute__((warn_unused_result));

/* Tells perfd of the frame, whose session is the link's, and sends marks that wait for a call. */
void perf_link_tick(struct perf_link *link, struct perf_frame_facts *frame);

/* Fetches the figures and the new frames. Where the link is down it says so in *hud. */
void perf_link_read(struct perf_link *link, struct hud_data *hud);

/* Sends the call that was begun in client.rpc. An exception is one call's failure; all else ends
 * the connection. */
bool perf_link_call(struct perf_link *link);

/* Ends the session. Like perf_link_open(); the link is closed in any case. */
int perf_link_stop(struct perf_link *link) __attribute__((warn_unused_result));

#endif
