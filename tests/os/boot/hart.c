/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/hart.h"

#include <stddef.h>
#include <string.h>

#include "boot/pmp.h"
#include "drivers/mmio.h"

#define CLINT_MSIP(hart) (UINT64_C(0x02000000) + 4u * (hart))

enum { PMP_GUARD };

extern const uint8_t tls_image_start[], tls_image_end[];
extern uint8_t stacks[];

uint64_t hart_reset_ticks;

_Alignas(16) uint8_t hart_tls[HARTS][TLS_BYTES];
_Alignas(16) uint8_t trap_stacks[HARTS][TRAP_STACK_BYTES];

noreturn void hart_start(unsigned hart);

/* From the start code, with stack and thread pointer set. */
noreturn void hart_start(unsigned hart)
{
    pmp_block(PMP_GUARD, (uintptr_t)stacks + (uintptr_t)hart * STACK_SLOT_BYTES, STACK_GUARD_BYTES,
              PMP_NONE | PMP_LOCKED);
    memcpy(hart_tls[hart], tls_image_start, (size_t)(tls_image_end - tls_image_start));
    hart_main(hart);
}

void harts_release(void)
{
    for (unsigned hart = 1; hart < HARTS; hart++)
        hart_ring(hart);
}

void hart_ring(unsigned hart)
{
    __asm__ volatile("fence rw, w" ::: "memory");
    mmio_write32(CLINT_MSIP(hart), 1);
}

void hart_hush(void)
{
    mmio_write32(CLINT_MSIP(hart_id()), 0);
    __asm__ volatile("fence w, rw" ::: "memory");
}
