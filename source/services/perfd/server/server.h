/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Perf interface onto the core: Cap'n Proto RPC frames in, frames out.
 *
 * It moves no bytes: a port gives it each whole frame that a connection sent and a buffer for the
 * answer. Exports and trace reads are jobs: their Return is deferred, the port calls
 * perfd_server_step() between frames, and marks and ticks are answered meanwhile. One job runs at a
 * time; a second one is `busy`.
 *
 * One thread. The caller owns every structure here and zeroes none of them: the init calls do.
 */
#ifndef PERFD_SERVER_SERVER_H
#define PERFD_SERVER_SERVER_H

#include "nexus-idl/rpc.h"
#include "perfd/run_log.h"

/* The least that a channel's largest message may be: a Return with Metrics and Health fits. */
#define PERFD_FRAME_BYTES_MIN 4096

/* The least memory for a run log of a server with such frames: one of them, and the log's own. */
#define PERFD_SERVER_LOG_BYTES_MIN(frame_bytes) ((frame_bytes) + PERFD_LOG_BYTES_MIN)

/* One sender. Stays where it is from connect to disconnect. */
struct perfd_connection {
    struct nx_vat vat;
    int client;            /* the core's id of it */
    uint32_t capabilities; /* of enum perfd_capability, as the port's policy says */
    bool passing;          /* the answer goes with what the port has to pass: it clears this */
};

enum perfd_job_kind {
    PERFD_JOB_NONE,
    PERFD_JOB_EXPORT, /* exportLast: into the port's exporter */
    PERFD_JOB_READ,   /* readTrace: preparing, or winding to an offset */
};

struct perfd_job {
    enum perfd_job_kind kind;
    struct perfd_connection *owner; /* NULL: it hung up; the job ends without an answer */
    uint32_t trace;
    uint64_t offset;
    uint32_t max_bytes;
    bool prepared;
};

/* Random numbers that a log's inputs were made from. */
struct perfd_log_stream {
    const char *id;
    uint64_t seed;
};

/* The run log that readLog hands out. */
struct perfd_log {
    void *memory; /* the port's, set after perfd_server_init(); NULL: there is none to be had */
    size_t bytes; /* PERFD_SERVER_LOG_BYTES_MIN or more */
    struct perfd_connection *owner; /* who started it; NULL: nobody */
    uint32_t check;                 /* over all that was handed out */
    uint64_t lost;                  /* entries that found no room in the last one that ended */
    uint32_t stream_count;          /* for the log's head; most have none */
    const struct perfd_log_stream *streams;
};

/* A session of the service's own, always running, so that nobody needs to start one. */
struct perfd_flight {
    int client; /* the core's, whose it is; 0: there is none */
    uint32_t session;
};

/* What perfd itself has cost since the last frame, and for frames before. */
struct perfd_own_cost {
    uint64_t since_frame_ns, ticks;
    uint64_t last_frame_ns, worst_frame_ns;
    int client;           /* the core's, whose lane it is */
    uint32_t lane, label; /* 0: there is no such lane */
};

struct perfd_server {
    struct perfd *perfd;
    struct perfd_port *port;
    uint32_t frame_bytes; /* the largest message, either way */
    struct perfd_job job;
    struct nx_call call;          /* under way: here, because the stack is deepest below it */
    struct perfd_metrics metrics; /* that a call answers: likewise */
    struct perfd_export_result export_result; /* it is long, and short offsets are short code */
    struct perfd_log log;
    struct perfd_flight flight;
    struct perfd_own_cost own_cost;
};

/* frame_bytes: PERFD_FRAME_BYTES_MIN or more, and what every out buffer below has at least. */
void perfd_server_init(struct perfd_server *server, struct perfd *perfd, struct perfd_port *port,
                       uint32_t frame_bytes);

/* The largest readTrace chunk on a channel with this server's frames. */
uint32_t perfd_server_chunk_bytes(const struct perfd_server *server);

/* A sender arrives. PERFD_BUSY: as many as config.clients are here already. */
int perfd_connect(struct perfd_server *server, struct perfd_connection *connection,
                  uint32_t capabilities) __attribute__((warn_unused_result));

/* It is gone; the structure is the caller's again. */
void perfd_disconnect(struct perfd_server *server, struct perfd_connection *connection);

/*
 * Serves one whole frame. out has frame_bytes or more; *out_length of them are to be sent. False:
 * send them, then close the connection (it broke the protocol; counted and marked as malformed).
 */
bool perfd_receive(struct perfd_server *server, struct perfd_connection *connection,
                   const uint8_t *frame, size_t length, uint8_t *out, size_t out_size,
                   size_t *out_length) __attribute__((warn_unused_result));

/*
 * The flight recorder: starts a session `flight` of the service's own, now and again whenever
 * somebody stops it. PERFD_UNSUPPORTED: there is no such code in this program; else as
 * perfd_client_open() and perfd_start().
 */
int perfd_server_start_flight(struct perfd_server *server, uint64_t now_ns)
    __attribute__((warn_unused_result));

/*
 * Opens a lane `perfd` for a counter: the nanoseconds that each frame has cost perfd, written when
 * its tick was served. PERFD_UNSUPPORTED: there is no such code in this program; else as
 * perfd_client_open(), perfd_lane_open() and perfd_label().
 */
int perfd_server_start_cost_lane(struct perfd_server *server) __attribute__((warn_unused_result));

/*
 * Starts a run log of its own accord, in log.memory: who first asks for its bytes has it.
 * PERFD_UNSUPPORTED: there is no such memory, or no such code in this program; else as
 * perfd_log_start().
 */
int perfd_server_start_log(struct perfd_server *server, uint64_t now_ns)
    __attribute__((warn_unused_result));

/* For who has started a log in the core himself: writes entries as readLog gives them, as many
 * whole ones as fit, and takes them from the core. Returns how many bytes; *ended: the last was
 * among them. */
size_t perfd_server_take_log(struct perfd_server *server, uint8_t *out, size_t size, bool *ended);

/* Whether this connection waits for a deferred answer: its port keeps frame_bytes free for it. */
bool perfd_awaits_answer(const struct perfd_connection *connection);

/* Whose answer the job's last step will write; NULL where there is no job or its owner is gone. */
struct perfd_connection *perfd_job_owner(const struct perfd_server *server);

/*
 * One bounded step of the job. PERFD_MORE: call again; PERFD_WAIT: when the exporter can go on; 0:
 * there is no job, or it has just ended and *out_length bytes are to be sent to the connection that
 * perfd_job_owner() named before the call. out: as in perfd_receive(); unused where there is no
 * owner.
 */
int perfd_server_step(struct perfd_server *server, uint8_t *out, size_t out_size,
                      size_t *out_length) __attribute__((warn_unused_result));

#endif
