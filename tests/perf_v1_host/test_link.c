/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The serial link against frames that this test builds itself, fault by fault, and then both of its
 * sides with a line between them that does everything at once. What a session delivers is held
 * against what was sent in it: always the beginning of that, and never anything else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nexus-idl/link.h"

enum { FRAME = 512, HEADER = 24, PAYLOAD = FRAME - HEADER };
enum { T_DATA, T_PROBE, T_WELCOME, T_HELLO, T_RESET };

/* --- Frames, from the document --------------------------------------------------------------- */

/* CRC-32 of IEEE 802.3, bit by bit. */
static uint32_t crc32_of(const uint8_t *bytes, size_t length, uint32_t crc)
{
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return crc;
}

static void put_le(uint8_t *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_le(const uint8_t *at, int bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

struct session {
    uint32_t opener, acceptor;
};

/* Gives the frame's length. payload NULL: zeros. */
static size_t frame(uint8_t *to, int type, struct session session, uint32_t sequence,
                    const void *payload, size_t length)
{
    memcpy(to, "NXLK", 4);
    to[4] = 1;
    to[5] = (uint8_t)type;
    put_le(to + 6, (uint32_t)length, 2);
    put_le(to + 8, session.opener, 4);
    put_le(to + 12, session.acceptor, 4);
    put_le(to + 16, sequence, 4);
    memset(to + HEADER, 0, length);
    if (payload != NULL)
        memcpy(to + HEADER, payload, length);
    put_le(to + 20, ~crc32_of(to + HEADER, length, crc32_of(to, 20, UINT32_MAX)), 4);
    return HEADER + length;
}

/* --- One side --------------------------------------------------------------------------------- */

/* A link with what its user keeps: the bytes delivered in the session that is open. */
struct side {
    struct nx_link link;
    uint8_t in[FRAME], out[FRAME];
    unsigned opened, closed;
    size_t got;
    uint8_t data[65536];
};

static void side_init(struct side *side, enum nx_link_role role, uint32_t seed)
{
    memset(side->in, 0xa5, sizeof side->in);
    memset(side->out, 0xa5, sizeof side->out);
    nx_link_init(&side->link, role, seed, side->in, side->out, FRAME);
    side->opened = side->closed = 0;
    side->got = 0;
}

static void on_event(struct side *side, enum nx_link_event event)
{
    size_t length;
    const uint8_t *payload;
    switch (event) {
    case NX_LINK_OPENED:
        side->opened++;
        side->got = 0;
        break;
    case NX_LINK_CLOSED:
        side->closed++;
        break;
    case NX_LINK_DATA:
        payload = nx_link_payload(&side->link, &length);
        assert_true(length <= PAYLOAD && side->got + length <= sizeof side->data);
        memcpy(side->data + side->got, payload, length);
        side->got += length;
        break;
    case NX_LINK_IDLE:
        break;
    }
}

static void feed(struct side *side, const uint8_t *bytes, size_t length)
{
    enum nx_link_event event;
    size_t at = 0;
    /* Exactly so long: what reads past it is seen. */
    uint8_t *copy = malloc(length == 0 ? 1 : length);
    assert_non_null(copy);
    if (length > 0)
        memcpy(copy, bytes, length);
    do {
        at += nx_link_receive(&side->link, copy + at, length - at, &event);
        on_event(side, event);
    } while (event != NX_LINK_IDLE);
    assert_int_equal(at, length);
    free(copy);
}

/* The next frame that it sends, 0 bytes where there is none. */
static size_t next_frame(struct side *side, uint8_t to[FRAME])
{
    size_t length;
    const uint8_t *bytes = nx_link_output(&side->link, &length);
    assert_true(length <= FRAME);
    memcpy(to, bytes, length);
    nx_link_sent(&side->link, length);
    return length;
}

static void expect_frame(struct side *side, int type, struct session session, uint32_t sequence,
                         const void *payload, size_t length)
{
    uint8_t got[FRAME], expected[FRAME];
    size_t wanted = frame(expected, type, session, sequence, payload, length);
    assert_int_equal(next_frame(side, got), wanted);
    assert_memory_equal(got, expected, wanted);
}

static void expect_silence(struct side *side)
{
    uint8_t got[FRAME];
    assert_int_equal(next_frame(side, got), 0);
}

static const struct session none = {0, 0};

/* An acceptor in session {7, its half}. */
static struct session join_acceptor(struct side *side, uint32_t opener)
{
    uint8_t bytes[FRAME];
    feed(side, bytes, frame(bytes, T_HELLO, (struct session){opener, 0}, 0, NULL, PAYLOAD));
    assert_int_equal(side->link.state, NX_LINK_OPEN);
    while (next_frame(side, bytes) > 0 && bytes[5] != T_WELCOME)
        continue;
    assert_int_equal(bytes[5], T_WELCOME);
    assert_int_equal(get_le(bytes + 8, 4), opener);
    return (struct session){opener, get_le(bytes + 12, 4)};
}

static struct side *fresh_acceptor(struct session *session)
{
    static struct side side;
    side_init(&side, NX_LINK_ACCEPTOR, 100);
    *session = join_acceptor(&side, 7);
    return &side;
}

/* Sends one data frame of `text`. */
static void feed_text(struct side *side, struct session session, uint32_t sequence,
                      const char *text)
{
    uint8_t bytes[FRAME];
    feed(side, bytes, frame(bytes, T_DATA, session, sequence, text, strlen(text)));
}

static void expect_text(struct side *side, const char *text)
{
    assert_int_equal(side->got, strlen(text));
    assert_memory_equal(side->data, text, side->got);
}

/* --- The frames ------------------------------------------------------------------------------- */

static void the_crc_is_the_usual_one(void **state)
{
    (void)state;
    /* The check value of CRC-32/ISO-HDLC: the test's own function is right, too. */
    assert_int_equal(~crc32_of((const uint8_t *)"123456789", 9, UINT32_MAX), 0xcbf43926u);
}

static void a_session_byte_by_byte(void **state)
{
    static struct side acceptor, opener;
    uint8_t bytes[FRAME];
    (void)state;
    side_init(&acceptor, NX_LINK_ACCEPTOR, 100);
    side_init(&opener, NX_LINK_OPENER, 6);
    /* It says that it has begun. */
    expect_frame(&acceptor, T_RESET, none, 0, NULL, 0);
    expect_silence(&acceptor);
    expect_silence(&opener);
    /* HELLO fills a frame: {opener's half, 0}. */
    nx_link_open(&opener.link);
    expect_frame(&opener, T_HELLO, (struct session){7, 0}, 0, NULL, PAYLOAD);
    feed(&acceptor, bytes, frame(bytes, T_HELLO, (struct session){7, 0}, 0, NULL, PAYLOAD));
    assert_int_equal(acceptor.opened, 1);
    struct session session = {7, 101};
    expect_frame(&acceptor, T_WELCOME, session, 0, NULL, 0);
    feed(&opener, bytes, frame(bytes, T_WELCOME, session, 0, NULL, 0));
    assert_int_equal(opener.opened, 1);
    /* Data is numbered from 0 in each direction. */
    assert_int_equal(nx_link_send(&opener.link, (const uint8_t *)"abc", 3), 3);
    assert_int_equal(nx_link_send(&opener.link, (const uint8_t *)"de", 2), 0); /* not yet */
    expect_frame(&opener, T_DATA, session, 0, "abc", 3);
    assert_int_equal(nx_link_send(&opener.link, (const uint8_t *)"de", 2), 2);
    expect_frame(&opener, T_DATA, session, 1, "de", 2);
    feed_text(&acceptor, session, 0, "abc");
    feed_text(&acceptor, session, 1, "de");
    expect_text(&acceptor, "abcde");
    /* A probe says what comes next, and is answered. */
    nx_link_poke(&opener.link);
    expect_frame(&opener, T_PROBE, session, 2, NULL, PAYLOAD);
    feed(&acceptor, bytes, frame(bytes, T_PROBE, session, 2, NULL, PAYLOAD));
    expect_frame(&acceptor, T_PROBE, session, 0, NULL, 0);
    assert_int_equal(opener.link.unanswered, 1);
    feed(&opener, bytes, frame(bytes, T_PROBE, session, 0, NULL, 0));
    assert_int_equal(opener.link.unanswered, 0);
    expect_silence(&opener);
    nx_link_close(&opener.link);
    expect_frame(&opener, T_RESET, session, 2, NULL, PAYLOAD);
    feed(&acceptor, bytes, frame(bytes, T_RESET, session, 2, NULL, PAYLOAD));
    assert_int_equal(acceptor.closed, 1);
    expect_silence(&acceptor);
}

static void a_payload_is_cut_at_the_frame(void **state)
{
    struct session session;
    struct side *side = fresh_acceptor(&session);
    uint8_t bytes[600];
    (void)state;
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(nx_link_payload_max(&side->link), PAYLOAD);
    assert_int_equal(nx_link_send(&side->link, bytes, sizeof bytes), PAYLOAD);
    expect_frame(side, T_DATA, session, 0, bytes, PAYLOAD);
    assert_int_equal(nx_link_send(&side->link, bytes, 0), 0);
}

/* In whatever pieces it comes. */
static void bytes_one_at_a_time(void **state)
{
    struct session session;
    struct side *side = fresh_acceptor(&session);
    uint8_t bytes[FRAME];
    size_t length = frame(bytes, T_DATA, session, 0, "hello", 5);
    (void)state;
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(side->got, 0);
        feed(side, bytes + i, 1);
    }
    expect_text(side, "hello");
}

/* --- Faults, one by one ----------------------------------------------------------------------- */

static void noise_between_frames_is_skipped(void **state)
{
    struct session session;
    struct side *side = fresh_acceptor(&session);
    /* Among it the beginning of a header, and a whole one with a version that is none. */
    static const char noise[] =
        "~~N~NX~NXL~NXNXLK\x02\x00\x00\x00~~~~~~~~~~~~~~~~~~~~~NXLK\x01\x63";
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        feed(side, (const uint8_t *)noise, sizeof noise - 1);
        feed_text(side, session, i, "ab");
    }
    assert_int_equal(side->got, 40);
    assert_int_equal(side->link.bytes_skipped, 20 * (sizeof noise - 1));
    assert_int_equal(side->closed, 0);
}

