/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of Cap'n Proto RPC, for one service that is the peer's bootstrap object.
 *
 * One call at a time, no I/O: the caller sends what it finds in its out buffer and hands in each
 * whole message that arrives.
 *
 *     struct perf_start_request_builder request = perf_start_call(&client);
 *     perf_start_request_set_name(request, nx_text_of("scroll"));
 *     error = nx_client_finish_call(&client, &length);         send length bytes of out
 *     do                                                       read one message
 *         reply = nx_client_receive(&client, frame, size, &length);   send length bytes of out
 *     while (reply == NX_REPLY_NONE);
 *     response = perf_start_results(&client);                  reads from frame
 *
 * The first call goes out behind a Bootstrap in the same bytes, addressed to the answer that is yet
 * to come: connecting costs no round trip. A call's Finish, where the server wants one, goes out in
 * front of the next call.
 */
#ifndef NEXUS_IDL_RPC_CLIENT_H
#define NEXUS_IDL_RPC_CLIENT_H

#include "nexus-idl/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an out buffer must have beside the parameters: every message of the client's own fits. */
#define NX_CLIENT_OUT_MIN 512U

enum nx_reply {
    NX_REPLY_NONE = 0,      /* not yet: read on */
    NX_REPLY = 1,           /* the results are there */
    NX_REPLY_EXCEPTION = 2, /* the call failed: nx_client_exception() */
    NX_REPLY_ABORT = 3      /* the peer ends the connection: nx_client_exception() says why */
};

/* As in rpc.capnp; a later version's is NX_EXCEPTION_FAILED. */
enum nx_exception_type {
    NX_EXCEPTION_FAILED = 0,
    NX_EXCEPTION_OVERLOADED = 1,
    NX_EXCEPTION_DISCONNECTED = 2,
    NX_EXCEPTION_UNIMPLEMENTED = 3
};

struct nx_exception {
    enum nx_exception_type type;
    struct nx_text reason; /* the peer's words; may be empty, may hold any bytes */
};

enum nx_bootstrap_state {
    NX_BOOTSTRAP_NONE,  /* to be asked for with the next call */
    NX_BOOTSTRAP_ASKED, /* calls go to its answer */
    NX_BOOTSTRAP_HELD   /* calls go to import_id */
};

/* For one connection; clear it with nx_client_init(). It stays where it is. The fields are its own.
 */
struct nx_client {
    uint8_t *out;
    size_t out_size;
    size_t ahead_bytes; /* of the messages in front of the call in out */
    struct nx_builder builder;
    struct nx_message reply;
    struct nx_struct_reader payload;
    struct nx_exception exception;
    enum nx_bootstrap_state bootstrap;
    uint32_t bootstrap_question;
    uint32_t import_id;
    uint32_t question;      /* the last call's */
    uint32_t next_question; /* ids go up, and round */
    bool building;
    bool waiting;              /* the call is sent, its Return is not here */
    bool call_finish_due;      /* goes out with the next call */
    bool bootstrap_finish_due; /* the same */
    bool closed;
};

/* out is the caller's, at least NX_CLIENT_OUT_MIN and what the largest call takes. */
void nx_client_init(struct nx_client *client, uint8_t *out, size_t out_size);

/*
 * For generated code: begins a call and gives its parameters to fill in; a call begun and not
 * finished is forgotten. While a Return is awaited, or after an Abort, nothing can be begun:
 * nx_client_finish_call() says so.
 */
struct nx_struct_builder nx_client_begin(struct nx_client *client, uint64_t interface_id,
                                         uint16_t method_id, uint16_t data_words,
                                         uint16_t pointers);

/* For generated code: the results, after NX_REPLY; they lie in the frame last handed in. */
struct nx_struct_reader nx_client_results(struct nx_client *client);

/* 0, and *out_length bytes of out are to be sent now; NX_NO_SPACE: the parameters do not fit;
 * NX_RANGE: no call was begun. After an error nothing is to be sent, and another call may be begun.
 */
int nx_client_finish_call(struct nx_client *client, size_t *out_length)
    __attribute__((warn_unused_result));

/*
 * Takes one whole message; what the last nx_client_finish_call() gave has been sent by then. An
 * enum nx_reply, or a negative enum nx_error where the peer breaks the protocol: close. In every
 * case *out_length bytes of out (mostly 0) are to be sent first. frame stays while results are
 * read.
 */
int nx_client_receive(struct nx_client *client, const uint8_t *frame, size_t length,
                      size_t *out_length) __attribute__((warn_unused_result));

/* The connection is gone: nothing can be begun any more. */
void nx_client_close(struct nx_client *client);

/* After NX_REPLY_EXCEPTION and NX_REPLY_ABORT; its text lies in the frame. */
struct nx_exception nx_client_exception(const struct nx_client *client);

/* The first error met in the results read so far; 0: none. */
int nx_client_error(const struct nx_client *client) __attribute__((warn_unused_result));

#ifdef __cplusplus
}
#endif

#endif
