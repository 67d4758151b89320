/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image that dies as it is told, so that panics and stack guards can be tested. Options:
 * `hart=N`, and what happens there: `null` (a read through NULL), `overflow` (the stack runs into
 * its guard), else an instruction that is none.
 */
#include "boot/hart.h"
#include "drivers/bootargs.h"
#include "drivers/options.h"
#include "drivers/uart.h"

static char options[BOOTARGS_BYTES];

/* A page a call, each touched at its lower end: no guard is jumped over. */
static unsigned overflow(unsigned depth)
{
    volatile char page[PAGE_BYTES / 2];
    page[0] = (char)depth;
    return depth == 0 ? 0 : overflow(depth - 1) + (unsigned char)page[0];
}

static void die(void)
{
    if (options_has(options, "null"))
        (void)*(volatile int *)0;
    if (options_has(options, "overflow"))
        (void)overflow(2 * STACK_BYTES / PAGE_BYTES);
    __asm__ volatile("unimp");
}

noreturn void hart_main(unsigned hart)
{
    static const char *const names[HARTS] = {"hart 0\n", "hart 1\n", "hart 2\n"};
    if (hart == 0) {
        uart_init();
        (void)bootargs_read(options, sizeof options);
        harts_release();
    }
    if (hart == options_number(options, "hart", 0)) {
        uart_write(names[hart], 7);
        die();
    }
    for (;;)
        hart_sleep();
}
