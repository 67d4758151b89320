/* SPDX-License-Identifier: Apache-2.0 */
/* The builder: what it writes word by word, and that it writes nowhere else (invariant 2). */
#include "idl/words.h"

#define CANARY 0xA5

/* A buffer of exactly `size` bytes, filled with what the builder must not read as zeros. */
struct room {
    uint8_t *bytes;
    size_t size;
    struct nx_builder builder;
};

static struct room *open_room(size_t size)
{
    struct room *room = calloc(1, sizeof(*room));

    room->bytes = malloc(size + 16);
    assert_non_null(room->bytes);
    memset(room->bytes, CANARY, size + 16);
    room->size = size;
    nx_builder_init(&room->builder, room->bytes, size);
    return room;
}

/* Compares what lies behind the buffer, and the error. */
static void close_room(struct room *room, int error)
{
    for (size_t i = room->size; i < room->size + 16; i++)
        assert_int_equal(room->bytes[i], CANARY);
    assert_int_equal(nx_builder_error(&room->builder), error);
    free(room->bytes);
    free(room);
}

static void words_are(struct room *room, const uint64_t *words, uint32_t count)
{
    assert_int_equal(nx_builder_finish(&room->builder), 8 + 8 * (size_t)count);
    assert_int_equal(nx_load32(room->bytes), 0);
    assert_int_equal(nx_load32(room->bytes + 4), count);
    for (uint32_t i = 0; i < count; i++) {
        if (nx_load64(room->bytes + 8 + (size_t)i * 8) != words[i])
            fail_msg("word %u is %016llx, not %016llx", i,
                     (unsigned long long)nx_load64(room->bytes + 8 + (size_t)i * 8),
                     (unsigned long long)words[i]);
    }
}

#define WORDS_ARE(room, ...)                                                                       \
    words_are(room, (const uint64_t[]){__VA_ARGS__}, LENGTH(((const uint64_t[]){__VA_ARGS__})))

static void an_empty_message_has_a_null_root(void **state)
{
    struct room *room = open_room(16);

    (void)state;
    WORDS_ARE(room, 0);
    close_room(room, NX_OK);
}

static void fields_of_every_size(void **state)
{
    struct room *room = open_room(64);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 2, 1);

    (void)state;
    nx_set_u8(root, 0, 0x11);
    nx_set_u16(root, 2, 0x2233);
    nx_set_u32(root, 4, 0x44556677);
    nx_set_u64(root, 8, 0x8899AABBCCDDEEFF);
    nx_set_bool(root, 15, true);
    nx_set_bool(root, 64, false);
    nx_set_bool(root, 65, true);
    WORDS_ARE(room, STRUCT_PTR(0, 2, 1), 0x4455667722338011, 0x8899AABBCCDDEEFE, 0);
    close_room(room, NX_OK);
}

static void objects_lie_in_the_order_they_are_made(void **state)
{
    struct room *room = open_room(200);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 3);
    struct nx_struct_builder child;

    (void)state;
    nx_set_text(root, 0, nx_text_of("abcdefgh")); /* 9 bytes with its NUL */
    child = nx_init_struct(root, 1, 1, 1);
    nx_set_u64(child, 0, 5);
    nx_set_data(child, 0, (struct nx_data){(const uint8_t *)"\x01\x02", 2});
    nx_make_capability(nx_edit_pointer(root, 2), 7);
    WORDS_ARE(room, STRUCT_PTR(0, 0, 3), LIST_PTR(2, NX_ELEMENT_8, 9), STRUCT_PTR(3, 1, 1),
              CAPABILITY_PTR(7), 0x6867666564636261, 0, 5, LIST_PTR(0, NX_ELEMENT_8, 2), 0x0201);
    close_room(room, NX_OK);
}

