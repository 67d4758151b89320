/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SystemUI's keys in the image: each has the time at which it was noted, however much later the
 * frame begins that it is handed to. The image keeps the time; the script presses what it is asked
 * for.
 */
#include "boot/hart.h"
#include "drivers/driver.h"
#include "drivers/test_image.h"
#include "virt.h"

#define KEYS 5u

struct handed {
    enum systemui_key key;
    uint64_t at_ns;
};

static struct systemui_platform platform;
static struct systemui ui;
static struct handed handed[KEYS];
static uint32_t handed_count;

/* In SystemUI's place. */
void systemui_key(struct systemui *to, enum systemui_key key, uint64_t at_ns)
{
    if (to == &ui && handed_count < KEYS)
        handed[handed_count] = (struct handed){key, at_ns};
    handed_count++;
}

static void note_one(uint64_t now_ns)
{
    uint32_t before = platform.key_count;
    for (;;) {
        virt_note_keys(&platform, now_ns);
        if (platform.key_count != before)
            break;
        driver_wait();
    }
    virt_note_keys(&platform, now_ns + 1);
}

noreturn void hart_main(unsigned hart)
{
    (void)hart;
    static const char *const asks[KEYS] = {"press up", "press down", "press tab", "press l",
                                           "press h"};
    static const struct handed expected[] = {
        {SYSTEMUI_KEY_UP, 1000},
        {SYSTEMUI_KEY_DOWN, 2000},
        {SYSTEMUI_KEY_LOAD, 4000},
        {SYSTEMUI_KEY_HUD, 5000},
    };
    struct test test;
    test_begin(&test);
    virt_note_keys(&platform, 1);
    virt_hand_keys(&platform, &ui);
    test_check(&test, handed_count == 0, "no keyboard, no keys");
    platform.has_keyboard = input_open(&platform.keyboard, test_device(VIRTIO_ID_INPUT));
    if (!test_check(&test, platform.has_keyboard, "the keyboard opens"))
        test_end(&test);
    for (uint32_t i = 0; i < KEYS; i++) {
        test_say(asks[i]);
        note_one(1000u * (i + 1));
    }
    test_check(&test, handed_count == 0, "SystemUI gets none while it makes a frame");
    virt_hand_keys(&platform, &ui);
    bool same = handed_count == 4;
    for (uint32_t i = 0; same && i < 4; i++)
        same = handed[i].key == expected[i].key && handed[i].at_ns == expected[i].at_ns;
    test_check(&test, same, "then all that it knows, in order, with their own times");
    virt_hand_keys(&platform, &ui);
    test_check(&test, handed_count == 4, "and each once");
    test_end(&test);
}
