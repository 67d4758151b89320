/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/virtq.h"

#include "drivers/mmio.h"

#define DESCRIPTOR_NEXT  1u
#define DESCRIPTOR_WRITE 2u

/* Where the device finds things. */
_Static_assert(sizeof(struct virtq_descriptor) == 16, "a descriptor");
_Static_assert(sizeof(struct virtq_available) == 4 + 2 * VIRTQ_SIZE, "the available ring");
_Static_assert(sizeof(struct virtq_used) == 4 + 8 * VIRTQ_SIZE, "the used ring");
_Static_assert((VIRTQ_SIZE & (VIRTQ_SIZE - 1)) == 0 && VIRTQ_SIZE <= 32, "indices wrap, bits fit");

void virtq_init(struct virtq *queue)
{
    queue->available.flags = 0;
    queue->available.index = 0;
    queue->used.flags = 0;
    queue->used.index = 0;
    queue->posted = 0;
    queue->next = 0;
    queue->seen = 0;
}

void virtq_post(struct virtq *queue, uint16_t head, const struct virtq_piece *pieces,
                uint16_t count)
{
    queue->writable[head] = 0;
    for (uint16_t i = 0; i < count; i++) {
        volatile struct virtq_descriptor *d = &queue->descriptors[head + i];
        uint32_t flags = i + 1u < count ? DESCRIPTOR_NEXT : 0u;
        if (pieces[i].device_writes) {
            flags |= DESCRIPTOR_WRITE;
            queue->writable[head] += pieces[i].bytes;
        }
        d->address = (uintptr_t)pieces[i].memory;
        d->length = pieces[i].bytes;
        d->flags = (uint16_t)flags;
        d->next = (uint16_t)(head + i + 1);
    }
    queue->posted |= (uint32_t)1 << head;
    queue->available.ring[queue->next % VIRTQ_SIZE] = head;
    queue->next++;
    fence_contents_before_index();
    queue->available.index = queue->next;
}

bool virtq_is_posted(const struct virtq *queue, uint16_t head)
{
    return (queue->posted >> head & 1u) != 0;
}

bool virtq_waiting(const struct virtq *queue)
{
    return queue->used.index != queue->seen;
}

enum virtq_taken virtq_take(struct virtq *queue, uint16_t *head, uint32_t *bytes)
{
    if (!virtq_waiting(queue))
        return VIRTQ_NONE;
    fence_index_before_contents();
    /* Read once: the device may change its mind between a check and a use. */
    uint32_t id = queue->used.ring[queue->seen % VIRTQ_SIZE].id;
    uint32_t length = queue->used.ring[queue->seen % VIRTQ_SIZE].length;
    if (id >= VIRTQ_SIZE || !virtq_is_posted(queue, (uint16_t)id) || length > queue->writable[id])
        return VIRTQ_BROKEN;
    queue->posted &= ~((uint32_t)1 << id);
    queue->seen++;
    *head = (uint16_t)id;
    *bytes = length;
    return VIRTQ_ONE;
}
