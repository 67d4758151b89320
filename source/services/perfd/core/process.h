/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process a client is, as its port said. The client's lanes keep it, and so do their copies:
 * a lane is often still there when its client is not.
 *
 * A program links process.c, or process_none.c: then all lanes are in the session's process.
 */
#ifndef PERFD_CORE_PROCESS_H
#define PERFD_CORE_PROCESS_H

#include "perfd/perfd.h"

/* The process of the trace that has the session's name, the frames, and the lanes of no other. */
#define SESSION_PID 1u

struct process {
    uint32_t pid; /* 0: nobody said */
    char name[PERFD_PROCESS_NAME_MAX + 1];
};
_Static_assert(sizeof(struct process) == 20, "PERFD_ARENA_BYTES counts on it");

struct frozen;
struct lane;
struct lane_copy;
struct put;

/* Its client opened it just now. */
void process_of_lane(const struct perfd *perfd, struct lane *lane);
void process_copy(const struct lane *lane, struct lane_copy *copy);

/* The pid that a trace has it under. */
uint32_t process_pid(const struct lane_copy *lane);

/* Writes the process of this lane of the copy, where no lane before it has the same. */
void process_put(const struct frozen *frozen, uint32_t lane, struct put *p);

#endif
