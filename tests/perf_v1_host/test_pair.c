/* SPDX-License-Identifier: Apache-2.0 */
/* Which end closes which begin, as the trace shows it and as the ledger counts it. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A session's marks as text: "(a" begins a, ")a" ends it, "." an instant; one microsecond apart,
 * the first at 1 us. The session stops one microsecond after the last. */
static void play(struct bench *bench, const char *marks)
{
    uint64_t at_ns = bench->port.now_ns;
    char name[2] = {0};

    for (const char *m = marks; *m != '\0'; m++) {
        enum perfd_mark_kind kind = PERFD_INSTANT;

        at_ns += US;
        name[0] = '.';
        if (*m != '.') {
            kind = *m == '(' ? PERFD_BEGIN : PERFD_END;
            name[0] = *++m;
        }
        assert_int_equal(bench_mark(bench, kind, name, at_ns, 0), 0);
    }
    bench->port.now_ns = at_ns + US;
}

static char *stop_and_trace(struct bench *bench)
{
    struct perfd_trace_info info;
    int result;

    bench_stop(bench);
    char *trace = bench_trace(bench, 0, 1 << 20, 512, &info, &result);
    assert_non_null(trace);
    assert_false(info.truncated);
    return trace;
}

/* How many spans there are, and whether this one is there. */
static unsigned spans(const char *trace)
{
    unsigned count = 0;

    while ((trace = strstr(trace, "\"ph\":\"X\"")) != NULL) {
        count++;
        trace++;
    }
    return count;
}

static bool has_span(const char *trace, const char *name, unsigned at_us, unsigned us,
                     bool finished)
{
    char line[200];

    snprintf(line, sizeof line,
             "{\"name\":\"%s\",\"ph\":\"X\",\"ts\":%u.000,\"pid\":1,\"tid\":1,\"dur\":%u.000%s}",
             name, at_us, us, finished ? "" : ",\"args\":{\"unfinished\":true}");
    return strstr(trace, line) != NULL;
}

struct expected {
    uint64_t begins, paired, closed_at_export, closed_by_parent, begins_too_deep;
    uint64_t ends, orphan, mismatched, ends_too_deep;
};

static void expect(struct bench *bench, struct expected e)
{
    struct perfd_health h = bench_health(bench);

    assert_int_equal(h.begins, e.begins);
    assert_int_equal(h.paired, e.paired);
    assert_int_equal(h.closed_at_export, e.closed_at_export);
    assert_int_equal(h.closed_by_parent, e.closed_by_parent);
    assert_int_equal(h.begins_too_deep, e.begins_too_deep);
    assert_int_equal(h.ends, e.ends);
    assert_int_equal(h.orphan, e.orphan);
    assert_int_equal(h.mismatched, e.mismatched);
    assert_int_equal(h.ends_too_deep, e.ends_too_deep);
    assert_int_equal(h.copied, h.exported + h.cut + h.filtered + h.unpaired + h.outside);
    assert_int_equal(h.unpaired, e.orphan + e.mismatched + e.begins_too_deep + e.ends_too_deep);
}

static void nested(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    play(&bench, "(a(b)b(b(a)a)b)a");
    char *trace = stop_and_trace(&bench);
    assert_int_equal(spans(trace), 4);
    assert_true(has_span(trace, "a", 1, 7, true));
    assert_true(has_span(trace, "b", 2, 1, true));
    assert_true(has_span(trace, "b", 4, 3, true));
    assert_true(has_span(trace, "a", 5, 1, true));
    free(trace);
    expect(&bench, (struct expected){.begins = 4, .paired = 4, .ends = 4});
    assert_int_equal(bench_health(&bench).exported, 8);
    bench_close(&bench);
}

static void an_end_closes_what_is_open_above(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    play(&bench, "(a(b(c)a)b");
    char *trace = stop_and_trace(&bench);
    assert_int_equal(spans(trace), 3);
    assert_true(has_span(trace, "a", 1, 3, true));
    assert_true(has_span(trace, "b", 2, 2, false));
    assert_true(has_span(trace, "c", 3, 1, false));
    free(trace);
    expect(&bench,
           (struct expected){
               .begins = 3, .paired = 1, .closed_by_parent = 2, .ends = 2, .mismatched = 1});
    bench_close(&bench);
}

static void what_is_open_is_closed_at_the_end(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    play(&bench, "(a(b.");
    char *trace = stop_and_trace(&bench);
    assert_int_equal(spans(trace), 2);
    assert_true(has_span(trace, "a", 1, 3, false));
    assert_true(has_span(trace, "b", 2, 2, false));
    free(trace);
    expect(&bench, (struct expected){.begins = 2, .closed_at_export = 2});
    bench_close(&bench);
}

static void a_name_is_one_whatever_its_category(void **state)
{
    struct perfd_label with = {.name = text("a"), .category = text("ui")};
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    int id = perfd_label(bench.perfd, bench.client, &with);
    struct perfd_mark begin = {.kind = PERFD_BEGIN, .label = (uint32_t)id};
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &begin, bench.port.now_ns), 0);
    play(&bench, ")a");
    free(stop_and_trace(&bench));
    expect(&bench, (struct expected){.begins = 1, .paired = 1, .ends = 1});
    bench_close(&bench);
}

