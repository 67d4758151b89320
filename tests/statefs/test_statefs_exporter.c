/* SPDX-License-Identifier: Apache-2.0 */
/* The image's exporter, over a transport that calls the store, late or wrong as the test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "memory_disk.h"
#include "perfd/perfd.h"
#include "ports/port.h"
#include "ports/virt/exporter.h"
#include "ports/virt/statefs/job.h"
#include "ports/virt/statefs/names.h"
#include "ports/virt/virt.h"
#include "statefs/server.h"

#define SECTORS 700u
#define SECOND  UINT64_C(1000000000)

/* --- The world --- */

struct statefs_transport {
    uint64_t now_ns;
    uint64_t took_ns;      /* each reply comes this much later */
    unsigned requests;     /* sent so far */
    unsigned hold;         /* the reply to this request does not come until it is let go; 0: none */
    unsigned wrong;        /* this request is answered IO, and not served; 0: none */
    unsigned served_wrong; /* this one is answered IO after it was served; 0: none */
    unsigned gone;         /* from this one on the other side is gone; 0: never */
    unsigned full;         /* this one finds no room the first three times; 0: none */
    unsigned tried;
    bool here; /* a reply is due */
    uint64_t due_ns;
    size_t reply_length;
    uint8_t reply[STATEFS_FRAME_BYTES];
    size_t largest; /* request */
    unsigned puts, largest_puts;
    uint8_t ops[4096]; /* of all requests, in order */
};

static struct statefs_transport transport;
static struct statefs_disk disk;
static _Alignas(8) uint8_t arena[STATEFS_BYTES(20, 8, 8, SECTORS)];
static struct statefs *store;
static struct perfd_port port;
static char uri[PERFD_URI_MAX];
static bool no_store;

struct statefs_transport *statefs_transport_open(void)
{
    return no_store ? NULL : &transport;
}

uint64_t statefs_transport_now_ns(struct statefs_transport *t)
{
    return t->now_ns;
}

static void answer_io(struct statefs_transport *t, const uint8_t *frame, size_t length)
{
    struct statefs_request request;
    assert_int_equal(statefs_request_decode(&request, frame, length), STATEFS_OK);
    const struct statefs_reply reply = {
        .version = request.version, .op = request.op, .status = STATEFS_IO, .nonce = request.nonce};
    t->reply_length = statefs_reply_encode(&reply, t->reply, sizeof t->reply);
}

int statefs_transport_send(struct statefs_transport *t, const uint8_t *frame, size_t length)
{
    unsigned number = t->requests + 1;
    assert_false(t->here); /* one at a time */
    if (t->gone != 0 && number >= t->gone)
        return -1;
    if (number == t->full && t->tried++ < 3)
        return 0;
    t->requests = number;
    t->ops[number] = frame[3];
    t->largest = length > t->largest ? length : t->largest;
    if (frame[3] == STATEFS_OP_TXN_PUT) {
        t->puts++;
        t->largest_puts += length == t->largest;
    }
    if (number != t->wrong)
        t->reply_length = statefs_serve(store, frame, length, t->reply, sizeof t->reply);
    if (number == t->wrong || number == t->served_wrong)
        answer_io(t, frame, length);
    t->here = true;
    t->due_ns = t->now_ns + t->took_ns;
    return 1;
}

int statefs_transport_receive(struct statefs_transport *t, uint8_t *frame, size_t size)
{
    if (t->gone != 0 && t->requests >= t->gone)
        return -1;
    if (!t->here || t->requests == t->hold || t->now_ns < t->due_ns)
        return 0;
    assert_true(t->reply_length <= size);
    memcpy(frame, t->reply, t->reply_length);
    t->here = false;
    return (int)t->reply_length;
}

static enum statefs_status boot(void)
{
    static const struct statefs_config config = {.keys = 20,
                                                 .pending = 8,
                                                 .transactions = 8,
                                                 .transaction_keys = 8,
                                                 .transaction_bytes = STATEFS_VALUE_MAX,
                                                 .value_bytes = STATEFS_VALUE_MAX,
                                                 .sectors = SECTORS};
    assert_int_equal(statefs_init(&store, arena, sizeof arena, &config, &disk), STATEFS_OK);
    enum statefs_status status = statefs_mount(store, STATEFS_READ_WRITE);
    transport = (struct statefs_transport){.now_ns = SECOND};
    port = (struct perfd_port){.exporter = exporter_start()};
    return status;
}

