/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/grant.h"

#include <stdatomic.h>
#include <string.h>

#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/pmp.h"

/*
 * A run is its address, and in the bits below a page's size how many pages it has; 0: none. Each
 * side writes its word and then looks at the other's, sequentially consistent: either the monitor
 * finds that what it has just granted is wanted no more, or perfd's hart finds it granted, and
 * waits.
 */
static _Atomic uintptr_t wanted;  /* perfd's hart writes it */
static _Atomic uintptr_t granted; /* the monitor's */

uintptr_t grant_lane(void *run, size_t bytes)
{
    atomic_store(&wanted, (uintptr_t)run | bytes / PAGE_BYTES);
    return (uintptr_t)user_enable_page;
}

/* Asleep, as it is where instructions are time: the other hart rings when it has looked. */
void grant_take_back(void)
{
    atomic_store(&wanted, 0);
    if (atomic_load(&granted) == 0)
        return;
    const uint64_t woken_by = csr_read(mie);
    csr_write(mie, MIE_MSIE);
    hart_ring(HART_SYSTEMUI);
    for (;;) {
        hart_hush();
        if (atomic_load(&granted) == 0)
            break;
        hart_sleep();
    }
    csr_write(mie, woken_by);
    hart_ring(HART_PERFD); /* somebody else may have rung, too */
}

void grant_want_marks(bool on)
{
    *user_enable_page = on;
}

void grant_init_hart(void)
{
    pmp_block(PMP_ENABLE, (uintptr_t)user_enable_page, PAGE_BYTES, PMP_R);
}

static void grant(uintptr_t run)
{
    const uintptr_t start = run & ~(uintptr_t)(PAGE_BYTES - 1);
    const uintptr_t bytes = run % PAGE_BYTES * PAGE_BYTES;
    if (bytes != 0)
        pmp_range(PMP_LANE, start, start + bytes, PMP_R | PMP_W);
    else
        pmp_range_off(PMP_LANE);
    atomic_store(&granted, run);
}

void grant_settle(void)
{
    bool is_news = false;
    for (uintptr_t run; (run = atomic_load(&wanted)) != atomic_load(&granted); is_news = true)
        grant(run);
    if (is_news)
        hart_ring(HART_PERFD);
}

void grant_withdraw(void)
{
    grant(0);
    hart_ring(HART_PERFD);
}

bool grant_is_wanted(void)
{
    return atomic_load(&wanted) != 0;
}
