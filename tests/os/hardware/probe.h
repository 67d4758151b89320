/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calling hart's counters by number: 0 is mcycle, 2 minstret, 3 to 31 mhpmcounter3 to 31. What
 * a machine lacks traps; those that try come back from that, and only from that: any other trap
 * while they do is the panic that it always is. M-mode, interrupts off.
 */
#ifndef HARDWARE_PROBE_H
#define HARDWARE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the counter can be read. number: 0, 2 to 31. */
bool hardware_try_read(unsigned number);

/* Whether its event's selector, mhpmevent<number>, could be written. number: 3 to 31, or 0: that is
 * mcountinhibit, whose bits hold counters. */
bool hardware_try_select(unsigned number, uint64_t event);

/* One that could be read. */
uint64_t hardware_read(unsigned number);

/* What minstret says of a loop that is 2 * rounds + 1 instructions long; it can be read. rounds: 1
 * or more. */
uint64_t hardware_count_loop(uint64_t rounds);

#endif
