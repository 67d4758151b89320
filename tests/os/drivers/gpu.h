/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtio display, two-dimensional: one picture in the caller's memory, shown on the first screen.
 * Calls return when the device has answered and sleep in driver_wait meanwhile. One hart owns it,
 * in any mode that can reach its page.
 */
#ifndef DRIVERS_GPU_H
#define DRIVERS_GPU_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/virtio.h"
#include "drivers/virtq.h"

#define GPU_SIDE_MAX 4096u

struct gpu_rect {
    uint32_t x, y, width, height;
};

/* As the device reads it, each command in front of its own words. */
struct gpu_command {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context, padding;
    union {
        struct {
            uint32_t resource, format, width, height;
        } create;
        struct {
            uint32_t resource, entries;
            uint64_t address;
            uint32_t bytes, padding;
        } attach;
        struct {
            struct gpu_rect rect;
            uint32_t scanout, resource;
        } scanout;
        struct {
            struct gpu_rect rect;
            uint64_t offset;
            uint32_t resource, padding;
        } transfer;
        struct {
            struct gpu_rect rect;
            uint32_t resource, padding;
        } flush;
    } of;
};

struct gpu_reply {
    uint32_t type, flags;
    uint64_t fence;
    uint32_t context, padding;
};

struct gpu {
    struct virtio device;
    struct virtq queue;
    struct gpu_command command;
    volatile struct gpu_reply reply;
    uint32_t width, height;
    bool gone;
};

/*
 * Opens the device at `base`, as virtio_find gives it, and shows `pixels` on its first screen:
 * width
 * * height words 0x00RRGGBB from the top left, rows without a gap, each side 1 to GPU_SIDE_MAX. The
 * device reads them in gpu_show and at no other time. false: there is no device that can be used,
 * or it refused.
 */
bool gpu_open(struct gpu *gpu, uintptr_t base, const uint32_t *pixels, uint32_t width,
              uint32_t height) __attribute__((warn_unused_result));

/*
 * Puts the part of the picture inside `rect` on the screen; it is there when this returns. false: a
 * rect that is empty or not inside the picture (nothing was sent), or the device failed: it is
 * closed then, and every later call says false too.
 */
bool gpu_show(struct gpu *gpu, struct gpu_rect rect) __attribute__((warn_unused_result));

#endif
