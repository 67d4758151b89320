/* SPDX-License-Identifier: Apache-2.0 */
/* Packed messages: where they end, one after the other, in pieces, cut short, too large. The bytes
 * are worked out by hand. */
#include "nexus-idl/packed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"

#define BYTES(a) (const uint8_t *)(a), sizeof(a) - 1
#define NIL      "\0\0\0\0\0\0\0\0"
#define RAW      "\x21\x22\x23\x24\x25\x26\x27\x28"

struct message {
    const uint8_t *bytes;
    size_t length;
    const uint8_t *packed;
    size_t packed_length;
};

static const struct message messages[] = {
    /* A segment of no words; a null root; a struct of one word. */
    {BYTES(NIL), BYTES("\0\0")},
    {BYTES("\0\0\0\0\x01\0\0\0" NIL), BYTES("\x10\x01\0\0")},
    {BYTES("\0\0\0\0\x02\0\0\0"
           "\0\0\0\0\x01\0\0\0"
           "\x0B\0\0\0\0\0\0\0"),
     BYTES("\x10\x02\x10\x01\x01\x0B")},
    /* Two segments, and zeros where one ends and the next begins: each has its own run. */
    {BYTES("\x01\0\0\0\x02\0\0\0"
           "\x01\0\0\0\0\0\0\0" NIL NIL NIL),
     BYTES("\x11\x01\x02\x01\x01\0\x01\0\0")},
    /* The table ends in a zero word, and the segment is one. */
    {BYTES("\x01\0\0\0\x01\0\0\0" NIL NIL), BYTES("\x11\x01\x01\0\0\0\0")},
    /* Raw words on both sides of a segment's end. */
    {BYTES("\x01\0\0\0\x02\0\0\0"
           "\x01\0\0\0\0\0\0\0" RAW RAW RAW),
     BYTES("\x11\x01\x02\x01\x01\xFF" RAW "\x01" RAW "\xFF" RAW "\0")},
    /* Three segments, of which one is empty: no padding in the table. */
    {BYTES("\x02\0\0\0\x01\0\0\0"
           "\0\0\0\0\x01\0\0\0" NIL RAW),
     BYTES("\x11\x02\x01\x10\x01\0\0\xFF" RAW "\0")},
};

#define MESSAGES (sizeof(messages) / sizeof(messages[0]))

static int64_t unpack(const uint8_t *packed, size_t length, uint8_t *bytes, size_t size,
                      uint32_t segments_max, size_t *used)
{
    uint8_t *alone = copy_of(packed, length);
    int64_t got = nx_unpack_message(alone, length, bytes, size, segments_max, used);

    free(alone);
    return got;
}

static void messages_worked_out_by_hand(void **state)
{
    size_t used;

    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        const struct message *m = &messages[i];
        uint8_t *bytes = copy_of(m->bytes, m->length), *packed = exactly(m->packed_length);

        assert_int_equal(nx_pack_message(bytes, m->length, packed, m->packed_length),
                         m->packed_length);
        assert_memory_equal(packed, m->packed, m->packed_length);
        memset(bytes, CANARY, m->length);
        assert_int_equal(unpack(m->packed, m->packed_length, bytes, m->length, 3, &used),
                         m->length);
        assert_memory_equal(bytes, m->bytes, m->length);
        assert_int_equal(used, m->packed_length);
        free(bytes);
        free(packed);
    }
}

static void a_message_that_is_not_all_there_is_not_packed(void **state)
{
    uint8_t packed[64];

    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        for (size_t length = 0; length < messages[i].length; length++) {
            uint8_t *bytes = copy_of(messages[i].bytes, length);

            assert_int_equal(nx_pack_message(bytes, length, packed, 64), NX_TRUNCATED);
            free(bytes);
        }
        for (size_t size = 0; size < messages[i].packed_length; size++) {
            uint8_t *small = exactly(size);

            assert_int_equal(nx_pack_message(messages[i].bytes, messages[i].length, small, size),
                             NX_NO_SPACE);
            free(small);
        }
    }
    assert_int_equal(nx_pack_message(BYTES("\xFF\xFF\xFF\xFF\0\0\0\0"), packed, 64), NX_SEGMENTS);
    assert_int_equal(nx_pack_message(BYTES("\0\x02\0\0\0\0\0\0"), packed, 64), NX_SEGMENTS);
}

