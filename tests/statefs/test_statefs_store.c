/* SPDX-License-Identifier: Apache-2.0 */
/* The store on a disk that works: what it keeps, its limits, whose disks it leaves alone, and rot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory_disk.h"
#include "statefs/store.h"

#define SECTORS 3000u
#define BYTES   STATEFS_BYTES(6, 5, 3, SECTORS)

static struct statefs_disk disk;
static _Alignas(8) uint8_t arena[BYTES];
static struct statefs *store;

static const struct statefs_config config = {.keys = 6,
                                             .pending = 5,
                                             .transactions = 3,
                                             .transaction_keys = 4,
                                             .transaction_bytes = STATEFS_VALUE_MAX + 10,
                                             .value_bytes = STATEFS_VALUE_MAX,
                                             .sectors = SECTORS};

static enum statefs_status mount(enum statefs_mode mode)
{
    assert_int_equal(statefs_init(&store, arena, sizeof arena, &config, &disk), STATEFS_OK);
    return statefs_mount(store, mode);
}

static int fresh(void **state)
{
    (void)state;
    memory_disk_init(&disk, SECTORS);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    return 0;
}

static int done(void **state)
{
    (void)state;
    memory_disk_free(&disk);
    return 0;
}

static struct statefs_span text(const char *bytes)
{
    return (struct statefs_span){(const uint8_t *)bytes, (uint32_t)strlen(bytes)};
}

static enum statefs_status put(const char *key, const char *value)
{
    return statefs_put(store, text(key), text(value));
}

static void holds(const char *key, const char *value)
{
    uint8_t bytes[64];
    uint32_t got;
    uint32_t total;
    enum statefs_status status =
        statefs_get(store, text(key), 0, bytes, sizeof bytes, &got, &total);
    assert_int_equal(status, value == NULL ? STATEFS_NOT_FOUND : STATEFS_OK);
    assert_int_equal(got, value == NULL ? 0 : strlen(value));
    assert_int_equal(total, got);
    if (value != NULL)
        assert_memory_equal(bytes, value, got);
}

static void put_get_delete(void **state)
{
    (void)state;
    holds("/state/a", NULL);
    assert_int_equal(put("/state/a", "one"), STATEFS_OK);
    assert_int_equal(put("/state/b", ""), STATEFS_OK);
    holds("/state/a", "one");
    holds("/state/b", "");
    assert_int_equal(put("/state/a", "two"), STATEFS_OK);
    holds("/state/a", "two");
    assert_int_equal(statefs_delete(store, text("/state/b")), STATEFS_OK);
    assert_int_equal(statefs_delete(store, text("/state/b")), STATEFS_NOT_FOUND);
    holds("/state/b", NULL);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    holds("/state/a", "two");
    holds("/state/b", NULL);
    assert_int_equal(put("/state/../etc", "x"), STATEFS_INVALID_KEY);
    assert_int_equal(statefs_delete(store, text("/etc")), STATEFS_INVALID_KEY);
}

static void keys_in_order(void **state)
{
    (void)state;
    static const char *const names[] = {"/state/a/2", "/state/b", "/state/a", "/state/a/10"};
    static const char *const sorted[] = {"/state/a", "/state/a/10", "/state/a/2", "/state/b"};
    struct statefs_span key = {0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(put(names[i], "x"), STATEFS_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(statefs_next(store, text("/state/"), key, &key), STATEFS_OK);
        assert_int_equal(statefs_span_compare(key, text(sorted[i])), 0);
    }
    assert_int_equal(statefs_next(store, text("/state/"), key, &key), STATEFS_NOT_FOUND);
    assert_int_equal(statefs_next(store, text("/state/a/"), text("/state/a/10"), &key), STATEFS_OK);
    assert_int_equal(statefs_span_compare(key, text("/state/a/2")), 0);
}

/* Byte i of a large value; 251 is prime, so no two sectors are alike. */
static uint8_t byte_at(uint32_t i)
{
    return (uint8_t)(i % 251);
}

static void append_large(uint64_t transaction, const char *key, uint32_t length, uint32_t chunk)
{
    uint8_t bytes[4096];
    for (uint32_t at = 0; at < length;) {
        uint32_t part = length - at < chunk ? length - at : chunk;
        for (uint32_t i = 0; i < part; i++)
            bytes[i] = byte_at(at + i);
        assert_int_equal(
            statefs_append(store, transaction, text(key), (struct statefs_span){bytes, part}),
            STATEFS_OK);
        at += part;
    }
}

