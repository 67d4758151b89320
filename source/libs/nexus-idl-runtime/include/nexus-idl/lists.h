/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of plain values, by name: nx_u32_list_length(), _at(), _set(), and the same for bool,
 * i8..u64, text and data; a list of Void has only a length. Floats are in float.h.
 */
#ifndef NEXUS_IDL_LISTS_H
#define NEXUS_IDL_LISTS_H

#include "nexus-idl/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The handles of one kind of list, and its length. */
#define NX_LIST(name)                                                                              \
    struct nx_##name##_list_reader {                                                               \
        struct nx_list_reader l;                                                                   \
    };                                                                                             \
    struct nx_##name##_list_builder {                                                              \
        struct nx_list_builder l;                                                                  \
    };                                                                                             \
    static inline uint32_t nx_##name##_list_length(struct nx_##name##_list_reader list)            \
    {                                                                                              \
        return list.l.count;                                                                       \
    }

/* `raw` is the unsigned type of the same size, `access` the suffix of the functions that move it.
 */
#define NX_VALUE_LIST(name, type, raw, access)                                                     \
    NX_LIST(name)                                                                                  \
    static inline type nx_##name##_list_at(struct nx_##name##_list_reader list, uint32_t i)        \
    {                                                                                              \
        return (type)nx_list_get_##access(list.l, i);                                              \
    }                                                                                              \
    static inline void nx_##name##_list_set(struct nx_##name##_list_builder list, uint32_t i,      \
                                            type v)                                                \
    {                                                                                              \
        nx_list_set_##access(list.l, i, (raw)v);                                                   \
    }

NX_LIST(void)
NX_VALUE_LIST(i8, int8_t, uint8_t, u8)
NX_VALUE_LIST(i16, int16_t, uint16_t, u16)
NX_VALUE_LIST(i32, int32_t, uint32_t, u32)
NX_VALUE_LIST(i64, int64_t, uint64_t, u64)
NX_VALUE_LIST(u8, uint8_t, uint8_t, u8)
NX_VALUE_LIST(u16, uint16_t, uint16_t, u16)
NX_VALUE_LIST(u32, uint32_t, uint32_t, u32)
NX_VALUE_LIST(u64, uint64_t, uint64_t, u64)
NX_LIST(bool) /* by hand: `bool` is a macro itself */
NX_LIST(text)
NX_LIST(data)

static inline bool nx_bool_list_at(struct nx_bool_list_reader list, uint32_t i)
{
    return nx_list_get_bool(list.l, i);
}

static inline void nx_bool_list_set(struct nx_bool_list_builder list, uint32_t i, bool v)
{
    nx_list_set_bool(list.l, i, v);
}

static inline struct nx_text nx_text_list_at(struct nx_text_list_reader list, uint32_t i)
{
    return nx_pointer_text(nx_list_get_pointer(list.l, i));
}

static inline void nx_text_list_set(struct nx_text_list_builder list, uint32_t i, struct nx_text v)
{
    nx_make_text(nx_list_edit_pointer(list.l, i), v);
}

static inline struct nx_data nx_data_list_at(struct nx_data_list_reader list, uint32_t i)
{
    return nx_pointer_data(nx_list_get_pointer(list.l, i));
}

static inline void nx_data_list_set(struct nx_data_list_builder list, uint32_t i, struct nx_data v)
{
    nx_make_data(nx_list_edit_pointer(list.l, i), v);
}

#ifdef __cplusplus
}
#endif

#endif
