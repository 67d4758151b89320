/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/panic.h"

#include "boot/hart.h"
#include "boot/line.h"
#include "drivers/uart.h"

/* perfd is the image: without it there is nothing left to serve. The others leave it running. */
static noreturn void end_hart(unsigned hart)
{
    if (hart == HART_PERFD)
        finisher_exit(IMAGE_EXIT_PANIC);
    for (;;)
        hart_sleep();
}

void panic_line(unsigned hart, uint64_t cause, uint64_t pc, uint64_t addr)
{
    struct line line = {.length = 0};
    line_text(&line, "PANIC hart=");
    line_number(&line, hart);
    line_text(&line, " cause=");
    line_hex(&line, cause);
    line_text(&line, " pc=");
    line_hex(&line, pc);
    line_text(&line, " addr=");
    line_hex(&line, addr);
    line_end(&line);
    uart_write(line.bytes, line.length);
}

noreturn void trap_panic(uint64_t cause, uint64_t pc, uint64_t addr);

/* From the trap entry, on the hart's trap stack. */
noreturn void trap_panic(uint64_t cause, uint64_t pc, uint64_t addr)
{
    panic_line(hart_id(), cause, pc, addr);
    end_hart(hart_id());
}

noreturn void panic(const char *why)
{
    struct line line = {.length = 0};
    line_text(&line, "PANIC hart=");
    line_number(&line, hart_id());
    line_text(&line, " ");
    line_text(&line, why);
    line_end(&line);
    uart_write(line.bytes, line.length);
    end_hart(hart_id());
}
