/* SPDX-License-Identifier: Apache-2.0 */
/* The label table: interning, quotas, and that a service which runs for long never fills up. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct perfd_config small_table(uint32_t labels, uint32_t text_bytes, uint32_t quota)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;

    config.lanes = 2;
    config.lane_records = 64;
    config.labels = labels;
    config.label_text_bytes = text_bytes;
    config.client_labels = quota;
    return config;
}

static int label_as(struct bench *bench, int client, const char *name, const char *category)
{
    struct perfd_label label = {.name = text(name), .category = text(category)};

    return perfd_label(bench->perfd, client, &label);
}

static int label(struct bench *bench, const char *name)
{
    return label_as(bench, bench->client, name, "");
}

static int mark_label(struct bench *bench, int client, uint32_t id)
{
    struct perfd_mark mark = {.kind = PERFD_INSTANT, .label = id};

    return perfd_mark(bench->perfd, client, &mark, bench->port.now_ns);
}

static bool trace_holds(struct bench *bench, const char *needle)
{
    struct perfd_trace_info info;
    int result;
    char *trace = bench_trace(bench, 0, 1 << 20, 4096, &info, &result);

    assert_non_null(trace);
    bool found = strstr(trace, needle) != NULL;
    free(trace);
    return found;
}

static void one_id_for_each_name_and_category(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    int plain = label(&bench, "draw");
    int ui = label_as(&bench, bench.client, "draw", "ui");
    assert_true(plain > 0 && ui > 0 && plain != ui);
    assert_int_equal(label(&bench, "draw"), plain);
    assert_int_equal(label_as(&bench, bench.client, "draw", "ui"), ui);
    /* Where a name ends and a category starts is part of it. */
    int left = label_as(&bench, bench.client, "ab", "c");
    int right = label_as(&bench, bench.client, "a", "bc");
    assert_true(left > 0 && right > 0 && left != right);
    /* Another client's same label is the same one. */
    int other = perfd_client_open(bench.perfd);
    assert_int_equal(label_as(&bench, other, "draw", ""), plain);
    /* These four and `<unknown>`. */
    assert_int_equal(bench_health(&bench).labels_used, 5);
    assert_int_equal(bench_health(&bench).labels_unknown, 0);
    bench_close(&bench);
}

static void lengths_have_bounds(void **state)
{
    struct bench bench;
    char longest[129];

    (void)state;
    bench_open(&bench, NULL);
    memset(longest, 'x', sizeof longest);
    struct perfd_label l = {
        .name = {longest, 63}, .category = {longest, 31}, .file = {longest, 127}};
    assert_true(perfd_label(bench.perfd, bench.client, &l) > 0);
    l.name.length = 64;
    assert_int_equal(perfd_label(bench.perfd, bench.client, &l), PERFD_INVALID);
    l.name.length = 0;
    assert_int_equal(perfd_label(bench.perfd, bench.client, &l), PERFD_INVALID);
    l.name.length = 63;
    l.category.length = 32;
    assert_int_equal(perfd_label(bench.perfd, bench.client, &l), PERFD_INVALID);
    l.category.length = 31;
    l.file.length = 128;
    assert_int_equal(perfd_label(bench.perfd, bench.client, &l), PERFD_INVALID);
    assert_int_equal(perfd_label(bench.perfd, bench.client + 1, &l), PERFD_INVALID);
    bench_close(&bench);
}

static void a_client_has_a_quota(void **state)
{
    struct perfd_config config = small_table(64, 1024, 2);
    struct bench bench;

    (void)state;
    bench_open(&bench, &config);
    int other = perfd_client_open(bench.perfd);
    int a = label(&bench, "a");
    assert_true(a > 0);
    assert_true(label(&bench, "b") > 0);
    assert_int_equal(label(&bench, "c"), 0);
    assert_int_equal(label(&bench, "c"), 0);
    assert_int_equal(bench_health(&bench).labels_unknown, 2);
    /* What is there already costs nothing, and others are not touched. */
    assert_int_equal(label(&bench, "a"), a);
    assert_true(label_as(&bench, other, "c", "") > 0);
    assert_true(label(&bench, "c") > 0);
    /* A place that is opened anew starts with a whole quota. */
    perfd_client_close(bench.perfd, bench.client);
    bench.client = perfd_client_open(bench.perfd);
    assert_true(label(&bench, "d") > 0);
    assert_true(label(&bench, "e") > 0);
    assert_int_equal(label(&bench, "f"), 0);
    bench_close(&bench);
}

static void a_mark_without_room_is_unknown(void **state)
{
    struct perfd_config config = small_table(2, 64, 2);
    struct bench bench;

    (void)state;
    bench_open(&bench, &config);
    bench_start(&bench, 16 * MS);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "known", 0, 0), 0);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "second", 0, 0), 0);
    assert_int_equal(bench_health(&bench).labels_unknown, 1);
    bench_stop(&bench);
    assert_true(trace_holds(&bench, "\"name\":\"known\""));
    assert_true(trace_holds(&bench, "\"name\":\"<unknown>\""));
    assert_false(trace_holds(&bench, "second"));
    bench_close(&bench);
}

