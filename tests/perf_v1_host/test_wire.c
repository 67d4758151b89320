/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's written invariants, by number. What hostile messages do is in test_wire_attacks.c.
 */
#include "idl/words.h"
#include "nexus-idl/framing.h"

/* --- what a good message reads as --- */

static void fields_of_every_size(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 2, 1), 0x8877665544332211, 0x1, 0);
    struct nx_struct_reader root = nx_message_root(&m->message);

    (void)state;
    assert_int_equal(nx_get_u8(root, 1), 0x22);
    assert_int_equal(nx_get_u16(root, 2), 0x4433);
    assert_int_equal(nx_get_u32(root, 4), 0x88776655);
    assert_true(nx_get_u64(root, 0) == 0x8877665544332211);
    assert_true(nx_get_bool(root, 64));
    assert_false(nx_get_bool(root, 65));
    assert_true(nx_get_bool(root, 63));
    assert_false(nx_get_bool(root, 62));
    assert_true(nx_pointer_is_null(nx_get_pointer(root, 0)));
    ENDS_WITH(m, NX_OK);
}

static void lists_of_every_size(void **state)
{
    struct opened *m =
        OPEN(STRUCT_PTR(0, 0, 8), /* 0 */
             LIST_PTR(7, NX_ELEMENT_VOID, 5), LIST_PTR(6, NX_ELEMENT_BIT, 10),
             LIST_PTR(6, NX_ELEMENT_8, 3), LIST_PTR(6, NX_ELEMENT_16, 2),
             LIST_PTR(6, NX_ELEMENT_32, 2), LIST_PTR(6, NX_ELEMENT_64, 1),
             LIST_PTR(6, NX_ELEMENT_POINTER, 2), LIST_PTR(7, 7, 4),                     /* 8 */
             0x201, 0x030201, 0x00020001, 0x0000000200000001, 77, 0, CAPABILITY_PTR(9), /* 9..15 */
             TAG(2, 1, 1), 5, 0, 6, 0);
    struct nx_struct_reader root = nx_message_root(&m->message);
    uint32_t index = 0;

    (void)state;
    assert_int_equal(nx_get_list(root, 0, NX_ELEMENT_VOID).count, 5);
    assert_true(nx_list_get_bool(nx_get_list(root, 1, NX_ELEMENT_BIT), 0));
    assert_false(nx_list_get_bool(nx_get_list(root, 1, NX_ELEMENT_BIT), 8));
    assert_true(nx_list_get_bool(nx_get_list(root, 1, NX_ELEMENT_BIT), 9));
    assert_int_equal(nx_list_get_u8(nx_get_list(root, 2, NX_ELEMENT_8), 2), 3);
    assert_int_equal(nx_list_get_u16(nx_get_list(root, 3, NX_ELEMENT_16), 1), 2);
    assert_int_equal(nx_list_get_u32(nx_get_list(root, 4, NX_ELEMENT_32), 1), 2);
    assert_int_equal(nx_list_get_u64(nx_get_list(root, 5, NX_ELEMENT_64), 0), 77);
    assert_true(nx_pointer_capability(
        nx_list_get_pointer(nx_get_list(root, 6, NX_ELEMENT_POINTER), 1), &index));
    assert_int_equal(index, 9);
    assert_int_equal(nx_get_u64(nx_list_get_struct(nx_get_list(root, 7, NX_ELEMENT_STRUCT), 1), 0),
                     6);
    assert_int_equal(nx_pointer_list_count(nx_get_pointer(root, 7)), 2);
    ENDS_WITH(m, NX_OK);
}

