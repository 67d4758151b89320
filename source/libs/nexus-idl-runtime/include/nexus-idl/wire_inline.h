/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields, where they are read and set. wire.h includes this but where size is what counts: a field
 * at a known place is a comparison and a load there, and not a call. What is not inlined is called
 * all the same; reader.c, builder.c and bytes.c have it.
 */
#ifndef NEXUS_IDL_WIRE_INLINE_H
#define NEXUS_IDL_WIRE_INLINE_H

#include "nexus-idl/wire.h"

#define NX_INLINE extern inline __attribute__((gnu_inline))

/* Memory has a value's lowest byte first. */
#define NX_LITTLE(bits, value)                                                                     \
    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap##bits(value) : (value))

#define NX_INLINE_VALUE(bits)                                                                      \
    NX_INLINE uint##bits##_t nx_load##bits(const uint8_t *at)                                      \
    {                                                                                              \
        uint##bits##_t value;                                                                      \
                                                                                                   \
        __builtin_memcpy(&value, at, sizeof(value));                                               \
        return NX_LITTLE(bits, value);                                                             \
    }                                                                                              \
    NX_INLINE void nx_store##bits(uint8_t *at, uint##bits##_t value)                               \
    {                                                                                              \
        value = NX_LITTLE(bits, value);                                                            \
        __builtin_memcpy(at, &value, sizeof(value));                                               \
    }                                                                                              \
    NX_INLINE uint##bits##_t nx_get_u##bits(struct nx_struct_reader reader, uint32_t byte)         \
    {                                                                                              \
        uint64_t last = (uint64_t)byte + sizeof(uint##bits##_t) - 1;                               \
                                                                                                   \
        return last / 8 >= reader.data_words                                                       \
                   ? 0                                                                             \
                   : nx_load##bits(reader.message->body + (size_t)reader.data * 8 + byte);         \
    }                                                                                              \
    NX_INLINE void nx_set_u##bits(struct nx_struct_builder target, uint32_t byte,                  \
                                  uint##bits##_t value)                                            \
    {                                                                                              \
        uint64_t last = (uint64_t)byte + sizeof(uint##bits##_t) - 1;                               \
                                                                                                   \
        if (last / 8 >= target.data_words)                                                         \
            nx_builder_refuse(target.builder);                                                     \
        else                                                                                       \
            nx_store##bits(target.builder->bytes + 8 + (size_t)target.data * 8 + byte, value);     \
    }

NX_INLINE_VALUE(16)
NX_INLINE_VALUE(32)
NX_INLINE_VALUE(64)

NX_INLINE struct nx_pointer_reader nx_get_pointer(struct nx_struct_reader reader, uint32_t index)
{
    struct nx_pointer_reader pointer = {NULL, 0, 0};

    if (index < reader.pointers) {
        pointer.message = reader.message;
        pointer.word = (reader.data + reader.data_words + index) & NX_WORDS_MAX;
        pointer.depth = reader.depth;
    }
    return pointer;
}

NX_INLINE struct nx_pointer_builder nx_edit_pointer(struct nx_struct_builder target, uint32_t index)
{
    struct nx_pointer_builder pointer = {NULL, 0};

    if (index < target.pointers) {
        pointer.builder = target.builder;
        pointer.word = target.data + target.data_words + index;
    } else {
        nx_builder_refuse(target.builder);
    }
    return pointer;
}

#undef NX_INLINE
#undef NX_INLINE_VALUE
#undef NX_LITTLE

#endif
