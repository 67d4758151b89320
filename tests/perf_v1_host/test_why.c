/* SPDX-License-Identifier: Apache-2.0 */
/* Why a frame was janky: the labels with the most self time in its interval. */
#include "jank_bench.h"
#include "lane_hand.h"

#define ASSERT_WHY(want)                                                                           \
    do {                                                                                           \
        struct perfd_jank newest = last_jank(&j);                                                  \
        assert_why(&newest, want);                                                                 \
    } while (0)

/* Frames at 1010 and at 1040: the second one's interval is between the two. */
static void self_time_is_ones_own(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    mark(&j, ui, PERFD_BEGIN, "outer", 1012);
    span(&j, ui, "inner", 1015, 1025);
    mark(&j, ui, PERFD_END, "outer", 1030);
    shown_at(&j, 1040);
    ASSERT_WHY("inner 10, outer 8");
    jank_close(&j);
}

/* Begun before the interval, even before a frame that was fine; and open at its end. */
static void spans_are_clipped_and_open_ones_run_on(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    mark(&j, ui, PERFD_BEGIN, "main", 1001);
    shown_at(&j, 1010);
    shown_at(&j, 1020);
    mark(&j, ui, PERFD_BEGIN, "late", 1045);
    shown_at(&j, 1050);
    ASSERT_WHY("main 25, late 5");
    /* One that is fine, and one in which nothing was marked. */
    shown_at(&j, 1060);
    shown_at(&j, 1090);
    ASSERT_WHY("late 30");
    mark(&j, ui, PERFD_END, "late", 1091);
    mark(&j, ui, PERFD_END, "main", 1093);
    shown_at(&j, 1120);
    ASSERT_WHY("main 2, late 1");
    shown_at(&j, 1150);
    ASSERT_WHY("");
    jank_close(&j);
}

static void labels_of_all_lanes_add_up(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t one = lane(&j, "one", 0), two = lane(&j, "two", 0);
    shown_at(&j, 1010);
    span(&j, one, "b", 1011, 1016);
    span(&j, one, "d", 1016, 1021);
    span(&j, one, "x", 1030, 1034);
    span(&j, two, "x", 1011, 1014);
    span(&j, two, "a", 1015, 1020);
    shown_at(&j, 1040);
    /* x 4 + 3; of those that are equal the first by bytes; three of four. */
    ASSERT_WHY("x 7, a 5, b 5");
    jank_close(&j);
}

static void ends_close_what_lies_above(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    mark(&j, ui, PERFD_BEGIN, "parent", 1012);
    mark(&j, ui, PERFD_BEGIN, "child", 1014);
    mark(&j, ui, PERFD_END, "parent", 1020);
    mark(&j, ui, PERFD_END, "nobody's", 1022);
    span(&j, ui, "next", 1025, 1030);
    shown_at(&j, 1040);
    ASSERT_WHY("child 6, next 5, parent 2");
    jank_close(&j);
}

static void too_deep_is_the_span_around_it(void **state)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    struct jank_bench j;

    (void)state;
    config.span_depth = 2;
    jank_open(&j, &config);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    mark(&j, ui, PERFD_BEGIN, "a", 1011);
    mark(&j, ui, PERFD_BEGIN, "b", 1012);
    span(&j, ui, "c", 1013, 1020);
    mark(&j, ui, PERFD_END, "b", 1021);
    mark(&j, ui, PERFD_END, "a", 1022);
    shown_at(&j, 1040);
    ASSERT_WHY("b 9, a 2");
    jank_close(&j);
}

static void mark_in(struct jank_bench *j, uint32_t on, enum perfd_mark_kind kind, const char *name,
                    const char *category, uint64_t ms)
{
    const struct perfd_label label = {.name = text(name), .category = text(category)};
    struct perfd_mark record = {.kind = kind, .lane = on, .time_ns = ms * MS};

    record.label = (uint32_t)perfd_label(j->bench.perfd, j->bench.client, &label);
    j->bench.port.now_ns = ms * MS;
    assert_int_equal(perfd_mark(j->bench.perfd, j->bench.client, &record, j->bench.port.now_ns), 0);
}

static void what_was_not_asked_for_is_the_span_around_it(void **state)
{
    const struct perfd_start draw = {
        .name = text("test"), .budget_ns = BUDGET_NS, .categories = text("draw")};
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start_with(&j.bench, &draw);
    uint32_t ui = lane(&j, "ui", 0);
    shown_at(&j, 1010);
    mark_in(&j, ui, PERFD_BEGIN, "blur", "draw", 1011);
    mark_in(&j, ui, PERFD_BEGIN, "read", "io", 1015);
    mark_in(&j, ui, PERFD_END, "read", "io", 1020);
    mark_in(&j, ui, PERFD_END, "blur", "draw", 1025);
    mark_in(&j, ui, PERFD_BEGIN, "write", "io", 1026);
    mark_in(&j, ui, PERFD_END, "write", "io", 1038);
    shown_at(&j, 1040);
    ASSERT_WHY("blur 14");
    jank_close(&j);
}

