/* SPDX-License-Identifier: Apache-2.0 */
#include "store/mailbox.h"

#include <string.h>

bool mailbox_put(struct mailbox *box, const uint8_t *bytes, size_t length)
{
    if (atomic_load_explicit(&box->length, memory_order_acquire) != 0)
        return false;
    memcpy(box->bytes, bytes, length);
    atomic_store_explicit(&box->length, (uint32_t)length, memory_order_release);
    return true;
}

size_t mailbox_take(struct mailbox *box, uint8_t *bytes)
{
    const uint32_t length = atomic_load_explicit(&box->length, memory_order_acquire);
    memcpy(bytes, box->bytes, length);
    if (length != 0)
        atomic_store_explicit(&box->length, 0, memory_order_release);
    return length;
}
