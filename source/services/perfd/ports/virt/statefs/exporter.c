/* SPDX-License-Identifier: Apache-2.0 */
/* port.h's exporter for images with a store. */
#include "ports/virt/exporter.h"

#include "perfd/perfd.h"
#include "ports/port.h"
#include "ports/virt/statefs/job.h"
#include "ports/virt/virt.h"

struct exporter *exporter_start(void)
{
    static struct exporter exporter;
    static const struct exporter_config config = EXPORTER_CONFIG_DEFAULT;
    struct statefs_transport *transport = statefs_transport_open();
    if (transport == NULL)
        return NULL;
    exporter_init(&exporter, transport, &config);
    return &exporter;
}

int perfd_port_export_open(struct perfd_port *port, const char *name, uint64_t ts_ms,
                           uint64_t bytes)
{
    return port->exporter == NULL ? PERFD_UNSUPPORTED
                                  : exporter_open(port->exporter, name, ts_ms, bytes);
}

int perfd_port_export_write(struct perfd_port *port, const void *bytes, size_t length)
{
    return port->exporter == NULL ? PERFD_UNSUPPORTED
                                  : exporter_write(port->exporter, bytes, length);
}

int perfd_port_export_commit(struct perfd_port *port, char *uri, size_t size)
{
    return port->exporter == NULL ? PERFD_UNSUPPORTED : exporter_commit(port->exporter, uri, size);
}

void perfd_port_export_abort(struct perfd_port *port)
{
    if (port->exporter != NULL)
        exporter_abort(port->exporter);
}
