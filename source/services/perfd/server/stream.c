/* SPDX-License-Identifier: Apache-2.0 */
#include "server/stream.h"

#include "nexus-idl/framing.h"

int perfd_stream_connect(struct perfd_stream *stream, struct perfd_server *server,
                         uint32_t capabilities, uint8_t *in, size_t in_size, uint8_t *out,
                         size_t out_size)
{
    stream->closing = false;
    stream->in = in;
    stream->out = out;
    stream->in_size = in_size;
    stream->out_size = out_size;
    stream->in_length = stream->out_start = stream->out_length = 0;
    return perfd_connect(server, &stream->connection, capabilities);
}

static void move_down(uint8_t *to, const uint8_t *from, size_t length)
{
    for (size_t i = 0; i < length && to != from; i++)
        to[i] = from[i];
}

/* Answers are appended where they were built: sent bytes make way first. */
static uint8_t *out_tail(struct perfd_stream *stream)
{
    move_down(stream->out, stream->out + stream->out_start, stream->out_length);
    stream->out_start = 0;
    return stream->out + stream->out_length;
}

static size_t out_room(const struct perfd_stream *stream)
{
    return stream->out_size - stream->out_length;
}

/* Whether the answer to one more message is sure to fit. */
static bool may_serve(const struct perfd_stream *stream, const struct perfd_server *server)
{
    size_t wanted = server->frame_bytes;
    if (perfd_awaits_answer(&stream->connection))
        wanted += server->frame_bytes;
    return !stream->closing && !stream->connection.passing && out_room(stream) >= wanted;
}

/* 0 bytes: what is there is no message at all, and the stream closes. */
static void serve_message(struct perfd_stream *stream, struct perfd_server *server,
                          const uint8_t *message, size_t length)
{
    size_t answer = 0;
    uint8_t *tail = out_tail(stream);
    stream->before_passing = stream->out_length;
    stream->closing = !perfd_receive(server, &stream->connection, message, length, tail,
                                     out_room(stream), &answer);
    stream->out_length += answer;
}

uint8_t *perfd_stream_space(struct perfd_stream *stream, size_t *length)
{
    *length = stream->in_size - stream->in_length;
    return stream->in + stream->in_length;
}

/* Little lies on the stack here: a call is served below it. */
void perfd_stream_received(struct perfd_stream *stream, struct perfd_server *server, size_t length)
{
    size_t at = 0;
    int64_t whole;
    stream->in_length += length;
    while (may_serve(stream, server)) {
        whole = nx_frame_length(stream->in + at, stream->in_length - at, server->frame_bytes,
                                NX_SEGMENTS_DEFAULT);
        if (whole == 0 || whole > (int64_t)(stream->in_length - at))
            break;
        if (whole < 0)
            whole = 0;
        serve_message(stream, server, stream->in + at, (size_t)whole);
        at += (size_t)whole;
    }
    stream->in_length -= at;
    move_down(stream->in, stream->in + at, stream->in_length);
}

const uint8_t *perfd_stream_output(const struct perfd_stream *stream, size_t *length)
{
    bool passes_later = stream->connection.passing && stream->before_passing > 0;
    *length = passes_later ? stream->before_passing : stream->out_length;
    return stream->out + stream->out_start;
}

void perfd_stream_sent(struct perfd_stream *stream, struct perfd_server *server, size_t length)
{
    if (length > 0 && stream->before_passing == 0)
        stream->connection.passing = false;
    stream->before_passing -= length < stream->before_passing ? length : stream->before_passing;
    stream->out_start += length;
    stream->out_length -= length;
    if (stream->out_length == 0)
        perfd_stream_received(stream, server, 0);
}

int perfd_stream_step_job(struct perfd_stream *stream, struct perfd_server *server)
{
    size_t answer = 0;
    uint8_t *tail = out_tail(stream);
    int result = perfd_server_step(server, tail, out_room(stream), &answer);
    stream->out_length += answer;
    return result;
}
