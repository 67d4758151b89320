/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lanes that their clients write, read by the core: the test writes the words itself, as the layout
 * says or as it does not. The memory is the port's, which here is this process's own.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "lane_hand.h"
#include "perfd/run_log.h"

/* Four runs of 256 records: 252 slots each. */
static const struct perfd_config four_lanes = {
    .sessions = 2,
    .frames = 8,
    .lanes = 4,
    .lane_records = 1024,
    .labels = 64,
    .label_text_bytes = 2048,
    .clients = 4,
    .client_labels = 32,
    .span_depth = 4,
    .export_bytes = 1 << 20,
};

enum { SLOTS = 252 };

static void open_bench(struct bench *bench)
{
    bench_open(bench, &four_lanes);
    bench->port.shares = true;
}

static int try_lane(struct bench *bench, int client, uint32_t records, struct hand *hand)
{
    struct perfd_lane_memory memory;
    uint32_t granted = 0;
    int id =
        perfd_lane_open_in(bench->perfd, client, text("by hand"), records, true, &granted, &memory);

    *hand = (struct hand){.id = (uint32_t)id};
    if (id > 0 && memory.bytes != 0) {
        *hand = hand_of(memory.address, (uint32_t)id);
        assert_int_equal(memory.bytes, granted * 16);
        assert_int_equal(hand->header->magic, PERF_LANE_MAGIC);
        assert_int_equal(hand->slots, granted - 4);
    }
    return id;
}

static struct hand open_lane(struct bench *bench)
{
    struct hand hand;

    assert_true(try_lane(bench, bench->client, 256, &hand) > 0);
    assert_int_equal(hand.slots, SLOTS);
    return hand;
}

static uint32_t label(struct bench *bench, const char *name)
{
    int id = perfd_label(bench->perfd, bench->client, &(struct perfd_label){.name = text(name)});

    assert_true(id > 0);
    return (uint32_t)id;
}

static void put(struct hand *hand, uint32_t kind, uint64_t ticks, uint32_t label_id)
{
    put_slot(hand, ticks, kind << 16 | label_id);
    hand->marks++;
}

static void put_with_value(struct hand *hand, uint32_t kind, uint64_t ticks, uint32_t label_id,
                           uint64_t value)
{
    perf_lane_store(&hand->header->values, hand->header->values + 1);
    put(hand, kind, ticks, label_id);
    put_value(hand, value);
}

static char *whole_trace(struct bench *bench)
{
    struct perfd_trace_info info;
    int result;
    char *trace = bench_trace(bench, 0, 1 << 20, 4096, &info, &result);

    assert_non_null(trace);
    struct perfd_health h = bench_health(bench);
    assert_true(h.ledger_balanced);
    assert_int_equal(h.copied, h.exported + h.cut + h.filtered + h.unpaired + h.outside);
    return trace;
}

/* The marks of a lane without values are counted, and looked at when somebody reads them. */
static void read_marks(struct bench *bench)
{
    free(whole_trace(bench));
}

/* Is this in the trace? */
static void assert_has(const char *trace, const char *event)
{
    if (strstr(trace, event) == NULL)
        fail_msg("no %s in %s", event, trace);
}

static void assert_lacks(const char *trace, const char *event)
{
    if (strstr(trace, event) != NULL)
        fail_msg("%s in %s", event, trace);
}

struct figures {
    uint64_t written, resident, overwritten, torn, malformed;
};

static void assert_ledger(struct bench *bench, struct figures want)
{
    struct perfd_health h = bench_health(bench);

    assert_true(h.ledger_balanced);
    assert_int_equal(h.resident, want.resident);
    assert_int_equal(h.dropped_torn, want.torn);
    assert_int_equal(h.dropped_malformed, want.malformed);
    assert_int_equal(h.overwritten, want.overwritten);
    assert_int_equal(h.written, want.written);
}

/* --- What is written is read ------------------------------------------------------------------ */

static void every_kind_arrives(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw"), count = label(&bench, "count");
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    put(&hand, PERF_LANE_BEGIN, at_ns + 1000, draw);
    put_with_value(&hand, PERF_LANE_COUNTER, at_ns + 2000, count, (uint64_t)-5);
    put_with_value(&hand, PERF_LANE_BEGIN_VALUE, at_ns + 3000, count, 0x7fffffffffffffff);
    put(&hand, PERF_LANE_INSTANT, at_ns + 4000, draw);
    put(&hand, PERF_LANE_END, at_ns + 5500, count);
    put_with_value(&hand, PERF_LANE_FLOW_START, at_ns + 6000, draw, 0xab);
    put_with_value(&hand, PERF_LANE_FLOW_STEP, at_ns + 6000, draw, 0xab);
    put_with_value(&hand, PERF_LANE_FLOW_END, at_ns + 6000, draw, 0xab);
    put_with_value(&hand, PERF_LANE_ASYNC_BEGIN, at_ns + 7000, draw, 0xcd);
    put_with_value(&hand, PERF_LANE_ASYNC_END, at_ns + 8000, draw, 0xcd);
    put(&hand, PERF_LANE_END, at_ns + 9001, draw);
    put_with_value(&hand, PERF_LANE_BEGIN_VALUE, at_ns + 9500, draw, 1);
    bench.port.now_ns += 10000;
    assert_ledger(&bench, (struct figures){.written = 12, .resident = 12});
    char *trace = whole_trace(&bench);
    assert_has(trace, "\"tid\":1,\"args\":{\"name\":\"by hand\"}");
    assert_has(trace, "{\"name\":\"draw\",\"ph\":\"X\",\"ts\":1.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":8.001}");
    assert_has(trace, "{\"name\":\"count\",\"ph\":\"C\",\"ts\":2.000,\"pid\":1,\"tid\":1,"
                      "\"args\":{\"value\":-5}}");
    assert_has(trace, "{\"name\":\"count\",\"ph\":\"X\",\"ts\":3.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":2.500,\"args\":{\"arg\":9223372036854775807}}");
    assert_has(trace, "{\"name\":\"draw\",\"ph\":\"i\",\"ts\":4.000");
    assert_has(trace, "\"ph\":\"s\",\"ts\":6.000,\"pid\":1,\"tid\":1,\"cat\":\"flow\","
                      "\"id\":\"0xab\"}");
    assert_has(trace, "\"ph\":\"t\",\"ts\":6.000");
    assert_has(trace, "\"ph\":\"f\",\"ts\":6.000");
    assert_has(trace, "\"ph\":\"b\",\"ts\":7.000,\"pid\":1,\"tid\":1,\"cat\":\"async\","
                      "\"id\":\"0xcd\"}");
    assert_has(trace, "\"ph\":\"e\",\"ts\":8.000");
    assert_has(trace, "{\"name\":\"draw\",\"ph\":\"X\",\"ts\":9.500,\"pid\":1,\"tid\":1,"
                      "\"dur\":0.500,\"args\":{\"arg\":1,\"unfinished\":true}}");
    free(trace);
    bench_close(&bench);
}

