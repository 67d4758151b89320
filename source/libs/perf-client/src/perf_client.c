/* SPDX-License-Identifier: Apache-2.0 */
#include "perf-client/perf_client.h"

#include "nexus-idl/framing.h"

int perf_client_connect(struct perf_client *client, const char *address)
{
    nx_client_init(&client->rpc, client->out, sizeof client->out);
    client->received = 0;
    client->frame_bytes = 0;
    int error = perf_transport_open(&client->transport, address);
    client->connected = error == 0;
    if (error != 0)
        nx_client_close(&client->rpc);
    return error;
}

void perf_client_close(struct perf_client *client)
{
    if (client->connected)
        perf_transport_close(&client->transport);
    client->connected = false;
    nx_client_close(&client->rpc);
}

/* The error with which the connection ends. */
static int hang_up(struct perf_client *client, int error)
{
    perf_client_close(client);
    return error;
}

/* The results of the last call are done with: what came behind them moves to the head. */
static void drop_frame(struct perf_client *client)
{
    size_t rest = client->received - client->frame_bytes;
    for (size_t i = 0; i < rest; i++)
        client->in[i] = client->in[client->frame_bytes + i];
    client->received = rest;
    client->frame_bytes = 0;
}

/* Waits until a whole message stands at the head of the buffer. */
static int receive_frame(struct perf_client *client)
{
    drop_frame(client);
    for (;;) {
        int64_t length =
            nx_frame_length(client->in, client->received, sizeof client->in, NX_SEGMENTS_DEFAULT);
        if (length < 0)
            return length == NX_TOO_BIG ? PERF_CLIENT_TOO_BIG : PERF_CLIENT_MALFORMED;
        if (length > 0 && (uint64_t)length <= client->received) {
            client->frame_bytes = (size_t)length;
            return 0;
        }
        int got = perf_transport_receive(&client->transport, client->in + client->received,
                                         sizeof client->in - client->received);
        if (got < 0)
            return got;
        client->received += (size_t)got;
    }
}

/* Takes messages until one settles the call: gives an enum nx_reply but NX_REPLY_NONE. */
static int await_reply(struct perf_client *client)
{
    for (;;) {
        int error = receive_frame(client);
        if (error != 0)
            return error;
        size_t length;
        int reply = nx_client_receive(&client->rpc, client->in, client->frame_bytes, &length);
        if (length != 0)
            error = perf_transport_send(&client->transport, client->out, length);
        if (reply < 0)
            return PERF_CLIENT_MALFORMED;
        if (error != 0)
            return error;
        if (reply != NX_REPLY_NONE)
            return reply;
    }
}

int perf_client_call(struct perf_client *client)
{
    if (!client->connected)
        return PERF_CLIENT_DISCONNECTED;
    size_t length;
    int error = nx_client_finish_call(&client->rpc, &length);
    if (error != 0)
        return PERF_CLIENT_TOO_BIG;
    error = perf_transport_send(&client->transport, client->out, length);
    if (error != 0)
        return hang_up(client, error);
    int reply = await_reply(client);
    if (reply < 0)
        return hang_up(client, reply);
    switch (reply) {
    case NX_REPLY:
        return 0;
    case NX_REPLY_EXCEPTION:
        return PERF_CLIENT_EXCEPTION;
    default:
        return hang_up(client, PERF_CLIENT_DISCONNECTED);
    }
}

const char *perf_client_error_text(int error)
{
    switch (error) {
    case 0:
        return "ok";
    case PERF_CLIENT_UNREACHABLE:
        return "cannot reach the service";
    case PERF_CLIENT_DISCONNECTED:
        return "the service hung up";
    case PERF_CLIENT_EXCEPTION:
        return "the service does not serve this call";
    case PERF_CLIENT_MALFORMED:
        return "the service sent what is no answer";
    case PERF_CLIENT_TOO_BIG:
        return "the message is too big";
    case PERF_CLIENT_ADDRESS:
        return "not an address (unix:PATH)";
    default:
        return "unknown";
    }
}
