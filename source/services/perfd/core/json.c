/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

static char hex_digit(uint64_t value)
{
    unsigned digit = value & 15;
    return (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}

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
    if (lead >= 0xc2 && lead <= 0xf4)
        tail.count = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
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
    uint32_t at = 1;
    *valid = false;
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
    if (byte == '\n') {
        put_text(p, "\\n");
        return;
    }
    if (byte < 0x20) {
        put_text(p, "\\u00");
        put_char(p, hex_digit(byte >> 4));
        put_char(p, hex_digit(byte));
        return;
    }
    if (byte == '"' || byte == '\\')
        put_char(p, '\\');
    put_char(p, (char)byte);
}

void json_put_string(struct put *p, struct perfd_text text)
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

/* --- Values ----------------------------------------------------------------------------------- */

static void put_hex(struct put *p, uint64_t value)
{
    unsigned shift = 60;
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    put_text(p, "\"0x");
    for (unsigned digits = shift / 4 + 1; digits > 0; digits--, shift -= 4)
        put_char(p, hex_digit(value >> shift));
    put_char(p, '"');
}

/* The kinds with a point: how many digits of the value are behind it, and how many of these are
 * shown. */
static const struct {
    char kind;
    uint8_t digits, decimals;
} fixed[] = {{'k', 3, 3}, {'f', 3, 3}, {'h', 3, 2}, {'m', 6, 6}, {'r', 6, 3}};

static void put_value(struct put *p, char kind, uint64_t value, bool *none)
{
    bool or_null = kind < 'a'; /* upper case */
    kind = (char)(kind | ('a' - 'A'));
    if (value == 0 && (or_null || (kind == 'm' && *none))) {
        put_text(p, "null");
        return;
    }
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (fixed[i].kind == kind) {
            put_fixed(p, value, fixed[i].digits, fixed[i].decimals);
            return;
        }
    if (kind == 'i')
        put_i64(p, (int64_t)value);
    else if (kind == 'x')
        put_hex(p, value);
    else if (kind == 'c')
        put_char(p, (char)value);
    else if (kind == 'b')
        put_text(p, value != 0 ? "true" : "false");
    else
        put_u64(p, value);
    if (kind == 'n')
        *none = value == 0;
}

static uint32_t word_length(const char *at)
{
    uint32_t length = 0;
    while (put_is_plain(at[length]))
        length++;
    return length;
}

/* With the comma before it, unless it is an object's first or the comma is there. */
static void put_key(struct put *p, const char *key, uint32_t length)
{
    char last = p->length > 0 ? p->bytes[p->length - 1] : '\0';
    if (last != '{' && last != ',')
        put_char(p, ',');
    put_char(p, '"');
    put_bytes(p, key, length);
    put_text(p, "\":");
}

void json_put(struct put *p, const char *format, const uint64_t *values)
{
    bool none = false;
    while (*format != '\0') {
        uint32_t length = word_length(format);
        const char *after = format + length;
        if (length > 0 && (*after == '%' || *after == ':')) {
            put_key(p, format, length);
            format = after + (*after == ':');
        } else if (length > 0) {
            put_bytes(p, format, length);
            format = after;
        } else if (*format == '[' && *values == 0) {
            values++;
            while (*format++ != ']')
                continue;
        } else if (*format == '%') {
            put_value(p, format[1], *values++, &none);
            format += 2;
        } else {
            if (*format != '[' && *format != ']')
                put_char(p, *format == '\'' ? '"' : *format);
            format++;
        }
    }
}
