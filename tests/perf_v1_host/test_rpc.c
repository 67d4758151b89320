/* SPDX-License-Identifier: Apache-2.0 */
/* The server vat: what stock clients do on the wire, one test a fact, and what it does to those who
 * break the protocol. */
#include "test_rpc_peer.h"

struct fixture {
    struct nx_vat vat;
    struct peer_out out;
    enum nx_event event;
};

static int setup(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (f == NULL)
        return -1;
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

static void send_in(struct fixture *f, struct peer_message m)
{
    f->event = peer_exchange(&f->vat, m.bytes, m.length, &f->out);
}

/* Sends a message that is answered with one. */
static struct peer_answer ask(struct fixture *f, struct peer_message m)
{
    send_in(f, m);
    assert_int_equal(f->event, NX_IDLE);
    assert_int_not_equal(f->out.length, 0);
    return peer_read(f->out.bytes, f->out.length);
}

/* Sends a message that is answered with nothing. */
static void tell(struct fixture *f, struct peer_message m)
{
    send_in(f, m);
    assert_int_equal(f->event, NX_IDLE);
    assert_int_equal(f->out.length, 0);
}

static void aborts(struct fixture *f, struct peer_message m, const char *reason)
{
    send_in(f, m);
    assert_int_equal(f->event, NX_CLOSE);
    struct peer_answer a = peer_read(f->out.bytes, f->out.length);
    assert_int_equal(a.tag, PEER_ABORT);
    assert_int_equal(a.type, PEER_FAILED);
    assert_string_equal(a.reason, reason);
}

static void answers(struct fixture *f, struct peer_call call)
{
    call.value = UINT64_C(0x123456789abcdef0) + call.question;
    struct peer_answer a = ask(f, peer_call(call));
    assert_int_equal(a.tag, PEER_RETURN);
    assert_int_equal(a.kind, PEER_RESULTS);
    assert_int_equal(a.answer, call.question);
    assert_true(a.no_finish);
    assert_true(a.value == call.value + 1);
}

static void raises(struct fixture *f, struct peer_call call, unsigned type, const char *reason)
{
    struct peer_answer a = ask(f, peer_call(call));
    assert_int_equal(a.tag, PEER_RETURN);
    assert_int_equal(a.kind, PEER_EXCEPTION);
    assert_int_equal(a.answer, call.question);
    assert_int_equal(a.type, type);
    assert_string_equal(a.reason, reason);
    assert_true(a.no_finish);
}

/* --- bootstrap --- */

static void bootstrap_is_answered_with_capability_zero(void **state)
{
    struct fixture *f = *state;
    struct peer_answer a = ask(f, peer_bootstrap(5));
    assert_int_equal(a.tag, PEER_RETURN);
    assert_int_equal(a.answer, 5);
    assert_int_equal(a.kind, PEER_RESULTS);
    assert_true(a.is_capability);
    assert_false(a.no_finish);
}

static void first_call_is_pipelined_on_the_bootstrap_answer(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    answers(f, (struct peer_call){.question = 1, .transform = TRANSFORM_NULL});
    answers(f, (struct peer_call){.question = 2, .transform = TRANSFORM_VOIDS});
    answers(f, (struct peer_call){.question = 3, .transform = TRANSFORM_COMPOSITE});
    answers(f, (struct peer_call){.question = 4, .transform = TRANSFORM_NOOPS});
}

static void transform_into_a_field_is_an_exception(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    raises(f, (struct peer_call){.question = 1, .transform = TRANSFORM_FIELD}, PEER_FAILED,
           "call to what is not a capability");
    answers(f, (struct peer_call){.question = 1});
}

static void call_on_an_ordinary_answer_is_an_exception(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    answers(f, (struct peer_call){.question = 1});
    raises(f, (struct peer_call){.question = 2, .target = 1}, PEER_FAILED,
           "call to what is not a capability");
}

static void released_at_once_then_called_through_the_answer_for_good(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    tell(f, peer_release(0, 1));
    for (uint32_t i = 1; i <= 1000; i++)
        answers(f, (struct peer_call){.question = i, .target = 0});
}

static void finished_bootstrap_leaves_the_import(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    tell(f, peer_finish(0, false));
    answers(f, (struct peer_call){.question = 0, .imported = true});
    raises(f, (struct peer_call){.question = 1, .target = 0}, PEER_FAILED,
           "call to what is not a capability");
}

static void finish_may_release_the_capability(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    tell(f, peer_finish(0, true));
    aborts(f, peer_call((struct peer_call){.question = 1, .imported = true}),
           "call to what is not exported");
}

static void release_then_releasing_finish_is_no_offence(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    tell(f, peer_release(0, 1));
    tell(f, peer_finish(0, true));
    ask(f, peer_bootstrap(1));
    answers(f, (struct peer_call){.question = 2, .imported = true});
}

static void eight_bootstrap_answers_may_be_open(void **state)
{
    struct fixture *f = *state;
    for (uint32_t i = 0; i < 8; i++)
        assert_true(ask(f, peer_bootstrap(100 + i)).is_capability);
    struct peer_answer a = ask(f, peer_bootstrap(200));
    assert_int_equal(a.kind, PEER_EXCEPTION);
    assert_int_equal(a.type, PEER_OVERLOADED);
    assert_int_equal(a.answer, 200);
    for (uint32_t i = 0; i < 8; i++)
        answers(f, (struct peer_call){.question = 300 + i, .target = 100 + i});
    tell(f, peer_finish(103, false));
    assert_true(ask(f, peer_bootstrap(200)).is_capability);
    answers(f, (struct peer_call){.question = 300, .target = 200});
}

static void references_saturate(void **state)
{
    struct fixture *f = *state;
    f->vat.references = UINT32_MAX - 1;
    ask(f, peer_bootstrap(0));
    ask(f, peer_bootstrap(1));
    assert_true(f->vat.references == UINT32_MAX);
    tell(f, peer_release(0, UINT32_MAX));
    tell(f, peer_release(0, UINT32_MAX));
    answers(f, (struct peer_call){.question = 2, .imported = true});
}

static void references_are_counted(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    ask(f, peer_bootstrap(1));
    tell(f, peer_release(0, 1));
    answers(f, (struct peer_call){.question = 2, .imported = true});
    tell(f, peer_release(0, 1));
    aborts(f, peer_call((struct peer_call){.question = 2, .imported = true}),
           "call to what is not exported");
}

/* --- calls --- */

static void any_number_is_a_question_id(void **state)
{
    static const uint32_t ids[] = {0, 1, 255, 65536, 0x7fffffff, 0x80000000, 0xfffffffe};
    struct fixture *f = *state;
    assert_int_equal(ask(f, peer_bootstrap(UINT32_MAX)).answer, UINT32_MAX);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        answers(f, (struct peer_call){.question = ids[i], .target = UINT32_MAX});
}

static void hundreds_outstanding_without_a_finish(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    struct nx_vat before = f->vat;
    for (uint32_t i = 1; i <= 500; i++)
        answers(f, (struct peer_call){.question = i});
    for (uint32_t i = 500; i >= 1; i--)
        tell(f, peer_finish(i, true));
    assert_memory_equal(&before, &f->vat, sizeof before);
}

static void finish_of_nothing_is_ignored(void **state)
{
    struct fixture *f = *state;
    tell(f, peer_finish(0, true));
    tell(f, peer_finish(UINT32_MAX, false));
    ask(f, peer_bootstrap(0));
    answers(f, (struct peer_call){.question = 1, .imported = true});
}

static void capability_table_may_be_null_or_empty(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    answers(f, (struct peer_call){.question = 1, .caps = CAPS_NULL});
    answers(f, (struct peer_call){.question = 1, .caps = CAPS_EMPTY});
}

static void null_parameters_are_an_empty_struct(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    struct peer_answer a = ask(f, peer_call((struct peer_call){.question = 1, .no_params = true}));
    assert_int_equal(a.kind, PEER_RESULTS);
    assert_int_equal(a.value, 1);
}

static void unknown_method_and_interface_are_unimplemented(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    raises(f, (struct peer_call){.question = 1, .method = METHODS}, PEER_NOT_THERE,
           "no such method");
    raises(f, (struct peer_call){.question = 1, .method = 65535}, PEER_NOT_THERE, "no such method");
    raises(f, (struct peer_call){.question = 1, .interface_id = 1}, PEER_NOT_THERE,
           "no such method");
}

static void results_go_to_the_caller_only(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    raises(f, (struct peer_call){.question = 1, .results_to = 1}, PEER_NOT_THERE,
           "results go to the caller only");
    raises(f, (struct peer_call){.question = 1, .results_to = 2}, PEER_NOT_THERE,
           "results go to the caller only");
    answers(f, (struct peer_call){.question = 1});
}

/* The parameter struct is the message's last word; its pointer, in the Payload, the first but two.
 */
static void break_params(struct peer_message *m)
{
    uint8_t *pointer = m->bytes + m->length - 8 - 16;
    assert_true(nx_load64(pointer) == (UINT64_C(1) << 32 | 1U << 2)); /* one word, one word on */
    nx_store64(pointer, UINT64_C(1) << 32 | 100U << 2);
}

static void malformed_parameters_are_an_exception(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    struct peer_message m = peer_call((struct peer_call){.question = 9});
    break_params(&m);
    struct peer_answer a = ask(f, m);
    assert_int_equal(a.kind, PEER_EXCEPTION);
    assert_int_equal(a.answer, 9);
    assert_int_equal(a.type, PEER_FAILED);
    assert_string_equal(a.reason, "malformed parameters");
    answers(f, (struct peer_call){.question = 9});
}

/* A service that forgets to ask nx_call_error() still does not answer. */
static void malformed_parameters_are_never_answered(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    struct peer_message m = peer_call((struct peer_call){.question = 9});
    break_params(&m);
    struct nx_call call;
    assert_int_equal(nx_vat_receive(&f->vat, m.bytes, m.length, &call, f->out.bytes, f->out.size,
                                    &f->out.length),
                     NX_CALL);
    nx_set_u64(nx_call_results(&call, 1, 0), 0, nx_get_u64(nx_call_params(&call), 0));
    assert_int_equal(nx_call_error(&call), NX_BOUNDS);
    assert_int_equal(nx_vat_finish(&f->vat, &call, NX_ANSWER, &f->out.length), NX_IDLE);
    struct peer_answer a = peer_read(f->out.bytes, f->out.length);
    assert_int_equal(a.kind, PEER_EXCEPTION);
    assert_string_equal(a.reason, "malformed parameters");
}

static void answer_too_large_is_an_exception(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    /* 8 header + 8 root + 16 Message + 24 Return + 16 Payload + 16 results: 88 beside the bytes. */
    for (size_t size = NX_VAT_OUT_MIN; size <= NX_VAT_OUT_MIN + 64; size++) {
        struct peer_out out = peer_out_new(size);
        struct peer_message m =
            peer_call((struct peer_call){.question = 3, .method = METHOD_BYTES, .value = 200});
        assert_int_equal(peer_exchange(&f->vat, m.bytes, m.length, &out), NX_IDLE);
        struct peer_answer a = peer_read(out.bytes, out.length);
        if (size >= 288) {
            assert_int_equal(a.kind, PEER_RESULTS);
            assert_int_equal(out.length, 288);
        } else {
            assert_int_equal(a.kind, PEER_EXCEPTION);
            assert_int_equal(a.type, PEER_FAILED);
            assert_string_equal(a.reason, "answer too large");
        }
        free(out.bytes);
    }
}

static void too_small_an_out_buffer_closes_and_is_not_overrun(void **state)
{
    (void)state;
    for (size_t size = 0; size < NX_VAT_OUT_MIN; size++) {
        struct nx_vat vat;
        nx_vat_init(&vat);
        struct peer_out out = peer_out_new(size);
        struct peer_message messages[] = {
            peer_bootstrap(0), peer_call((struct peer_call){.question = 1}), peer_other(5),
            peer_call((struct peer_call){.question = 1, .method = METHODS})};
        for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
            enum nx_event event = peer_exchange(&vat, messages[i].bytes, messages[i].length, &out);
            if (event == NX_CLOSE) {
                assert_int_equal(out.length, 0);
                break;
            }
            assert_int_not_equal(out.length, 0);
        }
        free(out.bytes);
    }
}

