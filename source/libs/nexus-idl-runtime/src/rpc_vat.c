/* SPDX-License-Identifier: Apache-2.0 */
#include "nexus-idl/rpc.h"

#include "fast.h"
#include "rpc_messages.h"

_Static_assert(sizeof(struct nx_vat) <= 256, "a connection's state is small");

/* The bootstrap object's id in the export table, its only entry. */
#define BOOTSTRAP_EXPORT 0U

void nx_vat_init(struct nx_vat *vat)
{
    *vat = (struct nx_vat){0};
}

bool nx_vat_has_deferred(const struct nx_vat *vat)
{
    return vat->deferred;
}

/* --- what is sent --- */

/* Every answer goes out through here: one that could not be written ends the connection. */
__attribute__((noinline)) static enum nx_event sent(struct nx_vat *vat, size_t length,
                                                    size_t *out_length)
{
    *out_length = length;
    if (length != 0)
        return NX_IDLE;
    vat->closed = true;
    return NX_CLOSE;
}

/* Not copied to where it is called from: that is many places, and seldom. */
__attribute__((noinline)) static enum nx_event
send_abort(struct nx_vat *vat, const struct nx_call *call, const char *reason, size_t *out_length)
{
    vat->closed = true;
    *out_length = nx_rpc_write_abort(call->out, call->out_size, reason);
    return NX_CLOSE;
}

/* keeps: an answer that waits for its Finish. */
static struct nx_struct_builder begin_return(struct nx_call *call, enum return_tag tag, bool keeps)
{
    struct nx_struct_builder ret = nx_rpc_begin(&call->builder, call->out, call->out_size,
                                                MESSAGE_RETURN, RETURN_WORDS, RETURN_PTRS);
    nx_set_u32(ret, RETURN_ANSWER_AT, call->question);
    nx_set_bool(ret, RETURN_NO_FINISH_BIT, !keeps);
    nx_set_u16(ret, RETURN_TAG_AT, (uint16_t)tag);
    return ret;
}

static enum nx_event send_exception(struct nx_vat *vat, struct nx_call *call,
                                    enum exception_type type, const char *reason,
                                    size_t *out_length)
{
    struct nx_struct_builder ret = begin_return(call, RETURN_EXCEPTION, false);
    nx_rpc_make_exception(ret, RETURN_BODY_PTR, type, reason);
    return sent(vat, nx_builder_finish(&call->builder), out_length);
}

/* --- the answers that are kept --- */

static bool is_open(const struct nx_vat *vat, uint32_t slot)
{
    return (vat->open_answers & 1U << slot) != 0;
}

/* The slot of an open bootstrap answer, or NX_VAT_ANSWERS_MAX. Most of the time none is open. */
static uint32_t find_answer(const struct nx_vat *vat, uint32_t question)
{
    uint32_t slot = 0;
    for (uint32_t open = vat->open_answers; open != 0; open >>= 1, slot++)
        if ((open & 1) != 0 && vat->answers[slot] == question)
            return slot;
    return NX_VAT_ANSWERS_MAX;
}

static bool in_use(const struct nx_vat *vat, uint32_t question)
{
    return find_answer(vat, question) < NX_VAT_ANSWERS_MAX ||
           (vat->deferred && vat->deferred_question == question);
}

/* A count that has reached the top is not known any more: the object then stays for good. */
static void add_reference(struct nx_vat *vat)
{
    if (vat->references != UINT32_MAX)
        vat->references++;
}

static void drop_references(struct nx_vat *vat, uint32_t count)
{
    if (vat->references != UINT32_MAX)
        vat->references -= count;
}

/* --- what arrives --- */

static enum nx_event receive_bootstrap(struct nx_vat *vat, struct nx_call *call, size_t *out_length)
{
    call->question = nx_get_u32(call->body, BOOTSTRAP_QUESTION_AT);
    if (in_use(vat, call->question))
        return send_abort(vat, call, "question id is in use", out_length);
    uint32_t slot = 0;
    while (slot < NX_VAT_ANSWERS_MAX && is_open(vat, slot))
        slot++;
    if (slot == NX_VAT_ANSWERS_MAX)
        return send_exception(vat, call, EXCEPTION_OVERLOADED, "too many bootstraps open",
                              out_length);
    vat->answers[slot] = call->question;
    vat->open_answers = (uint8_t)(vat->open_answers | 1U << slot);
    add_reference(vat);

