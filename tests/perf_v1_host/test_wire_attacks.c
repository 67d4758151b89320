/* SPDX-License-Identifier: Apache-2.0 */
/* The known attack classes on readers of this encoding, one by one, and mutations of good messages.
 */
#include "idl/words.h"
#include "nexus-idl/framing.h"

/* --- amplification --- */

static void void_list_amplification(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_VOID, 0x1FFFFFFF));

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&m->message), 0, NX_ELEMENT_VOID).count, 0);
    ENDS_WITH(m, NX_BUDGET);
}

static void zero_struct_amplification(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 0), TAG(0x1FFFFFFF, 0, 0));

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&m->message), 0, NX_ELEMENT_STRUCT).count, 0);
    ENDS_WITH(m, NX_BUDGET);
}

static void shared_target_amplification(void **state)
{
    /* 20 pointers to the same 10 words: 200 words to read in a message of 31. */
    uint64_t words[31] = {STRUCT_PTR(0, 0, 20)};
    const uint32_t size = LENGTH(words);
    struct nx_struct_reader root;
    struct opened *m;
    uint32_t total = 0;

    (void)state;
    for (int i = 1; i <= 20; i++)
        words[i] = LIST_PTR(20 - i, NX_ELEMENT_64, 10);
    m = open_segments(&size, 1, words);
    root = nx_message_root(&m->message);
    for (uint32_t i = 0; i < 20; i++)
        total += nx_get_list(root, i, NX_ELEMENT_64).count;
    assert_int_equal(total, 100); /* 4 * 31 less the root's 20 */
    ENDS_WITH(m, NX_BUDGET);
}

static void shared_empty_target_amplification(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), STRUCT_PTR(-1, 0, 0));
    struct nx_struct_reader root = nx_message_root(&m->message);
    int entered = 0;

    (void)state;
    while (nx_message_error(&m->message) == NX_OK && entered < 1000) {
        nx_get_struct(root, 0);
        entered++;
    }
    assert_int_equal(entered, 8); /* 4 * 2 less the root's 1, and the one refused */
    ENDS_WITH(m, NX_BUDGET);
}

/* --- sizes that overflow --- */

static void list_size_overflow_of_8_bytes(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_64, 0x1FFFFFFF), 0);

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&m->message), 0, NX_ELEMENT_64).count, 0);
    ENDS_WITH(m, NX_BOUNDS);
}

static void list_size_overflow_of_bits(void **state)
{
    struct opened *over = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_BIT, 65), 0);
    struct opened *most = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_BIT, 0x1FFFFFFF), 0);
    struct opened *fits = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_BIT, 64), 0);

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&over->message), 0, NX_ELEMENT_BIT).count, 0);
    assert_int_equal(nx_get_list(nx_message_root(&most->message), 0, NX_ELEMENT_BIT).count, 0);
    assert_int_equal(nx_get_list(nx_message_root(&fits->message), 0, NX_ELEMENT_BIT).count, 64);
    ENDS_WITH(over, NX_BOUNDS);
    ENDS_WITH(most, NX_BOUNDS);
    ENDS_WITH(fits, NX_OK);
}

static void list_size_overflow_of_structs(void **state)
{
    /* 0x10000 elements of 0x10000 words are 2^32 words: 0 in 32 bits, as the list says. */
    struct opened *wraps = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 0), TAG(0x10000, 0xFFFF, 1));
    struct opened *most = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 0x1FFFFFFF), TAG(1, 1, 0));

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&wraps->message), 0, NX_ELEMENT_STRUCT).count, 0);
    assert_int_equal(nx_get_list(nx_message_root(&most->message), 0, NX_ELEMENT_STRUCT).count, 0);
    ENDS_WITH(wraps, NX_TAG);
    ENDS_WITH(most, NX_BOUNDS);
}

/* --- tags --- */

static void composite_tag_mismatch_more_elements_than_words(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 2), TAG(3, 1, 0), 1, 2, 3);

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&m->message), 0, NX_ELEMENT_STRUCT).count, 0);
    ENDS_WITH(m, NX_TAG);
}

static void composite_tag_mismatch_no_struct(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 1), TAG(1, 1, 0) | 1, 1);

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&m->message), 0, NX_ELEMENT_STRUCT).count, 0);
    ENDS_WITH(m, NX_TAG);
}

