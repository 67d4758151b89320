/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random bytes and mutated valid messages, as a hostile peer sends them: nothing faults (under a
 * sanitizer: nothing is read outside the frame), nothing is written behind the out buffer, and
 * whatever is answered is itself well formed. Deterministic; all answers together make a number,
 * which test_rpc_answers.py compares.
 */
#include <inttypes.h>
#include <stdio.h>

#include "../fuzz/mutate.h"
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "test_rpc_peer.h"

#include "exact.h"

#define RANDOM_FRAMES  40000
#define MUTATED_FRAMES 120000
#define FRAME_BYTES    512

static uint64_t random_state;

static uint64_t next_random(void)
{
    return mutate_random(&random_state);
}

static uint32_t below(uint32_t bound)
{
    return mutate_below(&random_state, bound);
}

static struct peer_message any_call(void)
{
    return peer_call((struct peer_call){
        .question = below(12),
        .imported = below(2) != 0,
        .target = below(4) / 3,
        .transform = (enum peer_transform)below(5),
        .caps = (enum peer_caps)below(2),
        .results_to = (uint16_t)(below(16) == 0),
        .interface_id = below(8) == 0,
        .method = (uint16_t)below(METHODS + 1),
        .no_params = below(8) == 0,
        .value = below(FRAME_BYTES),
    });
}

static struct peer_message any_message(void)
{
    switch (below(8)) {
    case 0:
    case 1:
        return peer_bootstrap(below(12));
    case 2:
        return peer_finish(below(12), below(2) != 0);
    case 3:
        return peer_release(0, below(2));
    case 4:
        return peer_other((uint16_t)(5 + below(10)));
    default:
        return any_call();
    }
}

static void mutate_some(struct peer_message *m)
{
    for (uint32_t times = below(4); times > 0 && m->length > 0; times--)
        m->length = mutate(&random_state, m->bytes, m->length, sizeof m->bytes);
}

static uint64_t answers;

/* FNV-1a over what the vat said and did. */
static void add_to_answers(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        answers = (answers ^ bytes[i]) * UINT64_C(1099511628211);
}

/* Reads an answer as a client would; it must hold together. */
static void check_answer(const struct peer_out *out)
{
    if (out->length == 0)
        return;
    struct nx_message m;
    assert_int_equal(nx_message_open(&m, out->bytes, out->length), 0);
    struct nx_struct_reader root = nx_message_root(&m);
    uint16_t tag = nx_get_u16(root, 0);
    assert_true(tag == PEER_UNIMPLEMENTED || tag == PEER_ABORT || tag == PEER_RETURN);
    if (tag != PEER_UNIMPLEMENTED)
        (void)peer_read(out->bytes, out->length);
    else
        (void)nx_get_u16(nx_get_struct(root, 0), 0);
    assert_int_equal(nx_message_error(&m), 0);
}

static void send_in(struct nx_vat *vat, const uint8_t *bytes, size_t length, struct peer_out *out)
{
    uint8_t *frame = copy_of(bytes, length);
    enum nx_event event = peer_exchange(vat, frame, length, out);
    free(frame);
    check_answer(out);
    add_to_answers(&(uint8_t){(uint8_t)event}, 1);
    add_to_answers(out->bytes, out->length);
    if (nx_vat_has_deferred(vat) && below(4) == 0) {
        struct nx_call call;
        nx_vat_resume(vat, &call, out->bytes, out->size);
        nx_set_u64(nx_call_results(&call, 1, 1), 0, 1);
        assert_int_not_equal(nx_vat_finish(vat, &call, NX_ANSWER, &out->length), NX_CALL);
        peer_out_check(out);
    }
    if (event == NX_CLOSE)
        nx_vat_init(vat);
}

