/* SPDX-License-Identifier: Apache-2.0 */
/* The image's back end: SystemUI in U-mode, on a virtio display and keyboard, over the monitor's
 * calls. */
#ifndef SYSTEMUI_VIRT_H
#define SYSTEMUI_VIRT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/gpu.h"
#include "drivers/input.h"
#include "monitor/user_call.h"
#include "systemui.h"

#define VIRT_WIDTH  640
#define VIRT_HEIGHT 480

#define VIRT_NS_PER_TICK 100u /* virt's timer runs at 10 MHz */

#define VIRT_KEYS 16u /* that wait for a frame: more than fingers press in one */

struct virt_key {
    uint16_t code; /* enum input_code */
    uint64_t at_ns;
};

struct systemui_platform {
    bool scripted; /* time passes by looking at it, and by waiting: runs repeat byte for byte */
    uint64_t script_ns;
    bool has_display;
    bool has_keyboard;
    struct gpu display;
    struct input keyboard;
    uint32_t key_count;
    struct virt_key keys[VIRT_KEYS]; /* the oldest first */
};

/* Where a session of an earlier start still runs, SystemUI goes on with it: its number, and frame
 * numbers above those that perfd has. */
void virt_resume(struct systemui *ui);

/* Opens the devices that are there. Without a display frames are drawn all the same. */
void virt_open_devices(struct systemui_platform *platform, const struct user_start *start,
                       const uint32_t *pixels);

/* Notes the keys that went down, with now_ns as their time. Called wherever the time is asked for,
 * so that it is at most some work on a frame later than the key. */
void virt_note_keys(struct systemui_platform *platform, uint64_t now_ns);

/* Between frames: hands SystemUI what was noted. */
void virt_hand_keys(struct systemui_platform *platform, struct systemui *ui);

/* Makes the fault that the options ask for at this frame, so that the monitor can be tested. */
void virt_plant_fault(const struct user_start *start, uint64_t frame);

#endif