static void composite_tag_mismatch_negative_count(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 0), TAG(-1, 0, 0));

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&m->message), 0, NX_ELEMENT_STRUCT).count, 0);
    ENDS_WITH(m, NX_TAG);
}

static void composite_tag_past_the_end(void **state)
{
    struct opened *at_end = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 0));
    struct opened *words = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, 7, 2), TAG(2, 1, 0), 1);

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&at_end->message), 0, NX_ELEMENT_STRUCT).count, 0);
    assert_int_equal(nx_get_list(nx_message_root(&words->message), 0, NX_ELEMENT_STRUCT).count, 0);
    ENDS_WITH(at_end, NX_BOUNDS);
    ENDS_WITH(words, NX_BOUNDS);
}

/* --- far pointers --- */

static void self_loop_far_pointer_to_itself(void **state)
{
    struct opened *single = OPEN(FAR_PTR(0, 0), 0);
    struct opened *twice = OPEN(FAR_FAR_PTR(0, 0), 0);

    (void)state;
    nx_message_root(&single->message);
    nx_message_root(&twice->message);
    ENDS_WITH(single, NX_FAR);
    ENDS_WITH(twice, NX_FAR);
}

static void far_to_far_pointers(void **state)
{
    struct opened *single = OPEN(FAR_PTR(0, 1), FAR_PTR(0, 2), STRUCT_PTR(-1, 0, 0));
    struct opened *both = OPEN(FAR_FAR_PTR(0, 1), FAR_FAR_PTR(0, 1), STRUCT_PTR(0, 0, 0));
    struct opened *tag = OPEN(FAR_FAR_PTR(0, 1), FAR_PTR(0, 0), FAR_PTR(0, 0));

    (void)state;
    nx_message_root(&single->message);
    nx_message_root(&both->message);
    nx_message_root(&tag->message);
    ENDS_WITH(single, NX_FAR);
    ENDS_WITH(both, NX_FAR);
    ENDS_WITH(tag, NX_FAR);
}

static void far_pointer_to_nothing(void **state)
{
    struct opened *m = OPEN(FAR_PTR(0, 1), 0);

    (void)state;
    nx_message_root(&m->message);
    ENDS_WITH(m, NX_FAR);
}

static void bad_segment_ids(void **state)
{
    const uint32_t ids[] = {1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};

    (void)state;
    for (size_t i = 0; i < LENGTH(ids); i++) {
        struct opened *single = OPEN(FAR_PTR(ids[i], 0), 0);
        struct opened *pad = OPEN(FAR_FAR_PTR(0, 1), FAR_PTR(ids[i], 0), STRUCT_PTR(0, 0, 0));

        nx_message_root(&single->message);
        nx_message_root(&pad->message);
        ENDS_WITH(single, NX_FAR);
        ENDS_WITH(pad, NX_FAR);
    }
}

static void far_pointer_past_the_end(void **state)
{
    struct opened *at_end = OPEN(FAR_PTR(0, 2), 0);
    struct opened *most = OPEN(FAR_PTR(0, 0x1FFFFFFF), 0);
    struct opened *object = OPEN(FAR_FAR_PTR(0, 1), FAR_PTR(0, 3), STRUCT_PTR(0, 1, 0));

    (void)state;
    nx_message_root(&at_end->message);
    nx_message_root(&most->message);
    nx_message_root(&object->message);
    ENDS_WITH(at_end, NX_BOUNDS);
    ENDS_WITH(most, NX_BOUNDS);
    ENDS_WITH(object, NX_BOUNDS);
}

static void double_far_at_the_last_word(void **state)
{
    /* The pad's second word would lie in the next segment. */
    struct opened *m = open_segments((const uint32_t[]){2, 1}, 2,
                                     (const uint64_t[]){FAR_FAR_PTR(0, 1), FAR_PTR(0, 0), 0});

    (void)state;
    nx_message_root(&m->message);
    ENDS_WITH(m, NX_BOUNDS);
}

static void far_pointer_into_an_empty_segment(void **state)
{
    struct opened *m = open_segments((const uint32_t[]){1, 0, 1}, 3,
                                     (const uint64_t[]){FAR_PTR(1, 0), STRUCT_PTR(-1, 0, 0)});

    (void)state;
    nx_message_root(&m->message);
    ENDS_WITH(m, NX_BOUNDS);
}

