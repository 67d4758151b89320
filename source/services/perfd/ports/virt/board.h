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
 * What is noted for machine_lanes.c. A track is what one hart notes, in order and without overlap:
 * its interrupts, or the calls that SystemUI waited for. What nobody takes in time finds no room
 * and is counted.
 */
enum virt_track {
    VIRT_TRACK_PERFD,
    VIRT_TRACK_SYSTEMUI,
    VIRT_TRACK_STATEFS,
    VIRT_TRACK_CALLS,
    VIRT_TRACKS,
};

/* The least numbers are the interrupt controller's. */
#define VIRT_TIMER    96u
#define VIRT_SOFTWARE 97u
#define VIRT_WATCH    98u
#define VIRT_CALL     99u
#define VIRT_WHATS    100u

struct virt_noted {
    uint64_t begin_ticks;
    uint32_t ticks;
    uint32_t what; /* less than VIRT_WHATS */
};

/* Whether the image's options want them. Nothing is noted before they are started, and then while
 * marks are wanted, which is asked here too. */
bool virt_board_has_notes(void);
void virt_board_start_notes(void);
bool virt_board_wants_notes(void);

/* How many a track holds now; the oldest of them, where it holds one; and how many were lost since
 * the machine's start, which never goes back. */
uint32_t virt_board_noted(enum virt_track track);
struct virt_noted virt_board_take_note(enum virt_track track);
uint32_t virt_board_notes_lost(enum virt_track track);

/* What the source of an interrupt is called; in ROM. */
const char *virt_board_source(uint32_t what);

/* What the processor counts on perfd's hart, for machine_counters.c. */
#define VIRT_COUNTERS 31u

struct virt_counter {
    const char *name;   /* in ROM, as is the reason: what it counts, or why it does not */
    const char *reason; /* up to PERFD_REASON_MAX bytes */
    bool counts;
};

/* From one sample to the next; 0: the image's options want none. */
uint64_t virt_board_counter_interval_ns(void);

/* Looks what there is, and has it count, once. */
void virt_board_find_counters(struct virt_counter counter[VIRT_COUNTERS]);

/* One that counts; it never goes back. */
uint64_t virt_board_read_counter(unsigned index);

/*
 * The machine's serial line, where there is one: moves bytes and returns how many, 0 to size. Fewer
 * than size: there are no more, or there is no room for more; perfd's hart wakes up when that
 * changes.
 */
size_t virt_board_line_read(void *to, size_t size);
size_t virt_board_line_write(const void *from, size_t size);

#endif