/* What follows a message is not its business, and neither packed nor unpacked. */
static void messages_follow_one_another(void **state)
{
    uint8_t packed[128], bytes[64];
    size_t length = 0, at = 0, used;

    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        int64_t made = nx_pack_message(messages[i].bytes, messages[i].length, packed + length,
                                       sizeof(packed) - length);
        assert_true(made > 0);
        length += (size_t)made;
    }
    for (size_t i = 0; i < MESSAGES; i++) {
        int64_t got = unpack(packed + at, length - at, bytes, sizeof(bytes), 3, &used);

        assert_int_equal(got, messages[i].length);
        assert_memory_equal(bytes, messages[i].bytes, messages[i].length);
        at += used;
    }
    assert_int_equal(at, length);
}

static void a_stream_may_come_in_pieces(void **state)
{
    uint8_t packed[128], bytes[64];
    size_t length = 0;

    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        memcpy(packed + length, messages[i].packed, messages[i].packed_length);
        length += messages[i].packed_length;
    }
    for (size_t piece = 1; piece <= length; piece++) {
        struct nx_unpacker unpacker;
        size_t found = 0, taken;

        nx_unpacker_init(&unpacker);
        for (size_t from = 0; from < length; from += piece) {
            size_t here = length - from < piece ? length - from : piece;
            uint8_t *alone = copy_of(packed + from, here);

            for (size_t at = 0; at < here; at += taken) {
                int64_t got = nx_unpacker_message(&unpacker, alone + at, here - at, bytes,
                                                  sizeof(bytes), 3, &taken);
                assert_int_equal(nx_unpacker_between(&unpacker), got != 0);
                if (got == 0)
                    continue;
                assert_int_equal(got, messages[found].length);
                assert_memory_equal(bytes, messages[found].bytes, messages[found].length);
                found++;
            }
            free(alone);
        }
        assert_int_equal(found, MESSAGES);
        assert_true(nx_unpacker_between(&unpacker));
    }
}

static void a_packed_message_that_is_cut_short_is_an_error(void **state)
{
    uint8_t bytes[64];
    size_t used;

    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        for (size_t cut = 0; cut < messages[i].packed_length; cut++) {
            assert_int_equal(unpack(messages[i].packed, cut, bytes, 64, 3, &used), NX_TRUNCATED);
            assert_int_equal(used, cut);
        }
    }
}

static void a_message_that_does_not_fit_is_an_error(void **state)
{
    size_t used;

    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        for (size_t size = 0; size < messages[i].length; size++) {
            uint8_t *bytes = exactly(size);

            assert_int_equal(
                unpack(messages[i].packed, messages[i].packed_length, bytes, size, 3, &used),
                NX_NO_SPACE);
            free(bytes);
        }
    }
}

/* A table is known to be too much before anything that it tells of is unpacked. */
static void a_table_is_not_trusted(void **state)
{
    uint8_t bytes[64];
    size_t used;

    (void)state;
    memset(bytes, CANARY, sizeof(bytes));
    /* 2^32 segments; four where three are taken; one of 2^32 - 1 words, whose words follow. */
    assert_int_equal(unpack(BYTES("\x0F\xFF\xFF\xFF\xFF\0\xFF"), bytes, 64, 3, &used), NX_SEGMENTS);
    assert_int_equal(unpack(BYTES("\x01\x03\0\xFF"), bytes, 64, 3, &used), NX_SEGMENTS);
    assert_int_equal(unpack(BYTES("\xF0\xFF\xFF\xFF\xFF\0\xFF"), bytes, 64, 3, &used), NX_NO_SPACE);
    for (size_t i = 8; i < sizeof(bytes); i++)
        assert_int_equal(bytes[i], CANARY);
}

/* The reference implementation packs each message by itself: no run belongs to two. */
static void a_run_ends_with_its_message(void **state)
{
    uint8_t bytes[64];
    size_t used;

    (void)state;
    memset(bytes, CANARY, sizeof(bytes));
    assert_int_equal(unpack(BYTES("\0\x01"), bytes, 64, 3, &used), NX_TOO_BIG);
    assert_int_equal(unpack(BYTES("\x10\x01\0\x01"), bytes, 64, 3, &used), NX_TOO_BIG);
    assert_int_equal(unpack(BYTES("\x10\x01\xFF" RAW "\x01" RAW), bytes, 64, 3, &used), NX_TOO_BIG);
    for (size_t i = 16; i < sizeof(bytes); i++)
        assert_int_equal(bytes[i], CANARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_worked_out_by_hand),
        cmocka_unit_test(a_message_that_is_not_all_there_is_not_packed),
        cmocka_unit_test(messages_follow_one_another),
        cmocka_unit_test(a_stream_may_come_in_pieces),
        cmocka_unit_test(a_packed_message_that_is_cut_short_is_an_error),
        cmocka_unit_test(a_message_that_does_not_fit_is_an_error),
        cmocka_unit_test(a_table_is_not_trusted),
        cmocka_unit_test(a_run_ends_with_its_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
