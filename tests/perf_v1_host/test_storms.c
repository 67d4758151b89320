/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client that storms, forgets or lies, beside one that does not: what it does is counted by its
 * reason and shown on its own lane, and what a trace says of the other is to the byte what it says
 * where nobody misbehaves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define FRAMES  60u
#define MINUTES 10u /* the session's last frame comes so long after the others */
#define RECORDS 1024u

#define NS_PER_MINUTE (60 * SECOND)

struct world {
    struct bench bench;
    int bad;
    uint32_t bad_lane;
};

static int bad_mark_at(struct world *w, enum perfd_mark_kind kind, const char *name,
                       uint64_t time_ns, int64_t value)
{
    const struct perfd_mark mark = {
        .kind = kind, .lane = w->bad_lane, .name = text(name), .time_ns = time_ns, .value = value};
    return perfd_mark(w->bench.perfd, w->bad, &mark, w->bench.port.now_ns);
}

static int bad_mark(struct world *w, enum perfd_mark_kind kind, const char *name, int64_t value)
{
    return bad_mark_at(w, kind, name, 0, value);
}

/* What is done in each of the frames' time; NULL: nothing. */
typedef void misdeed(struct world *w, unsigned frame);

static void open_lanes(struct world *w)
{
    uint32_t granted;
    bench_open(&w->bench, NULL);
    assert_int_equal(perfd_lane_open(w->bench.perfd, w->bench.client, text("good"), 4096, &granted),
                     1);
    w->bad = perfd_client_open(w->bench.perfd);
    assert_true(w->bad > 0);
    w->bad_lane = (uint32_t)perfd_lane_open(w->bench.perfd, w->bad, text("bad"), RECORDS, &granted);
    assert_int_equal(granted, RECORDS);
}

static void good_mark(struct world *w, enum perfd_mark_kind kind, const char *name, int64_t value)
{
    const struct perfd_mark mark = {.kind = kind, .lane = 1, .name = text(name), .value = value};
    assert_int_equal(perfd_mark(w->bench.perfd, w->bench.client, &mark, w->bench.port.now_ns), 0);
}

/* Some frames of both, stopped. The trace is the caller's to free. */
static char *run(struct world *w, misdeed *act)
{
    struct perfd_trace_info info;
    int result;
    open_lanes(w);
    bench_start(&w->bench, 10 * MS);
    for (unsigned frame = 0; frame < FRAMES; frame++) {
        good_mark(w, PERFD_BEGIN, "draw", 0);
        w->bench.port.now_ns += MS;
        if (act != NULL)
            act(w, frame);
        good_mark(w, PERFD_END, "draw", 0);
        good_mark(w, PERFD_COUNTER, "drawn", frame);
        bench_after(&w->bench, frame + 1 == FRAMES ? MINUTES * NS_PER_MINUTE : 10 * MS);
    }
    assert_int_equal(bench_stop(&w->bench).frames, FRAMES);
    char *trace = bench_trace(&w->bench, 0, UINT64_C(1) << 22, 65536, &info, &result);
    assert_non_null(trace);
    return trace;
}

/* The events of a lane, or all but those of one. */
static char *lines(const char *trace, const char *tid, bool with)
{
    char *out = malloc(strlen(trace) + 1), *to = out;
    assert_non_null(out);
    for (const char *line = trace; line != NULL;) {
        const char *end = strchr(line, '\n');
        const char *found = strstr(line, tid);
        size_t length = end != NULL ? (size_t)(end - line) : 0;
        bool is_event = end != NULL && strncmp(line, "{\"name\"", 7) == 0;
        bool has = found != NULL && (end == NULL || found < end);
        if (is_event && has == with) {
            memcpy(to, line, length + 1);
            to += length + 1;
        }
        line = end != NULL ? end + 1 : NULL;
    }
    *to = '\0';
    return out;
}

static unsigned count(const char *in, const char *what)
{
    unsigned times = 0;
    for (const char *at = in; (at = strstr(at, what)) != NULL; at += strlen(what))
        times++;
    return times;
}

/* Runs it with the misdeed and without. Gives the events of the lane that misbehaves; the world is
 * still open. */