static void a_flipped_bit_anywhere_ends_the_session_at_the_next_frame(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * (HEADER + 5); bit++) {
        struct session session;
        struct side *side = fresh_acceptor(&session);
        uint8_t bytes[FRAME];
        size_t length = frame(bytes, T_DATA, session, 0, "hello", 5);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        feed(side, bytes, length);
        assert_int_equal(side->got, 0);
        feed_text(side, session, 1, "world");
        nx_link_quiet(&side->link); /* a longer length may have swallowed it */
        feed(side, NULL, 0);
        assert_int_equal(side->got, 0);
        assert_int_equal(side->closed, 1);
        assert_int_equal(side->link.frames_lost, 1);
        expect_frame(side, T_RESET, session, 0, NULL, 0);
    }
}

static void a_lost_frame_ends_the_session(void **state)
{
    struct session session;
    struct side *side = fresh_acceptor(&session);
    (void)state;
    feed_text(side, session, 0, "a");
    feed_text(side, session, 2, "c");
    expect_text(side, "a");
    assert_int_equal(side->closed, 1);
    expect_frame(side, T_RESET, session, 0, NULL, 0);
    /* What else comes of that session is refused, and said so again: the first word may be lost. */
    feed_text(side, session, 1, "b");
    expect_text(side, "a");
    expect_frame(side, T_RESET, session, 0, NULL, 0);
    /* And a new one begins from nothing. */
    session = join_acceptor(side, 8);
    feed_text(side, session, 0, "z");
    expect_text(side, "z");
}

