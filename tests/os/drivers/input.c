/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/input.h"

#define QUEUE_EVENTS   0u
#define CONFIG_SELECT  0u
#define CONFIG_SUBTYPE 1u
#define CONFIG_SIZE    2u
#define CONFIG_BITS    8u
#define SELECT_EV_BITS 0x11u
#define TYPE_KEY       1u

_Static_assert(sizeof(struct input_event) == 8, "as the device writes it");

static void post(struct input *input, uint16_t at)
{
    const struct virtq_piece piece = {&input->events[at], sizeof(struct input_event), true};
    virtq_post(&input->queue, at, &piece, 1);
}

/* A tablet's buttons are keys too, of other numbers. */
static bool has_keys(const struct input *input)
{
    virtio_set_config8(&input->device, CONFIG_SELECT, SELECT_EV_BITS);
    virtio_set_config8(&input->device, CONFIG_SUBTYPE, TYPE_KEY);
    return virtio_config8(&input->device, CONFIG_SIZE) > INPUT_SPACE / 8 &&
           (virtio_config8(&input->device, CONFIG_BITS + INPUT_SPACE / 8) >> INPUT_SPACE % 8 & 1) !=
               0;
}

bool input_open(struct input *input, uintptr_t base)
{
    uint32_t features;
    input->gone = true;
    if (!virtio_open(&input->device, base, VIRTIO_ID_INPUT, 0, &features))
        return false;
    if (!has_keys(input) || !virtio_attach(&input->device, QUEUE_EVENTS, &input->queue) ||
        !virtio_start(&input->device)) {
        virtio_reset(&input->device);
        return false;
    }
    for (uint16_t at = 0; at < VIRTQ_SIZE; at++)
        post(input, at);
    virtio_notify(&input->device, QUEUE_EVENTS);
    input->gone = false;
    return true;
}

static bool give_up(struct input *input)
{
    virtio_reset(&input->device);
    input->gone = true;
    return false;
}

bool input_waiting(const struct input *input)
{
    return !input->gone && virtq_waiting(&input->queue);
}

bool input_read(struct input *input, struct input_key *key)
{
    uint16_t at;
    uint32_t bytes;
    enum virtq_taken taken;
    bool found = false;
    bool posted = false;

    if (input->gone || !virtio_acknowledge(&input->device))
        return !input->gone && give_up(input);
    /* Bounded: a device that is faster than its reader does not keep it here. */
    for (unsigned taken_now = 0; !found && taken_now < VIRTQ_SIZE; taken_now++) {
        taken = virtq_take(&input->queue, &at, &bytes);
        if (taken == VIRTQ_NONE)
            break;
        if (taken == VIRTQ_BROKEN || bytes != sizeof(struct input_event))
            return give_up(input);
        if (input->events[at].type == TYPE_KEY) {
            key->code = input->events[at].code;
            key->down = input->events[at].value != 0;
            found = true;
        }
        post(input, at);
        posted = true;
    }
    if (posted)
        virtio_notify(&input->device, QUEUE_EVENTS);
    return found;
}
