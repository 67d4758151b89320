/* SPDX-License-Identifier: Apache-2.0 */
/* The wire's bytes, written out by hand; keys; and any bytes at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "statefs/client.h"
#include "statefs/wire.h"

#define NONCE UINT64_C(0x1122334455667788)
#define TXN   UINT64_C(0x0102030405060708)

static struct statefs_span text(const char *bytes)
{
    return (struct statefs_span){(const uint8_t *)bytes, (uint32_t)strlen(bytes)};
}

/* Hex with spaces. */
static size_t from_hex(const char *hex, uint8_t *to)
{
    size_t length = 0;
    for (; *hex != '\0'; hex++) {
        char byte[3] = {hex[0], hex[1], 0};
        if (*hex == ' ')
            continue;
        to[length++] = (uint8_t)strtoul(byte, NULL, 16);
        hex++;
    }
    return length;
}

static void same_span(struct statefs_span got, struct statefs_span expected)
{
    assert_int_equal(got.length, expected.length);
    if (expected.length > 0)
        assert_memory_equal(got.bytes, expected.bytes, expected.length);
}

/* Both ways: the struct gives these bytes, and the bytes give the struct. */
static void request_is(struct statefs_request request, const char *hex)
{
    uint8_t expected[256];
    uint8_t frame[256];
    struct statefs_request back;
    size_t length = from_hex(hex, expected);
    assert_int_equal(statefs_request_encode(&request, frame, sizeof frame), length);
    assert_memory_equal(frame, expected, length);
    assert_int_equal(statefs_request_encode(&request, frame, length), length);
    assert_int_equal(statefs_request_encode(&request, frame, length - 1), 0);
    assert_int_equal(statefs_request_decode(&back, expected, length), STATEFS_OK);
    assert_int_equal(back.version, request.version);
    assert_int_equal(back.op, request.op);
    assert_int_equal(back.nonce, request.nonce);
    assert_int_equal(back.txn, request.txn);
    assert_int_equal(back.offset, request.offset);
    assert_int_equal(back.length, request.length);
    assert_int_equal(back.limit, request.limit);
    same_span(back.key, request.key);
    same_span(back.value, request.value);
    /* A byte more or less is no frame of this op. */
    for (size_t cut = 0; cut < length; cut++)
        assert_int_equal(statefs_request_decode(&back, expected, cut), STATEFS_MALFORMED);
    assert_int_equal(statefs_request_decode(&back, expected, length + 1), STATEFS_MALFORMED);
}

/* "SF" 02 op, then the nonce's bytes from the lowest. */
#define HEAD(version, op) "53 46 " version " " op " 88 77 66 55 44 33 22 11 "
#define KEY_HEX           "2f 73 74 61 74 65 2f 61 " /* /state/a */

static void requests(void **state)
{
    (void)state;
    struct statefs_span key = text("/state/a");
    request_is(
        (struct statefs_request){
            .version = 2, .op = 1, .nonce = NONCE, .key = key, .value = text("xyz")},
        HEAD("02", "01") "08 00 03 00 00 00 " KEY_HEX "78 79 7a");
    request_is((struct statefs_request){.version = 2, .op = 2, .nonce = NONCE, .key = key},
               HEAD("02", "02") "08 00 " KEY_HEX);
    request_is(
        (struct statefs_request){
            .version = 3, .op = 2, .nonce = NONCE, .key = key, .offset = 0x10203, .length = 0x1e0},
        HEAD("03", "02") "08 00 03 02 01 00 e0 01 00 00 " KEY_HEX);
    request_is((struct statefs_request){.version = 2, .op = 3, .nonce = NONCE, .key = key},
               HEAD("02", "03") "08 00 " KEY_HEX);
    request_is(
        (struct statefs_request){
            .version = 2, .op = 4, .nonce = NONCE, .key = text("/state/"), .limit = 0x102},
        HEAD("02", "04") "07 00 02 01 2f 73 74 61 74 65 2f");
    request_is((struct statefs_request){.version = 3,
                                        .op = 4,
                                        .nonce = NONCE,
                                        .key = text("/state/"),
                                        .limit = 3,
                                        .value = key},
               HEAD("03", "04") "07 00 03 00 08 00 2f 73 74 61 74 65 2f " KEY_HEX);
    request_is((struct statefs_request){.version = 2, .op = 5, .nonce = NONCE}, HEAD("02", "05"));
    request_is((struct statefs_request){.version = 2, .op = 7, .nonce = NONCE}, HEAD("02", "07"));
    request_is(
        (struct statefs_request){
            .version = 2, .op = 8, .nonce = NONCE, .txn = TXN, .key = key, .value = text("Z")},
        HEAD("02", "08") "08 07 06 05 04 03 02 01 08 00 01 00 00 00 " KEY_HEX "5a");
    request_is((struct statefs_request){.version = 2, .op = 9, .nonce = NONCE, .txn = TXN},
               HEAD("02", "09") "08 07 06 05 04 03 02 01");
    request_is((struct statefs_request){.version = 2, .op = 10, .nonce = NONCE, .txn = TXN},
               HEAD("02", "0a") "08 07 06 05 04 03 02 01");
}

