/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

static const char hex_digits[] = "0123456789abcdef";

/* --- Text ------------------------------------------------------------------------------------- */

/* The bytes that may follow a lead byte (Unicode, table 3-7): how many, and the first one's range;
 * the others are 80..BF. count 0: not a lead byte. */
struct tail {
    uint32_t count;
    uint8_t low, high;
};

static struct tail tail_of(uint8_t lead)
{
    struct tail tail = {0, 0x80, 0xbf};
    if (lead >= 0xc2 && lead <= 0xdf)
        tail.count = 1;
    else if (lead >= 0xe0 && lead <= 0xef)
        tail.count = 2;
    else if (lead >= 0xf0 && lead <= 0xf4)
        tail.count = 3;
    if (lead == 0xe0)
        tail.low = 0xa0;
    else if (lead == 0xed)
        tail.high = 0x9f;
    else if (lead == 0xf0)
        tail.low = 0x90;
    else if (lead == 0xf4)
        tail.high = 0x8f;
    return tail;
}

/* Length of the character above 7F that bytes start with, or, with *valid false, of what is to be
 * replaced together. */
static uint32_t character_length(const uint8_t *bytes, uint32_t length, bool *valid)
{
    struct tail tail = tail_of(bytes[0]);
    *valid = false;
    uint32_t at = 1;
    for (; at <= tail.count; at++) {
        if (at == length || bytes[at] < tail.low || bytes[at] > tail.high)
            return at;
        tail.low = 0x80;
        tail.high = 0xbf;
    }
    *valid = tail.count > 0;
    return at;
}

static void put_ascii(struct put *p, uint8_t byte)
{
    switch (byte) {
    case '"':
        put_text(p, "\\\"");
        return;
    case '\\':
        put_text(p, "\\\\");
        return;
    case '\n':
        put_text(p, "\\n");
        return;
    case '\t':
        put_text(p, "\\t");
        return;
    default:
        break;
    }
    if (byte >= 0x20) {
        put_char(p, (char)byte);
        return;
    }
    put_text(p, "\\u00");
    put_char(p, hex_digits[byte >> 4]);
    put_char(p, hex_digits[byte & 15]);
}

void json_string(struct put *p, struct perfd_text text)
{
    const uint8_t *bytes = (const uint8_t *)text.bytes;
    put_char(p, '"');
    for (uint32_t at = 0; at < text.length;) {
        if (bytes[at] < 0x80) {
            put_ascii(p, bytes[at++]);
            continue;
        }
        bool valid;
        uint32_t length = character_length(bytes + at, text.length - at, &valid);
        if (valid)
            put_bytes(p, text.bytes + at, length);
        else
            put_text(p, "\xef\xbf\xbd");
        at += length;
    }
    put_char(p, '"');
}

/* --- Members ---------------------------------------------------------------------------------- */

void json_key(struct put *p, const char *key)
{
    if (p->length == 0 || p->bytes[p->length - 1] != '{')
        put_char(p, ',');
    put_char(p, '"');
    put_text(p, key);
    put_text(p, "\":");
}

void json_object(struct put *p, const char *key)
{
    json_key(p, key);
    put_char(p, '{');
}

void json_word(struct put *p, const char *key, const char *value)
{
    json_key(p, key);
    put_char(p, '"');
    put_text(p, value);
    put_char(p, '"');
}

void json_u64(struct put *p, const char *key, uint64_t value)
{
    json_key(p, key);
    put_u64(p, value);
}

void json_bool(struct put *p, const char *key, bool value)
{
    json_key(p, key);
    put_text(p, value ? "true" : "false");
}

void json_hex(struct put *p, const char *key, uint64_t value)
{
    json_key(p, key);
    put_text(p, "\"0x");
    unsigned shift = 60;
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (;; shift -= 4) {
        put_char(p, hex_digits[value >> shift & 15]);
        if (shift == 0)
            break;
    }
    put_char(p, '"');
}

void json_ms(struct put *p, const char *key, uint64_t ns)
{
    json_key(p, key);
    put_fixed(p, ns, 6, 6);
}

void json_us(struct put *p, const char *key, uint64_t ns)
{
    json_key(p, key);
    put_fixed(p, ns, 3, 3);
}

void json_fps(struct put *p, const char *key, uint64_t milli)
{
    json_key(p, key);
    put_fixed(p, milli, 3, 3);
}

void json_ms_or_null(struct put *p, const char *key, uint64_t ns, bool given)
{
    json_key(p, key);
    if (given)
        put_fixed(p, ns, 6, 6);
    else
        put_text(p, "null");
}

void json_fps_or_null(struct put *p, const char *key, uint64_t milli, bool given)
{
    json_key(p, key);
    if (given)
        put_fixed(p, milli, 3, 3);
    else
        put_text(p, "null");
}
