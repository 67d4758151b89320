/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of perfd's memory SystemUI reaches: one run of whole pages, which both write, and the enable
 * page, which perfd's hart writes and SystemUI reads. perfd's hart says what it wants granted; the
 * monitor does it, on its own hart, before SystemUI runs on.
 */
#ifndef BOOT_GRANT_H
#define BOOT_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The monitor's entries of PMP. Entry 0 is the stack's guard; a range takes two. */
enum { PMP_TEXT = 1, PMP_MEMORY = 3, PMP_GPU = 5, PMP_KEYBOARD, PMP_ENABLE, PMP_LANE };

/* --- perfd's hart --- */

/* Granted when SystemUI's next call of the monitor returns. Gives the enable word's address. */
uintptr_t grant_lane(void *run, size_t bytes);

/* SystemUI reaches the run no more when it returns: where it runs, the doorbell interrupts it. */
void grant_take_back(void);

void grant_want_marks(bool on);

/* Any hart, in M-mode. */
extern volatile uint32_t user_enable_page[];
static inline bool grant_marks_wanted(void)
{
    return *user_enable_page != 0;
}

/* --- The monitor's hart --- */

void grant_init_hart(void);

/* Each time before SystemUI runs on. */
void grant_settle(void);

/* SystemUI does not run on. Until it does, nothing is granted. */
void grant_withdraw(void);

/* Whether perfd still wants a run granted. */
bool grant_is_wanted(void);

#endif