/* --- offsets --- */

static void negative_offsets(void **state)
{
    struct opened *before = OPEN(STRUCT_PTR(-2, 1, 0), 0);
    struct opened *least = OPEN(STRUCT_PTR(-0x20000000, 1, 0), 0);
    struct opened *list = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(-3, NX_ELEMENT_64, 1));
    struct opened *tag = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(-3, 7, 0));
    struct opened *inside = OPEN(STRUCT_PTR(1, 0, 1), 0x00696C6F, LIST_PTR(-2, NX_ELEMENT_8, 4));

    (void)state;
    nx_message_root(&before->message);
    nx_message_root(&least->message);
    nx_get_list(nx_message_root(&list->message), 0, NX_ELEMENT_64);
    nx_get_list(nx_message_root(&tag->message), 0, NX_ELEMENT_STRUCT);
    assert_string_equal(nx_get_text(nx_message_root(&inside->message), 0).bytes, "oli");
    ENDS_WITH(before, NX_BOUNDS);
    ENDS_WITH(least, NX_BOUNDS);
    ENDS_WITH(list, NX_BOUNDS);
    ENDS_WITH(tag, NX_BOUNDS);
    ENDS_WITH(inside, NX_OK);
}

static void an_object_before_its_segment(void **state)
{
    /* The landing pad in segment 1 points back into segment 0. */
    struct opened *m = open_segments((const uint32_t[]){2, 1}, 2,
                                     (const uint64_t[]){FAR_PTR(1, 0), 7, STRUCT_PTR(-2, 1, 0)});

    (void)state;
    assert_int_equal(nx_message_root(&m->message).data_words, 0);
    ENDS_WITH(m, NX_BOUNDS);
}

static void cycles(void **state)
{
    /* A struct whose only pointer points to the struct itself. */
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), STRUCT_PTR(-1, 0, 1));
    struct nx_struct_reader reader = nx_message_root(&m->message);
    int entered = 0;

    (void)state;
    for (; reader.pointers > 0 && entered < 1000; reader = nx_get_struct(reader, 0))
        entered++;
    assert_int_equal(entered, 8); /* the budget, 4 * 2, one word each */
    ENDS_WITH(m, NX_BUDGET);
}

/* So many structs, each the only pointer's of the one around it. How many can be entered. */
static int enter_nested(uint32_t levels, int *error)
{
    uint64_t words[100];
    struct opened *m;
    struct nx_struct_reader reader;
    int entered = 0;

    for (uint32_t i = 0; i < levels; i++)
        words[i] = STRUCT_PTR(0, 0, 1);
    words[levels] = 0;
    m = open_segments((const uint32_t[]){levels + 1}, 1, words);
    for (reader = nx_message_root(&m->message); reader.pointers > 0;
         reader = nx_get_struct(reader, 0))
        entered++;
    *error = nx_message_error(&m->message);
    ENDS_WITH(m, *error);
    return entered;
}

static void depth(void **state)
{
    int error;

    (void)state;
    assert_int_equal(enter_nested(63, &error), 63);
    assert_int_equal(error, NX_OK);
    assert_int_equal(enter_nested(64, &error), 63);
    assert_int_equal(error, NX_DEPTH);
}

static void cycles_without_a_budget_end_by_depth(void **state)
{
    const uint64_t words[] = {STRUCT_PTR(0, 0, 1), STRUCT_PTR(-1, 0, 1)};
    struct frame frame = frame_of((const uint32_t[]){2}, 1, words);
    struct nx_message message;
    struct nx_struct_reader reader;
    int entered = 0;

    (void)state;
    assert_int_equal(nx_message_open_limits(&message, frame.bytes, frame.length, 1, NX_BUDGET_NONE),
                     NX_OK);
    for (reader = nx_message_root(&message); reader.pointers > 0; reader = nx_get_struct(reader, 0))
        entered++;
    assert_int_equal(entered, 63);
    assert_int_equal(nx_message_error(&message), NX_DEPTH);
    free(frame.bytes);
}

/* --- wrong things in the right place --- */

