/* SPDX-License-Identifier: Apache-2.0 */
#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "posix.h"

bool channel_open(struct channel *channel, struct perfd_server *server, int socket,
                  uint32_t capabilities)
{
    if (perfd_stream_connect(&channel->stream, server, capabilities, channel->in,
                             sizeof channel->in, channel->out, sizeof channel->out) < 0)
        return false;
    channel->socket = socket;
    channel->lane = -1;
    return true;
}

void channel_close(struct channel *channel)
{
    close(channel->socket);
    channel->socket = -1;
    if (channel->lane >= 0)
        close(channel->lane);
    channel->lane = -1;
}

/* A lane that was shared while a message of this channel was served is for its client. */
static void take_lane(struct channel *channel, struct perfd_server *server)
{
    struct lanes_memory *lanes = &server->port->lanes;
    if (lanes->passing >= 0) {
        channel->lane = lanes->passing;
        lanes->passing = -1;
    }
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
    lanes_take_ticks(server->port, server->perfd);
    perfd_stream_received(&channel->stream, server, (size_t)got);
    take_lane(channel, server);
    return channel_write(channel, server);
}

/* The first bytes of the answer take the lane's descriptor and the enable page's with them. */
static ssize_t send_bytes(struct channel *channel, const struct perfd_server *server,
                          const uint8_t *bytes, size_t length)
{
    union {
        struct cmsghdr header; /* for its alignment */
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    bool passes = channel->lane >= 0 && channel->stream.before_passing == 0;
    if (passes) {
        const int descriptors[] = {channel->lane, server->port->lanes.enable};
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof descriptors);
        memcpy(CMSG_DATA(&control.header), descriptors, sizeof descriptors);
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
    }
    ssize_t sent = sendmsg(channel->socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (passes && sent > 0) {
        close(channel->lane);
        channel->lane = -1;
    }
    return sent;
}

bool channel_write(struct channel *channel, struct perfd_server *server)
{
    size_t waiting;
    const uint8_t *from;
    while (from = perfd_stream_output(&channel->stream, &waiting), waiting > 0) {
        ssize_t sent = send_bytes(channel, server, from, waiting);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        perfd_stream_sent(&channel->stream, server, (size_t)sent);
        take_lane(channel, server);
    }
    return !channel->stream.closing;
}
