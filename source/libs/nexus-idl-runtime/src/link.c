/* SPDX-License-Identifier: Apache-2.0 */
#include "nexus-idl/link.h"

#include "nexus-idl/crc.h"
#include "nexus-idl/wire.h"

#define MAGIC   UINT32_C(0x4b4c584e) /* "NXLK" on the line */
#define VERSION 1u

enum { AT_VERSION = 4, AT_TYPE = 5, AT_LENGTH = 6, AT_SESSION = 8, AT_SEQUENCE = 16, AT_CRC = 20 };

/* The higher the type, the sooner it is sent. */
enum type { DATA, PROBE, WELCOME, HELLO, RESET, TYPES };

/* Over the frame without the field itself. */
static uint32_t frame_crc(const uint8_t *frame, size_t length)
{
    uint32_t crc = nx_crc32(0, frame, AT_CRC);
    return nx_crc32(crc, frame + NX_LINK_HEADER_BYTES, length - NX_LINK_HEADER_BYTES);
}

static void copy(uint8_t *to, const uint8_t *from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to[i] = from[i];
}

static void set_session(uint32_t session[2], uint32_t opener, uint32_t acceptor)
{
    session[0] = opener;
    session[1] = acceptor;
}

static bool is_session(const uint32_t session[2], uint32_t opener, uint32_t acceptor)
{
    return session[0] == opener && session[1] == acceptor;
}

static void set_due(struct nx_link *link, enum type type)
{
    link->due |= (uint8_t)(1u << type);
}

void nx_link_init(struct nx_link *link, enum nx_link_role role, uint32_t seed, uint8_t *in,
                  uint8_t *out, uint32_t frame_bytes)
{
    *link = (struct nx_link){
        .in = in, .out = out, .frame_bytes = frame_bytes, .next_half = seed, .role = (uint8_t)role};
    if (role == NX_LINK_ACCEPTOR)
        set_due(link, RESET);
}

uint32_t nx_link_payload_max(const struct nx_link *link)
{
    return link->frame_bytes - NX_LINK_HEADER_BYTES;
}

/* --- Out -------------------------------------------------------------------------------------- */

/* Where the payload stands in `out` already. */
static void build(struct nx_link *link, enum type type, uint32_t length)
{
    uint8_t *frame = link->out;
    const uint32_t *session = type == RESET ? link->reset_session : link->session;
    nx_store32(frame, MAGIC);
    frame[AT_VERSION] = VERSION;
    frame[AT_TYPE] = (uint8_t)type;
    nx_store16(frame + AT_LENGTH, (uint16_t)length);
    nx_store32(frame + AT_SESSION, session[0]);
    nx_store32(frame + AT_SESSION + 4, session[1]);
    nx_store32(frame + AT_SEQUENCE, link->send_sequence);
    link->out_start = 0;
    link->out_length = NX_LINK_HEADER_BYTES + length;
    nx_store32(frame + AT_CRC, frame_crc(frame, link->out_length));
}

static void build_control(struct nx_link *link, enum type type)
{
    uint32_t length = 0;
    link->due &= (uint8_t) ~(1u << type);
    /* The opener's are as long as a frame can be: whatever its peer holds of a frame that broke off
     * is filled up by them, found to be none, and then they are found in it. */
    if (link->role == NX_LINK_OPENER) {
        length = nx_link_payload_max(link);
        for (uint32_t i = 0; i < length; i++)
            link->out[NX_LINK_HEADER_BYTES + i] = 0;
    }
    build(link, type, length);
}

const uint8_t *nx_link_output(struct nx_link *link, size_t *length)
{
    if (link->out_length == 0) {
        for (unsigned type = RESET; type > DATA; type--) {
            if ((link->due & 1u << type) != 0) {
                build_control(link, (enum type)type);
                break;
            }
        }
    }
    *length = link->out_length;
    return link->out + link->out_start;
}

void nx_link_sent(struct nx_link *link, size_t length)
{
    link->out_start += (uint32_t)length;
    link->out_length -= (uint32_t)length;
}

