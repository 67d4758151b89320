/* SPDX-License-Identifier: Apache-2.0 */
/* Janky frames: memory, causes, markers, the feed, the GPU's times, and what traces have of them.
 */
#include "jank_bench.h"

/* A frame shown at this time whose phases are known: all of its work is rendering. */
static void worked_at(struct jank_bench *j, uint64_t ms, uint64_t work_ms)
{
    struct perfd_tick tick = bench_frame(&j->bench, ms * MS - j->bench.at_ns);

    tick.phase_ns[PERFD_RENDER] = work_ms * MS;
    assert_int_equal(bench_feed(&j->bench, &tick), 0);
}

static int amend(struct jank_bench *j, uint64_t frame_id, uint64_t gpu_ms)
{
    return perfd_amend_frame(j->bench.perfd, j->bench.client, 0, frame_id, gpu_ms * MS,
                             j->bench.port.now_ns);
}

static struct perfd_gpu gpu(struct jank_bench *j)
{
    struct perfd_gpu out;

    assert_int_equal(perfd_read_gpu(j->bench.perfd, j->bench.client, 0, &out), 0);
    return out;
}

/* --- Memory ----------------------------------------------------------------------------------- */

static void its_size_is_exact(void **state)
{
    const struct perfd_config small = PERFD_CONFIG_SMALL, normal = PERFD_CONFIG_DEFAULT;
    struct perfd_config odd = PERFD_CONFIG_DEFAULT;
    struct bench bench;

    (void)state;
    assert_int_equal(perfd_jank_bytes(&normal), PERFD_JANK_BYTES(2, 1200, 16, 512, 32));
    assert_int_equal(perfd_jank_bytes(&small), PERFD_JANK_BYTES(1, 90, 2, 64, 16));
    odd.frames = 9;
    odd.lanes = 3;
    odd.labels = odd.client_labels = 7;
    odd.span_depth = 5;
    assert_int_equal(perfd_jank_bytes(&odd), PERFD_JANK_BYTES(2, 9, 3, 7, 5));
    odd.frames = 1;
    assert_int_equal(perfd_jank_bytes(&odd), 0);

    bench_open(&bench, &normal);
    size_t bytes = perfd_jank_bytes(&normal);
    void *memory = malloc(bytes);
    uint64_t missed;
    struct perfd_gpu none;
    assert_int_equal(perfd_jank_start(bench.perfd, memory, bytes - 1), PERFD_NO_SPACE);
    bench_start(&bench, BUDGET_NS);
    bench_after(&bench, 30 * MS);
    bench_after(&bench, 30 * MS);
    assert_int_equal(bench_metrics(&bench).jank_unknown, 1);
    assert_int_equal(perfd_read_janks(bench.perfd, bench.client, 0, 0, NULL, 8, &missed),
                     PERFD_UNSUPPORTED);
    assert_int_equal(perfd_read_gpu(bench.perfd, bench.client, 0, &none), PERFD_UNSUPPORTED);
    assert_int_equal(memory_port_count_prefix(&bench.port, "perf: jank"), 0);
    free(memory);
    bench_close(&bench);
}

/* --- Causes and markers ----------------------------------------------------------------------- */

static void the_first_that_holds(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, 1010);
    worked_at(&j, 1040, 11);
    assert_int_equal(last_jank(&j).cause, PERFD_CAUSE_APP);
    assert_int_equal(last_jank(&j).work_ns, 11 * MS);
    worked_at(&j, 1070, 10);
    assert_int_equal(last_jank(&j).cause, PERFD_CAUSE_PIPELINE);
    shown_at(&j, 1100);
    assert_int_equal(last_jank(&j).cause, PERFD_CAUSE_UNKNOWN);
    uint64_t seq = last_jank(&j).seq;
    assert_int_equal(seq, 3);

    /* After idleness nothing is; late without being long is. */
    struct perfd_tick tick = bench_frame(&j.bench, 500 * MS);
    tick.after_idle = true;
    assert_int_equal(bench_feed(&j.bench, &tick), 0);
    assert_int_equal(last_jank(&j).seq, seq);
    tick = bench_frame(&j.bench, 10 * MS);
    tick.deadline_at_ns = tick.presented_at_ns - 6 * MS;
    assert_int_equal(bench_feed(&j.bench, &tick), 0);
    assert_int_equal(last_jank(&j).seq, seq + 1);
    assert_int_equal(last_jank(&j).interval_ns, 10 * MS);
    assert_int_equal(memory_port_count(&j.bench.port, "perf: jank frame=6 10.000 over=0.000 why=-"),
                     1);
    struct perfd_metrics m = bench_metrics(&j.bench);
    assert_int_equal(m.jank_app, 1);
    assert_int_equal(m.jank_pipeline, 1);
    assert_int_equal(m.jank_unknown, 2);
    jank_close(&j);
}