/* A session begins at 1100; a span of the one before is still open, and no business of it. */
static void only_marks_of_the_session(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    mark(&j, ui, PERFD_BEGIN, "before", 1050);
    (void)bench_stop(&j.bench);
    j.bench.port.now_ns = 1100 * MS;
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, 1110);
    span(&j, ui, "now", 1120, 1121);
    shown_at(&j, 1140);
    ASSERT_WHY("now 1");
    jank_close(&j);
}

/* --- Frames that were thrown away ------------------------------------------------------------- */

static void thrown_away_at(struct jank_bench *j, uint64_t ms)
{
    struct perfd_tick tick = bench_frame(&j->bench, 0);

    tick.presented = false;
    tick.presented_at_ns = ms * MS;
    j->bench.port.now_ns = ms * MS;
    assert_int_equal(bench_feed(&j->bench, &tick), 0);
}

/* Its interval is from the last one shown to its arrival; the next one's goes over both. */
static void a_frame_that_was_thrown_away(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 0);
    thrown_away_at(&j, 1005);
    struct perfd_jank jank = last_jank(&j);
    assert_int_equal(jank.cause, PERFD_CAUSE_DROPPED);
    assert_int_equal(jank.interval_ns, 0);
    assert_int_equal(memory_port_count(&j.bench.port, "perf: jank frame=1 - over=0.000 why=-"), 1);
    mark(&j, ui, PERFD_BEGIN, "around", 1006);
    shown_at(&j, 1010);
    span(&j, ui, "worker", 1012, 1019);
    for (uint64_t ms = 1020; ms <= 1022; ms++) {
        thrown_away_at(&j, ms);
        jank = last_jank(&j);
        assert_int_equal(jank.cause, PERFD_CAUSE_DROPPED);
        assert_int_equal(jank.interval_ns, (ms - 1010) * MS);
        assert_int_equal(jank.whys, 2);
        assert_int_equal(jank.why[0].self_ns, 7 * MS);
        assert_int_equal(jank.why[1].self_ns, (ms - 1010 - 7) * MS);
    }
    span(&j, ui, "render", 1023, 1038);
    shown_at(&j, 1040);
    ASSERT_WHY("render 15, around 8, worker 7");
    assert_int_equal(bench_metrics(&j.bench).jank_dropped, 4);
    jank_close(&j);
}

/* --- Sessions at once ------------------------------------------------------------------------- */

static void two_sessions_have_their_own(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t first = j.bench.session;
    int other = perfd_client_open(j.bench.perfd);
    int second = perfd_start(j.bench.perfd, other,
                             &(struct perfd_start){.name = text("two"), .budget_ns = BUDGET_NS},
                             j.bench.port.now_ns);
    assert_true(other > 0 && second > 0);
    uint32_t ui = lane(&j, "ui", 0);
    struct perfd_tick tick = {.frame_id = 1, .presented = true, .presented_at_ns = 1005 * MS};
    j.bench.port.now_ns = 1005 * MS;
    assert_int_equal(perfd_tick(j.bench.perfd, other, &tick, j.bench.port.now_ns), 0);
    shown_at(&j, 1010);
    mark(&j, ui, PERFD_BEGIN, "long", 1011);
    shown_at(&j, 1040);
    struct perfd_jank jank = last_jank_of(&j, first);
    assert_why(&jank, "long 29");
    /* From 1005 to 1050, with what the first has looked at already. */
    mark(&j, ui, PERFD_END, "long", 1045);
    j.bench.port.now_ns = 1050 * MS;
    tick.frame_id = 2;
    tick.presented_at_ns = 1050 * MS;
    assert_int_equal(perfd_tick(j.bench.perfd, other, &tick, j.bench.port.now_ns), 0);
    jank = last_jank_of(&j, (uint32_t)second);
    assert_why(&jank, "long 34");
    assert_int_equal(jank.interval_ns, 45 * MS);
    jank_close(&j);
}

/* --- Lanes that go on ------------------------------------------------------------------------- */

/* The begin is gone when the frame is shown: its end is nobody's. */
static void a_lane_that_went_round(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    uint32_t ui = lane(&j, "ui", 16);
    shown_at(&j, 1010);
    mark(&j, ui, PERFD_BEGIN, "gone", 1011);
    for (uint64_t ms = 1012; ms < 1030; ms++)
        mark(&j, ui, PERFD_INSTANT, "tick", ms);
    mark(&j, ui, PERFD_END, "gone", 1030);
    span(&j, ui, "there", 1031, 1033);
    shown_at(&j, 1040);
    ASSERT_WHY("there 2");
    jank_close(&j);
}

