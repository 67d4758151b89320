/* SPDX-License-Identifier: Apache-2.0 */
/* The packed encoding: bytes worked out by hand from its specification, every limit, and input that
 * comes in pieces. The official tools judge it in test_packed_official.py. */
#include "nexus-idl/packed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"
#include "nexus-idl/framing.h"

#define BYTES(a)  (const uint8_t *)(a), sizeof(a) - 1
#define MANY      2048
#define WORDS_MAX 600

/* --- by hand --- */

struct pair {
    const uint8_t *bytes;
    size_t length;
    const uint8_t *packed;
    size_t packed_length;
};

#define RAW_1 "\x01\x02\x03\x04\x05\x06\x07\x08"
#define RAW_2 "\x11\x12\x13\x14\x15\x16\x17\x18"
#define NIL   "\0\0\0\0\0\0\0\0"

static const struct pair by_hand[] = {
    {BYTES(""), BYTES("")},
    /* The specification's own example. */
    {BYTES("\x08\0\0\0\x03\0\x02\0"
           "\x19\0\0\0\xAA\x01\0\0"),
     BYTES("\x51\x08\x03\x02"
           "\x31\x19\xAA\x01")},
    /* A byte at each place is a bit of the tag. */
    {BYTES("\x7E\0\0\0\0\0\0\0"), BYTES("\x01\x7E")},
    {BYTES("\0\x7E\0\0\0\0\0\0"), BYTES("\x02\x7E")},
    {BYTES("\0\0\x7E\0\0\0\0\0"), BYTES("\x04\x7E")},
    {BYTES("\0\0\0\x7E\0\0\0\0"), BYTES("\x08\x7E")},
    {BYTES("\0\0\0\0\x7E\0\0\0"), BYTES("\x10\x7E")},
    {BYTES("\0\0\0\0\0\x7E\0\0"), BYTES("\x20\x7E")},
    {BYTES("\0\0\0\0\0\0\x7E\0"), BYTES("\x40\x7E")},
    {BYTES("\0\0\0\0\0\0\0\x7E"), BYTES("\x80\x7E")},
    /* Zero words, by themselves and between others. */
    {BYTES(NIL), BYTES("\0\0")},
    {BYTES(NIL NIL NIL NIL), BYTES("\0\x03")},
    {BYTES("\x01\0\0\0\0\0\0\0" NIL NIL "\0\0\0\0\0\0\0\x02"), BYTES("\x01\x01\0\x01\x80\x02")},
    /* Words without zeros, by themselves and in a run. */
    {BYTES(RAW_1), BYTES("\xFF" RAW_1 "\0")},
    {BYTES(RAW_1 RAW_2), BYTES("\xFF" RAW_1 "\x01" RAW_2)},
    /* One zero byte begins no run, and ends none; two do. */
    {BYTES("\x01\x02\x03\x04\x05\x06\x07\0"), BYTES("\x7F\x01\x02\x03\x04\x05\x06\x07")},
    {BYTES(RAW_1 "\x11\x12\0\x14\x15\x16\x17\x18"),
     BYTES("\xFF" RAW_1 "\x01\x11\x12\0\x14\x15\x16\x17\x18")},
    {BYTES(RAW_1 "\x11\0\0\x14\x15\x16\x17\x18"),
     BYTES("\xFF" RAW_1 "\0\xF9\x11\x14\x15\x16\x17\x18")},
    {BYTES(RAW_1 RAW_2 "\0\x12\x13\x14\x15\x16\x17\x18" NIL RAW_2 NIL NIL),
     BYTES("\xFF" RAW_1 "\x02" RAW_2 "\0\x12\x13\x14\x15\x16\x17\x18\0\0\xFF" RAW_2 "\0\0\x01")},
};

static void assert_pair(const struct pair *pair)
{
    uint8_t *bytes = copy_of(pair->bytes, pair->length);
    uint8_t *packed = copy_of(pair->packed, pair->packed_length);
    uint8_t *packed_again = exactly(pair->packed_length);
    uint8_t *bytes_again = exactly(pair->length);

    assert_int_equal(nx_pack(bytes, pair->length, packed_again, pair->packed_length),
                     pair->packed_length);
    assert_memory_equal(packed_again, packed, pair->packed_length);
    assert_int_equal(nx_unpack(packed, pair->packed_length, bytes_again, pair->length),
                     pair->length);
    assert_memory_equal(bytes_again, bytes, pair->length);
    assert_true(pair->packed_length <= NX_PACKED_MAX(pair->length));
    free(bytes);
    free(packed);
    free(packed_again);
    free(bytes_again);
}