static void the_warm_up_has_none(void **state)
{
    const struct perfd_start start = {
        .name = text("test"), .budget_ns = BUDGET_NS, .warmup_frames = 3};
    struct jank_bench j;
    uint64_t missed;

    (void)state;
    jank_open(&j, NULL);
    bench_start_with(&j.bench, &start);
    shown_at(&j, 1030);
    bench_throw_away(&j.bench, 1);
    shown_at(&j, 1060);
    assert_int_equal(perfd_read_janks(j.bench.perfd, j.bench.client, 0, 0, NULL, 8, &missed), 0);
    shown_at(&j, 1090);
    assert_int_equal(perfd_read_janks(j.bench.perfd, j.bench.client, 0, 0, NULL, 8, &missed), 1);
    jank_close(&j);
}

/* Labels cannot forge a line: bytes outside of [A-Za-z0-9._-] are %XX. */
static void the_line(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    span(&j, ui, "a b:1,c\n", 1011, 1021);
    span(&j, ui, "\xc3\xa4", 1022, 1031);
    span(&j, ui, "plain-1.2_3", 1032, 1040);
    shown_at(&j, 1050);
    assert_int_equal(
        memory_port_count(&j.bench.port,
                          "perf: jank frame=2 40.000 over=30.000 "
                          "why=a%20b%3A1%2Cc%0A:10.000,%C3%A4:9.000,plain-1.2_3:8.000"),
        1);
    jank_close(&j);
}

/* Of 63 bytes each, all of them escaped, the third has no room in a line of 512. */
static void the_longest_line(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    for (unsigned i = 0; i < 3; i++) {
        char name[PERFD_LABEL_MAX + 1];
        memset(name, '/', PERFD_LABEL_MAX - 1);
        name[PERFD_LABEL_MAX - 1] = (char)('!' + i);
        name[PERFD_LABEL_MAX] = '\0';
        span(&j, ui, name, 1011 + 2 * i, 1012 + 2 * i);
    }
    shown_at(&j, 1050);
    const char *line = strstr(j.bench.port.markers, "perf: jank");
    assert_non_null(line);
    assert_non_null(strstr(line, "%2F%21:1.000,%2F"));
    assert_non_null(strstr(line, "%2F%22:1.000\n"));
    assert_int_equal(strlen(line), strlen("perf: jank frame=2 40.000 over=30.000 why=") +
                                       2 * (63 * 3 + strlen(":1.000")) + strlen(",\n"));
    assert_int_equal(last_jank(&j).whys, 3);
    jank_close(&j);
}

/* At 1110, 1210, ... by the clock. The fifth within a second is held back; when the first is a
 * second ago there is room again. */
static void four_lines_a_second(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, 1010);
    for (uint64_t ms = 1110; ms <= 2010; ms += 100)
        shown_at(&j, ms);
    assert_int_equal(memory_port_count_prefix(&j.bench.port, "perf: jank"), 4);
    assert_int_equal(gpu(&j).lines_held_back, 6);
    shown_at(&j, 2110);
    assert_int_equal(memory_port_count_prefix(&j.bench.port, "perf: jank"), 5);
    assert_int_equal(gpu(&j).lines_held_back, 6);
    jank_close(&j);
}

/* --- The feed --------------------------------------------------------------------------------- */

