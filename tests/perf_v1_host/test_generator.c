/* SPDX-License-Identifier: Apache-2.0 */
/* What generated code does beyond moving fields: unions, groups, values of later schemas,
 * constants, and the skeletons of interfaces. Fields are compared with the official tool in
 * test_wire_official.py. */
#include "all.capnp.h"
#include "idl/words.h"

#include <math.h>

/* A message under construction, and the same read. */
struct both {
    uint8_t bytes[2048];
    struct nx_builder builder;
    struct nx_message message;
};

static struct nx_message *finished(struct both *both)
{
    size_t length = nx_builder_finish(&both->builder);

    assert_true(length > 0);
    assert_int_equal(nx_message_open(&both->message, both->bytes, length), NX_OK);
    return &both->message;
}

static int open_both(void **state)
{
    struct both *both = calloc(1, sizeof(*both));

    nx_builder_init(&both->builder, both->bytes, sizeof(both->bytes));
    *state = both;
    return both ? 0 : -1;
}

static int close_both(void **state)
{
    free(*state);
    return 0;
}

static void setting_a_member_of_a_union_chooses_it(void **state)
{
    struct both *both = *state;
    struct all_unions_builder b = all_unions_init_root(&both->builder);

    all_unions_set_flag(b, true);
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_FLAG);
    all_unions_set_text(b, nx_text_of("x"));
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_TEXT);
    assert_int_equal(all_unions_init_list(b, 3).l.count, 3);
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_LIST);
    assert_non_null(all_unions_init_data(b, 3));
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_DATA);
    all_plain_set_uint8(all_unions_init_plain(b), 1);
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_PLAIN);
    all_unions_set_nothing(b);
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_NOTHING);
}

static void unions_do_not_touch_each_other(void **state)
{
    struct both *both = *state;
    struct all_unions_builder b = all_unions_init_root(&both->builder);
    struct all_unions_reader r;

    all_unions_named_set_second(all_unions_init_named(b), -5);
    all_unions_loose_which_set_down(all_unions_loose_init_which(all_unions_init_loose(b)), 6);
    all_unions_choice_set_one(all_unions_init_choice(b), 7);
    r = all_unions_root(finished(both));
    assert_int_equal(all_unions_which(r), ALL_UNIONS_CHOICE);
    assert_int_equal(all_unions_named_which(all_unions_get_named(r)), ALL_UNIONS_NAMED_SECOND);
    assert_int_equal(all_unions_named_get_second(all_unions_get_named(r)), -5);
    assert_int_equal(
        all_unions_loose_which_which(all_unions_loose_get_which(all_unions_get_loose(r))),
        ALL_UNIONS_LOOSE_WHICH_DOWN);
    assert_int_equal(all_unions_choice_which(all_unions_get_choice(r)), ALL_UNIONS_CHOICE_ONE);
    assert_int_equal(all_unions_choice_get_one(all_unions_get_choice(r)), 7);
}

static void a_group_in_a_union_begins_with_its_defaults(void **state)
{
    struct both *both = *state;
    struct all_unions_builder b = all_unions_init_root(&both->builder);
    struct all_unions_pair_reader pair;

    /* What the members before it leave in the bits and pointers that they share. */
    all_unions_set_wide(b, -1.0);
    all_unions_set_number(b, 0xFFFFFFFF);
    all_unions_set_text(b, nx_text_of("left behind"));
    all_unions_choice_set_other(all_unions_init_choice(b), nx_text_of("and here"));
    all_unions_init_pair(b);
    pair = all_unions_get_pair(all_unions_root(finished(both)));
    assert_int_equal(all_unions_pair_get_left(pair), -1);
    assert_false(all_unions_pair_has_right(pair));
    assert_true(all_unions_pair_inner_get_deep(all_unions_pair_get_inner(pair)));
    assert_false(all_unions_pair_inner_has_deeper(all_unions_pair_get_inner(pair)));
    assert_int_equal(nx_message_error(&both->message), NX_OK);
}

static void invariant_6_enumerants_of_later_schemas_are_unknown(void **state)
{
    struct both *both = *state;
    struct all_plain_builder b = all_plain_init_root(&both->builder);
    const unsigned raw[] = {4, 5, 0x7FFF, 0xFFFF};

    for (size_t i = 0; i < LENGTH(raw); i++) {
        all_plain_set_shape(b, (enum all_shape)raw[i]);
        assert_int_equal(all_plain_get_shape(all_plain_root(finished(both))), ALL_SHAPE_UNKNOWN);
    }
    all_plain_set_shape(b, ALL_SHAPE_UNKNOWN_);
    assert_int_equal(all_plain_get_shape(all_plain_root(finished(both))), 2);
    assert_int_equal(all_shape_of(3), ALL_SHAPE_RIGHT_TRIANGLE);
}

