/* SPDX-License-Identifier: Apache-2.0 */
#include "nexus-idl/packed.h"

#include "nexus-idl/framing.h"

enum { WORD = 8, RUN_MAX = 255, TAG_ZERO = 0x00, TAG_RAW = 0xFF };

/* Where an unpacker is. Zero words of a run need no more input, raw ones do. */
enum { AT_TAG, IN_WORD, AT_COUNT, IN_ZEROS, IN_RAW };

static void copy(uint8_t *to, const uint8_t *from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to[i] = from[i];
}

/* --- packing --- */

static uint32_t zero_bytes(const uint8_t *word)
{
    uint32_t zeros = 0;

    for (uint32_t i = 0; i < WORD; i++)
        zeros += word[i] == 0;
    return zeros;
}

/* How many words at bytes have at least, or at most, so many zero bytes, without a gap. */
static size_t run_of(const uint8_t *bytes, size_t words, uint32_t at_least, uint32_t at_most)
{
    size_t run = 0;

    for (; run < words && run < RUN_MAX; run++) {
        uint32_t zeros = zero_bytes(bytes + run * WORD);

        if (zeros < at_least || zeros > at_most)
            break;
    }
    return run;
}

/* A word as its tag and what is not zero of it: gives how many bytes that is. */
static size_t pack_word(const uint8_t *word, uint8_t *packed)
{
    size_t length = 1;

    packed[0] = 0;
    for (uint32_t i = 0; i < WORD; i++) {
        packed[length] = word[i];
        packed[0] = (uint8_t)(packed[0] | (word[i] != 0) << i);
        length += word[i] != 0;
    }
    return length;
}

int64_t nx_pack(const uint8_t *bytes, size_t length, uint8_t *packed, size_t size)
{
    size_t words = length / WORD;
    size_t made = 0;

    if (length % WORD != 0)
        return NX_RANGE;
    for (size_t i = 0; i < words;) {
        uint8_t head[1 + WORD + 1]; /* the word's, with the length of its run */
        size_t head_bytes = pack_word(bytes + i * WORD, head);
        size_t run = 0, raw_bytes = 0;

        i++;
        if (head[0] == TAG_ZERO) {
            run = run_of(bytes + i * WORD, words - i, WORD, WORD);
            head[head_bytes++] = (uint8_t)run;
        } else if (head[0] == TAG_RAW) {
            /* One zero byte and a tag are as long as the word itself. */
            run = run_of(bytes + i * WORD, words - i, 0, 1);
            raw_bytes = run * WORD;
            head[head_bytes++] = (uint8_t)run;
        }
        if (size - made < head_bytes || size - made - head_bytes < raw_bytes)
            return NX_NO_SPACE;
        copy(packed + made, head, head_bytes);
        copy(packed + made + head_bytes, bytes + i * WORD, raw_bytes);
        made += head_bytes + raw_bytes;
        i += run;
    }
    return (int64_t)made;
}

int64_t nx_pack_message(const uint8_t *bytes, size_t length, uint8_t *packed, size_t size)
{
    int64_t total = nx_frame_length(bytes, length, length, NX_SEGMENTS_MAX);
    uint32_t segments;
    size_t at, made;
    int64_t piece;

    if (total == 0 || total == NX_TOO_BIG)
        return NX_TRUNCATED;
    if (total < 0)
        return total;
    /* What nx_frame_length() has summed is there. */
    segments = nx_load32(bytes) + 1;
    at = (4 + 4 * (size_t)segments + 7) / 8 * 8;
    piece = nx_pack(bytes, at, packed, size);
    if (piece < 0)
        return piece;
    made = (size_t)piece;
    for (uint32_t i = 0; i < segments; i++) {
        size_t segment = (size_t)nx_load32(bytes + 4 + 4 * (size_t)i) * WORD;

        piece = nx_pack(bytes + at, segment, packed + made, size - made);
        if (piece < 0)
            return piece;
        made += (size_t)piece;
        at += segment;
    }
    return (int64_t)made;
}

/* --- unpacking --- */

void nx_unpacker_init(struct nx_unpacker *unpacker)
{
    unpacker->message_bytes = 0;
    unpacker->state = AT_TAG;
    unpacker->filled = 0;
    unpacker->run = 0;
}

bool nx_unpacker_between(const struct nx_unpacker *unpacker)
{
    return unpacker->state == AT_TAG && unpacker->message_bytes == 0;
}

/* Takes what there is of the word's bytes: those that the tag names, and zeros for the others. Says
 * how many were taken; the word is whole when it is filled. */
static size_t fill_word(struct nx_unpacker *u, const uint8_t *packed, size_t length)
{
    size_t taken = 0;

    for (; u->filled < WORD; u->filled++) {
        bool present = (u->tag >> u->filled & 1) != 0;

        if (present && taken == length)
            break;
        u->word[u->filled] = present ? packed[taken++] : 0;
    }
    return taken;
}

