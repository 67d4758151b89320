/* SPDX-License-Identifier: Apache-2.0 */
#include "platform.h"

#include "canvas.h"
#include "drivers/driver.h"
#include "font.h"
#include "virt.h"

/* What a look at the scripted clock takes: a frame has some thirty. */
#define SCRIPT_STEP_NS 10000u

static uint64_t ticks(void)
{
    uint64_t now;
    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}

void driver_wait(void)
{
    (void)user_call(USER_CALL_WAIT, 0, 0);
}

void virt_open_devices(struct systemui_platform *platform, const struct user_start *start,
                       const uint32_t *pixels)
{
    platform->has_display = start->gpu != 0 && gpu_open(&platform->display, start->gpu, pixels,
                                                        VIRT_WIDTH, VIRT_HEIGHT);
    platform->has_keyboard =
        start->keyboard != 0 && input_open(&platform->keyboard, start->keyboard);
}

static void set_script_time(struct systemui_platform *platform, uint64_t now_ns)
{
    platform->script_ns = now_ns;
    (void)user_call(USER_CALL_SCRIPT_TIME, now_ns, 0);
}

uint64_t systemui_now_ns(struct systemui_platform *platform)
{
    uint64_t now_ns = ticks() * VIRT_NS_PER_TICK;
    if (platform->scripted) {
        now_ns = platform->script_ns + SCRIPT_STEP_NS;
        set_script_time(platform, now_ns);
    }
    virt_note_keys(platform, now_ns);
    return now_ns;
}

void systemui_wait_until(struct systemui_platform *platform, uint64_t deadline_ns)
{
    const uint64_t until = (deadline_ns + VIRT_NS_PER_TICK - 1) / VIRT_NS_PER_TICK;
    if (!platform->scripted)
        while (systemui_now_ns(platform) < deadline_ns)
            (void)user_call(USER_CALL_WAIT, until, 0);
    else if (deadline_ns > platform->script_ns)
        set_script_time(platform, deadline_ns);
}

bool systemui_present(struct systemui_platform *platform, const struct canvas *frame)
{
    const struct gpu_rect all = {0, 0, (uint32_t)frame->width, (uint32_t)frame->height};
    return !platform->has_display || gpu_show(&platform->display, all);
}

void systemui_log(struct systemui_platform *platform, const char *line)
{
    (void)platform;
    (void)user_call(USER_CALL_LOG, (uintptr_t)line, (uintptr_t)font_length(line));
}