/* Power off, and on again: only what was durable is there, and the clock begins anew. */
static void reboot(void)
{
    struct statefs_disk after;
    memory_disk_init(&after, SECTORS);
    memory_disk_cut(&after, &disk);
    memory_disk_free(&disk);
    disk = after;
    assert_int_equal(boot(), STATEFS_OK);
}

static int fresh(void **state)
{
    (void)state;
    no_store = false;
    memory_disk_init(&disk, SECTORS);
    return boot() != STATEFS_OK;
}

static int done(void **state)
{
    (void)state;
    memory_disk_free(&disk);
    return 0;
}

/* --- Exports --- */

/* As the core does it: pieces of a few bytes, asked again where the exporter is busy, aborted where
 * it failed. Time passes while it is busy. */
static int export(const char *name, uint64_t ts_ms, uint32_t bytes)
{
    uint8_t piece[100];
    int result = perfd_port_export_open(&port, name, ts_ms, bytes);
    for (uint32_t at = 0; result >= 0 && at < bytes;) {
        uint32_t part = bytes - at < sizeof piece ? bytes - at : (uint32_t)sizeof piece;
        for (uint32_t i = 0; i < part; i++)
            piece[i] = (uint8_t)((at + i) * 7 + ts_ms);
        result = perfd_port_export_write(&port, piece, part);
        at += result > 0 ? (uint32_t)result : 0;
        transport.now_ns += result == 0 ? SECOND / 100 : 0;
    }
    do {
        result = result < 0 ? result : perfd_port_export_commit(&port, uri, sizeof uri);
        transport.now_ns += result == 1 ? SECOND / 100 : 0;
    } while (result == 1);
    if (result < 0)
        perfd_port_export_abort(&port);
    return result;
}

/* The store has this trace, byte for byte. The content follows from the ts that was asked for. */
static void holds_trace(const char *key, uint64_t ts_ms, uint32_t bytes)
{
    static uint8_t read[100000];
    uint32_t got;
    uint32_t total;
    struct statefs_span span = {(const uint8_t *)key, (uint32_t)strlen(key)};
    assert_int_equal(statefs_get(store, span, 0, read, sizeof read, &got, &total), STATEFS_OK);
    assert_int_equal(total, bytes);
    for (uint32_t i = 0; i < bytes; i++) {
        if (read[i] != (uint8_t)(i * 7 + ts_ms))
            fail_msg("byte %u", (unsigned)i);
    }
}

/* All keys in order, a space behind each. */
static const char *all_keys(void)
{
    static char keys[4096];
    struct statefs_span key = {0};
    size_t length = 0;
    const struct statefs_span prefix = {(const uint8_t *)"/state/", 7};
    while (statefs_next(store, prefix, key, &key) == STATEFS_OK)
        length += (size_t)snprintf(keys + length, sizeof keys - length, "%.*s ",
                                   (int)key.length - 7, (const char *)key.bytes + 7);
    keys[length] = '\0';
    return keys;
}

#define TRACES "perf/traces/"

static void one_export(void **state)
{
    (void)state;
    /* 27 + 13: the key of "session" at 1234 has 36 bytes; a chunk 512 - 26 - 36 = 450. */
    assert_int_equal(export("session", 1234, 1000), 0);
    assert_string_equal(uri, "state://perf/traces/session-1234.json");
    holds_trace("/state/perf/traces/session-1234.json", 1234, 1000);
    assert_int_equal(transport.largest, 512);
    assert_int_equal(transport.puts, 3);
    static const uint8_t ops[] = {4, 7, 8, 8, 8, 9, 5, 4};
    assert_int_equal(transport.requests, sizeof ops);
    assert_memory_equal(transport.ops + 1, ops, sizeof ops);
    reboot();
    holds_trace("/state/perf/traces/session-1234.json", 1234, 1000);
    assert_int_equal(export("empty", 1, 0), 0);
    assert_string_equal(uri, "state://perf/traces/empty-1235.json");
    holds_trace("/state/perf/traces/empty-1235.json", 0, 0);
}

