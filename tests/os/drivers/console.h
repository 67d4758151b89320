/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtio console as a stream of bytes both ways, without the multiport extension: queue 0 brings
 * bytes, queue 1 takes them. No call waits. One hart owns it, in any mode that can reach its page;
 * its interrupt says that bytes came, or that there is room again.
 */
#ifndef DRIVERS_CONSOLE_H
#define DRIVERS_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/virtio.h"
#include "drivers/virtq.h"

/* A frame of the serial link fits one buffer. */
#define CONSOLE_BUFFER_BYTES 512u
#define CONSOLE_BUFFERS      16u /* each way, at most VIRTQ_SIZE */

struct console {
    struct virtio device;
    struct virtq receive;
    struct virtq transmit;
    uint8_t in[CONSOLE_BUFFERS][CONSOLE_BUFFER_BYTES];
    uint8_t out[CONSOLE_BUFFERS][CONSOLE_BUFFER_BYTES];
    uint16_t reading;      /* the buffer in `in` that is being read */
    uint32_t filled, read; /* its bytes, and how many of them were read; equal: none is */
    uint32_t free;         /* bit n: out[n] is not with the device */
    bool gone;
};

/* Opens the device at `base`, as virtio_find gives it. false: there is none that can be used. */
bool console_open(struct console *console, uintptr_t base) __attribute__((warn_unused_result));

/*
 * Moves bytes that came into `to`, or bytes of `from` to the device, and returns how many: 0 to
 * size. Fewer than size: there are no more, or there is no room for more now. A console's bytes
 * that nobody listens to at the host's end, or for which its socket has no room, are dropped there
 * without a word: what is on its way at once is to be bounded (tens of kilobytes are fine). -1: the
 * device broke the rules, here or earlier. Both let go of the device's interrupt first: one that
 * comes after the call means news, so that a reader who got fewer than size may sleep.
 */
ptrdiff_t console_read(struct console *console, void *to, size_t size)
    __attribute__((warn_unused_result));
ptrdiff_t console_write(struct console *console, const void *from, size_t size)
    __attribute__((warn_unused_result));

#endif
