/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line with a link at either end, and a hand on it that does as the bytes say: moves what is on
 * its way, spoils it, loses it, adds frames of its own. Nothing is written behind a buffer; what a
 * link is fed it takes; data comes in a session only; and where nobody has forged a frame, what
 * arrives in a session is what was sent in it, from its first byte on without a gap.
 *
 * Byte 0: the size of frames, over the least; then steps: a byte that says which, one with which
 * end and how much, and what the step takes beside.
 */
#include "nexus-idl/crc.h"
#include "nexus-idl/link.h"
#include "nexus-idl/wire.h"
#include "walk.h"

#include <string.h>

enum { GUARD = 16, PATTERN = 0xa5, STREAM = 8192, LINE = 4096, SESSIONS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What an end has sent in a session. */
struct sent {
    uint32_t session[2];
    uint8_t bytes[STREAM];
    size_t length;
};

struct end {
    struct nx_link link;
    uint8_t *in, *out;
    uint8_t line[LINE]; /* on its way to this end */
    size_t on_line;
    size_t received_length; /* in its session */
    /* Its last sessions: the other end may be in one that this one has left. */
    struct sent sent[SESSIONS];
    uint32_t sessions; /* begun */
};

struct input {
    const uint8_t *at, *end;
};

static struct end ends[2];
static uint32_t frame_bytes;
static bool forged;

static uint8_t next(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static const uint8_t *next_bytes(struct input *input, size_t *length)
{
    const uint8_t *at = input->at;
    if (*length > (size_t)(input->end - at))
        *length = (size_t)(input->end - at);
    input->at += *length;
    return at;
}

static void check_guards(const struct end *end)
{
    for (size_t i = 0; i < GUARD; i++)
        FUZZ_CHECK(end->in[frame_bytes + i] == PATTERN && end->out[frame_bytes + i] == PATTERN);
}

static void init(struct end *end, enum nx_link_role role)
{
    end->in = malloc(frame_bytes + GUARD);
    end->out = malloc(frame_bytes + GUARD);
    FUZZ_CHECK(end->in != NULL && end->out != NULL);
    memset(end->in, PATTERN, frame_bytes + GUARD);
    memset(end->out, PATTERN, frame_bytes + GUARD);
    end->on_line = 0;
    end->sessions = 0;
    nx_link_init(&end->link, role, 7, end->in, end->out, frame_bytes);
    FUZZ_CHECK(nx_link_payload_max(&end->link) == frame_bytes - NX_LINK_HEADER_BYTES);
}

/* --- what arrives --- */

/* What it sends from now on is the session's. */
static void begin_session(struct end *end)
{
    struct sent *sent = &end->sent[end->sessions++ % SESSIONS];
    sent->session[0] = end->link.session[0];
    sent->session[1] = end->link.session[1];
    sent->length = 0;
    end->received_length = 0;
}

/* What was sent in the session; NULL where that is too long ago. */
static const struct sent *sent_in(const struct end *end, const uint32_t session[2])
{
    for (uint32_t i = 0; i < end->sessions && i < SESSIONS; i++) {
        const struct sent *sent = &end->sent[(end->sessions - 1 - i) % SESSIONS];
        if (sent->session[0] == session[0] && sent->session[1] == session[1])
            return sent;
    }
    FUZZ_CHECK(end->sessions > SESSIONS);
    return NULL;
}

static void take_data(struct end *end, const struct end *peer)
{
    const struct sent *sent;
    size_t length;
    const uint8_t *payload = nx_link_payload(&end->link, &length);
    FUZZ_CHECK(length <= nx_link_payload_max(&end->link));
    FUZZ_CHECK(payload >= end->in && payload + length <= end->in + frame_bytes);
    FUZZ_CHECK(end->link.state == NX_LINK_OPEN);
    if (forged)
        return;
    sent = sent_in(peer, end->link.session);
    if (sent == NULL)
        return;
    FUZZ_CHECK(length <= sent->length - end->received_length);
    FUZZ_CHECK(memcmp(payload, sent->bytes + end->received_length, length) == 0);
    end->received_length += length;
}

static void receive(struct end *end, struct end *peer, const uint8_t *bytes, size_t length)
{
    enum nx_link_event event;
    size_t at = 0;
    do {
        size_t taken = nx_link_receive(&end->link, bytes + at, length - at, &event);
        FUZZ_CHECK(taken <= length - at);
        at += taken;
        check_guards(end);
        if (event == NX_LINK_DATA)
            take_data(end, peer);
        else if (event == NX_LINK_OPENED)
            begin_session(end);
        FUZZ_CHECK(event != NX_LINK_OPENED || end->link.state == NX_LINK_OPEN);
        FUZZ_CHECK(event != NX_LINK_CLOSED || end->link.state == NX_LINK_SHUT);
    } while (event != NX_LINK_IDLE);
    FUZZ_CHECK(at == length);
}

static void put_on_line(struct end *to, const uint8_t *bytes, size_t length)
{
    if (length > LINE - to->on_line)
        length = LINE - to->on_line; /* lost */
    memcpy(to->line + to->on_line, bytes, length);
    to->on_line += length;
}

static void deliver(struct end *to, struct end *from, size_t length)
{
    uint8_t *exact;
    if (length > to->on_line)
        length = to->on_line;
    exact = malloc(length > 0 ? length : 1);
    FUZZ_CHECK(exact != NULL);
    memcpy(exact, to->line, length);
    to->on_line -= length;
    memmove(to->line, to->line + length, to->on_line);
    receive(to, from, exact, length);
    free(exact);
}

/* --- what is sent --- */

static void send_out(struct end *end, struct end *peer, size_t most)
{
    size_t length;
    const uint8_t *out = nx_link_output(&end->link, &length);
    FUZZ_CHECK(length <= frame_bytes);
    FUZZ_CHECK(out >= end->out && out + length <= end->out + frame_bytes);
    if (length > most)
        length = most;
    put_on_line(peer, out, length);
    nx_link_sent(&end->link, length);
    check_guards(end);
}

static void send_data(struct end *end, const uint8_t *bytes, size_t length)
{
    size_t taken = nx_link_send(&end->link, bytes, length);
    FUZZ_CHECK(taken <= length && taken <= nx_link_payload_max(&end->link));
    FUZZ_CHECK(taken == 0 || end->link.state == NX_LINK_OPEN);
    check_guards(end);
    if (taken == 0 || forged)
        return;
    struct sent *sent = &end->sent[(end->sessions - 1) % SESSIONS];
    if (taken > STREAM - sent->length) {
        forged = true; /* more than is remembered */
        return;
    }
    memcpy(sent->bytes + sent->length, bytes, taken);
    sent->length += taken;
}

/* A frame with a good check sum, of the session that the end is in or of another. */
static void forge(struct end *to, struct input *input, uint8_t much)
{
    uint8_t frame[NX_LINK_HEADER_BYTES + 64];
    uint8_t type = next(input), other = next(input);
    size_t length = much % 65;
    const uint8_t *payload = next_bytes(input, &length);
    forged = true;
    nx_store32(frame, UINT32_C(0x4b4c584e));
    frame[4] = 1;
    frame[5] = type % 6;
    nx_store16(frame + 6, (uint16_t)length);
    nx_store32(frame + 8, to->link.session[0] + (other & 1));
    nx_store32(frame + 12, (other & 4) != 0 ? 0 : to->link.session[1] + (other >> 1 & 1));
    nx_store32(frame + 16, to->link.receive_sequence + (other >> 3 & 3) - 1);
    memcpy(frame + NX_LINK_HEADER_BYTES, payload, length);
    nx_store32(frame + 20, nx_crc32(nx_crc32(0, frame, 20), frame + NX_LINK_HEADER_BYTES, length));
    put_on_line(to, frame, NX_LINK_HEADER_BYTES + length);
}

static void step(struct input *input)
{
    uint8_t what = next(input), much = next(input);
    struct end *end = &ends[what >> 7], *peer = &ends[1 - (what >> 7)];
    size_t length = much;
    const uint8_t *bytes;
    switch (what % 12) {
    case 0:
        send_out(end, peer, (size_t)much * 4 + 1);
        break;
    case 1:
        send_out(end, peer, LINE);
        deliver(peer, end, LINE);
        break;
    case 2:
        deliver(end, peer, (size_t)much * 4);
        break;
    case 3:
        bytes = next_bytes(input, &length);
        send_data(end, bytes, length);
        break;
    case 4: /* noise */
        bytes = next_bytes(input, &length);
        put_on_line(end, bytes, length);
        break;
    case 5: /* some bytes are lost */
        length = much < end->on_line ? much : end->on_line;
        end->on_line -= length;
        memmove(end->line, end->line + length, end->on_line);
        break;
    case 6: /* one comes out different: within what a check sum of 32 bits finds for certain */
        if (much < end->on_line)
            end->line[much] ^= next(input);
        break;
    case 7:
        nx_link_quiet(&end->link);
        receive(end, peer, (const uint8_t *)"", 0);
        break;
    case 8:
        if (end->link.role == NX_LINK_OPENER)
            nx_link_open(&end->link);
        break;
    case 9:
        nx_link_close(&end->link);
        break;
    case 10:
        nx_link_poke(&end->link);
        break;
    default:
        forge(end, input, much);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct input input = {bytes, bytes + length};
    frame_bytes = NX_LINK_FRAME_BYTES_MIN + next(&input) * 4U;
    forged = false;
    init(&ends[0], NX_LINK_OPENER);
    init(&ends[1], NX_LINK_ACCEPTOR);
    while (input.at < input.end)
        step(&input);
    for (int i = 0; i < 2; i++) {
        free(ends[i].in);
        free(ends[i].out);
    }
    return 0;
}
