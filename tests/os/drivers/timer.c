/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/timer.h"

#include "boot/csr.h"
#include "drivers/mmio.h"

#define MTIMECMP(hart) (TIMER_CLINT_BASE + 0x4000u + 8u * (hart))
#define MTIME          (TIMER_CLINT_BASE + 0xbff8u)

uint64_t timer_now(void)
{
    return mmio_read64(MTIME);
}

void timer_arm(unsigned hart, uint64_t ticks)
{
    mmio_write64(MTIMECMP(hart), ticks);
    csr_set(mie, MIE_MTIE);
}

void timer_disarm(void)
{
    csr_clear(mie, MIE_MTIE);
}
