/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console.h"

#define QUEUE_RECEIVE  0u
#define QUEUE_TRANSMIT 1u

_Static_assert(CONSOLE_BUFFERS <= VIRTQ_SIZE && CONSOLE_BUFFERS < 32, "a descriptor, a bit each");

static void post_receive(struct console *console, uint16_t buffer)
{
    const struct virtq_piece piece = {console->in[buffer], CONSOLE_BUFFER_BYTES, true};
    virtq_post(&console->receive, buffer, &piece, 1);
}

bool console_open(struct console *console, uintptr_t base)
{
    uint32_t features;
    console->gone = true;
    console->filled = 0;
    console->read = 0;
    console->free = ((uint32_t)1 << CONSOLE_BUFFERS) - 1u;
    if (!virtio_open(&console->device, base, VIRTIO_ID_CONSOLE, 0, &features))
        return false;
    if (!virtio_attach(&console->device, QUEUE_RECEIVE, &console->receive) ||
        !virtio_attach(&console->device, QUEUE_TRANSMIT, &console->transmit) ||
        !virtio_start(&console->device)) {
        virtio_reset(&console->device);
        return false;
    }
    for (uint16_t buffer = 0; buffer < CONSOLE_BUFFERS; buffer++)
        post_receive(console, buffer);
    virtio_notify(&console->device, QUEUE_RECEIVE);
    console->gone = false;
    return true;
}

static ptrdiff_t give_up(struct console *console)
{
    virtio_reset(&console->device);
    console->gone = true;
    return -1;
}

/* Goes to the next buffer that came back with bytes in it; one without any would have no end. */
static enum virtq_taken next_buffer(struct console *console)
{
    uint32_t bytes;
    enum virtq_taken taken = virtq_take(&console->receive, &console->reading, &bytes);
    if (taken == VIRTQ_ONE) {
        console->filled = bytes;
        console->read = 0;
    }
    return taken == VIRTQ_ONE && bytes == 0 ? VIRTQ_BROKEN : taken;
}

ptrdiff_t console_read(struct console *console, void *to, size_t size)
{
    uint8_t *bytes = to;
    size_t moved = 0;
    bool posted = false;

    if (console->gone || !virtio_acknowledge(&console->device))
        return console->gone ? -1 : give_up(console);
    while (moved < size) {
        if (console->read == console->filled) {
            enum virtq_taken taken = next_buffer(console);
            if (taken == VIRTQ_BROKEN)
                return give_up(console);
            if (taken == VIRTQ_NONE)
                break;
        }
        bytes[moved++] = console->in[console->reading][console->read++];
        if (console->read == console->filled) {
            post_receive(console, console->reading);
            posted = true;
        }
    }
    if (posted)
        virtio_notify(&console->device, QUEUE_RECEIVE);
    return (ptrdiff_t)moved;
}

/* Takes back what the device has sent. false: it broke the rules. */
static bool reclaim(struct console *console)
{
    uint16_t buffer;
    uint32_t written;
    enum virtq_taken taken;
    while ((taken = virtq_take(&console->transmit, &buffer, &written)) == VIRTQ_ONE)
        console->free |= (uint32_t)1 << buffer;
    return taken == VIRTQ_NONE;
}

static uint32_t fill(uint8_t *buffer, const uint8_t *from, size_t size)
{
    uint32_t bytes = 0;
    while (bytes < CONSOLE_BUFFER_BYTES && bytes < size) {
        buffer[bytes] = from[bytes];
        bytes++;
    }
    return bytes;
}

ptrdiff_t console_write(struct console *console, const void *from, size_t size)
{
    const uint8_t *bytes = from;
    size_t moved = 0;

    if (console->gone || !virtio_acknowledge(&console->device) || !reclaim(console))
        return console->gone ? -1 : give_up(console);
    for (uint16_t buffer = 0; buffer < CONSOLE_BUFFERS && moved < size; buffer++) {
        if ((console->free >> buffer & 1u) == 0)
            continue;
        uint32_t filled = fill(console->out[buffer], bytes + moved, size - moved);
        const struct virtq_piece piece = {console->out[buffer], filled, false};
        console->free &= ~((uint32_t)1 << buffer);
        virtq_post(&console->transmit, buffer, &piece, 1);
        moved += filled;
    }
    if (moved > 0)
        virtio_notify(&console->device, QUEUE_TRANSMIT);
    return (ptrdiff_t)moved;
}