static void large_frames(void **state)
{
    (void)state;
    const struct exporter_config config = {.frame_bytes = STATEFS_FRAME_MAX,
                                           .value_bytes = 60000,
                                           .kept = 8,
                                           .deadline_ns = EXPORTER_DEADLINE_NS};
    exporter_init(port.exporter, &transport, &config);
    assert_int_equal(export("a", 5, 60000), 0);
    holds_trace("/state/perf/traces/a-5.json", 5, 60000);
    assert_int_equal(transport.largest, STATEFS_FRAME_MAX);
    assert_int_equal(transport.puts, 8); /* of 8,192 - 26 - 27 bytes */
    assert_int_equal(export("a", 5, 60001), PERFD_TOO_BIG);
}

/* Newest eight, whatever the clock says after a boot; nothing else is touched. */
static void eight_are_kept(void **state)
{
    (void)state;
    static const struct statefs_span value = {(const uint8_t *)"x", 1};
    static const char *const others[] = {"/state/perf/traces/readme", "/state/perf/traces/-1.json",
                                         "/state/perf/traces/d/e-1.json", "/state/perf/x-1.json"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(statefs_put(store,
                                     (struct statefs_span){(const uint8_t *)others[i],
                                                           (uint32_t)strlen(others[i])},
                                     value),
                         STATEFS_OK);
    for (unsigned i = 0; i < 12; i++) {
        assert_int_equal(export(i % 2 == 0 ? "b" : "a", i < 4 ? 100 : 20, 3000), 0);
        if (i % 3 == 2)
            reboot();
    }
    assert_string_equal(all_keys(),
                        TRACES "-1.json " TRACES "a-105.json " TRACES "a-107.json " TRACES
                               "a-109.json " TRACES "a-111.json " TRACES "b-104.json " TRACES
                               "b-106.json " TRACES "b-108.json " TRACES "b-110.json " TRACES
                               "d/e-1.json " TRACES "readme perf/x-1.json ");
    reboot();
    assert_int_equal(export("c", 50, 10), 0);
    assert_string_equal(uri, "state://perf/traces/c-112.json");
}

/* What a failed export leaves behind is nothing; then the next one works. */
static void nothing_is_left(void)
{
    assert_string_equal(all_keys(), TRACES "first-1.json ");
    assert_int_equal(export("next", 7, 900), 0);
    assert_string_equal(all_keys(), TRACES "first-1.json " TRACES "next-7.json ");
    holds_trace("/state/perf/traces/first-1.json", 1, 700);
    holds_trace("/state/perf/traces/next-7.json", 7, 900);
    for (unsigned i = 0; i < 8; i++) { /* no transaction is left open either */
        uint64_t txn;
        assert_int_equal(statefs_begin(store, &txn), STATEFS_OK);
    }
}

/* An export of 1,000 bytes: LIST BEGIN PUT PUT PUT COMMIT SYNC LIST. */
#define REQUESTS         8u
#define REQUESTS_TO_SYNC 7u

static void failing(unsigned n, unsigned kind)
{
    struct statefs_transport *t = &transport;
    t->requests = 0;
    t->tried = 0;
    t->wrong = kind == 0 ? n : 0;
    t->served_wrong = kind == 1 ? n : 0;
    t->gone = kind == 2 ? n : 0;
    t->full = kind == 3 ? n : 0;
}

/* Each request once answered IO unserved, answered IO although served, met by nobody, and at first
 * without room. */
static void every_step_fails(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        for (unsigned n = 1; n <= REQUESTS; n++) {
            if (kind == 1 && n == 2)
                continue; /* a BEGIN whose transaction nobody is told of */
            memory_disk_free(&disk);
            assert_int_equal(fresh(NULL), 0);
            assert_int_equal(export("first", 1, 700), 0);
            failing(n, kind);
            int result = export("second", 3, 1000);
            failing(0, 0);
            if (n > REQUESTS_TO_SYNC || kind == 3) {
                assert_int_equal(result, 0); /* it was durable before, or nothing was wrong */
                holds_trace("/state/perf/traces/second-3.json", 3, 1000);
                continue;
            }
            assert_int_equal(result, PERFD_IO);
            if (kind == 2) /* Nobody was told to take anything back: the boot does. */
                reboot();
            exporter_poll(port.exporter);
            nothing_is_left();
        }
    }
}

