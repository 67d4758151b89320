/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SystemUI as the image runs it. Options: `seconds=N`: after N seconds it stops its session,
 * exports it and ends (0, and without it: never); `clock=scripted`; `marks=calls`: without a lane
 * of its own; and what fault.c reads.
 */
#include "drivers/options.h"
#include "perf.capnp.h"
#include "virt.h"

/* More than picture_memory_bytes() for this size: the wallpaper, and the glass of a bar as wide. */
#define PICTURE_BYTES (VIRT_WIDTH * VIRT_HEIGHT * 4 + 640 * 1024)

#define NOINIT __attribute__((section(".noinit")))

struct user_start user_start;

static NOINIT _Alignas(64) uint32_t pixels[VIRT_WIDTH * VIRT_HEIGHT];
static NOINIT _Alignas(64) uint8_t picture_memory[PICTURE_BYTES];

static struct systemui ui;
static struct systemui_platform platform;

_Noreturn void systemui_start(const struct user_start *start);

static void run(const struct user_start *start)
{
    const uint64_t seconds = options_number(start->options, "seconds", 0);
    const uint64_t until = systemui_now_ns(&platform) + seconds * 1000000000u;
    while (seconds == 0 || systemui_now_ns(&platform) < until) {
        virt_hand_keys(&platform, &ui);
        virt_plant_fault(start, ui.frame);
        systemui_frame(&ui);
    }
}

/* The session that has just ended, to where traces are kept. */
static void export_session(void)
{
    struct perf_client *client = &ui.link.client;
    if (perf_client_connect(client, NULL) != 0)
        return;
    const struct perf_export_request_builder request = perf_export_last_call(&client->rpc);
    perf_export_request_set_session_id(request, ui.link.session);
    if (perf_client_call(client) != 0 ||
        perf_export_response_get_status(perf_export_last_results(&client->rpc)) != PERF_STATUS_OK)
        systemui_log(&platform, "the trace is not in the store");
    perf_client_close(client);
}

_Noreturn void systemui_start(const struct user_start *start)
{
    const struct systemui_config config = {
        .pixels = pixels,
        .width = VIRT_WIDTH,
        .height = VIRT_HEIGHT,
        .stride = VIRT_WIDTH,
        .memory = picture_memory,
        .session = "systemui",
        .stamp_marks = options_has(start->options, "marks=calls"),
    };
    platform.scripted = options_has(start->options, "clock=scripted");
    virt_open_devices(&platform, start, pixels);
    if (picture_memory_bytes(VIRT_HEIGHT, VIRT_WIDTH) > sizeof picture_memory)
        systemui_log(&platform, "the picture does not fit its memory");
    systemui_init(&ui, &config, &platform);
    if (start->starts > 1)
        virt_resume(&ui);
    if (systemui_connect(&ui) != 0)
        systemui_log(&platform, "perfd does not start the session, drawing on");
    run(start);
    if (systemui_finish(&ui) == 0)
        export_session();
    for (;;)
        (void)user_call(USER_CALL_FINISH, 0, 0);
}
