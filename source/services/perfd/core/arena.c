/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

void *arena_take(struct arena *a, size_t count, size_t element_bytes)
{
    void *taken = a->base + a->used;
    a->used += (count * element_bytes + 7) & ~(size_t)7;
    return taken;
}