static void a_lost_last_frame_is_seen_by_the_probe(void **state)
{
    struct session session;
    struct side *side = fresh_acceptor(&session);
    uint8_t bytes[FRAME];
    (void)state;
    feed_text(side, session, 0, "a");
    feed(side, bytes, frame(bytes, T_PROBE, session, 2, NULL, PAYLOAD));
    assert_int_equal(side->closed, 1);
    expect_frame(side, T_RESET, session, 0, NULL, 0);
    expect_silence(side);
    /* The other direction: the answer to the opener's probe tells. */
    static struct side opener;
    side_init(&opener, NX_LINK_OPENER, 6);
    nx_link_open(&opener.link);
    feed(&opener, bytes, frame(bytes, T_WELCOME, (struct session){7, 9}, 0, NULL, 0));
    feed(&opener, bytes, frame(bytes, T_PROBE, (struct session){7, 9}, 1, NULL, 0));
    assert_int_equal(opener.closed, 1);
}

static void a_repeated_frame_changes_nothing(void **state)
{
    struct session session;
    struct side *side = fresh_acceptor(&session);
    uint8_t bytes[FRAME];
    (void)state;
    feed_text(side, session, 0, "a");
    feed_text(side, session, 0, "a");
    feed_text(side, session, 1, "b");
    feed_text(side, session, 0, "a");
    feed(side, bytes, frame(bytes, T_PROBE, session, 1, NULL, PAYLOAD)); /* an old one */
    expect_text(side, "ab");
    /* A HELLO twice, because its answer was lost: the same session. */
    feed(side, bytes, frame(bytes, T_HELLO, (struct session){7, 0}, 0, NULL, PAYLOAD));
    assert_int_equal(side->opened, 1);
    assert_int_equal(side->closed, 0);
    expect_frame(side, T_WELCOME, session, 0, NULL, 0);
    feed_text(side, session, 2, "c");
    expect_text(side, "abc");
}