static void invariant_6_members_of_later_schemas_are_unknown(void **state)
{
    struct both *both = *state;
    struct all_unions_builder b = all_unions_init_root(&both->builder);
    const size_t first = 16; /* behind the header and the root pointer */
    size_t tag = first;

    /* The tag is the only value that tells this member, the ninth, from the first. */
    all_unions_set_unknown(b, 0);
    while (nx_load16(both->bytes + tag) != 8)
        tag += 2;
    assert_true(tag < first + 8 * ALL_UNIONS_DATA_WORDS);
    nx_store16(both->bytes + tag, 12);
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_SHAPE);
    nx_store16(both->bytes + tag, 13);
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_UNKNOWN);
    nx_store16(both->bytes + tag, 0xFFFF);
    assert_int_equal(all_unions_which(all_unions_root(finished(both))), ALL_UNIONS_UNKNOWN);
}

static void null_structs_have_all_defaults(void **state)
{
    struct both *both = *state;
    struct all_plain_reader plain;
    struct all_pointers_reader r;

    all_pointers_init_root(&both->builder);
    r = all_pointers_root(finished(both));
    assert_false(all_pointers_has_plain(r));
    plain = all_pointers_get_plain(r);
    assert_int_equal(all_plain_get_int8_set(plain), -128);
    assert_true(all_plain_get_bool_set(plain));
    assert_true(all_plain_get_int64_set(plain) == INT64_MIN);
    assert_true(all_plain_get_float64_set(plain) == -2.25e100);
    assert_int_equal(all_plain_get_shape_set(plain), ALL_SHAPE_RIGHT_TRIANGLE);
    assert_int_equal(other_get_number(all_pointers_get_other(r)), 1000);
    assert_true(other_inner_get_flag(all_pointers_get_deep(r)));
    assert_int_equal(all_pointers_get_empty_text(r).length, 0);
    assert_int_equal(nx_text_list_length(all_pointers_get_empty_list(r)), 0);
}

static void a_newer_reader_sees_the_defaults_of_what_an_older_sender_lacks(void **state)
{
    /* A Plain of one word: all of its later fields are missing. */
    struct opened *m = OPEN(STRUCT_PTR(0, 1, 0), 0);
    struct all_plain_reader plain = all_plain_root(&m->message);

    (void)state;
    assert_int_equal(all_plain_get_uint64_set(plain), UINT64_MAX);
    assert_int_equal(all_plain_get_int8_more(plain), 7);
    assert_true(isinf(all_plain_get_infinite(plain)));
    ENDS_WITH(m, NX_OK);
}

static void constants(void **state)
{
    (void)state;
    assert_int_equal(ALL_POINTERS_NESTED_LIMIT, 17);
    assert_true(ALL_A_BOOL);
    assert_int_equal(ALL_AN_INT8, -128);
    assert_int_equal(ALL_AN_INT16, -32768);
    assert_true(ALL_AN_INT32 == INT32_MIN);
    assert_true(ALL_AN_INT64 == INT64_MIN);
    assert_int_equal(ALL_A_UINT8, 255);
    assert_int_equal(ALL_A_UINT16, 65535);
    assert_true(ALL_A_UINT32 == UINT32_MAX);
    assert_true(ALL_A_UINT64 == UINT64_MAX);
    assert_true(nx_float_bits(ALL_A_FLOAT32) == 0x3DCCCCCD); /* 0.1 to the nearest */
    assert_true(ALL_A_FLOAT64 == -1e300);
    assert_true(ALL_A_WHOLE / 2 == 1.5);
    assert_true(isinf(ALL_AN_INFINITY) && ALL_AN_INFINITY < 0);
    assert_true(isnan(ALL_NOT_A_NUMBER));
    assert_int_equal(ALL_A_SHAPE, ALL_SHAPE_RIGHT_TRIANGLE);
    assert_int_equal(ALL_AN_UNKNOWN, 2);
    assert_string_equal(ALL_A_TEXT, "say \"what\"?\?/\n\x01"
                                    "2end\\");
    assert_int_equal(ALL_SOME_DATA_LENGTH, 5);
    assert_memory_equal(all_some_data, "\x00\xff\x7f\x80\x0a", 5);
    assert_int_equal(ALL_NO_DATA_LENGTH, 0);
}

