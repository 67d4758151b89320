/* SPDX-License-Identifier: Apache-2.0 */
/* The client's side of RPC: what it sends, against the vat and against servers that behave
 * otherwise. */
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "test_rpc_peer.h"

#define METHOD_MISSING 77

struct fixture {
    struct nx_client client;
    struct nx_vat vat;
    struct peer_out out; /* the vat's */
    uint8_t sent[PEER_BYTES];
    size_t length;
};

static int setup(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (f == NULL)
        return -1;
    nx_client_init(&f->client, f->sent, sizeof f->sent);
    nx_vat_init(&f->vat);
    f->out = peer_out_new(PEER_BYTES);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->out.bytes);
    free(f);
    return 0;
}

static void call(struct fixture *f, uint16_t method, uint64_t value)
{
    struct nx_struct_builder params = nx_client_begin(&f->client, PEER_INTERFACE, method, 1, 0);
    nx_set_u64(params, 0, value);
    assert_int_equal(nx_client_finish_call(&f->client, &f->length), 0);
    assert_int_not_equal(f->length, 0);
}

/* The n-th message in what was sent; its tag, and its body if asked for. */
static uint16_t sent_message(struct fixture *f, unsigned n, struct nx_message *m,
                             struct nx_struct_reader *body)
{
    size_t at = 0;
    for (unsigned i = 0;; i++) {
        int64_t length = nx_frame_length(f->sent + at, f->length - at, PEER_BYTES, 8);
        if (length <= 0)
            return UINT16_MAX; /* there are not that many */
        if (i == n)
            break;
        at += (size_t)length;
    }
    assert_int_equal(nx_message_open(m, f->sent + at, f->length - at), 0);
    struct nx_struct_reader root = nx_message_root(m);
    *body = nx_get_struct(root, 0);
    return nx_get_u16(root, 0);
}

static void expect_sent(struct fixture *f, unsigned count, const uint16_t *tags)
{
    struct nx_message m;
    struct nx_struct_reader body;
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(sent_message(f, i, &m, &body), tags[i]);
    assert_int_equal(sent_message(f, count, &m, &body), UINT16_MAX);
}

/* Carries what was sent to the vat and its answers back, until the call is settled. */
static int settle(struct fixture *f)
{
    uint8_t bytes[PEER_BYTES];
    size_t length = f->length;
    memcpy(bytes, f->sent, length);
    int reply = NX_REPLY_NONE;
    for (size_t at = 0; at < length;) {
        int64_t frame = nx_frame_length(bytes + at, length - at, PEER_BYTES, 8);
        assert_in_range(frame, 1, length - at);
        enum nx_event event = peer_exchange(&f->vat, bytes + at, (size_t)frame, &f->out);
        assert_int_equal(event, NX_IDLE);
        at += (size_t)frame;
        if (f->out.length == 0)
            continue;
        assert_int_equal(reply, NX_REPLY_NONE);
        reply = nx_client_receive(&f->client, f->out.bytes, f->out.length, &f->length);
        assert_int_equal(f->length, 0);
    }
    return reply;
}

static uint64_t result(struct fixture *f)
{
    uint64_t value = nx_get_u64(nx_client_results(&f->client), 0);
    assert_int_equal(nx_client_error(&f->client), 0);
    return value;
}

enum { BOOTSTRAP = 8, CALL = 2, FINISH = 4 };

static void first_call_goes_out_behind_a_bootstrap(void **state)
{
    struct fixture *f = *state;
    struct nx_message m;
    struct nx_struct_reader body;
    call(f, METHOD_ADD_ONE, 41);
    expect_sent(f, 2, (const uint16_t[]){BOOTSTRAP, CALL});
    assert_int_equal(sent_message(f, 0, &m, &body), BOOTSTRAP);
    uint32_t question = nx_get_u32(body, 0);
    assert_int_equal(sent_message(f, 1, &m, &body), CALL);
    assert_int_not_equal(nx_get_u32(body, 0), question);
    struct nx_struct_reader target = nx_get_struct(body, 0);
    assert_int_equal(nx_get_u16(target, 4), 1);
    assert_int_equal(nx_get_u32(nx_get_struct(target, 0), 0), question);
    assert_int_equal(settle(f), NX_REPLY);
    assert_int_equal(result(f), 42);
}

