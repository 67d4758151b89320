/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/monitor.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/line.h"
#include "boot/panic.h"
#include "boot/pmp.h"
#include "channel/channel.h"
#include "drivers/options.h"
#include "drivers/plic.h"
#include "drivers/timer.h"
#include "drivers/uart.h"
#include "drivers/virtio.h"
#include "monitor/grant.h"
#include "monitor/user.h"

/* Time, and the count of instructions. */
#define COUNTEREN  6u
#define TEXT_BYTES 120u
/* A program that faults at once is not to fill the log. */
#define RESTART_PAUSE_TICKS (100u * TIMER_TICKS_PER_MS)
/* A program that asks for nothing for 2 s hangs. They are counted in parts, of which the first had
 * begun before: a machine that was stopped for a while has missed one of them. */
#define WATCH_PARTS      5u
#define WATCH_PART_TICKS (500u * TIMER_TICKS_PER_MS)

/* From the linker script: SystemUI's code and constants; its memory, all of it; the part of that
 * which is cleared at a start. */
extern uint8_t user_text_start[], user_text_end[];
extern uint8_t user_memory_start[], user_memory_end[];
extern uint8_t user_bss_start[], user_bss_end[];

static __attribute__((section(".user.channel"))) struct channel channel;

static struct {
    const char *options;
    uintptr_t gpu, keyboard;
    uint32_t starts;
    uint32_t silent_parts;
    bool rung; /* while the program ran: it has not slept since */
} monitor;

/* The ring that carries the call orders it: who has the call's bytes has its time. */
static _Atomic uint64_t script_ns;

uint64_t monitor_script_ns(void)
{
    return atomic_load_explicit(&script_ns, memory_order_relaxed);
}

/* Set once the program has written its last words to the channel. */
static atomic_bool is_over;

bool monitor_is_over(void)
{
    return atomic_load_explicit(&is_over, memory_order_acquire);
}

struct channel *monitor_channel(void)
{
    return &channel;
}

void monitor_init(const char *options)
{
    monitor.options = options;
    channel_init(&channel);
    grant_want_marks(false);
}

static uintptr_t grant_device(enum virtio_id id, unsigned entry)
{
    uintptr_t base = virtio_find(id);
    if (base == 0)
        return 0;
    pmp_block(entry, base, VIRTIO_SLOT_BYTES, PMP_R | PMP_W);
    plic_enable(HART_SYSTEMUI, virtio_irq(base));
    return base;
}

static void grant(void)
{
    pmp_range(PMP_TEXT, (uintptr_t)user_text_start, (uintptr_t)user_text_end, PMP_R | PMP_X);
    pmp_range(PMP_MEMORY, (uintptr_t)user_memory_start, (uintptr_t)user_memory_end, PMP_R | PMP_W);
    monitor.gpu = grant_device(VIRTIO_ID_GPU, PMP_GPU);
    monitor.keyboard = grant_device(VIRTIO_ID_INPUT, PMP_KEYBOARD);
    csr_write(mcounteren, COUNTEREN);
    csr_write(scounteren, COUNTEREN);
    grant_init_hart();
}

/* The timer interrupts the program at the end of this part; perfd's hart, where it rings. */
static void watch(void)
{
    timer_arm(HART_SYSTEMUI, timer_now() + WATCH_PART_TICKS);
    csr_set(mie, MIE_MSIE);
}

/* Devices first: what they were told to write must not land in the memory of the next start. */
static noreturn void start_user(void)
{
    static struct user_start *const start = &user_start;
    if (monitor.gpu != 0)
        virtio_reset(&(struct virtio){monitor.gpu});
    if (monitor.keyboard != 0)
        virtio_reset(&(struct virtio){monitor.keyboard});
    memset(user_bss_start, 0, (size_t)(user_bss_end - user_bss_start));
    start->channel = &channel;
    start->gpu = monitor.gpu;
    start->keyboard = monitor.keyboard;
    start->starts = ++monitor.starts;
    monitor.silent_parts = 0;
    monitor.rung = false;
    strncpy(start->options, monitor.options, sizeof start->options - 1);
    watch();
    grant_settle();
    user_enter(systemui_start, start, user_stack_end);
}

