/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connected client: bytes in, whole frames served, bytes out. Never blocks.
 *
 * A client that does not read its answers is not read from: a frame is served only when there is
 * room for the largest answer, and for a deferred one besides where one is due.
 */
#ifndef PERFD_POSIX_CHANNEL_H
#define PERFD_POSIX_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/server.h"

#define CHANNEL_FRAME_BYTES 65536u /* the largest message either way */

struct channel {
    struct perfd_connection connection;
    int socket;   /* -1: free */
    bool closing; /* send what is there, then close */
    size_t in_length, out_start, out_length;
    uint8_t in[CHANNEL_FRAME_BYTES];
    uint8_t out[2 * CHANNEL_FRAME_BYTES];
};

/* Events to poll for. */
short channel_events(const struct channel *channel);

/* Reads what is there and serves it, at most a few frames' worth: others wait. False: hung up. */
bool channel_read(struct channel *channel, struct perfd_server *server)
    __attribute__((warn_unused_result));

/* Sends what the socket takes, and serves frames that waited for the room. False: gone, or done
 * closing. */
bool channel_write(struct channel *channel, struct perfd_server *server)
    __attribute__((warn_unused_result));

/* A step of the server's job, its answer into the owner's channel (NULL: the owner is gone). */
int channel_step_job(struct channel *channel, struct perfd_server *server);

#endif
