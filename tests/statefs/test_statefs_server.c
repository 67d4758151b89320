/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in, frames out, over a store on a disk in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "memory_disk.h"
#include "statefs/client.h"
#include "statefs/server.h"

#define SECTORS 600u

static struct statefs_disk disk;
static _Alignas(8) uint8_t arena[STATEFS_BYTES(20, 8, 4, SECTORS)];
static struct statefs *store;
static struct statefs_client client;
static uint8_t request_frame[STATEFS_FRAME_MAX], reply_frame[STATEFS_FRAME_MAX];

static int start(void **state)
{
    static const struct statefs_config config = {.keys = 20,
                                                 .pending = 8,
                                                 .transactions = 4,
                                                 .transaction_keys = 8,
                                                 .transaction_bytes = 65536,
                                                 .value_bytes = 65536,
                                                 .sectors = SECTORS};
    (void)state;
    memory_disk_init(&disk, SECTORS);
    statefs_client_init(&client, 100);
    assert_int_equal(statefs_init(&store, arena, sizeof arena, &config, &disk), STATEFS_OK);
    return statefs_mount(store, STATEFS_READ_WRITE) != STATEFS_OK;
}

static int stop(void **state)
{
    (void)state;
    memory_disk_free(&disk);
    return 0;
}

static struct statefs_span text(const char *bytes)
{
    return (struct statefs_span){(const uint8_t *)bytes, (uint32_t)strlen(bytes)};
}

static struct statefs_reply ask(struct statefs_request request)
{
    struct statefs_reply reply;
    size_t length = statefs_client_request(&client, &request, request_frame, sizeof request_frame);
    assert_true(length > 0);
    length = statefs_serve(store, request_frame, length, reply_frame, STATEFS_FRAME_BYTES);
    assert_in_range(length, STATEFS_REPLY_BYTES, STATEFS_FRAME_BYTES);
    assert_true(statefs_client_reply(&client, &reply, reply_frame, length));
    return reply;
}

static uint8_t status(struct statefs_request request)
{
    return ask(request).status;
}

static void every_op(void **state)
{
    (void)state;
    struct statefs_span a = text("/state/a");
    assert_int_equal(status((struct statefs_request){.op = 1, .key = a, .value = text("one")}), 0);
    struct statefs_reply reply = ask((struct statefs_request){.op = 2, .key = a, .length = 100});
    assert_int_equal(reply.status, 0);
    assert_int_equal(reply.total, 3);
    assert_int_equal(statefs_span_compare(reply.value, text("one")), 0);
    reply = ask((struct statefs_request){.op = 7});
    assert_int_equal(reply.status, 0);
    uint64_t txn = reply.txn;
    assert_true(txn != 0);
    assert_int_equal(
        status((struct statefs_request){.op = 8, .txn = txn, .key = a, .value = text("tw")}), 0);
    assert_int_equal(
        status((struct statefs_request){.op = 8, .txn = txn, .key = a, .value = text("o")}), 0);
    assert_int_equal(status((struct statefs_request){.op = 9, .txn = txn}), 0);
    assert_int_equal(status((struct statefs_request){.op = 9, .txn = txn}), STATEFS_NOT_FOUND);
    assert_int_equal(status((struct statefs_request){.op = 5}), 0);
    reply = ask((struct statefs_request){.op = 2, .key = a, .offset = 1, .length = 1});
    assert_int_equal(statefs_span_compare(reply.value, text("w")), 0);
    assert_int_equal(reply.total, 3);
    assert_int_equal(status((struct statefs_request){.op = 3, .key = a}), 0);
    assert_int_equal(status((struct statefs_request){.op = 3, .key = a}), STATEFS_NOT_FOUND);
    reply = ask((struct statefs_request){.op = 7});
    assert_int_equal(status((struct statefs_request){.op = 10, .txn = reply.txn}), 0);
    assert_int_equal(status((struct statefs_request){.op = 10, .txn = reply.txn}),
                     STATEFS_NOT_FOUND);
    assert_int_equal(status((struct statefs_request){.op = 1, .key = text("a"), .value = a}),
                     STATEFS_INVALID_KEY);
}