static void another_clients_id_is_refused(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    int other = perfd_client_open(bench.perfd);
    int id = label(&bench, "mine");
    assert_int_equal(mark_label(&bench, bench.client, (uint32_t)id), 0);
    assert_int_equal(mark_label(&bench, other, (uint32_t)id), PERFD_INVALID);
    assert_int_equal(label_as(&bench, other, "mine", ""), id);
    assert_int_equal(mark_label(&bench, other, (uint32_t)id), 0);
    assert_int_equal(mark_label(&bench, other, 511), PERFD_INVALID);
    assert_int_equal(mark_label(&bench, other, UINT32_MAX), PERFD_INVALID);
    bench_close(&bench);
}

/* 160 bytes hold a file of 40 bytes for ten labels, but not four times. */
static void texts_are_stored_once(void **state)
{
    struct perfd_config config = small_table(64, 160, 64);
    struct bench bench;
    unsigned made = 0;

    (void)state;
    bench_open(&bench, &config);
    for (char name = 'a'; name <= 'j'; name++) {
        struct perfd_label l = {.name = {&name, 1},
                                .file = text("0123456789012345678901234567890123456789")};
        made += perfd_label(bench.perfd, bench.client, &l) > 0;
    }
    assert_int_equal(made, 10);
    struct perfd_label too_much = {
        .name = text("0123456789012345678901234567890123456789012345678901234567891")};
    assert_int_equal(perfd_label(bench.perfd, bench.client, &too_much), 0);
    bench_close(&bench);
}

static void what_nobody_uses_makes_room(void **state)
{
    struct perfd_config config = small_table(6, 128, 6);
    struct bench bench;

    (void)state;
    bench_open(&bench, &config);
    bench_start(&bench, 16 * MS);
    int leaving = perfd_client_open(bench.perfd);
    assert_true(label(&bench, "stays one") > 0);
    int resident = label_as(&bench, leaving, "resident", "cat");
    assert_true(resident > 0);
    assert_true(label_as(&bench, leaving, "goes", "") > 0);
    assert_true(label(&bench, "stays two") > 0);
    assert_true(label_as(&bench, leaving, "goes too", "") > 0);
    assert_int_equal(mark_label(&bench, leaving, (uint32_t)resident), 0);
    assert_int_equal(label(&bench, "new"), 0);
    perfd_client_close(bench.perfd, leaving);

    /* Two of the three have no record left. */
    int stays_one = label(&bench, "stays one");
    assert_true(label(&bench, "new") > 0);
    assert_true(label(&bench, "newer") > 0);
    assert_int_equal(label(&bench, "newest"), 0);
    assert_int_equal(mark_label(&bench, bench.client, (uint32_t)stays_one), 0);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "stays two", 0, 0), 0);
    assert_int_equal(bench_mark(&bench, PERFD_INSTANT, "newer", 0, 0), 0);
    bench_stop(&bench);
    assert_true(trace_holds(&bench, "\"name\":\"resident\""));
    assert_true(trace_holds(&bench, "\"cat\":\"cat\""));
    assert_true(trace_holds(&bench, "\"name\":\"stays one\""));
    assert_true(trace_holds(&bench, "\"name\":\"stays two\""));
    assert_true(trace_holds(&bench, "\"name\":\"newer\""));
    assert_false(trace_holds(&bench, "goes"));
    bench_close(&bench);
}

/* A thousand clients come with labels of their own and go: the table holds eight, the pool 256
 * bytes. */
static void it_never_fills_up_for_good(void **state)
{
    struct perfd_config config = small_table(24, 256, 8);
    struct bench bench;

    (void)state;
    bench_open(&bench, &config);
    for (unsigned round = 0; round < 1000; round++) {
        char name[16];

        bench_start(&bench, 16 * MS);
        for (unsigned i = 0; i < 6; i++) {
            snprintf(name, sizeof name, "r%u-%u", round, i);
            assert_int_equal(bench_mark(&bench, PERFD_INSTANT, name, 0, 0), 0);
        }
        bench_stop(&bench);
        assert_true(trace_holds(&bench, name));
        perfd_client_close(bench.perfd, bench.client);
        bench.client = perfd_client_open(bench.perfd);
        bench.port.now_ns += SECOND;
    }
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.labels_unknown, 0);
    assert_true(health.labels_used <= 24);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_id_for_each_name_and_category),
        cmocka_unit_test(lengths_have_bounds),
        cmocka_unit_test(a_client_has_a_quota),
        cmocka_unit_test(a_mark_without_room_is_unknown),
        cmocka_unit_test(another_clients_id_is_refused),
        cmocka_unit_test(texts_are_stored_once),
        cmocka_unit_test(what_nobody_uses_makes_room),
        cmocka_unit_test(it_never_fills_up_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