/* Three ticks a nanosecond, and their low 56 bits come round between the two marks: 2^56 / 3 is
 * 24,019,198,012,642,645.3 ns. */
static void ticks_become_nanoseconds(void **state)
{
    struct perfd_ticks ticks;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    bench.port.ticks_a_us = 3000;
    bench.port.now_ns = SECOND;
    struct perfd_port port = bench.port;
    assert_int_equal(perfd_init(&bench.perfd, bench.arena, perfd_arena_bytes(&four_lanes),
                                &four_lanes, &bench.port),
                     0);
    assert_int_equal(port.now_ns, SECOND);
    bench.client = perfd_client_open(bench.perfd);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench.port.now_ns = UINT64_C(24019198012642000);
    bench_start(&bench, 16 * MS);
    put(&hand, PERF_LANE_BEGIN, (UINT64_C(1) << 56) - 3, draw);
    put(&hand, PERF_LANE_END, (UINT64_C(1) << 56) + 2997, draw);
    bench.port.now_ns += 10 * US;
    char *trace = whole_trace(&bench);
    assert_has(trace, "{\"name\":\"draw\",\"ph\":\"X\",\"ts\":0.644,\"pid\":1,\"tid\":1,"
                      "\"dur\":1.000}");
    free(trace);
    assert_ledger(&bench, (struct figures){.written = 2, .resident = 2});
    perfd_read_ticks(bench.perfd, &ticks);
    assert_string_equal(ticks.name, "counter");
    assert_int_equal(ticks.per_second, 3000000000);
    assert_in_range(ticks.error_ns, 0, 100); /* after 278 days */
    /* A second's ticks, by what a client is told: to a ten-millionth and a little. */
    struct perfd_lane_memory memory;
    uint32_t granted;
    assert_true(perfd_lane_open_in(bench.perfd, bench.client, text("next"), 256, true, &granted,
                                   &memory) > 0);
    assert_in_range(UINT64_C(3000000000) * (uint32_t)memory.clock >> (memory.clock >> 32),
                    SECOND - 200, SECOND);
    bench_close(&bench);
}

/*
 * From 1 s to 2 s the counter makes 3,000 ticks a microsecond, and then at 3 s it stands at
 * 9.009 * 10^9: the line from the first second to the third is at 1 s + 3 * 10^9 * 2 s / 6.009 *
 * 10^9 = 1.998502247 s where the clock had said 2 s.
 */
static void a_counter_that_changes_its_speed_shows(void **state)
{
    struct perfd_ticks ticks;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    bench.port.ticks_a_us = 3000;
    assert_int_equal(perfd_init(&bench.perfd, bench.arena, perfd_arena_bytes(&four_lanes),
                                &four_lanes, &bench.port),
                     0);
    bench.port.now_ns = 2 * SECOND;
    perfd_read_ticks(bench.perfd, &ticks);
    assert_int_equal(ticks.error_ns, 0);
    bench.port.now_ns = 3 * SECOND;
    bench.port.ticks_a_us = 3003;
    perfd_read_ticks(bench.perfd, &ticks);
    assert_in_range(ticks.error_ns, 1497753, 1497754);
    assert_int_equal(ticks.per_second, 3004500000);
    bench.client = perfd_client_open(bench.perfd);
    bench_close(&bench);
}

/* In whatever lap the ring is: 252 marks are resident, and the oldest is the one that they leave.
 */
static void the_newest_overwrite_the_oldest(void **state)
{
    (void)state;
    for (uint64_t laps = 0; laps < 600; laps += laps < 3 || (laps > 250 && laps < 260) ? 1 : 40) {
        struct bench bench;
        char name[64];

        open_bench(&bench);
        struct hand hand = open_lane(&bench);
        uint32_t draw = label(&bench, "draw");
        bench_start(&bench, 16 * MS);
        uint64_t at_ns = bench.port.now_ns;
        for (uint64_t i = 1; i <= laps * SLOTS + 10; i++)
            put(&hand, PERF_LANE_INSTANT, at_ns + i, draw);
        bench.port.now_ns += SECOND;
        uint64_t written = laps * SLOTS + 10;
        uint64_t resident = laps > 0 ? SLOTS : 10;
        assert_int_equal(hand.laps, laps);
        assert_ledger(&bench, (struct figures){.written = written,
                                               .resident = resident,
                                               .overwritten = written - resident});
        char *trace = whole_trace(&bench);
        uint64_t oldest = written - resident + 1;
        snprintf(name, sizeof name, "\"ph\":\"i\",\"ts\":%d.%03d,\"pid\":1,\"tid\":1",
                 (int)(oldest / 1000), (int)(oldest % 1000));
        assert_has(trace, name);
        oldest--;
        snprintf(name, sizeof name, "\"ph\":\"i\",\"ts\":%d.%03d,\"pid\":1,\"tid\":1",
                 (int)(oldest / 1000), (int)(oldest % 1000));
        assert_lacks(trace, name);
        assert_int_equal(bench_health(&bench).exported, resident);
        free(trace);
        /* Closed, it is the same. */
        assert_int_equal(perfd_lane_close(bench.perfd, bench.client, hand.id), 0);
        assert_ledger(&bench, (struct figures){.written = written,
                                               .resident = resident,
                                               .overwritten = written - resident});
        bench_close(&bench);
    }
}

