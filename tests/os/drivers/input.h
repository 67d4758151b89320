/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtio keyboard: which keys went down and up, in order. No call waits. One hart owns it, in any
 * mode that can reach its page; its interrupt says that something happened.
 */
#ifndef DRIVERS_INPUT_H
#define DRIVERS_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/virtio.h"
#include "drivers/virtq.h"

/* As Linux numbers keys (evdev), which is what the device speaks: those that the image knows. */
enum input_code {
    INPUT_TAB = 15,
    INPUT_ENTER = 28,
    INPUT_P = 25,
    INPUT_H = 35,
    INPUT_L = 38,
    INPUT_SPACE = 57,
    INPUT_HOME = 102,
    INPUT_UP = 103,
    INPUT_PAGE_UP = 104,
    INPUT_END = 107,
    INPUT_DOWN = 108,
    INPUT_PAGE_DOWN = 109,
};

struct input_key {
    uint16_t code; /* any number: the device says it */
    bool down;     /* went down, or repeats; else it went up */
};

struct input_event {
    uint16_t type, code;
    uint32_t value;
};

struct input {
    struct virtio device;
    struct virtq queue;
    volatile struct input_event events[VIRTQ_SIZE];
    bool gone;
};

/* Opens the device at `base`, as virtio_find gives it; it must have keys (tablets have the same
 * device number). false: there is none that can be used. */
bool input_open(struct input *input, uintptr_t base) __attribute__((warn_unused_result));

/* Whether input_read has something to look at. Reads memory only, so that it costs nothing to ask
 * often. */
bool input_waiting(const struct input *input);

/*
 * The oldest key event that was not read yet, in *key; false: there is none, or the device broke
 * the rules (it says nothing any more then). Lets go of the device's interrupt. The queue holds
 * VIRTQ_SIZE events, and a key is two; the device drops keys for which there is no room.
 */
bool input_read(struct input *input, struct input_key *key) __attribute__((warn_unused_result));

#endif
