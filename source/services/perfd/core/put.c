/* SPDX-License-Identifier: Apache-2.0 */
#include "put.h"

#include "text.h"

#define DIGITS_MAX 20 /* of 2^64 - 1 */

void put_bytes(struct put *p, const char *bytes, size_t length)
{
    if (length > p->size - p->length) {
        p->overflow = true;
        p->size = p->length; /* full for whatever comes later */
        return;
    }
    char *to = p->bytes + p->length;
    p->length += length;
    for (size_t i = 0; i < length; i++)
        to[i] = bytes[i];
}

void put_text(struct put *p, const char *text)
{
    put_bytes(p, text, text_of(text).length);
}

void put_char(struct put *p, char c)
{
    /* Most of a trace's text comes one by one. */
    if (p->length < p->size)
        p->bytes[p->length++] = c;
    else
        p->overflow = true;
}

/* Writes value's digits so that they end before `end`, at least `least` of them. Returns the first.
 */
static char *digits_before(char *end, uint64_t value, unsigned least)
{
    char *at = end;
    while (value != 0 || at > end - least) {
        *--at = (char)('0' + value % 10);
        value /= 10;
    }
    return at;
}

void put_u64(struct put *p, uint64_t value)
{
    put_fixed(p, value, 0, 0);
}

/* What has come since then stays whole or goes. */
static void settle(struct put *p, size_t before)
{
    if (p->overflow)
        p->size = p->length = before;
}

void put_i64(struct put *p, int64_t value)
{
    size_t before = p->length;
    uint64_t size = (uint64_t)value;
    if (value < 0) {
        put_char(p, '-');
        size = 0 - size;
    }
    put_u64(p, size);
    settle(p, before);
}

void put_fixed(struct put *p, uint64_t value, unsigned divisor_digits, unsigned decimals)
{
    if (decimals < divisor_digits) {
        uint64_t divisor = 1;
        for (unsigned i = decimals; i < divisor_digits; i++)
            divisor *= 10;
        uint64_t rest = value % divisor;
        value /= divisor;
        value += rest >= divisor - rest;
    }

    char text[DIGITS_MAX + 2];
    char *end = text + sizeof text;
    char *from = digits_before(end, value, decimals + 1);
    if (decimals > 0) {
        char *point = end - decimals - 1;
        for (char *at = --from; at < point; at++)
            at[0] = at[1];
        *point = '.';
    }
    put_bytes(p, from, (size_t)(end - from));
}

bool put_is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

void put_percent_escaped(struct put *p, const char *bytes, size_t length)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t before = p->length;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (!put_is_plain(bytes[i])) {
            put_char(p, '%');
            put_char(p, hex[c >> 4]);
            c = (unsigned char)hex[c & 15];
        }
        put_char(p, (char)c);
    }
    settle(p, before);
}