static void holds_large(const char *key, uint32_t length, uint32_t step)
{
    uint8_t bytes[4096];
    uint32_t got;
    uint32_t total;
    for (uint32_t at = 0; at <= length; at += step) {
        uint32_t expected = length - at < step ? length - at : step;
        assert_int_equal(statefs_get(store, text(key), at, bytes, step, &got, &total), STATEFS_OK);
        assert_int_equal(got, expected);
        assert_int_equal(total, length);
        for (uint32_t i = 0; i < got; i++) {
            if (bytes[i] != byte_at(at + i))
                fail_msg("%s: byte %u", key, (unsigned)(at + i));
        }
    }
    assert_int_equal(statefs_get(store, text(key), length + 1, bytes, 1, &got, &total), STATEFS_OK);
    assert_int_equal(got, 0);
}

static void large_values(void **state)
{
    (void)state;
    /* Around a sector, around an index sector (127 * 508), the largest. */
    static const uint32_t lengths[] = {507, 508, 509, 1016, 64515, 64516, 64517, STATEFS_VALUE_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint64_t t;
        assert_int_equal(statefs_begin(store, &t), STATEFS_OK);
        append_large(t, "/state/large", lengths[i], i % 2 == 0 ? 393 : 4096);
        assert_int_equal(statefs_append(store, t, text("/state/large"), text("x")),
                         lengths[i] == STATEFS_VALUE_MAX ? STATEFS_TOO_LARGE : STATEFS_OK);
        assert_int_equal(statefs_abort(store, t), STATEFS_OK);
        assert_int_equal(statefs_begin(store, &t), STATEFS_OK);
        append_large(t, "/state/large", lengths[i], i % 2 == 0 ? 393 : 4096);
        assert_int_equal(statefs_commit(store, t), STATEFS_OK);
        assert_int_equal(statefs_delete(store, text("/state/other")), STATEFS_NOT_FOUND);
        assert_int_equal(statefs_sync(store), STATEFS_OK);
        assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
        holds_large("/state/large", lengths[i], 1000);
        assert_int_equal(statefs_delete(store, text("/state/large")), STATEFS_OK);
        assert_int_equal(statefs_sync(store), STATEFS_OK);
        assert_int_equal(statefs_info(store).free_sectors, SECTORS - 256);
    }
}

static void transactions(void **state)
{
    (void)state;
    uint64_t a;
    uint64_t b;
    assert_int_equal(put("/state/x", "old"), STATEFS_OK);
    assert_int_equal(statefs_begin(store, &a), STATEFS_OK);
    assert_int_equal(statefs_begin(store, &b), STATEFS_OK);
    assert_true(a != b && a != 0 && b != 0);
    assert_int_equal(statefs_append(store, a, text("/state/x"), text("fr")), STATEFS_OK);
    assert_int_equal(statefs_append(store, b, text("/state/x"), text("other")), STATEFS_OK);
    assert_int_equal(statefs_append(store, a, text("/state/y"), text("")), STATEFS_OK);
    assert_int_equal(statefs_append(store, a, text("/state/x"), text("om a")), STATEFS_OK);
    holds("/state/x", "old");
    holds("/state/y", NULL);
    assert_int_equal(statefs_commit(store, a), STATEFS_OK);
    holds("/state/x", "from a");
    holds("/state/y", "");
    assert_int_equal(statefs_commit(store, a), STATEFS_NOT_FOUND);
    assert_int_equal(statefs_append(store, a, text("/state/x"), text("?")), STATEFS_NOT_FOUND);
    assert_int_equal(statefs_abort(store, b), STATEFS_OK);
    assert_int_equal(statefs_abort(store, b), STATEFS_NOT_FOUND);
    assert_int_equal(statefs_abort(store, 0), STATEFS_NOT_FOUND);
    holds("/state/x", "from a");
    assert_int_equal(statefs_begin(store, &b), STATEFS_OK);
    assert_int_equal(statefs_append(store, b, text("/state/x"), text("lost")), STATEFS_OK);
    statefs_abort_all(store);
    assert_int_equal(statefs_commit(store, b), STATEFS_NOT_FOUND);
    assert_int_equal(statefs_begin(store, &b), STATEFS_OK);
    assert_int_equal(statefs_commit(store, b), STATEFS_OK); /* of nothing */
}

