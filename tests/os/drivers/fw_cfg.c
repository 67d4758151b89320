/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/fw_cfg.h"

#include <stdbool.h>

#include "drivers/mmio.h"

#define DATA          0u
#define SELECTOR      8u
#define KEY_SIGNATURE 0u
#define KEY_DIRECTORY 0x19u
/* QEMU's own limit is lower; a device that claims more is not walked for ever. */
#define FILES_MAX  256u
#define NAME_BYTES 56u

static void choose(uintptr_t base, uint16_t key)
{
    /* The selector is big-endian, whatever the guest is. */
    mmio_write16(base + SELECTOR, (uint16_t)((uint16_t)(key << 8) | (uint16_t)(key >> 8)));
}

static uint32_t next_number(uintptr_t base, unsigned bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | mmio_read8(base + DATA);
    return value;
}

static bool next_name_is(uintptr_t base, const char *name)
{
    bool same = true;
    bool ended = false;
    for (unsigned i = 0; i < NAME_BYTES; i++) {
        char c = (char)mmio_read8(base + DATA);
        if (!ended) {
            same = same && c == *name;
            ended = c == '\0' || *name == '\0';
            name++;
        }
    }
    return same && ended;
}

/* Puts the cursor at the named file's start; returns its size, or 0. */
static uint32_t open_file(uintptr_t base, const char *name)
{
    choose(base, KEY_DIRECTORY);
    uint32_t files = next_number(base, 4);
    for (uint32_t i = 0; i < files && i < FILES_MAX; i++) {
        uint32_t size = next_number(base, 4);
        uint16_t key = (uint16_t)next_number(base, 2);
        (void)next_number(base, 2);
        if (next_name_is(base, name)) {
            choose(base, key);
            return size;
        }
    }
    return 0;
}

size_t fw_cfg_read(uintptr_t base, const char *name, char *text, size_t size)
{
    size_t held = 0;
    choose(base, KEY_SIGNATURE);
    if (next_number(base, 4) == 0x51454d55u) { /* "QEMU" */
        size_t there = open_file(base, name);
        while (held < there && held < size - 1)
            text[held++] = (char)mmio_read8(base + DATA);
    }
    text[held] = '\0';
    return held;
}
