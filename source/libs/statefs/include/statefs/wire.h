/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of /state, little-endian, one request and one reply at a time:
 *
 *   request  'S' 'F' version op nonce:u64 payload
 *   reply    'S' 'F' version op|0x80 status nonce:u64 payload
 *
 *   op            request payload                                reply payload
 *   PUT       1   klen:u16 vlen:u32 key value                    -
 *   GET       2   klen:u16 key; v3: klen offset:u32 length:u32   vlen:u32 value; v3: vlen total:u32
 *                 key                                            value
 *   DEL       3   klen:u16 key                                   -
 *   LIST      4   plen:u16 limit:u16 prefix; v3: plen limit      count:u16 (klen:u16 key)*; v3:
 * count alen:u16 prefix after                          more:u8 (klen:u16 key)* SYNC      5   - -
 *   BEGIN     7   -                                              txn:u64
 *   TXN_PUT   8   txn:u64 klen:u16 clen:u32 key chunk            -
 *   COMMIT    9   txn:u64                                        -
 *   ABORT    10   txn:u64                                        -
 *
 * Version 2 is every op's; version 3 only that of GET and LIST, with the added fields. Lengths
 * must add up to the frame's. Replies have their payload whatever the status, with zeros in it.
 */
#ifndef STATEFS_WIRE_H
#define STATEFS_WIRE_H

#include "statefs/statefs.h"

#define STATEFS_REQUEST_BYTES 12u /* without a payload */
#define STATEFS_REPLY_BYTES   13u
#define STATEFS_TXN_PUT_BYTES 26u  /* without key and chunk */
#define STATEFS_FRAME_BYTES   512u /* what every server reads; also the least for our own */
#define STATEFS_FRAME_MAX     8192u
#define STATEFS_LIST_MAX      256u /* a LIST's limit; 0 counts as 1 */

enum statefs_op {
    STATEFS_OP_PUT = 1,
    STATEFS_OP_GET = 2,
    STATEFS_OP_DEL = 3,
    STATEFS_OP_LIST = 4,
    STATEFS_OP_SYNC = 5,
    STATEFS_OP_BEGIN = 7,
    STATEFS_OP_TXN_PUT = 8,
    STATEFS_OP_COMMIT = 9,
    STATEFS_OP_ABORT = 10,
};

/* Fields that the op does not have are 0. */
struct statefs_request {
    uint8_t version; /* 2 or 3 */
    uint8_t op;
    uint64_t nonce;
    uint64_t txn;
    struct statefs_span key;   /* LIST: the prefix */
    struct statefs_span value; /* TXN_PUT: the chunk; LIST v3: after */
    uint32_t offset, length;   /* GET v3 */
    uint16_t limit;            /* LIST */
};

struct statefs_reply {
    uint8_t version;
    uint8_t op; /* the request's */
    uint8_t status;
    uint8_t more; /* LIST v3: there are keys after these */
    uint64_t nonce;
    uint64_t txn;              /* BEGIN */
    struct statefs_span value; /* GET: value, or part of it; LIST: the list, see below */
    uint32_t total;            /* GET: length of the whole value */
    uint16_t count;            /* LIST */
};

/* The frame's length; 0: it does not fit, or no such op in this version. */
size_t statefs_request_encode(const struct statefs_request *request, uint8_t *frame, size_t size);
size_t statefs_reply_encode(const struct statefs_reply *reply, uint8_t *frame, size_t size);

/*
 * Spans point into the frame. OK, or the status to answer: MALFORMED, UNSUPPORTED. Version, op and
 * nonce are set also then, to 2 and 0 where the frame has none that make sense. Keys are not
 * checked here.
 */
enum statefs_status statefs_request_decode(struct statefs_request *request, const uint8_t *frame,
                                           size_t length) __attribute__((warn_unused_result));

/* False where it is no reply, the list of a LIST included. */
bool statefs_reply_decode(struct statefs_reply *reply, const uint8_t *frame, size_t length)
    __attribute__((warn_unused_result));

/* Takes the first key off a list; false: there is none, or the list is cut off. */
bool statefs_list_take(struct statefs_span *list, struct statefs_span *key);

/* Where a list's entries begin in a reply frame of this version. */
size_t statefs_list_start(uint8_t version);

/* Appends a key to the list that ends at *at; false: it does not fit in frame[0..size). */
bool statefs_list_put(uint8_t *frame, size_t size, size_t *at, struct statefs_span key);

#endif