static void constants_of_structs(void **state)
{
    struct nx_message m;
    struct all_plain_reader plain = all_a_plain(&m);
    struct all_unions_reader choice;
    struct all_pointers_reader pointers;

    (void)state;
    assert_int_equal(all_plain_get_int8(plain), -3);
    assert_false(all_plain_get_bool_set(plain));
    assert_int_equal(all_plain_get_shape(plain), ALL_SHAPE_SQUARE);
    assert_true(all_plain_get_float64_set(plain) == 0.5);
    assert_int_equal(all_plain_get_int8_more(plain), 7);
    choice = all_a_union(&m);
    assert_int_equal(all_unions_get_before(choice), 7);
    assert_int_equal(all_unions_which(choice), ALL_UNIONS_CHOICE);
    assert_true(nx_text_equal(all_unions_choice_get_other(all_unions_get_choice(choice)),
                              nx_text_of("in a group")));
    assert_int_equal(all_unions_named_get_second(all_unions_get_named(choice)), -2);
    assert_int_equal(all_unions_get_after(choice), 4);
    pointers = all_some_pointers(&m);
    assert_true(nx_text_equal(all_pointers_get_text(pointers), nx_text_of("t")));
    assert_int_equal(all_pointers_get_data(pointers).bytes[1], 2);
    assert_int_equal(all_plain_get_uint8(all_pointers_get_plain(pointers)), 200);
    assert_false(all_pointers_has_deep(pointers));
    assert_int_equal(nx_text_list_length(all_pointers_get_empty_list(pointers)), 2);
    assert_true(
        nx_text_equal(other_get_text(all_pointers_get_other(pointers)), nx_text_of("theirs")));
    assert_int_equal(other_get_number(all_pointers_get_other(pointers)), 1000);
    assert_int_equal(all_nothing(&m).s.data_words, 0);
    assert_int_equal(nx_message_error(&m), NX_OK);
}

static void constants_of_lists(void **state)
{
    struct nx_message m;

    (void)state;
    /* As often as one likes. */
    for (int i = 0; i < 100; i++)
        assert_int_equal(nx_u16_list_at(all_a_list(&m), 2), 65535);
    assert_int_equal(nx_u16_list_length(all_a_list(&m)), 3);
    assert_true(nx_text_equal(nx_text_list_at(all_some_texts(&m), 2), nx_text_of("ccc")));
    assert_int_equal(all_plain_list_length(all_some_plains(&m)), 2);
    assert_true(all_plain_get_bool_more(all_plain_list_at(all_some_plains(&m), 1)));
    assert_int_equal(
        nx_i16_list_at(all_a_cube_lists_lists_at(all_a_cube_lists_at(all_a_cube(&m), 0), 0), 1),
        -2);
    assert_int_equal(all_a_cube_lists_length(all_a_cube(&m)), 2);
    assert_int_equal(nx_bool_list_length(all_some_bits(&m)), 3);
    assert_true(nx_bool_list_at(all_some_bits(&m), 2));
    assert_true(nx_f64_list_at(all_some_floats(&m), 0) == 1.5);
    assert_int_equal(other_get_number(other_list_at(all_others(&m), 0)), 3);
    assert_int_equal(nx_void_list_length(all_voids(&m)), 2);
    assert_int_equal(nx_message_error(&m), NX_OK);
}

/* --- interfaces --- */

struct all_calls_service {
    int calls;
    unsigned number;
};

struct all_bare_service {
    int unused;
};

enum nx_outcome all_calls_on_plain(struct all_calls_service *service, struct nx_call *call,
                                   struct all_plain_reader request,
                                   struct all_empty_builder response)
{
    (void)call;
    (void)request;
    (void)response;
    service->calls++;
    return NX_DEFER;
}

enum nx_outcome all_calls_on_inner(struct all_calls_service *service, struct nx_call *call,
                                   struct all_calls_inner_params_reader request,
                                   struct all_calls_inner_results_builder response)
{
    (void)call;
    service->calls++;
    service->number = all_calls_inner_params_get_number(request);
    all_calls_inner_results_set_ok(response, true);
    return NX_ANSWER;
}