static void a_struct_without_words_is_not_null(void **state)
{
    struct room *room = open_room(64);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 1);

    (void)state;
    nx_init_struct(root, 0, 0, 0);
    WORDS_ARE(room, STRUCT_PTR(0, 0, 1), STRUCT_PTR(-1, 0, 0));
    close_room(room, NX_OK);
}

static void lists_of_every_size(void **state)
{
    struct room *room = open_room(400);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 7);
    struct nx_list_builder list;

    (void)state;
    nx_init_list(root, 0, NX_ELEMENT_VOID, 9);
    list = nx_init_list(root, 1, NX_ELEMENT_BIT, 10);
    nx_list_set_bool(list, 0, true);
    nx_list_set_bool(list, 9, true);
    list = nx_init_list(root, 2, NX_ELEMENT_8, 3);
    nx_list_set_u8(list, 2, 3);
    list = nx_init_list(root, 3, NX_ELEMENT_16, 2);
    nx_list_set_u16(list, 1, 0x1234);
    list = nx_init_list(root, 4, NX_ELEMENT_32, 3);
    nx_list_set_u32(list, 2, 6);
    list = nx_init_list(root, 5, NX_ELEMENT_64, 1);
    nx_list_set_u64(list, 0, 8);
    list = nx_init_list(root, 6, NX_ELEMENT_POINTER, 2);
    nx_make_text(nx_list_edit_pointer(list, 1), nx_text_of("x"));
    WORDS_ARE(room, STRUCT_PTR(0, 0, 7), LIST_PTR(6, NX_ELEMENT_VOID, 9),
              LIST_PTR(5, NX_ELEMENT_BIT, 10), LIST_PTR(5, NX_ELEMENT_8, 3),
              LIST_PTR(5, NX_ELEMENT_16, 2), LIST_PTR(5, NX_ELEMENT_32, 3),
              LIST_PTR(6, NX_ELEMENT_64, 1), LIST_PTR(6, NX_ELEMENT_POINTER, 2), 0x201, 0x030000,
              0x12340000, 0, 6, 8, 0, LIST_PTR(0, NX_ELEMENT_8, 2), 0x78);
    close_room(room, NX_OK);
}

static void a_list_of_structs_has_its_tag(void **state)
{
    struct room *room = open_room(200);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 2);
    struct nx_list_builder list = nx_init_struct_list(root, 0, 2, 1, 1);

    (void)state;
    nx_set_u64(nx_list_edit_struct(list, 1), 0, 3);
    nx_set_text(nx_list_edit_struct(list, 0), 0, nx_text_of(""));
    nx_init_struct_list(root, 1, 0, 4, 4);
    WORDS_ARE(room, STRUCT_PTR(0, 0, 2), LIST_PTR(1, 7, 4), LIST_PTR(6, 7, 0), TAG(2, 1, 1), 0,
              LIST_PTR(2, NX_ELEMENT_8, 1), 3, 0, 0, TAG(0, 4, 4));
    close_room(room, NX_OK);
}

static void data_is_filled_in_place(void **state)
{
    struct room *room = open_room(40);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 1);
    uint8_t *bytes;

    (void)state;
    assert_int_equal(nx_builder_space(&room->builder), 16);
    bytes = nx_init_data(root, 0, 16);
    assert_ptr_equal(bytes, room->bytes + 24);
    assert_int_equal(nx_builder_space(&room->builder), 0);
    bytes[15] = 0xEE;
    WORDS_ARE(room, STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 16), 0, 0xEE00000000000000);
    close_room(room, NX_OK);
}

/* Its bytes, and zeros up to the next word, of which the first is its NUL; nothing is read behind
 * a text that has none. */