/* A ring that is full to the last slot is announced when the next slot is written, not before. */
static void a_full_ring(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 0; i < SLOTS; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = SLOTS, .resident = SLOTS});
    perf_lane_announce(hand.header, 1);
    assert_ledger(&bench, (struct figures){.written = SLOTS, .resident = SLOTS});
    bench_close(&bench);
}

/* --- Marks with values ------------------------------------------------------------------------ */

/*
 * 251 instants and a counter: the value is the next lap's first slot. Then the instant in front of
 * the ring goes with every mark, and 250 marks later the counter's first half: its value is alone.
 */
static void a_value_on_the_other_side_of_the_wrap(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 0; i < SLOTS - 1; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    put_with_value(&hand, PERF_LANE_COUNTER, bench.port.now_ns, draw, 4711);
    assert_int_equal(hand.laps, 1);
    assert_ledger(&bench, (struct figures){.written = 252, .resident = 251, .overwritten = 1});
    char *trace = whole_trace(&bench);
    assert_has(trace, "\"args\":{\"value\":4711}");
    free(trace);
    for (uint64_t i = 0; i < 250; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 502, .resident = 251, .overwritten = 251});
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 503, .resident = 251, .overwritten = 252});
    trace = whole_trace(&bench);
    assert_lacks(trace, "4711");
    free(trace);
    bench_close(&bench);
}

/* The writer has counted the value and stored the first half: the mark is not there yet. */
static void a_mark_under_way_is_not_there(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    perf_lane_store(&hand.header->values, 1);
    put(&hand, PERF_LANE_COUNTER, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 1, .resident = 1});
    put_slot(&hand, 5, (uint64_t)PERF_LANE_VALUE << 16);
    assert_ledger(&bench, (struct figures){.written = 2, .resident = 2});
    bench_close(&bench);
}

/* --- Phases ----------------------------------------------------------------------------------- */

static void a_phase_ends_the_one_before(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t ui = label(&bench, "ui"), layout = label(&bench, "layout");
    uint32_t frame = label(&bench, "frame"), inner = label(&bench, "inner");
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    put(&hand, PERF_LANE_BEGIN, at_ns + 1000, frame);
    put(&hand, PERF_LANE_PHASE, at_ns + 2000, ui);
    put(&hand, PERF_LANE_BEGIN, at_ns + 2500, inner);
    put(&hand, PERF_LANE_END, at_ns + 2600, ui); /* ends no phase: nothing of its name is open */
    put(&hand, PERF_LANE_PHASE, at_ns + 3000, layout); /* closes `inner` with `ui` */
    put(&hand, PERF_LANE_PHASE, at_ns + 4000, layout); /* the same again is another */
    put(&hand, PERF_LANE_PHASE, at_ns + 6000, 0);
    put(&hand, PERF_LANE_END, at_ns + 7000, frame);
    put(&hand, PERF_LANE_PHASE, at_ns + 7500, 0); /* none is open */
    put(&hand, PERF_LANE_PHASE, at_ns + 8000, ui);
    bench.port.now_ns += 10000;
    char *trace = whole_trace(&bench);
    assert_has(trace, "{\"name\":\"frame\",\"ph\":\"X\",\"ts\":1.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":6.000}");
    assert_has(trace, "{\"name\":\"ui\",\"ph\":\"X\",\"ts\":2.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":1.000}");
    assert_has(trace, "{\"name\":\"inner\",\"ph\":\"X\",\"ts\":2.500,\"pid\":1,\"tid\":1,"
                      "\"dur\":0.500,\"args\":{\"unfinished\":true}}");
    assert_has(trace, "{\"name\":\"layout\",\"ph\":\"X\",\"ts\":3.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":1.000}");
    assert_has(trace, "{\"name\":\"layout\",\"ph\":\"X\",\"ts\":4.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":2.000}");
    assert_has(trace, "{\"name\":\"ui\",\"ph\":\"X\",\"ts\":8.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":2.000,\"args\":{\"unfinished\":true}}");
    free(trace);
    struct perfd_health h = bench_health(&bench);
    assert_int_equal(h.copied, 10);
    assert_int_equal(h.begins, 6);           /* frame, ui, inner, layout, layout, ui */
    assert_int_equal(h.paired, 4);           /* frame, ui, layout, layout */
    assert_int_equal(h.closed_by_parent, 1); /* inner */
    assert_int_equal(h.closed_at_export, 1); /* ui */
    assert_int_equal(h.ends, 6);             /* these four, the end of ui, the last phase end */
    assert_int_equal(h.mismatched, 2);
    assert_int_equal(h.unpaired, 2);
    assert_int_equal(h.exported, 8);
    bench_close(&bench);
}

