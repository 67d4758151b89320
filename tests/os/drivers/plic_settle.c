/* SPDX-License-Identifier: Apache-2.0 */
/* By itself: an image that shows its interrupts has interrupts/settle.c in its place. */
#include "drivers/mmio.h"
#include "drivers/plic.h"

void plic_settle(unsigned hart)
{
    for (unsigned settled = 0; settled < PLIC_SOURCES; settled++) {
        uint32_t source = mmio_read32(PLIC_CLAIM(hart));
        if (source == 0)
            break;
        mmio_write32(PLIC_CLAIM(hart), source);
    }
}
