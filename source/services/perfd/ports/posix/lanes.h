/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lanes' memory on a POSIX host: a memfd a lane, sealed against shrinking and growing, mapped where
 * the lane lies in the arena; and one memfd with the enable word, which only the service can write.
 */
#ifndef PERFD_POSIX_LANES_H
#define PERFD_POSIX_LANES_H

#include <stdbool.h>
#include <stdint.h>

struct lanes_memory {
    int passing; /* the memfd of the lane just shared, for whoever is being served; -1: none */
    int enable;  /* the enable word's */
    uint32_t *enabled; /* NULL: no lane is shared */
    bool have_ticks;   /* some, the last time they were taken */
};

struct perfd;
struct perfd_port;

/* Takes the frames that clients have written into lanes, and keeps whether there are such lanes. */
void lanes_take_ticks(struct perfd_port *port, struct perfd *perfd);

/* Where the host cannot do it, lanes are not shared: the service works without. */
void lanes_memory_init(struct lanes_memory *memory);

#endif
