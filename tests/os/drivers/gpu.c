/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/gpu.h"

#include <stddef.h>

#include "drivers/driver.h"

#define CONFIG_SCANOUTS 8u
#define QUEUE_CONTROL   0u
#define HEAD            0u
#define RESOURCE        1u
#define SCANOUT         0u
#define PIXEL_BYTES     4u
#define FORMAT_B8G8R8X8 2u /* in memory; the little-endian word 0x00RRGGBB */
#define REPLY_NO_DATA   0x1100u

enum type {
    CREATE_2D = 0x101,
    SET_SCANOUT = 0x103,
    FLUSH = 0x104,
    TRANSFER_TO_HOST_2D = 0x105,
    ATTACH_BACKING = 0x106,
};

/* Bytes of a command with its own words: a longer one is as wrong to the device as a shorter. */
#define HEADER_BYTES        offsetof(struct gpu_command, of)
#define COMMAND_BYTES(name) ((uint32_t)(HEADER_BYTES + sizeof(((struct gpu_command *)0)->of.name)))

_Static_assert(HEADER_BYTES == 24 && sizeof(struct gpu_reply) == 24, "as the device has it");
_Static_assert(COMMAND_BYTES(create) == 40 && COMMAND_BYTES(attach) == 48 &&
                   COMMAND_BYTES(scanout) == 48 && COMMAND_BYTES(transfer) == 56 &&
                   COMMAND_BYTES(flush) == 48,
               "as the device reads them");

static bool give_up(struct gpu *gpu)
{
    virtio_reset(&gpu->device);
    gpu->gone = true;
    return false;
}

/* Sends gpu->command, which is `bytes` long, and waits until the device has done it. */
static bool run(struct gpu *gpu, enum type type, uint32_t bytes)
{
    uint16_t head;
    uint32_t answered;
    enum virtq_taken taken;

    gpu->command.type = (uint32_t)type;
    gpu->reply.type = 0;
    const struct virtq_piece pieces[] = {
        {&gpu->command, bytes, false},
        {&gpu->reply, sizeof(gpu->reply), true},
    };
    virtq_post(&gpu->queue, HEAD, pieces, 2);
    virtio_notify(&gpu->device, QUEUE_CONTROL);
    for (;;) {
        bool alive = virtio_acknowledge(&gpu->device);
        taken = virtq_take(&gpu->queue, &head, &answered);
        if (taken != VIRTQ_NONE || !alive)
            break;
        driver_wait();
    }
    bool done =
        taken == VIRTQ_ONE && answered == sizeof(gpu->reply) && gpu->reply.type == REPLY_NO_DATA;
    return done || give_up(gpu);
}

/* One picture, which is all of the caller's pixels, on the screen. */
static bool set_up(struct gpu *gpu, const uint32_t *pixels)
{
    const struct gpu_rect all = {0, 0, gpu->width, gpu->height};

    gpu->command = (struct gpu_command){0};
    gpu->command.of.create.resource = RESOURCE;
    gpu->command.of.create.format = FORMAT_B8G8R8X8;
    gpu->command.of.create.width = gpu->width;
    gpu->command.of.create.height = gpu->height;
    if (!run(gpu, CREATE_2D, COMMAND_BYTES(create)))
        return false;
    gpu->command.of.attach.resource = RESOURCE;
    gpu->command.of.attach.entries = 1;
    gpu->command.of.attach.address = (uintptr_t)pixels;
    gpu->command.of.attach.bytes = gpu->width * gpu->height * PIXEL_BYTES;
    gpu->command.of.attach.padding = 0;
    if (!run(gpu, ATTACH_BACKING, COMMAND_BYTES(attach)))
        return false;
    gpu->command.of.scanout.rect = all;
    gpu->command.of.scanout.scanout = SCANOUT;
    gpu->command.of.scanout.resource = RESOURCE;
    return run(gpu, SET_SCANOUT, COMMAND_BYTES(scanout));
}

bool gpu_open(struct gpu *gpu, uintptr_t base, const uint32_t *pixels, uint32_t width,
              uint32_t height)
{
    uint32_t features;
    gpu->gone = true;
    gpu->width = width;
    gpu->height = height;
    if (width == 0 || width > GPU_SIDE_MAX || height == 0 || height > GPU_SIDE_MAX ||
        !virtio_open(&gpu->device, base, VIRTIO_ID_GPU, 0, &features))
        return false;
    if (virtio_config32(&gpu->device, CONFIG_SCANOUTS) <= SCANOUT ||
        !virtio_attach(&gpu->device, QUEUE_CONTROL, &gpu->queue) || !virtio_start(&gpu->device))
        return give_up(gpu);
    gpu->gone = false;
    return set_up(gpu, pixels);
}

static bool inside(uint32_t at, uint32_t length, uint32_t side)
{
    return length > 0 && at < side && length <= side - at;
}

bool gpu_show(struct gpu *gpu, struct gpu_rect rect)
{
    if (gpu->gone || !inside(rect.x, rect.width, gpu->width) ||
        !inside(rect.y, rect.height, gpu->height))
        return false;
    gpu->command.of.transfer.rect = rect;
    gpu->command.of.transfer.offset = ((uint64_t)rect.y * gpu->width + rect.x) * PIXEL_BYTES;
    gpu->command.of.transfer.resource = RESOURCE;
    gpu->command.of.transfer.padding = 0;
    if (!run(gpu, TRANSFER_TO_HOST_2D, COMMAND_BYTES(transfer)))
        return false;
    gpu->command.of.flush.rect = rect;
    gpu->command.of.flush.resource = RESOURCE;
    gpu->command.of.flush.padding = 0;
    return run(gpu, FLUSH, COMMAND_BYTES(flush));
}
