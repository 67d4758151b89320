/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <stdatomic.h>

#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/line.h"
#include "boot/panic.h"
#include "drivers/plic.h"
#include "drivers/timer.h"
#include "drivers/uart.h"
#include "statefs/server.h"
#include "store/disk.h"
#include "store/link.h"

_Static_assert(MAILBOX_BYTES == STATEFS_FRAME_BYTES, "a frame fits the box");

/* Not cleared at boot: statefs_init() writes what it needs. */
static _Alignas(8)
    __attribute__((section(".noinit"))) uint8_t arena[STATEFS_BYTES(64, 32, 8, 32768)];

struct store_link store_link;

static struct statefs_disk disk;
static uint64_t state_ticks;
static _Atomic uint32_t state;

enum store_state store_state(uint64_t *since_ticks)
{
    const enum store_state now = atomic_load_explicit(&state, memory_order_acquire);
    *since_ticks = state_ticks;
    return now;
}

static void set_state(enum store_state to)
{
    state_ticks = timer_now();
    atomic_store_explicit(&state, to, memory_order_release);
    hart_ring(HART_PERFD);
}

static void log_unavailable(enum statefs_status why)
{
    struct line line = {.length = 0};
    line_text(&line, "statefs: /state is unavailable: ");
    line_text(&line, statefs_status_text(why));
    line_end(&line);
    uart_write(line.bytes, line.length);
}

static void open_disk(void)
{
    const uintptr_t base = virtio_find(VIRTIO_ID_BLOCK);
    if (base == 0)
        return;
    plic_enable(HART_STATEFS, virtio_irq(base));
    disk.is_open = blk_open(&disk.blk, base) == BLK_OK;
}

static struct statefs *mount(void)
{
    static const struct statefs_config config = STATEFS_CONFIG_DEFAULT;
    struct statefs *store;
    open_disk();
    if (statefs_init(&store, arena, sizeof arena, &config, &disk) != STATEFS_OK)
        panic("the store cannot start");
    const enum statefs_status status = statefs_mount(store, STATEFS_READ_WRITE);
    if (status != STATEFS_OK)
        log_unavailable(status);
    set_state(status == STATEFS_OK ? STORE_READY : STORE_UNAVAILABLE);
    return store;
}

/* Until perfd rings. A ring that came while the disk was busy ends it at once. */
static void wait_for_ring(void)
{
    csr_write(mie, MIE_MSIE);
    hart_sleep();
    csr_write(mie, 0);
    hart_hush();
}

noreturn void store_run(void)
{
    static uint8_t request[MAILBOX_BYTES], reply[MAILBOX_BYTES];
    plic_init(HART_STATEFS);
    struct statefs *store = mount();
    for (;;) {
        const size_t length = mailbox_take(&store_link.request, request);
        if (length == 0) {
            wait_for_ring();
            continue;
        }
        const size_t answer = statefs_serve(store, request, length, reply, sizeof reply);
        while (!mailbox_put(&store_link.reply, reply, answer))
            wait_for_ring();
        hart_ring(HART_PERFD);
    }
}
