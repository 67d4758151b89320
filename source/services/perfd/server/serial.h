/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The serial link's acceptor and the server behind it: one connection, anew with each of the link's
 * sessions. It moves no bytes, needs no clock, and is told nothing by its peer but bytes.
 *
 *     whenever bytes have come, or have been sent:
 *         at += perfd_serial_receive(&serial, bytes + at, length - at);
 *         while (out = perfd_serial_output(&serial, &n), n > 0 && the line takes some)
 *             perfd_serial_sent(&serial, taken);
 */
#ifndef PERFD_SERVER_SERIAL_H
#define PERFD_SERVER_SERIAL_H

#include "nexus-idl/link.h"
#include "server/stream.h"

struct perfd_serial {
    struct perfd_server *server;
    struct nx_link link;
    struct perfd_stream stream;
    uint8_t *memory; /* of the stream's buffers */
    uint32_t capabilities;
    bool connected; /* the stream has a connection */
};

/* The memory that it takes, for messages of frame_bytes (the server's) on a line with frames of
 * link_bytes. */
#define PERFD_SERIAL_BYTES(frame_bytes, link_bytes)                                                \
    (PERFD_STREAM_IN_BYTES(frame_bytes) + PERFD_STREAM_OUT_BYTES(frame_bytes) + 3u * (link_bytes))

/* memory: PERFD_SERIAL_BYTES() of the server's frame_bytes and link_bytes, the caller's for good.
 * seed: as in nx_link_init(). capabilities: of whoever is at the line's other end. */
void perfd_serial_init(struct perfd_serial *serial, struct perfd_server *server,
                       uint32_t capabilities, uint32_t seed, uint8_t *memory, uint32_t link_bytes);

/* Takes what it has room for and serves it; gives how many bytes. The others have to wait until
 * some were sent. */
size_t perfd_serial_receive(struct perfd_serial *serial, const uint8_t *bytes, size_t length)
    __attribute__((warn_unused_result));

/* What is to be sent now; 0 bytes: nothing. To be asked again after perfd_serial_sent(),
 * perfd_serial_receive() and perfd_serial_step_job(). */
const uint8_t *perfd_serial_output(struct perfd_serial *serial, size_t *length);
void perfd_serial_sent(struct perfd_serial *serial, size_t length);

/* Whether the server's job is this line's, and a step of it then: as perfd_server_step(). */
bool perfd_serial_owns_job(const struct perfd_serial *serial);
int perfd_serial_step_job(struct perfd_serial *serial) __attribute__((warn_unused_result));

#endif