static void the_last_ones_are_kept(void **state)
{
    struct perfd_jank janks[PERFD_JANKS];
    struct jank_bench j;
    uint64_t missed;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, 1010);
    for (uint64_t i = 1; i <= 100; i++)
        shown_at(&j, 1010 + 30 * i);
    assert_int_equal(perfd_read_janks(j.bench.perfd, j.bench.client, 0, 0, janks, 10, &missed), 10);
    assert_int_equal(missed, 36);
    assert_int_equal(janks[0].seq, 37);
    assert_int_equal(janks[0].frame_id, 38);
    assert_int_equal(janks[9].seq, 46);
    assert_int_equal(perfd_read_janks(j.bench.perfd, j.bench.client, 0, 98, janks, 10, &missed), 2);
    assert_int_equal(missed, 0);
    assert_int_equal(janks[1].shown_at_ns, (1010 + 3000) * MS);
    assert_int_equal(perfd_read_janks(j.bench.perfd, j.bench.client, 0, 100, janks, 10, &missed),
                     0);
    assert_int_equal(perfd_read_janks(j.bench.perfd, j.bench.client, 77, 0, janks, 10, &missed),
                     PERFD_NOT_FOUND);
    /* Another session's are numbered along, and not among them. */
    (void)bench_stop(&j.bench);
    bench_start(&j.bench, BUDGET_NS);
    uint64_t now = j.bench.port.now_ns / MS;
    shown_at(&j, now + 10);
    shown_at(&j, now + 40);
    assert_int_equal(perfd_read_janks(j.bench.perfd, j.bench.client, 0, 0, janks, 10, &missed), 1);
    assert_int_equal(janks[0].seq, 101);
    assert_int_equal(missed, 37);
    jank_close(&j);
}

/* --- What the GPU took ------------------------------------------------------------------------ */

static void it_comes_frames_later(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, 1010);
    worked_at(&j, 1040, 6); /* 2 */
    worked_at(&j, 1070, 12);
    shown_at(&j, 1100); /* 4 */
    worked_at(&j, 1110, 5);
    assert_int_equal(amend(&j, 2, 11), 0);
    assert_int_equal(amend(&j, 3, 40), 0);
    assert_int_equal(amend(&j, 4, 20), 0);
    assert_int_equal(amend(&j, 5, 30), 0);
    struct perfd_metrics m = bench_metrics(&j.bench);
    assert_int_equal(m.jank_gpu, 2);
    assert_int_equal(m.jank_app, 1); /* its work was too long in any case */
    assert_int_equal(m.jank_pipeline + m.jank_unknown, 0);
    assert_int_equal(last_jank(&j).cause, PERFD_CAUSE_GPU);
    assert_int_equal(last_jank(&j).gpu_ns, 20 * MS);
    /* Of frames 2, 3 and 5 the work is known: (11 + 40 + 30) / 3 and (6 + 12 + 5) / 3, rounded. */
    struct perfd_gpu g = gpu(&j);
    assert_int_equal(g.frames, 3);
    assert_int_equal(g.gpu_avg_ns, 27 * MS);
    assert_int_equal(g.work_avg_ns, 7666667);
    assert_int_equal(g.bound, PERFD_BOUND_GPU);
    /* Said again, the last figure counts. */
    assert_int_equal(amend(&j, 2, 1), 0);
    assert_int_equal(amend(&j, 3, 2), 0);
    assert_int_equal(amend(&j, 4, 10), 0);
    assert_int_equal(amend(&j, 5, 20), 0);
    g = gpu(&j);
    assert_int_equal(g.frames, 3);
    assert_int_equal(g.gpu_avg_ns, 7666667);
    assert_int_equal(g.bound, PERFD_BOUND_CPU); /* 23 and 23 */
    m = bench_metrics(&j.bench);
    assert_int_equal(m.jank_gpu, 0);
    assert_int_equal(m.jank_pipeline, 1);
    assert_int_equal(m.jank_unknown, 1);
    jank_close(&j);
}