size_t nx_link_send(struct nx_link *link, const uint8_t *bytes, size_t length)
{
    /* What is due goes first: a WELCOME must not come after the first data. */
    if (link->state != NX_LINK_OPEN || link->out_length > 0 || link->due != 0 || length == 0)
        return 0;
    if (length > nx_link_payload_max(link))
        length = nx_link_payload_max(link);
    copy(link->out + NX_LINK_HEADER_BYTES, bytes, length);
    build(link, DATA, (uint32_t)length);
    link->send_sequence++;
    return length;
}

/* --- Sessions --------------------------------------------------------------------------------- */

/* Never 0: that stands for "none". */
static uint32_t next_half(struct nx_link *link)
{
    link->next_half++;
    if (link->next_half == 0)
        link->next_half = 1;
    return link->next_half;
}

static void begin(struct nx_link *link, uint32_t opener, uint32_t acceptor)
{
    set_session(link->session, opener, acceptor);
    link->send_sequence = link->receive_sequence = 0;
    link->unanswered = 0;
}

static void send_reset(struct nx_link *link, uint32_t opener, uint32_t acceptor)
{
    set_session(link->reset_session, opener, acceptor);
    set_due(link, RESET);
}

void nx_link_close(struct nx_link *link)
{
    if (link->state == NX_LINK_SHUT)
        return;
    link->state = NX_LINK_SHUT;
    link->due = 0;
    send_reset(link, link->session[0], link->session[1]);
}

void nx_link_open(struct nx_link *link)
{
    begin(link, next_half(link), 0);
    link->state = NX_LINK_OPENING;
    link->due = 1u << HELLO;
}

void nx_link_quiet(struct nx_link *link)
{
    link->flushing = true;
}

void nx_link_poke(struct nx_link *link)
{
    if (link->state == NX_LINK_SHUT)
        return;
    link->unanswered++;
    set_due(link, link->state == NX_LINK_OPENING ? HELLO : PROBE);
}

static enum nx_link_event lost(struct nx_link *link)
{
    link->frames_lost++;
    nx_link_close(link);
    return NX_LINK_CLOSED;
}

static enum nx_link_event closed_by_peer(struct nx_link *link)
{
    link->state = NX_LINK_SHUT;
    link->due = 0;
    return NX_LINK_CLOSED;
}

/* --- In --------------------------------------------------------------------------------------- */

/* A frame of the session that is open. */
static enum nx_link_event take_in_session(struct nx_link *link, enum type type, uint32_t sequence)
{
    /* Behind what came already (a repeated frame): negative. */
    int32_t ahead = (int32_t)(sequence - link->receive_sequence);
    link->unanswered = 0;
    if (type == RESET)
        return closed_by_peer(link);
    if (ahead > 0)
        return lost(link);
    if (type == DATA && ahead == 0) {
        link->receive_sequence++;
        return NX_LINK_DATA;
    }
    if (type == PROBE) {
        link->probes++;
        if (link->role == NX_LINK_ACCEPTOR)
            set_due(link, PROBE);
    }
    return NX_LINK_IDLE;
}

static enum nx_link_event take_as_acceptor(struct nx_link *link, enum type type, uint32_t opener,
                                           uint32_t acceptor)
{
    if (type == HELLO) {
        bool repeated = link->state == NX_LINK_OPEN && opener == link->session[0];
        if (!repeated) {
            begin(link, opener, next_half(link));
            link->state = NX_LINK_OPEN;
            link->due = 0;
        }
        set_due(link, WELCOME);
        return repeated ? NX_LINK_IDLE : NX_LINK_OPENED;
    }
    /* An opener that gave up before it was welcomed. */
    if (type == RESET && link->state == NX_LINK_OPEN && opener == link->session[0] && acceptor == 0)
        return closed_by_peer(link);
    /* One that talks to my predecessor, or has lost its way. */
    if (type == DATA || type == PROBE)
        send_reset(link, opener, acceptor);
    return NX_LINK_IDLE;
}