/* Four levels, and a phase in the fifth: it is left out, and takes no end from others. */
static void a_phase_of_a_category_that_nobody_wants(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    int wanted = perfd_label(bench.perfd, bench.client,
                             &(struct perfd_label){.name = text("b"), .category = text("y")});
    int unwanted = perfd_label(bench.perfd, bench.client,
                               &(struct perfd_label){.name = text("a"), .category = text("x")});
    bench_start_with(&bench, &(struct perfd_start){.name = text("test"),
                                                   .budget_ns = 16 * MS,
                                                   .categories = text("z,y")});
    uint64_t now_ns = bench.port.now_ns;
    put(&hand, PERF_LANE_PHASE, now_ns, (uint32_t)unwanted);
    put(&hand, PERF_LANE_PHASE, now_ns + 10000, (uint32_t)wanted);
    put(&hand, PERF_LANE_PHASE, now_ns + 30000, 0);
    put(&hand, PERF_LANE_INSTANT, now_ns + 30000, 0); /* without a category */
    bench.port.now_ns += SECOND;
    char *trace = whole_trace(&bench);
    assert_has(trace, "\"name\":\"b\",\"ph\":\"X\",\"ts\":10.000,\"pid\":1,\"tid\":1,"
                      "\"cat\":\"y\",\"dur\":20.000}");
    assert_lacks(trace, "\"name\":\"a\"");
    assert_lacks(trace, "<unknown>");
    assert_has(trace, "\"categories\":\"z,y\"");
    struct perfd_health h = bench_health(&bench);
    /* The first phase is ended by one that shows itself: a mark of its own. So is the instant. */
    assert_int_equal(h.filtered, 2);
    assert_int_equal(h.exported, 2);
    free(trace);
    bench_close(&bench);
}

static void a_phase_may_be_too_deep(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t span = label(&bench, "span"), ui = label(&bench, "ui");
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    for (unsigned i = 0; i < 4; i++)
        put(&hand, PERF_LANE_BEGIN, at_ns + 1000, span);
    put(&hand, PERF_LANE_PHASE, at_ns + 2000, ui);
    put(&hand, PERF_LANE_PHASE, at_ns + 3000, ui);
    for (unsigned i = 0; i < 4; i++)
        put(&hand, PERF_LANE_END, at_ns + 4000, span);
    bench.port.now_ns += 10000;
    free(whole_trace(&bench));
    struct perfd_health h = bench_health(&bench);
    assert_int_equal(h.begins_too_deep, 2);
    assert_int_equal(h.paired, 4);
    assert_int_equal(h.mismatched, 0);
    assert_int_equal(h.exported, 8);
    bench_close(&bench);
}

/* --- What is not whole, and what is no mark ----------------------------------------------------
 */

static void a_slot_of_two_laps_is_torn(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 0; i < SLOTS + 10; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 262, .resident = 252, .overwritten = 10});
    /* The writer was stopped in the middle of the next slot. */
    uint64_t whole = hand.slot[10].word[0];
    perf_lane_store(&hand.slot[10].word[0], whole + (UINT64_C(1) << 56));
    assert_ledger(&bench, (struct figures){.written = 262, .resident = 252, .overwritten = 10});
    read_marks(&bench);
    assert_ledger(&bench,
                  (struct figures){.written = 262, .resident = 251, .overwritten = 10, .torn = 1});
    perf_lane_store(&hand.slot[10].word[0], whole);
    /* A word of the current lap has come before the one beside it. */
    whole = hand.slot[3].word[0];
    perf_lane_store(&hand.slot[3].word[0], whole - (UINT64_C(1) << 56));
    assert_ledger(&bench,
                  (struct figures){.written = 262, .resident = 251, .overwritten = 10, .torn = 1});
    /* And it stays torn in the lane that nobody writes any more. */
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, hand.id), 0);
    assert_ledger(&bench,
                  (struct figures){.written = 262, .resident = 251, .overwritten = 10, .torn = 1});
    bench_close(&bench);
}

static void the_second_half_may_be_torn(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    put_with_value(&hand, PERF_LANE_COUNTER, bench.port.now_ns, draw, 5);
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    perf_lane_store(&hand.slot[1].word[0], 5);
    assert_ledger(&bench, (struct figures){.written = 2, .resident = 1, .torn = 1});
    bench_close(&bench);
}

/* One mark after the other is spoiled; the good one behind them stays. */
static void what_is_no_mark_is_malformed(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    uint32_t foreign = label(&bench, "foreign");
    bench.client = perfd_client_open(bench.perfd);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    uint64_t now_ns = bench.port.now_ns;
    put(&hand, PERF_LANE_INSTANT, now_ns, draw);
    for (uint32_t kind = 11; kind <= 14; kind++) /* 4 */
        put(&hand, kind, now_ns, draw);
    put(&hand, 0xff, now_ns, draw);                           /* 5 */
    put(&hand, PERF_LANE_INSTANT, now_ns, foreign);           /* 6: not given to it */
    put(&hand, PERF_LANE_INSTANT, now_ns, 63);                /* 7: not given to anybody */
    put(&hand, PERF_LANE_INSTANT, now_ns, 0xffff);            /* 8: not in the table */
    put(&hand, PERF_LANE_INSTANT, now_ns - 1, draw);          /* 9: before the one before */
    put(&hand, PERF_LANE_INSTANT, now_ns + SECOND + 1, draw); /* 10: too far ahead */
    put(&hand, PERF_LANE_INSTANT, PERF_LANE_PAYLOAD, draw);   /* 11: just before 0 */
    put(&hand, PERF_LANE_COUNTER, now_ns, draw);              /* 12: no value follows */
    put(&hand, PERF_LANE_INSTANT, now_ns, 0);                 /* `<unknown>` is a label */
    put_slot(&hand, 5, (uint64_t)PERF_LANE_VALUE << 16);      /* nothing: alone */
    put(&hand, PERF_LANE_INSTANT, now_ns + SECOND, draw);     /* just not too far */
    assert_ledger(&bench, (struct figures){.written = 16, .resident = 16});
    char *trace = whole_trace(&bench);
    assert_ledger(
        &bench, (struct figures){.written = 16, .resident = 3, .malformed = 12, .overwritten = 1});
    assert_lacks(trace, "foreign");
    assert_has(trace, "<unknown>");
    free(trace);
    /* Once a lane. */
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_MALFORMED], 1);
    assert_int_equal(memory_port_count(&bench.port, "perfd: reject malformed"), 1);
    bench_close(&bench);
}