static void a_lanes_place_is_taken(void **state)
{
    struct jank_bench j;

    (void)state;
    jank_open(&j, NULL);
    bench_start(&j.bench, BUDGET_NS);
    shown_at(&j, 1010);
    uint32_t old = lane(&j, "old", 16384); /* all there is */
    mark(&j, old, PERFD_BEGIN, "old", 1011);
    shown_at(&j, 1040);
    ASSERT_WHY("old 29");
    assert_int_equal(perfd_lane_close(j.bench.perfd, j.bench.client, old), 0);
    uint32_t new = lane(&j, "new", 16384);
    span(&j, new, "new", 1050, 1055);
    shown_at(&j, 1070);
    ASSERT_WHY("new 5");
    jank_close(&j);
}

/* --- Lanes that their clients write ----------------------------------------------------------- */

static uint32_t label(struct jank_bench *j, int client, const char *name)
{
    int id = perfd_label(j->bench.perfd, client, &(struct perfd_label){.name = text(name)});

    assert_true(id > 0);
    return (uint32_t)id;
}

static void put(struct hand *hand, uint32_t kind, uint64_t ms, uint32_t label_id)
{
    put_slot(hand, ms * MS, kind << 16 | label_id);
}

static void a_lane_in_shared_memory(void **state)
{
    struct jank_bench j;
    struct perfd_lane_memory memory;
    uint32_t granted;

    (void)state;
    jank_open(&j, NULL);
    j.bench.port.shares = true;
    bench_start(&j.bench, BUDGET_NS);
    int stranger = perfd_client_open(j.bench.perfd);
    int id = perfd_lane_open_in(j.bench.perfd, j.bench.client, text("shared"), 256, true, &granted,
                                &memory);
    assert_true(id > 0 && memory.bytes > 0);
    struct hand hand = hand_of(memory.address, (uint32_t)id);
    uint32_t draw = label(&j, j.bench.client, "draw"), ui = label(&j, j.bench.client, "ui");
    uint32_t foreign = label(&j, stranger, "foreign");
    shown_at(&j, 1010);
    put(&hand, PERF_LANE_PHASE, 1011, ui);
    put(&hand, PERF_LANE_BEGIN_VALUE, 1013, draw);
    put_value(&hand, 42);
    /* A kind that there is not, a label that is another's, a time that was long ago. */
    put(&hand, 12, 1014, draw);
    put(&hand, PERF_LANE_BEGIN, 1014, foreign);
    put(&hand, PERF_LANE_INSTANT, 1, draw);
    put(&hand, PERF_LANE_END, 1020, draw);
    put(&hand, PERF_LANE_PHASE, 1025, draw);
    shown_at(&j, 1040);
    /* ui: 2 before draw and 5 behind it; draw: 7, and 15 as the phase that is still open. */
    ASSERT_WHY("draw 22, ui 7");
    /* The value is still to come: so is its begin. */
    put(&hand, PERF_LANE_PHASE, 1042, 0);
    put(&hand, PERF_LANE_BEGIN_VALUE, 1050, ui);
    shown_at(&j, 1060);
    ASSERT_WHY("draw 2");
    put_value(&hand, 1);
    put(&hand, PERF_LANE_END, 1070, ui);
    shown_at(&j, 1090);
    ASSERT_WHY("ui 10");
    /* Closed, it is a lane like others, whose slots have other numbers. */
    put(&hand, PERF_LANE_BEGIN, 1095, draw);
    j.bench.port.now_ns = 1096 * MS;
    assert_int_equal(perfd_lane_close(j.bench.perfd, j.bench.client, (uint32_t)id), 0);
    shown_at(&j, 1120);
    ASSERT_WHY("draw 25");
    jank_close(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(self_time_is_ones_own),
        cmocka_unit_test(spans_are_clipped_and_open_ones_run_on),
        cmocka_unit_test(labels_of_all_lanes_add_up),
        cmocka_unit_test(ends_close_what_lies_above),
        cmocka_unit_test(too_deep_is_the_span_around_it),
        cmocka_unit_test(what_was_not_asked_for_is_the_span_around_it),
        cmocka_unit_test(only_marks_of_the_session),
        cmocka_unit_test(a_frame_that_was_thrown_away),
        cmocka_unit_test(two_sessions_have_their_own),
        cmocka_unit_test(a_lane_that_went_round),
        cmocka_unit_test(a_lanes_place_is_taken),
        cmocka_unit_test(a_lane_in_shared_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