/* --- deferred answers --- */

static struct peer_answer resume(struct fixture *f, uint64_t value)
{
    struct nx_call call;
    assert_true(nx_vat_has_deferred(&f->vat));
    nx_vat_resume(&f->vat, &call, f->out.bytes, f->out.size);
    nx_set_u64(nx_call_results(&call, 1, 0), 0, value);
    assert_int_equal(nx_call_error(&call), 0);
    assert_int_equal(nx_vat_finish(&f->vat, &call, NX_ANSWER, &f->out.length), NX_IDLE);
    assert_false(nx_vat_has_deferred(&f->vat));
    return peer_read(f->out.bytes, f->out.length);
}

static void one_answer_can_be_deferred(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    assert_false(nx_vat_has_deferred(&f->vat));
    tell(f, peer_call((struct peer_call){.question = 0xdeadbeef, .method = METHOD_DEFER}));
    assert_true(nx_vat_has_deferred(&f->vat));
    answers(f, (struct peer_call){.question = 2});
    raises(f, (struct peer_call){.question = 3, .method = METHOD_DEFER}, PEER_OVERLOADED,
           "another answer is awaited");
    struct peer_answer a = resume(f, 77);
    assert_int_equal(a.answer, 0xdeadbeef);
    assert_int_equal(a.kind, PEER_RESULTS);
    assert_true(a.no_finish);
    assert_int_equal(a.value, 77);
    tell(f, peer_call((struct peer_call){.question = 3, .method = METHOD_DEFER}));
    assert_int_equal(resume(f, 78).answer, 3);
}

