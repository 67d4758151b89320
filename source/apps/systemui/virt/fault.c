/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/options.h"
#include "virt.h"

/*
 * Only at the first start: a program that faults again and again proves nothing more. `fault=N`
 * runs into what is no instruction at frame N; `poke=N` writes into the image's first word, where
 * perfd's code is; `hang=N` goes round in a circle there.
 */
void virt_plant_fault(const struct user_start *start, uint64_t frame)
{
    if (start->starts != 1 || frame == 0)
        return;
    if (frame == options_number(start->options, "fault", 0))
        __asm__ volatile("unimp");
    if (frame == options_number(start->options, "poke", 0))
        *(volatile uint32_t *)0x80000000u = 0;
    if (frame == options_number(start->options, "hang", 0))
        for (;;)
            __asm__ volatile("");
}
