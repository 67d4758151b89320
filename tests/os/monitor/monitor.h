/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor: the little M-mode code under SystemUI, on its hart. It gives SystemUI its own memory
 * and its devices' pages and nothing else, serves the calls of user_call.h, and starts it again
 * when it faults, or makes no call for two seconds that it does not sleep. Devices that SystemUI
 * drives reach all memory: PMP binds harts, not DMA.
 */
#ifndef BOOT_MONITOR_H
#define BOOT_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

struct channel;

/* Hart 0, before it releases the others: the image's options, NUL-terminated, which stay the
 * caller's. */
void monitor_init(const char *options);

/* SystemUI's memory shared with perfd. */
struct channel *monitor_channel(void);

/* perfd's hart: the time that the program said last, in ns. Only with a scripted clock is it
 * anybody's time but the program's own. */
uint64_t monitor_script_ns(void);

/* perfd's hart: the program came to its end, which rings that hart; what it wrote to the channel is
 * there. */
bool monitor_is_over(void);

/* SystemUI's hart: does not return. */
noreturn void monitor_run(void);

#endif
