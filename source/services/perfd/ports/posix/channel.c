/* SPDX-License-Identifier: Apache-2.0 */
#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "nexus-idl/framing.h"

#define SEGMENTS_MAX 8u

static size_t room(const struct channel *channel)
{
    return sizeof channel->out - channel->out_length;
}

/* Whether the answer to one more frame is sure to fit. */
static bool may_serve(const struct channel *channel)
{
    size_t wanted = CHANNEL_FRAME_BYTES;
    if (perfd_awaits_answer(&channel->connection))
        wanted += CHANNEL_FRAME_BYTES;
    return !channel->closing && room(channel) >= wanted;
}

short channel_events(const struct channel *channel)
{
    int events = 0;
    if (!channel->closing && channel->in_length < sizeof channel->in)
        events |= POLLIN;
    if (channel->out_length > 0)
        events |= POLLOUT;
    return (short)events;
}

/* Answers are appended where they were built: sent bytes make way first. */
static uint8_t *out_tail(struct channel *channel)
{
    if (channel->out_start > 0) {
        memmove(channel->out, channel->out + channel->out_start, channel->out_length);
        channel->out_start = 0;
    }
    return channel->out + channel->out_length;
}

/* Serves one frame of `length` bytes at the head of `in`; 0: what is there is no frame at all. */
static void serve_frame(struct channel *channel, struct perfd_server *server, const uint8_t *frame,
                        size_t length)
{
    size_t answer = 0;
    uint8_t *tail = out_tail(channel);
    if (!perfd_receive(server, &channel->connection, frame, length, tail, room(channel), &answer))
        channel->closing = true;
    channel->out_length += answer;
}

/* Serves every whole frame that is there and has room for its answer. */
static void serve(struct channel *channel, struct perfd_server *server)
{
    size_t at = 0;
    while (may_serve(channel)) {
        int64_t length = nx_frame_length(channel->in + at, channel->in_length - at,
                                         CHANNEL_FRAME_BYTES, SEGMENTS_MAX);
        if (length < 0) {
            serve_frame(channel, server, channel->in + at, 0);
            break;
        }
        if (length == 0 || (size_t)length > channel->in_length - at)
            break;
        serve_frame(channel, server, channel->in + at, (size_t)length);
        at += (size_t)length;
    }
    channel->in_length -= at;
    memmove(channel->in, channel->in + at, channel->in_length);
}

bool channel_read(struct channel *channel, struct perfd_server *server)
{
    ssize_t got = recv(channel->socket, channel->in + channel->in_length,
                       sizeof channel->in - channel->in_length, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (got == 0)
        return false;
    channel->in_length += (size_t)got;
    serve(channel, server);
    return channel_write(channel, server);
}

bool channel_write(struct channel *channel, struct perfd_server *server)
{
    while (channel->out_length > 0) {
        ssize_t sent = send(channel->socket, channel->out + channel->out_start, channel->out_length,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        channel->out_start += (size_t)sent;
        channel->out_length -= (size_t)sent;
        if (channel->out_length == 0) {
            channel->out_start = 0;
            serve(channel, server);
        }
    }
    return !channel->closing;
}

int channel_step_job(struct channel *channel, struct perfd_server *server)
{
    size_t answer = 0;
    if (channel == NULL)
        return perfd_server_step(server, NULL, 0, &answer);
    uint8_t *tail = out_tail(channel);
    int result = perfd_server_step(server, tail, room(channel), &answer);
    channel->out_length += answer;
    return result;
}
