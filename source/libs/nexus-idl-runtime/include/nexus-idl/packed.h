/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cap'n Proto's packed encoding: words without their zero bytes, as a file or a slow line has them.
 *
 * Each word becomes a tag, a bit for each byte that is not zero, and those bytes. After tag 0x00
 * comes how many more zero words follow; after tag 0xFF and its 8 bytes, how many words follow as
 * they are. The choice of runs is the reference implementation's: what is packed here is byte for
 * byte what its tools write.
 *
 * Two bytes unpack to as much as 256 words. What comes out is bounded by the caller's buffer and by
 * nothing else: give no larger one than the largest message that is wanted.
 *
 * A run never goes on from a message's segment table into a segment, nor from one message into the
 * next: the reference implementation packs each of them by itself, and refuses what is packed in
 * another way. nx_pack_message() keeps to that; nx_pack() knows nothing of messages.
 *
 * No buffer needs to be aligned; input and output may not overlap.
 */
#ifndef NEXUS_IDL_PACKED_H
#define NEXUS_IDL_PACKED_H

#include "nexus-idl/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The most that nx_pack() makes of so many bytes. A word without zero bytes that begins a run needs
 * 10, one of the run 8, and the word that ends the run has two zero bytes or more and needs 7 at
 * most: at worst they take turns, which is half a byte for each word, and 2 where the last one
 * began a run. A message needs 2 more for each segment after its first: runs end with segments.
 */
#define NX_PACKED_MAX(bytes) ((bytes) + (bytes) / 16 + 2)

/* What 2 packed bytes may become, in bytes. */
#define NX_UNPACKED_RUN_MAX (256U * 8U)

/* --- packing --- */

/*
 * Packs whole words. Gives the packed bytes; NX_RANGE: length is no multiple of 8; NX_NO_SPACE:
 * they do not fit in size, and what packed holds then is of no use.
 */
int64_t nx_pack(const uint8_t *bytes, size_t length, uint8_t *packed, size_t size)
    __attribute__((warn_unused_result));

/*
 * Packs the stream-framed message that starts at bytes; it may be shorter than length. Gives the
 * packed bytes. NX_TRUNCATED: it is longer than length; NX_SEGMENTS: over NX_SEGMENTS_MAX of them;
 * NX_NO_SPACE as above.
 */
int64_t nx_pack_message(const uint8_t *bytes, size_t length, uint8_t *packed, size_t size)
    __attribute__((warn_unused_result));

/* --- unpacking what is all there --- */

/*
 * Unpacks all of packed. Gives the bytes, a multiple of 8. NX_TRUNCATED: it ends within a word or a
 * run; NX_NO_SPACE: there is more than whole words in size.
 */
int64_t nx_unpack(const uint8_t *packed, size_t length, uint8_t *bytes, size_t size)
    __attribute__((warn_unused_result));

/*
 * Unpacks the stream-framed message that starts at packed, and nothing of what follows it. Gives
 * its bytes, the segment table included; *used are the packed ones, so that the next message starts
 * at packed + *used. 0 is never given: a message without words has a table.
 *
 * NX_TRUNCATED: packed ends before the message does. NX_NO_SPACE: the message does not fit in size;
 * NX_SEGMENTS: it has over segments_max segments; both are known before any of its segments is
 * unpacked. NX_TOO_BIG: a run goes on past the message's end. After an error *used is where it was
 * met.
 */
int64_t nx_unpack_message(const uint8_t *packed, size_t length, uint8_t *bytes, size_t size,
                          uint32_t segments_max, size_t *used) __attribute__((warn_unused_result));

/* --- unpacking what comes in pieces --- */

/* The fields are the unpacker's own. It holds no pointers: it may be copied, and go on from there.
 */
struct nx_unpacker {
    uint64_t message_bytes; /* unpacked of the message that is under way */
    uint8_t word[8];        /* the one that is under way */
    uint8_t state;
    uint8_t tag;
    uint8_t filled; /* bytes of it */
    uint8_t run;    /* words of the run still to come */
};

void nx_unpacker_init(struct nx_unpacker *unpacker);

/*
 * Unpacks until all of packed is taken or another word has no room in size. Gives the bytes made, a
 * multiple of 8; *taken are the packed ones used. There is no wrong input. Without room for a word
 * it takes at most the count that the last one ends in: with room for exactly one message it stops
 * where that one ends.
 */
size_t nx_unpacker_words(struct nx_unpacker *unpacker, const uint8_t *packed, size_t length,
                         uint8_t *bytes, size_t size, size_t *taken);

/* Whether no word, run or message is under way: only there may the stream end. */
bool nx_unpacker_between(const struct nx_unpacker *unpacker);

/*
 * Unpacks the next message of a stream, as far as it has come. Gives 0: all of packed is taken, and
 * the message goes on. Else its bytes, and *taken is where the next one starts; or an error as
 * nx_unpack_message() has them, after which there is no next one.
 *
 * bytes and size stay the same until the message is whole: it is put together there.
 *
 *     for (at = 0; at < length; at += taken) {
 *         got = nx_unpacker_message(&unpacker, piece + at, length - at, bytes, size, 8, &taken);
 *         if (got <= 0)
 *             break;
 *         ... the message ...
 *     }
 */
int64_t nx_unpacker_message(struct nx_unpacker *unpacker, const uint8_t *packed, size_t length,
                            uint8_t *bytes, size_t size, uint32_t segments_max, size_t *taken)
    __attribute__((warn_unused_result));

#ifdef __cplusplus
}
#endif

#endif
