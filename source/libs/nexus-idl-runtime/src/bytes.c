/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian values by bytes, so that neither alignment nor the machine's byte order matters. */
#include "nexus-idl/wire.h"

uint16_t nx_load16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t nx_load32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t nx_load64(const uint8_t *at)
{
    return nx_load32(at) | (uint64_t)nx_load32(at + 4) << 32;
}

void nx_store16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

void nx_store32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
}

void nx_store64(uint8_t *at, uint64_t value)
{
    nx_store32(at, (uint32_t)value);
    nx_store32(at + 4, (uint32_t)(value >> 32));
}
