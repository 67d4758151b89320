/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port in memory, for tests: a clock that the test sets, markers kept as text, and an exporter
 * into a buffer that fails where and how the test says; and any one call of all, the Nth, can go
 * wrong. Zero it to begin with, and free it with memory_port_clear().
 */
#ifndef MEMORY_PORT_H
#define MEMORY_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes wrong in the exporter; all zero: nothing. */
struct memory_faults {
    int open_error;  /* negative: open answers it */
    int write_error; /* negative: write answers it once write_error_after bytes are taken */
    size_t write_error_after;
    int commit_error;     /* negative: commit answers it */
    uint32_t write_busy;  /* each write is preceded by this many busy answers */
    size_t write_at_most; /* a write takes no more than this at once; 0: no limit */
    uint32_t commit_busy; /* commit is "not yet" this many times */
};

/* The functions of port.h. */
enum memory_function {
    MEMORY_NOW,
    MEMORY_CLOCK_NAME,
    MEMORY_CLOCK_STEP,
    MEMORY_MARKER,
    MEMORY_TICKS,
    MEMORY_SHARE,
    MEMORY_UNSHARE,
    MEMORY_ENABLE,
    MEMORY_OPEN,
    MEMORY_WRITE,
    MEMORY_COMMIT,
    MEMORY_ABORT,
    MEMORY_FUNCTIONS
};

/*
 * What the call does instead. Late is ten seconds, of the port's own clock, and for a write and a
 * commit also some times "not yet".
 *          FAIL                            SHORT
 * now      says 0                          goes back by 1 ns
 * name     an empty text                   an empty text
 * step     0                               1
 * marker   the line is lost                only a half of it is there
 * ticks    says 0, at 0                    goes back by 1 tick, at 1 ns before now
 * share    the plan's error                the plan's error
 * unshare  the memory is all zero          the memory is all zero
 * enable   the word stays as it is         the word stays as it is
 * open     the plan's error                the plan's error, and it counts as open until abort
 * write    the plan's error                takes one byte
 * commit   the plan's error                the shortest text for a URI
 * abort    what was written stays until the next open (both)
 */
enum memory_trouble { MEMORY_WELL, MEMORY_FAIL, MEMORY_SHORT, MEMORY_LATE };

#define MEMORY_LATE_NS    UINT64_C(10000000000)
#define MEMORY_LATE_TIMES 3u
#define MEMORY_SHARED_MAX 64

struct memory_plan {
    enum memory_trouble trouble;
    uint32_t at;                 /* which call, of all functions together, from 1; 0: none */
    int error;                   /* what a call that fails answers */
    uint32_t calls;              /* made so far */
    enum memory_function struck; /* which function it was; valid once calls >= at */
};

struct memory_file {
    char name[128];
    uint64_t ts_ms;
    uint64_t announced; /* the length that open was told */
    unsigned char *bytes;
    size_t length, room;
};

struct perfd_port {
    uint64_t now_ns;

    char markers[65536]; /* all lines so far, NUL-terminated */
    size_t markers_length;
    unsigned bad_markers; /* calls that broke the contract: no newline at the end, one inside, too
                             long */

    uint64_t ticks_a_us; /* of the counter that clients stamp with; 0: they stamp in ns */
    bool shares;         /* memory with clients, who are in this process: where it lies */
    bool marks_on;       /* the enable word */
    unsigned shared_count;
    struct memory_shared {
        void *memory;
        size_t bytes;
    } shared[MEMORY_SHARED_MAX]; /* in the order of sharing */

    struct memory_plan plan;
    struct memory_faults faults;
    struct memory_file open, done; /* being written; the last one committed */
    bool is_open;
    bool left_over; /* an abort failed: the next open clears it away */
    unsigned opens, writes, commits, aborts;
    unsigned misuses; /* write or commit without a file, open with one, commit of too few bytes;
                         memory shared twice, or not in pages, unshared where it was not shared */
    uint32_t busy_left, commit_busy_left;
};

void memory_port_clear(struct perfd_port *port);

/* How many of the lines are exactly this one (without its newline), or start with it. */
unsigned memory_port_count(const struct perfd_port *port, const char *line);
unsigned memory_port_count_prefix(const struct perfd_port *port, const char *prefix);

#endif
