/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots: windows around janks, which stay when recording goes on. */
#include "jank_bench.h"

static char *trace_of(struct jank_bench *j, uint32_t session, size_t chunk)
{
    struct perfd_trace_info info;
    int result;
    char *trace = bench_trace(&j->bench, session, 1 << 20, chunk, &info, &result);

    if (trace == NULL)
        assert_int_equal(result, PERFD_NOT_FOUND);
    return trace;
}

static struct perfd_snapshot snapshot(struct jank_bench *j, uint32_t number)
{
    struct perfd_snapshot out;

    assert_int_equal(perfd_next_snapshot(j->bench.perfd, PERFD_SNAPSHOT_ID(number) - 1, &out),
                     (int)number);
    return out;
}

static unsigned count_of(const char *trace, const char *what)
{
    unsigned count = 0;

    for (const char *at = trace; (at = strstr(at, what)) != NULL; at++)
        count++;
    return count;
}

static bool has(const char *trace, const char *what)
{
    return strstr(trace, what) != NULL;
}

/* Twelve frames of 10 ms from 1010 on, one of 30, and four more: the janky one is the 13th, shown
 * at 1150. From the fifth to the 17th: 1040, where the fifth's interval begins, to 1190. */
static void seventeen_frames(struct jank_bench *j, uint32_t ui)
{
    mark(j, ui, PERFD_BEGIN, "main", 1001);
    for (unsigned i = 1; i <= 17; i++) {
        uint64_t shown_ms = i <= 12 ? 1000 + 10 * i : 1020 + 10 * i;
        span(j, ui, "frame", shown_ms - 4, shown_ms - 1);
        shown_at(j, shown_ms);
    }
}

static void a_window_with_its_spans(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 256);
    struct perfd_snapshot none;
    assert_int_equal(perfd_next_snapshot(j.bench.perfd, 0, &none), PERFD_NOT_FOUND);
    seventeen_frames(&j, ui);
    struct perfd_snapshot s = snapshot(&j, 1);
    assert_int_equal(s.frame_id, 13);
    assert_int_equal(s.cause, PERFD_CAUSE_UNKNOWN);
    assert_int_equal(s.session, j.bench.session);
    assert_string_equal(s.name, "test");
    assert_int_equal(s.frames, 13);
    assert_int_equal(s.from_ns, 1040 * MS);
    assert_int_equal(s.to_ns, 1190 * MS);
    /* 13 spans, and the begin of the one that was open. */
    assert_int_equal(s.records, 2 * 13 + 1);

    char *trace = trace_of(&j, s.id, 4096);
    /* Times are relative to the window's begin; what was open begins there, and is open at its end.
     */
    assert_true(has(trace, "{\"name\":\"main\",\"ph\":\"X\",\"ts\":0.000,\"pid\":1,\"tid\":1,"
                           "\"dur\":150000.000,\"args\":{\"unfinished\":true}}"));
    assert_int_equal(count_of(trace, "{\"name\":\"frame\",\"ph\":\"X\""), 13 + 13);
    assert_true(has(trace, "\"snapshot\":{\"number\":1,\"frameId\":13,\"cause\":\"unknown\"}"));
    assert_true(has(trace, "\"why\":[{\"label\":\"main\",\"ms\":27.000000},"
                           "{\"label\":\"frame\",\"ms\":3.000000}]"));
    assert_false(has(trace, "session start") || has(trace, "session stop") || has(trace, "lost"));

    /* The same when the ring and the lane have lapped, the session is over, and its label is gone
     * from every lane; the session's own trace is as ever. */
    for (unsigned i = 0; i < 300; i++)
        mark(&j, ui, PERFD_INSTANT, "later", 1200 + i);
    for (unsigned i = 1; i <= 2000; i++)
        shown_at(&j, 1500 + 10 * i);
    (void)bench_stop(&j.bench);
    char *own = trace_of(&j, 0, 4096);
    assert_true(has(own, "session stop") && !has(own, "\"snapshot\""));
    char *again = trace_of(&j, s.id, 1);
    assert_string_equal(again, trace);
    char *own_again = trace_of(&j, j.bench.session, 4096);
    assert_string_equal(own_again, own);
    free(own);
    free(own_again);
    free(again);
    free(trace);
    jank_close(&j);
}

