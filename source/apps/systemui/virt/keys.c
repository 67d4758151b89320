/* SPDX-License-Identifier: Apache-2.0 */
/* From the keyboard to the frame that answers it: when a key went down is noted at once, what it
 * does waits for the next frame. */
#include "virt.h"

void virt_note_keys(struct systemui_platform *platform, uint64_t now_ns)
{
    struct input_key key;
    if (!platform->has_keyboard)
        return;
    while (input_waiting(&platform->keyboard) && platform->key_count < VIRT_KEYS)
        if (input_read(&platform->keyboard, &key) && key.down)
            platform->keys[platform->key_count++] = (struct virt_key){key.code, now_ns};
}

static void hand(struct systemui *ui, const struct virt_key *key)
{
    switch (key->code) {
    case INPUT_UP:
        systemui_key(ui, SYSTEMUI_KEY_UP, key->at_ns);
        break;
    case INPUT_DOWN:
        systemui_key(ui, SYSTEMUI_KEY_DOWN, key->at_ns);
        break;
    case INPUT_L:
        systemui_key(ui, SYSTEMUI_KEY_LOAD, key->at_ns);
        break;
    case INPUT_P:
        systemui_key(ui, SYSTEMUI_KEY_PANEL, key->at_ns);
        break;
    case INPUT_H:
        systemui_key(ui, SYSTEMUI_KEY_HUD, key->at_ns);
        break;
    default:
        break;
    }
}

void virt_hand_keys(struct systemui_platform *platform, struct systemui *ui)
{
    for (uint32_t i = 0; i < platform->key_count; i++)
        hand(ui, &platform->keys[i]);
    platform->key_count = 0;
}