static void laps_that_cannot_be(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 0; i < SLOTS + 10; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 262, .resident = 252, .overwritten = 10});
    /* Backwards: nothing of the ring counts. */
    perf_lane_announce(hand.header, 0);
    assert_ledger(&bench, (struct figures){.written = 262, .overwritten = 261, .malformed = 1});
    perf_lane_announce(hand.header, (UINT64_C(1) << 40) + 1);
    assert_ledger(&bench, (struct figures){.written = 262, .overwritten = 261, .malformed = 1});
    perf_lane_announce(hand.header, UINT64_MAX);
    assert_ledger(&bench, (struct figures){.written = 262, .overwritten = 261, .malformed = 1});
    perf_lane_announce(hand.header, 1);
    assert_ledger(&bench, (struct figures){.written = 262, .resident = 252, .overwritten = 10});
    /* More values than slots: what is there counts all the same. */
    perf_lane_store(&hand.header->values, UINT64_MAX);
    assert_ledger(&bench, (struct figures){.written = 252, .resident = 252});
    bench_close(&bench);
}

/* What the service wrote into the header is not read again. */
static void the_header_is_not_believed(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    hand.header->slots = UINT32_MAX;
    hand.header->magic = 0;
    assert_ledger(&bench, (struct figures){.written = 1, .resident = 1});
    bench_close(&bench);
}

/* --- A look that goes on where the last one ended ----------------------------------------------
 */

/* For the ledger a slot is validated once; a trace is made of what is there. */
static void what_was_good_is_not_asked_again(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 0; i < 10; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 10, .resident = 10});
    /* The writer makes another kind of an old mark, and a good one of the newest. */
    uint64_t whole = hand.slot[4].word[1];
    perf_lane_store(&hand.slot[4].word[1], whole + (UINT64_C(12) << 16));
    perf_lane_store(&hand.slot[9].word[1], hand.slot[9].word[1] + (UINT64_C(7) << 16));
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 11, .resident = 11});
    free(whole_trace(&bench));
    struct perfd_health h = bench_health(&bench);
    assert_int_equal(h.copied, 10);
    assert_int_equal(h.resident, 10);
    assert_int_equal(h.dropped_malformed, 1);
    /* From there on each look is at all of it, until it is good again. */
    perf_lane_store(&hand.slot[2].word[1], hand.slot[2].word[1] + (UINT64_C(12) << 16));
    assert_ledger(&bench, (struct figures){.written = 11, .resident = 9, .malformed = 2});
    perf_lane_store(&hand.slot[2].word[1], hand.slot[2].word[1] - (UINT64_C(12) << 16));
    perf_lane_store(&hand.slot[4].word[1], whole);
    assert_ledger(&bench, (struct figures){.written = 11, .resident = 11});
    bench_close(&bench);
}

/* However much was written in between, less than a lap or more: a trace copies as many. */
static void going_on_finds_as_many(void **state)
{
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (unsigned look = 0; look < 3000; look++) {
        for (uint64_t left = bench_random(&random) % (look % 5 * 80 + 1); left > 0; left--) {
            uint64_t dice = bench_random(&random);
            if (dice % 3 == 0)
                put_with_value(&hand, PERF_LANE_COUNTER, bench.port.now_ns, draw, dice);
            else
                put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
            bench.port.now_ns += dice >> 32 & 1;
        }
        struct perfd_health h = bench_health(&bench);
        assert_int_equal(h.written, hand.marks);
        assert_int_equal(h.resident + h.overwritten, hand.marks);
        if (look % 16 == 0) {
            free(whole_trace(&bench));
            assert_int_equal(bench_health(&bench).copied, h.resident);
        }
    }
    assert_true(hand.laps > 100);
    bench_close(&bench);
}

/* The newest mark of the last look is the one that the next may not be before. */
static void a_mark_before_the_last_look(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    put_with_value(&hand, PERF_LANE_COUNTER, bench.port.now_ns + 10, draw, 1);
    assert_ledger(&bench, (struct figures){.written = 2, .resident = 2});
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns + 9, draw);
    assert_ledger(&bench, (struct figures){.written = 3, .resident = 2, .malformed = 1});
    bench_close(&bench);
}

/* A torn word that comes late, behind marks that are whole already, is whole at the next look. */
static void a_word_may_come_late(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 0; i < 20; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    uint64_t whole = hand.slot[12].word[0];
    perf_lane_store(&hand.slot[12].word[0], 0);
    read_marks(&bench);
    assert_ledger(&bench, (struct figures){.written = 20, .resident = 19, .torn = 1});
    perf_lane_store(&hand.slot[12].word[0], whole);
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_ledger(&bench, (struct figures){.written = 21, .resident = 21});
    bench_close(&bench);
}

/* --- The run log --------------------------------------------------------------------------------
 */

/* Takes entries up to the next of this kind, which stays. */
static const struct perfd_log_entry *next_of_kind(struct bench *bench, enum perfd_log_kind kind)
{
    const struct perfd_log_entry *entry;

    while ((entry = perfd_log_peek(bench->perfd)) != NULL && entry->kind != kind)
        perfd_log_took(bench->perfd);
    return entry;
}

/* Takes the slots that wait; they are those of this number up to before that one, as they lie. */
static void assert_logged(struct bench *bench, const struct hand *hand, uint64_t from, uint64_t to)
{
    while (from < to) {
        const struct perfd_log_entry *entry = next_of_kind(bench, PERFD_LOG_SLOTS);
        assert_non_null(entry);
        assert_int_equal(entry->id, hand->id);
        assert_int_equal(entry->slots.at, from);
        for (uint32_t i = 0; i < entry->slots.count; i++, from++)
            assert_memory_equal(&entry->slots.slot[i], &hand->slot[from % SLOTS],
                                sizeof entry->slots.slot[i]);
        perfd_log_took(bench->perfd);
    }
    assert_int_equal(from, to);
    assert_null(next_of_kind(bench, PERFD_LOG_SLOTS));
}

