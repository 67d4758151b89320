/* SPDX-License-Identifier: Apache-2.0 */
/* Building a message of one segment. Positions are words of the segment; space is only ever
 * appended. */
#include "fast.h"
#include "nexus-idl/wire.h"

enum { HEADER_BYTES = 8, WIRE_LIST = 1, WIRE_CAPABILITY = 3 };

static void fail(struct nx_builder *builder, enum nx_error error)
{
    if (builder && builder->error == NX_OK)
        builder->error = error;
}

void nx_builder_refuse(struct nx_builder *builder)
{
    fail(builder, NX_RANGE);
}

__attribute__((noinline)) static uint8_t *word_at(const struct nx_builder *builder, uint32_t word)
{
    return builder->bytes + HEADER_BYTES + (size_t)word * 8;
}

void nx_builder_init(struct nx_builder *builder, uint8_t *buffer, size_t size)
{
    *builder = (struct nx_builder){.bytes = buffer};
    if (size < HEADER_BYTES + 8) {
        builder->error = NX_NO_SPACE;
        return;
    }
    size = (size - HEADER_BYTES) / 8;
    builder->capacity_words = size < NX_WORDS_MAX ? (uint32_t)size : NX_WORDS_MAX;
    builder->used_words = 1;
    nx_store64(buffer + HEADER_BYTES, 0);
}

size_t nx_builder_finish(struct nx_builder *builder)
{
    if (builder->error != NX_OK)
        return 0;
    nx_store64(builder->bytes,
               (uint64_t)builder->used_words << 32); /* one segment, counted from zero */
    return HEADER_BYTES + (size_t)builder->used_words * 8;
}

size_t nx_builder_space(const struct nx_builder *builder)
{
    if (builder->error != NX_OK)
        return 0;
    return (size_t)(builder->capacity_words - builder->used_words) * 8;
}

struct nx_pointer_builder nx_builder_pointer(struct nx_builder *builder)
{
    struct nx_pointer_builder pointer = {builder->used_words > 0 ? builder : NULL, 0};

    return pointer;
}

struct nx_struct_builder nx_builder_root(struct nx_builder *builder, uint16_t data_words,
                                         uint16_t pointers)
{
    return nx_make_struct(nx_builder_pointer(builder), data_words, pointers);
}

/* --- fields --- */

/* The field's bytes, or NULL where the struct has none: no space was left for it, or a caller's
 * error. */
static uint8_t *field(struct nx_struct_builder target, uint32_t byte, uint32_t size)
{
    uint32_t section = target.data_words * 8U;

    if (section < size || byte > section - size) {
        fail(target.builder, NX_RANGE);
        return NULL;
    }
    return word_at(target.builder, target.data) + byte;
}

__attribute__((always_inline)) static inline void put_bit(uint8_t *at, uint32_t bit, bool value)
{
    uint8_t mask = (uint8_t)(1U << (bit % 8));

    if (value)
        *at |= mask;
    else
        *at &= (uint8_t)~mask;
}

void nx_set_bool(struct nx_struct_builder target, uint32_t bit, bool value)
{
    uint8_t *at = field(target, bit / 8, 1);

    if (at)
        put_bit(at, bit, value);
}

void nx_set_u8(struct nx_struct_builder target, uint32_t byte, uint8_t value)
{
    uint8_t *at = field(target, byte, 1);

    if (at)
        *at = value;
}

void nx_set_u16(struct nx_struct_builder target, uint32_t byte, uint16_t value)
{
    uint8_t *at = field(target, byte, 2);

    if (at)
        nx_store16(at, value);
}

void nx_set_u32(struct nx_struct_builder target, uint32_t byte, uint32_t value)
{
    uint8_t *at = field(target, byte, 4);

    if (at)
        nx_store32(at, value);
}

void nx_set_u64(struct nx_struct_builder target, uint32_t byte, uint64_t value)
{
    uint8_t *at = field(target, byte, 8);

    if (at)
        nx_store64(at, value);
}

struct nx_pointer_builder nx_edit_pointer(struct nx_struct_builder target, uint32_t index)
{
    struct nx_pointer_builder pointer = {NULL, 0};

    if (index >= target.pointers) {
        fail(target.builder, NX_RANGE);
        return pointer;
    }
    pointer.builder = target.builder;
    pointer.word = target.data + target.data_words + index;
    return pointer;
}

/* --- elements --- */

/* Compares; the element's position is the caller's sum. */
static bool has_element(struct nx_list_builder list, uint32_t index, enum nx_element kind)
{
    if (index < list.count && list.element == (unsigned)kind)
        return true;
    fail(list.builder, NX_RANGE);
    return false;
}

void nx_list_set_bool(struct nx_list_builder list, uint32_t index, bool value)
{
    if (has_element(list, index, NX_ELEMENT_BIT))
        put_bit(word_at(list.builder, list.data) + index / 8, index, value);
}

void nx_list_set_u8(struct nx_list_builder list, uint32_t index, uint8_t value)
{
    if (has_element(list, index, NX_ELEMENT_8))
        word_at(list.builder, list.data)[index] = value;
}

void nx_list_set_u16(struct nx_list_builder list, uint32_t index, uint16_t value)
{
    if (has_element(list, index, NX_ELEMENT_16))
        nx_store16(word_at(list.builder, list.data) + (size_t)index * 2, value);
}

void nx_list_set_u32(struct nx_list_builder list, uint32_t index, uint32_t value)
{
    if (has_element(list, index, NX_ELEMENT_32))
        nx_store32(word_at(list.builder, list.data) + (size_t)index * 4, value);
}

void nx_list_set_u64(struct nx_list_builder list, uint32_t index, uint64_t value)
{
    if (has_element(list, index, NX_ELEMENT_64))
        nx_store64(word_at(list.builder, list.data) + (size_t)index * 8, value);
}