static void what_cannot_be_amended(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct jank_bench j;

    (void)state;
    config.frames = 8;
    jank_open(&j, &config);
    assert_int_equal(amend(&j, 1, 1), PERFD_NOT_FOUND);
    bench_start(&j.bench, BUDGET_NS);
    for (uint64_t i = 1; i <= 10; i++)
        worked_at(&j, 1000 + 10 * i, 5);
    assert_int_equal(amend(&j, 2, 1), PERFD_NOT_FOUND);
    assert_int_equal(amend(&j, 11, 1), PERFD_NOT_FOUND);
    assert_int_equal(amend(&j, 3, 0), PERFD_INVALID);
    assert_int_equal(amend(&j, 3, 4295), PERFD_INVALID);
    assert_int_equal(bench_health(&j.bench).rejected[PERFD_REJECT_INVALID], 2);
    int other = perfd_client_open(j.bench.perfd);
    assert_int_equal(perfd_amend_frame(j.bench.perfd, other, 0, 3, MS, j.bench.port.now_ns),
                     PERFD_BUSY);
    /* The ring's oldest goes, and its figures with it. */
    assert_int_equal(amend(&j, 3, 4294), 0);
    assert_int_equal(amend(&j, 4, 3), 0);
    assert_int_equal(gpu(&j).frames, 2);
    worked_at(&j, 1110, 5);
    assert_int_equal(gpu(&j).frames, 1);
    assert_int_equal(gpu(&j).gpu_avg_ns, 3 * MS);
    worked_at(&j, 1120, 5);
    assert_int_equal(gpu(&j).frames, 0);
    assert_int_equal(gpu(&j).bound, PERFD_BOUND_UNKNOWN);
    (void)bench_stop(&j.bench);
    assert_int_equal(amend(&j, 12, 1), PERFD_NOT_FOUND);
    jank_close(&j);
}

/* --- Traces ----------------------------------------------------------------------------------- */

static void why_is_in_the_trace(void **state)
{
    struct jank_bench j;
    struct perfd_trace_info info;
    int result;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    mark(&j, ui, PERFD_BEGIN, "outer", 1012);
    span(&j, ui, "in\"ner", 1015, 1025);
    mark(&j, ui, PERFD_END, "outer", 1030);
    worked_at(&j, 1040, 7);
    shown_at(&j, 1050);
    mark(&j, ui, PERFD_BEGIN, "open", 1055);
    worked_at(&j, 1080, 15);
    assert_int_equal(amend(&j, 2, 20), 0);
    assert_int_equal(amend(&j, 3, 2), 0);
    (void)bench_stop(&j.bench);
    char *trace = bench_trace(&j.bench, 0, 0, 4096, &info, &result);
    assert_non_null(strstr(trace,
                           "\"args\":{\"frameId\":2,\"missed\":2,\"work\":7.000000,"
                           "\"render\":7.000000,\"cause\":\"gpu\",\"gpu\":20.000000,\"why\":["
                           "{\"label\":\"in\\\"ner\",\"ms\":10.000000},"
                           "{\"label\":\"outer\",\"ms\":8.000000}]}}"));
    assert_non_null(strstr(trace, "\"args\":{\"frameId\":3,\"gpu\":2.000000}}"));
    assert_non_null(
        strstr(trace, "\"cause\":\"app\",\"why\":[{\"label\":\"open\",\"ms\":25.000000}]}}"));
    assert_non_null(strstr(trace, "\"gpu\":{\"frames\":1,\"workAvg\":7.000000,\"gpuAvg\":20.000000,"
                                  "\"bound\":\"gpu\"}"));
    for (size_t chunk = 1; chunk < 2000; chunk = chunk * 7 + 1) {
        char *again = bench_trace(&j.bench, 0, 0, chunk, &info, &result);
        assert_string_equal(again, trace);
        free(again);
    }
    free(trace);
    jank_close(&j);
}

/* Frames of 10 ms, two in the pipeline: work on each begins 15 ms before its deadline. The second
 * frame is 4 ms late; the third has a deadline before the second one's, which then stands for it;
 * the fourth has none. */
