/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtio-mmio transport, version 2 (modern), as QEMU's virt has it: eight slots, a device in
 * some of them. Registers only; the rings are virtq.h's. A device belongs to one hart, in any mode
 * that can reach its page. DMA addresses are the program's own.
 */
#ifndef DRIVERS_VIRTIO_H
#define DRIVERS_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#define VIRTIO_FIRST_SLOT 0x10001000u
#define VIRTIO_SLOT_BYTES 0x1000u
#define VIRTIO_SLOTS      8u

enum virtio_id {
    VIRTIO_ID_BLOCK = 2,
    VIRTIO_ID_CONSOLE = 3,
    VIRTIO_ID_GPU = 16,
    VIRTIO_ID_INPUT = 18,
};

struct virtq;

struct virtio {
    uintptr_t base; /* of its registers; 0: not there */
};

/* The registers' address of the first device of this kind in the slots, or 0. Reads every slot:
 * M-mode, which then gives the address to whoever drives the device. */
uintptr_t virtio_find(enum virtio_id id);

/* The slot's interrupt at the PLIC; base is one that virtio_find returned. */
uint32_t virtio_irq(uintptr_t base);

/*
 * Resets the device and agrees on VIRTIO_F_VERSION_1 and those of `wanted` (feature bits 0 to 31)
 * that it offers; these are in *features. false: not a modern device of this kind, or it refuses;
 * it is left alone then. Next: virtio_attach for each queue, then virtio_start.
 */
bool virtio_open(struct virtio *device, uintptr_t base, enum virtio_id id, uint32_t wanted,
                 uint32_t *features) __attribute__((warn_unused_result));

/* Hands the ring to the device as its queue `index`. false: it has no such queue, or only a
 * shorter one. The ring stays the device's until virtio_reset. */
bool virtio_attach(const struct virtio *device, uint32_t index, struct virtq *queue)
    __attribute__((warn_unused_result));

/* Rings may move from here on. false: the device has given up. */
bool virtio_start(const struct virtio *device) __attribute__((warn_unused_result));

/* Takes all memory back from the device: it touches none when this returns. */
void virtio_reset(const struct virtio *device);

/* Tells the device that the queue has more for it. Fences: what was posted is visible first. */
void virtio_notify(const struct virtio *device, uint32_t index);

/*
 * Lets go of the device's interrupt; to be called before looking at a ring, so that what comes
 * later interrupts again (fences). false: the device needs a reset and answers nothing any more.
 */
bool virtio_acknowledge(const struct virtio *device) __attribute__((warn_unused_result));

/* The device's configuration, at an offset in bytes that the width divides. 64 bits are read in
 * halves, again where the device changed them meanwhile. */
uint8_t virtio_config8(const struct virtio *device, uint32_t offset);
uint32_t virtio_config32(const struct virtio *device, uint32_t offset);
uint64_t virtio_config64(const struct virtio *device, uint32_t offset);
void virtio_set_config8(const struct virtio *device, uint32_t offset, uint8_t value);

#endif
