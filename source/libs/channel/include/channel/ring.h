/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of bytes in memory that two harts share: one producer, one consumer, no locks.
 *
 * Each side keeps its own index in private memory and only ever writes the shared copy: a peer that
 * scribbles over the ring can spoil bytes, and with its own index it can lie, which is found out by
 * a comparison. Bytes are copied out before anyone looks at them. Indices run freely and wrap at
 * 2^32.
 */
#ifndef CHANNEL_RING_H
#define CHANNEL_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define RING_BYTES 16384u /* a power of two */

/* The peer's index cannot be: more taken than written, or more written than the ring holds. */
#define RING_NONSENSE (-1)

/* In shared memory. The indices stand apart so that the sides do not pull one cache line about. */
struct ring {
    _Alignas(64) _Atomic uint32_t written; /* the producer's */
    _Alignas(64) _Atomic uint32_t taken;   /* the consumer's */
    _Alignas(64) uint8_t bytes[RING_BYTES];
};

/* Private to one side. */
struct ring_producer {
    struct ring *ring;
    uint32_t written;
};

struct ring_consumer {
    struct ring *ring;
    uint32_t taken;
};

/* Empties the ring. While neither side uses it. */
void ring_reset(struct ring *ring);

/* A side of a ring that has just been reset. */
struct ring_producer ring_produce(struct ring *ring);
struct ring_consumer ring_consume(struct ring *ring);

/*
 * Producer only. Takes as many of the bytes as there is room for and gives their number, or
 * RING_NONSENSE. Its acquire of `taken` pairs with ring_take()'s release: room is written over only
 * after it has been read. Its release of `written` pairs with ring_take()'s acquire.
 */
int32_t ring_put(struct ring_producer *side, const uint8_t *bytes, size_t length);

/* Consumer only. Copies at most size bytes out and gives their number, 0 where there are none, or
 * RING_NONSENSE. */
int32_t ring_take(struct ring_consumer *side, uint8_t *bytes, size_t size);

#endif