static void finish_before_the_call_was_served_still_gets_a_return(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    tell(f, peer_call((struct peer_call){.question = 8, .method = METHOD_DEFER}));
    tell(f, peer_finish(8, true));
    assert_true(nx_vat_has_deferred(&f->vat));
    assert_int_equal(resume(f, 1).answer, 8);
}

static void deferred_answer_can_be_put_back_or_fail(void **state)
{
    struct fixture *f = *state;
    struct nx_call call;
    ask(f, peer_bootstrap(0));
    tell(f, peer_call((struct peer_call){.question = 8, .method = METHOD_DEFER}));
    nx_vat_resume(&f->vat, &call, f->out.bytes, f->out.size);
    assert_int_equal(nx_vat_finish(&f->vat, &call, NX_DEFER, &f->out.length), NX_IDLE);
    assert_int_equal(f->out.length, 0);
    nx_vat_resume(&f->vat, &call, f->out.bytes, NX_VAT_OUT_MIN);
    assert_null(nx_init_data(nx_call_results(&call, 0, 1), 0, 1000));
    assert_int_equal(nx_vat_finish(&f->vat, &call, NX_ANSWER, &f->out.length), NX_IDLE);
    struct peer_answer a = peer_read(f->out.bytes, f->out.length);
    assert_int_equal(a.answer, 8);
    assert_string_equal(a.reason, "answer too large");
    assert_false(nx_vat_has_deferred(&f->vat));
}

