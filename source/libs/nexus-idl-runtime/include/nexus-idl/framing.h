/* SPDX-License-Identifier: Apache-2.0 */
/* Stream framing: where a message ends that starts at the head of a byte stream. */
#ifndef NEXUS_IDL_FRAMING_H
#define NEXUS_IDL_FRAMING_H

#include "nexus-idl/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The bytes of the message that starts at bytes[0..length), its segment table included; it may be
 * more than length. 0: not known before more bytes have come. NX_SEGMENTS: over segments_max
 * segments, known from the first 4 bytes. NX_TOO_BIG: over max_bytes, known as soon as the table is
 * there. Sizes are summed in 64 bits.
 */
int64_t nx_frame_length(const uint8_t *bytes, size_t length, size_t max_bytes,
                        uint32_t segments_max);

#ifdef __cplusplus
}
#endif

#endif
