/* SPDX-License-Identifier: Apache-2.0 */
#include "statefs/wire.h"

#include "bytes.h"

#define REPLY_FLAG     0x80u
#define VERSION_PLAIN  2
#define VERSION_PARTS  3
#define LIST_MORE_BYTE 15 /* v3: behind the count */

/* What an op's payload is made of, apart from keys and values. */
enum shape {
    SHAPE_NONE = 0, /* no such op */
    SHAPE_EMPTY,
    SHAPE_PUT,
    SHAPE_KEY,
    SHAPE_RANGE, /* GET v3 */
    SHAPE_LIST,
    SHAPE_LIST_AFTER, /* LIST v3 */
    SHAPE_TXN,
    SHAPE_CHUNK,
};

static enum shape shape_of(uint8_t version, uint8_t op)
{
    static const uint8_t plain[] = {
        [STATEFS_OP_PUT] = SHAPE_PUT,       [STATEFS_OP_GET] = SHAPE_KEY,
        [STATEFS_OP_DEL] = SHAPE_KEY,       [STATEFS_OP_LIST] = SHAPE_LIST,
        [STATEFS_OP_SYNC] = SHAPE_EMPTY,    [STATEFS_OP_BEGIN] = SHAPE_EMPTY,
        [STATEFS_OP_TXN_PUT] = SHAPE_CHUNK, [STATEFS_OP_COMMIT] = SHAPE_TXN,
        [STATEFS_OP_ABORT] = SHAPE_TXN,
    };
    static const uint8_t parts[sizeof plain] = {
        [STATEFS_OP_GET] = SHAPE_RANGE,
        [STATEFS_OP_LIST] = SHAPE_LIST_AFTER,
    };
    if (op >= sizeof plain)
        return SHAPE_NONE;
    return version == VERSION_PLAIN   ? (enum shape)plain[op]
           : version == VERSION_PARTS ? (enum shape)parts[op]
                                      : SHAPE_NONE;
}

/* The payload's fixed fields, which all come before its keys and values. */
static size_t fixed_bytes(enum shape shape)
{
    static const uint8_t sizes[] = {
        [SHAPE_NONE] = 0,       [SHAPE_EMPTY] = 0,  [SHAPE_PUT] = 6,
        [SHAPE_KEY] = 2,        [SHAPE_RANGE] = 10, [SHAPE_LIST] = 4,
        [SHAPE_LIST_AFTER] = 6, [SHAPE_TXN] = 8,    [SHAPE_CHUNK] = 14,
    };
    return sizes[shape];
}

/* --- Requests --- */

static void put_fixed(const struct statefs_request *request, enum shape shape, uint8_t *at)
{
    uint16_t key_length = (uint16_t)request->key.length;
    if (shape == SHAPE_TXN || shape == SHAPE_CHUNK) {
        store_u64(at, request->txn);
        at += 8;
    }
    if (shape == SHAPE_EMPTY || shape == SHAPE_TXN)
        return;
    store_u16(at, key_length);
    at += 2;
    if (shape == SHAPE_PUT || shape == SHAPE_CHUNK)
        store_u32(at, request->value.length);
    if (shape == SHAPE_LIST || shape == SHAPE_LIST_AFTER)
        store_u16(at, request->limit);
    if (shape == SHAPE_LIST_AFTER)
        store_u16(at + 2, (uint16_t)request->value.length);
    if (shape == SHAPE_RANGE) {
        store_u32(at, request->offset);
        store_u32(at + 4, request->length);
    }
}

static bool has_key(enum shape shape)
{
    return shape != SHAPE_EMPTY && shape != SHAPE_TXN;
}

static bool has_value(enum shape shape)
{
    return shape == SHAPE_PUT || shape == SHAPE_CHUNK || shape == SHAPE_LIST_AFTER;
}