static void words_worked_out_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++)
        assert_pair(&by_hand[i]);
}

/* A count has one byte: a run is of 256 words at most, its first one included. */
static void runs_end_at_256_words(void **state)
{
    static const uint8_t zeros[257 * 8];
    uint8_t raw[257 * 8], packed[257 * 8 + 20];

    (void)state;
    assert_pair(&(struct pair){zeros, (size_t)255 * 8, BYTES("\0\xFE")});
    assert_pair(&(struct pair){zeros, (size_t)256 * 8, BYTES("\0\xFF")});
    assert_pair(&(struct pair){zeros, (size_t)257 * 8, BYTES("\0\xFF\0\0")});

    memset(raw, 0x33, sizeof(raw));
    memset(packed, 0x33, sizeof(packed));
    packed[0] = 0xFF;
    packed[9] = 254;
    assert_pair(&(struct pair){raw, (size_t)255 * 8, packed, 255 * 8 + 2});
    packed[9] = 255;
    assert_pair(&(struct pair){raw, (size_t)256 * 8, packed, 256 * 8 + 2});
    packed[256 * 8 + 2] = 0xFF;
    packed[257 * 8 + 3] = 0;
    assert_pair(&(struct pair){raw, (size_t)257 * 8, packed, 257 * 8 + 4});
}

/* --- limits --- */

static void only_whole_words_are_packed(void **state)
{
    uint8_t packed[32];

    (void)state;
    for (size_t length = 1; length < 16; length++) {
        if (length % 8 != 0)
            assert_int_equal(nx_pack(BYTES(RAW_1 RAW_2) - 16 + length, packed, 32), NX_RANGE);
    }
}

/* Too little room by any number of bytes: an error, and nothing outside. */
static void what_does_not_fit_is_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(by_hand) / sizeof(by_hand[0]); i++) {
        const struct pair *pair = &by_hand[i];

        for (size_t size = 0; size < pair->packed_length; size++) {
            uint8_t *packed = exactly(size);

            assert_int_equal(nx_pack(pair->bytes, pair->length, packed, size), NX_NO_SPACE);
            free(packed);
        }
        for (size_t size = 0; size < pair->length; size++) {
            uint8_t *bytes = exactly(size + 8);

            assert_int_equal(nx_unpack(pair->packed, pair->packed_length, bytes, size),
                             NX_NO_SPACE);
            for (size_t at = size / 8 * 8; at < size + 8; at++)
                assert_int_equal(bytes[at], CANARY);
            free(bytes);
        }
    }
}

/* Two bytes are 256 words; where there is room for fewer, these are all that is written. */
static void the_buffer_bounds_what_two_bytes_become(void **state)
{
    static const uint8_t zeros[NX_UNPACKED_RUN_MAX];
    uint8_t *bytes = exactly(NX_UNPACKED_RUN_MAX);

    (void)state;
    assert_int_equal(nx_unpack(BYTES("\0\xFF"), bytes, NX_UNPACKED_RUN_MAX), NX_UNPACKED_RUN_MAX);
    assert_memory_equal(bytes, zeros, NX_UNPACKED_RUN_MAX);
    memset(bytes, CANARY, NX_UNPACKED_RUN_MAX);
    assert_int_equal(nx_unpack(BYTES("\0\xFF"), bytes, 64), NX_NO_SPACE);
    for (size_t i = 64; i < NX_UNPACKED_RUN_MAX; i++)
        assert_int_equal(bytes[i], CANARY);
    free(bytes);
}

/* Runs as short as they can be, each ended by a word with as few zeros as end it. */
static void the_worst_case_is_as_documented(void **state)
{
    uint8_t bytes[64 * 8], packed[NX_PACKED_MAX(64 * 8)];

    (void)state;
    memset(bytes, 0x44, sizeof(bytes));
    for (size_t word = 1; word < 64; word += 2)
        memset(bytes + word * 8, 0, 2);
    for (size_t words = 1; words <= 64; words++) {
        int64_t made = nx_pack(bytes, words * 8, packed, sizeof(packed));

        assert_int_equal(made, words / 2 * 17 + words % 2 * 10);
        if (words % 2 == 1)
            assert_int_equal(made, NX_PACKED_MAX(words * 8));
    }
}

