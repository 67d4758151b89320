/* SPDX-License-Identifier: Apache-2.0 */
#include "statefs/statefs.h"

const char *statefs_status_text(enum statefs_status status)
{
    switch (status) {
    case STATEFS_OK:
        return "ok";
    case STATEFS_NOT_FOUND:
        return "not found";
    case STATEFS_ACCESS_DENIED:
        return "access denied";
    case STATEFS_TOO_LARGE:
        return "value too large";
    case STATEFS_KEY_TOO_LONG:
        return "key too long";
    case STATEFS_INVALID_KEY:
        return "invalid key";
    case STATEFS_MALFORMED:
        return "malformed";
    case STATEFS_IO:
        return "I/O failure";
    case STATEFS_UNSUPPORTED:
        return "unsupported";
    case STATEFS_INTEGRITY:
        return "integrity violated";
    case STATEFS_ROLLBACK:
        return "rollback";
    case STATEFS_BUSY:
        return "transaction limit";
    case STATEFS_NO_SPACE:
        return "no space";
    case STATEFS_NO_DISK:
        return "no disk";
    case STATEFS_TOO_SMALL:
        return "disk too small";
    case STATEFS_FOREIGN:
        return "not a statefs disk";
    case STATEFS_TOO_BIG:
        return "disk larger than configured";
    }
    return "unknown status";
}

int statefs_span_compare(struct statefs_span a, struct statefs_span b)
{
    uint32_t shorter = a.length < b.length ? a.length : b.length;
    for (uint32_t i = 0; i < shorter; i++) {
        if (a.bytes[i] != b.bytes[i])
            return a.bytes[i] < b.bytes[i] ? -1 : 1;
    }
    return (a.length > b.length) - (a.length < b.length);
}

bool statefs_span_starts_with(struct statefs_span whole, struct statefs_span prefix)
{
    if (whole.length < prefix.length)
        return false;
    whole.length = prefix.length;
    return statefs_span_compare(whole, prefix) == 0;
}

/* How many bytes the UTF-8 character at text[0..left) takes; 0: it is none, or a control character.
 * No surrogates, nothing beyond U+10FFFF, no longer form than needed. */
static uint32_t character_bytes(const uint8_t *text, uint32_t left)
{
    uint8_t first = text[0];
    if (first < 0x80)
        return first >= 0x20 && first != 0x7F;
    uint32_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || left < length)
        return 0;
    uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < least || text[1] > most)
        return 0;
    for (uint32_t i = 2; i < length; i++) {
        if (text[i] < 0x80 || text[i] > 0xBF)
            return 0;
    }
    return length;
}

static bool segment_valid(const uint8_t *segment, uint32_t length)
{
    bool dots = length <= 2;
    for (uint32_t i = 0; i < length; i++)
        dots = dots && segment[i] == '.';
    return !dots; /* an empty one is no dots, and none is allowed either */
}

enum statefs_status statefs_key_check(struct statefs_span key)
{
    static const uint8_t prefix[] = STATEFS_PREFIX;
    const struct statefs_span start = {prefix, sizeof prefix - 1};
    if (key.length > STATEFS_KEY_MAX)
        return STATEFS_KEY_TOO_LONG;
    if (!statefs_span_starts_with(key, start))
        return STATEFS_INVALID_KEY;
    uint32_t segment = start.length;
    for (uint32_t at = segment; at < key.length;) {
        if (key.bytes[at] == '/') {
            if (!segment_valid(key.bytes + segment, at - segment))
                return STATEFS_INVALID_KEY;
            segment = at + 1;
        }
        uint32_t bytes = character_bytes(key.bytes + at, key.length - at);
        if (bytes == 0)
            return STATEFS_INVALID_KEY;
        at += bytes;
    }
    return segment_valid(key.bytes + segment, key.length - segment) ? STATEFS_OK
                                                                    : STATEFS_INVALID_KEY;
}

/* Four bits at a time: a table of 64 bytes, and no state that somebody would have to set up. */
uint32_t statefs_crc32(uint32_t crc, const void *bytes, size_t length)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    };
    const uint8_t *at = bytes;
    crc = ~crc;
    for (size_t i = 0; i < length; i++) {
        crc ^= at[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
