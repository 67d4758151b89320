/* SPDX-License-Identifier: Apache-2.0 */
/* Messages put together word by word, as the encoding's specification draws them. */
#ifndef TESTS_IDL_WORDS_H
#define TESTS_IDL_WORDS_H

#include "nexus-idl/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The words of pointers. An offset counts from the word behind the pointer. */
#define STRUCT_PTR(offset, data, pointers)                                                         \
    ((uint64_t)((uint32_t)(offset) << 2) | (uint64_t)(data) << 32 | (uint64_t)(pointers) << 48)
#define LIST_PTR(offset, element, count)                                                           \
    ((uint64_t)((uint32_t)(offset) << 2) | 1 | (uint64_t)(element) << 32 | (uint64_t)(count) << 35)
#define FAR_PTR(segment, offset)     ((uint64_t)(offset) << 3 | 2 | (uint64_t)(segment) << 32)
#define FAR_FAR_PTR(segment, offset) (FAR_PTR(segment, offset) | 4)
#define CAPABILITY_PTR(index)        ((uint64_t)3 | (uint64_t)(index) << 32)
#define TAG(count, data, pointers)   STRUCT_PTR(count, data, pointers)

/* A message in memory of exactly its size, so that a sanitizer sees a read past its end. */
struct frame {
    uint8_t *bytes;
    size_t length;
};

/* `sizes` are the words of each segment, `words` all of them one after the other. */
static inline struct frame frame_of(const uint32_t *sizes, uint32_t segments, const uint64_t *words)
{
    size_t header = (4 + 4 * (size_t)segments + 7) / 8 * 8;
    size_t count = 0;
    struct frame frame;

    for (uint32_t i = 0; i < segments; i++)
        count += sizes[i];
    frame.length = header + count * 8;
    frame.bytes = calloc(1, frame.length);
    assert_non_null(frame.bytes);
    nx_store32(frame.bytes, segments - 1);
    for (uint32_t i = 0; i < segments; i++)
        nx_store32(frame.bytes + 4 + 4 * (size_t)i, sizes[i]);
    for (size_t i = 0; i < count; i++)
        nx_store64(frame.bytes + header + i * 8, words[i]);
    return frame;
}

/* An opened message of one segment. */
struct opened {
    struct frame frame;
    struct nx_message message;
};

static inline struct opened *open_segments(const uint32_t *sizes, uint32_t segments,
                                           const uint64_t *words)
{
    struct opened *opened = calloc(1, sizeof(*opened));

    assert_non_null(opened);
    opened->frame = frame_of(sizes, segments, words);
    assert_int_equal(nx_message_open(&opened->message, opened->frame.bytes, opened->frame.length),
                     NX_OK);
    return opened;
}

static inline void close_message(struct opened *opened)
{
    free(opened->frame.bytes);
    free(opened);
}

#define LENGTH(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

/* An opened message of one segment with these words. */
#define OPEN(...)                                                                                  \
    open_segments((const uint32_t[]){LENGTH(((const uint64_t[]){__VA_ARGS__}))}, 1,                \
                  (const uint64_t[]){__VA_ARGS__})

/* Closes the message after comparing its error. */
#define ENDS_WITH(opened, expected)                                                                \
    do {                                                                                           \
        assert_int_equal(nx_message_error(&(opened)->message), expected);                          \
        close_message(opened);                                                                     \
    } while (0)

#endif