static enum nx_link_event take_as_opener(struct nx_link *link, enum type type, uint32_t opener,
                                         uint32_t acceptor)
{
    bool peer_restarted = type == RESET && opener == 0 && acceptor == 0;
    bool welcome = type == WELCOME && opener == link->session[0];
    if (link->state == NX_LINK_OPENING && peer_restarted)
        set_due(link, HELLO);
    if (link->state == NX_LINK_OPENING && welcome) {
        link->session[1] = acceptor;
        link->state = NX_LINK_OPEN;
        link->unanswered = 0;
        link->due = 0;
        return NX_LINK_OPENED;
    }
    /* It has started anew in mid session, and may have heard an old HELLO since. */
    if (link->state == NX_LINK_OPEN && (peer_restarted || welcome))
        return closed_by_peer(link);
    return NX_LINK_IDLE;
}

static enum nx_link_event take(struct nx_link *link, const uint8_t *frame)
{
    enum type type = (enum type)frame[AT_TYPE];
    uint32_t opener = nx_load32(frame + AT_SESSION);
    uint32_t acceptor = nx_load32(frame + AT_SESSION + 4);
    if (link->state == NX_LINK_OPEN && is_session(link->session, opener, acceptor))
        return take_in_session(link, type, nx_load32(frame + AT_SEQUENCE));
    return link->role == NX_LINK_ACCEPTOR ? take_as_acceptor(link, type, opener, acceptor)
                                          : take_as_opener(link, type, opener, acceptor);
}

/* How long the frame is that may begin here, as far as can be told from `length` bytes: at least
 * its header's. 0: no frame begins here. */
static uint32_t candidate(const struct nx_link *link, const uint8_t *at, uint32_t length)
{
    for (uint32_t i = 0; i < length && i < 4; i++)
        if (at[i] != (uint8_t)(MAGIC >> 8 * i))
            return 0;
    if (length < AT_SESSION)
        return NX_LINK_HEADER_BYTES;
    uint32_t payload = nx_load16(at + AT_LENGTH);
    if (at[AT_VERSION] != VERSION || at[AT_TYPE] >= TYPES || payload > nx_link_payload_max(link))
        return 0;
    return NX_LINK_HEADER_BYTES + payload;
}

static void drop(struct nx_link *link, uint32_t length)
{
    if (length == 0)
        return;
    link->in_length -= length;
    copy(link->in, link->in + length, link->in_length);
}

/* Finds the next frame in what is there and moves it to the head. Its length, or how many bytes
 * there must be before more can be told (over in_length). */
static uint32_t find(struct nx_link *link)
{
    uint32_t skip = 0, length;
    for (;; skip++) {
        uint32_t left = link->in_length - skip;
        const uint8_t *at = link->in + skip;
        length = candidate(link, at, left);
        if (length == 0)
            continue;
        if (left == 0 || (left < length && !link->flushing))
            break;
        if (left >= length && nx_load32(at + AT_CRC) == frame_crc(at, length))
            break;
    }
    link->bytes_skipped += skip;
    drop(link, skip);
    return length;
}

size_t nx_link_receive(struct nx_link *link, const uint8_t *bytes, size_t length,
                       enum nx_link_event *event)
{
    size_t taken = 0;
    *event = NX_LINK_IDLE;
    for (;;) {
        drop(link, link->in_done);
        link->in_done = 0;
        uint32_t wanted = find(link);
        if (link->in_length < wanted) {
            size_t part = wanted - link->in_length;
            if (taken == length)
                break;
            if (part > length - taken)
                part = length - taken;
            copy(link->in + link->in_length, bytes + taken, part);
            link->in_length += (uint32_t)part;
            taken += part;
            link->flushing = false;
            continue;
        }
        link->in_done = wanted;
        link->frames++;
        *event = take(link, link->in);
        if (*event != NX_LINK_IDLE)
            return taken;
    }
    link->flushing = false;
    return taken;
}

const uint8_t *nx_link_payload(const struct nx_link *link, size_t *length)
{
    *length = link->in_done - NX_LINK_HEADER_BYTES;
    return link->in + NX_LINK_HEADER_BYTES;
}
