/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SystemUI needs of the machine that it runs on: one set of these functions is linked in. The
 * platform is the back end's own, handed through unread.
 */
#ifndef SYSTEMUI_PLATFORM_H
#define SYSTEMUI_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

struct canvas;
struct systemui_platform;

/* Nanoseconds of perfd's clock (`info` names it), never backwards, never 0. */
uint64_t systemui_now_ns(struct systemui_platform *platform);

/* Returns at deadline_ns or a little later; at once where that has passed, or where the back end
 * wants the loop to end. */
void systemui_wait_until(struct systemui_platform *platform, uint64_t deadline_ns);

/* Puts the finished frame on the display and returns when it is there. false: it could not. */
bool systemui_present(struct systemui_platform *platform, const struct canvas *frame);

/* One line for whoever looks after the machine, without a newline. */
void systemui_log(struct systemui_platform *platform, const char *line);

#endif