/* A watch that is left behind would be a time to which a clock that skips idleness goes: the timer
 * is set in any case, and then at once where it is not to end the sleep. */
static void wait_until(uint64_t ticks)
{
    timer_arm(HART_SYSTEMUI, ticks != 0 ? ticks : timer_now() + 1);
    csr_write(mie, MIE_MSIE | MIE_MEIE | (ticks != 0 ? MIE_MTIE : 0));
    hart_sleep();
    plic_settle(HART_SYSTEMUI);
    csr_write(mie, 0);
    hart_hush();
    watch();
}

static bool is_within(uintptr_t address, size_t length, const uint8_t *start, const uint8_t *end)
{
    return address >= (uintptr_t)start && address <= (uintptr_t)end &&
           length <= (uintptr_t)end - address;
}

/* Under the program's name and without control characters: it cannot write another's lines. */
static void log_text(uintptr_t text, size_t length)
{
    if (length > TEXT_BYTES)
        length = TEXT_BYTES;
    if (!is_within(text, length, user_memory_start, user_memory_end) &&
        !is_within(text, length, user_text_start, user_text_end))
        return;
    struct line line = {.length = 0};
    line_text(&line, "systemui: ");
    for (size_t i = 0; i < length; i++) {
        char c = ((const volatile char *)text)[i];
        line_text(&line, (char[]){c >= ' ' && c <= '~' ? c : '?', '\0'});
    }
    line_end(&line);
    uart_write(line.bytes, line.length);
}

/* Its last words are on the channel, or not: perfd finds the client gone. */
static noreturn void finish(void)
{
    grant_withdraw();
    atomic_store_explicit(&is_over, true, memory_order_release);
    hart_ring(HART_PERFD);
    csr_write(mie, 0);
    for (;;)
        hart_sleep();
}

/* What the dead client had perfd has taken back before the next start: it rings then. */
static noreturn void restart(void)
{
    grant_withdraw();
    channel_hang_up(&channel);
    hart_ring(HART_PERFD);
    while (grant_is_wanted())
        wait_until(0);
    uint64_t until = timer_now() + RESTART_PAUSE_TICKS;
    while (timer_now() < until)
        wait_until(until);
    start_user();
}

static long serve(long number, uintptr_t first, uintptr_t second)
{
    switch (number) {
    case USER_CALL_RING:
        hart_ring(HART_PERFD);
        return 0;
    case USER_CALL_WAIT:
        if (!monitor.rung)
            wait_until(first);
        monitor.rung = false;
        return 0;
    case USER_CALL_LOG:
        log_text(first, second);
        return 0;
    case USER_CALL_FINISH:
        finish();
    case USER_CALL_SCRIPT_TIME:
        if (first > monitor_script_ns())
            atomic_store_explicit(&script_ns, first, memory_order_relaxed);
        return 0;
    default:
        return USER_CALL_UNKNOWN;
    }
}

void monitor_trap(struct user_frame *frame, uint64_t cause, uint64_t pc, uint64_t addr)
{
    if (cause == CAUSE_USER_ECALL) {
        frame->a[0] = (uint64_t)serve((long)frame->a[7], frame->a[0], frame->a[1]);
        csr_write(mepc, pc + 4);
        monitor.silent_parts = 0;
    } else if (cause == CAUSE_RING) {
        hart_hush();
        monitor.rung = true;
    } else if (cause == CAUSE_TIMER && ++monitor.silent_parts < WATCH_PARTS) {
        watch();
    } else {
        panic_line(HART_SYSTEMUI, cause, pc, addr);
        restart();
    }
    grant_settle();
}

noreturn void monitor_run(void)
{
    plic_init(HART_SYSTEMUI);
    grant();
    start_user();
}
