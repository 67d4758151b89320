/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four functions that a compiler may call by itself, for images without a C library. Plain
 * loops: the messages here are small, and bytes need no alignment.
 */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    uint8_t *target = to;
    const uint8_t *source = from;

    for (size_t i = 0; i < length; i++)
        target[i] = source[i];
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    uint8_t *target = to;
    const uint8_t *source = from;

    if ((uintptr_t)to <= (uintptr_t)from) {
        for (size_t i = 0; i < length; i++)
            target[i] = source[i];
    } else {
        for (size_t i = length; i > 0; i--)
            target[i - 1] = source[i - 1];
    }
    return to;
}

void *memset(void *to, int value, size_t length)
{
    uint8_t *target = to;

    for (size_t i = 0; i < length; i++)
        target[i] = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const uint8_t *left = a;
    const uint8_t *right = b;

    for (size_t i = 0; i < length; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}
