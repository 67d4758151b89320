/* SPDX-License-Identifier: Apache-2.0 */
/* An image without a store: traces are read with readTrace. */
#include <stddef.h>

#include "perfd/perfd.h"
#include "ports/port.h"
#include "ports/virt/exporter.h"

struct exporter *exporter_start(void)
{
    return NULL;
}

uint64_t exporter_deadline_ns(const struct exporter *exporter)
{
    (void)exporter;
    return 0;
}

void exporter_poll(struct exporter *exporter)
{
    (void)exporter;
}

int perfd_port_export_open(struct perfd_port *port, const char *name, uint64_t ts_ms,
                           uint64_t bytes)
{
    (void)port;
    (void)name;
    (void)ts_ms;
    (void)bytes;
    return PERFD_UNSUPPORTED;
}

int perfd_port_export_write(struct perfd_port *port, const void *bytes, size_t length)
{
    (void)port;
    (void)bytes;
    (void)length;
    return PERFD_UNSUPPORTED;
}

int perfd_port_export_commit(struct perfd_port *port, char *uri, size_t size)
{
    (void)port;
    (void)uri;
    (void)size;
    return PERFD_UNSUPPORTED;
}

void perfd_port_export_abort(struct perfd_port *port)
{
    (void)port;
}
