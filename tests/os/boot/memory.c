/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's memory functions, eight bytes at a time: picolibc's go byte by byte on this
 * machine, and a frame copies a picture. Compiled without builtins: nothing here may become a call
 * to itself.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD  sizeof(uint64_t)
#define BLOCK (8 * WORD)

/* Whatever the memory holds is moved as words. */
typedef uint64_t __attribute__((may_alias)) word;

static int is_aligned(const void *at)
{
    return (uintptr_t)at % WORD == 0;
}

/* Both aligned; gives how many bytes it moved, all but a few. Forwards. */
static size_t copy_words(uint8_t *to, const uint8_t *from, size_t length)
{
    size_t at = 0;
    for (; length - at >= BLOCK; at += BLOCK) {
        word *out = (word *)(to + at);
        const word *in = (const word *)(from + at);
        const word a = in[0], b = in[1], c = in[2], d = in[3];
        const word e = in[4], f = in[5], g = in[6], h = in[7];
        out[0] = a;
        out[1] = b;
        out[2] = c;
        out[3] = d;
        out[4] = e;
        out[5] = f;
        out[6] = g;
        out[7] = h;
    }
    for (; length - at >= WORD; at += WORD)
        *(word *)(to + at) = *(const word *)(from + at);
    return at;
}

static void copy_forwards(uint8_t *to, const uint8_t *from, size_t length)
{
    size_t at = 0;
    if ((((uintptr_t)to ^ (uintptr_t)from) % WORD) == 0) {
        for (; at < length && !is_aligned(to + at); at++)
            to[at] = from[at];
        at += copy_words(to + at, from + at, length - at);
    }
    for (; at < length; at++)
        to[at] = from[at];
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    copy_forwards(to, from, length);
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *target = to;
    const uint8_t *source = from;
    if ((uintptr_t)to <= (uintptr_t)from)
        copy_forwards(target, source, length);
    else
        for (size_t i = length; i > 0; i--)
            target[i - 1] = source[i - 1];
    return to;
}

void *memset(void *to, int value, size_t length)
{
    uint8_t *target = to;
    const word pattern = (uint8_t)value * UINT64_C(0x0101010101010101);
    size_t at = 0;
    for (; at < length && !is_aligned(target + at); at++)
        target[at] = (uint8_t)value;
    for (; length - at >= BLOCK; at += BLOCK) {
        word *out = (word *)(target + at);
        out[0] = out[1] = out[2] = out[3] = pattern;
        out[4] = out[5] = out[6] = out[7] = pattern;
    }
    for (; at < length; at++)
        target[at] = (uint8_t)value;
    return to;
}