/* Version 2: whole values or none; lists end where the frame does. */
static void version_2(void **state)
{
    (void)state;
    uint8_t value[1000] = {7};
    struct statefs_span key = text("/state/a");
    assert_int_equal(
        status((struct statefs_request){.op = 1, .key = key, .value = {value, 512 - 17}}), 0);
    struct statefs_request get = {.version = 2, .op = 2, .nonce = 9, .key = key};
    struct statefs_reply reply;
    size_t length = statefs_request_encode(&get, request_frame, sizeof request_frame);
    length = statefs_serve(store, request_frame, length, reply_frame, 512);
    assert_int_equal(length, 512);
    assert_true(statefs_reply_decode(&reply, reply_frame, length));
    assert_int_equal(reply.status, 0);
    assert_int_equal(reply.version, 2);
    assert_int_equal(reply.nonce, 9);
    assert_memory_equal(reply.value.bytes, value, 495);
    assert_int_equal(
        status((struct statefs_request){.op = 1, .key = key, .value = {value, 512 - 16}}), 0);
    length = statefs_request_encode(&get, request_frame, sizeof request_frame);
    length = statefs_serve(store, request_frame, length, reply_frame, 512);
    assert_int_equal(length, 17);
    assert_true(statefs_reply_decode(&reply, reply_frame, length));
    assert_int_equal(reply.status, STATEFS_TOO_LARGE);
    /* Where the peer reads more, more is answered. */
    length = statefs_request_encode(&get, request_frame, sizeof request_frame);
    assert_int_equal(statefs_serve(store, request_frame, length, reply_frame, 8192), 513);
}

static void lists_in_pages(void **state)
{
    (void)state;
    char name[STATEFS_KEY_MAX + 1];
    char after[STATEFS_KEY_MAX + 1] = "";
    unsigned pages = 0;
    unsigned found = 0;
    for (unsigned i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "/state/k/%02u-%0*u", i, 100, i);
        assert_int_equal(
            status((struct statefs_request){.op = 1, .key = text(name), .value = text("x")}), 0);
    }
    for (bool more = true; more; pages++) {
        struct statefs_reply reply = ask((struct statefs_request){
            .op = 4, .key = text("/state/k/"), .limit = 256, .value = text(after)});
        struct statefs_span key;
        assert_int_equal(reply.status, 0);
        while (statefs_list_take(&reply.value, &key)) {
            snprintf(name, sizeof name, "/state/k/%02u-%0*u", found, 100, found);
            assert_int_equal(statefs_span_compare(key, text(name)), 0);
            strcpy(after, name);
            found++;
        }
        more = reply.more != 0;
    }
    /* A key takes 2 + 112 bytes: four in 512 - 16. */
    assert_int_equal(found, 20);
    assert_int_equal(pages, 5);
    struct statefs_reply reply =
        ask((struct statefs_request){.op = 4, .key = text("/state/k/"), .limit = 2});
    assert_int_equal(reply.count, 2);
    assert_int_equal(reply.more, 1);
    reply = ask((struct statefs_request){.op = 4, .key = text("/state/x"), .limit = 2});
    assert_int_equal(reply.count, 0);
    assert_int_equal(reply.more, 0);
    assert_int_equal(reply.status, 0);
}

static void without_a_disk(void **state)
{
    (void)state;
    disk.sectors = 0;
    assert_int_equal(statefs_mount(store, STATEFS_READ_WRITE), STATEFS_NO_DISK);
    for (uint8_t op = 1; op <= 10; op++) {
        if (op != 6)
            assert_int_equal(
                status((struct statefs_request){.op = op, .txn = 1, .key = text("/state/a")}),
                STATEFS_UNSUPPORTED);
    }
}

/* Any bytes get an answer, and the store is as good as before. */
static void any_bytes(void **state)
{
    (void)state;
    uint32_t random = 3;
    static const uint8_t head[2] = {'S', 'F'};
    struct statefs_span kept = text("/state/kept");
    assert_int_equal(status((struct statefs_request){.op = 1, .key = kept, .value = text("v")}), 0);
    assert_int_equal(status((struct statefs_request){.op = 5}), 0);
    for (unsigned round = 0; round < 200000; round++) {
        uint8_t frame[80];
        struct statefs_reply reply;
        size_t length = round % sizeof frame;
        for (size_t i = 0; i < length; i++) {
            random = random * 1664525u + 1013904223u;
            frame[i] = (uint8_t)(random >> 24);
        }
        if (length > 14 && round % 8 != 0) {
            memcpy(frame, head, 2);
            frame[2] = (uint8_t)(2 + (random >> 10) % 2);
            frame[3] = (uint8_t)(1 + (random >> 12) % 10);
            frame[12] = (uint8_t)(length - 14);
            frame[13] = 0;
        }
        length = statefs_serve(store, frame, length, reply_frame, STATEFS_FRAME_BYTES);
        assert_in_range(length, STATEFS_REPLY_BYTES, STATEFS_FRAME_BYTES);
        assert_true(statefs_reply_decode(&reply, reply_frame, length));
    }
    struct statefs_reply reply = ask((struct statefs_request){.op = 2, .key = kept, .length = 9});
    assert_int_equal(statefs_span_compare(reply.value, text("v")), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(every_op),       TEST(version_2), TEST(lists_in_pages),
        TEST(without_a_disk), TEST(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