/* --- other messages --- */

/* The echo is a Message whose first union member lies, as it came, in the second segment. */
static void check_echo(struct fixture *f, const struct peer_message *sent)
{
    size_t body = sent->length - 8;
    assert_int_equal(f->out.length, 16 + 24 + body);
    assert_int_equal(nx_load32(f->out.bytes), 1);
    assert_int_equal(nx_load32(f->out.bytes + 4), 3);
    assert_int_equal(nx_load32(f->out.bytes + 8), body / 8);
    assert_memory_equal(f->out.bytes + 40, sent->bytes + 8, body);
}

static void other_messages_come_back_as_unimplemented(void **state)
{
    static const uint16_t tags[] = {5, 7, 9, 10, 11, 12, 13, 14, 65535};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct peer_message sent = peer_other(tags[i]);
        assert_int_equal(ask(f, sent).tag, PEER_UNIMPLEMENTED);
        check_echo(f, &sent);
        struct nx_message m;
        assert_int_equal(nx_message_open(&m, f->out.bytes, f->out.length), 0);
        struct nx_struct_reader inner = nx_get_struct(nx_message_root(&m), 0);
        assert_int_equal(nx_get_u16(inner, 0), tags[i]);
        struct nx_struct_reader body = nx_get_struct(inner, 0);
        assert_int_equal(nx_get_u32(body, 0), 7);
        assert_true(nx_text_equal(nx_get_text(body, 0), nx_text_of("a body that nobody reads")));
        assert_int_equal(nx_message_error(&m), 0);
    }
    ask(f, peer_bootstrap(0));
    answers(f, (struct peer_call){.question = 1});
}

