/* SPDX-License-Identifier: Apache-2.0 */
/* The memory for janks, snapshots, groups of counters and hotspots, in an
 * image that has them: more_memory.c,
 * or more_memory_none.c. */
#ifndef PERFD_VIRT_MORE_MEMORY_H
#define PERFD_VIRT_MORE_MEMORY_H

struct perfd;

/* Gives it to a perfd with PERFD_CONFIG_DEFAULT. An error of perfd_jank_start() or the
 * others. */
int more_memory_give(struct perfd *perfd);

#endif
