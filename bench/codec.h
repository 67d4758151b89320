/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A markBegin's request, encoded to bytes and decoded from them, by several libraries. Each one's
 * two cases do the same: encode fills a message out of a struct codec_mark and puts it, ready to be
 * sent, into a buffer that is there; decode opens such bytes, checks them as the library checks
 * what comes from outside, and reads every field.
 */
#ifndef CODEC_H
#define CODEC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CODEC_MARKS 8u
#define CODEC_BYTES 128u /* the most that one takes in any encoding */

struct codec_mark {
    uint64_t time_ns;
    const char *name; /* NUL-terminated */
    uint32_t name_length;
    uint32_t lane;
};

extern const struct codec_mark codec_marks[CODEC_MARKS];

/* A message, aligned as libraries like it best. */
struct codec_message {
    uint64_t words[CODEC_BYTES / 8];
    size_t length;
};

/* What a decoder has read of a mark, in one number: the same for all of them. */
static inline uint64_t codec_sum(uint64_t time_ns, const char *name, size_t name_length,
                                 uint32_t lane)
{
    return time_ns + lane + name_length + (uint8_t)name[0] + (uint8_t)name[name_length - 1];
}

/* What it comes to when these marks are decoded n times. */
uint64_t codec_expected(uint32_t n);

/* Cases of bench.h. The context of encode is a struct codec_message for each mark, that of decode a
 * struct codec_decoding. */
struct codec_decoding {
    const struct codec_message *messages;
    uint64_t sum;
};

void mark_encode(void *context, uint32_t n);
void mark_decode(void *context, uint32_t n);
void capnp_encode(void *context, uint32_t n);
void capnp_encode_by_hand(void *context, uint32_t n);
void capnp_decode(void *context, uint32_t n);

/* Encodes all marks and decodes them: ends the program where they are others afterwards. */
void codec_check(void (*encode)(void *, uint32_t), void (*decode)(void *, uint32_t),
                 struct codec_message *messages);

#ifdef __cplusplus
}
#endif

#endif