/* Each request's answer once comes too late. */
static void every_deadline(void **state)
{
    (void)state;
    uint8_t piece[2000] = {0};
    for (unsigned n = 1; n <= REQUESTS; n++) {
        memory_disk_free(&disk);
        assert_int_equal(fresh(NULL), 0);
        assert_int_equal(export("first", 1, 700), 0);
        failing(0, 0);
        transport.hold = n;
        int result = perfd_port_export_open(&port, "second", 3, 1000);
        for (uint32_t at = 0; result >= 0 && at < 1000;) {
            result = perfd_port_export_write(&port, piece, 1000 - at);
            at += result > 0 ? (uint32_t)result : 0;
            if (result == 0)
                break;
        }
        if (result > 0)
            result = perfd_port_export_commit(&port, uri, sizeof uri);
        bool writing = result == 0;
        uint64_t deadline = exporter_deadline_ns(port.exporter);
        assert_int_equal(deadline, transport.now_ns + 2 * SECOND);
        transport.now_ns = deadline - 1;
        result = writing ? perfd_port_export_write(&port, piece, 1)
                         : perfd_port_export_commit(&port, uri, sizeof uri);
        assert_int_equal(result, writing ? 0 : 1);
        transport.now_ns++;
        result = writing ? perfd_port_export_write(&port, piece, 1)
                         : perfd_port_export_commit(&port, uri, sizeof uri);
        assert_int_equal(exporter_deadline_ns(port.exporter), 0);
        if (n > REQUESTS_TO_SYNC) {
            assert_int_equal(result, 0);
            transport.hold = 0;
            continue;
        }
        assert_int_equal(result, PERFD_IO);
        perfd_port_export_abort(&port);
        /* The other side is still silent: the next export is told in time, too. */
        assert_int_equal(export("third", 5, 100), PERFD_IO);
        transport.hold = 0;
        exporter_poll(port.exporter);
        if (n == REQUESTS_TO_SYNC) /* it was durable when it was taken back, and is not any more */
            reboot();
        nothing_is_left();
    }
}

/* A slow disk makes an export slow, and no call waits: time passes only between the calls. */
static void a_slow_disk(void **state)
{
    (void)state;
    transport.took_ns = SECOND;
    assert_int_equal(export("slow", 3, 1000), 0);
    assert_true(transport.now_ns >= 9 * SECOND);
    holds_trace("/state/perf/traces/slow-3.json", 3, 1000);
}

/* The caller gives up in the middle, at every point. */
static void aborts(void **state)
{
    (void)state;
    uint8_t piece[1000] = {0};
    assert_int_equal(export("first", 1, 700), 0);
    for (unsigned hold = 0; hold <= 5; hold++) {
        for (uint32_t bytes = 0; bytes <= 1000; bytes += 100) {
            transport.requests = 0;
            transport.hold = hold;
            assert_int_equal(perfd_port_export_open(&port, "gone", 9, 1000), 0);
            for (uint32_t at = 0; at < bytes; at += 100)
                assert_in_range(perfd_port_export_write(&port, piece, 100) + 1, 1, 101);
            perfd_port_export_abort(&port);
            perfd_port_export_abort(&port);
            transport.hold = 0;
            exporter_poll(port.exporter);
        }
    }
    nothing_is_left();
}

/* 444 data sectors are some 220 KB. */
static void a_full_store(void **state)
{
    (void)state;
    assert_int_equal(export("first", 1, 700), 0);
    assert_int_equal(export("second", 3, 300000), PERFD_NO_SPACE);
    nothing_is_left();
    assert_int_equal(export("huge", 3, STATEFS_VALUE_MAX + 1), PERFD_TOO_BIG);
}

