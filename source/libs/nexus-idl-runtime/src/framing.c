/* SPDX-License-Identifier: Apache-2.0 */
#include "nexus-idl/framing.h"

#include "fast.h"

int64_t nx_frame_length(const uint8_t *bytes, size_t length, size_t max_bytes,
                        uint32_t segments_max)
{
    uint64_t segments;
    uint64_t total;
    int64_t known = nx_fast_frame_length(bytes, length, max_bytes);

    if (known > 0 && segments_max > 0)
        return known;
    if (length < 4)
        return 0;
    /* The stream holds the number less one: 0xFFFFFFFF is 2^32 segments, not none. */
    segments = (uint64_t)nx_load32(bytes) + 1;
    if (segments > segments_max)
        return NX_SEGMENTS;
    total = (4 + 4 * segments + 7) / 8 * 8;
    if (total > max_bytes)
        return NX_TOO_BIG;
    if (length < total)
        return 0;
    for (uint64_t i = 0; i < segments; i++)
        total += (uint64_t)nx_load32(bytes + 4 + 4 * i) * 8;
    if (total > max_bytes)
        return NX_TOO_BIG;
    return (int64_t)total;
}
