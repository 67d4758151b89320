/* SPDX-License-Identifier: Apache-2.0 */
/* The server of the live page and of metrics: one thread, which waits for nobody. */
#ifndef PERFCTL_SERVE_HTTP_H
#define PERFCTL_SERVE_HTTP_H

#include <libwebsockets.h>
#include <signal.h>
#include <stdbool.h>

#include "serve_access.h"
#include "serve_state.h"

#define SERVE_VIEWERS_MAX 64u
#define SERVE_PROTOCOL    "perfctl"
#define SERVE_ADDRESS     "127.0.0.1"

struct serve_options {
    int port;                   /* of the page, on 127.0.0.1; 0: any */
    bool metrics;               /* also there: /metrics */
    const char *listen_address; /* NULL: nowhere else; an IPv4 address of /metrics alone */
    int listen_port;
};

struct serve_server {
    struct serve_options options;
    struct serve_access access;
    struct serve_state *state;
    struct lws_context *context;
    struct lws_vhost *page, *metrics; /* metrics NULL: nowhere else */
    unsigned viewers;
};

/* False: it cannot listen, after a line on stderr. */
bool serve_http_open(struct serve_server *server);

/* Until *ending; serve_http_wake has it look. */
void serve_http_run(struct serve_server *server, const volatile sig_atomic_t *ending);

/* From any thread or a signal's handler: there is news. */
void serve_http_wake(void *server);

void serve_http_close(struct serve_server *server);

/* --- serve_viewer.c: the WebSocket --- */

#define SERVE_COMMAND_MAX 1024u

struct serve_viewer {
    struct serve_seen seen;
    struct serve_job *asked; /* NULL: nothing that is not answered yet */
    struct lws *wsi;
    char *answer; /* malloc; NULL: none to send */
    size_t answer_length, command_length;
    char command[SERVE_COMMAND_MAX];
};

int serve_viewer_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t length);

/* The job's answer; takes it. */
void serve_viewer_answer(struct serve_viewer *viewer, struct serve_job *job);

#endif
