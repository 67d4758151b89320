/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point fields. Only headers made of a schema that has some include this: the runtime
 * itself moves bits, and is built where there may be no floating point. */
#ifndef NEXUS_IDL_FLOAT_H
#define NEXUS_IDL_FLOAT_H

#include "nexus-idl/lists.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline float nx_float_of(uint32_t bits)
{
    float value;

    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline uint32_t nx_float_bits(float value)
{
    uint32_t bits;

    __builtin_memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static inline double nx_double_of(uint64_t bits)
{
    double value;

    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline uint64_t nx_double_bits(double value)
{
    uint64_t bits;

    __builtin_memcpy(&bits, &value, sizeof(bits));
    return bits;
}

NX_LIST(f32)
NX_LIST(f64)

static inline float nx_f32_list_at(struct nx_f32_list_reader list, uint32_t i)
{
    return nx_float_of(nx_list_get_u32(list.l, i));
}

static inline void nx_f32_list_set(struct nx_f32_list_builder list, uint32_t i, float v)
{
    nx_list_set_u32(list.l, i, nx_float_bits(v));
}

static inline double nx_f64_list_at(struct nx_f64_list_reader list, uint32_t i)
{
    return nx_double_of(nx_list_get_u64(list.l, i));
}

static inline void nx_f64_list_set(struct nx_f64_list_builder list, uint32_t i, double v)
{
    nx_list_set_u64(list.l, i, nx_double_bits(v));
}

#ifdef __cplusplus
}
#endif

#endif