size_t statefs_request_encode(const struct statefs_request *request, uint8_t *frame, size_t size)
{
    enum shape shape = shape_of(request->version, request->op);
    uint32_t key_length = has_key(shape) ? request->key.length : 0;
    uint32_t value_length = has_value(shape) ? request->value.length : 0;
    size_t start = STATEFS_REQUEST_BYTES + fixed_bytes(shape);
    if (shape == SHAPE_NONE || key_length > STATEFS_KEY_MAX || size < start + key_length ||
        value_length > size - start - key_length ||
        (shape == SHAPE_LIST_AFTER && value_length > STATEFS_KEY_MAX))
        return 0;
    frame[0] = 'S';
    frame[1] = 'F';
    frame[2] = request->version;
    frame[3] = request->op;
    store_u64(frame + 4, request->nonce);
    put_fixed(request, shape, frame + STATEFS_REQUEST_BYTES);
    copy_bytes(frame + start, request->key.bytes, key_length);
    copy_bytes(frame + start + key_length, request->value.bytes, value_length);
    return start + key_length + value_length;
}

/* The fixed fields; the spans' lengths only. */
static void take_fixed(struct statefs_request *request, enum shape shape, const uint8_t *at)
{
    if (shape == SHAPE_TXN || shape == SHAPE_CHUNK) {
        request->txn = load_u64(at);
        at += 8;
    }
    if (!has_key(shape))
        return;
    request->key.length = load_u16(at);
    at += 2;
    if (shape == SHAPE_PUT || shape == SHAPE_CHUNK)
        request->value.length = load_u32(at);
    if (shape == SHAPE_LIST || shape == SHAPE_LIST_AFTER)
        request->limit = load_u16(at);
    if (shape == SHAPE_LIST_AFTER)
        request->value.length = load_u16(at + 2);
    if (shape == SHAPE_RANGE) {
        request->offset = load_u32(at);
        request->length = load_u32(at + 4);
    }
}

enum statefs_status statefs_request_decode(struct statefs_request *request, const uint8_t *frame,
                                           size_t length)
{
    *request = (struct statefs_request){.version = VERSION_PLAIN};
    if (length < STATEFS_REQUEST_BYTES || frame[0] != 'S' || frame[1] != 'F')
        return STATEFS_MALFORMED;
    if (frame[2] == VERSION_PARTS)
        request->version = VERSION_PARTS;
    request->op = frame[3] & (uint8_t)~REPLY_FLAG;
    request->nonce = load_u64(frame + 4);
    enum shape shape = shape_of(frame[2], frame[3]);
    if (shape == SHAPE_NONE)
        return STATEFS_UNSUPPORTED;
    size_t start = STATEFS_REQUEST_BYTES + fixed_bytes(shape);
    if (length < start)
        return STATEFS_MALFORMED;
    take_fixed(request, shape, frame + STATEFS_REQUEST_BYTES);
    size_t rest = length - start;
    bool whole = request->key.length <= rest && request->value.length == rest - request->key.length;
    request->key.bytes = frame + start;
    request->value.bytes = frame + start + request->key.length;
    if (whole)
        return STATEFS_OK;
    request->key = request->value = (struct statefs_span){0};
    return STATEFS_MALFORMED;
}

/* --- Replies --- */

size_t statefs_list_start(uint8_t version)
{
    return version == VERSION_PARTS ? STATEFS_REPLY_BYTES + 3 : STATEFS_REPLY_BYTES + 2;
}

/* Where a reply's value or list begins. */
static size_t reply_start(const struct statefs_reply *reply)
{
    switch (reply->op) {
    case STATEFS_OP_GET:
        return reply->version == VERSION_PARTS ? STATEFS_REPLY_BYTES + 8 : STATEFS_REPLY_BYTES + 4;
    case STATEFS_OP_LIST:
        return statefs_list_start(reply->version);
    case STATEFS_OP_BEGIN:
        return STATEFS_REPLY_BYTES + 8;
    default:
        return STATEFS_REPLY_BYTES;
    }
}

