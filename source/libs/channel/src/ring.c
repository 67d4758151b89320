/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/ring.h"

#include <string.h>

_Static_assert((RING_BYTES & (RING_BYTES - 1)) == 0, "indices wrap with the ring");

void ring_reset(struct ring *ring)
{
    atomic_store_explicit(&ring->written, 0, memory_order_relaxed);
    atomic_store_explicit(&ring->taken, 0, memory_order_relaxed);
}

struct ring_producer ring_produce(struct ring *ring)
{
    return (struct ring_producer){.ring = ring};
}

struct ring_consumer ring_consume(struct ring *ring)
{
    return (struct ring_consumer){.ring = ring};
}

/* The bytes from an index on, before the ring's end. */
static uint32_t before_the_end(uint32_t index, uint32_t length)
{
    uint32_t straight = RING_BYTES - index % RING_BYTES;
    return straight < length ? straight : length;
}

static uint32_t smaller(size_t wanted, uint32_t possible)
{
    return wanted < possible ? (uint32_t)wanted : possible;
}

int32_t ring_put(struct ring_producer *side, const uint8_t *bytes, size_t length)
{
    uint32_t used = side->written - atomic_load_explicit(&side->ring->taken, memory_order_acquire);
    if (used > RING_BYTES)
        return RING_NONSENSE;
    uint32_t count = smaller(length, RING_BYTES - used);
    uint32_t first = before_the_end(side->written, count);
    memcpy(side->ring->bytes + side->written % RING_BYTES, bytes, first);
    memcpy(side->ring->bytes, bytes + first, count - first);
    side->written += count;
    atomic_store_explicit(&side->ring->written, side->written, memory_order_release);
    return (int32_t)count;
}

int32_t ring_take(struct ring_consumer *side, uint8_t *bytes, size_t size)
{
    uint32_t ready = atomic_load_explicit(&side->ring->written, memory_order_acquire) - side->taken;
    if (ready > RING_BYTES)
        return RING_NONSENSE;
    uint32_t count = smaller(size, ready);
    uint32_t first = before_the_end(side->taken, count);
    memcpy(bytes, side->ring->bytes + side->taken % RING_BYTES, first);
    memcpy(bytes + first, side->ring->bytes, count - first);
    side->taken += count;
    atomic_store_explicit(&side->ring->taken, side->taken, memory_order_release);
    return (int32_t)count;
}
