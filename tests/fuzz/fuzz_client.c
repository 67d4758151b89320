/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a peer answers, into the client's side of RPC: nothing is written behind its buffer, what it
 * sends holds together, and results are read to their last word. Byte 0: the size of its buffer, in
 * units of 8 bytes over the least; byte 1, bit 0: the peer's stream goes on after an error, into a
 * client made anew; bytes 2 to 7: nothing; then the stream.
 */
#include "nexus-idl/framing.h"
#include "nexus-idl/rpc_client.h"
#include "walk.h"

#include <string.h>

enum { HEADER = 8, GUARD = 16, PATTERN = 0xa5, FRAME_MAX = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_sent(const uint8_t *out, size_t size, size_t length)
{
    FUZZ_CHECK(length <= size);
    for (size_t i = 0; i < GUARD; i++)
        FUZZ_CHECK(out[size + i] == PATTERN);
    for (size_t at = 0; at < length;) {
        struct nx_message message;
        int64_t frame = nx_frame_length(out + at, length - at, size, NX_SEGMENTS_DEFAULT);
        FUZZ_CHECK(frame > 0 && (size_t)frame <= length - at);
        FUZZ_CHECK(nx_message_open(&message, out + at, (size_t)frame) == 0);
        (void)nx_message_root(&message);
        FUZZ_CHECK(nx_message_error(&message) == 0);
        at += (size_t)frame;
    }
}

/* Where nothing is under way; the parameters are of one word. */
static void call(struct nx_client *client, const uint8_t *out, size_t size)
{
    size_t sent;
    if (client->waiting || client->closed)
        return;
    nx_set_u64(nx_client_begin(client, UINT64_C(0xfedcba9876543210), 1, 1, 0), 0, 7);
    FUZZ_CHECK(nx_client_finish_call(client, &sent) == 0 && sent > 0);
    check_sent(out, size, sent);
}

static void read_results(struct nx_client *client)
{
    static struct transcript transcript;
    struct nx_struct_reader results = nx_client_results(client);
    for (uint32_t i = 0; i < results.data_words; i++)
        (void)nx_get_u64(results, i * 8);
    for (uint32_t i = 0; i < results.pointers; i++)
        walk_pointer(nx_get_pointer(results, i), &transcript);
    FUZZ_CHECK(nx_client_error(client) <= 0);
}

static void read_exception(const struct nx_client *client)
{
    struct nx_exception exception = nx_client_exception(client);
    static volatile char read;
    FUZZ_CHECK((unsigned)exception.type <= NX_EXCEPTION_UNIMPLEMENTED);
    for (uint32_t i = 0; i <= exception.reason.length; i++)
        read = exception.reason.bytes[i];
    (void)read;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < HEADER)
        return 0;
    size_t size = NX_CLIENT_OUT_MIN + (size_t)8 * bytes[0];
    bool goes_on = (bytes[1] & 1) != 0;
    uint8_t *out = malloc(size + GUARD);
    struct nx_client client;
    FUZZ_CHECK(out != NULL);
    memset(out, PATTERN, size + GUARD);
    nx_client_init(&client, out, size);
    for (size_t at = HEADER; at < length;) {
        size_t sent = 0;
        call(&client, out, size);
        int64_t frame = nx_frame_length(bytes + at, length - at, FRAME_MAX, NX_SEGMENTS_DEFAULT);
        size_t take = frame > 0 && (uint64_t)frame <= length - at ? (size_t)frame : length - at;
        int reply = nx_client_receive(&client, bytes + at, take, &sent);
        check_sent(out, size, sent);
        if (reply == NX_REPLY)
            read_results(&client);
        else if (reply == NX_REPLY_EXCEPTION || reply == NX_REPLY_ABORT)
            read_exception(&client);
        FUZZ_CHECK(reply >= NX_RANGE && reply <= NX_REPLY_ABORT);
        if (client.closed && goes_on)
            nx_client_init(&client, out, size);
        at += take;
    }
    nx_client_close(&client);
    free(out);
    return 0;
}
