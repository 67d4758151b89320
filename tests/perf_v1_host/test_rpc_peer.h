/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of a vat, for tests: messages as clients send them, and what comes back taken
 * apart. Offsets are written out here and not taken from the runtime's own list;
 * test_rpc_official.c holds these messages against the official tool.
 */
#ifndef TEST_RPC_PEER_H
#define TEST_RPC_PEER_H

#include "nexus-idl/rpc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PEER_BYTES     4096
#define PEER_INTERFACE UINT64_C(0xfedcba9876543210)

struct peer_message {
    uint8_t bytes[PEER_BYTES];
    size_t length;
};

enum peer_transform {
    TRANSFORM_NULL,
    TRANSFORM_VOIDS,
    TRANSFORM_COMPOSITE,
    TRANSFORM_NOOPS,
    TRANSFORM_FIELD
};

enum peer_caps { CAPS_NULL, CAPS_EMPTY };

struct peer_call {
    uint32_t question;
    bool imported; /* target: importedCap(target), else promisedAnswer(target) */
    uint32_t target;
    enum peer_transform transform;
    enum peer_caps caps;
    uint16_t results_to;
    uint64_t interface_id; /* 0: PEER_INTERFACE */
    uint16_t method;
    bool no_params; /* content is null */
    uint64_t value; /* the parameter struct's one field, at byte 0 */
};

static inline struct nx_struct_builder peer_begin(struct nx_builder *b, struct peer_message *m,
                                                  uint16_t tag, uint16_t words, uint16_t pointers)
{
    memset(m->bytes, 0xee, sizeof m->bytes);
    nx_builder_init(b, m->bytes, sizeof m->bytes);
    struct nx_struct_builder root = nx_builder_root(b, 1, 1);
    nx_set_u16(root, 0, tag);
    return nx_init_struct(root, 0, words, pointers);
}

static inline void peer_end(struct nx_builder *b, struct peer_message *m)
{
    m->length = nx_builder_finish(b);
    assert_int_not_equal(m->length, 0);
}

static inline struct peer_message peer_bootstrap(uint32_t question)
{
    struct peer_message m;
    struct nx_builder b;
    nx_set_u32(peer_begin(&b, &m, 8, 1, 1), 0, question);
    peer_end(&b, &m);
    return m;
}

static inline struct peer_message peer_finish(uint32_t question, bool release)
{
    struct peer_message m;
    struct nx_builder b;
    struct nx_struct_builder finish = peer_begin(&b, &m, 4, 1, 0);
    nx_set_u32(finish, 0, question);
    nx_set_bool(finish, 32, !release);
    peer_end(&b, &m);
    return m;
}

static inline struct peer_message peer_release(uint32_t id, uint32_t count)
{
    struct peer_message m;
    struct nx_builder b;
    struct nx_struct_builder release = peer_begin(&b, &m, 6, 1, 0);
    nx_set_u32(release, 0, id);
    nx_set_u32(release, 4, count);
    peer_end(&b, &m);
    return m;
}

/* A message of any tag whose body is a struct of one word and one text. */
static inline struct peer_message peer_other(uint16_t tag)
{
    struct peer_message m;
    struct nx_builder b;
    struct nx_struct_builder body = peer_begin(&b, &m, tag, 1, 1);
    nx_set_u32(body, 0, 7);
    nx_set_text(body, 0, nx_text_of("a body that nobody reads"));
    peer_end(&b, &m);
    return m;
}

static inline void peer_set_transform(struct nx_struct_builder promised, enum peer_transform kind)
{
    struct nx_list_builder ops;
    switch (kind) {
    case TRANSFORM_NULL:
        break;
    case TRANSFORM_VOIDS:
        (void)nx_init_list(promised, 0, NX_ELEMENT_VOID, 0);
        break;
    case TRANSFORM_COMPOSITE:
        (void)nx_init_struct_list(promised, 0, 0, 1, 0);
        break;
    case TRANSFORM_NOOPS:
        (void)nx_init_struct_list(promised, 0, 3, 1, 0);
        break;
    case TRANSFORM_FIELD:
        ops = nx_init_struct_list(promised, 0, 2, 1, 0);
        nx_set_u16(nx_list_edit_struct(ops, 1), 0, 1);
        break;
    }
}

static inline struct peer_message peer_call(struct peer_call call)
{
    struct peer_message m;
    struct nx_builder b;
    struct nx_struct_builder body = peer_begin(&b, &m, 2, 3, 3);
    nx_set_u32(body, 0, call.question);
    nx_set_u16(body, 4, call.method);
    nx_set_u16(body, 6, call.results_to);
    nx_set_u64(body, 8, call.interface_id != 0 ? call.interface_id : PEER_INTERFACE);
    struct nx_struct_builder target = nx_init_struct(body, 0, 1, 1);
    if (call.imported) {
        nx_set_u32(target, 0, call.target);
    } else {
        nx_set_u16(target, 4, 1);
        struct nx_struct_builder promised = nx_init_struct(target, 0, 1, 1);
        nx_set_u32(promised, 0, call.target);
        peer_set_transform(promised, call.transform);
    }
    struct nx_struct_builder payload = nx_init_struct(body, 1, 0, 2);
    if (!call.no_params)
        nx_set_u64(nx_init_struct(payload, 0, 1, 0), 0, call.value);
    if (call.caps == CAPS_EMPTY)
        (void)nx_init_struct_list(payload, 1, 0, 1, 1);
    peer_end(&b, &m);
    return m;
}

