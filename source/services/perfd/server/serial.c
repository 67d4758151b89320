/* SPDX-License-Identifier: Apache-2.0 */
#include "server/serial.h"

void perfd_serial_init(struct perfd_serial *serial, struct perfd_server *server,
                       uint32_t capabilities, uint32_t seed, uint8_t *memory, uint32_t link_bytes)
{
    serial->server = server;
    serial->capabilities = capabilities;
    serial->connected = false;
    serial->memory = memory + 2u * link_bytes;
    nx_link_init(&serial->link, NX_LINK_ACCEPTOR, seed, memory, memory + link_bytes, link_bytes);
}

static void disconnect(struct perfd_serial *serial)
{
    if (serial->connected)
        perfd_disconnect(serial->server, &serial->stream.connection);
    serial->connected = false;
}

/* Apart, so that its variables do not lie on the stack below which calls are served. */
__attribute__((noinline)) static void connect_anew(struct perfd_serial *serial)
{
    uint32_t frame_bytes = serial->server->frame_bytes;
    /* A message may lack its last byte, and the payload with that byte may be a whole one: it has
     * room all the same. */
    uint32_t in_size = PERFD_STREAM_IN_BYTES(frame_bytes) + nx_link_payload_max(&serial->link);
    disconnect(serial);
    serial->connected = perfd_stream_connect(&serial->stream, serial->server, serial->capabilities,
                                             serial->memory, in_size, serial->memory + in_size,
                                             PERFD_STREAM_OUT_BYTES(frame_bytes)) >= 0;
    if (!serial->connected)
        nx_link_close(&serial->link);
}

/* In a session that is about to end nothing is served: what still comes is nobody's. */
static bool is_served(const struct perfd_serial *serial)
{
    return serial->connected && !serial->stream.closing;
}

static void take_payload(struct perfd_serial *serial)
{
    struct perfd_stream *stream = &serial->stream;
    size_t length;
    const uint8_t *payload = nx_link_payload(&serial->link, &length);
    if (!is_served(serial))
        return;
    for (size_t i = 0; i < length; i++)
        stream->in[stream->in_length + i] = payload[i];
    perfd_stream_received(stream, serial->server, length);
}

static bool has_room(const struct perfd_serial *serial)
{
    return !is_served(serial) ||
           serial->stream.in_size - serial->stream.in_length >= nx_link_payload_max(&serial->link);
}

size_t perfd_serial_receive(struct perfd_serial *serial, const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    while (has_room(serial)) {
        enum nx_link_event event;
        at += nx_link_receive(&serial->link, bytes + at, length - at, &event);
        if (event == NX_LINK_IDLE)
            break;
        if (event == NX_LINK_OPENED)
            connect_anew(serial);
        else if (event == NX_LINK_CLOSED)
            disconnect(serial);
        else
            take_payload(serial);
    }
    return at;
}

const uint8_t *perfd_serial_output(struct perfd_serial *serial, size_t *length)
{
    const uint8_t *out = nx_link_output(&serial->link, length);
    if (*length > 0 || !serial->connected)
        return out;
    size_t left;
    const uint8_t *answers = perfd_stream_output(&serial->stream, &left);
    if (left > 0) {
        perfd_stream_sent(&serial->stream, serial->server,
                          nx_link_send(&serial->link, answers, left));
    } else if (serial->stream.closing) {
        disconnect(serial);
        nx_link_close(&serial->link);
    }
    return nx_link_output(&serial->link, length);
}

void perfd_serial_sent(struct perfd_serial *serial, size_t length)
{
    nx_link_sent(&serial->link, length);
}

bool perfd_serial_owns_job(const struct perfd_serial *serial)
{
    return serial->connected && perfd_job_owner(serial->server) == &serial->stream.connection;
}

int perfd_serial_step_job(struct perfd_serial *serial)
{
    return perfd_stream_step_job(&serial->stream, serial->server);
}
