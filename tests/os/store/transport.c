/* SPDX-License-Identifier: Apache-2.0 */
/* The exporter's way to the store: perfd's hart. */
#include "ports/virt/statefs/transport.h"

#include "boot/hart.h"
#include "drivers/timer.h"
#include "store/link.h"

struct statefs_transport {
    struct store_link *link;
};

struct statefs_transport *statefs_transport_open(void)
{
    static struct statefs_transport transport = {&store_link};
    return &transport;
}

int statefs_transport_send(struct statefs_transport *transport, const uint8_t *frame, size_t length)
{
    if (length > MAILBOX_BYTES || !mailbox_put(&transport->link->request, frame, length))
        return 0;
    hart_ring(HART_STATEFS);
    return 1;
}

int statefs_transport_receive(struct statefs_transport *transport, uint8_t *frame, size_t size)
{
    uint8_t bytes[MAILBOX_BYTES];
    const size_t length = mailbox_take(&transport->link->reply, bytes);
    if (length == 0)
        return 0;
    /* The store may have waited for the room. */
    hart_ring(HART_STATEFS);
    if (length > size)
        return 0;
    for (size_t i = 0; i < length; i++)
        frame[i] = bytes[i];
    return (int)length;
}

uint64_t statefs_transport_now_ns(struct statefs_transport *transport)
{
    (void)transport;
    return timer_now() * TIMER_NS_PER_TICK;
}
