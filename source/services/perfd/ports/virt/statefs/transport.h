/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the exporter's frames reach the store: link-time functions, on perfd's hart, none of which
 * blocks. Frames stay whole and in order. In the image they ride the channel to the store's hart;
 * tests call the store.
 */
#ifndef PERFD_VIRT_STATEFS_TRANSPORT_H
#define PERFD_VIRT_STATEFS_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

struct statefs_transport; /* defined by each transport */

/* NULL: there is no store to talk to. */
struct statefs_transport *statefs_transport_open(void);

/* 1: it is on its way, whole; 0: no room now; negative: the other side is gone. */
int statefs_transport_send(struct statefs_transport *transport, const uint8_t *frame,
                           size_t length);

/* The length of the frame that came; 0: none yet; negative: the other side is gone. A frame that
 * is larger than size is dropped. */
int statefs_transport_receive(struct statefs_transport *transport, uint8_t *frame, size_t size);

/* The machine's clock, for deadlines: it goes on where perfd's own is scripted. */
uint64_t statefs_transport_now_ns(struct statefs_transport *transport);

#endif
