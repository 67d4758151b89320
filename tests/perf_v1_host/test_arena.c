/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: the exact size, too little of it, configurations out of range, and nothing beyond the
 * end. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct perfd_config standard = PERFD_CONFIG_DEFAULT;
static const struct perfd_config small = PERFD_CONFIG_SMALL;

#define STANDARD_BYTES PERFD_ARENA_BYTES(2, 1200, 16, 16384, 512, 16384, 16, 32)
#define SMALL_BYTES    PERFD_ARENA_BYTES(1, 90, 2, 512, 64, 2048, 4, 16)

static void the_macro_is_the_function(void **state)
{
    (void)state;
    assert_int_equal(perfd_arena_bytes(&standard), STANDARD_BYTES);
    assert_int_equal(perfd_arena_bytes(&small), SMALL_BYTES);
    /* over everything that has a size of its own */
    for (uint32_t sessions = 1; sessions <= 16; sessions += 5) {
        for (uint32_t frames = 8; frames <= 1048576; frames = frames * 3 + 1) {
            struct perfd_config config = standard;

            config.sessions = sessions;
            config.frames = frames;
            assert_int_equal(perfd_arena_bytes(&config),
                             PERFD_ARENA_BYTES(sessions, frames, 16, 16384, 512, 16384, 16, 32));
        }
    }
    for (uint32_t lanes = 1; lanes <= 64; lanes++) {
        struct perfd_config config = standard;

        config.lanes = config.clients = lanes;
        config.labels = lanes * 977;
        config.client_labels = 2;
        config.label_text_bytes = 64 + lanes * 13;
        config.span_depth = lanes * 3;
        config.lane_records = 1024;
        assert_int_equal(perfd_arena_bytes(&config),
                         PERFD_ARENA_BYTES(1u * 2, 1200, lanes, 1024, lanes * 977, 64 + lanes * 13,
                                           lanes, lanes * 3));
    }
}

/* What init takes is that, whatever has a size of its own. */
static void init_takes_what_the_function_says(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 16; i += 3) {
        struct perfd_config config = standard;
        struct perfd_port port = {0};
        struct perfd *perfd = NULL;

        config.sessions = i;
        config.frames = 8 + i * 173;
        config.lanes = config.clients = 4 * i;
        config.labels = i * 977;
        config.client_labels = 2;
        config.label_text_bytes = 64 + i * 13;
        config.span_depth = i * 3;
        config.lane_records = 1024;
        size_t bytes = perfd_arena_bytes(&config);
        void *arena = malloc(bytes);
        assert_non_null(arena);
        assert_int_equal(perfd_init(&perfd, arena, bytes, &config, &port), 0);
        assert_int_equal(perfd_arena_high_water(perfd), bytes);
        free(arena);
    }
}

static void the_promised_sizes(void **state)
{
    (void)state;
    assert_in_range(STANDARD_BYTES, 512 * 1024, 1024 * 1024);
    assert_in_range(SMALL_BYTES, 16 * 1024, 64 * 1024);
}

static void a_static_arena_of_the_exact_size(void **state)
{
    static _Alignas(8) uint8_t arena[SMALL_BYTES];
    struct perfd_port port = {0};
    struct perfd *perfd = NULL;

    (void)state;
    assert_int_equal(perfd_init(&perfd, arena, sizeof arena, &small, &port), 0);
    assert_non_null(perfd);
    assert_int_equal(perfd_arena_high_water(perfd), sizeof arena);
    assert_memory_equal(perfd_configuration(perfd), &small, sizeof small);
}

static void an_arena_one_byte_short(void **state)
{
    size_t bytes = perfd_arena_bytes(&small);
    uint8_t *arena = malloc(bytes);
    struct perfd_port port = {0};
    struct perfd *perfd;

    (void)state;
    assert_non_null(arena);
    assert_int_equal(perfd_init(&perfd, arena, bytes - 1, &small, &port), PERFD_NO_SPACE);
    assert_int_equal(perfd_init(&perfd, arena, 0, &small, &port), PERFD_NO_SPACE);
    assert_int_equal(perfd_init(&perfd, arena, bytes, &small, &port), 0);
    free(arena);
}

/* Sizes that fill no whole words: what the function says is what init takes. */
static void odd_configurations(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 60; i++) {
        struct perfd_config config = {.sessions = 1 + i % 3,
                                      .frames = 7 + i,
                                      .lanes = i,
                                      .lane_records = 64u << i % 5,
                                      .labels = 1 + i,
                                      .label_text_bytes = 63 + i,
                                      .clients = i,
                                      .client_labels = 1 + i % 2,
                                      .span_depth = i,
                                      .export_bytes = 65536};
        struct bench bench;

        bench_open(&bench, &config);
        bench_start(&bench, 10 * MS);
        bench_after(&bench, MS);
        bench_stop(&bench);
        bench_close(&bench);
    }
}

static void a_misaligned_arena(void **state)
{
    size_t bytes = perfd_arena_bytes(&small);
    uint8_t *arena = malloc(bytes + 8);
    struct perfd_port port = {0};
    struct perfd *perfd;

    (void)state;
    assert_non_null(arena);
    for (size_t shift = 1; shift < 8; shift++)
        assert_int_equal(perfd_init(&perfd, arena + shift, bytes, &small, &port), PERFD_INVALID);
    assert_int_equal(perfd_init(&perfd, arena + 8, bytes, &small, &port), 0);
    free(arena);
}

