/* SPDX-License-Identifier: Apache-2.0 */
/* barectf: what it generates from barectf.yaml, on a buffer that is written again when it is full.
 */
#include <stddef.h>

#include "barectf.h"
#include "peers.h"

#define PACKET_BYTES 65536u

static uint8_t packet[PACKET_BYTES];
static struct barectf_lane_ctx lane;

static uint64_t ticks(void *context)
{
    uint32_t low, high;
    (void)context;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static int never_full(void *context)
{
    (void)context;
    return 0;
}

static void open_packet(void *context)
{
    (void)context;
    barectf_lane_open_packet(&lane);
}

static void close_packet(void *context)
{
    (void)context;
    barectf_lane_close_packet(&lane);
}

LOOP(peer_span, barectf_lane_trace_span_begin(&lane, 7), barectf_lane_trace_span_end(&lane, 7))

int main(int argc, char **argv)
{
    const struct barectf_platform_callbacks callbacks = {ticks, never_full, open_packet,
                                                         close_packet};
    barectf_init(&lane, packet, PACKET_BYTES, callbacks, NULL);
    open_packet(NULL);
    peer_run(argc, argv);
    return 0;
}
