/* SPDX-License-Identifier: Apache-2.0 */
/* The image: perfd on hart 0, SystemUI on hart 1, the store on hart 2. */
#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/line.h"
#include "boot/panic.h"
#include "drivers/bootargs.h"
#include "drivers/console.h"
#include "drivers/options.h"
#include "drivers/plic.h"
#include "drivers/timer.h"
#include "drivers/uart.h"
#include "drivers/virtio.h"
#include "monitor/monitor.h"
#include "ports/virt/board.h"
#include "ports/virt/service.h"
#include "store/store.h"

uint64_t virt_board_ticks(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

uint64_t virt_board_script_ns(void)
{
    return monitor_script_ns();
}

void virt_board_log(const char *line, size_t length)
{
    uart_write(line, length);
}

static struct console console;
static bool has_console;

static void open_console(void)
{
    uintptr_t base = virtio_find(VIRTIO_ID_CONSOLE);
    has_console = base != 0 && console_open(&console, base);
    if (has_console)
        plic_enable(HART_PERFD, virtio_irq(base));
}

size_t virt_board_line_read(void *to, size_t size)
{
    ptrdiff_t count = has_console ? console_read(&console, to, size) : 0;
    return count > 0 ? (size_t)count : 0;
}

/* A console that broke takes everything, as a line does that nobody listens to. */
size_t virt_board_line_write(const void *from, size_t size)
{
    ptrdiff_t count = has_console ? console_write(&console, from, size) : -1;
    return count >= 0 ? (size_t)count : size;
}

/* Sleeps until a doorbell, a device or the time. What rings after the last look ends the sleep. */
static void sleep_until(uint64_t wake_at_ns)
{
    if (wake_at_ns != 0)
        timer_arm(HART_PERFD, wake_at_ns / VIRT_NS_PER_TICK + 1);
    hart_sleep();
    timer_disarm();
}

/* With QEMU's -icount these are the instructions from reset to here, of this hart. */
static void log_instructions(void)
{
    struct line line = {.length = 0};
    line_text(&line, "boot: instructions=");
    line_number(&line, csr_read(minstret));
    line_end(&line);
    uart_write(line.bytes, line.length);
}

static noreturn void run_perfd(void)
{
    static struct virt_service service;
    static char options[BOOTARGS_BYTES];
    uart_init();
    (void)bootargs_read(options, sizeof options);
    monitor_init(options);
    plic_init(HART_PERFD);
    open_console();
    service.port.scripted = options_has(options, "clock=scripted");
    if (virt_service_init(&service, monitor_channel()) < 0)
        panic("perfd cannot start");
    virt_board_log("perfd: ready\n", sizeof "perfd: ready\n" - 1);
    if (options_has(options, "instructions"))
        log_instructions();
    harts_release();
    csr_write(mie, MIE_MSIE | MIE_MEIE);
    for (;;) {
        hart_hush();
        (void)plic_settle(HART_PERFD);
        struct virt_round round = virt_service_poll(&service);
        if (round.ring_systemui)
            hart_ring(HART_SYSTEMUI);
        if (!round.again)
            sleep_until(round.wake_at_ns);
    }
}

noreturn void hart_main(unsigned hart)
{
    switch (hart) {
    case HART_PERFD:
        run_perfd();
    case HART_SYSTEMUI:
        monitor_run();
    default:
        store_run();
    }
}
