/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection whose bytes come as a stream: whole messages are found in it and served, answers
 * wait until they are sent. It moves no bytes: ports put what came where perfd_stream_space() says,
 * and send what perfd_stream_output() shows.
 *
 * A peer that does not read its answers is not served: a message is taken only when there is room
 * for the largest answer, and for a deferred one besides where one is due.
 */
#ifndef PERFD_SERVER_STREAM_H
#define PERFD_SERVER_STREAM_H

#include "server/server.h"

/* The buffers' sizes for a server with messages of frame_bytes; `in` may be larger. */
#define PERFD_STREAM_IN_BYTES(frame_bytes)  (frame_bytes)
#define PERFD_STREAM_OUT_BYTES(frame_bytes) (2u * (frame_bytes))

struct perfd_stream {
    struct perfd_connection connection;
    bool closing; /* send what is there, then hang up */
    uint8_t *in, *out;
    size_t in_size, in_length;
    size_t out_size, out_start, out_length;
    size_t before_passing; /* where connection.passing: so much goes before that answer */
};

/* A peer arrives; both buffers are the stream's until it is gone. As perfd_connect(). */
int perfd_stream_connect(struct perfd_stream *stream, struct perfd_server *server,
                         uint32_t capabilities, uint8_t *in, size_t in_size, uint8_t *out,
                         size_t out_size) __attribute__((warn_unused_result));

/* Where to put what comes, and how much of it there is room for: 0 until answers have been sent. */
uint8_t *perfd_stream_space(struct perfd_stream *stream, size_t *length);

/* So many bytes were put there. Serves what is whole. */
void perfd_stream_received(struct perfd_stream *stream, struct perfd_server *server, size_t length);

/* What is to be sent. Where connection.passing and before_passing is 0, the port passes what it has
 * to with the first byte; nothing is served before that. With nothing left and `closing` set:
 * perfd_disconnect(), and hang up. */
const uint8_t *perfd_stream_output(const struct perfd_stream *stream, size_t *length);

/* So many of these bytes were sent. Serves what has waited for the room. */
void perfd_stream_sent(struct perfd_stream *stream, struct perfd_server *server, size_t length);

/* A step of the server's job where perfd_job_owner() is this stream's connection; its answer joins
 * the output. As perfd_server_step(). */
int perfd_stream_step_job(struct perfd_stream *stream, struct perfd_server *server);

#endif