enum nx_outcome all_calls_on_nested(struct all_calls_service *service, struct nx_call *call,
                                    struct all_pointers_nested_reader request,
                                    struct other_builder response)
{
    (void)call;
    service->calls++;
    service->number = all_pointers_nested_get_value(request);
    other_set_number(response, 1);
    return NX_REFUSE;
}

static void unknown_methods_and_interfaces_are_unimplemented(void **state)
{
    struct all_calls_service service = {0, 0};
    struct all_bare_service bare = {0};
    struct nx_call past = {.interface_id = ALL_CALLS_INTERFACE_ID, .method_id = ALL_CALLS_METHODS};
    struct nx_call last = {.interface_id = ALL_CALLS_INTERFACE_ID, .method_id = 0xFFFF};
    struct nx_call other = {.interface_id = ALL_BARE_INTERFACE_ID};

    (void)state;
    assert_int_equal(all_calls_dispatch(&service, &past), NX_UNIMPLEMENTED);
    assert_int_equal(all_calls_dispatch(&service, &last), NX_UNIMPLEMENTED);
    assert_int_equal(all_calls_dispatch(&service, &other), NX_UNIMPLEMENTED);
    assert_int_equal(all_bare_dispatch(&bare, &other), NX_UNIMPLEMENTED);
    assert_int_equal(service.calls, 0);
}

/* A client's call and a vat, without a wire between them. */
struct pair {
    uint8_t sent[1024];
    uint8_t answered[1024];
    struct nx_client client;
    struct nx_vat vat;
    struct nx_call call;
};

/* Hands what the client has sent to the vat, message by message, up to the call. */
static void until_the_call(struct pair *pair, size_t length, size_t *answered)
{
    enum nx_event event = NX_IDLE;
    size_t at = 0;

    while (at < length && event != NX_CALL) {
        size_t words = nx_load32(pair->sent + at + 4);

        event = nx_vat_receive(&pair->vat, pair->sent + at, 8 + words * 8, &pair->call,
                               pair->answered, sizeof(pair->answered), answered);
        assert_int_not_equal(event, NX_CLOSE);
        at += 8 + words * 8;
    }
    assert_int_equal(event, NX_CALL);
}

static void a_stub_calls_its_handler(void **state)
{
    struct all_calls_service service = {0, 0};
    struct pair *pair = calloc(1, sizeof(*pair));
    struct all_calls_inner_params_builder request;
    size_t length = 0;

    (void)state;
    nx_client_init(&pair->client, pair->sent, sizeof(pair->sent));
    nx_vat_init(&pair->vat);
    request = all_calls_inner_call(&pair->client);
    all_calls_inner_params_set_number(request, 99);
    assert_int_equal(nx_client_finish_call(&pair->client, &length), 0);
    until_the_call(pair, length, &length);
    assert_true(pair->call.interface_id == ALL_CALLS_INTERFACE_ID);
    assert_int_equal(pair->call.method_id, 1);
    assert_int_equal(all_calls_dispatch(&service, &pair->call), NX_ANSWER);
    assert_int_equal(service.calls, 1);
    assert_int_equal(service.number, 99);
    assert_int_equal(nx_vat_finish(&pair->vat, &pair->call, NX_ANSWER, &length), NX_IDLE);
    assert_int_equal(nx_client_receive(&pair->client, pair->answered, length, &length), NX_REPLY);
    assert_true(all_calls_inner_results_get_ok(all_calls_inner_results(&pair->client)));
    free(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(setting_a_member_of_a_union_chooses_it, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(unions_do_not_touch_each_other, open_both, close_both),
        cmocka_unit_test_setup_teardown(a_group_in_a_union_begins_with_its_defaults, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(invariant_6_enumerants_of_later_schemas_are_unknown,
                                        open_both, close_both),
        cmocka_unit_test_setup_teardown(invariant_6_members_of_later_schemas_are_unknown, open_both,
                                        close_both),
        cmocka_unit_test_setup_teardown(null_structs_have_all_defaults, open_both, close_both),
        cmocka_unit_test(a_newer_reader_sees_the_defaults_of_what_an_older_sender_lacks),
        cmocka_unit_test(constants),
        cmocka_unit_test(constants_of_structs),
        cmocka_unit_test(constants_of_lists),
        cmocka_unit_test(unknown_methods_and_interfaces_are_unimplemented),
        cmocka_unit_test(a_stub_calls_its_handler),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