static char *beside(struct world *w, misdeed *act)
{
    struct world quiet;
    char *untroubled = run(&quiet, NULL), *troubled = run(w, act);
    char *expected = lines(untroubled, "\"tid\":2,", false);
    char *got = lines(troubled, "\"tid\":2,", false);
    assert_int_equal(count(expected, "\"name\":\"draw\""), FRAMES);
    assert_string_equal(got, expected);
    char *bad = lines(troubled, "\"tid\":2,", true);
    assert_int_equal(bench_health(&w->bench).ticks_invalid,
                     bench_health(&quiet.bench).ticks_invalid);
    free(expected);
    free(got);
    free(untroubled);
    free(troubled);
    bench_close(&quiet.bench);
    return bad;
}

static struct perfd_lane_info counts(struct world *w)
{
    struct perfd_lane_info lane;
    assert_int_equal(perfd_read_lane(w->bench.perfd, w->bad_lane, &lane), 0);
    assert_string_equal(lane.name, "bad");
    return lane;
}

/* --- Too much --------------------------------------------------------------------------------- */

static void storm_of_counters(struct world *w, unsigned frame)
{
    for (unsigned i = 0; i < 2000; i++)
        assert_int_equal(bad_mark(w, PERFD_COUNTER, "n", (int64_t)(2000 * frame + i)), 0);
}

static void counters(void **state)
{
    struct world w;
    (void)state;
    char *bad = beside(&w, storm_of_counters);
    /* Two slots each; the loss stands in front of those that are left. */
    struct perfd_lane_info lane = counts(&w);
    assert_int_equal(lane.written, 2000 * FRAMES);
    assert_int_equal(lane.resident, RECORDS / 2);
    assert_int_equal(lane.overwritten, 2000 * FRAMES - RECORDS / 2);
    assert_int_equal(count(bad, "\"name\":\"n\",\"ph\":\"C\""), RECORDS / 2);
    const char *lost = strstr(bad, "\"name\":\"lost\"");
    assert_non_null(lost);
    assert_non_null(strstr(lost, "\"args\":{\"count\":119488,\"reason\":\"overwritten\"}"));
    assert_true(lost < strstr(bad, "\"name\":\"n\",\"ph\":\"C\""));
    free(bad);
    bench_close(&w.bench);
}

static void storm_of_labels(struct world *w, unsigned frame)
{
    char name[32];
    for (unsigned i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "label %u", 10 * frame + i);
        assert_int_equal(bad_mark(w, PERFD_INSTANT, name, 0), 0);
    }
}

static void labels(void **state)
{
    struct world w;
    (void)state;
    char *bad = beside(&w, storm_of_labels);
    /* 256 are a client's share; the other marks are there, by the name that stands for all. */
    assert_int_equal(bench_health(&w.bench).labels_unknown, 10 * FRAMES - 256);
    assert_int_equal(count(bad, "\"name\":\"<unknown>\""), 10 * FRAMES - 256);
    assert_int_equal(count(bad, "\"name\":\"label "), 256);
    free(bad);
    bench_close(&w.bench);
}

/* --- Never ended ------------------------------------------------------------------------------ */

static void forget(struct world *w, unsigned frame)
{
    /* More are open than a lane's stack holds. */
    if (frame < 40)
        assert_int_equal(bad_mark(w, PERFD_BEGIN, "forgotten", 0), 0);
}

static void left_open_for_minutes(void **state)
{
    struct world w;
    (void)state;
    char *bad = beside(&w, forget);
    /* 32 of them are spans, to the end of the session: the first from the first millisecond on. */
    assert_int_equal(count(bad, "\"name\":\"forgotten\",\"ph\":\"X\""), 32);
    assert_int_equal(count(bad, "\"args\":{\"unfinished\":true}"), 32);
    assert_non_null(strstr(bad, "{\"name\":\"forgotten\",\"ph\":\"X\",\"ts\":1000.000,\"pid\":1,"
                                "\"tid\":2,\"dur\":600589000.000,"));
    assert_int_equal(counts(&w).resident, 40);
    free(bad);
    bench_close(&w.bench);
}

/* --- Lies ------------------------------------------------------------------------------------- */