static void texts_of_every_length(void **state)
{
    (void)state;
    for (uint32_t length = 0; length < 40; length++) {
        struct room *room = open_room(16 + 8 * (length / 8 + 1));
        char *text = malloc(length > 0 ? length : 1);

        assert_non_null(text);
        for (uint32_t i = 0; i < length; i++)
            text[i] = (char)('A' + i);
        nx_make_text(nx_builder_pointer(&room->builder), (struct nx_text){text, length});
        assert_int_equal(nx_builder_finish(&room->builder), room->size);
        assert_true(nx_load64(room->bytes + 8) == LIST_PTR(0, NX_ELEMENT_8, length + 1));
        for (size_t i = 16; i < room->size; i++)
            assert_int_equal(room->bytes[i], i - 16 < length ? 'A' + (int)i - 16 : 0);
        free(text);
        close_room(room, NX_OK);
    }
}

static void data_of_length_0_is_there(void **state)
{
    struct room *room = open_room(24);

    (void)state;
    assert_non_null(nx_init_data(nx_builder_root(&room->builder, 0, 1), 0, 0));
    WORDS_ARE(room, STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 0));
    close_room(room, NX_OK);
}

/* --- 2: nothing outside the buffer --- */

/* One of everything that can be made. */
static void build_sample(struct nx_builder *builder)
{
    struct nx_struct_builder root = nx_builder_root(builder, 2, 5);
    struct nx_list_builder structs;
    struct nx_list_builder numbers;
    struct nx_list_builder texts;

    nx_set_u64(root, 8, 0xFFFFFFFFFFFFFFFF);
    nx_set_text(root, 0, nx_text_of("twelve bytes"));
    structs = nx_init_struct_list(root, 1, 2, 1, 1);
    for (uint32_t i = 0; i < 2; i++) {
        nx_set_u32(nx_list_edit_struct(structs, i), 4, 0xFFFFFFFF);
        nx_set_text(nx_list_edit_struct(structs, i), 0, nx_text_of("a"));
    }
    numbers = nx_init_list(root, 2, NX_ELEMENT_64, 3);
    for (uint32_t i = 0; i < 3; i++)
        nx_list_set_u64(numbers, i, 0xFFFFFFFFFFFFFFFF);
    texts = nx_init_list(root, 3, NX_ELEMENT_POINTER, 2);
    nx_make_text(nx_list_edit_pointer(texts, 1), nx_text_of("b"));
    nx_set_u64(nx_init_struct(root, 4, 1, 0), 0, 1);
}

static void invariant_2_every_size_of_buffer(void **state)
{
    /* 1 root, 7 of its struct, 2 of text, 1 + 4 of structs, 2 of their texts, 3 of numbers, 2 of
     * pointers, 1 of their text, 1 of the last struct. */
    const size_t words = 1 + 7 + 2 + 5 + 2 + 3 + 2 + 1 + 1;

    (void)state;
    for (size_t size = 0; size < 8 + words * 8 + 24; size++) {
        struct room *room = open_room(size);
        bool fits = size >= 8 + words * 8;

        build_sample(&room->builder);
        assert_int_equal(nx_builder_finish(&room->builder), fits ? 8 + words * 8 : 0);
        close_room(room, fits ? NX_OK : NX_NO_SPACE);
    }
}

static void invariant_2_nothing_is_written_through_what_did_not_fit(void **state)
{
    struct room *room = open_room(24);
    struct nx_struct_builder none = nx_builder_root(&room->builder, 1, 1);
    struct nx_list_builder no_list =
        nx_make_list(nx_builder_pointer(&room->builder), NX_ELEMENT_8, 99);
    uint8_t before[24];

    (void)state;
    memcpy(before, room->bytes, sizeof(before));
    nx_set_u64(none, 0, 1);
    nx_set_bool(none, 0, true);
    nx_set_text(none, 0, nx_text_of("x"));
    nx_make_capability(nx_edit_pointer(none, 0), 1);
    nx_make_null(nx_edit_pointer(none, 0));
    nx_list_set_u8(no_list, 0, 1);
    nx_set_u8(nx_list_edit_struct(no_list, 0), 0, 1);
    assert_null(nx_init_data(none, 0, 1));
    assert_int_equal(nx_builder_space(&room->builder), 0);
    assert_memory_equal(before, room->bytes, sizeof(before));
    close_room(room, NX_NO_SPACE);
}

