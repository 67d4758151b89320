/* SPDX-License-Identifier: Apache-2.0 */
/* A connected client: its socket and the stream that it carries. Never blocks. */
#ifndef PERFD_POSIX_CHANNEL_H
#define PERFD_POSIX_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "server/stream.h"

#define CHANNEL_FRAME_BYTES 65536u /* the largest message either way */

struct channel {
    int socket; /* -1: free */
    int lane;   /* a descriptor that goes with an answer that waits to be sent; -1: none */
    struct perfd_stream stream;
    uint8_t in[PERFD_STREAM_IN_BYTES(CHANNEL_FRAME_BYTES)];
    uint8_t out[PERFD_STREAM_OUT_BYTES(CHANNEL_FRAME_BYTES)];
};

/* False: no room for another client; the socket is still the caller's. */
bool channel_open(struct channel *channel, struct perfd_server *server, int socket,
                  uint32_t capabilities) __attribute__((warn_unused_result));

/* Closes the socket, and what was to be passed. */
void channel_close(struct channel *channel);

/* Events to poll for. */
short channel_events(struct channel *channel);

/* Reads what is there and serves it, at most a few frames' worth: others wait. False: hung up. */
bool channel_read(struct channel *channel, struct perfd_server *server)
    __attribute__((warn_unused_result));

/* Sends what the socket takes, and serves frames that waited for the room. False: gone, or done
 * closing. */
bool channel_write(struct channel *channel, struct perfd_server *server)
    __attribute__((warn_unused_result));

#endif
