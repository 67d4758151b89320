/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/shared.h"

/* In traces, where 1 is the session's. */
#define SYSTEMUI_PID 2u

void shared_init(struct shared_client *client, struct channel *channel, uint32_t capabilities)
{
    client->capabilities = capabilities;
    client->connected = false;
    channel_serve(&client->end, channel);
}

static void disconnect(struct shared_client *client, struct perfd_server *server)
{
    if (client->connected)
        perfd_disconnect(server, &client->stream.connection);
    client->connected = false;
}

static void connect(struct shared_client *client, struct perfd_server *server)
{
    client->connected =
        perfd_stream_connect(&client->stream, server, client->capabilities, client->in,
                             sizeof client->in, client->out, sizeof client->out) >= 0;
    if (client->connected) {
        /* It is the only one that has a channel. */
        static const struct perfd_text name = {"SystemUI", 8};
        (void)!perfd_client_process(server->perfd, client->stream.connection.client, SYSTEMUI_PID,
                                    name);
        channel_accept(&client->end);
    } else {
        channel_refuse(&client->end);
    }
}

/* True: the client asked for something, and has its answer. */
static bool follow_client(struct shared_client *client, struct perfd_server *server)
{
    enum channel_change change = channel_poll(&client->end);
    if (change == CHANNEL_SAME)
        return false;
    disconnect(client, server);
    if (change == CHANNEL_OPENED)
        connect(client, server);
    return true;
}

/* How many bytes came, or RING_NONSENSE. */
static int32_t fill(struct shared_client *client, struct perfd_server *server)
{
    size_t room;
    uint8_t *to = perfd_stream_space(&client->stream, &room);
    int32_t count = ring_take(&client->end.in, to, client->stream.closing ? 0 : room);
    if (count > 0)
        perfd_stream_received(&client->stream, server, (size_t)count);
    return count;
}

static int32_t drain(struct shared_client *client, struct perfd_server *server)
{
    size_t length;
    const uint8_t *from = perfd_stream_output(&client->stream, &length);
    int32_t count = ring_put(&client->end.out, from, length);
    if (count > 0)
        perfd_stream_sent(&client->stream, server, (size_t)count);
    return count;
}

static bool is_done(const struct shared_client *client)
{
    size_t left;
    (void)perfd_stream_output(&client->stream, &left);
    return client->stream.closing && left == 0;
}

bool shared_pump(struct shared_client *client, struct perfd_server *server)
{
    bool moved = follow_client(client, server);
    if (!client->connected)
        return moved;
    int32_t came = fill(client, server);
    int32_t went = drain(client, server);
    bool nonsense = came < 0 || went < 0;
    if (nonsense)
        perfd_reject(server->perfd, PERFD_REJECT_MALFORMED);
    if (nonsense || is_done(client)) {
        disconnect(client, server);
        channel_refuse(&client->end);
        return true;
    }
    return moved || came > 0 || went > 0;
}
