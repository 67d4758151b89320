/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A split virtqueue of fixed size in the caller's memory. Chains lie in descriptors that the caller
 * numbers, so that there is no list of free ones: a request and reply driver always uses the same,
 * a stream driver has a buffer for each. One hart owns the queue; its other side is the device,
 * whose words are checked: it can make a queue useless, never make it read or write elsewhere.
 */
#ifndef DRIVERS_VIRTQ_H
#define DRIVERS_VIRTQ_H

#include <stdbool.h>
#include <stdint.h>

/* A power of two, at most 32 (one bit each in `posted`) and at most what the devices offer (64). */
#define VIRTQ_SIZE 32u

struct virtq_descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
};

struct virtq_available {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[VIRTQ_SIZE];
};

struct virtq_used_element {
    uint32_t id;
    uint32_t length;
};

struct virtq_used {
    uint16_t flags;
    uint16_t index;
    struct virtq_used_element ring[VIRTQ_SIZE];
};

struct virtq {
    _Alignas(16) volatile struct virtq_descriptor descriptors[VIRTQ_SIZE];
    volatile struct virtq_available available;
    _Alignas(4) volatile struct virtq_used used; /* the device's */
    uint32_t writable[VIRTQ_SIZE];               /* bytes the device may write in a chain */
    uint32_t posted;                             /* bit n: the chain that starts at n is out */
    uint16_t next;                               /* what available.index is or will be */
    uint16_t seen;                               /* how far used.index has been followed */
};

struct virtq_piece {
    const volatile void *memory;
    uint32_t bytes;
    bool device_writes;
};

enum virtq_taken {
    VIRTQ_BROKEN = -1, /* the device named a chain that it does not have, or claims too much */
    VIRTQ_NONE = 0,
    VIRTQ_ONE = 1,
};

void virtq_init(struct virtq *queue);

/*
 * Gives the device the chain of `count` pieces in descriptors head, head + 1, ... (within
 * VIRTQ_SIZE, none of them out); those that it reads come first. Fences contents before index. The
 * caller notifies. The memory is the device's until virtq_take returns its head.
 */
void virtq_post(struct virtq *queue, uint16_t head, const struct virtq_piece *pieces,
                uint16_t count);

/* Whether the chain that starts at head is with the device. */
bool virtq_is_posted(const struct virtq *queue, uint16_t head);

/* Whether virtq_take has something to return. */
bool virtq_waiting(const struct virtq *queue);

/*
 * The oldest chain that came back: its head, and how many bytes the device says it wrote, at most
 * what the chain lets it. Fences the index before the contents, which pairs with the device's
 * writing contents first.
 */
enum virtq_taken virtq_take(struct virtq *queue, uint16_t *head, uint32_t *bytes)
    __attribute__((warn_unused_result));

#endif
