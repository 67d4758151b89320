/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEXUS_IDL_CRC_H
#define NEXUS_IDL_CRC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CRC-32 as in IEEE 802.3 and zlib: 0 for the first bytes, then what it gave for those before. */
uint32_t nx_crc32(uint32_t crc, const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