static void later_calls_go_to_the_import(void **state)
{
    struct fixture *f = *state;
    struct nx_message m;
    struct nx_struct_reader body;
    call(f, METHOD_ADD_ONE, 1);
    assert_int_equal(settle(f), NX_REPLY);
    call(f, METHOD_ADD_ONE, 2);
    /* The bootstrap's Finish keeps the capability; the call's Return said that it needs none. */
    expect_sent(f, 2, (const uint16_t[]){FINISH, CALL});
    assert_int_equal(sent_message(f, 0, &m, &body), FINISH);
    assert_true(nx_get_bool(body, 32));
    assert_int_equal(sent_message(f, 1, &m, &body), CALL);
    assert_int_equal(nx_get_u16(nx_get_struct(body, 0), 4), 0);
    assert_int_equal(settle(f), NX_REPLY);
    assert_int_equal(result(f), 3);
    for (uint64_t i = 0; i < 300; i++) {
        call(f, METHOD_ADD_ONE, i);
        expect_sent(f, 1, (const uint16_t[]){CALL});
        assert_int_equal(settle(f), NX_REPLY);
        assert_int_equal(result(f), i + 1);
    }
}

/* An older server's Return does not say noFinishNeeded. */
static void finish_goes_ahead_of_the_next_call(void **state)
{
    struct fixture *f = *state;
    struct nx_message m;
    struct nx_struct_reader body;
    call(f, METHOD_ADD_ONE, 1);
    assert_int_equal(settle(f), NX_REPLY);
    call(f, METHOD_ADD_ONE, 2);
    assert_int_equal(sent_message(f, 1, &m, &body), CALL);
    uint32_t question = nx_get_u32(body, 0);

    struct nx_builder b;
    struct peer_message answer;
    struct nx_struct_builder ret = peer_begin(&b, &answer, PEER_RETURN, 2, 1);
    nx_set_u32(ret, 0, question);
    nx_set_u64(nx_init_struct(nx_init_struct(ret, 0, 0, 2), 0, 1, 0), 0, 99);
    peer_end(&b, &answer);
    assert_int_equal(nx_client_receive(&f->client, answer.bytes, answer.length, &f->length),
                     NX_REPLY);
    assert_int_equal(result(f), 99);

    call(f, METHOD_ADD_ONE, 3);
    expect_sent(f, 2, (const uint16_t[]){FINISH, CALL});
    assert_int_equal(sent_message(f, 0, &m, &body), FINISH);
    assert_int_equal(nx_get_u32(body, 0), question);
    assert_false(nx_get_bool(body, 32));
}

static void exception_leaves_the_connection(void **state)
{
    struct fixture *f = *state;
    call(f, METHOD_MISSING, 0);
    assert_int_equal(settle(f), NX_REPLY_EXCEPTION);
    struct nx_exception e = nx_client_exception(&f->client);
    assert_int_equal(e.type, NX_EXCEPTION_UNIMPLEMENTED);
    assert_true(nx_text_equal(e.reason, nx_text_of("no such method")));
    call(f, METHOD_ADD_ONE, 5);
    assert_int_equal(settle(f), NX_REPLY);
    assert_int_equal(result(f), 6);
}