static void text_without_nul(void **state)
{
    struct opened *full = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 8), UINT64_MAX, 0);
    struct opened *early = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 3), 0x00410041);

    (void)state;
    assert_int_equal(nx_get_text(nx_message_root(&full->message), 0).length, 0);
    assert_int_equal(nx_get_text(nx_message_root(&early->message), 0).length, 0);
    ENDS_WITH(full, NX_TEXT);  /* the next word's NUL is not its own */
    ENDS_WITH(early, NX_TEXT); /* nor is one inside */
}

static void text_of_length_0(void **state)
{
    struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_8, 0), 0x41);

    (void)state;
    assert_int_equal(nx_get_text(nx_message_root(&m->message), 0).length, 0);
    ENDS_WITH(m, NX_TEXT);
}

static void list_of_pointers_read_as_structs(void **state)
{
    struct opened *m =
        OPEN(STRUCT_PTR(0, 0, 1), LIST_PTR(0, NX_ELEMENT_POINTER, 2), TAG(1, 1, 0), 0);

    (void)state;
    assert_int_equal(nx_get_list(nx_message_root(&m->message), 0, NX_ELEMENT_STRUCT).count, 0);
    ENDS_WITH(m, NX_KIND);
}

static void list_where_a_struct_is_expected(void **state)
{
    const uint64_t pointers[] = {
        LIST_PTR(0, NX_ELEMENT_VOID, 1),
        LIST_PTR(0, NX_ELEMENT_64, 1),
        LIST_PTR(0, NX_ELEMENT_POINTER, 1),
        LIST_PTR(0, NX_ELEMENT_STRUCT, 0),
        FAR_PTR(0, 2), /* the pad is a list */
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(pointers); i++) {
        struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), pointers[i], LIST_PTR(0, NX_ELEMENT_64, 0));
        struct nx_struct_reader found = nx_get_struct(nx_message_root(&m->message), 0);

        assert_int_equal(found.data_words + found.pointers, 0);
        ENDS_WITH(m, NX_KIND);
    }
}

static void struct_where_a_list_is_expected(void **state)
{
    (void)state;
    for (int element = NX_ELEMENT_VOID; element <= NX_ELEMENT_STRUCT; element++) {
        struct opened *m = OPEN(STRUCT_PTR(0, 0, 1), STRUCT_PTR(0, 1, 0), TAG(1, 0, 0));

        assert_int_equal(
            nx_get_list(nx_message_root(&m->message), 0, (enum nx_element)element).count, 0);
        ENDS_WITH(m, NX_KIND);
    }
}

/* --- the segment table --- */

static int opens_as(const uint32_t *table, size_t words, size_t length)
{
    uint8_t *bytes = calloc(1, length > 0 ? length : 1);
    struct nx_message message;
    int error;

    for (size_t i = 0; i < words && i * 4 + 4 <= length; i++)
        nx_store32(bytes + i * 4, table[i]);
    error = nx_message_open_limits(&message, bytes, length, NX_SEGMENTS_MAX, NX_BUDGET_DEFAULT);
    nx_message_root(&message); /* an unopened message is an empty one */
    free(bytes);
    return error;
}

static void segment_count_0xffffffff(void **state)
{
    const uint32_t table[] = {0xFFFFFFFF, 1, 1, 1};

    (void)state;
    assert_int_equal(opens_as(table, 4, 64), NX_SEGMENTS);
    assert_int_equal(nx_frame_length((const uint8_t *)"\xff\xff\xff\xff", 4, SIZE_MAX, 512),
                     NX_SEGMENTS);
    assert_int_equal(nx_frame_length((const uint8_t *)"\xff\xff\xff\xff", 4, SIZE_MAX, 0xFFFFFFFF),
                     NX_SEGMENTS);
}

static void sums_that_wrap_32_bits(void **state)
{
    const uint32_t table[] = {1, 0x80000000, 0x80000001};
    const uint32_t bytes_wrap[] = {0, 0x20000001}; /* times 8 is 2^32 + 8 */
    uint8_t header[16] = {0};

    (void)state;
    assert_int_equal(opens_as(table, 3, 64), NX_TOO_BIG);
    assert_int_equal(opens_as(bytes_wrap, 2, 64), NX_TOO_BIG);
    for (size_t i = 0; i < 3; i++)
        nx_store32(header + i * 4, table[i]);
    assert_int_equal(nx_frame_length(header, 16, 0xFFFFFFFF, 8), NX_TOO_BIG);
    assert_true(nx_frame_length(header, 16, SIZE_MAX, 8) == INT64_C(16) + 0x100000001 * INT64_C(8));
}

