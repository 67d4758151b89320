/* SPDX-License-Identifier: Apache-2.0 */
/* The least image: each hart says that it is there, and the last one ends the machine. */
#include <stdatomic.h>

#include "boot/hart.h"
#include "boot/line.h"
#include "drivers/uart.h"

static atomic_uint turn;

noreturn void hart_main(unsigned hart)
{
    if (hart == 0) {
        uart_init();
        harts_release();
    }
    /* In order, so that the log can be compared. */
    while (atomic_load_explicit(&turn, memory_order_acquire) != hart)
        ;
    struct line line = {.length = 0};
    line_text(&line, "hello from hart ");
    line_number(&line, hart);
    line_end(&line);
    uart_write(line.bytes, line.length);
    atomic_store_explicit(&turn, hart + 1, memory_order_release);
    if (hart == HARTS - 1)
        finisher_exit(0);
    for (;;)
        hart_sleep();
}
