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
#include "monitor/grant.h"
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

enum virt_store virt_board_store(uint64_t *since_ns)
{
    uint64_t ticks;
    const enum store_state state = store_state(&ticks);
    *since_ns = ticks * VIRT_NS_PER_TICK;
    return state == STORE_STARTING ? VIRT_STORE_STARTING
           : state == STORE_READY  ? VIRT_STORE_READY
                                   : VIRT_STORE_UNAVAILABLE;
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

uintptr_t virt_board_share(void *memory, size_t bytes)
{
    return grant_lane(memory, bytes);
}

void virt_board_unshare(void)
{
    grant_take_back();
}

void virt_board_want_marks(bool on)
{
    grant_want_marks(on);
}

/*
 * Sleeps until a doorbell, a device or the time. What rings after the last look ends the sleep. A
 * scripted run has no use for deadlines: where QEMU's time skips what nobody works in, it would
 * skip to the deadline of a disk that is about to answer.
 */
static void sleep_until(uint64_t wake_at_ns, bool is_scripted)
{
    if (wake_at_ns != 0 && !is_scripted)
        timer_arm(HART_PERFD, wake_at_ns / VIRT_NS_PER_TICK + 1);
    hart_sleep();
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

static uint64_t now_ns(void)
{
    return virt_board_ticks() * VIRT_NS_PER_TICK;
}

/* Everything up to `perfd: ready`, and what of it the options ask to be told. Whether they ask to
 * power off when SystemUI has come to its end. */
static bool start_perfd(struct virt_service *service)
{
    static char options[BOOTARGS_BYTES];
    /* In the middle of its tick: 0 is no time. */
    struct boot_times times = {.reset_ns =
                                   hart_reset_ticks * VIRT_NS_PER_TICK + VIRT_NS_PER_TICK / 2};
    uart_init();
    (void)bootargs_read(options, sizeof options);
    monitor_init(options);
    plic_init(HART_PERFD);
    open_console();
    times.drivers_ns = now_ns();
    service->port.scripted = options_has(options, "clock=scripted");
    if (virt_service_init(service, monitor_channel()) < 0)
        panic("perfd cannot start");
    virt_board_log("perfd: ready\n", sizeof "perfd: ready\n" - 1);
    times.ready_ns = now_ns();
    if (options_has(options, "instructions"))
        log_instructions();
    if (options_has(options, "run-log"))
        virt_service_start_log(service);
    if (options_has(options, "cost-lane"))
        virt_service_start_cost_lane(service);
    if (options_has(options, "flight"))
        virt_service_start_flight(service);
    /* A script's time is not the boot's. */
    if (options_has(options, "boot-trace") && !service->port.scripted)
        virt_service_record_boot(service, &times);
    return options_has(options, "poweroff");
}

static noreturn void run_perfd(void)
{
    static struct virt_service service;
    const bool powers_off = start_perfd(&service);
    harts_release();
    csr_write(mie, MIE_MSIE | MIE_MEIE);
    for (;;) {
        plic_settle(HART_PERFD);
        timer_disarm();
        hart_hush();
        /* Before the round: it serves what the program wrote last. */
        const bool ends = powers_off && monitor_is_over();
        struct virt_round round = virt_service_poll(&service);
        if (round.ring_systemui)
            hart_ring(HART_SYSTEMUI);
        if (ends && !boot_trace_is_due(&service.boot))
            finisher_exit(IMAGE_EXIT_FINE);
        if (!round.again)
            sleep_until(round.wake_at_ns, service.port.scripted);
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
