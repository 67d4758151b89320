/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packed encoding. Any words come back from what they are packed to. Any bytes are unpacked
 * within bounds, the same at once and in pieces; what they unpack to comes back once more. Buffers
 * are of exactly the size that is said, so that a sanitizer sees a step outside.
 */
#include "nexus-idl/packed.h"

#include <stdlib.h>
#include <string.h>

#define OUT_BYTES    (1U << 16) /* no multiple of a run: some inputs do not fit */
#define SEGMENTS_MAX 8U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static uint8_t *exactly(size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);

    must(bytes != NULL);
    return bytes;
}

static uint8_t *copy_of(const uint8_t *data, size_t size)
{
    uint8_t *bytes = exactly(size);

    if (size > 0)
        memcpy(bytes, data, size);
    return bytes;
}

/* Packs words, into as much as they can need and then into just enough, and unpacks them. */
static void words_come_back(const uint8_t *data, size_t size)
{
    size_t most = NX_PACKED_MAX(size);
    uint8_t *packed = exactly(most), *back = exactly(size);
    int64_t made = nx_pack(data, size, packed, most);

    must(made >= 0 && (size_t)made <= most);
    uint8_t *tight = exactly((size_t)made);

    must(nx_pack(data, size, tight, (size_t)made) == made);
    must(memcmp(tight, packed, (size_t)made) == 0);
    must(nx_unpack(tight, (size_t)made, back, size) == (int64_t)size);
    must(size == 0 || memcmp(back, data, size) == 0);
    if (made > 0) {
        must(nx_pack(data, size, tight, (size_t)made - 1) == NX_NO_SPACE);
        must(nx_unpack(tight, (size_t)made - 1, back, size) < (int64_t)size);
    }
    free(packed);
    free(back);
    free(tight);
}

/* What unpacking at once gives, and what it gives in pieces: lengths from the input itself. */
static void pieces_give_the_same(const uint8_t *packed, size_t size, const uint8_t *bytes,
                                 int64_t at_once)
{
    struct nx_unpacker unpacker;
    uint8_t *out = exactly(OUT_BYTES);
    size_t made = 0, taken;

    nx_unpacker_init(&unpacker);
    for (size_t at = 0, got = 0; at < size || got > 0; at += taken) {
        size_t piece = at < size ? 1 + packed[at] % 19U : 0;
        size_t room = OUT_BYTES - made;
        uint8_t *alone;

        if (piece > size - at)
            piece = size - at;
        if (room > piece * 8 + 16)
            room = piece * 8 + 16;
        alone = copy_of(packed + at, piece);
        got = nx_unpacker_words(&unpacker, alone, piece, out + made, room, &taken);
        must(taken <= piece && got <= room && got % 8 == 0);
        must(taken > 0 || got > 0 || OUT_BYTES - made < 8 || at == size);
        free(alone);
        made += got;
        if (taken == 0 && got == 0)
            break;
    }
    if (at_once >= 0)
        must(made == (size_t)at_once && nx_unpacker_between(&unpacker));
    else if (at_once == NX_TRUNCATED)
        must(!nx_unpacker_between(&unpacker));
    must(memcmp(out, bytes, made) == 0);
    free(out);
}

static void any_bytes_unpack_within_bounds(const uint8_t *packed, size_t size)
{
    uint8_t *bytes = exactly(OUT_BYTES);
    int64_t made = nx_unpack(packed, size, bytes, OUT_BYTES);

    must(made <= (int64_t)OUT_BYTES);
    must(made >= 0 || made == NX_TRUNCATED || made == NX_NO_SPACE);
    pieces_give_the_same(packed, size, bytes, made);
    if (made >= 0) {
        must(made % 8 == 0 && (uint64_t)made <= size * (uint64_t)NX_UNPACKED_RUN_MAX / 2);
        words_come_back(bytes, (size_t)made);
    }
    free(bytes);
}

/* Messages as far as there are any; each comes back from what it is packed to. */
static void messages_come_back(const uint8_t *packed, size_t size)
{
    uint8_t *bytes = exactly(OUT_BYTES), *again = exactly(OUT_BYTES);
    size_t most = NX_PACKED_MAX(OUT_BYTES) + (size_t)2 * SEGMENTS_MAX, used, used_again;
    uint8_t *repacked = exactly(most);
    struct nx_unpacker unpacker;
    int64_t got, made;

    for (size_t at = 0; at < size; at += used) {
        got = nx_unpack_message(packed + at, size - at, bytes, OUT_BYTES, SEGMENTS_MAX, &used);
        must(got != 0 && got <= (int64_t)OUT_BYTES && used <= size - at);
        if (got < 0)
            break;
        must(used > 0 && got % 8 == 0);
        made = nx_pack_message(bytes, (size_t)got, repacked, most);
        must(made > 0);
        must(nx_unpack_message(repacked, (size_t)made, again, (size_t)got, SEGMENTS_MAX,
                               &used_again) == got);
        must(used_again == (size_t)made && memcmp(again, bytes, (size_t)got) == 0);

        nx_unpacker_init(&unpacker);
        for (size_t i = 0; i < used; i++) {
            made = nx_unpacker_message(&unpacker, packed + at + i, 1, again, OUT_BYTES,
                                       SEGMENTS_MAX, &used_again);
            must(made == (i + 1 < used ? 0 : got) && used_again == 1);
        }
        must(memcmp(again, bytes, (size_t)got) == 0);
    }
    free(bytes);
    free(again);
    free(repacked);
}

/* Into buffers too small for most, their sizes no multiples of a word. */
static void messages_fit_or_say_so(const uint8_t *packed, size_t size)
{
    for (size_t room = 0; room < 40; room += 5) {
        uint8_t *bytes = exactly(room);
        size_t used;
        int64_t got = nx_unpack_message(packed, size, bytes, room, SEGMENTS_MAX, &used);

        must(got != 0 && got <= (int64_t)room && used <= size);
        free(bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *alone = copy_of(data, size);

    words_come_back(alone, size / 8 * 8);
    any_bytes_unpack_within_bounds(alone, size);
    messages_come_back(alone, size);
    messages_fit_or_say_so(alone, size);
    free(alone);
    return 0;
}