static void invariant_2_nothing_is_made_after_an_error(void **state)
{
    struct room *room = open_room(40);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 2);
    uint8_t before[40];

    (void)state;
    nx_init_list(root, 0, NX_ELEMENT_64, 2);
    memcpy(before, room->bytes, sizeof(before));
    nx_set_text(root, 1, nx_text_of("fits")); /* would, but the message is not whole any more */
    assert_memory_equal(before, room->bytes, sizeof(before));
    close_room(room, NX_NO_SPACE);
}

static void invariant_2_a_buffer_without_room_for_a_root(void **state)
{
    struct room *room = open_room(15);

    (void)state;
    nx_make_capability(nx_builder_pointer(&room->builder), 1);
    nx_make_null(nx_builder_pointer(&room->builder));
    for (size_t i = 0; i < 15; i++)
        assert_int_equal(room->bytes[i], CANARY);
    close_room(room, NX_NO_SPACE);
}

static void invariant_2_pointers_that_the_struct_does_not_have(void **state)
{
    struct room *room = open_room(64);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 1);
    struct nx_struct_builder next = nx_init_struct(root, 0, 1, 0);

    (void)state;
    nx_make_capability(nx_edit_pointer(root, 1), 1);
    nx_make_capability(nx_edit_pointer(root, 0xFFFFFFFF), 1);
    assert_int_equal(next.data, 2);
    assert_true(nx_load64(room->bytes + 8 + 16) == 0);
    close_room(room, NX_RANGE);
}

static void invariant_2_fields_that_the_struct_does_not_have(void **state)
{
    const uint32_t bytes[] = {1, 8, 0x7FFFFFFF, 0xFFFFFFF8, 0xFFFFFFFF};

    (void)state;
    for (size_t i = 0; i < LENGTH(bytes); i++) {
        struct room *room = open_room(64);
        struct nx_struct_builder root = nx_builder_root(&room->builder, 1, 1);
        struct nx_struct_builder next = nx_init_struct(root, 0, 4, 0);

        nx_set_u64(root, bytes[i], 0xFFFFFFFFFFFFFFFF);
        assert_int_equal(next.data, 3);
        for (size_t word = 3; word < 7; word++)
            assert_true(nx_load64(room->bytes + 8 + word * 8) == 0);
        close_room(room, NX_RANGE);
    }
}

static void invariant_2_elements_that_the_list_does_not_have(void **state)
{
    struct room *room = open_room(64);
    struct nx_struct_builder root = nx_builder_root(&room->builder, 0, 2);
    struct nx_list_builder list = nx_init_list(root, 0, NX_ELEMENT_8, 8);
    struct nx_list_builder next = nx_init_list(root, 1, NX_ELEMENT_8, 8);

    (void)state;
    nx_list_set_u8(list, 8, 0xFF);
    nx_list_set_u8(list, 0xFFFFFFFF, 0xFF);
    nx_list_set_u64(list, 0, 0xFFFFFFFFFFFFFFFF); /* of another size */
    nx_list_set_bool(next, 0, true);
    nx_make_text(nx_list_edit_pointer(next, 0), nx_text_of("x"));
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(room->bytes[8 + 24 + i], 0);
    close_room(room, NX_RANGE);
}

static void sizes_that_cannot_be(void **state)
{
    struct room *lists = open_room(64);
    struct room *structs = open_room(64);
    struct room *product = open_room(64);
    struct room *element = open_room(64);

    (void)state;
    nx_make_list(nx_builder_pointer(&lists->builder), NX_ELEMENT_VOID, 1U << 29);
    nx_make_struct_list(nx_builder_pointer(&structs->builder), 1U << 29, 0, 0);
    nx_make_struct_list(nx_builder_pointer(&product->builder), 1U << 20, 0xFFFF, 0xFFFF);
    nx_make_list(nx_builder_pointer(&element->builder), NX_ELEMENT_STRUCT, 1);
    close_room(lists, NX_RANGE);
    close_room(structs, NX_RANGE);
    close_room(product, NX_RANGE);
    close_room(element, NX_RANGE);
}