static void reordered_frames_end_the_session(void **state)
{
    struct session session;
    struct side *side = fresh_acceptor(&session);
    (void)state;
    feed_text(side, session, 1, "b");
    feed_text(side, session, 0, "a");
    expect_text(side, "");
    assert_int_equal(side->closed, 1);
}

static void another_sessions_frames_are_not_delivered(void **state)
{
    struct session old, session;
    struct side *side = fresh_acceptor(&old);
    uint8_t bytes[FRAME];
    (void)state;
    session = join_acceptor(side, 8);
    assert_int_not_equal(session.acceptor, old.acceptor);
    feed_text(side, old, 0, "old");
    feed_text(side, (struct session){session.opener, old.acceptor}, 0, "half");
    feed(side, bytes, frame(bytes, T_RESET, old, 0, NULL, PAYLOAD));
    expect_text(side, "");
    assert_int_equal(side->link.state, NX_LINK_OPEN);
    feed_text(side, session, 0, "new");
    expect_text(side, "new");
}

/* A frame that breaks off at any byte, and then an opener that starts anew: its HELLO is found when
 * its last byte is there, with nothing but the HELLO itself, however much the broken frame asked
 * for. */
static void a_peer_that_restarts_at_any_byte(void **state)
{
    static const size_t payloads[] = {0, 1, 100, PAYLOAD};
    uint8_t broken[FRAME], hello[FRAME];
    size_t hello_length = frame(hello, T_HELLO, (struct session){9, 0}, 0, NULL, PAYLOAD);
    (void)state;
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        size_t whole = HEADER + payloads[i];
        for (size_t cut = 1; cut < whole; cut++) {
            struct session session;
            struct side *side = fresh_acceptor(&session);
            frame(broken, T_DATA, session, 0, NULL, payloads[i]);
            feed(side, broken, cut);
            feed(side, hello, hello_length - 1);
            assert_int_equal(side->opened, 1);
            feed(side, hello + hello_length - 1, 1);
            assert_int_equal(side->opened, 2);
            assert_int_equal(side->got, 0);
            assert_int_equal(side->link.session[0], 9);
        }
    }
}

