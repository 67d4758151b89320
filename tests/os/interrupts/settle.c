/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plic_settle that notes what ended the sleep. An interrupt lasts from the end of the sleep, or of
 * the one before it, until it is claimed and completed; the timer's and a ring's have nothing to
 * be done here but to be seen.
 */
#include "boot/csr.h"
#include "boot/layout.h"
#include "drivers/mmio.h"
#include "drivers/plic.h"
#include "interrupts/notes.h"

_Static_assert(VIRT_TIMER == PLIC_SOURCES, "numbers of sources that are none of the controller's");

static const enum virt_track track_of[HARTS] = {
    [HART_PERFD] = VIRT_TRACK_PERFD,
    [HART_SYSTEMUI] = VIRT_TRACK_SYSTEMUI,
    [HART_STATEFS] = VIRT_TRACK_STATEFS,
};

/* The controller's next, claimed and completed; 0: there is none. */
static uint32_t settle_one(unsigned hart)
{
    const uint32_t source = mmio_read32(PLIC_CLAIM(hart));
    if (source != 0)
        mmio_write32(PLIC_CLAIM(hart), source);
    return source < PLIC_SOURCES ? source : 0;
}

static __attribute__((noinline)) void settle_and_note(unsigned hart)
{
    const enum virt_track track = track_of[hart];
    uint64_t at = notes_ticks();
    /* What mie does not allow has ended no sleep: the timer's stands from its last time on. */
    const uint64_t pending = csr_read(mip) & csr_read(mie);
    if ((pending & MIE_MTIE) != 0)
        at = note(track, VIRT_TIMER, at);
    if ((pending & MIE_MSIE) != 0)
        at = note(track, VIRT_SOFTWARE, at);
    uint32_t source;
    for (unsigned i = 0; i < PLIC_SOURCES && (source = settle_one(hart)) != 0; i++)
        at = note(track, source, at);
}

void plic_settle(unsigned hart)
{
    if (notes_wanted()) {
        settle_and_note(hart);
        return;
    }
    for (unsigned i = 0; i < PLIC_SOURCES && settle_one(hart) != 0; i++) {
    }
}
