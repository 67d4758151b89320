/* SPDX-License-Identifier: Apache-2.0 */
/* The lane that SystemUI writes itself. It is one program with one thread, so there is one. */
#include <string.h>

#include "perfd/perfd.h"
#include "ports/port.h"
#include "ports/virt/board.h"
#include "ports/virt/virt.h"

int perfd_port_share(struct perfd_port *port, void *memory, size_t bytes, uint64_t *address,
                     uint64_t *enable_address)
{
    if (!port->serves_systemui || port->shares)
        return PERFD_UNSUPPORTED;
    memset(memory, 0, bytes);
    port->shares = true;
    *address = (uintptr_t)memory;
    *enable_address = virt_board_share(memory, bytes);
    return 0;
}

void perfd_port_unshare(struct perfd_port *port, void *memory, size_t bytes)
{
    (void)memory;
    (void)bytes;
    virt_board_unshare();
    port->shares = false;
}

void perfd_port_marks_enable(struct perfd_port *port, bool on)
{
    (void)port;
    virt_board_want_marks(on);
}