static void what_the_log_has_of_a_lane(void **state)
{
    static uint64_t memory[65536 / 8];
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw");
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 0; i < 100; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    /* What is there, then what is new, over the end of a lap, and nothing twice. */
    assert_int_equal(perfd_log_start(bench.perfd, memory, sizeof memory, bench.port.now_ns), 0);
    assert_logged(&bench, &hand, 0, 100);
    for (uint64_t i = 0; i < 200; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    perfd_log_gather(bench.perfd, bench.port.now_ns);
    assert_logged(&bench, &hand, 100, 300);
    perfd_log_gather(bench.perfd, bench.port.now_ns);
    assert_null(perfd_log_peek(bench.perfd));
    /* A trace is made of what is in the log before it, and the counter's reading is, too. */
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    read_marks(&bench);
    const struct perfd_log_entry *look = next_of_kind(&bench, PERFD_LOG_LOOK);
    assert_int_equal(look->look.now_ns, bench.port.now_ns);
    assert_int_equal(next_of_kind(&bench, PERFD_LOG_SLOTS)->slots.count, 1);
    assert_non_null(next_of_kind(&bench, PERFD_LOG_TRACE));
    perfd_log_took(bench.perfd);
    /* Twice round and ten more: of 514, the first 262 are gone. */
    for (uint64_t i = 0; i < 2 * SLOTS + 10; i++)
        put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    perfd_log_gather(bench.perfd, bench.port.now_ns);
    assert_int_equal(perfd_log_peek(bench.perfd)->kind, PERFD_LOG_LOST);
    assert_int_equal(perfd_log_peek(bench.perfd)->lost, SLOTS + 10);
    assert_logged(&bench, &hand, 301 + SLOTS + 10, 301 + 2 * SLOTS + 10);
    /* And what came between the last look and the lane's end. */
    put(&hand, PERF_LANE_INSTANT, bench.port.now_ns, draw);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, hand.id), 0);
    assert_int_equal(next_of_kind(&bench, PERFD_LOG_SLOTS)->slots.count, 1);
    assert_int_equal(next_of_kind(&bench, PERFD_LOG_LANE_CLOSE)->id, hand.id);
    bench_close(&bench);
}

/* --- Anything at all -------------------------------------------------------------------------- */

/* The events of one lane of a trace, one after the other; the rest is cut away. */
static void keep_lane(char *trace, const char *tid)
{
    char *to = trace, *next;

    for (char *line = trace; line != NULL && *line != '\0'; line = next) {
        next = strchr(line, '\n');
        size_t length = next != NULL ? (size_t)(++next - line) : strlen(line);
        char kept = line[length];
        line[length] = '\0';
        bool of_lane = strstr(line, tid) != NULL;
        line[length] = kept;
        if (of_lane) {
            memmove(to, line, length);
            to += length;
        }
    }
    *to = '\0';
}

static void spoil(struct hand *hand, uint64_t *random)
{
    uint64_t dice = bench_random(random);
    uint64_t *words = (uint64_t *)hand->header;
    uint32_t count = 8 + 2 * hand->slots;

    switch (dice % 4) {
    case 0: /* every word */
        for (uint32_t i = 0; i < count; i++)
            perf_lane_store(&words[i], bench_random(random));
        break;
    case 1: /* every word nearly right */
        perf_lane_store(&hand->header->laps, dice >> 8 & 3);
        perf_lane_store(&hand->header->values, dice >> 16 & 0xff);
        for (uint32_t i = 0; i < hand->slots; i++) {
            uint64_t word = bench_random(random);
            perf_lane_store(&hand->slot[i].word[0],
                            (SECOND + (word & 0xffffff)) | perf_lane_lap_bits(word >> 60 & 3));
            perf_lane_store(&hand->slot[i].word[1], (word >> 24 & 0xff07) |
                                                        (word >> 32 & 0x1f) << 16 |
                                                        perf_lane_lap_bits(word >> 62 & 3));
        }
        break;
    case 2: /* the header only */
        for (uint32_t i = 0; i < 8; i++)
            perf_lane_store(&words[i], bench_random(random) >> dice / 4 % 64);
        break;
    default: /* a few words */
        for (uint32_t i = 0; i < 16; i++)
            perf_lane_store(&words[bench_random(random) % count], bench_random(random));
        break;
    }
}

/* A session of one honest client, beside one that does anything where `seed` is not 0; the honest
 * one's events. */
static char *honest_events(uint64_t seed)
{
    uint64_t random = seed;
    struct bench bench;
    struct hand worse;

    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    uint32_t draw = label(&bench, "draw"), count = label(&bench, "count");
    int other = perfd_client_open(bench.perfd);
    assert_true(try_lane(&bench, other, 256, &worse) > 0);
    (void)!perfd_label(bench.perfd, other, &(struct perfd_label){.name = text("worse")});
    bench_start(&bench, 16 * MS);
    for (unsigned round = 0; round < 12; round++) {
        put(&hand, PERF_LANE_BEGIN, bench.port.now_ns, draw);
        put_with_value(&hand, PERF_LANE_COUNTER, bench.port.now_ns + 10, count, round);
        put(&hand, PERF_LANE_END, bench.port.now_ns + 500, draw);
        bench.port.now_ns += 1000;
        if (seed != 0)
            spoil(&worse, &random);
        assert_true(bench_health(&bench).ledger_balanced);
        if (round % 4 == 3)
            free(whole_trace(&bench));
        if (round == 9) {
            perfd_client_close(bench.perfd, other);
            assert_true(bench_health(&bench).ledger_balanced);
        }
    }
    char *trace = whole_trace(&bench);
    keep_lane(trace, "\"tid\":1,");
    bench_close(&bench);
    return trace;
}