static void limits(void **state)
{
    (void)state;
    static const char *const names[] = {"/state/0", "/state/1", "/state/2", "/state/3",
                                        "/state/4", "/state/5", "/state/6"};
    uint64_t t[4];
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(statefs_begin(store, &t[i]), STATEFS_OK);
    assert_int_equal(statefs_begin(store, &t[3]), STATEFS_BUSY);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(statefs_append(store, t[0], text(names[i]), text("v")), STATEFS_OK);
    assert_int_equal(statefs_append(store, t[0], text(names[4]), text("v")), STATEFS_BUSY);
    assert_int_equal(statefs_append(store, t[1], text(names[4]), text("v")), STATEFS_OK);
    /* Five keys are pending in all. */
    assert_int_equal(statefs_append(store, t[2], text(names[5]), text("v")), STATEFS_BUSY);
    assert_int_equal(statefs_commit(store, t[0]), STATEFS_OK);
    assert_int_equal(statefs_append(store, t[2], text(names[5]), text("v")), STATEFS_OK);
    assert_int_equal(statefs_append(store, t[2], text(names[6]), text("v")), STATEFS_OK);
    /* Six keys in all: four are there, and two more would do. */
    assert_int_equal(statefs_commit(store, t[2]), STATEFS_OK);
    assert_int_equal(statefs_commit(store, t[1]), STATEFS_NO_SPACE);
    assert_int_equal(statefs_commit(store, t[1]), STATEFS_NOT_FOUND);
    assert_int_equal(put(names[4], "v"), STATEFS_NO_SPACE);
    assert_int_equal(put(names[3], "w"), STATEFS_OK);
    uint8_t *large = calloc(1, STATEFS_VALUE_MAX + 1);
    assert_int_equal(
        statefs_put(store, text(names[0]), (struct statefs_span){large, STATEFS_VALUE_MAX + 1}),
        STATEFS_TOO_LARGE);
    assert_int_equal(statefs_begin(store, &t[0]), STATEFS_OK);
    assert_int_equal(statefs_append(store, t[0], text(names[0]),
                                    (struct statefs_span){large, STATEFS_VALUE_MAX}),
                     STATEFS_OK);
    assert_int_equal(statefs_append(store, t[0], text(names[1]), (struct statefs_span){large, 11}),
                     STATEFS_TOO_LARGE);
    assert_int_equal(statefs_append(store, t[0], text(names[1]), (struct statefs_span){large, 10}),
                     STATEFS_OK);
    free(large);
}

/* Full again and again: every failure leaves all as it was, and no sector is lost for ever. */
static void a_full_disk(void **state)
{
    (void)state;
    const uint32_t all = SECTORS - 256; /* 2,744: two values of 1 MiB are 2 * (2,065 + 17) */
    uint8_t *large = calloc(1, STATEFS_VALUE_MAX);
    struct statefs_span value = {large, STATEFS_VALUE_MAX};
    uint64_t t;
    assert_int_equal(put("/state/small", "kept"), STATEFS_OK);
    assert_int_equal(statefs_info(store).free_sectors, all - 2);
    for (unsigned round = 0; round < 3; round++) {
        assert_int_equal(statefs_put(store, text("/state/large"), value), STATEFS_OK);
        assert_int_equal(statefs_info(store).free_sectors, all - 2 - 2082);
        assert_int_equal(statefs_put(store, text("/state/two"), value), STATEFS_NO_SPACE);
        assert_int_equal(statefs_put(store, text("/state/large"), value), STATEFS_NO_SPACE);
        assert_int_equal(statefs_begin(store, &t), STATEFS_OK);
        assert_int_equal(statefs_append(store, t, text("/state/new"), value), STATEFS_NO_SPACE);
        assert_int_equal(statefs_append(store, t, text("/state/three"), text("3")), STATEFS_OK);
        assert_int_equal(statefs_commit(store, t), STATEFS_OK);
        holds("/state/new", NULL); /* nothing of it was taken */
        holds("/state/three", "3");
        holds("/state/small", "kept");
        assert_int_equal(statefs_sync(store), STATEFS_OK);
        assert_int_equal(statefs_delete(store, text("/state/large")), STATEFS_OK);
        /* Not before the sync that forgets it. */
        assert_int_equal(statefs_put(store, text("/state/two"), value), STATEFS_NO_SPACE);
        assert_int_equal(statefs_delete(store, text("/state/three")), STATEFS_OK);
        assert_int_equal(statefs_sync(store), STATEFS_OK);
        assert_int_equal(statefs_info(store).free_sectors, all - 2);
    }
    free(large);
}

