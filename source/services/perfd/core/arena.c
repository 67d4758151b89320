/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

void *arena_take(struct arena *a, uint32_t count, size_t element_bytes)
{
    size_t most = SIZE_MAX - 7 - a->used;
    if (count > most / element_bytes) {
        a->used = SIZE_MAX - 7;
        return NULL;
    }
    size_t at = a->used;
    a->used += (count * element_bytes + 7) & ~(size_t)7;
    if (a->base == NULL || a->used > a->size)
        return NULL;
    return a->base + at;
}
