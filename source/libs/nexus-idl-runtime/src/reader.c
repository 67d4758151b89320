/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading values out of structs and lists whose place pointer.c has checked.
 *
 * A handle's data section, pointer section and elements lie inside one segment, always: they are
 * only ever made there. So it is enough here to compare an offset with the size that the handle
 * carries.
 */
#include "nexus-idl/wire.h"

static const uint8_t *word_at(const struct nx_message *message, uint32_t word)
{
    return message->body + (size_t)word * 8;
}

/* The field's bytes, or NULL where the sender's struct ends before it. */
static const uint8_t *field(struct nx_struct_reader reader, uint32_t byte, uint32_t size)
{
    uint32_t section = reader.data_words * 8U;

    if (section < size || byte > section - size)
        return NULL;
    return word_at(reader.message, reader.data) + byte;
}

bool nx_get_bool(struct nx_struct_reader reader, uint32_t bit)
{
    return (nx_get_u8(reader, bit / 8) >> (bit % 8) & 1) != 0;
}

uint8_t nx_get_u8(struct nx_struct_reader reader, uint32_t byte)
{
    const uint8_t *at = field(reader, byte, 1);

    return at ? *at : 0;
}

uint16_t nx_get_u16(struct nx_struct_reader reader, uint32_t byte)
{
    const uint8_t *at = field(reader, byte, 2);

    return at ? nx_load16(at) : 0;
}

uint32_t nx_get_u32(struct nx_struct_reader reader, uint32_t byte)
{
    const uint8_t *at = field(reader, byte, 4);

    return at ? nx_load32(at) : 0;
}

uint64_t nx_get_u64(struct nx_struct_reader reader, uint32_t byte)
{
    const uint8_t *at = field(reader, byte, 8);

    return at ? nx_load64(at) : 0;
}

/* The element's bytes, or NULL where the list has no such element. */
static const uint8_t *element(struct nx_list_reader list, uint32_t index, enum nx_element kind,
                              size_t size)
{
    if (index >= list.count || list.element != (unsigned)kind)
        return NULL;
    return word_at(list.message, list.data) + index * size;
}

bool nx_list_get_bool(struct nx_list_reader list, uint32_t index)
{
    const uint8_t *at = element(list, index, NX_ELEMENT_BIT, 0);

    return at && (at[index / 8] >> (index % 8) & 1) != 0;
}

uint8_t nx_list_get_u8(struct nx_list_reader list, uint32_t index)
{
    const uint8_t *at = element(list, index, NX_ELEMENT_8, 1);

    return at ? *at : 0;
}

uint16_t nx_list_get_u16(struct nx_list_reader list, uint32_t index)
{
    const uint8_t *at = element(list, index, NX_ELEMENT_16, 2);

    return at ? nx_load16(at) : 0;
}

uint32_t nx_list_get_u32(struct nx_list_reader list, uint32_t index)
{
    const uint8_t *at = element(list, index, NX_ELEMENT_32, 4);

    return at ? nx_load32(at) : 0;
}

uint64_t nx_list_get_u64(struct nx_list_reader list, uint32_t index)
{
    const uint8_t *at = element(list, index, NX_ELEMENT_64, 8);

    return at ? nx_load64(at) : 0;
}

struct nx_struct_reader nx_list_get_struct(struct nx_list_reader list, uint32_t index)
{
    struct nx_struct_reader reader = {NULL, 0, 0, 0, 0};
    const uint8_t *tag;

    if (index >= list.count || list.element != NX_ELEMENT_STRUCT)
        return reader;
    tag = word_at(list.message, list.data) - 8;
    reader.message = list.message;
    reader.depth = list.depth;
    reader.data_words = nx_load16(tag + 4);
    reader.pointers = nx_load16(tag + 6);
    reader.data =
        (list.data + index * ((uint32_t)reader.data_words + reader.pointers)) & NX_WORDS_MAX;
    return reader;
}

struct nx_pointer_reader nx_list_get_pointer(struct nx_list_reader list, uint32_t index)
{
    struct nx_pointer_reader pointer = {NULL, 0, 0};

    if (index >= list.count || list.element != NX_ELEMENT_POINTER)
        return pointer;
    pointer.message = list.message;
    pointer.word = (list.data + index) & NX_WORDS_MAX;
    pointer.depth = list.depth;
    return pointer;
}