static void assert_range_of(size_t field, uint32_t low, uint32_t high)
{
    static _Alignas(8) uint8_t arena[SMALL_BYTES];
    struct perfd_port port = {0};
    struct perfd *perfd;

    for (unsigned i = 0; i < 4; i++) {
        const uint32_t values[] = {low, high, low - 1, high + 1};
        struct perfd_config config = small;

        memcpy((char *)&config + field, &values[i], sizeof values[i]);
        if (i < 2) {
            assert_int_not_equal(perfd_arena_bytes(&config), 0);
        } else {
            assert_int_equal(perfd_arena_bytes(&config), 0);
            assert_int_equal(perfd_init(&perfd, arena, sizeof arena, &config, &port),
                             PERFD_INVALID);
        }
    }
}

static void fields_out_of_range(void **state)
{
    struct perfd_config config = small;

    (void)state;
    assert_range_of(offsetof(struct perfd_config, sessions), 1, 16);
    assert_range_of(offsetof(struct perfd_config, frames), 8, 1048576);
    assert_range_of(offsetof(struct perfd_config, lanes), 1, 64);
    assert_range_of(offsetof(struct perfd_config, lane_records), 64, 1 << 24);
    assert_range_of(offsetof(struct perfd_config, label_text_bytes), 64, 1 << 24);
    assert_range_of(offsetof(struct perfd_config, clients), 1, 64);
    assert_range_of(offsetof(struct perfd_config, client_labels), 1, small.labels);
    assert_range_of(offsetof(struct perfd_config, span_depth), 1, 255);
    config.lane_records = 500; /* no power of two */
    assert_int_equal(perfd_arena_bytes(&config), 0);
    config = small;
    config.labels = 1;
    config.client_labels = 1;
    assert_int_equal(perfd_arena_bytes(&config), 0);
    config.labels = 2;
    assert_int_not_equal(perfd_arena_bytes(&config), 0);
    config.labels = 65535;
    assert_int_not_equal(perfd_arena_bytes(&config), 0);
    config.labels = 65536;
    assert_int_equal(perfd_arena_bytes(&config), 0);
    config = small;
    config.export_bytes = 4095;
    assert_int_equal(perfd_arena_bytes(&config), 0);
    config.export_bytes = 4096;
    assert_int_not_equal(perfd_arena_bytes(&config), 0);
}

/* A busy life in an arena with a fence behind it: nothing is written beyond, and the mark stays. */
static void nothing_beyond_the_arena(void **state)
{
    size_t bytes = perfd_arena_bytes(&small);
    uint8_t *arena = malloc(bytes + 4096);
    struct bench bench = {0};

    (void)state;
    assert_non_null(arena);
    memset(arena, 0x5a, bytes + 4096);
    bench.arena = arena;
    bench.port.now_ns = SECOND;
    assert_int_equal(perfd_init(&bench.perfd, arena, bytes + 4096, &small, &bench.port), 0);
    assert_int_equal(perfd_arena_high_water(bench.perfd), bytes);
    bench.client = perfd_client_open(bench.perfd);
    for (unsigned round = 0; round < 20; round++) {
        struct perfd_trace_info info;
        char *trace;
        int result;

        bench_start(&bench, 10 * MS);
        for (unsigned frame = 0; frame < 200; frame++) {
            char name[PERFD_LABEL_MAX + 1];

            snprintf(name, sizeof name, "label %u in round %u with a name as long as it may be....",
                     frame % 60, round);
            assert_int_equal(bench_mark(&bench, PERFD_BEGIN, name, 0, 0), 0);
            assert_int_equal(bench_mark(&bench, PERFD_COUNTER, "counter", 0, frame), 0);
            assert_int_equal(bench_mark(&bench, PERFD_END, name, 0, 0), 0);
            bench_after(&bench, 10 * MS);
        }
        bench_stop(&bench);
        trace = bench_trace(&bench, 0, 0, 1000, &info, &result);
        assert_non_null(trace);
        free(trace);
    }
    assert_int_equal(perfd_arena_high_water(bench.perfd), bytes);
    for (size_t i = bytes; i < bytes + 4096; i++)
        assert_int_equal(arena[i], 0x5a);
    bench_close(&bench);
}

/* Largest everything, in an arena of that size: init lays it out and it works. */
static void the_largest_ring(void **state)
{
    struct perfd_config config = PERFD_CONFIG_SMALL;
    struct bench bench;

    (void)state;
    config.frames = 1048576;
    bench_open(&bench, &config);
    bench_start(&bench, 10 * MS);
    for (unsigned i = 0; i < 1000; i++)
        bench_after(&bench, 10 * MS);
    assert_int_equal(bench_metrics(&bench).frames, 1000);
    assert_int_equal(bench_metrics(&bench).milli_fps, 100000);
    bench_close(&bench);
}

static void errors_have_texts(void **state)
{
    (void)state;
    for (int error = 5; error >= -40; error--) {
        assert_non_null(perfd_error_text(error));
        assert_true(strlen(perfd_error_text(error)) > 0);
    }
    assert_string_equal(perfd_error_text(PERFD_NOT_FOUND), "not found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_macro_is_the_function),
        cmocka_unit_test(init_takes_what_the_function_says),
        cmocka_unit_test(the_promised_sizes),
        cmocka_unit_test(a_static_arena_of_the_exact_size),
        cmocka_unit_test(an_arena_one_byte_short),
        cmocka_unit_test(odd_configurations),
        cmocka_unit_test(a_misaligned_arena),
        cmocka_unit_test(fields_out_of_range),
        cmocka_unit_test(nothing_beyond_the_arena),
        cmocka_unit_test(the_largest_ring),
        cmocka_unit_test(errors_have_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