static void null_pointers_read_as_empty(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), 0);
    struct nx_struct_reader root = nx_message_root(&m->message);
    struct nx_struct_reader none = nx_get_struct(root, 0);

    (void)state;
    assert_int_equal(nx_get_text(root, 0).length, 0);
    assert_string_equal(nx_get_text(root, 0).bytes, "");
    assert_int_equal(nx_get_data(root, 0).length, 0);
    assert_non_null(nx_get_data(root, 0).bytes);
    assert_int_equal(nx_get_list(root, 0, NX_ELEMENT_64).count, 0);
    assert_int_equal(nx_get_u64(none, 0), 0);
    assert_int_equal(nx_get_text(none, 0).length, 0); /* below a null struct, too */
    assert_int_equal(nx_pointer_kind(nx_get_pointer(root, 0)), NX_KIND_NULL);
    assert_false(nx_has_pointer(root, 0));
    ENDS_WITH(m, NX_OK);
}

static void a_null_root_is_the_empty_struct(void **state)
{
    struct opened *m = OPEN(0);

    (void)state;
    assert_int_equal(nx_get_u32(nx_message_root(&m->message), 0), 0);
    ENDS_WITH(m, NX_OK);
}

static void a_message_without_words_has_no_root(void **state)
{
    struct opened *m = open_segments((const uint32_t[]){0}, 1, NULL);

    (void)state;
    assert_int_equal(nx_message_root(&m->message).data_words, 0);
    ENDS_WITH(m, NX_BOUNDS);
}

static void the_root_lies_in_the_first_segment(void **state)
{
    const uint64_t words[] = {STRUCT_PTR(0, 1, 0), 5};
    struct opened *m = open_segments((const uint32_t[]){0, 2}, 2, words);

    (void)state;
    assert_int_equal(nx_get_u64(nx_message_root(&m->message), 0), 0);
    ENDS_WITH(m, NX_BOUNDS);
}

static void far_pointers_lead_to_other_segments(void **state)
{
    /* Segment 0: root, far to segment 1. Segment 1: pad, struct of one word, one pointer that is a
     * double far to a pad in segment 0, whose object lies in segment 2. */
    const uint32_t sizes[] = {3, 3, 2};
    const uint64_t words[] = {FAR_PTR(1, 0),
                              FAR_PTR(2, 1),
                              LIST_PTR(0, NX_ELEMENT_8, 3),
                              STRUCT_PTR(0, 1, 1),
                              42,
                              FAR_FAR_PTR(0, 1),
                              0xFFFFFFFFFFFFFFFF,
                              0x006968};
    struct opened *m = open_segments(sizes, 3, words);
    struct nx_struct_reader root = nx_message_root(&m->message);

    (void)state;
    assert_int_equal(nx_get_u64(root, 0), 42);
    assert_int_equal(nx_get_text(root, 0).length, 2);
    assert_string_equal(nx_get_text(root, 0).bytes, "hi");
    ENDS_WITH(m, NX_OK);
}

/* --- 1: nothing outside the segments --- */

static void invariant_1_fields_beyond_the_struct_are_zero(void **state)
{
    /* The words behind the struct are all ones: a read beyond would show. */
    struct opened *m = OPEN(STRUCT_PTR(0, 1, 0), 0, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF);
    struct nx_struct_reader root = nx_message_root(&m->message);
    const uint32_t bytes[] = {1, 7, 8, 16, 0x7FFFFFFF, 0xFFFFFFF8, 0xFFFFFFFF};

    (void)state;
    for (size_t i = 0; i < LENGTH(bytes); i++) {
        assert_true(nx_get_u64(root, bytes[i]) == 0);
        assert_int_equal(nx_get_u32(root, bytes[i]), 0);
        assert_int_equal(nx_get_u16(root, bytes[i]), 0);
        assert_int_equal(nx_get_u8(root, bytes[i]), 0);
    }
    assert_false(nx_get_bool(root, 64));
    assert_false(nx_get_bool(root, 0xFFFFFFFF));
    assert_true(nx_pointer_is_null(nx_get_pointer(root, 0)));
    assert_true(nx_pointer_is_null(nx_get_pointer(root, 0xFFFFFFFF)));
    ENDS_WITH(m, NX_OK);
}

