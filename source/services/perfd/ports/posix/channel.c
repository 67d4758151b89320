/* SPDX-License-Identifier: Apache-2.0 */
#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

bool channel_open(struct channel *channel, struct perfd_server *server, int socket,
                  uint32_t capabilities)
{
    if (perfd_stream_connect(&channel->stream, server, capabilities, channel->in,
                             sizeof channel->in, channel->out, sizeof channel->out) < 0)
        return false;
    channel->socket = socket;
    return true;
}

short channel_events(struct channel *channel)
{
    size_t space, waiting;
    int events = 0;
    (void)perfd_stream_space(&channel->stream, &space);
    (void)perfd_stream_output(&channel->stream, &waiting);
    if (!channel->stream.closing && space > 0)
        events |= POLLIN;
    if (waiting > 0)
        events |= POLLOUT;
    return (short)events;
}

bool channel_read(struct channel *channel, struct perfd_server *server)
{
    size_t space;
    uint8_t *to = perfd_stream_space(&channel->stream, &space);
    ssize_t got = recv(channel->socket, to, space, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (got == 0)
        return false;
    perfd_stream_received(&channel->stream, server, (size_t)got);
    return channel_write(channel, server);
}

bool channel_write(struct channel *channel, struct perfd_server *server)
{
    size_t waiting;
    const uint8_t *from;
    while (from = perfd_stream_output(&channel->stream, &waiting), waiting > 0) {
        ssize_t sent = send(channel->socket, from, waiting, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        perfd_stream_sent(&channel->stream, server, (size_t)sent);
    }
    return !channel->stream.closing;
}
