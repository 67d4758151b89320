/* SPDX-License-Identifier: Apache-2.0 */
/* What else machine_lanes.c asks of the board. */
#include "ports/virt/board.h"
#include "drivers/bootargs.h"
#include "drivers/options.h"
#include "drivers/plic.h"
#include "drivers/virtio.h"

bool virt_board_has_notes(void)
{
    static char options[BOOTARGS_BYTES];
    (void)bootargs_read(options, sizeof options);
    return !options_has(options, "interrupts=off");
}

/* The controller's first sources are those of virtio's slots. */
static const char *device(uint32_t source)
{
    static const struct {
        enum virtio_id id;
        const char *name;
    } kinds[] = {
        {VIRTIO_ID_BLOCK, "disk"},
        {VIRTIO_ID_CONSOLE, "serial"},
        {VIRTIO_ID_GPU, "gpu"},
        {VIRTIO_ID_INPUT, "input"},
    };
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const uintptr_t base = virtio_find(kinds[i].id);
        if (base != 0 && virtio_irq(base) == source)
            return kinds[i].name;
    }
    return "device";
}

const char *virt_board_source(uint32_t what)
{
    switch (what) {
    case VIRT_TIMER:
        return "timer";
    case VIRT_SOFTWARE:
        return "software";
    case VIRT_WATCH:
        return "watch";
    default:
        return device(what);
    }
}