static void reply_is(struct statefs_reply reply, const char *hex)
{
    uint8_t expected[256];
    uint8_t frame[256];
    struct statefs_reply back;
    size_t length = from_hex(hex, expected);
    assert_int_equal(statefs_reply_encode(&reply, frame, sizeof frame), length);
    assert_memory_equal(frame, expected, length);
    assert_int_equal(statefs_reply_encode(&reply, frame, length - 1), 0);
    assert_true(statefs_reply_decode(&back, expected, length));
    assert_int_equal(back.version, reply.version);
    assert_int_equal(back.op, reply.op);
    assert_int_equal(back.status, reply.status);
    assert_int_equal(back.nonce, reply.nonce);
    assert_int_equal(back.txn, reply.txn);
    assert_int_equal(back.total, reply.total);
    assert_int_equal(back.count, reply.count);
    assert_int_equal(back.more, reply.more);
    same_span(back.value, reply.value);
    for (size_t cut = 0; cut < length; cut++)
        assert_false(statefs_reply_decode(&back, expected, cut));
    assert_false(statefs_reply_decode(&back, expected, length + 1));
}

/* "SF" version op|80 status nonce */
#define REPLY_HEAD(version, op, status)                                                            \
    "53 46 " version " " op " " status " 88 77 66 55 44 33 22 11 "

static void replies(void **state)
{
    (void)state;
    static const uint8_t list[] = {1, 0, 'x', 2, 0, 'y', 'z'};
    reply_is((struct statefs_reply){.version = 2, .op = 1, .nonce = NONCE},
             REPLY_HEAD("02", "81", "00"));
    reply_is((struct statefs_reply){.version = 2, .op = 5, .status = 7, .nonce = NONCE},
             REPLY_HEAD("02", "85", "07"));
    reply_is(
        (struct statefs_reply){
            .version = 2, .op = 2, .nonce = NONCE, .total = 2, .value = text("hi")},
        REPLY_HEAD("02", "82", "00") "02 00 00 00 68 69");
    reply_is((struct statefs_reply){.version = 2, .op = 2, .status = 1, .nonce = NONCE},
             REPLY_HEAD("02", "82", "01") "00 00 00 00");
    reply_is(
        (struct statefs_reply){
            .version = 3, .op = 2, .nonce = NONCE, .total = 0x20001, .value = text("hi")},
        REPLY_HEAD("03", "82", "00") "02 00 00 00 01 00 02 00 68 69");
    reply_is(
        (struct statefs_reply){
            .version = 2, .op = 4, .nonce = NONCE, .count = 2, .value = {list, sizeof list}},
        REPLY_HEAD("02", "84", "00") "02 00 01 00 78 02 00 79 7a");
    reply_is((struct statefs_reply){.version = 3,
                                    .op = 4,
                                    .nonce = NONCE,
                                    .count = 2,
                                    .more = 1,
                                    .value = {list, sizeof list}},
             REPLY_HEAD("03", "84", "00") "02 00 01 01 00 78 02 00 79 7a");
    reply_is((struct statefs_reply){.version = 2, .op = 7, .nonce = NONCE, .txn = TXN},
             REPLY_HEAD("02", "87", "00") "08 07 06 05 04 03 02 01");
    reply_is((struct statefs_reply){.version = 2, .op = 10, .status = 1, .nonce = NONCE},
             REPLY_HEAD("02", "8a", "01"));
}

