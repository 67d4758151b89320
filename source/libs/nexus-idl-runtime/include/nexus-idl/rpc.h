/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of Cap'n Proto RPC, for a service that is one bootstrap object.
 *
 * One vat a connection. It moves no bytes and calls nobody: the caller hands it one whole message
 * at a time and sends what it finds in its out buffer. A call is served between nx_vat_receive()
 * and nx_vat_finish(); its answer is built where it will be sent from.
 *
 *     enum nx_event event = nx_vat_receive(&vat, frame, length, &call, out, out_size, &out_length);
 *     if (event == NX_CALL)
 *         event = nx_vat_finish(&vat, &call, perf_dispatch(service, &call), &out_length);
 *     send(out, out_length);
 *     if (event == NX_CLOSE)
 *         close();
 *
 * What a peer can make it keep: 8 open bootstrap answers, one count of references, one question
 * whose answer was deferred. Ordinary answers hold no capabilities, are complete when sent and are
 * not kept
 * (`noFinishNeeded`), so any number of calls may be under way. Past a limit the peer gets
 * an exception; after a breach of the protocol an Abort, and the connection is to be closed.
 *
 * Not held against a peer: a Finish for what is not kept, a Finish that comes before the call was
 * served (its Return is sent all the same), answers that never get one, and messages of features
 * that are not here: these go back as Unimplemented.
 */
#ifndef NEXUS_IDL_RPC_H
#define NEXUS_IDL_RPC_H

#include "nexus-idl/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Free bytes that an out buffer must have: every message of the vat's own fits. With less, a
 * message that does not fit ends the connection (NX_CLOSE). */
#define NX_VAT_OUT_MIN 256U

/* Bootstrap answers that may be open at once, each until its Finish. */
#define NX_VAT_ANSWERS_MAX 8U

/* For one connection; clear it with nx_vat_init(). The fields are the vat's own. */
struct nx_vat {
    uint32_t answers[NX_VAT_ANSWERS_MAX]; /* question ids of the open bootstrap answers */
    uint32_t references;                  /* to the bootstrap object; stays at the largest value */
    uint32_t deferred_question;
    uint8_t open_answers; /* a bit for each of answers[] in use */
    bool deferred;
    bool closed;
};

enum nx_event {
    NX_IDLE, /* handled; *out_length bytes to send, perhaps 0 */
    NX_CALL, /* a call to serve: dispatch it, then nx_vat_finish() */
    NX_CLOSE /* send *out_length bytes (an Abort, or 0), then close */
};

enum nx_outcome {
    NX_ANSWER,       /* the results are complete; turned into an exception if nx_call_error() */
    NX_DEFER,        /* nx_vat_resume() later; results begun so far are thrown away */
    NX_REFUSE,       /* exception `failed`: malformed parameters, or no room for the answer */
    NX_UNIMPLEMENTED /* exception `unimplemented`: no such interface or method */
};

/*
 * A call being served. It holds what its handles point to: it stays where it is, and the frame and
 * the out buffer stay untouched, until nx_vat_finish().
 */
struct nx_call {
    uint64_t interface_id;
    uint16_t method_id;
    bool began_results; /* nx_call_results() was called */
    uint32_t question;
    struct nx_message message; /* the frame */
    struct nx_struct_reader body;
    struct nx_builder builder; /* the Return */
    uint8_t *out;
    size_t out_size;
};

/* For generated code: the parameters, and the results to fill in. Results can be begun once. */
struct nx_struct_reader nx_call_params(struct nx_call *call);
struct nx_struct_builder nx_call_results(struct nx_call *call, uint16_t data_words,
                                         uint16_t pointers);

/* The first error of the parameters read so far, else of the answer under construction; 0: none.
 * Ask before acting on the parameters. */
int nx_call_error(const struct nx_call *call) __attribute__((warn_unused_result));

void nx_vat_init(struct nx_vat *vat);

/*
 * Takes one whole message, as framing.h delimits it. What is to be sent is written to out, at most
 * out_size bytes, and counted in *out_length. *call is filled where the answer is NX_CALL; its
 * Return will be built in out.
 */
enum nx_event nx_vat_receive(struct nx_vat *vat, const uint8_t *frame, size_t length,
                             struct nx_call *call, uint8_t *out, size_t out_size,
                             size_t *out_length) __attribute__((warn_unused_result));

/*
 * Completes the call. NX_IDLE, with the Return's length in *out_length (0 where it was deferred),
 * or NX_CLOSE. One call may be deferred at a time: another one gets the exception `overloaded`.
 */
enum nx_event nx_vat_finish(struct nx_vat *vat, struct nx_call *call, enum nx_outcome outcome,
                            size_t *out_length) __attribute__((warn_unused_result));

/* Whether an answer is still owed. A Finish from the peer does not change that. */
bool nx_vat_has_deferred(const struct nx_vat *vat);

/*
 * Takes up the deferred call where there is one (nx_vat_has_deferred()): fill in its results, then
 * nx_vat_finish() as usual; NX_DEFER puts it back. Its ids and its parameters are gone: 0 and
 * empty.
 */
void nx_vat_resume(struct nx_vat *vat, struct nx_call *call, uint8_t *out, size_t out_size);

#ifdef __cplusplus
}
#endif

#endif
