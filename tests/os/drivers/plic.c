/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/plic.h"

#include "drivers/mmio.h"

#define PRIORITY(source)  (PLIC_BASE + 4u * (source))
#define ENABLE(hart, reg) (PLIC_BASE + 0x2000u + 0x80u * PLIC_CONTEXT(hart) + 4u * (reg))

void plic_init(unsigned hart)
{
    for (unsigned reg = 0; reg < PLIC_SOURCES / 32u; reg++)
        mmio_write32(ENABLE(hart, reg), 0);
    mmio_write32(PLIC_THRESHOLD(hart), 0);
}

void plic_enable(unsigned hart, uint32_t source)
{
    if (source == 0 || source >= PLIC_SOURCES)
        return;
    uintptr_t enable = ENABLE(hart, source / 32u);
    mmio_write32(PRIORITY(source), 1);
    mmio_write32(enable, mmio_read32(enable) | (uint32_t)1 << (source % 32u));
}

void plic_disable(unsigned hart, uint32_t source)
{
    if (source == 0 || source >= PLIC_SOURCES)
        return;
    uintptr_t enable = ENABLE(hart, source / 32u);
    mmio_write32(enable, mmio_read32(enable) & ~((uint32_t)1 << (source % 32u)));
}