/* --- any words --- */

static uint32_t next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Words of which so many bytes in 256 are zero, and so many words of 256. */
static size_t any_words(uint32_t *seed, uint8_t *bytes, uint32_t zero_bytes, uint32_t zero_words)
{
    size_t words = next(seed) % WORDS_MAX;

    for (size_t i = 0; i < words; i++) {
        bool zero = next(seed) % 256 < zero_words;

        for (size_t j = 0; j < 8; j++)
            bytes[i * 8 + j] =
                zero || next(seed) % 256 < zero_bytes ? 0 : (uint8_t)(1 + next(seed) % 255);
    }
    return words * 8;
}

/* Unpacks in pieces of so many bytes, into so much room at a time. */
static size_t in_pieces(const uint8_t *packed, size_t length, uint8_t *bytes, size_t piece,
                        size_t room)
{
    struct nx_unpacker unpacker;
    size_t made = 0, taken, got;

    nx_unpacker_init(&unpacker);
    for (size_t at = 0; at < length;) {
        size_t here = length - at < piece ? length - at : piece;
        uint8_t *alone = copy_of(packed + at, here);

        do {
            got = nx_unpacker_words(&unpacker, alone, here, bytes + made, room, &taken);
            made += got;
            memmove(alone, alone + taken, here - taken);
            here -= taken;
            at += taken;
        } while (got > 0);
        assert_int_equal(here, 0);
        free(alone);
    }
    assert_true(nx_unpacker_between(&unpacker));
    return made;
}

static void any_words_come_back_in_any_pieces(void **state)
{
    static const uint32_t shares[] = {0, 8, 32, 128, 230};
    static uint8_t bytes[WORDS_MAX * 8], packed[NX_PACKED_MAX(WORDS_MAX * 8)];
    static uint8_t back[WORDS_MAX * 8 + MANY];
    uint32_t seed = 20240229;

    (void)state;
    for (uint32_t i = 0; i < 250; i++) {
        size_t length = any_words(&seed, bytes, shares[i % 5], shares[i / 5 % 5]);
        int64_t made = nx_pack(bytes, length, packed, NX_PACKED_MAX(length));

        assert_true(made >= 0);
        assert_int_equal(nx_unpack(packed, (size_t)made, back, length), length);
        assert_memory_equal(back, bytes, length);
        for (size_t piece = 1; piece < 30; piece += 1 + next(&seed) % 9) {
            size_t room = 8 + next(&seed) % MANY;

            assert_int_equal(in_pieces(packed, (size_t)made, back, piece, room), length);
            assert_memory_equal(back, bytes, length);
        }
    }
}

/* What ends within a word or a run, at each byte: those before it are unpacked all the same. */
static void what_is_cut_short_is_an_error(void **state)
{
    static uint8_t bytes[WORDS_MAX * 8], packed[NX_PACKED_MAX(WORDS_MAX * 8)];
    static uint8_t back[WORDS_MAX * 8];
    uint32_t seed = 7;

    (void)state;
    for (uint32_t i = 0; i < 10; i++) {
        size_t length = any_words(&seed, bytes, 40, 40);
        int64_t made = nx_pack(bytes, length, packed, sizeof(packed));
        size_t ends = 0;

        for (size_t cut = 0; cut < (size_t)made; cut++) {
            uint8_t *alone = copy_of(packed, cut);
            int64_t got = nx_unpack(alone, cut, back, sizeof(back));

            if (got != NX_TRUNCATED) {
                assert_true(got >= 0 && (size_t)got <= length);
                assert_memory_equal(back, bytes, (size_t)got);
                assert_int_equal(nx_pack(bytes, (size_t)got, back, sizeof(back)), cut);
                ends++;
            }
            free(alone);
        }
        assert_true(ends > 0 && ends <= length / 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_worked_out_by_hand),
        cmocka_unit_test(runs_end_at_256_words),
        cmocka_unit_test(only_whole_words_are_packed),
        cmocka_unit_test(what_does_not_fit_is_an_error),
        cmocka_unit_test(the_buffer_bounds_what_two_bytes_become),
        cmocka_unit_test(the_worst_case_is_as_documented),
        cmocka_unit_test(any_words_come_back_in_any_pieces),
        cmocka_unit_test(what_is_cut_short_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