    struct nx_struct_builder ret = begin_return(call, RETURN_RESULTS, true);
    struct nx_struct_builder payload =
        nx_init_struct(ret, RETURN_BODY_PTR, PAYLOAD_WORDS, PAYLOAD_PTRS);
    nx_make_capability(nx_edit_pointer(payload, PAYLOAD_CONTENT_PTR), 0);
    struct nx_list_builder caps =
        nx_init_struct_list(payload, PAYLOAD_CAPS_PTR, 1, CAP_WORDS, CAP_PTRS);
    struct nx_struct_builder cap = nx_list_edit_struct(caps, 0);
    nx_set_u16(cap, CAP_TAG_AT, CAP_SENDER_HOSTED);
    nx_set_u32(cap, CAP_ID_AT, BOOTSTRAP_EXPORT);
    return sent(vat, nx_builder_finish(&call->builder), out_length);
}

/* Whether a transform leaves an answer as it is. Clients write an empty one as null, or as a list
 * with no elements, of any element size. */
static bool is_identity(struct nx_pointer_reader transform)
{
    if (nx_pointer_is_null(transform) || nx_pointer_list_count(transform) == 0)
        return true;
    struct nx_list_reader ops = nx_pointer_list(transform, NX_ELEMENT_STRUCT);
    for (uint32_t i = 0; i < ops.count; i++) {
        if (nx_get_u16(nx_list_get_struct(ops, i), OP_TAG_AT) != OP_NOOP)
            return false;
    }
    return true;
}

/* Whether a promisedAnswer is the bootstrap object: an open bootstrap answer, taken as it is. */
static bool promises_bootstrap(const struct nx_vat *vat, struct nx_struct_reader promised)
{
    return is_identity(nx_get_pointer(promised, PROMISED_TRANSFORM_PTR)) &&
           find_answer(vat, nx_get_u32(promised, PROMISED_QUESTION_AT)) < NX_VAT_ANSWERS_MAX;
}

static enum nx_event receive_call(struct nx_vat *vat, struct nx_call *call, size_t *out_length)
{
    call->question = nx_get_u32(call->body, CALL_QUESTION_AT);
    call->interface_id = nx_get_u64(call->body, CALL_INTERFACE_AT);
    call->method_id = nx_get_u16(call->body, CALL_METHOD_AT);
    struct nx_struct_reader target = nx_get_struct(call->body, CALL_TARGET_PTR);
    uint16_t kind = nx_get_u16(target, TARGET_TAG_AT);
    bool found = false;
    if (kind == TARGET_PROMISED)
        found = promises_bootstrap(vat, nx_get_struct(target, TARGET_ANSWER_PTR));
    if (call->message.error != NX_OK)
        return send_abort(vat, call, "malformed message", out_length);
    if (in_use(vat, call->question))
        return send_abort(vat, call, "question id is in use", out_length);
    if (kind == TARGET_IMPORTED) {
        found = vat->references != 0 && nx_get_u32(target, TARGET_IMPORT_AT) == BOOTSTRAP_EXPORT;
        if (!found)
            return send_abort(vat, call, "call to what is not exported", out_length);
    }
    if (nx_get_u16(call->body, CALL_RESULTS_TO_AT) != RESULTS_TO_CALLER)
        return send_exception(vat, call, EXCEPTION_UNIMPLEMENTED, "results go to the caller only",
                              out_length);
    if (!found)
        return send_exception(vat, call, EXCEPTION_FAILED, "call to what is not a capability",
                              out_length);
    return NX_CALL;
}

__attribute__((always_inline)) static inline enum nx_event receive_finish(struct nx_vat *vat,
                                                                          struct nx_call *call)
{
    uint32_t slot = find_answer(vat, nx_get_u32(call->body, FINISH_QUESTION_AT));
    if (slot == NX_VAT_ANSWERS_MAX)
        return NX_IDLE;
    vat->open_answers = (uint8_t)(vat->open_answers & ~(1U << slot));
    /* The flag is stored inverted. A reference that a Release has dropped already is none to drop.
     */
    if (!nx_get_bool(call->body, FINISH_RELEASE_BIT) && vat->references != 0)
        drop_references(vat, 1);
    return NX_IDLE;
}

static enum nx_event receive_release(struct nx_vat *vat, struct nx_call *call, size_t *out_length)
{
    uint32_t count = nx_get_u32(call->body, RELEASE_COUNT_AT);
    if (nx_get_u32(call->body, RELEASE_ID_AT) != BOOTSTRAP_EXPORT || count > vat->references)
        return send_abort(vat, call, "release of what is not held", out_length);
    drop_references(vat, count);
    return NX_IDLE;
}

