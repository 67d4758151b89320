/* SPDX-License-Identifier: Apache-2.0 */
/* The ring against a device that lies: this image plays the device in memory. */
#include <string.h>

#include "boot/hart.h"
#include "drivers/test_image.h"
#include "drivers/virtq.h"

static struct virtq queue;
static uint8_t memory[64];

/* The device's answer: chain `id`, so many bytes. */
static void answer(uint32_t id, uint32_t bytes)
{
    uint16_t at = queue.used.index;
    queue.used.ring[at % VIRTQ_SIZE].id = id;
    queue.used.ring[at % VIRTQ_SIZE].length = bytes;
    queue.used.index = (uint16_t)(at + 1);
}

static void post_one(uint16_t head)
{
    const struct virtq_piece pieces[] = {{memory, 10, false}, {memory + 10, 20, true}};
    virtq_post(&queue, head, pieces, 2);
}

static enum virtq_taken taken_after(uint32_t id, uint32_t bytes)
{
    uint16_t head;
    uint32_t length;
    virtq_init(&queue);
    post_one(4);
    answer(id, bytes);
    return virtq_take(&queue, &head, &length);
}

static void chain(struct test *test)
{
    virtq_init(&queue);
    post_one(4);
    volatile struct virtq_descriptor *first = &queue.descriptors[4], *second = first + 1;
    test_check(test, queue.available.index == 1 && queue.available.ring[0] == 4, "posted");
    test_check(test,
               first->address == (uintptr_t)memory && first->length == 10 && first->flags == 1 &&
                   first->next == 5,
               "the device reads the first piece and goes on to the second");
    test_check(test,
               second->address == (uintptr_t)memory + 10 && second->length == 20 &&
                   second->flags == 2,
               "it writes the second, which is the last");
}

static void lies(struct test *test)
{
    test_check(test, taken_after(4, 20) == VIRTQ_ONE, "all that it may write");
    test_check(test, taken_after(4, 21) == VIRTQ_BROKEN, "more than it may write");
    test_check(test, taken_after(4, UINT32_MAX) == VIRTQ_BROKEN, "more than there is");
    test_check(test, taken_after(5, 0) == VIRTQ_BROKEN, "the middle of a chain");
    test_check(test, taken_after(0, 0) == VIRTQ_BROKEN, "a chain that was not posted");
    test_check(test, taken_after(VIRTQ_SIZE, 0) == VIRTQ_BROKEN, "one past the ring");
    test_check(test, taken_after(0x10004, 0) == VIRTQ_BROKEN, "one whose low half is right");
    test_check(test, taken_after(UINT32_MAX, 0) == VIRTQ_BROKEN, "one far away");
}

static void twice(struct test *test)
{
    uint16_t head = 0;
    uint32_t bytes = 0;
    virtq_init(&queue);
    test_check(test, virtq_take(&queue, &head, &bytes) == VIRTQ_NONE, "nothing at first");
    post_one(4);
    post_one(8);
    answer(8, 3);
    test_check(test, virtq_take(&queue, &head, &bytes) == VIRTQ_ONE && head == 8 && bytes == 3,
               "out of order");
    test_check(test, !virtq_is_posted(&queue, 8) && virtq_is_posted(&queue, 4), "only that one");
    answer(8, 3);
    test_check(test, virtq_take(&queue, &head, &bytes) == VIRTQ_BROKEN, "the same chain twice");
}

/* Indices are of 16 bits and wrap; the ring does so much more often. */
static void wraps(struct test *test)
{
    bool fine = true;
    virtq_init(&queue);
    for (uint32_t i = 0; i < 0x10000u + 5u; i++) {
        uint16_t head = 0;
        uint32_t bytes = 0;
        uint16_t expected = (uint16_t)(2u * (i % 16u));
        post_one(expected);
        answer(expected, i % 21u);
        fine = fine && virtq_take(&queue, &head, &bytes) == VIRTQ_ONE && head == expected &&
               bytes == i % 21u && virtq_take(&queue, &head, &bytes) == VIRTQ_NONE;
    }
    test_check(test, fine && queue.available.index == 5, "once round and on");
}

noreturn void hart_main(unsigned hart)
{
    (void)hart;
    struct test test;
    test_begin(&test);
    chain(&test);
    lies(&test);
    twice(&test);
    wraps(&test);
    test_end(&test);
}
