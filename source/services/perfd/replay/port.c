/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/port.h"

#include "perfd/perfd.h"

uint64_t perfd_port_now_ns(struct perfd_port *port)
{
    return port->now_ns;
}

const char *perfd_port_clock_name(struct perfd_port *port)
{
    (void)port;
    return "replay";
}

uint64_t perfd_port_clock_step_ns(struct perfd_port *port)
{
    return port->clock_step_ns;
}

void perfd_port_marker(struct perfd_port *port, const char *line, size_t length)
{
    if (port->print != NULL)
        port->print(line, length);
}

const char *perfd_port_ticks(struct perfd_port *port, uint64_t *ticks, uint64_t *ns)
{
    if (port->looks > 0) {
        port->looks--;
        for (uint32_t i = 0; i <= port->looks; i++)
            port->look[i] = port->look[i + 1];
    }
    *ticks = port->look[0].ticks;
    *ns = port->look[0].ns;
    return "";
}

/* The writer of a shared lane is the log, and writes it where it lies. */
int perfd_port_share(struct perfd_port *port, void *memory, size_t bytes, uint64_t *address,
                     uint64_t *enable_address)
{
    (void)port;
    for (size_t i = 0; i < bytes; i++)
        ((uint8_t *)memory)[i] = 0;
    *address = (uintptr_t)memory;
    *enable_address = 0;
    return PERFD_OK;
}

void perfd_port_unshare(struct perfd_port *port, void *memory, size_t bytes)
{
    (void)port, (void)memory, (void)bytes;
}

void perfd_port_marks_enable(struct perfd_port *port, bool on)
{
    (void)port, (void)on;
}

int perfd_port_export_open(struct perfd_port *port, const char *name, uint64_t ts_ms,
                           uint64_t bytes)
{
    (void)port, (void)name, (void)ts_ms, (void)bytes;
    return PERFD_UNSUPPORTED;
}

int perfd_port_export_write(struct perfd_port *port, const void *bytes, size_t length)
{
    (void)port, (void)bytes, (void)length;
    return PERFD_UNSUPPORTED;
}

int perfd_port_export_commit(struct perfd_port *port, char *uri, size_t size)
{
    (void)port, (void)uri, (void)size;
    return PERFD_UNSUPPORTED;
}

void perfd_port_export_abort(struct perfd_port *port)
{
    (void)port;
}