/* --- Whose disk --- */

static bool untouched(uint32_t writes_before)
{
    return disk.writes == writes_before;
}

static void other_peoples_disks(void **state)
{
    (void)state;
    /* Something in one byte, wherever it is: the first, ext4's magic, the last. */
    static const size_t places[] = {0, 1080, 127 * 512 + 511, 40000, SECTORS * 512u - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        memset(disk.seen, 0, (size_t)SECTORS * 512);
        disk.writes = 0;
        disk.seen[places[i]] = 0xEF;
        assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_FOREIGN);
        assert_true(untouched(0));
        assert_int_equal(put("/state/a", "x"), STATEFS_FOREIGN);
        assert_int_equal(statefs_sync(store), STATEFS_FOREIGN);
        assert_true(untouched(0));
    }
    for (size_t i = 0; i < (size_t)SECTORS * 512; i++)
        disk.seen[i] = (uint8_t)((i * 2654435761u) >> 13);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_FOREIGN);
    assert_true(untouched(0));
}

static void small_disks_and_none(void **state)
{
    (void)state;
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    disk.sectors = 257;
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_TOO_SMALL);
    disk.sectors = 0;
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_NO_DISK);
    assert_int_equal(put("/state/a", "x"), STATEFS_NO_DISK);
    /* It was formatted with more sectors than there are now. */
    disk.sectors = SECTORS - 1;
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_INTEGRITY);
    disk.sectors = SECTORS;
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
}

static void formatting(void **state)
{
    (void)state;
    uint8_t formatted[512];
    /* statefs-disk.md's header: sequence 1, next id 1, 3,000 sectors. */
    static const uint8_t start[40] = {'s', 't', 'a', 't', 'e',  'f', 's', '\n', 1, 0, 0, 0, 0, 0,
                                      0,   0,   1,   0,   0,    0,   0,   0,    0, 0, 1, 0, 0, 0,
                                      0,   0,   0,   0,   0xB8, 11,  0,   0,    0, 0, 0, 0};
    memcpy(formatted, disk.seen, 512);
    assert_memory_equal(formatted, start, sizeof start);
    assert_memory_equal(formatted, disk.seen + 127 * 512, 512);
    for (size_t i = sizeof start; i < 508; i++)
        assert_int_equal(formatted[i], 0);
    /* Cut off anywhere, with the rest zero: it is formatted again. */
    for (size_t kept = 0; kept <= 512; kept += 4) {
        memset(disk.seen, 0, (size_t)SECTORS * 512);
        memcpy(disk.seen, formatted, kept);
        memcpy(disk.seen + 127 * 512 + 256, formatted + 256, 512 - kept < 256 ? 512 - kept : 0);
        assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    }
    /* The same with a stranger's byte beside it is no formatting. */
    memset(disk.seen, 0, (size_t)SECTORS * 512);
    memcpy(disk.seen, formatted, 100);
    disk.seen[700] = 1;
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_INTEGRITY);
    memset(disk.seen, 0, (size_t)SECTORS * 512);
    uint64_t writes = disk.writes;
    assert_int_equal(mount(STATEFS_READ_ONLY), STATEFS_FOREIGN);
    assert_int_equal(disk.writes, writes);
}

