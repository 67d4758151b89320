/* SPDX-License-Identifier: Apache-2.0 */
#include "statefs/client.h"

void statefs_client_init(struct statefs_client *client, uint64_t nonce)
{
    *client = (struct statefs_client){.nonce = nonce};
}

size_t statefs_client_request(struct statefs_client *client, struct statefs_request *request,
                              uint8_t *frame, size_t size)
{
    bool parts = request->op == STATEFS_OP_GET || request->op == STATEFS_OP_LIST;
    request->version = parts ? 3 : 2;
    request->nonce = ++client->nonce;
    size_t length = statefs_request_encode(request, frame, size);
    client->op = length > 0 ? request->op : 0;
    return length;
}

bool statefs_client_reply(struct statefs_client *client, struct statefs_reply *reply,
                          const uint8_t *frame, size_t length)
{
    if (!statefs_reply_decode(reply, frame, length) || client->op == 0 ||
        reply->nonce != client->nonce || reply->op != client->op)
        return false;
    client->op = 0;
    return true;
}

uint32_t statefs_chunk_room(uint32_t frame_bytes, uint32_t key_length)
{
    uint32_t rest = STATEFS_TXN_PUT_BYTES + key_length;
    return frame_bytes > rest ? frame_bytes - rest : 0;
}