static void noise_stays_where_it_is(void **state)
{
    char *alone = honest_events(0);

    (void)state;
    assert_has(alone, "{\"name\":\"draw\",\"ph\":\"X\",\"ts\":11.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":0.500}");
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        char *beside = honest_events(seed * UINT64_C(0x9e3779b97f4a7c15));
        assert_string_equal(beside, alone);
        free(beside);
    }
    free(alone);
}

/* Whatever an honest writer does, its ledger is exact at every step. */
static void the_ledger_is_exact(void **state)
{
    uint64_t random = 88172645463325252;
    struct bench bench;
    struct hand hand[2];
    uint64_t gone = 0; /* of lanes that are closed */

    (void)state;
    open_bench(&bench);
    uint32_t draw = label(&bench, "draw");
    hand[0] = open_lane(&bench);
    hand[1] = open_lane(&bench);
    bench_start(&bench, 16 * MS);
    for (unsigned round = 0; round < 20000; round++) {
        uint64_t dice = bench_random(&random);
        struct hand *writer = &hand[dice % 2];
        uint32_t kind = (uint32_t)(dice >> 8) % 11;
        if (kind == 9 || kind < 3)
            put(writer, kind, bench.port.now_ns, draw);
        else
            put_with_value(writer, kind, bench.port.now_ns, draw, bench_random(&random));
        bench.port.now_ns += dice >> 16 & 0xff;
        if (dice >> 32 & 0x7)
            continue;
        struct perfd_health h = bench_health(&bench);
        assert_int_equal(h.written, gone + hand[0].marks + hand[1].marks);
        assert_int_equal(h.resident + h.overwritten, h.written);
        assert_true(h.resident >= 2 * (SLOTS / 2 - 1) || h.overwritten == 0);
        if ((dice >> 40 & 0xff) == 0)
            free(whole_trace(&bench));
        if ((dice >> 48 & 0xff) == 0) {
            gone += writer->marks;
            assert_int_equal(perfd_lane_close(bench.perfd, bench.client, writer->id), 0);
            assert_int_equal(bench_health(&bench).written, h.written);
            assert_int_equal(bench_health(&bench).resident, h.resident);
            *writer = open_lane(&bench);
        }
    }
    assert_true(gone > 1000);
    assert_int_equal(bench_health(&bench).dropped_malformed, 0);
    assert_int_equal(bench_health(&bench).dropped_torn, 0);
    bench_close(&bench);
}

/* --- A writer that does not wait ---------------------------------------------------------------
 */

struct race {
    struct hand hand;
    uint64_t start_ns;
    uint32_t label;
    atomic_bool over;
};

/* Counters whose value is their time, round and round, as fast as it can. */
static void *write_on(void *argument)
{
    struct race *race = argument;
    for (uint64_t i = 1; !atomic_load_explicit(&race->over, memory_order_relaxed); i++)
        put_with_value(&race->hand, PERF_LANE_COUNTER, race->start_ns + i, race->label, i);
    return NULL;
}

/* Each of the trace's counters shows its own time; gives how many there are. */
static unsigned check_counters(const char *trace)
{
    unsigned count = 0;
    uint64_t last = 0;
    for (const char *at = trace; (at = strstr(at, "\"ph\":\"C\",\"ts\":")) != NULL; count++) {
        uint64_t us = 0, ns = 0, value = 0;
        assert_int_equal(sscanf(at, "\"ph\":\"C\",\"ts\":%" SCNu64 ".%" SCNu64, &us, &ns), 2);
        at = strstr(at, "\"value\":");
        assert_non_null(at);
        assert_int_equal(sscanf(at, "\"value\":%" SCNu64, &value), 1);
        assert_int_equal(us * 1000 + ns, value);
        assert_true(value > last);
        last = value;
    }
    return count;
}

/* While the ring goes round under its hands the service finds whole marks, in order, or none; at
 * the end it finds them all. */
static void what_is_read_meanwhile_is_whole(void **state)
{
    static struct race race;
    struct bench bench;
    pthread_t writer;
    uint64_t torn = 0;

    (void)state;
    open_bench(&bench);
    race.hand = open_lane(&bench);
    race.label = label(&bench, "count");
    bench_start(&bench, 16 * MS);
    race.start_ns = bench.port.now_ns;
    bench.port.now_ns += 3600 * SECOND;
    assert_int_equal(pthread_create(&writer, NULL, write_on, &race), 0);
    /* Until both were under way at once: how they are scheduled is not ours to say. */
    for (unsigned i = 0; i < 300 || torn == 0 || perf_lane_load(&race.hand.header->laps) < 300;
         i++) {
        char *trace = whole_trace(&bench);
        (void)check_counters(trace);
        free(trace);
        torn += bench_health(&bench).dropped_torn;
    }
    atomic_store_explicit(&race.over, true, memory_order_relaxed);
    assert_int_equal(pthread_join(writer, NULL), 0);
    char *trace = whole_trace(&bench);
    assert_in_range(check_counters(trace), SLOTS / 2 - 1, SLOTS / 2);
    free(trace);
    assert_int_equal(bench_health(&bench).written, race.hand.marks);
    bench_close(&bench);
}

/* --- Whose it is ------------------------------------------------------------------------------ */

