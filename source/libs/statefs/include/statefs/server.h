/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server: one request frame in, one reply frame out, over a store that may or may not be
 * mounted. One peer at a time; it is allowed everything.
 */
#ifndef STATEFS_SERVER_H
#define STATEFS_SERVER_H

#include "statefs/store.h"
#include "statefs/wire.h"

/*
 * Serves request[0..length), any bytes at all, and writes the reply to reply[0..size). size is
 * STATEFS_FRAME_BYTES or more, and the largest frame that the peer reads. Returns the reply's
 * length, never 0. The buffers must not overlap. A GET of version 2 answers TOO_LARGE for a value
 * that does not fit in the reply.
 */
size_t statefs_serve(struct statefs *store, const uint8_t *request, size_t length, uint8_t *reply,
                     size_t size);

#endif