/* The same for frames that are short, after a time of quiet. */
static void quiet_brings_it_in_step_at_any_byte(void **state)
{
    uint8_t broken[FRAME];
    (void)state;
    for (size_t cut = 1; cut < FRAME; cut++) {
        struct session session;
        struct side *side = fresh_acceptor(&session);
        frame(broken, T_DATA, (struct session){1, 2}, 0, NULL, PAYLOAD);
        feed(side, broken, cut);
        feed_text(side, session, 0, "one");
        feed_text(side, session, 1, "two");
        nx_link_quiet(&side->link);
        feed(side, NULL, 0);
        expect_text(side, "onetwo");
        /* The quiet is over: a frame in pieces is whole again. */
        uint8_t bytes[FRAME];
        size_t length = frame(bytes, T_DATA, session, 2, "x", 1);
        feed(side, bytes, 10);
        feed(side, bytes + 10, length - 10);
        expect_text(side, "onetwox");
    }
}

static void an_acceptor_that_restarts_is_noticed(void **state)
{
    static struct side opener, acceptor;
    uint8_t bytes[FRAME];
    struct session session = {7, 101};
    (void)state;
    for (int heard = 0; heard < 2; heard++) {
        side_init(&opener, NX_LINK_OPENER, 6);
        nx_link_open(&opener.link);
        (void)next_frame(&opener, bytes);
        feed(&opener, bytes, frame(bytes, T_WELCOME, session, 0, NULL, 0));
        side_init(&acceptor, NX_LINK_ACCEPTOR, 100);
        size_t length = next_frame(&acceptor, bytes);
        if (heard) {
            feed(&opener, bytes, length); /* its first word */
        } else {
            nx_link_poke(&opener.link); /* or its answer to a probe */
            length = next_frame(&opener, bytes);
            feed(&acceptor, bytes, length);
            length = next_frame(&acceptor, bytes);
            feed(&opener, bytes, length);
        }
        assert_int_equal(opener.closed, 1);
        expect_silence(&opener);
    }
}

/* It heard the HELLO of the session under way once more, and its half is another one now. */
static void an_acceptor_that_restarts_into_the_same_hello(void **state)
{
    static struct side opener;
    uint8_t bytes[FRAME];
    (void)state;
    side_init(&opener, NX_LINK_OPENER, 6);
    nx_link_open(&opener.link);
    feed(&opener, bytes, frame(bytes, T_WELCOME, (struct session){7, 101}, 0, NULL, 0));
    feed(&opener, bytes, frame(bytes, T_WELCOME, (struct session){7, 101}, 0, NULL, 0));
    assert_int_equal(opener.closed, 0);
    feed(&opener, bytes, frame(bytes, T_WELCOME, (struct session){7, 300}, 0, NULL, 0));
    assert_int_equal(opener.closed, 1);
}

static void an_opener_that_gives_up_before_the_welcome(void **state)
{
    static struct side opener;
    struct session session;
    struct side *side = fresh_acceptor(&session);
    uint8_t bytes[FRAME];
    (void)state;
    side_init(&opener, NX_LINK_OPENER, 6);
    nx_link_open(&opener.link);
    nx_link_close(&opener.link);
    size_t length = next_frame(&opener, bytes);
    assert_int_equal(bytes[5], T_RESET);
    feed(side, bytes, length);
    assert_int_equal(side->closed, 1);
    expect_silence(&opener);
    feed(&opener, bytes, frame(bytes, T_WELCOME, session, 0, NULL, 0));
    assert_int_equal(opener.opened, 0);
}

/* --- The storm -------------------------------------------------------------------------------- */

