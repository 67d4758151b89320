/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port in memory, for tests: a clock that the test sets, markers kept as text, and an exporter
 * into a buffer that fails where and how the test says. Zero it to begin with, and free it with
 * memory_port_clear().
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

    struct memory_faults faults;
    struct memory_file open, done; /* being written; the last one committed */
    bool is_open;
    unsigned opens, writes, commits, aborts;
    unsigned misuses; /* write or commit without a file, open with one, commit of too few bytes */
    uint32_t busy_left, commit_busy_left;
};

void memory_port_clear(struct perfd_port *port);

/* How many of the lines are exactly this one (without its newline), or start with it. */
unsigned memory_port_count(const struct perfd_port *port, const char *line);
unsigned memory_port_count_prefix(const struct perfd_port *port, const char *prefix);

#endif
