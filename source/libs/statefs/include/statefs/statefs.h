/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What store, wire, server and client of /state agree on: statuses, limits, and what a key is.
 * Freestanding C11; nothing here allocates, recurses or keeps state of its own.
 */
#ifndef STATEFS_STATEFS_H
#define STATEFS_STATEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATEFS_KEY_MAX 255 /* bytes */
#define STATEFS_PREFIX  "/state/"

/* 0..12 are the wire's; the others say why a mount failed and reach the wire as UNSUPPORTED. */
enum statefs_status {
    STATEFS_OK = 0,
    STATEFS_NOT_FOUND = 1,
    STATEFS_ACCESS_DENIED = 2,
    STATEFS_TOO_LARGE = 3, /* above a configured limit of the value, the transaction, the reply */
    STATEFS_KEY_TOO_LONG = 4,
    STATEFS_INVALID_KEY = 5,
    STATEFS_MALFORMED = 6,
    STATEFS_IO = 7,
    STATEFS_UNSUPPORTED = 8,
    STATEFS_INTEGRITY = 9, /* what was read is not what was written */
    STATEFS_ROLLBACK = 10,
    STATEFS_BUSY = 11,     /* the transaction limit: end one, then try again */
    STATEFS_NO_SPACE = 12, /* no free sectors, or no room for another key */
    STATEFS_NO_DISK = 64,
    STATEFS_TOO_SMALL = 65, /* the disk has fewer sectors than an empty store takes */
    STATEFS_FOREIGN = 66,   /* something else is on it: nothing was written */
    STATEFS_TOO_BIG = 67,   /* more keys or sectors in use than the configuration has memory for */
};

/* A few words in ROM; never NULL. */
const char *statefs_status_text(enum statefs_status status);

/* Bytes that belong to somebody else; may be NULL where length is 0. */
struct statefs_span {
    const uint8_t *bytes;
    uint32_t length;
};

/*
 * A key is a UTF-8 path below STATEFS_PREFIX of at most STATEFS_KEY_MAX bytes. No segment is empty,
 * "." or "..", and no byte is a control character. OK, KEY_TOO_LONG or INVALID_KEY.
 */
enum statefs_status statefs_key_check(struct statefs_span key);

/* Bytewise order, a prefix before what it starts: negative, 0 or positive. */
int statefs_span_compare(struct statefs_span a, struct statefs_span b);

bool statefs_span_starts_with(struct statefs_span whole, struct statefs_span prefix);

/* CRC-32 (reflected 0xEDB88320, as in Ethernet and zip), continued: start with 0. */
uint32_t statefs_crc32(uint32_t crc, const void *bytes, size_t length);

#endif
