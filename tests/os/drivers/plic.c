/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/plic.h"

#include "drivers/mmio.h"

#define PRIORITY(source)  (PLIC_BASE + 4u * (source))
#define THRESHOLD(hart)   (PLIC_BASE + 0x200000u + 0x1000u * context(hart))
#define CLAIM(hart)       (THRESHOLD(hart) + 4u)
#define ENABLE(hart, reg) (PLIC_BASE + 0x2000u + 0x80u * context(hart) + 4u * (reg))

/* virt gives each hart two contexts, M-mode's first. */
static unsigned context(unsigned hart)
{
    return 2u * hart;
}

void plic_init(unsigned hart)
{
    for (unsigned reg = 0; reg < PLIC_SOURCES / 32u; reg++)
        mmio_write32(ENABLE(hart, reg), 0);
    mmio_write32(THRESHOLD(hart), 0);
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

unsigned plic_settle(unsigned hart)
{
    unsigned settled = 0;
    while (settled < PLIC_SOURCES) {
        uint32_t source = mmio_read32(CLAIM(hart));
        if (source == 0)
            break;
        mmio_write32(CLAIM(hart), source);
        settled++;
    }
    return settled;
}
