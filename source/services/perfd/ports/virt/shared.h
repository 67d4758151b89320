/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client on the other side of shared memory. It may write anything there at any time: whatever
 * does not add up ends its connection, is counted, and touches nobody else.
 */
#ifndef PERFD_VIRT_SHARED_H
#define PERFD_VIRT_SHARED_H

#include "channel/channel.h"
#include "server/stream.h"

/* The largest message either way: 64 records or 64 frames in one call fit. */
#define SHARED_FRAME_BYTES 16384u

struct shared_client {
    struct channel_end end;
    uint32_t capabilities; /* what this channel's badge may do */
    bool connected;
    struct perfd_stream stream;
    uint8_t in[PERFD_STREAM_IN_BYTES(SHARED_FRAME_BYTES)];
    uint8_t out[PERFD_STREAM_OUT_BYTES(SHARED_FRAME_BYTES)];
};

void shared_init(struct shared_client *client, struct channel *channel, uint32_t capabilities);

/* Takes, serves and answers what is there now, a bounded amount. True: something moved; the peer is
 * to be rung, and there may be more to do. */
bool shared_pump(struct shared_client *client, struct perfd_server *server);

#endif