static void a_dead_clients_lane_is_kept(void **state)
{
    struct bench bench;
    struct hand hand;

    (void)state;
    open_bench(&bench);
    int dead = perfd_client_open(bench.perfd);
    assert_true(try_lane(&bench, dead, 0, &hand) > 0);
    uint32_t last =
        (uint32_t)perfd_label(bench.perfd, dead, &(struct perfd_label){.name = text("last words")});
    bench_start(&bench, 16 * MS);
    put(&hand, PERF_LANE_BEGIN, bench.port.now_ns, last);
    put(&hand, PERF_LANE_END, bench.port.now_ns + 100, last);
    perfd_client_close(bench.perfd, dead);
    assert_int_equal(bench.port.shared_count, 0);
    /* The labels of others take neither its entry nor its name. */
    char name[16];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "n%d", i);
        (void)!perfd_label(bench.perfd, bench.client, &(struct perfd_label){.name = text(name)});
    }
    bench.port.now_ns += 1000;
    assert_ledger(&bench, (struct figures){.written = 2, .resident = 2});
    bench_stop(&bench);
    char *trace = whole_trace(&bench);
    assert_has(trace, "{\"name\":\"last words\",\"ph\":\"X\",\"ts\":0.000,\"pid\":1,\"tid\":1,"
                      "\"dur\":0.100}");
    free(trace);
    /* With the session its memory may be had again, where there is no other left. */
    assert_true(try_lane(&bench, bench.client, 512, &hand) > 0);
    assert_int_equal(hand.slots, 508);
    assert_ledger(&bench, (struct figures){.written = 2, .resident = 2});
    assert_true(try_lane(&bench, perfd_client_open(bench.perfd), 512, &hand) > 0);
    assert_int_equal(hand.slots, SLOTS);
    assert_ledger(&bench, (struct figures){.written = 2, .overwritten = 2});
    bench_close(&bench);
}

static void calls_do_not_write_it(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench);
    bench_start(&bench, 16 * MS);
    struct perfd_mark mark = {.kind = PERFD_INSTANT, .lane = hand.id, .name = text("x")};
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, bench.port.now_ns),
                     PERFD_NOT_FOUND);
    assert_ledger(&bench, (struct figures){.written = 1, .malformed = 1});
    bench_close(&bench);
}

static void a_client_has_half_at_most(void **state)
{
    struct bench bench;
    struct hand hand;

    (void)state;
    open_bench(&bench);
    /* Records: 512 of 1,024. */
    assert_true(try_lane(&bench, bench.client, 1024, &hand) > 0);
    assert_int_equal(hand.slots, 508);
    assert_int_equal(try_lane(&bench, bench.client, 256, &hand), PERFD_NO_SPACE);
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, 1), 0);
    /* Lanes: two of four, and one by calls is one of them. */
    uint32_t granted;
    assert_true(perfd_lane_open(bench.perfd, bench.client, text("calls"), 16, &granted) > 0);
    assert_true(try_lane(&bench, bench.client, 256, &hand) > 0);
    assert_int_equal(try_lane(&bench, bench.client, 256, &hand), PERFD_NO_SPACE);
    int other = perfd_client_open(bench.perfd);
    assert_true(try_lane(&bench, other, 256, &hand) > 0);
    assert_int_equal(hand.slots, SLOTS);
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_OVER_LIMIT], 2);
    bench_close(&bench);
}

static void without_the_port_calls_write_it(void **state)
{
    struct perfd_lane_memory memory;
    struct bench bench;
    uint32_t granted;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench_start(&bench, 16 * MS);
    int lane =
        perfd_lane_open_in(bench.perfd, bench.client, text("l"), 256, true, &granted, &memory);
    assert_true(lane > 0);
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(granted, 256);
    struct perfd_mark mark = {.kind = PERFD_INSTANT, .lane = (uint32_t)lane, .name = text("x")};
    assert_int_equal(perfd_mark(bench.perfd, bench.client, &mark, bench.port.now_ns), 0);
    bench_close(&bench);
}

static void marks_are_on_while_a_session_runs(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    assert_false(bench.port.marks_on);
    bench_start(&bench, 16 * MS);
    uint32_t first = bench.session;
    assert_true(bench.port.marks_on);
    bench_start(&bench, 16 * MS);
    bench_stop(&bench);
    assert_true(bench.port.marks_on);
    assert_int_equal(bench_stop_session(&bench, bench.client, first), 0);
    assert_false(bench.port.marks_on);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_arrives),
        cmocka_unit_test(ticks_become_nanoseconds),
        cmocka_unit_test(a_counter_that_changes_its_speed_shows),
        cmocka_unit_test(the_newest_overwrite_the_oldest),
        cmocka_unit_test(a_full_ring),
        cmocka_unit_test(a_value_on_the_other_side_of_the_wrap),
        cmocka_unit_test(a_mark_under_way_is_not_there),
        cmocka_unit_test(a_phase_ends_the_one_before),
        cmocka_unit_test(a_phase_of_a_category_that_nobody_wants),
        cmocka_unit_test(a_phase_may_be_too_deep),
        cmocka_unit_test(a_slot_of_two_laps_is_torn),
        cmocka_unit_test(the_second_half_may_be_torn),
        cmocka_unit_test(what_is_no_mark_is_malformed),
        cmocka_unit_test(laps_that_cannot_be),
        cmocka_unit_test(the_header_is_not_believed),
        cmocka_unit_test(what_was_good_is_not_asked_again),
        cmocka_unit_test(going_on_finds_as_many),
        cmocka_unit_test(a_mark_before_the_last_look),
        cmocka_unit_test(a_word_may_come_late),
        cmocka_unit_test(what_the_log_has_of_a_lane),
        cmocka_unit_test(noise_stays_where_it_is),
        cmocka_unit_test(the_ledger_is_exact),
        cmocka_unit_test(what_is_read_meanwhile_is_whole),
        cmocka_unit_test(a_dead_clients_lane_is_kept),
        cmocka_unit_test(calls_do_not_write_it),
        cmocka_unit_test(a_client_has_half_at_most),
        cmocka_unit_test(without_the_port_calls_write_it),
        cmocka_unit_test(marks_are_on_while_a_session_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
