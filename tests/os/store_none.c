/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/csr.h"
#include "boot/hart.h"
#include "store/store.h"

enum store_state store_state(uint64_t *since_ticks)
{
    *since_ticks = 0;
    return STORE_UNAVAILABLE;
}

noreturn void store_run(void)
{
    csr_write(mie, 0);
    for (;;)
        hart_sleep();
}
