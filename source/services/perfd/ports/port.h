/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that perfd needs of its host, and nothing else. These are link-time functions: the undefined
 * symbols of core + server + runtime linked together are exactly the ones declared here, and an
 * audit holds the two lists against each other. Each is called on perfd's one thread and must not
 * block.
 */
#ifndef PERFD_PORTS_PORT_H
#define PERFD_PORTS_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perfd_port; /* defined by each port */

/* The monotonic clock, in nanoseconds. Never goes back. */
uint64_t perfd_port_now_ns(struct perfd_port *port);

/* The clock's name in ROM ("CLOCK_MONOTONIC", "rdtime", "replay"), and its smallest step in ns. */
const char *perfd_port_clock_name(struct perfd_port *port);
uint64_t perfd_port_clock_step_ns(struct perfd_port *port);

/* Prints one marker line, its newline included (at most 512 bytes), in one atomic write. What the
 * host cannot take is lost: a marker never holds perfd up. */
void perfd_port_marker(struct perfd_port *port, const char *line, size_t length);

/*
 * What clients stamp the marks of shared lanes with: reads it and the clock above at one moment.
 * Returns its name in ROM ("tsc", "rdtime"), empty where they stamp in nanoseconds of that clock.
 */
const char *perfd_port_ticks(struct perfd_port *port, uint64_t *ticks, uint64_t *ns);

/*
 * Memory that a client writes as well. The memory is the tail of the arena or a part of it: it
 * begins at a multiple of 4,096 bytes before the arena's end, and is so many bytes long.
 *
 * share:   the client whose call is served may map it, and the page with the enable word to read:
 * at these addresses, or with what the port passes along with the call's answer. It is zero then.
 * Negative (PERFD_UNSUPPORTED where the host shares no memory): it is as it was. unshare: nobody
 * else has it any more, and it holds what it held; all zero where the host failed to keep that.
 * marks_enable: whether clients' marks are wanted, in the enable word.
 */
int perfd_port_share(struct perfd_port *port, void *memory, size_t bytes, uint64_t *address,
                     uint64_t *enable_address);
void perfd_port_unshare(struct perfd_port *port, void *memory, size_t bytes);
void perfd_port_marks_enable(struct perfd_port *port, bool on);

/*
 * The exporter: one file at a time, durable or not there at all. All four return 0 or more, or a
 * negative perfd_error (PERFD_NO_SPACE, PERFD_IO, PERFD_UNSUPPORTED where the host has no store).
 *
 * open:   takes the file's base name (NUL-terminated, checked), the session's stop in ms of the
 * clock and the exact length. The host raises ts above every one that is there already. write:
 * returns how many bytes it took, perhaps fewer than given; 0: busy, ask again later. commit: 1:
 * not yet durable, ask again later; 0: durable, and its URI stands in uri, NUL-terminated. abort:
 * leaves nothing behind; also right after a failure, or when nothing is open.
 */
int perfd_port_export_open(struct perfd_port *port, const char *name, uint64_t ts_ms,
                           uint64_t bytes);
int perfd_port_export_write(struct perfd_port *port, const void *bytes, size_t length);
int perfd_port_export_commit(struct perfd_port *port, char *uri, size_t size);
void perfd_port_export_abort(struct perfd_port *port);

#endif
