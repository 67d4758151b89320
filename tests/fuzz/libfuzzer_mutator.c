/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer's own mutations know bytes; every second one here knows words. */
#include "mutate.h"

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t length, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    uint64_t state = (uint64_t)seed << 1 | 1;
    (void)mutate_random(&state);
    if (length == 0 || mutate_below(&state, 2) == 0)
        return LLVMFuzzerMutate(bytes, length, room);
    for (uint32_t times = 1 + mutate_below(&state, 3); times > 0 && length > 0; times--)
        length = mutate(&state, bytes, length, room);
    return length > 0 ? length : 1;
}
