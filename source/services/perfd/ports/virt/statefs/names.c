/* SPDX-License-Identifier: Apache-2.0 */
#include "ports/virt/statefs/names.h"

/* 18 digits never overflow, and are 30 million years of milliseconds. */
#define DIGITS_MAX 18u
#define TS_LIMIT   UINT64_C(1000000000000000000)

static const uint8_t folder[] = EXPORTER_FOLDER;
static const uint8_t suffix[] = ".json";
static const uint8_t scheme[] = "state://";

#define LENGTH(text) ((uint32_t)(sizeof(text) - 1))

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

bool exporter_trace_ts(struct statefs_span key, uint64_t *ts_ms)
{
    const struct statefs_span start = {folder, LENGTH(folder)};
    if (!statefs_span_starts_with(key, start) || key.length < start.length + LENGTH(suffix))
        return false;
    uint32_t end = key.length - LENGTH(suffix);
    const struct statefs_span tail = {key.bytes + end, LENGTH(suffix)};
    if (statefs_span_compare(tail, (struct statefs_span){suffix, LENGTH(suffix)}) != 0)
        return false;
    uint32_t digits = end;
    while (digits > start.length && is_digit(key.bytes[digits - 1]))
        digits--;
    if (digits == end || end - digits > DIGITS_MAX || digits < start.length + 2 ||
        key.bytes[digits - 1] != '-')
        return false;
    for (uint32_t i = start.length; i < digits; i++) {
        if (key.bytes[i] == '/')
            return false;
    }
    *ts_ms = 0;
    for (uint32_t i = digits; i < end; i++)
        *ts_ms = *ts_ms * 10 + (uint64_t)(key.bytes[i] - '0');
    return true;
}

uint32_t exporter_trace_key(uint8_t *key, struct statefs_span name, uint64_t ts_ms)
{
    uint8_t digits[DIGITS_MAX];
    uint32_t count = 0;
    uint8_t *at = key;
    if (ts_ms >= TS_LIMIT)
        return 0;
    do {
        digits[count++] = (uint8_t)('0' + ts_ms % 10);
        ts_ms /= 10;
    } while (ts_ms > 0);
    statefs_copy(at, folder, LENGTH(folder));
    at += LENGTH(folder);
    statefs_copy(at, name.bytes, name.length);
    at += name.length;
    *at++ = '-';
    while (count > 0)
        *at++ = digits[--count];
    statefs_copy(at, suffix, LENGTH(suffix));
    return (uint32_t)(at - key) + LENGTH(suffix);
}

bool exporter_trace_uri(struct statefs_span key, char *uri, size_t size)
{
    const uint32_t prefix = LENGTH(STATEFS_PREFIX);
    uint32_t rest = key.length - prefix;
    if (LENGTH(scheme) + rest + 1 > size)
        return false;
    statefs_copy((uint8_t *)uri, scheme, LENGTH(scheme));
    statefs_copy((uint8_t *)uri + LENGTH(scheme), key.bytes + prefix, rest);
    uri[LENGTH(scheme) + rest] = '\0';
    return true;
}
