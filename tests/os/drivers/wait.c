/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver_wait for M-mode: the hart sleeps until one of its devices (plic_enable) interrupts, or
 * anything else that it has enabled in mie.
 */
#include "boot/csr.h"
#include "boot/hart.h"
#include "drivers/driver.h"
#include "drivers/plic.h"

void driver_wait(void)
{
    csr_set(mie, MIE_MEIE);
    hart_sleep();
    plic_settle(hart_id());
}
