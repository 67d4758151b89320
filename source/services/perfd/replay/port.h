/* SPDX-License-Identifier: Apache-2.0 */
/* The host of a perfd that is told everything by a log. It has no store: traces are read. */
#ifndef PERFD_REPLAY_PORT_H
#define PERFD_REPLAY_PORT_H

#include "ports/port.h"

struct perfd_port {
    uint64_t now_ns;
    uint64_t clock_step_ns;
    uint64_t ticks, ticks_ns; /* one reading of both */
    /* Where markers go; NULL: nowhere. */
    void (*print)(const char *line, size_t length);
};

#endif
