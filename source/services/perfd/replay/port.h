/* SPDX-License-Identifier: Apache-2.0 */
/* The host of a perfd that is told everything by a log. It has no store: traces are read. */
#ifndef PERFD_REPLAY_PORT_H
#define PERFD_REPLAY_PORT_H

#include "ports/port.h"

/* One reading of the tick counter and the clock. */
struct replay_look {
    uint64_t ticks, ns;
};

#define REPLAY_LOOKS 4 /* one call of perfd's takes no more */

struct perfd_port {
    uint64_t now_ns;
    uint64_t clock_step_ns;
    struct replay_look look[REPLAY_LOOKS]; /* the last one, and behind it those to come */
    uint32_t looks;                        /* to come */
    /* Where markers go; NULL: nowhere. */
    void (*print)(const char *line, size_t length);
};

#endif