/* Nine connections' worth of bootstraps on one vat: the ninth gets no capability. */
static void bootstrap_refused_is_asked_for_again(void **state)
{
    struct fixture *f = *state;
    for (uint32_t i = 0; i < 8; i++) {
        struct peer_message m = peer_bootstrap(1000 + i);
        assert_int_equal(peer_exchange(&f->vat, m.bytes, m.length, &f->out), NX_IDLE);
    }
    call(f, METHOD_ADD_ONE, 5);
    assert_int_equal(settle(f), NX_REPLY_EXCEPTION);
    struct peer_message m = peer_finish(1000, false);
    assert_int_equal(peer_exchange(&f->vat, m.bytes, m.length, &f->out), NX_IDLE);
    call(f, METHOD_ADD_ONE, 5);
    expect_sent(f, 2, (const uint16_t[]){BOOTSTRAP, CALL});
    assert_int_equal(settle(f), NX_REPLY);
    assert_int_equal(result(f), 6);
}

static void answer_may_come_later(void **state)
{
    struct fixture *f = *state;
    call(f, METHOD_DEFER, 0);
    assert_int_equal(settle(f), NX_REPLY_NONE);
    struct nx_call deferred;
    nx_vat_resume(&f->vat, &deferred, f->out.bytes, f->out.size);
    nx_set_u64(nx_call_results(&deferred, 1, 0), 0, 1234);
    assert_int_equal(nx_vat_finish(&f->vat, &deferred, NX_ANSWER, &f->out.length), NX_IDLE);
    assert_int_equal(nx_client_receive(&f->client, f->out.bytes, f->out.length, &f->length),
                     NX_REPLY);
    assert_int_equal(result(f), 1234);
}

static void one_call_at_a_time(void **state)
{
    struct fixture *f = *state;
    call(f, METHOD_DEFER, 0);
    nx_set_u64(nx_client_begin(&f->client, PEER_INTERFACE, 0, 1, 0), 0, 1);
    size_t length;
    assert_int_equal(nx_client_finish_call(&f->client, &length), NX_RANGE);
    assert_int_equal(length, 0);
}

static void call_that_does_not_fit_is_not_sent(void **state)
{
    struct fixture *f = *state;
    size_t length;
    nx_set_data(nx_client_begin(&f->client, PEER_INTERFACE, 0, 0, 1), 0,
                (struct nx_data){f->out.bytes, PEER_BYTES});
    assert_int_equal(nx_client_finish_call(&f->client, &length), NX_NO_SPACE);
    assert_int_equal(length, 0);
    call(f, METHOD_ADD_ONE, 5); /* and the bootstrap has not been forgotten */
    assert_int_equal(settle(f), NX_REPLY);
    assert_int_equal(result(f), 6);
}

static void small_out_buffers_are_not_overrun(void **state)
{
    (void)state;
    for (size_t size = 0; size < NX_CLIENT_OUT_MIN; size++) {
        struct peer_out out = peer_out_new(size);
        struct nx_client client;
        nx_client_init(&client, out.bytes, size);
        nx_set_u64(nx_client_begin(&client, PEER_INTERFACE, 0, 1, 0), 0, 1);
        int error = nx_client_finish_call(&client, &out.length);
        assert_true(error == NX_NO_SPACE ? out.length == 0 : error == 0 && out.length != 0);
        peer_out_check(&out);
        free(out.bytes);
    }
}

static int receive(struct fixture *f, struct peer_message m)
{
    return nx_client_receive(&f->client, m.bytes, m.length, &f->length);
}

static void other_messages_are_unimplemented(void **state)
{
    static const uint16_t tags[] = {2, 5, 8, 9, 10, 13, 99};
    struct fixture *f = *state;
    call(f, METHOD_DEFER, 0);
    assert_int_equal(settle(f), NX_REPLY_NONE);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        assert_int_equal(receive(f, peer_other(tags[i])), NX_REPLY_NONE);
        assert_int_equal(peer_read(f->sent, f->length).tag, PEER_UNIMPLEMENTED);
    }
    assert_int_equal(receive(f, peer_other(4)), NX_REPLY_NONE);
    assert_int_equal(f->length, 0);
    assert_int_equal(receive(f, peer_other(6)), NX_REPLY_NONE);
    assert_int_equal(f->length, 0);
}