static void truncated_frames(void **state)
{
    const uint32_t table[] = {1, 2, 1};

    (void)state;
    for (size_t length = 0; length < 40; length++)
        assert_int_equal(opens_as(table, 3, length), NX_TRUNCATED);
    assert_int_equal(opens_as(table, 3, 40), NX_OK);
    assert_int_equal(opens_as(table, 3, 41), NX_OK); /* what follows is not the message's */
}

/* --- mutations --- */

static uint64_t random_state;

static uint32_t below(uint32_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % bound;
}

/* Reads everything that a pointer could be taken for, whatever it is. Gives a sum, so that nothing
 * is left out by the compiler. */
static uint64_t walk(struct nx_pointer_reader pointer, int *left);

static uint64_t walk_struct(struct nx_struct_reader reader, int *left)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i <= reader.data_words && --*left > 0; i++)
        sum +=
            nx_get_u64(reader, i * 8) + nx_get_u8(reader, i * 8 + 7) + nx_get_bool(reader, i * 64);
    for (uint32_t i = 0; i <= reader.pointers && --*left > 0; i++)
        sum += walk(nx_get_pointer(reader, i), left);
    return sum;
}

static uint64_t walk_list(struct nx_pointer_reader pointer, uint32_t element, int *left)
{
    struct nx_list_reader list = nx_pointer_list(pointer, (enum nx_element)element);
    uint64_t sum = list.count;

    for (uint32_t i = 0; i <= list.count && --*left > 0; i++) {
        sum += nx_list_get_u64(list, i) + nx_list_get_u32(list, i) + nx_list_get_u16(list, i);
        sum += nx_list_get_u8(list, i);
        sum += nx_list_get_bool(list, i);
        sum += walk(nx_list_get_pointer(list, i), left);
        sum += walk_struct(nx_list_get_struct(list, i), left);
    }
    return sum;
}

static uint64_t walk(struct nx_pointer_reader pointer, int *left)
{
    struct nx_text text = nx_pointer_text(pointer);
    struct nx_data data = nx_pointer_data(pointer);
    uint32_t index = 0;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < text.length; i++)
        sum += (unsigned char)text.bytes[i];
    for (uint32_t i = 0; i < data.length; i++)
        sum += data.bytes[i];
    if (nx_pointer_is_null(pointer) || --*left < 0)
        return sum;
    sum += (uint64_t)nx_pointer_kind(pointer) + nx_pointer_list_count(pointer);
    sum += nx_pointer_capability(pointer, &index) ? index : 0;
    for (uint32_t element = 0; element < 8; element++)
        sum += walk_list(pointer, element, left);
    return sum + walk_struct(nx_pointer_struct(pointer), left);
}

static uint64_t walk_message(const uint8_t *bytes, size_t length, uint32_t budget)
{
    struct nx_message message;
    int left = 3000;

    nx_frame_length(bytes, length, 1 << 20, 8);
    if (nx_message_open_limits(&message, bytes, length, 8, budget) != NX_OK)
        return 0;
    return walk(nx_message_pointer(&message), &left);
}

/* A message with every kind of pointer, in three segments. */
static struct frame seed_message(void)
{
    static const uint32_t sizes[] = {12, 10, 4};
    static const uint64_t words[] = {
        STRUCT_PTR(0, 2, 6), 0x0123456789ABCDEF, 0xFEDCBA9876543210, LIST_PTR(5, NX_ELEMENT_8, 6),
        FAR_PTR(1, 0), FAR_FAR_PTR(1, 4), CAPABILITY_PTR(3), STRUCT_PTR(1, 0, 1),
        LIST_PTR(2, NX_ELEMENT_BIT, 20), 0x00006F6C6C6568, LIST_PTR(-2, NX_ELEMENT_16, 3), 0x0F0F0F,
        /* segment 1 */
        LIST_PTR(0, 7, 2), TAG(1, 1, 1), 99, LIST_PTR(-3, NX_ELEMENT_32, 2), FAR_PTR(2, 0),
        LIST_PTR(0, NX_ELEMENT_POINTER, 3), 0, 0, LIST_PTR(0, NX_ELEMENT_VOID, 4), 0,
        /* segment 2 */
        LIST_PTR(2, NX_ELEMENT_8, 2), STRUCT_PTR(0, 1, 0), FAR_PTR(0, 9), 0x0041};

