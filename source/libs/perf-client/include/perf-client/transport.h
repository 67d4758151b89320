/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What perf-client needs of its platform: a stream of bytes to the service. Link-time functions,
 * one set a program: src/transport_posix.c is a Unix socket, an image brings its own channel.
 * Errors are negative enum perf_client_error (perf_client.h).
 */
#ifndef PERF_CLIENT_TRANSPORT_H
#define PERF_CLIENT_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Those of one answer: a lane's and the enable page's. */
#define PERF_TRANSPORT_DESCRIPTORS 2u

/*
 * What a platform knows its connection by: a file descriptor, the number of a channel. Where a
 * service can pass descriptors, those that came with the last answer are kept until the next call;
 * whoever takes one puts -1 in its place. Elsewhere `passed` stays as it is.
 */
struct perf_transport {
    intptr_t handle;
    uint32_t passed;
    int descriptor[PERF_TRANSPORT_DESCRIPTORS];
};

/* address: the platform's form, or NULL for its default place. On an error nothing is to be closed.
 */
int perf_transport_open(struct perf_transport *transport, const char *address)
    __attribute__((warn_unused_result));

/* Sends all of it; waits where it must. */
int perf_transport_send(struct perf_transport *transport, const uint8_t *bytes, size_t length)
    __attribute__((warn_unused_result));

/* Waits for bytes. Gives how many, 1..size, and never more than size; the end of the stream is
 * PERF_CLIENT_DISCONNECTED. size is 1 or more. */
int perf_transport_receive(struct perf_transport *transport, uint8_t *bytes, size_t size)
    __attribute__((warn_unused_result));

void perf_transport_close(struct perf_transport *transport);

#ifdef __cplusplus
}
#endif

#endif