static void random_bytes_do_no_harm_to_the_vat(void **state)
{
    (void)state;
    random_state = UINT64_C(0x9e3779b97f4a7c15);
    struct nx_vat vat;
    nx_vat_init(&vat);
    struct peer_out out = peer_out_new(NX_VAT_OUT_MIN);
    for (int i = 0; i < RANDOM_FRAMES; i++) {
        uint8_t bytes[FRAME_BYTES];
        uint32_t words = 1 + below(FRAME_BYTES / 8 - 1);
        for (uint32_t w = 0; w < words; w++)
            nx_store64(bytes + 8 * w,
                       below(2) != 0 ? next_random() : mutate_odd_word(&random_state));
        if (below(4) != 0) { /* mostly a proper segment table and a root that points somewhere */
            nx_store64(bytes, (uint64_t)(words - 1) << 32);
            nx_store64(bytes + 8, UINT64_C(0x0001000100000000));
            nx_store16(bytes + 16, (uint16_t)below(16));
        }
        send_in(&vat, bytes, (size_t)words * 8, &out);
    }
    free(out.bytes);
}

static void mutated_messages_do_no_harm_to_the_vat(void **state)
{
    (void)state;
    random_state = UINT64_C(0xd1b54a32d192ed03);
    struct nx_vat vat;
    nx_vat_init(&vat);
    struct peer_out out = peer_out_new(FRAME_BYTES);
    for (int i = 0; i < MUTATED_FRAMES; i++) {
        struct peer_message m = any_message();
        mutate_some(&m);
        send_in(&vat, m.bytes, m.length, &out);
    }
    free(out.bytes);
}

/* One call of a client and what a vat answers, mutated on its way. */
static void mutated_answers_do_no_harm_to_the_client(void **state)
{
    (void)state;
    random_state = UINT64_C(0xa0761d6478bd642f);
    struct peer_out sent = peer_out_new(NX_CLIENT_OUT_MIN);
    struct peer_out out = peer_out_new(PEER_BYTES);
    struct nx_client client = {.closed = true};
    struct nx_vat vat = {0};
    for (int i = 0; i < MUTATED_FRAMES; i++) {
        if (client.closed || client.waiting || vat.closed) {
            nx_client_init(&client, sent.bytes, sent.size);
            nx_vat_init(&vat);
        }
        nx_set_u64(nx_client_begin(&client, PEER_INTERFACE, (uint16_t)(below(2) * 2), 1, 0), 0,
                   below(FRAME_BYTES));
        assert_int_equal(nx_client_finish_call(&client, &sent.length), 0);
        peer_out_check(&sent);
        uint8_t bytes[NX_CLIENT_OUT_MIN];
        size_t length = sent.length;
        memcpy(bytes, sent.bytes, length);
        for (size_t at = 0; at < length;) {
            int64_t frame = nx_frame_length(bytes + at, length - at, PEER_BYTES, 8);
            assert_in_range(frame, 1, length - at);
            /* A mutated bootstrap answer may have named another capability: then the vat aborts. */
            (void)peer_exchange(&vat, bytes + at, (size_t)frame, &out);
            at += (size_t)frame;
            if (out.length == 0)
                continue;
            struct peer_message m = {.length = out.length};
            memcpy(m.bytes, out.bytes, out.length);
            mutate_some(&m);
            uint8_t *answer = copy_of(m.bytes, m.length);
            int reply = nx_client_receive(&client, answer, m.length, &sent.length);
            peer_out_check(&sent);
            check_answer(&sent);
            if (reply == NX_REPLY) {
                struct nx_data data = nx_get_data(nx_client_results(&client), 0);
                for (uint32_t b = 0; b < data.length; b++)
                    out.bytes[0] ^= data.bytes[b];
            }
            free(answer);
        }
    }
    free(sent.bytes);
    free(out.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_bytes_do_no_harm_to_the_vat),
        cmocka_unit_test(mutated_messages_do_no_harm_to_the_vat),
        cmocka_unit_test(mutated_answers_do_no_harm_to_the_client),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    printf("answers %016" PRIx64 "\n", answers);
    return failed;
}
