/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte stream over a serial line that loses bytes, adds some, and does not say when the other
 * side has started anew. docs/perf/serial-link.md has the frames, byte by byte.
 *
 * Bytes arrive in order, once, or not at all: at the first one that is missing the session ends,
 * and a new one starts from nothing. The user then throws away what it had of the old one, its vat
 * above all. A frame is never sent twice: the line loses bytes where a side restarts, and there
 * calls are lost in any case.
 *
 * One side opens sessions (the host: it has a clock, and knows when a client is there), the other
 * one accepts them and needs no clock. It moves no bytes: the caller feeds it what the line gave
 * and sends what nx_link_output() shows.
 *
 *     at = 0;
 *     do {
 *         at += nx_link_receive(&link, bytes + at, length - at, &event);
 *         ... the event ...
 *     } while (event != NX_LINK_IDLE);
 */
#ifndef NEXUS_IDL_LINK_H
#define NEXUS_IDL_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NX_LINK_FRAME_BYTES  512U /* of the largest frame by default; both sides must agree */
#define NX_LINK_HEADER_BYTES 24U
/* What a configuration may say. */
#define NX_LINK_FRAME_BYTES_MIN 64U
#define NX_LINK_FRAME_BYTES_MAX 32768U

enum nx_link_role { NX_LINK_OPENER, NX_LINK_ACCEPTOR };

enum nx_link_state {
    NX_LINK_SHUT,    /* no session */
    NX_LINK_OPENING, /* the opener has asked for one */
    NX_LINK_OPEN
};

enum nx_link_event {
    NX_LINK_IDLE,   /* all that there was is taken, and nothing came of it */
    NX_LINK_OPENED, /* a session begins; one that was open has ended */
    NX_LINK_CLOSED, /* the session has ended, and there is no new one */
    NX_LINK_DATA    /* bytes of the session: nx_link_payload() */
};

/* The fields are the link's own; the counters at the end are for anybody to read. */
struct nx_link {
    uint8_t *in, *out; /* a frame each */
    uint32_t frame_bytes;
    uint32_t in_length, in_done; /* bytes in `in`; of them, those dealt with, at the head */
    uint32_t out_start, out_length;
    uint32_t session[2];       /* the opener's half, the acceptor's */
    uint32_t reset_session[2]; /* the one that the next reset names */
    uint32_t next_half;        /* of the next session, for this side */
    uint32_t send_sequence, receive_sequence;
    uint8_t role, state;
    uint8_t due;   /* control frames to send, a bit for each type */
    bool flushing; /* the line is quiet: a frame that is not whole now will never be */

    uint32_t frames;        /* that came whole, of any session */
    uint32_t probes;        /* that came in a session: for an opener, its pokes' answers */
    uint32_t unanswered;    /* pokes since the peer was heard in this session, or opening it */
    uint32_t frames_lost;   /* gaps that were seen: each has ended a session */
    uint32_t bytes_skipped; /* noise, and frames that were not whole */
};

/*
 * in and out: frame_bytes each, the caller's for as long as the link is used. seed: something that
 * is another one after a restart, a clock say; it makes session numbers differ. The acceptor begins
 * by telling an opener that may still talk to its predecessor.
 */
void nx_link_init(struct nx_link *link, enum nx_link_role role, uint32_t seed, uint8_t *in,
                  uint8_t *out, uint32_t frame_bytes);

/*
 * Takes bytes up to the first event; gives how many. To be called until the event is NX_LINK_IDLE,
 * which says that all of them were taken; also with none at all, after nx_link_quiet(). A caller
 * that has no room for a payload (nx_link_payload_max()) does not call.
 */
size_t nx_link_receive(struct nx_link *link, const uint8_t *bytes, size_t length,
                       enum nx_link_event *event);

/* The bytes of the NX_LINK_DATA that has just been told; good until the next nx_link_receive(). */
const uint8_t *nx_link_payload(const struct nx_link *link, size_t *length);

uint32_t nx_link_payload_max(const struct nx_link *link);

/* Takes up to nx_link_payload_max() bytes into a frame; gives how many. 0: no session, or the last
 * frame is not sent yet. */
size_t nx_link_send(struct nx_link *link, const uint8_t *bytes, size_t length);

/* What is to be sent to the line now, and how much: 0 is nothing. */
const uint8_t *nx_link_output(struct nx_link *link, size_t *length);

/* So many of these bytes are on their way. */
void nx_link_sent(struct nx_link *link, size_t length);

/* Ends the session, if there is one, and tells the peer. No event follows from it. */
void nx_link_close(struct nx_link *link);

/* The line was quiet for as long as a frame takes: what came so far is all there will be of it. */
void nx_link_quiet(struct nx_link *link);

/* The opener asks for a new session; one that there was is over. NX_LINK_OPENED will tell. */
void nx_link_open(struct nx_link *link);

/* The opener's clock: no frame came for some time. Asks again for the session, or whether all that
 * was sent has arrived. */
void nx_link_poke(struct nx_link *link);

#ifdef __cplusplus
}
#endif

#endif