/* With a depth of 2: c and d are too deep, the next two ends are taken for theirs. */
static void deeper_than_the_stack(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct bench bench;

    (void)state;
    config.span_depth = 2;
    bench_open(&bench, &config);
    bench_start(&bench, 16 * MS);
    play(&bench, "(a(b(c(d)d)c)b)a(e)e");
    char *trace = stop_and_trace(&bench);
    assert_int_equal(spans(trace), 3);
    assert_true(has_span(trace, "a", 1, 7, true));
    assert_true(has_span(trace, "b", 2, 5, true));
    assert_true(has_span(trace, "e", 9, 1, true));
    free(trace);
    expect(&bench,
           (struct expected){
               .begins = 5, .paired = 3, .begins_too_deep = 2, .ends = 5, .ends_too_deep = 2});
    bench_close(&bench);
}

static void lanes_do_not_see_each_other(void **state)
{
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    play(&bench, "(a");
    int lane = perfd_lane_open(bench.perfd, bench.client, text("other"), 0, &granted);
    struct perfd_mark end = {.kind = PERFD_END, .lane = (uint32_t)lane, .name = text("a")};
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &end, bench.port.now_ns), 0);
    free(stop_and_trace(&bench));
    expect(&bench,
           (struct expected){.begins = 1, .closed_at_export = 1, .ends = 1, .mismatched = 1});
    bench_close(&bench);
}

/* The begin was overwritten: 16 slots, and 16 marks after it. */
static void an_orphan_has_lost_its_begin(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct bench bench;

    (void)state;
    config.lanes = 4;
    config.lane_records = 64;
    bench_open(&bench, &config);
    bench_start(&bench, 16 * MS);
    play(&bench, "(a...............)a");
    char *trace = stop_and_trace(&bench);
    assert_int_equal(spans(trace), 0);
    /* The loss stands at the first instant that is left: the second mark. */
    assert_non_null(strstr(trace,
                           "{\"name\":\"lost\",\"ph\":\"i\",\"ts\":2.000,\"pid\":1,\"tid\":1,"
                           "\"s\":\"t\",\"args\":{\"count\":1,"));
    free(trace);
    expect(&bench, (struct expected){.ends = 1, .orphan = 1});
    bench_close(&bench);
}

/* The begin lies before the session: it is left out of this one, and its end is an orphan. */
static void a_begin_of_an_earlier_session(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench, NULL);
    bench_start(&bench, 16 * MS);
    play(&bench, "(a");
    bench_stop(&bench);
    bench.port.now_ns += US;
    bench_start(&bench, 16 * MS);
    play(&bench, ")a(b)b");
    char *trace = stop_and_trace(&bench);
    assert_int_equal(spans(trace), 1);
    assert_true(has_span(trace, "b", 2, 1, true));
    assert_null(strstr(trace, "\"lost\""));
    free(trace);
    expect(&bench, (struct expected){.begins = 1, .paired = 1, .ends = 2, .orphan = 1});
    assert_int_equal(bench_health(&bench).outside, 1);
    bench_close(&bench);
}

/* Every sequence of six marks out of two begins and two ends, against a naive pairing. */
static void all_short_sequences(void **state)
{
    static const char *const tokens[] = {"(a", "(b", ")a", ")b"};

    (void)state;
    for (unsigned code = 0; code < 4096; code++) {
        struct expected e = {0};
        struct bench bench;
        char marks[13] = "", open[6];
        unsigned depth = 0;

        for (unsigned i = 0, rest = code; i < 6; i++, rest /= 4) {
            const char *token = tokens[rest % 4];
            strcat(marks, token);
            if (token[0] == '(') {
                e.begins++;
                open[depth++] = token[1];
                continue;
            }
            unsigned at = depth;
            e.ends++;
            while (at > 0 && open[at - 1] != token[1])
                at--;
            if (at == 0) {
                e.mismatched++;
                continue;
            }
            e.paired++;
            e.closed_by_parent += depth - at;
            depth = at - 1;
        }
        e.closed_at_export = depth;
        if (code % 7 != 0)
            continue; /* a seventh of them is plenty, and quick */
        bench_open_frames(&bench, 8);
        bench_start(&bench, 16 * MS);
        play(&bench, marks);
        free(stop_and_trace(&bench));
        expect(&bench, e);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nested),
        cmocka_unit_test(an_end_closes_what_is_open_above),
        cmocka_unit_test(what_is_open_is_closed_at_the_end),
        cmocka_unit_test(a_name_is_one_whatever_its_category),
        cmocka_unit_test(deeper_than_the_stack),
        cmocka_unit_test(lanes_do_not_see_each_other),
        cmocka_unit_test(an_orphan_has_lost_its_begin),
        cmocka_unit_test(a_begin_of_an_earlier_session),
        cmocka_unit_test(all_short_sequences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