static void abort_ends_it_and_says_why(void **state)
{
    struct fixture *f = *state;
    call(f, METHOD_DEFER, 0);
    assert_int_equal(receive(f, peer_other(1)), NX_REPLY_ABORT);
    assert_int_equal(f->length, 0);
    assert_true(nx_text_equal(nx_client_exception(&f->client).reason,
                              nx_text_of("a body that nobody reads")));
    (void)nx_client_begin(&f->client, PEER_INTERFACE, 0, 1, 0);
    assert_int_equal(nx_client_finish_call(&f->client, &f->length), NX_RANGE);
}

static void peer_that_takes_no_calls_is_an_exception(void **state)
{
    struct fixture *f = *state;
    struct nx_builder b;
    struct peer_message m;
    call(f, METHOD_ADD_ONE, 0);
    nx_set_u16(peer_begin(&b, &m, 0, 1, 1), 0, 2); /* Unimplemented of a Call */
    peer_end(&b, &m);
    assert_int_equal(receive(f, m), NX_REPLY_EXCEPTION);
    assert_int_equal(nx_client_exception(&f->client).type, NX_EXCEPTION_UNIMPLEMENTED);
}

static void breach_of_the_protocol_is_aborted(void **state)
{
    struct fixture *f = *state;
    call(f, METHOD_DEFER, 0);
    assert_int_equal(receive(f, peer_other(3)), NX_RANGE); /* a Return to question 7 */
    assert_int_equal(peer_read(f->sent, f->length).tag, PEER_ABORT);

    nx_client_init(&f->client, f->sent, sizeof f->sent);
    call(f, METHOD_ADD_ONE, 0);
    assert_int_equal(settle(f), NX_REPLY);
    assert_int_equal(nx_client_receive(&f->client, f->out.bytes, f->out.length, &f->length),
                     NX_RANGE); /* the same Return again */
    assert_int_equal(peer_read(f->sent, f->length).tag, PEER_ABORT);

    nx_client_init(&f->client, f->sent, sizeof f->sent);
    call(f, METHOD_DEFER, 0);
    struct peer_message m = peer_bootstrap(0);
    m.length -= 8;
    assert_int_equal(receive(f, m), NX_TRUNCATED);
    assert_int_equal(peer_read(f->sent, f->length).tag, PEER_ABORT);
    assert_int_equal(receive(f, peer_bootstrap(0)), NX_RANGE);
    assert_int_equal(f->length, 0);
}

static void malformed_results_are_seen(void **state)
{
    struct fixture *f = *state;
    call(f, METHOD_ADD_ONE, 1);
    assert_int_equal(settle(f), NX_REPLY);
    call(f, METHOD_ADD_ONE, 1);
    assert_int_equal(settle(f), NX_REPLY);
    /* Behind Message and Return: the Payload's content pointer, made to leave the message. */
    nx_store64(f->out.bytes + 8 + 8 + 16 + 24, UINT64_C(1) << 32 | 100U << 2);
    assert_int_equal(nx_get_u64(nx_client_results(&f->client), 0), 0);
    assert_int_equal(nx_client_error(&f->client), NX_BOUNDS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_call_goes_out_behind_a_bootstrap),
        TEST(later_calls_go_to_the_import),
        TEST(finish_goes_ahead_of_the_next_call),
        TEST(exception_leaves_the_connection),
        TEST(bootstrap_refused_is_asked_for_again),
        TEST(answer_may_come_later),
        TEST(one_call_at_a_time),
        TEST(call_that_does_not_fit_is_not_sent),
        TEST(small_out_buffers_are_not_overrun),
        TEST(other_messages_are_unimplemented),
        TEST(abort_ends_it_and_says_why),
        TEST(peer_that_takes_no_calls_is_an_exception),
        TEST(breach_of_the_protocol_is_aborted),
        TEST(malformed_results_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
