/* SPDX-License-Identifier: Apache-2.0 */
#include "statefs/server.h"

/* Mount results are not the wire's. */
static uint8_t wire_status(enum statefs_status status)
{
    return (uint8_t)(status >= STATEFS_NO_DISK ? STATEFS_UNSUPPORTED : status);
}

static enum statefs_status get(struct statefs *store, const struct statefs_request *request,
                               struct statefs_reply *reply, uint8_t *frame, size_t size)
{
    size_t start = STATEFS_REPLY_BYTES + (request->version == 3 ? 8u : 4u);
    uint32_t room = (uint32_t)(size - start);
    bool part = request->version == 3;
    uint32_t length = part && request->length < room ? request->length : room;
    uint32_t got;
    enum statefs_status status = statefs_get(store, request->key, request->offset, frame + start,
                                             length, &got, &reply->total);
    if (status == STATEFS_OK && !part && reply->total > got)
        status = STATEFS_TOO_LARGE;
    if (status == STATEFS_OK)
        reply->value = (struct statefs_span){frame + start, got};
    else
        reply->total = 0;
    return status;
}

static enum statefs_status list(const struct statefs *store, const struct statefs_request *request,
                                struct statefs_reply *reply, uint8_t *frame, size_t size)
{
    size_t start = statefs_list_start(request->version);
    size_t at = start;
    uint16_t limit = request->limit > STATEFS_LIST_MAX ? STATEFS_LIST_MAX : request->limit;
    struct statefs_span key = request->value; /* v2: empty, which comes before every key */
    if (request->key.length > STATEFS_KEY_MAX || key.length > STATEFS_KEY_MAX)
        return STATEFS_KEY_TOO_LONG;
    enum statefs_status status = statefs_next(store, request->key, key, &key);
    while (status == STATEFS_OK && reply->count < (limit == 0 ? 1 : limit) &&
           statefs_list_put(frame, size, &at, key)) {
        reply->count++;
        status = statefs_next(store, request->key, key, &key);
    }
    reply->more = status == STATEFS_OK;
    reply->value = (struct statefs_span){frame + start, (uint32_t)(at - start)};
    return status == STATEFS_NOT_FOUND ? STATEFS_OK : status;
}

static enum statefs_status serve(struct statefs *store, const struct statefs_request *request,
                                 struct statefs_reply *reply, uint8_t *frame, size_t size)
{
    switch ((enum statefs_op)request->op) {
    case STATEFS_OP_PUT:
        return statefs_put(store, request->key, request->value);
    case STATEFS_OP_GET:
        return get(store, request, reply, frame, size);
    case STATEFS_OP_DEL:
        return statefs_delete(store, request->key);
    case STATEFS_OP_LIST:
        return list(store, request, reply, frame, size);
    case STATEFS_OP_SYNC:
        return statefs_sync(store);
    case STATEFS_OP_BEGIN:
        return statefs_begin(store, &reply->txn);
    case STATEFS_OP_TXN_PUT:
        return statefs_append(store, request->txn, request->key, request->value);
    case STATEFS_OP_COMMIT:
        return statefs_commit(store, request->txn);
    case STATEFS_OP_ABORT:
        return statefs_abort(store, request->txn);
    }
    return STATEFS_UNSUPPORTED;
}

size_t statefs_serve(struct statefs *store, const uint8_t *frame, size_t length, uint8_t *out,
                     size_t size)
{
    struct statefs_request request;
    enum statefs_status status = statefs_request_decode(&request, frame, length);
    struct statefs_reply reply = {
        .version = request.version, .op = request.op, .nonce = request.nonce};
    if (status == STATEFS_OK)
        status = serve(store, &request, &reply, out, size);
    reply.status = wire_status(status);
    return statefs_reply_encode(&reply, out, size);
}
