/* SPDX-License-Identifier: Apache-2.0 */
/* perf-client's stream in the image: the channel that the monitor gave. There is one, so the handle
 * says nothing. */
#include "perf-client/perf_client.h"

#include "channel/channel.h"
#include "virt.h"

extern struct user_start user_start;

static struct channel_end end;

static void ring_service(void)
{
    (void)user_call(USER_CALL_RING, 0, 0);
}

static void wait_for_service(void)
{
    (void)user_call(USER_CALL_WAIT, 0, 0);
}

int perf_transport_open(struct perf_transport *transport, const char *address)
{
    if (address != NULL)
        return PERF_CLIENT_ADDRESS;
    transport->handle = 0;
    channel_ask(&end, user_start.channel);
    ring_service();
    enum channel_answer answer;
    while ((answer = channel_answer(&end)) == CHANNEL_PENDING)
        wait_for_service();
    return answer == CHANNEL_STANDS ? 0 : PERF_CLIENT_UNREACHABLE;
}

int perf_transport_send(struct perf_transport *transport, const uint8_t *bytes, size_t length)
{
    (void)transport;
    while (length != 0) {
        const int32_t sent = ring_put(&end.out, bytes, length);
        if (sent < 0 || channel_answer(&end) != CHANNEL_STANDS)
            return PERF_CLIENT_DISCONNECTED;
        ring_service();
        bytes += sent;
        length -= (size_t)sent;
        if (length != 0)
            wait_for_service();
    }
    return 0;
}

int perf_transport_receive(struct perf_transport *transport, uint8_t *bytes, size_t size)
{
    (void)transport;
    for (;;) {
        const int32_t got = ring_take(&end.in, bytes, size);
        if (got > 0) {
            ring_service();
            return got;
        }
        if (got < 0 || channel_answer(&end) != CHANNEL_STANDS)
            return PERF_CLIENT_DISCONNECTED;
        wait_for_service();
    }
}

void perf_transport_close(struct perf_transport *transport)
{
    (void)transport;
    channel_hang_up(end.channel);
    ring_service();
}