static void invariant_1_elements_beyond_the_list_are_zero(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 2), LIST_PTR(1, NX_ELEMENT_16, 2), LIST_PTR(1, 7, 1),
                            0xFFFFFFFFFFFFFFFF, TAG(1, 1, 0), 7, 0xFFFFFFFFFFFFFFFF);
    struct nx_struct_reader root = nx_message_root(&m->message);
    struct nx_list_reader numbers = nx_get_list(root, 0, NX_ELEMENT_16);
    struct nx_list_reader structs = nx_get_list(root, 1, NX_ELEMENT_STRUCT);

    (void)state;
    assert_int_equal(nx_list_get_u16(numbers, 1), 0xFFFF);
    assert_int_equal(nx_list_get_u16(numbers, 2), 0);
    assert_int_equal(nx_list_get_u16(numbers, 0xFFFFFFFF), 0);
    assert_int_equal(nx_get_u64(nx_list_get_struct(structs, 0), 0), 7);
    assert_int_equal(nx_get_u64(nx_list_get_struct(structs, 1), 0), 0);
    assert_true(nx_pointer_is_null(nx_list_get_pointer(structs, 0)));
    /* Asked for in another size than it was read with. */
    assert_int_equal(nx_list_get_u64(numbers, 1), 0);
    assert_false(nx_list_get_bool(numbers, 0));
    assert_int_equal(nx_list_get_struct(numbers, 0).data_words, 0);
    ENDS_WITH(m, NX_OK);
}

static void invariant_1_a_struct_ends_inside_its_segment(void **state)
{
    struct opened *fits = OPEN(STRUCT_PTR(0, 1, 1), 1, 0);
    struct opened *over = OPEN(STRUCT_PTR(0, 1, 2), 1, 0);

    (void)state;
    assert_int_equal(nx_get_u64(nx_message_root(&fits->message), 0), 1);
    assert_int_equal(nx_get_u64(nx_message_root(&over->message), 0), 0);
    ENDS_WITH(fits, NX_OK);
    ENDS_WITH(over, NX_BOUNDS);
}

static void invariant_1_the_next_segment_is_outside(void **state)
{
    /* The struct's second word is the first of the next segment. */
    struct opened *m =
        open_segments((const uint32_t[]){2, 1}, 2, (const uint64_t[]){STRUCT_PTR(0, 2, 0), 1, 2});

    (void)state;
    assert_int_equal(nx_message_root(&m->message).data_words, 0);
    ENDS_WITH(m, NX_BOUNDS);
}

/* --- 3: every traversal is charged --- */

static void invariant_3_four_times_the_words(void **state)
{
    /* 3 words, so 12 to spend: the root costs 2, and each turn 1. */
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 2), LIST_PTR(1, NX_ELEMENT_64, 0), 0);
    struct nx_struct_reader root = nx_message_root(&m->message);

    (void)state;
    for (int i = 0; i < 10; i++)
        nx_get_list(root, 0, NX_ELEMENT_64);
    assert_int_equal(nx_message_error(&m->message), NX_OK);
    nx_get_list(root, 0, NX_ELEMENT_64);
    ENDS_WITH(m, NX_BUDGET);
}

static void invariant_3_a_spent_budget_stays_spent(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 2), LIST_PTR(1, NX_ELEMENT_VOID, 100),
                            LIST_PTR(0, NX_ELEMENT_8, 1), 0);
    struct nx_struct_reader root = nx_message_root(&m->message);

    (void)state;
    assert_int_equal(nx_get_list(root, 0, NX_ELEMENT_VOID).count, 0);
    assert_int_equal(nx_get_data(root, 1).length, 0); /* would have been cheap */
    ENDS_WITH(m, NX_BUDGET);
}

static void invariant_3_the_budget_is_the_readers_choice(void **state)
{
    const uint64_t words[] = {STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_VOID, 1000000)};
    struct frame frame = frame_of((const uint32_t[]){2}, 1, words);
    struct nx_message message;

    (void)state;
    assert_int_equal(nx_message_open_limits(&message, frame.bytes, frame.length, 1, NX_BUDGET_NONE),
                     NX_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(nx_get_list(nx_message_root(&message), 0, NX_ELEMENT_VOID).count, 1000000);
    assert_int_equal(nx_message_error(&message), NX_OK);
    free(frame.bytes);
}