    return frame_of(sizes, 3, words);
}

static void mutations_fault_nowhere(void **state)
{
    struct frame seed = seed_message();
    uint8_t *bytes = malloc(seed.length);
    uint64_t sum = 0;

    (void)state;
    random_state = 20240229;
    assert_true(walk_message(seed.bytes, seed.length, NX_BUDGET_DEFAULT) != 0);
    for (int round = 0; round < 60000; round++) {
        size_t length = seed.length;
        uint32_t changes = 1 + below(4);

        memcpy(bytes, seed.bytes, length);
        for (uint32_t i = 0; i < changes; i++) {
            uint32_t at = below((uint32_t)length);

            if (below(4) == 0)
                bytes[at] = (uint8_t)below(256);
            else
                bytes[at] = (uint8_t)(bytes[at] ^ 1U << below(8));
        }
        if (below(16) == 0) {
            /* In memory of its own size, for the sanitizer. */
            uint8_t *cut = malloc(length);

            length = below((uint32_t)length);
            cut = realloc(cut, length > 0 ? length : 1);
            memcpy(cut, bytes, length);
            sum += walk_message(cut, length, NX_BUDGET_DEFAULT);
            free(cut);
        } else {
            sum += walk_message(bytes, length, round % 2 ? NX_BUDGET_DEFAULT : NX_BUDGET_NONE);
        }
    }
    assert_true(sum != 0);
    free(bytes);
    free(seed.bytes);
}

static void random_bytes_fault_nowhere(void **state)
{
    uint8_t *bytes = malloc(256);
    uint64_t sum = 0;

    (void)state;
    random_state = 7;
    for (int round = 0; round < 60000; round++) {
        for (int i = 0; i < 256; i++)
            bytes[i] = below(3) == 0 ? (uint8_t)below(256) : 0;
        nx_store32(bytes, below(3));
        for (uint32_t i = 1; i <= 3; i++)
            nx_store32(bytes + (size_t)i * 4, below(12));
        sum += walk_message(bytes, 256, NX_BUDGET_DEFAULT);
    }
    assert_true(sum != 0);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(void_list_amplification),
        cmocka_unit_test(zero_struct_amplification),
        cmocka_unit_test(shared_target_amplification),
        cmocka_unit_test(shared_empty_target_amplification),
        cmocka_unit_test(list_size_overflow_of_8_bytes),
        cmocka_unit_test(list_size_overflow_of_bits),
        cmocka_unit_test(list_size_overflow_of_structs),
        cmocka_unit_test(composite_tag_mismatch_more_elements_than_words),
        cmocka_unit_test(composite_tag_mismatch_no_struct),
        cmocka_unit_test(composite_tag_mismatch_negative_count),
        cmocka_unit_test(composite_tag_past_the_end),
        cmocka_unit_test(self_loop_far_pointer_to_itself),
        cmocka_unit_test(far_to_far_pointers),
        cmocka_unit_test(far_pointer_to_nothing),
        cmocka_unit_test(bad_segment_ids),
        cmocka_unit_test(far_pointer_past_the_end),
        cmocka_unit_test(double_far_at_the_last_word),
        cmocka_unit_test(far_pointer_into_an_empty_segment),
        cmocka_unit_test(negative_offsets),
        cmocka_unit_test(an_object_before_its_segment),
        cmocka_unit_test(cycles),
        cmocka_unit_test(cycles_without_a_budget_end_by_depth),
        cmocka_unit_test(depth),
        cmocka_unit_test(text_without_nul),
        cmocka_unit_test(text_of_length_0),
        cmocka_unit_test(list_where_a_struct_is_expected),
        cmocka_unit_test(struct_where_a_list_is_expected),
        cmocka_unit_test(list_of_pointers_read_as_structs),
        cmocka_unit_test(segment_count_0xffffffff),
        cmocka_unit_test(sums_that_wrap_32_bits),
        cmocka_unit_test(truncated_frames),
        cmocka_unit_test(mutations_fault_nowhere),
        cmocka_unit_test(random_bytes_fault_nowhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