static void check_tag_echo(struct fixture *f, struct peer_message sent, uint16_t tag)
{
    assert_int_equal(ask(f, sent).tag, PEER_UNIMPLEMENTED);
    struct nx_message m;
    assert_int_equal(nx_message_open(&m, f->out.bytes, f->out.length), 0);
    struct nx_struct_reader inner = nx_get_struct(nx_message_root(&m), 0);
    assert_int_equal(nx_get_u16(inner, 0), tag);
    assert_false(nx_has_pointer(inner, 0));
}

/* A Resolve in two segments: the first holds only a far pointer to the root in the second. */
static void what_cannot_be_echoed_whole_goes_back_by_its_tag(void **state)
{
    struct fixture *f = *state;
    struct peer_message two = {.length = 16 + 8 + 16};
    nx_store32(two.bytes, 1);
    nx_store32(two.bytes + 4, 1);
    nx_store32(two.bytes + 8, 2);
    nx_store64(two.bytes + 16, UINT64_C(1) << 32 | 2);
    nx_store64(two.bytes + 24, UINT64_C(1) << 32); /* a struct of one data word, right behind */
    nx_store64(two.bytes + 32, 5);
    check_tag_echo(f, two, 5);

    /* The root lies in the first segment, its body in the second: numbers that an echo would shift.
     */
    two.length = 16 + 24 + 16;
    nx_store32(two.bytes + 4, 3);
    nx_store64(two.bytes + 16, UINT64_C(0x0001000100000000));
    nx_store64(two.bytes + 24, 5);
    nx_store64(two.bytes + 32, UINT64_C(1) << 32 | 2);
    nx_store64(two.bytes + 40, UINT64_C(1) << 32);
    nx_store64(two.bytes + 48, 6);
    check_tag_echo(f, two, 5);

    struct peer_message resolve = peer_other(5);
    for (size_t size = 128; size < 40 + resolve.length - 8; size++) {
        free(f->out.bytes);
        f->out = peer_out_new(size);
        check_tag_echo(f, resolve, 5);
    }
    free(f->out.bytes);
    f->out = peer_out_new(40 + resolve.length - 8);
    ask(f, resolve);
    check_echo(f, &resolve);
}

static void unimplemented_is_ignored(void **state)
{
    struct fixture *f = *state;
    tell(f, peer_other(0));
    ask(f, peer_bootstrap(0));
    answers(f, (struct peer_call){.question = 1});
}

static void abort_closes_without_a_word(void **state)
{
    struct fixture *f = *state;
    send_in(f, peer_other(1));
    assert_int_equal(f->event, NX_CLOSE);
    assert_int_equal(f->out.length, 0);
}

/* --- breaches of the protocol --- */

static void stray_return_aborts(void **state)
{
    aborts(*state, peer_other(3), "answer to no question");
}

static void question_ids_in_use_abort(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(4));
    aborts(f, peer_bootstrap(4), "question id is in use");

    nx_vat_init(&f->vat);
    ask(f, peer_bootstrap(4));
    aborts(f, peer_call((struct peer_call){.question = 4, .target = 4}), "question id is in use");

    nx_vat_init(&f->vat);
    ask(f, peer_bootstrap(4));
    tell(f, peer_call((struct peer_call){.question = 5, .target = 4, .method = METHOD_DEFER}));
    aborts(f, peer_call((struct peer_call){.question = 5, .target = 4}), "question id is in use");
}