/* --- what comes back --- */

enum { PEER_UNIMPLEMENTED = 0, PEER_ABORT = 1, PEER_RETURN = 3 };
enum { PEER_RESULTS = 0, PEER_EXCEPTION = 1 };
enum { PEER_FAILED = 0, PEER_OVERLOADED = 1, PEER_NOT_THERE = 3 };

struct peer_answer {
    uint16_t tag;
    uint32_t answer;
    bool no_finish;
    uint16_t kind; /* of a Return */
    uint16_t type; /* of an exception or an Abort */
    char reason[128];
    bool is_capability; /* senderHosted 0, the only one in the table, is the content */
    uint64_t value;     /* the result struct's field at byte 0 */
};

static inline void peer_read_exception(struct nx_struct_reader e, struct peer_answer *a)
{
    a->type = nx_get_u16(e, 4);
    struct nx_text reason = nx_get_text(e, 0);
    assert_in_range(reason.length, 1, sizeof a->reason - 1);
    memcpy(a->reason, reason.bytes, reason.length + 1);
}

static inline void peer_read_results(struct nx_struct_reader payload, struct peer_answer *a)
{
    struct nx_pointer_reader content = nx_get_pointer(payload, 0);
    if (nx_pointer_kind(content) != NX_KIND_CAPABILITY) {
        a->value = nx_get_u64(nx_pointer_struct(content), 0);
        return;
    }
    uint32_t index = 99;
    assert_true(nx_pointer_capability(content, &index));
    struct nx_list_reader caps = nx_get_list(payload, 1, NX_ELEMENT_STRUCT);
    struct nx_struct_reader cap = nx_list_get_struct(caps, 0);
    a->is_capability =
        index == 0 && caps.count == 1 && nx_get_u16(cap, 0) == 1 && nx_get_u32(cap, 4) == 0;
}

/* Reads the one message that bytes[0..length) must be. */
static inline struct peer_answer peer_read(const uint8_t *bytes, size_t length)
{
    struct peer_answer a = {0};
    struct nx_message m;
    assert_int_equal(nx_message_open(&m, bytes, length), 0);
    assert_int_equal((8 + 4 * (size_t)(m.segments / 2 * 2)) + 8 * (size_t)m.words, length);
    struct nx_struct_reader root = nx_message_root(&m);
    a.tag = nx_get_u16(root, 0);
    if (a.tag == PEER_ABORT) {
        peer_read_exception(nx_get_struct(root, 0), &a);
    } else if (a.tag == PEER_RETURN) {
        struct nx_struct_reader ret = nx_get_struct(root, 0);
        a.answer = nx_get_u32(ret, 0);
        assert_false(nx_get_bool(ret, 32)); /* releaseParamCaps: true */
        a.no_finish = nx_get_bool(ret, 33);
        a.kind = nx_get_u16(ret, 6);
        if (a.kind == PEER_EXCEPTION)
            peer_read_exception(nx_get_struct(ret, 0), &a);
        else
            peer_read_results(nx_get_struct(ret, 0), &a);
    }
    assert_int_equal(nx_message_error(&m), 0);
    return a;
}

/* --- a service to call --- */

enum { METHOD_ADD_ONE = 0, METHOD_DEFER = 1, METHOD_BYTES = 2, METHODS = 3 };

/* What a generated dispatch would do. METHOD_BYTES answers with a Data of `value` bytes. */
static inline enum nx_outcome peer_serve(struct nx_call *call)
{
    if (call->interface_id != PEER_INTERFACE || call->method_id >= METHODS)
        return NX_UNIMPLEMENTED;
    uint64_t value = nx_get_u64(nx_call_params(call), 0);
    struct nx_struct_builder results = nx_call_results(call, 1, 1);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    switch (call->method_id) {
    case METHOD_ADD_ONE:
        nx_set_u64(results, 0, value + 1);
        return NX_ANSWER;
    case METHOD_DEFER:
        return NX_DEFER;
    default:
        nx_set_u64(results, 0, value);
        (void)nx_init_data(results, 0, (uint32_t)value);
        return NX_ANSWER;
    }
}

/* An out buffer of exactly `size` bytes on the heap, so that a checker sees a byte too many;
 * without one, the guard behind it does. */
#define PEER_GUARD 16

struct peer_out {
    uint8_t *bytes;
    size_t size;
    size_t length;
};

static inline struct peer_out peer_out_new(size_t size)
{
    struct peer_out out = {malloc(size + PEER_GUARD), size, 0};
    assert_non_null(out.bytes);
    memset(out.bytes, 0xa5, size + PEER_GUARD);
    return out;
}

static inline void peer_out_check(const struct peer_out *out)
{
    assert_in_range(out->length, 0, out->size);
    for (size_t i = 0; i < PEER_GUARD; i++)
        assert_int_equal(out->bytes[out->size + i], 0xa5);
}

/* One frame through the vat and the service. */
static inline enum nx_event peer_exchange(struct nx_vat *vat, const uint8_t *frame, size_t length,
                                          struct peer_out *out)
{
    struct nx_call call;
    enum nx_event event =
        nx_vat_receive(vat, frame, length, &call, out->bytes, out->size, &out->length);
    if (event == NX_CALL)
        event = nx_vat_finish(vat, &call, peer_serve(&call), &out->length);
    peer_out_check(out);
    return event;
}

#endif