static void a_list_that_takes_no_words_may_be_long(void **state)
{
    struct room *room = open_room(16);

    (void)state;
    nx_make_list(nx_builder_pointer(&room->builder), NX_ELEMENT_VOID, (1U << 29) - 1);
    WORDS_ARE(room, LIST_PTR(0, NX_ELEMENT_VOID, 0x1FFFFFFF));
    close_room(room, NX_OK);
}

static void a_handle_without_builder_does_nothing(void **state)
{
    struct nx_struct_builder no_struct = {NULL, 0, 0, 0};
    struct nx_list_builder no_list = {NULL, 0, 0, 0};
    struct nx_pointer_builder no_pointer = {NULL, 0};

    (void)state;
    nx_set_u64(no_struct, 0, 1);
    nx_list_set_u64(no_list, 0, 1);
    nx_make_text(no_pointer, nx_text_of("x"));
    nx_make_capability(no_pointer, 1);
    assert_null(nx_make_bytes(no_pointer, 1));
    assert_null(nx_make_struct(no_pointer, 1, 1).builder);
}

static void what_is_built_can_be_read(void **state)
{
    struct room *room = open_room(400);
    struct nx_message message;
    struct nx_struct_reader root;
    struct nx_list_reader structs;
    size_t length;

    (void)state;
    build_sample(&room->builder);
    length = nx_builder_finish(&room->builder);
    assert_int_equal(nx_message_open(&message, room->bytes, length), NX_OK);
    root = nx_message_root(&message);
    structs = nx_get_list(root, 1, NX_ELEMENT_STRUCT);
    assert_string_equal(nx_get_text(root, 0).bytes, "twelve bytes");
    assert_int_equal(structs.count, 2);
    assert_string_equal(nx_get_text(nx_list_get_struct(structs, 1), 0).bytes, "a");
    assert_int_equal(nx_list_get_u64(nx_get_list(root, 2, NX_ELEMENT_64), 2), 0xFFFFFFFFFFFFFFFF);
    assert_int_equal(nx_get_u64(nx_get_struct(root, 4), 0), 1);
    assert_int_equal(nx_message_error(&message), NX_OK);
    close_room(room, NX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_message_has_a_null_root),
        cmocka_unit_test(fields_of_every_size),
        cmocka_unit_test(objects_lie_in_the_order_they_are_made),
        cmocka_unit_test(a_struct_without_words_is_not_null),
        cmocka_unit_test(lists_of_every_size),
        cmocka_unit_test(a_list_of_structs_has_its_tag),
        cmocka_unit_test(data_is_filled_in_place),
        cmocka_unit_test(texts_of_every_length),
        cmocka_unit_test(data_of_length_0_is_there),
        cmocka_unit_test(invariant_2_every_size_of_buffer),
        cmocka_unit_test(invariant_2_nothing_is_written_through_what_did_not_fit),
        cmocka_unit_test(invariant_2_nothing_is_made_after_an_error),
        cmocka_unit_test(invariant_2_a_buffer_without_room_for_a_root),
        cmocka_unit_test(invariant_2_pointers_that_the_struct_does_not_have),
        cmocka_unit_test(invariant_2_fields_that_the_struct_does_not_have),
        cmocka_unit_test(invariant_2_elements_that_the_list_does_not_have),
        cmocka_unit_test(sizes_that_cannot_be),
        cmocka_unit_test(a_list_that_takes_no_words_may_be_long),
        cmocka_unit_test(a_handle_without_builder_does_nothing),
        cmocka_unit_test(what_is_built_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