static void expected_and_actual(void **state)
{
    static const struct {
        uint64_t shown_ms, deadline_ms, began_ms;
    } frames[] = {{1010, 1010, 995}, {1024, 1020, 1005}, {1034, 1018, 0}, {1044, 0, 1030}};
    static const char *const pairs[] = {
        /* Work on the first began before the session. */
        "{\"name\":\"expected\",\"ph\":\"b\",\"ts\":0.000,\"pid\":1,\"tid\":0,"
        "\"cat\":\"expected\",\"id\":\"0x1\"}",
        "{\"name\":\"expected\",\"ph\":\"e\",\"ts\":10000.000,\"pid\":1,\"tid\":0,"
        "\"cat\":\"expected\",\"id\":\"0x1\"}",
        "{\"name\":\"actual\",\"ph\":\"b\",\"ts\":5000.000,\"pid\":1,\"tid\":0,"
        "\"cat\":\"actual\",\"id\":\"0x2\"}",
        "{\"name\":\"actual\",\"ph\":\"e\",\"ts\":24000.000,\"pid\":1,\"tid\":0,"
        "\"cat\":\"actual\",\"id\":\"0x2\"}",
        "{\"name\":\"expected\",\"ph\":\"b\",\"ts\":10000.000,\"pid\":1,\"tid\":0,"
        "\"cat\":\"expected\",\"id\":\"0x3\"}",
        "{\"name\":\"expected\",\"ph\":\"e\",\"ts\":20000.000,\"pid\":1,\"tid\":0,"
        "\"cat\":\"expected\",\"id\":\"0x3\"}",
        /* Nobody says when it began: when the one before was shown. */
        "{\"name\":\"actual\",\"ph\":\"b\",\"ts\":24000.000,\"pid\":1,\"tid\":0,"
        "\"cat\":\"actual\",\"id\":\"0x3\"}",
    };
    struct jank_bench j;
    struct perfd_trace_info info;
    int result;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct perfd_tick tick = bench_frame(&j.bench, frames[i].shown_ms * MS - j.bench.at_ns);
        tick.deadline_at_ns = frames[i].deadline_ms * MS;
        tick.began_at_ns = frames[i].began_ms * MS;
        assert_int_equal(bench_feed(&j.bench, &tick), 0);
    }
    char *trace = bench_trace(&j.bench, 0, 0, 4096, &info, &result);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (strstr(trace, pairs[i]) == NULL)
            fail_msg("no %s in %s", pairs[i], trace);
    unsigned events = 0;
    for (const char *at = trace; (at = strstr(at, "{\"name\":\"expected\"")) != NULL; at++)
        events++;
    for (const char *at = trace; (at = strstr(at, "{\"name\":\"actual\"")) != NULL; at++)
        events++;
    assert_int_equal(events, 3 * 4);
    char *again = bench_trace(&j.bench, 0, 0, 1, &info, &result);
    assert_string_equal(again, trace);
    free(again);
    free(trace);
    jank_close(&j);
}

/* Each is 63 control characters, six bytes each when they are escaped: two of three fit. */
static void labels_that_do_not_fit(void **state)
{
    struct jank_bench j;
    struct perfd_trace_info info;
    int result;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    for (unsigned i = 0; i < 3; i++) {
        char name[PERFD_LABEL_MAX + 1];
        memset(name, 1 + (int)i, PERFD_LABEL_MAX);
        name[PERFD_LABEL_MAX] = '\0';
        span(&j, ui, name, 1011 + 5 * i, 1014 + 5 * i);
    }
    shown_at(&j, 1040);
    char *trace = bench_trace(&j.bench, 0, 0, 4096, &info, &result);
    const char *why = strstr(trace, "\"why\":[");
    assert_non_null(why);
    const char *end = strstr(why, "]}}");
    unsigned entries = 0;
    for (const char *at = why; (at = strstr(at, "{\"label\":\"")) != NULL && at < end; at++)
        entries++;
    assert_int_equal(entries, 2);
    free(trace);
    jank_close(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_size_is_exact),      cmocka_unit_test(the_first_that_holds),
        cmocka_unit_test(the_warm_up_has_none),   cmocka_unit_test(the_line),
        cmocka_unit_test(the_longest_line),       cmocka_unit_test(four_lines_a_second),
        cmocka_unit_test(the_last_ones_are_kept), cmocka_unit_test(it_comes_frames_later),
        cmocka_unit_test(what_cannot_be_amended), cmocka_unit_test(why_is_in_the_trace),
        cmocka_unit_test(expected_and_actual),    cmocka_unit_test(labels_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
