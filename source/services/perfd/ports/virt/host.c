/* SPDX-License-Identifier: Apache-2.0 */
/* Clock and markers. */
#include "perfd/perfd.h"
#include "ports/port.h"
#include "ports/virt/board.h"
#include "ports/virt/virt.h"

uint64_t perfd_port_now_ns(struct perfd_port *port)
{
    return port->scripted ? virt_board_script_ns() : virt_board_ticks() * VIRT_NS_PER_TICK;
}

const char *perfd_port_clock_name(struct perfd_port *port)
{
    return port->scripted ? "scripted" : "rdtime";
}

uint64_t perfd_port_clock_step_ns(struct perfd_port *port)
{
    return port->scripted ? 1 : VIRT_NS_PER_TICK;
}

const char *perfd_port_ticks(struct perfd_port *port, uint64_t *ticks, uint64_t *ns)
{
    *ns = perfd_port_now_ns(port);
    *ticks = port->scripted ? *ns : *ns / VIRT_NS_PER_TICK;
    return port->scripted ? "" : "rdtime";
}

void perfd_port_marker(struct perfd_port *port, const char *line, size_t length)
{
    (void)port;
    virt_board_log(line, length);
}
