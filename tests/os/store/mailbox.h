/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One frame on its way from a hart to another, in memory that both trust. No locks: the side that
 * finds the box empty fills it, the side that finds it full empties it. Doorbells are the caller's.
 */
#ifndef STORE_MAILBOX_H
#define STORE_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAILBOX_BYTES 512u

struct mailbox {
    _Atomic uint32_t length; /* 0: empty */
    uint8_t bytes[MAILBOX_BYTES];
};

/* Sender only. length: 1 to MAILBOX_BYTES. False: the frame before is still there. Its release of
 * `length` pairs with mailbox_take()'s acquire, and its acquire with that one's release. */
bool mailbox_put(struct mailbox *box, const uint8_t *bytes, size_t length);

/* Receiver only. The frame's length, copied to bytes[0..MAILBOX_BYTES); 0: there is none. */
size_t mailbox_take(struct mailbox *box, uint8_t *bytes);

#endif
