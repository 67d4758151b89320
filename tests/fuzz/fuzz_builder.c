/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of builder calls, on a buffer of any size: what is built is kept a second time as plain
 * structures, and must read as those say, by our reader and by the official library; the builder's
 * error is the one that the call deserves; and no byte outside of the buffer is written.
 *
 * Bytes 0 and 1: the size of the buffer; then calls: a byte that says which, one for the object
 * that it is made through, one for the pointer, element or field in it, and what it takes beside.
 */
#include "compare.h"
#include "oracle_ask.h"

#include <string.h>

enum {
    GUARD = 16,
    PATTERN = 0xa5,
    BUFFER_MAX = 2048,
    OBJECTS = 24,
    SLOTS = 16,
    NONE = -1,
    CAPABILITY = -2
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What a struct or list is to be. Elements of a list of structs are objects of their own. */
struct object {
    enum { STRUCT, LIST, STRUCTS } kind;
    struct nx_struct_builder s;
    struct nx_list_builder l;
    uint16_t data_words, pointers;
    uint32_t count;
    unsigned element;
    uint8_t data[256];     /* of the data section, or of the elements */
    int slot[SLOTS];       /* what the pointers lead to, or what the elements are */
    uint32_t index[SLOTS]; /* of capabilities */
};

static struct object objects[OBJECTS];
static int object_count;
static int root;
static struct nx_builder builder;
static uint32_t used_words, capacity_words;
static int expected_error;

struct input {
    const uint8_t *at, *end;
};

static uint8_t next(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static uint64_t next_word(struct input *input)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | next(input);
    return word;
}

/* --- what the builder should do --- */

static void expect(int error)
{
    if (expected_error == NX_OK)
        expected_error = error;
}

/* Whether so many words are still to be had. */
static bool take_words(uint64_t words)
{
    if (expected_error != NX_OK)
        return false;
    if (words > capacity_words - used_words) {
        expect(NX_NO_SPACE);
        return false;
    }
    used_words += (uint32_t)words;
    return true;
}

static struct object *new_object(int kind)
{
    struct object *object = &objects[object_count++];
    *object = (struct object){.kind = kind};
    for (int i = 0; i < SLOTS; i++)
        object->slot[i] = NONE;
    return object;
}

/* --- making --- */

static void make_struct(struct nx_pointer_builder pointer, int *slot, struct input *input)
{
    uint16_t data_words = next(input) % 6, pointers = next(input) % 6;
    struct nx_struct_builder made = nx_make_struct(pointer, data_words, pointers);
    if (!take_words((uint64_t)data_words + pointers))
        return;
    *slot = object_count;
    struct object *object = new_object(STRUCT);
    object->s = made;
    object->data_words = data_words;
    object->pointers = pointers;
    FUZZ_CHECK(made.builder == &builder);
}

static void make_list(struct nx_pointer_builder pointer, int *slot, struct input *input)
{
    static const uint8_t bits[] = {0, 1, 8, 16, 32, 64, 64};
    unsigned element = next(input) & 7;
    uint32_t count = next(input) % (element >= NX_ELEMENT_64 ? SLOTS + 1U : 33U);
    bool too_long = (next(input) & 31) == 31;
    if (too_long)
        count = NX_COUNT_MAX + 1U;
    struct nx_list_builder made = nx_make_list(pointer, (enum nx_element)element, count);
    if (element == NX_ELEMENT_STRUCT || too_long) {
        expect(NX_RANGE);
        return;
    }
    if (!take_words(((uint64_t)count * bits[element] + 63) / 64))
        return;
    *slot = object_count;
    struct object *object = new_object(LIST);
    object->l = made;
    object->element = element;
    object->count = count;
}

static void make_structs(struct nx_pointer_builder pointer, int *slot, struct input *input)
{
    uint16_t data_words = next(input) % 4, pointers = next(input) % 4;
    uint32_t count = next(input) % 5;
    if (object_count + (int)count + 1 > OBJECTS)
        return;
    struct nx_list_builder made = nx_make_struct_list(pointer, count, data_words, pointers);
    if (!take_words(1 + (uint64_t)count * (data_words + pointers)))
        return;
    *slot = object_count;
    struct object *object = new_object(STRUCTS);
    object->l = made;
    object->count = count;
    for (uint32_t i = 0; i < count; i++) {
        object->slot[i] = object_count;
        struct object *element = new_object(STRUCT);
        element->s = nx_list_edit_struct(made, i);
        element->data_words = data_words;
        element->pointers = pointers;
    }
}

static void make_bytes(struct nx_pointer_builder pointer, int *slot, struct input *input, bool text)
{
    struct object *object;
    uint8_t copy[64];
    uint32_t length = next(input) % sizeof copy;
    for (uint32_t i = 0; i < length; i++)
        copy[i] = next(input);
    if (text)
        nx_make_text(pointer, (struct nx_text){(const char *)copy, length});
    else
        nx_make_data(pointer, (struct nx_data){copy, length});
    uint32_t count = length + (text ? 1U : 0U);
    if (!take_words((count + 7) / 8))
        return;
    *slot = object_count;
    object = new_object(LIST);
    object->element = NX_ELEMENT_8;
    object->count = count;
    memcpy(object->data, copy, length);
}

static void make(struct nx_pointer_builder pointer, int *slot, uint32_t *index, struct input *input)
{
    if (object_count == OBJECTS)
        return;
    switch (next(input) % 7) {
    case 0:
        make_struct(pointer, slot, input);
        break;
    case 1:
        make_list(pointer, slot, input);
        break;
    case 2:
        make_structs(pointer, slot, input);
        break;
    case 3:
        make_bytes(pointer, slot, input, true);
        break;
    case 4:
        make_bytes(pointer, slot, input, false);
        break;
    case 5:
        *index = next(input);
        *slot = CAPABILITY;
        nx_make_capability(pointer, *index);
        break;
    default:
        *slot = NONE;
        nx_make_null(pointer);
        break;
    }
}

/* --- setting --- */

/* `bytes` of value, where a section of `room` bytes has them at `at`. */
static void keep(struct object *object, uint64_t value, uint32_t at, uint32_t bytes, uint32_t room)
{
    if (room < bytes || at > room - bytes) {
        expect(NX_RANGE);
        return;
    }
    for (uint32_t i = 0; i < bytes; i++)
        object->data[at + i] = (uint8_t)(value >> 8 * i);
}

static void keep_bit(struct object *object, bool value, uint32_t bit, uint32_t room_bits)
{
    if (bit >= room_bits) {
        expect(NX_RANGE);
        return;
    }
    object->data[bit / 8] &= (uint8_t) ~(1U << bit % 8);
    object->data[bit / 8] |= (uint8_t)((value ? 1U : 0U) << bit % 8);
}

static void set_field(struct object *object, struct input *input)
{
    uint8_t at = next(input), kind = next(input) % 5;
    uint64_t value = next_word(input);
    uint32_t room = object->data_words * 8U;
    static const uint8_t sizes[] = {0, 1, 2, 4, 8};
    uint32_t byte = sizes[kind] > 0 ? at % 48U / sizes[kind] * sizes[kind] : 0;
    switch (kind) {
    case 0:
        nx_set_bool(object->s, at, (value & 1) != 0);
        keep_bit(object, (value & 1) != 0, at, room * 8);
        return;
    case 1:
        nx_set_u8(object->s, byte, (uint8_t)value);
        break;
    case 2:
        nx_set_u16(object->s, byte, (uint16_t)value);
        break;
    case 3:
        nx_set_u32(object->s, byte, (uint32_t)value);
        break;
    default:
        nx_set_u64(object->s, byte, value);
        break;
    }
    keep(object, value, byte, sizes[kind], room);
}

static void set_element(struct object *object, struct input *input)
{
    uint8_t at = next(input) % 40, kind = 1 + next(input) % 5;
    uint64_t value = next_word(input);
    switch (kind) {
    case NX_ELEMENT_BIT:
        nx_list_set_bool(object->l, at, (value & 1) != 0);
        break;
    case NX_ELEMENT_8:
        nx_list_set_u8(object->l, at, (uint8_t)value);
        break;
    case NX_ELEMENT_16:
        nx_list_set_u16(object->l, at, (uint16_t)value);
        break;
    case NX_ELEMENT_32:
        nx_list_set_u32(object->l, at, (uint32_t)value);
        break;
    default:
        nx_list_set_u64(object->l, at, value);
        break;
    }
    uint32_t size = kind >= NX_ELEMENT_8 ? 1U << (kind - NX_ELEMENT_8) : 0;
    if (object->kind == STRUCTS || kind != object->element)
        expect(NX_RANGE);
    else if (kind == NX_ELEMENT_BIT)
        keep_bit(object, (value & 1) != 0, at, object->count);
    else
        keep(object, value, at * size, size, object->count * size);
}

/* --- a call --- */

static void through_pointer(struct object *object, struct input *input)
{
    uint8_t at = next(input) % (SLOTS + 2);
    bool has_pointers = object->kind == STRUCT || object->element == NX_ELEMENT_POINTER;
    uint32_t pointers = object->kind == STRUCT ? object->pointers : object->count;
    struct nx_pointer_builder pointer = object->kind == STRUCT
                                            ? nx_edit_pointer(object->s, at)
                                            : nx_list_edit_pointer(object->l, at);
    if (object->kind == STRUCTS || !has_pointers || at >= pointers) {
        FUZZ_CHECK(pointer.builder == NULL);
        expect(NX_RANGE);
        return;
    }
    make(pointer, &object->slot[at], &object->index[at], input);
}

static void call(struct input *input)
{
    static uint32_t root_index;
    uint8_t what = next(input);
    struct object *object;
    if (object_count == 0 || what % 16 == 15) {
        make(nx_builder_pointer(&builder), &root, &root_index, input);
        if (root == CAPABILITY) { /* of no use as a root */
            nx_make_null(nx_builder_pointer(&builder));
            root = NONE;
        }
        return;
    }
    object = &objects[next(input) % object_count];
    /* What was made as bytes is not to be had again. */
    if (object->kind == LIST && object->l.builder == NULL)
        return;
    if (what % 2 == 0)
        through_pointer(object, input);
    else if (object->kind == STRUCT)
        set_field(object, input);
    else
        set_element(object, input);
}

/* --- what was built --- */

static uint64_t hash_of(const struct object *object)
{
    uint64_t hash = 0;
    if (object->kind == STRUCT)
        for (uint32_t i = 0; i < object->data_words; i++)
            hash = transcript_mix(hash, nx_load64(object->data + 8 * i));
    if (object->kind != LIST || object->element < NX_ELEMENT_BIT || object->element > NX_ELEMENT_64)
        return hash;
    for (uint32_t i = 0; i < object->count; i++) {
        uint64_t value = 0;
        uint32_t size =
            object->element >= NX_ELEMENT_8 ? 1U << (object->element - NX_ELEMENT_8) : 0;
        if (size == 0)
            value = object->data[i / 8] >> i % 8 & 1;
        for (uint32_t b = size; b > 0; b--)
            value = value << 8 | object->data[i * size + b - 1];
        hash = transcript_mix(hash, value);
    }
    return hash;
}

static void write_down(int slot, uint32_t index, uint8_t level, bool element, struct transcript *to)
{
    struct record *record;
    if (to->count == TRANSCRIPT_RECORDS)
        return;
    record = &to->records[to->count++];
    *record = (struct record){.level = level, .kind = RECORD_NULL};
    if (slot == CAPABILITY) {
        record->kind = RECORD_CAPABILITY;
        record->count = index;
    }
    if (slot < 0)
        return;
    const struct object *object = &objects[slot];
    uint32_t children = object->kind == STRUCT ? object->pointers : object->count;
    record->kind = object->kind != STRUCT ? RECORD_LIST : element ? RECORD_ELEMENT : RECORD_STRUCT;
    record->hash = hash_of(object);
    record->data_words = object->data_words;
    record->pointers = object->pointers;
    record->count = object->count;
    record->element = object->kind == STRUCTS ? NX_ELEMENT_STRUCT : (uint8_t)object->element;
    if (object->kind == LIST && object->element != NX_ELEMENT_POINTER)
        return;
    for (uint32_t i = 0; i < children; i++)
        write_down(object->slot[i], object->index[i], level + 1, object->kind == STRUCTS, to);
}

static void check_message(const uint8_t *bytes, size_t length)
{
    static struct transcript wanted, ours, theirs;
    FUZZ_CHECK(length == 8 + 8 * (size_t)used_words);
    wanted.count = 0;
    write_down(root, 0, 0, false, &wanted);
    walk_message(bytes, length, NX_BUDGET_NONE, true, &ours);
    oracle_walk(bytes, length, true, &theirs);
    compare_transcripts(bytes, length, &ours, &theirs);
    for (uint32_t i = 0; i < ours.count; i++) {
        FUZZ_CHECK(theirs.records[i].kind != RECORD_REFUSED);
        ours.records[i].reads = 0;
    }
    FUZZ_CHECK(transcript_digest(ours.records, ours.count) ==
               transcript_digest(wanted.records, wanted.count));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct input input = {bytes, bytes + length};
    size_t size = next(&input);
    size = (size << 8 | next(&input)) % BUFFER_MAX;
    uint8_t *buffer = malloc(size + GUARD);
    FUZZ_CHECK(buffer != NULL);
    memset(buffer, PATTERN, size + GUARD);
    object_count = 0;
    root = NONE;
    expected_error = size < 16 ? NX_NO_SPACE : NX_OK;
    capacity_words = size < 16 ? 0 : (uint32_t)(size - 8) / 8;
    used_words = size < 16 ? 0 : 1;
    nx_builder_init(&builder, buffer, size);
    while (input.at < input.end) {
        call(&input);
        FUZZ_CHECK(nx_builder_error(&builder) == expected_error);
        FUZZ_CHECK(nx_builder_space(&builder) ==
                   (expected_error != NX_OK ? 0 : 8 * (size_t)(capacity_words - used_words)));
    }
    size_t built = nx_builder_finish(&builder);
    for (size_t i = 0; i < GUARD; i++)
        FUZZ_CHECK(buffer[size + i] == PATTERN);
    if (expected_error != NX_OK)
        FUZZ_CHECK(built == 0);
    else
        check_message(buffer, built);
    free(buffer);
    return 0;
}