static void no_disk(void **state)
{
    (void)state;
    uint64_t sectors = disk.sectors;
    disk.sectors = 0;
    assert_int_equal(boot(), STATEFS_NO_DISK);
    assert_int_equal(export("a", 1, 10), PERFD_UNSUPPORTED);
    disk.sectors = sectors;
    disk.seen[5000] = 1; /* somebody else's */
    memset(disk.seen, 0, 512);
    memset(disk.seen + 127 * 512, 0, 512);
    assert_int_equal(boot(), STATEFS_FOREIGN);
    assert_int_equal(export("a", 1, 10), PERFD_UNSUPPORTED);
    no_store = true;
    (void)boot();
    assert_null(port.exporter);
    assert_int_equal(export("a", 1, 10), PERFD_UNSUPPORTED);
    assert_int_equal(perfd_port_export_write(&port, "x", 1), PERFD_UNSUPPORTED);
    assert_int_equal(perfd_port_export_commit(&port, uri, sizeof uri), PERFD_UNSUPPORTED);
    assert_int_equal(exporter_deadline_ns(port.exporter), 0);
}

static void failing_flushes(void **state)
{
    (void)state;
    assert_int_equal(export("first", 1, 700), 0);
    disk.failed_flush_loses = true;
    disk.fail_at = disk.ops + 30; /* among the writes of the second's sync, or its flushes */
    disk.fail_count = 1;
    while (disk.failures == 0) {
        int result = export("second", 3, 1000);
        if (result != 0)
            assert_int_equal(result, PERFD_IO);
    }
    reboot();
    holds_trace("/state/perf/traces/first-1.json", 1, 700);
}

static bool ts_of(const char *key, uint64_t *ts)
{
    return exporter_trace_ts((struct statefs_span){(const uint8_t *)key, (uint32_t)strlen(key)},
                             ts);
}

static void names(void **state)
{
    (void)state;
    static const char *const strangers[] = {
        "/state/perf/traces/a.json",     "/state/perf/traces/a-.json",
        "/state/perf/traces/a-1.jso",    "/state/perf/traces/-1.json",
        "/state/perf/traces/.json",      "/state/perf/tracesa-1.json",
        "/state/perf/traces/a-1x.json",  "/state/perf/traces/a1.json",
        "/state/perf/traces/b/a-1.json", "/state/perf/traces/a-1234567890123456789.json"};
    uint8_t key[STATEFS_KEY_MAX];
    const struct statefs_span a = {(const uint8_t *)"a", 1};
    uint64_t ts;
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        assert_false(ts_of(strangers[i], &ts));
    assert_true(ts_of("/state/perf/traces/a-0.json", &ts) && ts == 0);
    assert_true(ts_of("/state/perf/traces/a-5-17.json", &ts) && ts == 17);
    assert_true(ts_of("/state/perf/traces/a-999999999999999999.json", &ts) &&
                ts == UINT64_C(999999999999999999));
    assert_int_equal(exporter_trace_key(key, a, UINT64_C(1000000000000000000)), 0);
    uint32_t length = exporter_trace_key(key, a, UINT64_C(999999999999999999));
    assert_int_equal(length, 19 + 2 + 18 + 5);
    assert_memory_equal(key, "/state/perf/traces/a-999999999999999999.json", length);
    assert_true(exporter_trace_uri((struct statefs_span){key, length}, uri, length - 7 + 8 + 1));
    assert_string_equal(uri, "state://perf/traces/a-999999999999999999.json");
    assert_false(exporter_trace_uri((struct statefs_span){key, length}, uri, length - 7 + 8));
    /* No room above the highest: the export says so and overwrites nothing. */
    assert_int_equal(export("a", UINT64_C(999999999999999999), 10), 0);
    assert_int_equal(export("a", 1, 10), PERFD_EXISTS);
    assert_int_equal(export("", 1, 10), PERFD_INVALID);
    assert_int_equal(export("a12345678901234567890123456789012345678901234567890", 1, 10),
                     PERFD_INVALID);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
    const struct CMUnitTest tests[] = {
        TEST(one_export),     TEST(large_frames),    TEST(eight_are_kept), TEST(every_step_fails),
        TEST(every_deadline), TEST(a_slow_disk),     TEST(aborts),         TEST(a_full_store),
        TEST(no_disk),        TEST(failing_flushes), TEST(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
