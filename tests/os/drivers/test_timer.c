/* SPDX-License-Identifier: Apache-2.0 */
/* The timer ends a wfi at its time, not before; and not at all when it is disarmed. */
#include "boot/csr.h"
#include "boot/hart.h"
#include "drivers/test_image.h"
#include "drivers/timer.h"

#define MIP_MTIP (UINT64_C(1) << 7)

noreturn void hart_main(unsigned hart)
{
    struct test test;
    test_begin(&test);
    uint64_t start = timer_now();
    timer_arm(hart, start + TIMER_TICKS_PER_MS);
    test_check(&test, (csr_read(mie) & MIE_MTIE) != 0, "armed: it may wake the hart");
    while ((csr_read(mip) & MIP_MTIP) == 0)
        hart_sleep();
    uint64_t end = timer_now();
    test_check(&test, end >= start + TIMER_TICKS_PER_MS, "the hart slept for a millisecond");
    timer_arm(hart, end + 1000 * TIMER_TICKS_PER_MS);
    test_check(&test, (csr_read(mip) & MIP_MTIP) == 0, "armed anew: it is not pending");
    timer_disarm();
    test_check(&test, (csr_read(mie) & MIE_MTIE) == 0, "disarmed: it wakes nobody");
    test_end(&test);
}