static void lie(struct world *w, unsigned frame)
{
    uint64_t now_ns = w->bench.port.now_ns;
    if (frame != 30)
        return;
    assert_int_equal(bad_mark_at(w, PERFD_INSTANT, "true", now_ns, 0), 0);
    assert_int_equal(bad_mark_at(w, PERFD_INSTANT, "equal", now_ns, 0), 0);
    assert_int_equal(bad_mark_at(w, PERFD_INSTANT, "backwards", now_ns - 1, 0), PERFD_INVALID);
    assert_int_equal(bad_mark_at(w, PERFD_INSTANT, "past", 1, 0), PERFD_INVALID);
    assert_int_equal(bad_mark_at(w, PERFD_INSTANT, "future", now_ns + SECOND + 1, 0),
                     PERFD_INVALID);
    assert_int_equal(bad_mark_at(w, PERFD_INSTANT, "never", UINT64_MAX, 0), PERFD_INVALID);
}

static void of_time(void **state)
{
    struct world w;
    (void)state;
    char *bad = beside(&w, lie);
    struct perfd_lane_info lane = counts(&w);
    assert_int_equal(lane.written, 6);
    assert_int_equal(lane.resident, 2);
    assert_int_equal(lane.dropped_malformed, 4);
    /* 30 frames of 10 ms, and one. */
    assert_non_null(strstr(bad, "{\"name\":\"true\",\"ph\":\"i\",\"ts\":301000.000,"));
    assert_non_null(strstr(bad, "{\"name\":\"equal\",\"ph\":\"i\",\"ts\":301000.000,"));
    assert_non_null(strstr(bad,
                           "{\"name\":\"lost\",\"ph\":\"i\",\"ts\":301000.000,\"pid\":1,\"tid\":2,"
                           "\"s\":\"t\",\"args\":{\"count\":4,\"reason\":\"dropped\"}}"));
    free(bad);
    bench_close(&w.bench);
}

static void repeat(struct world *w, unsigned frame)
{
    const struct perfd_tick tick = {.session = w->bench.session, .frame_id = 1, .presented = true};
    /* Another's session has its ticker from its first frame on. */
    if (frame > 0)
        assert_int_equal(perfd_tick(w->bench.perfd, w->bad, &tick, w->bench.port.now_ns),
                         PERFD_BUSY);
    assert_int_equal(bad_mark(w, PERFD_ASYNC_BEGIN, "twice", 7), 0);
    assert_int_equal(bad_mark(w, PERFD_FLOW_START, "twice", 7), 0);
}

static void of_ids(void **state)
{
    struct world w;
    (void)state;
    char *bad = beside(&w, repeat);
    assert_int_equal(bench_health(&w.bench).ticks_busy, FRAMES - 1);
    /* They are shown as they came: what they mean is their client's. */
    assert_int_equal(count(bad, "\"ph\":\"b\""), FRAMES);
    assert_int_equal(count(bad, "\"ph\":\"s\""), FRAMES);
    free(bad);
    bench_close(&w.bench);
}

/* A client's own frames: the id or the time of the one before. */
static void of_its_own_frames(void **state)
{
    struct bench bench;
    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 10 * MS);
    for (unsigned i = 0; i < 10; i++) {
        bench_after(&bench, 10 * MS);
        struct perfd_tick tick = bench_frame(&bench, 10 * MS);
        bench.port.now_ns = bench.at_ns;
        tick.frame_id--;
        assert_int_equal(bench_feed(&bench, &tick), PERFD_INVALID);
        tick.frame_id++;
        tick.presented_at_ns -= 10 * MS;
        assert_int_equal(bench_feed(&bench, &tick), PERFD_INVALID);
        tick.presented_at_ns += 10 * MS + SECOND + 1;
        assert_int_equal(bench_feed(&bench, &tick), PERFD_INVALID);
        tick.presented_at_ns = bench.at_ns;
        assert_int_equal(bench_feed(&bench, &tick), 0);
    }
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.ticks_invalid, 10);
    assert_int_equal(health.ticks_backwards, 10);
    assert_int_equal(health.ticks_future, 10);
    struct perfd_metrics metrics = bench_stop(&bench);
    assert_int_equal(metrics.frames, 20);
    assert_int_equal(metrics.longest_ns, 10 * MS);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters),
        cmocka_unit_test(labels),
        cmocka_unit_test(left_open_for_minutes),
        cmocka_unit_test(of_time),
        cmocka_unit_test(of_ids),
        cmocka_unit_test(of_its_own_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