/* --- 4: nesting is bounded --- */

/* A chain of structs of one pointer each, `levels` of them; gives how many could be entered. */
static int enter_chain(int levels, int *error)
{
    uint64_t *words = calloc((size_t)levels + 1, sizeof(*words));
    uint32_t size = (uint32_t)levels + 1;
    struct nx_struct_reader reader;
    struct opened *m;
    int entered = 0;

    for (int i = 0; i < levels; i++)
        words[i] = STRUCT_PTR(0, 0, 1);
    m = open_segments(&size, 1, words);
    for (reader = nx_message_root(&m->message); reader.pointers > 0;
         reader = nx_get_struct(reader, 0))
        entered++;
    *error = nx_message_error(&m->message);
    close_message(m);
    free(words);
    return entered;
}

static void invariant_4_depth(void **state)
{
    int error;

    (void)state;
    assert_int_equal(enter_chain(63, &error), 63);
    assert_int_equal(error, NX_OK);
    assert_int_equal(enter_chain(64, &error), 63);
    assert_int_equal(error, NX_DEPTH);
    assert_int_equal(enter_chain(1000, &error), 63);
    assert_int_equal(error, NX_DEPTH);
}

static void invariant_4_depth_of_lists(void **state)
{
    /* Lists of one pointer each, below the root. */
    uint64_t words[70];
    const uint32_t size = LENGTH(words);
    struct nx_pointer_reader pointer;
    struct opened *m;
    int entered = 0;

    (void)state;
    words[0] = STRUCT_PTR(0, 0, 1);
    for (uint32_t i = 1; i + 1 < size; i++)
        words[i] = LIST_PTR(0, NX_ELEMENT_POINTER, 1);
    words[size - 1] = 0;
    m = open_segments(&size, 1, words);
    pointer = nx_get_pointer(nx_message_root(&m->message), 0);
    while (!nx_pointer_is_null(pointer)) {
        pointer = nx_list_get_pointer(nx_pointer_list(pointer, NX_ELEMENT_POINTER), 0);
        entered++;
    }
    assert_int_equal(entered, 63); /* 62 lists, and the one that was refused */
    ENDS_WITH(m, NX_DEPTH);
}

/* --- 5: kinds and element sizes --- */

static void invariant_5_sizes_are_not_converted(void **state)
{
    (void)state;
    for (uint32_t there = 0; there < 8; there++) {
        for (uint32_t asked = 0; asked < 8; asked++) {
            /* One element in every size; the first word is a fitting tag. */
            struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, there, 1), TAG(1, 1, 0), 0);
            struct nx_struct_reader root = nx_message_root(&m->message);
            uint32_t count = nx_get_list(root, 0, (enum nx_element)asked).count;

            assert_int_equal(count, there == asked ? 1 : 0);
            ENDS_WITH(m, there == asked ? NX_OK : NX_KIND);
        }
    }
}

static void invariant_5_a_list_is_no_struct(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_64, 1), 5);

    (void)state;
    assert_int_equal(nx_get_u64(nx_get_struct(nx_message_root(&m->message), 0), 0), 0);
    ENDS_WITH(m, NX_KIND);
}

static void invariant_5_a_struct_is_no_list(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), STRUCT_PTR(0, 1, 0), 0x00414141);

    (void)state;
    assert_int_equal(nx_get_text(nx_message_root(&m->message), 0).length, 0);
    ENDS_WITH(m, NX_KIND);
}

static void invariant_5_a_capability_is_neither(void **state)
{
    struct opened *as_struct = OPEN(STRUCT_PTR(0, 0, 1), CAPABILITY_PTR(0));
    struct opened *as_list = OPEN(STRUCT_PTR(0, 0, 1), CAPABILITY_PTR(0));
    struct opened *unknown = OPEN(STRUCT_PTR(0, 0, 1), CAPABILITY_PTR(0) | 4);
    uint32_t index;

    (void)state;
    assert_int_equal(nx_get_struct(nx_message_root(&as_struct->message), 0).pointers, 0);
    assert_int_equal(nx_get_list(nx_message_root(&as_list->message), 0, NX_ELEMENT_POINTER).count,
                     0);
    assert_false(
        nx_pointer_capability(nx_get_pointer(nx_message_root(&unknown->message), 0), &index));
    ENDS_WITH(as_struct, NX_KIND);
    ENDS_WITH(as_list, NX_KIND);
    ENDS_WITH(unknown, NX_KIND);
}