/* One direction of the line: frames on their way, and what happens to them. */
struct line {
    uint8_t bytes[1 << 16];
    size_t length;
    uint8_t held[FRAME]; /* overtaken by the next one */
    size_t held_length;
    uint8_t old[FRAME]; /* comes again at any time */
    size_t old_length;
};

/* What a session's user has sent, to hold the other side's bytes against. A byte tells its session
 * and its place. */
struct model {
    uint32_t session[2];
    size_t sent;
};

struct peer {
    struct side side;
    struct line to; /* what it sends */
    struct model model;
    size_t checked; /* of side.got */
};

static uint64_t dice_state;
static unsigned storm_sessions, storm_frames; /* told to a user, of both sides */

static uint32_t dice(uint32_t sides)
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return (uint32_t)(dice_state >> 20) % sides;
}

static uint8_t byte_of(const uint32_t session[2], enum nx_link_role sender, size_t at)
{
    return (uint8_t)(session[0] * 131 + session[1] * 71 + at * 7 + (at >> 8) +
                     (unsigned)sender * 3);
}

static void append(struct line *line, const uint8_t *bytes, size_t length)
{
    if (line->length + length > sizeof line->bytes)
        return; /* lost: nobody read */
    memcpy(line->bytes + line->length, bytes, length);
    line->length += length;
}

static void noise(struct line *line)
{
    uint8_t bytes[700];
    size_t length = dice(dice(8) == 0 ? sizeof bytes : 40);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t) "NXLK\1\0~"[dice(7)];
    append(line, bytes, length);
}

/* A frame onto the line; per mille of `faults` something happens to it. */
static void transmit(struct line *line, const uint8_t *bytes, size_t length, uint32_t faults)
{
    uint8_t copy[FRAME];
    memcpy(copy, bytes, length);
    if (dice(1000) < faults) {
        switch (dice(7)) {
        case 0: /* lost */
            return;
        case 1: /* truncated */
            length = dice((uint32_t)length);
            break;
        case 2: /* damaged */
            copy[dice((uint32_t)length)] ^= (uint8_t)(1 + dice(255));
            break;
        case 3: /* twice */
            append(line, copy, length);
            break;
        case 4: /* overtaken by the next one */
            memcpy(line->held, copy, length);
            line->held_length = length;
            return;
        case 5:
            noise(line);
            break;
        default: /* one from long ago, first */
            append(line, line->old, line->old_length);
            break;
        }
    }
    append(line, copy, length);
    append(line, line->held, line->held_length);
    line->held_length = 0;
    if (dice(20) == 0) {
        memcpy(line->old, bytes, length);
        line->old_length = length;
    }
}

static void check_delivered(struct peer *receiver, const struct peer *sender)
{
    struct side *side = &receiver->side;
    const uint32_t *session = side->link.session;
    enum nx_link_role role = (enum nx_link_role)sender->side.link.role;
    for (; receiver->checked < side->got; receiver->checked++)
        assert_int_equal(side->data[receiver->checked], byte_of(session, role, receiver->checked));
    /* Where both are in the same session, nothing was made up. */
    if (memcmp(session, sender->model.session, sizeof sender->model.session) == 0)
        assert_true(side->got <= sender->model.sent);
}

/* Delivers what is under way, in pieces. */
static void deliver(struct peer *receiver, struct peer *sender)
{
    struct line *line = &sender->to;
    size_t at = 0;
    while (at < line->length) {
        size_t part = 1 + dice(600);
        enum nx_link_event event;
        if (part > line->length - at)
            part = line->length - at;
        do {
            size_t taken = nx_link_receive(&receiver->side.link, line->bytes + at, part, &event);
            at += taken;
            part -= taken;
            if (event == NX_LINK_DATA && receiver->side.got > sizeof receiver->side.data - FRAME)
                receiver->side.got = receiver->checked = 0; /* never so many in one session */
            on_event(&receiver->side, event);
            if (event == NX_LINK_OPENED) {
                receiver->checked = 0;
                storm_sessions++;
            }
            storm_frames += event == NX_LINK_DATA;
            check_delivered(receiver, sender);
        } while (event != NX_LINK_IDLE);
    }
    line->length = 0;
}

