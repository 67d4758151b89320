/* SPDX-License-Identifier: Apache-2.0 */
/* What the port needs of the image that it is linked into. Called on perfd's hart; nothing blocks
 * for longer than a line of the log takes. */
#ifndef PERFD_VIRT_BOARD_H
#define PERFD_VIRT_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRT_NS_PER_TICK 100u /* virt's timer runs at 10 MHz */

/* The machine's one timer, which every hart can read. Never goes back. */
uint64_t virt_board_ticks(void);

/* The time that the script said last, in ns: the one that was said before a call's bytes, once they
 * are here. Never goes back. */
uint64_t virt_board_script_ns(void);

enum virt_store {
    VIRT_STORE_STARTING,
    VIRT_STORE_READY,       /* mounted */
    VIRT_STORE_UNAVAILABLE, /* and it stays so */
};

/* The /state store, and since when it is so, on the machine's timer; perfd's hart wakes up when
 * that changes. */
enum virt_store virt_board_store(uint64_t *since_ns);

/* A line of the log, its newline included, in one piece. */
void virt_board_log(const char *line, size_t length);

/*
 * Whole pages of perfd's memory that SystemUI can write as well, before it finds the answer to its
 * call: one such run at a time. share: gives the address of the enable word, which SystemUI can
 * read at all times. unshare: SystemUI's hart has taken note when it returns, which is as long as
 * that hart takes to trap.
 */
uintptr_t virt_board_share(void *memory, size_t bytes);
void virt_board_unshare(void);
void virt_board_want_marks(bool on);

/*
 * The machine's serial line, where there is one: moves bytes and returns how many, 0 to size. Fewer
 * than size: there are no more, or there is no room for more; perfd's hart wakes up when that
 * changes.
 */
size_t virt_board_line_read(void *to, size_t size);
size_t virt_board_line_write(const void *from, size_t size);

#endif
