/* SPDX-License-Identifier: Apache-2.0 */
/* The memory for janks and snapshots, in an image that looks into them: jank_memory.c, or
 * jank_memory_none.c. */
#ifndef PERFD_VIRT_JANK_MEMORY_H
#define PERFD_VIRT_JANK_MEMORY_H

struct perfd;

/* Gives it to a perfd with PERFD_CONFIG_DEFAULT. An error of perfd_jank_start(). */
int jank_memory_give(struct perfd *perfd);

#endif