static void read_only(void **state)
{
    (void)state;
    uint64_t t;
    assert_int_equal(put("/state/a", "kept"), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    uint64_t writes = disk.writes;
    uint64_t flushes = disk.flushes;
    assert_int_equal(mount(STATEFS_READ_ONLY), STATEFS_OK);
    holds("/state/a", "kept");
    assert_int_equal(put("/state/b", "x"), STATEFS_ACCESS_DENIED);
    assert_int_equal(statefs_delete(store, text("/state/a")), STATEFS_ACCESS_DENIED);
    assert_int_equal(statefs_begin(store, &t), STATEFS_ACCESS_DENIED);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    assert_int_equal(disk.writes, writes);
    assert_int_equal(disk.flushes, flushes);
}

/* A store that another configuration made. */
static void smaller_memory(void **state)
{
    (void)state;
    struct statefs_config small = config;
    for (unsigned i = 0; i < 6; i++) {
        char key[] = "/state/0";
        key[7] = (char)('0' + i);
        assert_int_equal(put(key, "x"), STATEFS_OK);
    }
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    small.keys = 5;
    assert_int_equal(statefs_init(&store, arena, sizeof arena, &small, &disk), STATEFS_OK);
    assert_int_equal(statefs_mount(store, STATEFS_READ_WRITE), STATEFS_TOO_BIG);
    small.keys = 6;
    small.sectors = SECTORS - 1;
    assert_int_equal(statefs_init(&store, arena, sizeof arena, &small, &disk), STATEFS_OK);
    assert_int_equal(statefs_mount(store, STATEFS_READ_WRITE), STATEFS_TOO_BIG);
}

static void memory(void **state)
{
    (void)state;
    struct statefs_config c = config;
    assert_int_equal(statefs_bytes(&c), BYTES);
    assert_int_equal(statefs_init(&store, arena, BYTES - 1, &c, &disk), STATEFS_TOO_LARGE);
    assert_int_equal(statefs_init(&store, arena + 1, BYTES - 1, &c, &disk), STATEFS_MALFORMED);
    c.keys = 126;
    c.pending = 3;
    c.transaction_keys = 3;
    assert_int_equal(statefs_bytes(&c), STATEFS_BYTES(126, 3, 3, SECTORS));
    c.pending = 4;
    assert_int_equal(statefs_bytes(&c), 0);
}

/* --- Rot --- */

static void rot(void **state)
{
    (void)state;
    char value[1200];
    uint8_t read[1200];
    unsigned told = 0;
    unsigned mounted = 0;
    memset(value, 'v', sizeof value);
    assert_int_equal(
        statefs_put(store, text("/state/long"), (struct statefs_span){(uint8_t *)value, 1200}),
        STATEFS_OK);
    assert_int_equal(put("/state/other", "fine"), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        static const uint8_t zeros[512];
        uint8_t *at = disk.seen + (size_t)sector * 512;
        bool in_use = memcmp(at, zeros, 512) != 0;
        for (unsigned bit = 0; in_use && bit < 512 * 8; bit += 5) {
            uint32_t got;
            uint32_t total;
            at[bit / 8] ^= (uint8_t)(1u << bit % 8);
            enum statefs_status status = mount(STATEFS_READ_WRITE);
            if (status == STATEFS_OK) {
                mounted++;
                status =
                    statefs_get(store, text("/state/long"), 0, read, sizeof read, &got, &total);
                if (status == STATEFS_OK && (got != 1200 || memcmp(read, value, got) != 0))
                    fail_msg("sector %u bit %u: wrong bytes", (unsigned)sector, bit);
            }
            /* A wrong sector is named; the other value's is nothing that was read here. */
            if (status != STATEFS_OK) {
                assert_int_equal(status, STATEFS_INTEGRITY);
                assert_int_equal(statefs_info(store).wrong_sector, sector);
                told++;
            }
            at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    /* Two entries, an index sector and three data sectors of 820 tries each; no header alone. */
    assert_int_equal(told, 6 * 820);
    assert_true(mounted > 0);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    holds("/state/other", "fine");
}

/* Where an index is lost the rest goes on: the key is listed, and can be deleted or replaced. */
static void one_value_lost(void **state)
{
    (void)state;
    uint8_t bytes[8];
    uint32_t got;
    uint32_t total;
    assert_int_equal(put("/state/a", "rots"), STATEFS_OK);
    assert_int_equal(put("/state/b", "fine"), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    disk.seen[257 * 512 + 3] ^= 1; /* the first value's index; its data came after it */
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    assert_int_equal(statefs_get(store, text("/state/a"), 0, bytes, 8, &got, &total),
                     STATEFS_INTEGRITY);
    holds("/state/b", "fine");
    assert_int_equal(statefs_info(store).keys, 2);
    assert_int_equal(put("/state/c", "new"), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    assert_int_equal(statefs_get(store, text("/state/a"), 0, bytes, 8, &got, &total),
                     STATEFS_INTEGRITY);
    assert_int_equal(statefs_delete(store, text("/state/a")), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    holds("/state/c", "new");
    assert_int_equal(statefs_info(store).free_sectors, SECTORS - 256 - 4);
}

/* An entry that cannot be read is a key nobody knows: not for writing, but what is left can be
 * read. */
static void one_entry_lost(void **state)
{
    (void)state;
    assert_int_equal(put("/state/a", "lost"), STATEFS_OK);
    assert_int_equal(put("/state/b", "fine"), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    disk.seen[129 * 512 + 20] ^= 1; /* the second slot's first entry */
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_INTEGRITY);
    assert_int_equal(statefs_info(store).wrong_sector, 129);
    assert_int_equal(mount(STATEFS_READ_ONLY), STATEFS_OK);
    assert_int_equal(statefs_info(store).lost_keys, 1);
    holds("/state/b", "fine");
}

/* Sectors in the wrong place, or of an earlier time: each is whole in itself. */
static void misplaced_sectors(void **state)
{
    (void)state;
    uint8_t bytes[1016];
    uint32_t got;
    uint32_t total;
    uint8_t *seen = disk.seen;
    uint8_t kept[512];
    memset(bytes, 'b', sizeof bytes);
    const struct statefs_span value = {bytes, sizeof bytes};
    assert_int_equal(statefs_put(store, text("/state/a"), value), STATEFS_OK);
    assert_int_equal(statefs_put(store, text("/state/b"), value), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    /* a: index 257, data 258 and 259; b: 260, 261, 262. The second slot's entries: 129, 130. */
    static const struct {
        uint32_t to, from;
    } swaps[] = {{258, 259}, {258, 261}, {257, 260}, {257, 258}, {130, 129}};
    for (size_t i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
        uint8_t *to = seen + (size_t)swaps[i].to * 512;
        memcpy(kept, to, 512);
        memcpy(to, seen + (size_t)swaps[i].from * 512, 512);
        enum statefs_status status = mount(STATEFS_READ_WRITE);
        if (status == STATEFS_OK)
            status = statefs_get(store, text("/state/a"), 0, bytes, sizeof bytes, &got, &total);
        assert_int_equal(status, STATEFS_INTEGRITY);
        memcpy(to, kept, 512);
    }
    /* An entry that the disk did not write: what was there two syncs ago. */
    memcpy(kept, seen + 129 * 512, 512);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(statefs_put(store, text("/state/a"), value), STATEFS_OK);
        assert_int_equal(statefs_sync(store), STATEFS_OK);
    }
    memcpy(seen + 129 * 512, kept, 512);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_INTEGRITY);
    assert_int_equal(statefs_info(store).wrong_sector, 129);
}

/* A sync that fails takes with it what open transactions have written: none of them commits. */
static void a_failed_sync_ends_transactions(void **state)
{
    (void)state;
    uint64_t t;
    assert_int_equal(put("/state/a", "kept"), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    assert_int_equal(statefs_begin(store, &t), STATEFS_OK);
    assert_int_equal(statefs_append(store, t, text("/state/t"), text("x")), STATEFS_OK);
    assert_int_equal(put("/state/a", "lost"), STATEFS_OK);
    disk.fail_at = disk.ops + 1;
    disk.fail_count = 1;
    assert_int_equal(statefs_sync(store), STATEFS_IO);
    holds("/state/a", "kept");
    assert_int_equal(statefs_append(store, t, text("/state/t"), text("y")), STATEFS_IO);
    assert_int_equal(statefs_commit(store, t), STATEFS_IO);
    assert_int_equal(statefs_commit(store, t), STATEFS_NOT_FOUND);
    holds("/state/t", NULL);
    assert_int_equal(statefs_info(store).free_sectors, SECTORS - 256 - 2);
    assert_int_equal(put("/state/a", "again"), STATEFS_OK);
    assert_int_equal(statefs_sync(store), STATEFS_OK);
    assert_int_equal(mount(STATEFS_READ_WRITE), STATEFS_OK);
    holds("/state/a", "again");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
    const struct CMUnitTest tests[] = {
        TEST(put_get_delete),
        TEST(keys_in_order),
        TEST(large_values),
        TEST(transactions),
        TEST(limits),
        TEST(a_full_disk),
        TEST(other_peoples_disks),
        TEST(small_disks_and_none),
        TEST(formatting),
        TEST(read_only),
        TEST(smaller_memory),
        TEST(memory),
        TEST(rot),
        TEST(one_value_lost),
        TEST(one_entry_lost),
        TEST(misplaced_sectors),
        TEST(a_failed_sync_ends_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
