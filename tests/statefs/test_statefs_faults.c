/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that fails: at its Nth operation, for every N, once or a few times; a flush that fails may
 * have lost what was written. Callers are told, and what was acknowledged is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "memory_disk.h"
#include "model.h"
#include "power.h"

#define STEPS 60

static struct statefs_disk disk;
static struct statefs_disk after;
static _Alignas(8) uint8_t arena[POWER_BYTES];

static struct statefs *store_on(struct statefs_disk *on)
{
    static const struct statefs_config config = POWER_CONFIG;
    struct statefs *store;
    assert_int_equal(statefs_init(&store, arena, sizeof arena, &config, on), STATEFS_OK);
    return store;
}

/* A fault may hit the mount: it says IO, and a later one succeeds. */
static void mount_in_the_end(struct statefs *store)
{
    enum statefs_status status = statefs_mount(store, STATEFS_READ_WRITE);
    for (unsigned i = 0; status == STATEFS_IO && i < 16; i++)
        status = statefs_mount(store, STATEFS_READ_WRITE);
    assert_int_equal(status, STATEFS_OK);
}

/* Returns whether the fault was met. */
static bool run(uint32_t seed, uint64_t fail_at, uint64_t fail_count, bool flush_loses)
{
    struct model model = {.random = seed};
    memory_disk_init(&disk, POWER_SECTORS);
    memory_disk_init(&after, POWER_SECTORS);
    disk.fail_at = fail_at;
    disk.fail_count = fail_count;
    disk.failed_flush_loses = flush_loses;
    struct statefs *store = store_on(&disk);
    mount_in_the_end(store);
    for (unsigned i = 0; i < STEPS; i++)
        model_step(&model, store, true);
    for (unsigned i = 0; i < 8 && disk.ops < fail_at + fail_count; i++)
        model_sync(&model, store, true);
    bool met = disk.failures > 0;
    disk.fail_at = 0;
    assert_int_equal(model.surprises, 0);
    assert_true(model_matches(&model.visible, store));
    /* Power cut, nothing kept; then the same with all that was written. */
    memory_disk_cut(&after, &disk);
    store = store_on(&after);
    assert_int_equal(statefs_mount(store, STATEFS_READ_WRITE), STATEFS_OK);
    assert_true(model_allows(&model, store));
    store = store_on(&disk);
    assert_int_equal(statefs_mount(store, STATEFS_READ_WRITE), STATEFS_OK);
    assert_true(model_allows(&model, store));
    memory_disk_free(&disk);
    memory_disk_free(&after);
    return met;
}

static void every_operation(uint32_t seed, uint64_t fail_count, bool flush_loses)
{
    uint64_t n = 1;
    while (run(seed, n, fail_count, flush_loses))
        n++;
    print_message("# %llu operations, each failed\n", (unsigned long long)n - 1);
    assert_true(n > 150);
}

static void once(void **state)
{
    (void)state;
    every_operation(21, 1, false);
}

static void once_and_the_cache_is_lost(void **state)
{
    (void)state;
    every_operation(22, 1, true);
}

static void three_times(void **state)
{
    (void)state;
    every_operation(23, 3, true);
}

/* Nothing is acknowledged by a disk that has stopped, and what was read before can be. */
static void for_good(void **state)
{
    (void)state;
    struct model model = {.random = 24};
    memory_disk_init(&disk, POWER_SECTORS);
    struct statefs *store = store_on(&disk);
    assert_int_equal(statefs_mount(store, STATEFS_READ_WRITE), STATEFS_OK);
    for (unsigned i = 0; i < STEPS; i++)
        model_step(&model, store, false);
    model_sync(&model, store, false);
    uint32_t syncs = model.syncs;
    disk.fail_at = disk.ops + 1;
    disk.fail_count = UINT64_MAX / 2;
    for (unsigned i = 0; i < STEPS; i++)
        model_step(&model, store, true);
    assert_int_equal(model.surprises, 0);
    assert_int_equal(model.syncs, syncs);
    disk.fail_at = 0;
    model_sync(&model, store, false);
    assert_int_equal(model.surprises, 0);
    assert_true(model_matches(&model.durable, store));
    memory_disk_free(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once),
        cmocka_unit_test(once_and_the_cache_is_lost),
        cmocka_unit_test(three_times),
        cmocka_unit_test(for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