static void invariant_5_kinds_are_told_apart(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 5), 0, STRUCT_PTR(-1, 0, 0), LIST_PTR(2, 0, 0),
                            CAPABILITY_PTR(1), FAR_PTR(9, 0));
    struct nx_struct_reader root = nx_message_root(&m->message);
    const enum nx_kind kinds[] = {NX_KIND_NULL, NX_KIND_STRUCT, NX_KIND_LIST, NX_KIND_CAPABILITY,
                                  NX_KIND_BAD};

    (void)state;
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(nx_pointer_kind(nx_get_pointer(root, i)), kinds[i]);
    ENDS_WITH(m, NX_FAR);
}

/* --- 6: text --- */

static void invariant_6_text_has_its_nul(void **state)
{
    struct opened *good =
        OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 8), 0x0041414141414141);
    struct opened *none =
        OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 7), 0x0041414141414141);

    (void)state;
    assert_int_equal(nx_get_text(nx_message_root(&good->message), 0).length, 7);
    assert_int_equal(nx_get_text(nx_message_root(&none->message), 0).length, 0);
    ENDS_WITH(good, NX_OK);
    ENDS_WITH(none, NX_TEXT);
}

static void invariant_6_a_text_without_nul_is_charged_once(void **state)
{
    struct opened *m =
        OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 16), UINT64_MAX, UINT64_MAX);

    (void)state;
    /* Enough for the root and the text, and not for the text twice. */
    assert_int_equal(nx_message_open_limits(&m->message, m->frame.bytes, m->frame.length, 1, 1), 0);
    assert_int_equal(nx_get_text(nx_message_root(&m->message), 0).length, 0);
    ENDS_WITH(m, NX_TEXT);
}

static void invariant_6_a_nul_inside_ends_no_text(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 4), 0x00420041);

    (void)state;
    assert_int_equal(nx_get_text(nx_message_root(&m->message), 0).length, 3);
    ENDS_WITH(m, NX_OK);
}

/* --- 7: the segment table --- */

static void invariant_7_the_limit_of_segments_is_the_readers_choice(void **state)
{
    const uint32_t sizes[9] = {1};
    const uint64_t words[1] = {STRUCT_PTR(-1, 0, 0)};
    struct frame frame = frame_of(sizes, 9, words);
    struct nx_message message;

    (void)state;
    assert_int_equal(nx_message_open(&message, frame.bytes, frame.length), NX_SEGMENTS);
    assert_int_equal(nx_message_root(&message).data_words, 0);
    assert_int_equal(nx_message_open_limits(&message, frame.bytes, frame.length, 9, 4), NX_OK);
    assert_int_equal(nx_frame_length(frame.bytes, frame.length, 1000, 8), NX_SEGMENTS);
    assert_int_equal(nx_frame_length(frame.bytes, frame.length, 1000, 9), (int64_t)frame.length);
    free(frame.bytes);
}

static void invariant_7_no_message_over_the_words_that_a_place_can_hold(void **state)
{
    uint8_t header[8] = {0};
    struct nx_message message;

    (void)state;
    nx_store32(header + 4, 1U << 26);
    assert_int_equal(nx_message_open(&message, header, sizeof(header)), NX_TOO_BIG);
    nx_store32(header + 4, (1U << 26) - 1);
    assert_int_equal(nx_message_open(&message, header, sizeof(header)), NX_TRUNCATED);
}

static void the_first_error_is_kept(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 2), LIST_PTR(0, NX_ELEMENT_8, 8), STRUCT_PTR(9, 1, 1));
    struct nx_struct_reader root = nx_message_root(&m->message);

    (void)state;
    nx_get_struct(root, 0);
    nx_get_struct(root, 1);
    ENDS_WITH(m, NX_KIND);
}