static void send_some(struct peer *peer, uint32_t faults)
{
    struct nx_link *link = &peer->side.link;
    if (link->state == NX_LINK_OPEN && dice(2) == 0) {
        uint8_t bytes[PAYLOAD + 20];
        size_t wanted = 1 + dice(dice(4) == 0 ? sizeof bytes : 60);
        if (memcmp(peer->model.session, link->session, sizeof link->session) != 0) {
            memcpy(peer->model.session, link->session, sizeof link->session);
            peer->model.sent = 0;
        }
        enum nx_link_role role = (enum nx_link_role)link->role;
        for (size_t i = 0; i < wanted; i++)
            bytes[i] = byte_of(link->session, role, peer->model.sent + i);
        if (peer->model.sent < 60000)
            peer->model.sent += nx_link_send(link, bytes, wanted);
    }
    size_t length;
    const uint8_t *out;
    while (out = nx_link_output(link, &length), length > 0) {
        transmit(&peer->to, out, length, faults);
        nx_link_sent(link, length);
    }
}

static void restart(struct peer *peer, enum nx_link_role role, uint32_t seed)
{
    side_init(&peer->side, role, seed);
    peer->checked = 0;
    peer->model = (struct model){0};
}

static struct peer storm_peer[2];

/* The opener's user: it wants a session at all times. */
static void storm_turn(uint32_t faults)
{
    for (int i = 0; i < 2; i++)
        send_some(&storm_peer[i], faults);
    for (int i = 0; i < 2; i++)
        deliver(&storm_peer[i], &storm_peer[1 - i]);
    struct nx_link *opener = &storm_peer[NX_LINK_OPENER].side.link;
    if (opener->state == NX_LINK_SHUT)
        nx_link_open(opener);
}

static void storm(uint64_t seed, uint32_t faults, unsigned turns)
{
    uint32_t starts = 1;
    dice_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (int role = 0; role < 2; role++) {
        memset(&storm_peer[role], 0, sizeof storm_peer[role]);
        restart(&storm_peer[role], (enum nx_link_role)role, dice(1000));
    }
    for (unsigned turn = 0; turn < turns; turn++) {
        storm_turn(faults);
        if (dice(1000) < faults) {
            uint32_t who = dice(3); /* one, the other, both */
            for (uint32_t role = 0; role < 2; role++) {
                uint8_t half[FRAME];
                if (who != role && who != 2)
                    continue;
                /* In the middle of a frame. */
                memset(half, 'N', sizeof half);
                size_t length = frame(half, T_DATA, none, 0, NULL, dice(PAYLOAD));
                append(&storm_peer[role].to, half, dice((uint32_t)length));
                restart(&storm_peer[role], (enum nx_link_role)role, 10000 * starts++);
            }
        }
        if (dice(20) == 0) {
            nx_link_poke(&storm_peer[NX_LINK_OPENER].side.link);
            nx_link_quiet(&storm_peer[NX_LINK_OPENER].side.link);
        }
    }
}