struct nx_struct_builder nx_list_edit_struct(struct nx_list_builder list, uint32_t index)
{
    struct nx_struct_builder target = {list.builder, 0, 0, 0};
    const uint8_t *tag;

    if (!has_element(list, index, NX_ELEMENT_STRUCT))
        return target;
    tag = word_at(list.builder, list.data) - 8;
    target.data_words = nx_load16(tag + 4);
    target.pointers = nx_load16(tag + 6);
    target.data = list.data + index * ((uint32_t)target.data_words + target.pointers);
    return target;
}

struct nx_pointer_builder nx_list_edit_pointer(struct nx_list_builder list, uint32_t index)
{
    struct nx_pointer_builder pointer = {NULL, 0};

    if (has_element(list, index, NX_ELEMENT_POINTER)) {
        pointer.builder = list.builder;
        pointer.word = list.data + index;
    }
    return pointer;
}

/* --- making --- */

/* Appends zeroed words. False, and nothing changed but the error, where they do not fit. */
static bool append(struct nx_pointer_builder pointer, uint64_t words, uint32_t *at)
{
    struct nx_builder *builder = pointer.builder;

    if (!builder || builder->error != NX_OK)
        return false;
    if (words > builder->capacity_words - builder->used_words) {
        fail(builder, NX_NO_SPACE);
        return false;
    }
    *at = builder->used_words;
    for (uint32_t i = 0; i < words; i++)
        nx_store64(word_at(builder, *at + i), 0);
    builder->used_words += (uint32_t)words;
    return true;
}

/* Points from pointer.word to `at`; the offset counts from the word after the pointer. */
static void point(struct nx_pointer_builder pointer, uint32_t at, uint32_t kind, uint32_t upper)
{
    uint8_t *target = word_at(pointer.builder, pointer.word);

    nx_store32(target, (at - (pointer.word + 1)) << 2 | kind);
    nx_store32(target + 4, upper);
}

struct nx_struct_builder nx_usual_make_struct(struct nx_pointer_builder pointer,
                                              uint16_t data_words, uint16_t pointers)
{
    struct nx_struct_builder target = {pointer.builder, 0, 0, 0};

    if (!append(pointer, (uint64_t)data_words + pointers, &target.data))
        return target;
    target.data_words = data_words;
    target.pointers = pointers;
    /* A struct without words would make a null pointer, were it not to point at the pointer itself.
     */
    point(pointer, data_words + pointers > 0 ? target.data : pointer.word, 0,
          data_words | (uint32_t)pointers << 16);
    return target;
}

struct nx_list_builder nx_make_list(struct nx_pointer_builder pointer, enum nx_element element,
                                    uint32_t count)
{
    static const uint8_t element_bits[] = {0, 1, 8, 16, 32, 64, 64};
    struct nx_list_builder list = {pointer.builder, 0, 0, (unsigned)element & 7};

    if ((unsigned)element >= NX_ELEMENT_STRUCT || count > NX_COUNT_MAX) {
        fail(pointer.builder, NX_RANGE);
        return list;
    }
    if (!append(pointer, ((uint64_t)count * element_bits[element] + 63) / 64, &list.data))
        return list;
    list.count = count & NX_COUNT_MAX;
    point(pointer, list.data, WIRE_LIST, count << 3 | (unsigned)element);
    return list;
}

struct nx_list_builder nx_make_struct_list(struct nx_pointer_builder pointer, uint32_t count,
                                           uint16_t data_words, uint16_t pointers)
{
    struct nx_list_builder list = {pointer.builder, 0, 0, NX_ELEMENT_STRUCT};
    uint64_t words = (uint64_t)count * ((uint32_t)data_words + pointers);
    uint32_t tag;

    if (count > NX_COUNT_MAX || words > NX_COUNT_MAX) {
        fail(pointer.builder, NX_RANGE);
        return list;
    }
    if (!append(pointer, words + 1, &tag))
        return list;
    list.data = tag + 1;
    list.count = count & NX_COUNT_MAX;
    point(pointer, tag, WIRE_LIST, (uint32_t)words << 3 | NX_ELEMENT_STRUCT);
    nx_store64(word_at(pointer.builder, tag),
               count << 2 | (uint64_t)data_words << 32 | (uint64_t)pointers << 48);
    return list;
}

uint8_t *nx_make_bytes(struct nx_pointer_builder pointer, uint32_t length)
{
    struct nx_list_builder list = nx_make_list(pointer, NX_ELEMENT_8, length);

    /* Only a list that was made has a place behind the root pointer. */
    return list.data > 0 ? word_at(list.builder, list.data) : NULL;
}

void nx_usual_make_text(struct nx_pointer_builder pointer, struct nx_text text)
{
    uint8_t *at;

    if (text.length >= NX_COUNT_MAX) {
        fail(pointer.builder, NX_RANGE);
        return;
    }
    at = nx_make_bytes(pointer, text.length + 1);
    for (uint32_t i = 0; at && i < text.length; i++)
        at[i] = (uint8_t)text.bytes[i];
}

void nx_make_data(struct nx_pointer_builder pointer, struct nx_data data)
{
    uint8_t *at = nx_make_bytes(pointer, data.length);

    for (uint32_t i = 0; at && i < data.length; i++)
        at[i] = data.bytes[i];
}

void nx_make_capability(struct nx_pointer_builder pointer, uint32_t index)
{
    if (!pointer.builder)
        return;
    nx_store64(word_at(pointer.builder, pointer.word), WIRE_CAPABILITY | (uint64_t)index << 32);
}

void nx_make_null(struct nx_pointer_builder pointer)
{
    if (pointer.builder)
        nx_store64(word_at(pointer.builder, pointer.word), 0);
}
