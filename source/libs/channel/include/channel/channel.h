/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection in shared memory: a ring each way, and two words that say whether it stands.
 *
 * A word is a connection's number (the upper 31 bits) and whether it is open (the lowest). The
 * client asks with a new word; the service gives up what there was, empties both rings and answers
 * with the same word, or with it closed. Until then the client touches no ring, so neither side
 * sees the other's old bytes. A client that dies is hung up by whoever watches over it, with the
 * next number.
 *
 * The service trusts nothing here. Doorbells are the caller's: ring the peer after every call that
 * moved bytes or changed a word.
 */
#ifndef CHANNEL_CHANNEL_H
#define CHANNEL_CHANNEL_H

#include <stdbool.h>

#include "channel/ring.h"

/* In shared memory. */
struct channel {
    _Alignas(64) _Atomic uint32_t client_word;  /* written by the client, and hung up for it */
    _Alignas(64) _Atomic uint32_t service_word; /* written by the service */
    struct ring to_service;
    struct ring to_client;
};

/* Before either side knows of it. */
void channel_init(struct channel *channel);

/* Private to one side. */
struct channel_end {
    struct channel *channel;
    uint32_t word; /* the connection that this side knows of */
    struct ring_producer out;
    struct ring_consumer in;
};

enum channel_change {
    CHANNEL_SAME,
    CHANNEL_OPENED, /* by the client, anew: a connection from before is over */
    CHANNEL_CLOSED, /* by the client */
};

/* --- The service's side ------------------------------------------------------------------------
 */

void channel_serve(struct channel_end *end, struct channel *channel);

/* Looks whether the client opened or hung up. After CHANNEL_OPENED the caller accepts or refuses;
 * only then may it put and take. */
enum channel_change channel_poll(struct channel_end *end);
void channel_accept(struct channel_end *end);

/* Ends the connection, or refuses it: the client finds it closed. */
void channel_refuse(struct channel_end *end);

/* --- The client's side -------------------------------------------------------------------------
 */

/* Asks for a new connection; channel_answer() until it is decided. */
void channel_ask(struct channel_end *end, struct channel *channel);

enum channel_answer { CHANNEL_PENDING, CHANNEL_STANDS, CHANNEL_REFUSED };

/* Also while the connection stands: CHANNEL_REFUSED once the service has ended it. The first
 * CHANNEL_STANDS of a connection makes its rings ready for use. */
enum channel_answer channel_answer(struct channel_end *end);

/* Ends the connection from the client's side: by itself, or for it when it is dead. */
void channel_hang_up(struct channel *channel);

#endif