static enum statefs_status decode(struct statefs_request *request, const char *hex)
{
    uint8_t frame[256];
    size_t length = from_hex(hex, frame);
    return statefs_request_decode(request, frame, length);
}

static void refused_requests(void **state)
{
    (void)state;
    struct statefs_request request;
    assert_int_equal(decode(&request, HEAD("02", "06")), STATEFS_UNSUPPORTED);
    assert_int_equal(request.op, 6);
    assert_int_equal(request.nonce, NONCE);
    assert_int_equal(decode(&request, HEAD("02", "00")), STATEFS_UNSUPPORTED);
    assert_int_equal(decode(&request, HEAD("02", "0b")), STATEFS_UNSUPPORTED);
    assert_int_equal(decode(&request, HEAD("02", "85")), STATEFS_UNSUPPORTED);
    assert_int_equal(decode(&request, HEAD("01", "05")), STATEFS_UNSUPPORTED);
    assert_int_equal(decode(&request, HEAD("03", "05")), STATEFS_UNSUPPORTED);
    assert_int_equal(request.version, 3);
    assert_int_equal(decode(&request, HEAD("03", "08")), STATEFS_UNSUPPORTED);
    assert_int_equal(decode(&request, "53 47 02 05 88 77 66 55 44 33 22 11"), STATEFS_MALFORMED);
    assert_int_equal(request.nonce, 0);
    /* Lengths that promise more than there is, up to the largest. */
    assert_int_equal(decode(&request, HEAD("02", "02") "ff ff " KEY_HEX), STATEFS_MALFORMED);
    assert_int_equal(decode(&request, HEAD("02", "01") "08 00 ff ff ff ff " KEY_HEX),
                     STATEFS_MALFORMED);
    assert_int_equal(decode(&request, HEAD("02", "01") "09 00 ff ff ff ff " KEY_HEX),
                     STATEFS_MALFORMED);
    assert_int_equal(request.value.length, 0);
}

static void chunks_of_a_frame(void **state)
{
    (void)state;
    assert_int_equal(statefs_chunk_room(512, 40), 512 - 26 - 40);
    assert_int_equal(statefs_chunk_room(66, 40), 0);
    assert_int_equal(statefs_chunk_room(20, 40), 0);
    uint8_t frame[512];
    uint8_t chunk[446] = {0};
    struct statefs_client client;
    struct statefs_request request = {.op = STATEFS_OP_TXN_PUT,
                                      .key = text("/state/perf/traces/nameofforty000-1.json"),
                                      .value = {chunk, sizeof chunk}};
    assert_int_equal(request.key.length, 40);
    statefs_client_init(&client, 0);
    assert_int_equal(statefs_client_request(&client, &request, frame, sizeof frame), 512);
}

static void late_replies(void **state)
{
    (void)state;
    uint8_t frame[64];
    struct statefs_client client;
    struct statefs_request request = {.op = STATEFS_OP_SYNC};
    struct statefs_reply reply = {.version = 2, .op = STATEFS_OP_SYNC, .nonce = 41};
    statefs_client_init(&client, 40);
    assert_int_equal(statefs_client_request(&client, &request, frame, sizeof frame), 12);
    size_t length = statefs_client_request(&client, &request, frame, sizeof frame);
    assert_int_equal(frame[4], 42);
    length = statefs_reply_encode(&reply, frame, sizeof frame);
    assert_false(statefs_client_reply(&client, &reply, frame, length)); /* the first one's */
    reply = (struct statefs_reply){.version = 2, .op = STATEFS_OP_COMMIT, .nonce = 42};
    length = statefs_reply_encode(&reply, frame, sizeof frame);
    assert_false(statefs_client_reply(&client, &reply, frame, length)); /* of another op */
    reply = (struct statefs_reply){.version = 2, .op = STATEFS_OP_SYNC, .nonce = 42};
    length = statefs_reply_encode(&reply, frame, sizeof frame);
    assert_false(statefs_client_reply(&client, &reply, frame, length - 1));
    assert_true(statefs_client_reply(&client, &reply, frame, length));
    assert_false(statefs_client_reply(&client, &reply, frame, length)); /* once more */
}

