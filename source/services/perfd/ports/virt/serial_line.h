/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever is at the other end of the machine's serial line: a bridge on the host, or nobody. */
#ifndef PERFD_VIRT_SERIAL_LINE_H
#define PERFD_VIRT_SERIAL_LINE_H

#include "ports/virt/shared.h"
#include "server/serial.h"

struct serial_line {
    struct perfd_serial serial;
    size_t raw_start, raw_length; /* bytes of the line that the link had no room for */
    uint8_t raw[NX_LINK_FRAME_BYTES];
    uint8_t memory[PERFD_SERIAL_BYTES(SHARED_FRAME_BYTES, NX_LINK_FRAME_BYTES)];
};

void serial_line_init(struct serial_line *line, struct perfd_server *server, uint32_t capabilities);

/* Takes, serves and answers what the line has now, a bounded amount. True: something moved, and
 * there may be more to do. */
bool serial_line_pump(struct serial_line *line);

#endif
