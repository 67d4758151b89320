/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal that shows the HUD's cells. There is one. */
#ifndef PERFCTL_HUD_TERMINAL_H
#define PERFCTL_HUD_TERMINAL_H

#include "hud_cells.h"

/* What keys are, besides characters. */
enum hud_key { HUD_KEY_NONE = -1, HUD_KEY_RESIZE = 256, HUD_KEY_UP, HUD_KEY_DOWN, HUD_KEY_OTHER };

/* NULL, or why there can be no HUD here, in words. Changes nothing. */
const char *hud_terminal_refusal(void);

/* Takes the terminal; signals that end the program are caught from here on. False: it cannot. */
bool hud_terminal_open(void) __attribute__((warn_unused_result));

/* Gives it back as it was; more than once is fine. */
void hud_terminal_close(void);

bool hud_terminal_is_utf8(void);
void hud_terminal_size(unsigned *width, unsigned *height);
void hud_terminal_show(const struct hud_screen *screen);

/* Draws all of it anew with the next show. */
void hud_terminal_refresh(void);

/* The next key; waits for it until then (CLOCK_MONOTONIC), or a signal. */
int hud_terminal_key(uint64_t until_ns);

/* The signal that asks the program to end, or 0; -1 where the terminal has gone. */
int hud_terminal_ended(void);

/* While it is true, waiting for others cannot be broken off: such a signal then ends the program at
 * once, with the terminal given back. */
void hud_terminal_busy(bool busy);

#endif