static void every_error_has_words(void **state)
{
    (void)state;
    for (int error = NX_RANGE; error < 0; error++) {
        assert_string_not_equal(nx_error_text(error), nx_error_text(NX_OK));
        assert_string_not_equal(nx_error_text(error), nx_error_text(1));
    }
    assert_string_equal(nx_error_text(NX_RANGE - 1), nx_error_text(1));
}

static void texts(void **state)
{
    struct nx_text ab = {"abc", 2};

    (void)state;
    assert_int_equal(nx_text_of("").length, 0);
    assert_int_equal(nx_text_of("abc").length, 3);
    assert_true(nx_text_equal(ab, nx_text_of("ab")));
    assert_false(nx_text_equal(ab, nx_text_of("abc")));
    assert_false(nx_text_equal(ab, nx_text_of("ac")));
}

/* --- framing --- */

static void framing_waits_for_what_it_needs(void **state)
{
    const uint32_t sizes[] = {1, 2};
    const uint64_t words[3] = {0};
    struct frame frame = frame_of(sizes, 2, words); /* 16 bytes of header, 24 of words */

    (void)state;
    assert_int_equal(frame.length, 40);
    for (size_t have = 0; have < 16; have++)
        assert_int_equal(nx_frame_length(frame.bytes, have, 1000, 8), 0);
    for (size_t have = 16; have <= 40; have++)
        assert_int_equal(nx_frame_length(frame.bytes, have, 1000, 8), 40);
    assert_int_equal(nx_frame_length(frame.bytes, 40, 40, 8), 40);
    assert_int_equal(nx_frame_length(frame.bytes, 40, 39, 8), NX_TOO_BIG);
    assert_int_equal(nx_frame_length(frame.bytes, 4, 15, 8), NX_TOO_BIG); /* the header alone */
    free(frame.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_every_size),
        cmocka_unit_test(lists_of_every_size),
        cmocka_unit_test(null_pointers_read_as_empty),
        cmocka_unit_test(a_null_root_is_the_empty_struct),
        cmocka_unit_test(a_message_without_words_has_no_root),
        cmocka_unit_test(the_root_lies_in_the_first_segment),
        cmocka_unit_test(far_pointers_lead_to_other_segments),
        cmocka_unit_test(invariant_1_fields_beyond_the_struct_are_zero),
        cmocka_unit_test(invariant_1_elements_beyond_the_list_are_zero),
        cmocka_unit_test(invariant_1_a_struct_ends_inside_its_segment),
        cmocka_unit_test(invariant_1_the_next_segment_is_outside),
        cmocka_unit_test(invariant_3_four_times_the_words),
        cmocka_unit_test(invariant_3_a_spent_budget_stays_spent),
        cmocka_unit_test(invariant_3_the_budget_is_the_readers_choice),
        cmocka_unit_test(invariant_4_depth),
        cmocka_unit_test(invariant_4_depth_of_lists),
        cmocka_unit_test(invariant_5_sizes_are_not_converted),
        cmocka_unit_test(invariant_5_a_list_is_no_struct),
        cmocka_unit_test(invariant_5_a_struct_is_no_list),
        cmocka_unit_test(invariant_5_a_capability_is_neither),
        cmocka_unit_test(invariant_5_kinds_are_told_apart),
        cmocka_unit_test(invariant_6_text_has_its_nul),
        cmocka_unit_test(invariant_6_a_text_without_nul_is_charged_once),
        cmocka_unit_test(invariant_6_a_nul_inside_ends_no_text),
        cmocka_unit_test(invariant_7_the_limit_of_segments_is_the_readers_choice),
        cmocka_unit_test(invariant_7_no_message_over_the_words_that_a_place_can_hold),
        cmocka_unit_test(the_first_error_is_kept),
        cmocka_unit_test(every_error_has_words),
        cmocka_unit_test(texts),
        cmocka_unit_test(framing_waits_for_what_it_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