static enum nx_event receive_message(struct nx_vat *vat, struct nx_call *call, uint16_t tag,
                                     size_t *out_length)
{
    switch (tag) {
    case MESSAGE_UNIMPLEMENTED:
        return NX_IDLE;
    case MESSAGE_ABORT:
        vat->closed = true;
        return NX_CLOSE;
    case MESSAGE_BOOTSTRAP:
        return receive_bootstrap(vat, call, out_length);
    case MESSAGE_CALL:
        return receive_call(vat, call, out_length);
    case MESSAGE_FINISH:
        return receive_finish(vat, call);
    case MESSAGE_RELEASE:
        return receive_release(vat, call, out_length);
    case MESSAGE_RETURN:
        return send_abort(vat, call, "answer to no question", out_length);
    default:
        return sent(vat, nx_rpc_write_unimplemented(call->out, call->out_size, &call->message, tag),
                    out_length);
    }
}

enum nx_event nx_vat_receive(struct nx_vat *vat, const uint8_t *frame, size_t length,
                             struct nx_call *call, uint8_t *out, size_t out_size,
                             size_t *out_length)
{
    *out_length = 0;
    *call = (struct nx_call){.out = out, .out_size = out_size};
    if (vat->closed)
        return NX_CLOSE;
    /* All others, and those that are in breach of something, are read in the general way. */
    if (nx_fast_call(frame, length, BOOTSTRAP_EXPORT, call) && vat->references != 0 &&
        !in_use(vat, call->question))
        return NX_CALL;
    if (nx_message_open(&call->message, frame, length) != NX_OK)
        return send_abort(vat, call, "malformed message", out_length);
    struct nx_struct_reader root = nx_message_root(&call->message);
    uint16_t tag = nx_get_u16(root, MESSAGE_TAG_AT);
    bool reads_body = tag == MESSAGE_BOOTSTRAP || tag == MESSAGE_CALL || tag == MESSAGE_FINISH ||
                      tag == MESSAGE_RELEASE;
    if (reads_body)
        call->body = nx_get_struct(root, MESSAGE_BODY_PTR);
    if (call->message.error != NX_OK)
        return send_abort(vat, call, "malformed message", out_length);
    return receive_message(vat, call, tag, out_length);
}

/* --- serving a call --- */

struct nx_struct_reader nx_call_params(struct nx_call *call)
{
    struct nx_struct_reader params;
    if (nx_fast_params(call, &params))
        return params;
    return nx_get_struct(nx_get_struct(call->body, CALL_PARAMS_PTR), PAYLOAD_CONTENT_PTR);
}

struct nx_struct_builder nx_call_results(struct nx_call *call, uint16_t data_words,
                                         uint16_t pointers)
{
    struct nx_struct_builder results;
    call->began_results = true;
    if (nx_fast_results(call, data_words, pointers, &results))
        return results;
    struct nx_struct_builder ret = begin_return(call, RETURN_RESULTS, false);
    struct nx_struct_builder payload =
        nx_init_struct(ret, RETURN_BODY_PTR, PAYLOAD_WORDS, PAYLOAD_PTRS);
    return nx_init_struct(payload, PAYLOAD_CONTENT_PTR, data_words, pointers);
}

int nx_call_error(const struct nx_call *call)
{
    if (call->message.error != NX_OK)
        return call->message.error;
    return call->began_results ? call->builder.error : NX_OK;
}

static enum nx_event refuse(struct nx_vat *vat, struct nx_call *call, size_t *out_length)
{
    bool no_room = call->message.error == NX_OK && nx_call_error(call) == NX_NO_SPACE;
    return send_exception(vat, call, EXCEPTION_FAILED,
                          no_room ? "answer too large" : "malformed parameters", out_length);
}

static enum nx_event defer(struct nx_vat *vat, struct nx_call *call, size_t *out_length)
{
    if (vat->deferred)
        return send_exception(vat, call, EXCEPTION_OVERLOADED, "another answer is awaited",
                              out_length);
    vat->deferred = true;
    vat->deferred_question = call->question;
    return NX_IDLE;
}

enum nx_event nx_vat_finish(struct nx_vat *vat, struct nx_call *call, enum nx_outcome outcome,
                            size_t *out_length)
{
    *out_length = 0;
    switch (outcome) {
    case NX_ANSWER:
        if (nx_call_error(call) != NX_OK)
            break;
        if (!call->began_results)
            (void)nx_call_results(call, 0, 0);
        return sent(vat, nx_builder_finish(&call->builder), out_length);
    case NX_DEFER:
        return defer(vat, call, out_length);
    case NX_UNIMPLEMENTED:
        return send_exception(vat, call, EXCEPTION_UNIMPLEMENTED, "no such method", out_length);
    case NX_REFUSE:
    default:
        break;
    }
    return refuse(vat, call, out_length);
}

void nx_vat_resume(struct nx_vat *vat, struct nx_call *call, uint8_t *out, size_t out_size)
{
    *call = (struct nx_call){.question = vat->deferred_question, .out = out, .out_size = out_size};
    vat->deferred = false;
}