static void releasing_more_than_is_held_aborts(void **state)
{
    struct fixture *f = *state;
    ask(f, peer_bootstrap(0));
    aborts(f, peer_release(0, 2), "release of what is not held");

    nx_vat_init(&f->vat);
    ask(f, peer_bootstrap(0));
    aborts(f, peer_release(1, 1), "release of what is not held");
}

static void call_to_an_unknown_export_aborts(void **state)
{
    struct fixture *f = *state;
    aborts(f, peer_call((struct peer_call){.imported = true}), "call to what is not exported");
    nx_vat_init(&f->vat);
    ask(f, peer_bootstrap(0));
    aborts(f, peer_call((struct peer_call){.question = 1, .imported = true, .target = 1}),
           "call to what is not exported");
}

static void malformed_message_aborts(void **state)
{
    struct fixture *f = *state;
    struct peer_message m = peer_bootstrap(0);
    m.length -= 8; /* a word short of what its table says */
    aborts(f, m, "malformed message");

    nx_vat_init(&f->vat);
    m = peer_bootstrap(0);
    nx_store64(m.bytes + 24, UINT64_C(1) << 32 | 100U << 2); /* the body lies outside */
    aborts(f, m, "malformed message");

    nx_vat_init(&f->vat);
    m = (struct peer_message){.length = 4 + 4 * 9 + 9 * 8};
    nx_store32(m.bytes, 8); /* nine segments of a word */
    for (size_t i = 1; i <= 9; i++)
        nx_store32(m.bytes + 4 * i, 1);
    aborts(f, m, "malformed message");
}

static void nothing_is_served_after_an_abort(void **state)
{
    struct fixture *f = *state;
    aborts(f, peer_other(3), "answer to no question");
    send_in(f, peer_bootstrap(0));
    assert_int_equal(f->event, NX_CLOSE);
    assert_int_equal(f->out.length, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bootstrap_is_answered_with_capability_zero),
        TEST(first_call_is_pipelined_on_the_bootstrap_answer),
        TEST(transform_into_a_field_is_an_exception),
        TEST(call_on_an_ordinary_answer_is_an_exception),
        TEST(released_at_once_then_called_through_the_answer_for_good),
        TEST(finished_bootstrap_leaves_the_import),
        TEST(finish_may_release_the_capability),
        TEST(release_then_releasing_finish_is_no_offence),
        TEST(eight_bootstrap_answers_may_be_open),
        TEST(references_saturate),
        TEST(references_are_counted),
        TEST(any_number_is_a_question_id),
        TEST(hundreds_outstanding_without_a_finish),
        TEST(finish_of_nothing_is_ignored),
        TEST(capability_table_may_be_null_or_empty),
        TEST(null_parameters_are_an_empty_struct),
        TEST(unknown_method_and_interface_are_unimplemented),
        TEST(results_go_to_the_caller_only),
        TEST(malformed_parameters_are_an_exception),
        TEST(malformed_parameters_are_never_answered),
        TEST(answer_too_large_is_an_exception),
        TEST(too_small_an_out_buffer_closes_and_is_not_overrun),
        TEST(one_answer_can_be_deferred),
        TEST(finish_before_the_call_was_served_still_gets_a_return),
        TEST(deferred_answer_can_be_put_back_or_fail),
        TEST(other_messages_come_back_as_unimplemented),
        TEST(what_cannot_be_echoed_whole_goes_back_by_its_tag),
        TEST(unimplemented_is_ignored),
        TEST(abort_closes_without_a_word),
        TEST(stray_return_aborts),
        TEST(question_ids_in_use_abort),
        TEST(releasing_more_than_is_held_aborts),
        TEST(call_to_an_unknown_export_aborts),
        TEST(malformed_message_aborts),
        TEST(nothing_is_served_after_an_abort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
