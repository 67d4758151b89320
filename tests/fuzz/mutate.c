/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate.h"

#include "nexus-idl/wire.h"

#include <string.h>

static const uint64_t odd_words[] = {
    0,
    UINT64_MAX,
    UINT64_C(0x00000000fffffffc), /* a struct of no size, one word back */
    UINT64_C(0x00000007fffffffd), /* a list of structs, one word back */
    UINT64_C(0xffffffff00000001), /* the largest list */
    UINT64_C(0xfffffff800000001), /* the largest list of voids */
    UINT64_C(0x0000000000000002), /* a far pointer to the head of its own segment */
    UINT64_C(0x0000000000000006), /* the same by two words */
    UINT64_C(0x0000000100000002), /* into segment 1 */
    UINT64_C(0x0000000100000006), /* the same by two words */
    UINT64_C(0xffff000000000000), /* a struct of 65,535 pointers */
    UINT64_C(0x0000ffff00000000), /* of 65,535 words */
    UINT64_C(0x0001000000000000), /* of one pointer */
    UINT64_C(0x00000000fffffffd), /* a list of no size, one word back */
    UINT64_C(0x0000000000000003), /* a capability */
};

uint64_t mutate_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

uint32_t mutate_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)((mutate_random(state) >> 32) % bound);
}

uint64_t mutate_odd_word(uint64_t *state)
{
    return odd_words[mutate_below(state, sizeof odd_words / sizeof *odd_words)];
}

/* A pointer's offset, sizes or count become a little more or less. */
static uint64_t nudge(uint64_t *state, uint64_t word)
{
    static const uint8_t shifts[] = {0, 2, 3, 32, 35, 48};
    uint64_t step = UINT64_C(1) << shifts[mutate_below(state, sizeof shifts)];
    return mutate_below(state, 2) != 0 ? word + step : word - step;
}

/* A word is put in, or taken out. */
static size_t shift_words(uint64_t *state, uint8_t *bytes, size_t length, size_t room, size_t at)
{
    if (mutate_below(state, 2) != 0 && length + 8 <= room) {
        memmove(bytes + at + 8, bytes + at, length - at);
        nx_store64(bytes + at, mutate_odd_word(state));
        return length + 8;
    }
    memmove(bytes + at, bytes + at + 8, length - at - 8);
    return length - 8;
}

static size_t mutate_word(uint64_t *state, uint8_t *bytes, size_t length, size_t room)
{
    uint32_t words = (uint32_t)length / 8;
    size_t at = (size_t)8 * mutate_below(state, words);
    size_t other = (size_t)8 * mutate_below(state, words);
    uint64_t word = nx_load64(bytes + at);
    switch (mutate_below(state, 5)) {
    case 0:
        nx_store64(bytes + at, mutate_odd_word(state));
        break;
    case 1: /* a word lands on another */
        memmove(bytes + at, bytes + other, 8);
        break;
    case 2: /* two change places */
        nx_store64(bytes + at, nx_load64(bytes + other));
        nx_store64(bytes + other, word);
        break;
    case 3:
        nx_store64(bytes + at, nudge(state, word));
        break;
    default:
        return shift_words(state, bytes, length, room, at);
    }
    return length;
}

size_t mutate(uint64_t *state, uint8_t *bytes, size_t length, size_t room)
{
    size_t at = mutate_below(state, (uint32_t)length);
    switch (mutate_below(state, 8)) {
    case 0:
        bytes[at] ^= (uint8_t)(1U << mutate_below(state, 8));
        return length;
    case 1:
        bytes[at] = (uint8_t)mutate_random(state);
        return length;
    case 2:
        return mutate_below(state, 4) == 0 ? at : length;
    default:
        return length < 8 ? length : mutate_word(state, bytes, length, room);
    }
}
