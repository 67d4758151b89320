/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blocking client of the Perf interface, for programs that measure themselves and for tools.
 *
 *     static struct perf_client client;
 *     int error = perf_client_connect(&client, NULL);
 *     struct perf_start_request_builder request = perf_start_call(&client.rpc);
 *     perf_start_request_set_name(request, nx_text_of("scroll"));
 *     if (error == 0)
 *         error = perf_client_call(&client);
 *     if (error == 0)
 *         status = perf_start_response_get_status(perf_start_results(&client.rpc));
 *
 * One thread a client. No allocation: both buffers are in the structure (128 KiB; make it static).
 * It stays where it is from connect to close. Results lie in the client's buffer: they are good
 * until the next call.
 */
#ifndef PERF_CLIENT_H
#define PERF_CLIENT_H

#include "nexus-idl/rpc_client.h"
#include "perf-client/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The largest message, either way. */
#define PERF_CLIENT_BUFFER_BYTES 65536U

enum perf_client_error {
    PERF_CLIENT_UNREACHABLE = -1,  /* nobody listens there */
    PERF_CLIENT_DISCONNECTED = -2, /* the service hung up, or there is no connection (any more) */
    PERF_CLIENT_EXCEPTION =
        -3, /* not served: nx_client_exception(&c->rpc); the connection goes on */
    PERF_CLIENT_MALFORMED = -4, /* the service broke the protocol; disconnected */
    PERF_CLIENT_TOO_BIG = -5,   /* the call does not fit (nothing was sent), or the answer does not
                                   (disconnected) */
    PERF_CLIENT_ADDRESS = -6    /* not an address */
};

/* The fields are the client's own, but for rpc, which generated stubs take. */
struct perf_client {
    struct nx_client rpc;
    struct perf_transport transport;
    bool connected;
    size_t received;    /* bytes in `in` */
    size_t frame_bytes; /* of them, the last whole message, at the head */
    uint8_t in[PERF_CLIENT_BUFFER_BYTES];
    uint8_t out[PERF_CLIENT_BUFFER_BYTES];
};

/*
 * address, on POSIX: "unix:PATH"; NULL: $PERF_SOCKET ("unix:PATH" or just the path), else the place
 * of posix-paths/default_socket.h. 0, or PERF_CLIENT_ADDRESS or _UNREACHABLE: then every call gives
 * PERF_CLIENT_DISCONNECTED, and there is nothing to close.
 */
int perf_client_connect(struct perf_client *client, const char *address)
    __attribute__((warn_unused_result));

/* Sends the call that perf_<method>_call(&client->rpc) began and waits for its answer. 0, or a
 * negative perf_client_error. */
int perf_client_call(struct perf_client *client) __attribute__((warn_unused_result));

/* May be called again, and after any error. */
void perf_client_close(struct perf_client *client);

/* A few words for an error, in ROM. */
const char *perf_client_error_text(int error);

#ifdef __cplusplus
}
#endif

#endif