static void keys(void **state)
{
    (void)state;
    static const char *const good[] = {"/state/a",
                                       "/state/perf/traces/x-1.json",
                                       "/state/...",
                                       "/state/.a",
                                       "/state/a..",
                                       "/state/\xC3\xA4",
                                       "/state/\xF4\x8F\xBF\xBF",
                                       "/state/\xEF\xBF\xBD/ "};
    static const char *const bad[] = {"",
                                      "/",
                                      "/state",
                                      "/state/",
                                      "state/a",
                                      "/State/a",
                                      "/state//a",
                                      "/state/a/",
                                      "/state/.",
                                      "/state/..",
                                      "/state/a/../b",
                                      "/state/./a",
                                      "/state/a\n",
                                      "/state/\x7F",
                                      "/state/\x80",
                                      "/state/\xC3",
                                      "/state/\xC0\xAF",
                                      "/state/\xE0\x9F\xBF",
                                      "/state/\xED\xA0\x80",
                                      "/state/\xF4\x90\x80\x80",
                                      "/state/\xF5\x80\x80\x80",
                                      "/state/\xE2\x82",
                                      "/state/\xC3/"};
    char longest[STATEFS_KEY_MAX + 2] = STATEFS_PREFIX;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(statefs_key_check(text(good[i])), STATEFS_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (statefs_key_check(text(bad[i])) != STATEFS_INVALID_KEY)
            fail_msg("%s", bad[i]);
    }
    assert_int_equal(statefs_key_check((struct statefs_span){(const uint8_t *)"/state/\0a", 9}),
                     STATEFS_INVALID_KEY);
    memset(longest + 7, 'k', STATEFS_KEY_MAX - 7);
    assert_int_equal(statefs_key_check(text(longest)), STATEFS_OK);
    longest[STATEFS_KEY_MAX] = 'k';
    assert_int_equal(statefs_key_check(text(longest)), STATEFS_KEY_TOO_LONG);
}

/* The check value of the CRC's definition. */
static void crc(void **state)
{
    (void)state;
    assert_int_equal(statefs_crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(statefs_crc32(statefs_crc32(0, "1234", 4), "56789", 5), 0xCBF43926);
    assert_int_equal(statefs_crc32(0, "", 0), 0);
}

/* What is read lies in the frame, whatever the frame says; and says the same again. */
static void any_bytes(void **state)
{
    (void)state;
    uint32_t random = 7;
    unsigned decoded = 0;
    for (unsigned round = 0; round < 300000; round++) {
        size_t length = round % 64;
        uint8_t *frame = malloc(length + 1); /* exact, for a checker of memory */
        for (size_t i = 0; i < length; i++) {
            random = random * 1664525u + 1013904223u;
            frame[i] = (uint8_t)(random >> 24 & (i > 12 ? 15 : 255));
        }
        static const uint8_t head[3] = {'S', 'F', 2};
        for (size_t i = 0; i < 3 && i < length; i++)
            frame[i] = head[i];
        if (length > 3) {
            frame[2] = (uint8_t)(2 + (random >> 12 & 1));
            frame[3] = (uint8_t)((random >> 16) % 12 | (round & 64 ? 0x80 : 0));
        }
        uint8_t *exact = realloc(frame, length > 0 ? length : 1);
        uint8_t again[64];
        struct statefs_request request;
        struct statefs_reply reply;
        if (statefs_request_decode(&request, exact, length) == STATEFS_OK) {
            decoded++;
            assert_int_equal(statefs_request_encode(&request, again, sizeof again),
                             request.key.length > STATEFS_KEY_MAX ? 0 : length);
            assert_memory_equal(again, exact, length);
        }
        if (statefs_reply_decode(&reply, exact, length)) {
            decoded++;
            assert_int_equal(statefs_reply_encode(&reply, again, sizeof again), length);
            assert_memory_equal(again, exact, length);
        }
        free(exact);
    }
    assert_true(decoded > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(replies),
        cmocka_unit_test(refused_requests),
        cmocka_unit_test(chunks_of_a_frame),
        cmocka_unit_test(late_replies),
        cmocka_unit_test(keys),
        cmocka_unit_test(crc),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