static bool has_tail(uint8_t op)
{
    return op == STATEFS_OP_GET || op == STATEFS_OP_LIST;
}

size_t statefs_reply_encode(const struct statefs_reply *reply, uint8_t *frame, size_t size)
{
    size_t start = reply_start(reply);
    uint32_t tail = has_tail(reply->op) ? reply->value.length : 0;
    if (size < start || tail > size - start)
        return 0;
    frame[0] = 'S';
    frame[1] = 'F';
    frame[2] = reply->version;
    frame[3] = (uint8_t)(reply->op | REPLY_FLAG);
    frame[4] = reply->status;
    store_u64(frame + 5, reply->nonce);
    uint8_t *at = frame + STATEFS_REPLY_BYTES;
    if (reply->op == STATEFS_OP_BEGIN)
        store_u64(at, reply->txn);
    if (reply->op == STATEFS_OP_GET)
        store_u32(at, tail);
    if (reply->op == STATEFS_OP_GET && reply->version == VERSION_PARTS)
        store_u32(at + 4, reply->total);
    if (reply->op == STATEFS_OP_LIST)
        store_u16(at, reply->count);
    if (reply->op == STATEFS_OP_LIST && reply->version == VERSION_PARTS)
        frame[LIST_MORE_BYTE] = reply->more;
    if (tail > 0 && reply->value.bytes != frame + start)
        copy_bytes(frame + start, reply->value.bytes, tail);
    return start + tail;
}

bool statefs_list_take(struct statefs_span *list, struct statefs_span *key)
{
    if (list->length < 2)
        return false;
    uint32_t length = load_u16(list->bytes);
    if (length > STATEFS_KEY_MAX || length > list->length - 2)
        return false;
    *key = (struct statefs_span){list->bytes + 2, length};
    *list = (struct statefs_span){key->bytes + length, list->length - 2 - length};
    return true;
}

bool statefs_list_put(uint8_t *frame, size_t size, size_t *at, struct statefs_span key)
{
    if (*at + 2 + key.length > size)
        return false;
    store_u16(frame + *at, (uint16_t)key.length);
    copy_bytes(frame + *at + 2, key.bytes, key.length);
    *at += 2 + key.length;
    return true;
}

static bool list_whole(struct statefs_span list, uint16_t count)
{
    struct statefs_span key;
    for (uint32_t i = 0; i < count; i++) {
        if (!statefs_list_take(&list, &key))
            return false;
    }
    return list.length == 0;
}

bool statefs_reply_decode(struct statefs_reply *reply, const uint8_t *frame, size_t length)
{
    *reply = (struct statefs_reply){0};
    if (length < STATEFS_REPLY_BYTES || frame[0] != 'S' || frame[1] != 'F' ||
        (frame[2] != VERSION_PLAIN && frame[2] != VERSION_PARTS) || (frame[3] & REPLY_FLAG) == 0)
        return false;
    reply->version = frame[2];
    reply->op = frame[3] & (uint8_t)~REPLY_FLAG;
    reply->status = frame[4];
    reply->nonce = load_u64(frame + 5);
    size_t start = reply_start(reply);
    if (length < start || (!has_tail(reply->op) && length > start))
        return false;
    const uint8_t *at = frame + STATEFS_REPLY_BYTES;
    reply->value = (struct statefs_span){frame + start, (uint32_t)(length - start)};
    if (reply->op == STATEFS_OP_BEGIN)
        reply->txn = load_u64(at);
    if (reply->op == STATEFS_OP_GET) {
        reply->total = reply->version == VERSION_PARTS ? load_u32(at + 4) : load_u32(at);
        return load_u32(at) == reply->value.length && reply->total >= reply->value.length;
    }
    if (reply->op != STATEFS_OP_LIST)
        return true;
    reply->count = load_u16(at);
    reply->more = reply->version == VERSION_PARTS ? frame[LIST_MORE_BYTE] : 0;
    return list_whole(reply->value, reply->count);
}