/* A full table of labels is swept: those that only a snapshot has stay. */
static void its_labels_stay(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct jank_bench j;
    char name[16];

    (void)state;
    config.labels = 16;
    config.client_labels = 16;
    jank_open(&j, &config);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 64);
    seventeen_frames(&j, ui);
    perfd_client_close(j.bench.perfd, j.bench.client);
    j.bench.client = perfd_client_open(j.bench.perfd);
    uint32_t more = lane(&j, "more", 16384);
    for (unsigned i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "name %u", i);
        mark(&j, more, PERFD_INSTANT, name, 1200 + i);
    }
    char *trace = trace_of(&j, PERFD_SNAPSHOT_ID(1), 4096);
    assert_int_equal(count_of(trace, "\"name\":\"main\""), 1);
    assert_int_equal(count_of(trace, "{\"name\":\"frame\",\"ph\":\"X\""), 13 + 13);
    free(trace);
    jank_close(&j);
}

/* The session stops two frames behind the jank, which was its third frame. */
static void a_session_that_is_short(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, 1010);
    shown_at(&j, 1020);
    shown_at(&j, 1050);
    shown_at(&j, 1060);
    shown_at(&j, 1070);
    struct perfd_snapshot none;
    assert_int_equal(perfd_next_snapshot(j.bench.perfd, 0, &none), PERFD_NOT_FOUND);
    (void)bench_stop(&j.bench);
    struct perfd_snapshot s = snapshot(&j, 1);
    assert_int_equal(s.frames, 5);
    assert_int_equal(s.from_ns, 1010 * MS); /* the first frame has no interval */
    assert_int_equal(s.to_ns, 1070 * MS);
    jank_close(&j);
}

static void worked_at(struct jank_bench *j, uint64_t ms, uint64_t work_ms)
{
    struct perfd_tick tick = bench_frame(&j->bench, ms * MS - j->bench.at_ns);

    tick.phase_ns[PERFD_UI] = work_ms * MS;
    assert_int_equal(bench_feed(&j->bench, &tick), 0);
}

/* One of a cause in ten seconds; four are kept, and the newest takes the oldest one's place. */
static void rate_and_places(void **state)
{
    struct jank_bench j;
    uint64_t ms = 1010;
    struct perfd_snapshot s;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, ms);
    /* Janks of two causes in turn, every 30 ms for 30.9 s: at 0, 10 and 20 s of each, and at 30. */
    for (unsigned i = 0; i < 1030; i++)
        worked_at(&j, ms += 30, i % 2 == 0 ? 5 : 20);
    uint32_t above = PERFD_SNAPSHOT_ID(0);
    for (uint32_t number = 5; number <= 8; number++) {
        assert_int_equal(perfd_next_snapshot(j.bench.perfd, above, &s), (int)number);
        assert_int_equal(s.cause, number % 2 == 1 ? PERFD_CAUSE_PIPELINE : PERFD_CAUSE_APP);
        above = s.id;
    }
    assert_int_equal(perfd_next_snapshot(j.bench.perfd, above, &s), PERFD_NOT_FOUND);
    assert_null(trace_of(&j, PERFD_SNAPSHOT_ID(4), 4096));
    char *trace = trace_of(&j, PERFD_SNAPSHOT_ID(5), 4096);
    assert_non_null(trace);
    free(trace);
    jank_close(&j);
}

/* More marks than it has room for: the rest is lost, and it says where. */
static void more_marks_than_fit(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 8192);
    shown_at(&j, 1010);
    for (unsigned i = 0; i < 3000; i++)
        mark(&j, ui, PERFD_INSTANT, "storm", 1011 + i / 200);
    shown_at(&j, 1040);
    (void)bench_stop(&j.bench);
    struct perfd_snapshot s = snapshot(&j, 1);
    assert_int_equal(s.records, PERFD_SNAPSHOT_RECORDS);
    char *trace = trace_of(&j, s.id, 4096);
    assert_int_equal(count_of(trace, "\"name\":\"storm\""), 2048);
    /* The 2,049th came at 1021, 11 ms after the window began. */
    assert_true(has(trace, "{\"name\":\"lost\",\"ph\":\"i\",\"ts\":11000.000,\"pid\":1,\"tid\":1,"
                           "\"s\":\"t\",\"args\":{\"count\":952,\"reason\":\"overwritten\"}}"));
    free(trace);
    jank_close(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_with_its_spans), cmocka_unit_test(its_labels_stay),
        cmocka_unit_test(a_session_that_is_short), cmocka_unit_test(rate_and_places),
        cmocka_unit_test(more_marks_than_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