static void end_word(struct nx_unpacker *u, uint8_t *bytes)
{
    copy(bytes, u->word, WORD);
    u->filled = 0;
    if (u->state == IN_RAW)
        u->state = --u->run > 0 ? IN_RAW : AT_TAG;
    else
        u->state = u->tag == TAG_ZERO || u->tag == TAG_RAW ? AT_COUNT : AT_TAG;
}

static void begin_run(struct nx_unpacker *u, uint8_t count)
{
    u->run = count;
    u->state = count == 0 ? AT_TAG : u->tag == TAG_ZERO ? IN_ZEROS : IN_RAW;
}

/* Zeros, or words as they are, as many as there is room for and input: gives their bytes. */
static size_t copy_run(struct nx_unpacker *u, const uint8_t *packed, size_t length, uint8_t *bytes,
                       size_t size)
{
    size_t words = size / WORD;

    if (words > u->run)
        words = u->run;
    if (u->state == IN_RAW) {
        if (words > length / WORD)
            words = length / WORD;
        copy(bytes, packed, words * WORD);
    } else {
        for (size_t i = 0; i < words * WORD; i++)
            bytes[i] = 0;
    }
    u->run = (uint8_t)(u->run - words);
    if (u->run == 0)
        u->state = AT_TAG;
    return words * WORD;
}

/* Whether the next words can be copied as they lie. */
static bool run_is_here(const struct nx_unpacker *u, size_t length)
{
    return u->state == IN_ZEROS || (u->state == IN_RAW && u->filled == 0 && length >= WORD);
}

/* Each turn takes a byte or makes a word, or is the last. */
size_t nx_unpacker_words(struct nx_unpacker *u, const uint8_t *packed, size_t length,
                         uint8_t *bytes, size_t size, size_t *taken)
{
    size_t in = 0, out = 0;

    for (;;) {
        bool room = size - out >= WORD;

        if (u->state == AT_COUNT && in < length) {
            begin_run(u, packed[in++]);
        } else if (u->state == AT_COUNT || !room) {
            break;
        } else if (run_is_here(u, length - in)) {
            size_t run = copy_run(u, packed + in, length - in, bytes + out, size - out);

            in += u->tag == TAG_RAW ? run : 0;
            out += run;
        } else if (in == length) {
            break;
        } else if (u->state == AT_TAG) {
            u->tag = packed[in++];
            u->state = IN_WORD;
        } else {
            /* In a raw run the tag has all bits: a word that comes in pieces is one like another.
             */
            in += fill_word(u, packed + in, length - in);
            if (u->filled < WORD)
                break;
            end_word(u, bytes + out);
            out += WORD;
        }
    }
    *taken = in;
    return out;
}

int64_t nx_unpacker_message(struct nx_unpacker *u, const uint8_t *packed, size_t length,
                            uint8_t *bytes, size_t size, uint32_t segments_max, size_t *taken)
{
    size_t have = (size_t)u->message_bytes, used;
    int64_t total;

    *taken = 0;
    do {
        /* As far as is known: the table's first word, its next one, all of the message. */
        total = nx_frame_length(bytes, have, size, segments_max);
        if (total == NX_TOO_BIG)
            return NX_NO_SPACE;
        if (total < 0)
            return total;
        size_t wanted = total == 0 ? have + WORD : (size_t)total;

        if (wanted > size)
            return NX_NO_SPACE;
        have += nx_unpacker_words(u, packed + *taken, length - *taken, bytes + have, wanted - have,
                                  &used);
        *taken += used;
        u->message_bytes = have;
        if (have < wanted)
            return 0;
    } while (total == 0 || have < (size_t)total);
    if (u->state == AT_COUNT)
        return 0;
    if (u->state != AT_TAG)
        return NX_TOO_BIG;
    u->message_bytes = 0;
    return total;
}

int64_t nx_unpack_message(const uint8_t *packed, size_t length, uint8_t *bytes, size_t size,
                          uint32_t segments_max, size_t *used)
{
    struct nx_unpacker unpacker;
    int64_t total;

    nx_unpacker_init(&unpacker);
    total = nx_unpacker_message(&unpacker, packed, length, bytes, size, segments_max, used);
    return total == 0 ? NX_TRUNCATED : total;
}

int64_t nx_unpack(const uint8_t *packed, size_t length, uint8_t *bytes, size_t size)
{
    struct nx_unpacker unpacker;
    size_t made, taken;

    nx_unpacker_init(&unpacker);
    made = nx_unpacker_words(&unpacker, packed, length, bytes, size, &taken);
    if (taken < length || unpacker.state == IN_ZEROS)
        return NX_NO_SPACE;
    return nx_unpacker_between(&unpacker) ? (int64_t)made : NX_TRUNCATED;
}