/* The weather clears: two pokes later, with what they set going, bytes flow both ways. */
static void expect_fair_weather(void)
{
    struct peer *opener = &storm_peer[NX_LINK_OPENER], *acceptor = &storm_peer[NX_LINK_ACCEPTOR];
    for (int i = 0; i < 2; i++) {
        append(&storm_peer[i].to, storm_peer[i].to.held, storm_peer[i].to.held_length);
        storm_peer[i].to.held_length = 0;
    }
    for (int poke = 0; poke < 2; poke++) {
        for (int i = 0; i < 2; i++) {
            nx_link_poke(&opener->side.link);
            nx_link_quiet(&opener->side.link); /* what it holds of a frame, too */
            storm_turn(0);
        }
        for (int turn = 0; turn < 3; turn++)
            storm_turn(0);
    }
    assert_int_equal(opener->side.link.state, NX_LINK_OPEN);
    assert_int_equal(acceptor->side.link.state, NX_LINK_OPEN);
    assert_memory_equal(opener->side.link.session, acceptor->side.link.session, 8);
    unsigned opened = opener->side.opened;
    for (int turn = 0; turn < 50; turn++)
        storm_turn(0);
    storm_turn(0);
    assert_int_equal(opener->side.opened, opened);
    for (int i = 0; i < 2; i++) {
        assert_true(storm_peer[i].model.sent > 0);
        deliver(&storm_peer[1 - i], &storm_peer[i]);
        assert_int_equal(storm_peer[1 - i].side.got, storm_peer[i].model.sent);
    }
}

static void a_storm_delivers_beginnings_and_nothing_else(void **state)
{
    (void)state;
    storm_sessions = storm_frames = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        storm(seed, seed % 3 == 0 ? 300 : seed % 3 == 1 ? 30 : 5, 400);
        expect_fair_weather();
    }
    /* It was a storm, and something came through. */
    print_message("# storms: %u sessions, %u frames\n", storm_sessions, storm_frames);
    assert_true(storm_sessions > 3000);
    assert_true(storm_frames > 30000);
}

/* --- Anything at all -------------------------------------------------------------------------- */

/* Bytes that look like frames in every part but some: nothing is read or written out of bounds (the
 * sanitizers watch), and every call ends. */
static void frames_gone_wrong_do_no_harm(void **state)
{
    static struct side sides[2];
    (void)state;
    dice_state = 4711;
    for (int role = 0; role < 2; role++)
        side_init(&sides[role], (enum nx_link_role)role, 3);
    for (int round = 0; round < 60000; round++) {
        struct side *side = &sides[dice(2)];
        uint8_t bytes[FRAME + 100];
        struct session session = {side->link.session[0] + dice(2), side->link.session[1] + dice(2)};
        size_t length = frame(bytes, (int)dice(6), session, dice(3), NULL, dice(PAYLOAD + 50));
        switch (dice(6)) {
        case 0:
            bytes[dice(HEADER)] = (uint8_t)dice(256);
            break;
        case 1:
            length = dice((uint32_t)length);
            break;
        case 2:
            nx_link_poke(&side->link);
            break;
        case 3:
            nx_link_open(&sides[NX_LINK_OPENER].link);
            break;
        default:
            break;
        }
        side->got = 0;
        feed(side, bytes, length);
        (void)next_frame(side, bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_crc_is_the_usual_one),
        cmocka_unit_test(a_session_byte_by_byte),
        cmocka_unit_test(a_payload_is_cut_at_the_frame),
        cmocka_unit_test(bytes_one_at_a_time),
        cmocka_unit_test(noise_between_frames_is_skipped),
        cmocka_unit_test(a_flipped_bit_anywhere_ends_the_session_at_the_next_frame),
        cmocka_unit_test(a_lost_frame_ends_the_session),
        cmocka_unit_test(a_lost_last_frame_is_seen_by_the_probe),
        cmocka_unit_test(a_repeated_frame_changes_nothing),
        cmocka_unit_test(reordered_frames_end_the_session),
        cmocka_unit_test(another_sessions_frames_are_not_delivered),
        cmocka_unit_test(a_peer_that_restarts_at_any_byte),
        cmocka_unit_test(quiet_brings_it_in_step_at_any_byte),
        cmocka_unit_test(an_acceptor_that_restarts_is_noticed),
        cmocka_unit_test(an_acceptor_that_restarts_into_the_same_hello),
        cmocka_unit_test(an_opener_that_gives_up_before_the_welcome),
        cmocka_unit_test(a_storm_delivers_beginnings_and_nothing_else),
        cmocka_unit_test(frames_gone_wrong_do_no_harm),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
