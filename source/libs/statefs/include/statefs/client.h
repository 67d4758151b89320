/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's side of the wire: numbers the requests and tells their replies from late ones. One
 * request is under way at a time; how frames travel is the caller's.
 */
#ifndef STATEFS_CLIENT_H
#define STATEFS_CLIENT_H

#include "statefs/wire.h"

struct statefs_client {
    uint64_t nonce; /* of the last request */
    uint8_t op;     /* of the request under way; 0: none */
};

/* Nonces go on from `nonce`: one that the server's peers have not used lately. */
void statefs_client_init(struct statefs_client *client, uint64_t nonce);

/* Encodes the request, whose version and nonce are set here: 3 for GET and LIST, else 2. 0: it does
 * not fit, and none is under way. */
size_t statefs_client_request(struct statefs_client *client, struct statefs_request *request,
                              uint8_t *frame, size_t size);

/* True: this is the reply to the request under way, which is over with that. Anything else is
 * false and changes nothing: late, repeated, garbage. */
bool statefs_client_reply(struct statefs_client *client, struct statefs_reply *reply,
                          const uint8_t *frame, size_t length) __attribute__((warn_unused_result));

/* How many bytes of a chunk fit in a TXN_PUT of frame_bytes beside a key of this length. */
uint32_t statefs_chunk_room(uint32_t frame_bytes, uint32_t key_length);

#endif
