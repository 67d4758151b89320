/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ticks in lanes, read by the core: the test writes the words itself, as the layout says or as it
 * does not, and does what a port does: it has them taken before it asks.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "lane_hand.h"
#include "perfd/counters.h"

static const struct perfd_config four_lanes = {
    .sessions = 2,
    .frames = 300,
    .lanes = 4,
    .lane_records = 1024,
    .labels = 8,
    .label_text_bytes = 256,
    .clients = 4,
    .client_labels = 4,
    .span_depth = 4,
    .export_bytes = 1 << 20,
};

enum { SLOTS = 252 };

static void open_bench(struct bench *bench)
{
    bench_open(bench, &four_lanes);
    bench->port.shares = true;
    assert_false(perfd_take_ticks(bench->perfd));
}

static struct hand open_lane(struct bench *bench, int client)
{
    struct perfd_lane_memory memory;
    uint32_t granted = 0;
    int id = perfd_lane_open_in(bench->perfd, client, text("frames"), 256, true, &granted, &memory);

    assert_true(id > 0);
    assert_int_equal(granted, 256);
    struct hand hand = hand_of(memory.address, (uint32_t)id);
    assert_int_equal(hand.slots, SLOTS);
    assert_int_equal(hand.header->takes, PERF_LANE_TAKES_TICKS);
    perf_lane_store(&hand.header->holds, PERF_LANE_HOLDS_TICKS);
    return hand;
}

static void put_begin(struct hand *hand, uint64_t stamp, uint32_t facts)
{
    put_slot(hand, stamp, (uint64_t)PERF_LANE_TICK << 16 | facts);
}

static void put_done(struct hand *hand)
{
    perf_lane_store(&hand->header->values, hand->header->values + 1);
}

static void put_plain(struct hand *hand, uint64_t stamp, uint64_t id)
{
    put_begin(hand, stamp, 0);
    put_value(hand, id);
    put_done(hand);
}

static void put_tick(struct hand *hand, const struct perfd_tick *tick)
{
    const uint64_t *fact = &tick->presented_at_ns;
    uint32_t facts = (tick->presented ? 0 : PERF_LANE_TICK_THROWN_AWAY) |
                     (tick->after_idle ? PERF_LANE_TICK_AFTER_IDLE : 0);
    for (unsigned i = 0; i < 9; i++)
        facts |= fact[i] != 0 ? 1u << i : 0;
    facts |= tick->session != 0 ? PERF_LANE_TICK_SESSION : 0;
    put_begin(hand, 1, facts); /* nobody looks at when that was */
    put_value(hand, tick->frame_id);
    for (unsigned i = 0; i < 9; i++)
        if (fact[i] != 0)
            put_value(hand, fact[i]);
    if (tick->session != 0)
        put_value(hand, tick->session);
    put_done(hand);
}

static void take(struct bench *bench)
{
    assert_true(perfd_take_ticks(bench->perfd));
}

struct figures {
    uint64_t written, overwritten, malformed;
};

static void assert_ledger(struct bench *bench, struct figures want)
{
    struct perfd_health h = bench_health(bench);

    assert_true(h.ledger_balanced);
    assert_int_equal(h.resident, 0);
    assert_int_equal(h.dropped_torn, 0);
    assert_int_equal(h.overwritten, want.overwritten);
    assert_int_equal(h.dropped_malformed, want.malformed);
    assert_int_equal(h.written, want.written);
}

/* --- What is written is taken ----------------------------------------------------------------- */

static void a_stamp_is_when_it_was_shown(void **state)
{
    struct perfd_frame_sample samples[4];
    uint64_t missed;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    put_plain(&hand, at_ns + 5 * MS, 7);
    put_plain(&hand, at_ns + 21 * MS, 9);
    bench.port.now_ns += 100 * MS;
    /* Not before it is asked for. */
    assert_int_equal(bench_metrics(&bench).frames, 0);
    take(&bench);
    take(&bench); /* each is taken once */
    assert_int_equal(perfd_read_frames(bench.perfd, bench.client, 0, 0, samples, 4, &missed), 2);
    assert_int_equal(samples[0].frame_id, 7);
    assert_int_equal(samples[0].presented_at_ns, at_ns + 5 * MS);
    assert_int_equal(samples[1].frame_id, 9);
    assert_int_equal(samples[1].presented_at_ns, at_ns + 21 * MS);
    assert_int_equal(samples[1].interval_ns, 16 * MS);
    assert_ledger(&bench, (struct figures){0});
    bench_close(&bench);
}

static void every_fact_travels(void **state)
{
    struct perfd_frame_sample sample;
    uint64_t missed;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    uint32_t first = bench.session;
    bench_start(&bench, 20 * MS); /* it is this one where none is named */
    uint64_t at_ns = bench.port.now_ns;
    put_tick(&hand, &(struct perfd_tick){.session = first,
                                         .frame_id = UINT64_C(0xab00000000000001),
                                         .presented_at_ns = at_ns,
                                         .presented = true});
    put_tick(&hand, &(struct perfd_tick){.session = first,
                                         .frame_id = UINT64_C(0xab00000000000002),
                                         .presented_at_ns = at_ns + 40 * MS,
                                         .began_at_ns = at_ns + 10 * MS,
                                         .deadline_at_ns = at_ns + 30 * MS,
                                         .phase_ns = {1 * MS, 2 * MS, 3 * MS, 4 * MS},
                                         .input_at_ns = at_ns + 15 * MS,
                                         .budget_ns = 8 * MS,
                                         .presented = true});
    put_tick(&hand,
             &(struct perfd_tick){.session = first, .frame_id = UINT64_C(0xab00000000000003)});
    put_tick(&hand, &(struct perfd_tick){.session = first,
                                         .frame_id = UINT64_C(0xab00000000000004),
                                         .presented_at_ns = at_ns + 90 * MS,
                                         .presented = true,
                                         .after_idle = true});
    bench.port.now_ns += 100 * MS;
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 0);
    assert_int_equal(perfd_read_frames(bench.perfd, bench.client, first, 1, &sample, 1, &missed),
                     1);
    assert_int_equal(sample.frame_id, UINT64_C(0xab00000000000002));
    assert_int_equal(sample.interval_ns, 40 * MS);
    assert_int_equal(sample.work_ns, 10 * MS);
    assert_int_equal(sample.phase_ns[PERFD_UI], 1 * MS);
    assert_int_equal(sample.phase_ns[PERFD_LAYOUT], 2 * MS);
    assert_int_equal(sample.phase_ns[PERFD_RENDER], 3 * MS);
    assert_int_equal(sample.phase_ns[PERFD_PRESENT], 4 * MS);
    assert_int_equal(sample.budget_ns, 8 * MS);
    assert_true(sample.is_long && sample.late && sample.dropped && !sample.idle);
    assert_int_equal(perfd_read_frames(bench.perfd, bench.client, first, 2, &sample, 1, &missed),
                     1);
    assert_true(sample.idle);
    assert_int_equal(sample.interval_ns, 0);
    struct perfd_metrics m;
    assert_int_equal(perfd_read_metrics(bench.perfd, bench.client, first, false, &m), 0);
    assert_int_equal(m.frames, 3);
    assert_int_equal(m.jank_dropped, 1);
    assert_int_equal(m.latency_count, 1);
    assert_int_equal(m.latency_p50_ns, 25 * MS);
    assert_ledger(&bench, (struct figures){0});
    bench_close(&bench);
}

/* A thousand frames of all sorts, good and bad, by either way: the same figures to the digit. */
static void figures_of(bool in_lane, struct perfd_metrics *metrics, struct perfd_health *health)
{
    uint64_t random = 88172645463325252;
    struct bench bench;

    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    for (uint64_t i = 1; i <= 1000; i++) {
        uint64_t dice = bench_random(&random);
        bench.port.now_ns += dice % (40 * MS);
        struct perfd_tick tick = {
            .frame_id = dice >> 60 == 0 ? i - 1 : i,
            .presented_at_ns = bench.port.now_ns + (dice >> 56 == 1 ? 2 * SECOND : 0),
            .began_at_ns = dice >> 8 & 1 ? bench.port.now_ns - MS : 0,
            .phase_ns = {dice >> 16 & 0x7fffff, dice >> 24 & 0x7fffff, 0, dice >> 32 & 0xffff},
            .input_at_ns = dice >> 9 & 1 ? bench.port.now_ns - 7 * MS : 0,
            .budget_ns = dice >> 10 & 1 ? 8 * MS : 0,
            .presented = (dice >> 11 & 7) != 0,
            .after_idle = (dice >> 14 & 15) == 0,
        };
        if (in_lane)
            put_tick(&hand, &tick);
        else
            (void)!perfd_tick(bench.perfd, bench.client, &tick, bench.port.now_ns);
        if (dice >> 40 & 1)
            (void)perfd_take_ticks(bench.perfd);
    }
    (void)perfd_take_ticks(bench.perfd);
    *metrics = bench_phases(&bench);
    *health = bench_health(&bench);
    assert_true(in_lane == (hand.laps > 10));
    bench_close(&bench);
}

static void a_lane_or_calls(void **state)
{
    static struct perfd_metrics by_calls, in_lane;
    struct perfd_health calls_health, lane_health;

    (void)state;
    figures_of(false, &by_calls, &calls_health);
    figures_of(true, &in_lane, &lane_health);
    assert_true(by_calls.session_frames > 700);
    assert_true(by_calls.jank_app > 0 && by_calls.jank_pipeline > 0 && by_calls.latency_count > 0);
    assert_memory_equal(&by_calls, &in_lane, sizeof in_lane);
    assert_true(calls_health.ticks_invalid > 10 && calls_health.ticks_future > 0);
    assert_int_equal(calls_health.ticks_invalid, lane_health.ticks_invalid);
    assert_int_equal(calls_health.ticks_future, lane_health.ticks_future);
    assert_int_equal(calls_health.ticks_backwards, lane_health.ticks_backwards);
    assert_int_equal(lane_health.written, 0);
}

/* --- What is not taken ------------------------------------------------------------------------ */

/* 126 of 200 are there; then 10 and 140 more, of which 126. */
static void what_was_overwritten_is_counted(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns, id = 0;
    bench.port.now_ns += SECOND;
    while (id < 200)
        ++id, put_plain(&hand, at_ns + id, id);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 126);
    assert_ledger(&bench, (struct figures){.written = 74, .overwritten = 74});
    while (id < 210)
        ++id, put_plain(&hand, at_ns + id, id);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 136);
    while (id < 350)
        ++id, put_plain(&hand, at_ns + id, id);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 262);
    assert_ledger(&bench, (struct figures){.written = 88, .overwritten = 88});
    /* More than slots are there for, it claims: 127 are written, 126 found; 477 * 2 are all slots.
     */
    perf_lane_store(&hand.header->values, UINT64_MAX - 127);
    while (id < 477)
        ++id, put_plain(&hand, at_ns + id, id);
    take(&bench);
    assert_ledger(&bench, (struct figures){.written = 89, .overwritten = 89});
    /* And the lane's end leaves it so. */
    assert_int_equal(perfd_lane_close(bench.perfd, bench.client, hand.id), 0);
    assert_ledger(&bench, (struct figures){.written = 89, .overwritten = 89});
    assert_false(perfd_take_ticks(bench.perfd));
    bench_close(&bench);
}

/* 127 ticks are one lap and a tick; then it says that there was none. */
static void laps_that_go_back(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    bench.port.now_ns += SECOND;
    for (uint64_t id = 1; id <= 127; id++)
        put_plain(&hand, at_ns + id, id);
    take(&bench);
    assert_ledger(&bench, (struct figures){.written = 1, .overwritten = 1});
    perf_lane_announce(hand.header, 0);
    take(&bench);
    take(&bench);
    assert_ledger(&bench, (struct figures){.written = 2, .overwritten = 1, .malformed = 1});
    perf_lane_announce(hand.header, 1);
    put_plain(&hand, at_ns + 200, 200);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 127);
    bench_close(&bench);
}

static void a_tick_under_way_waits(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    put_plain(&hand, bench.port.now_ns, 1);
    put_begin(&hand, bench.port.now_ns + 1, PERF_LANE_TICK_BUDGET);
    put_value(&hand, 2);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 1);
    put_value(&hand, 8 * MS);
    /* Its second word has come before its first. */
    uint64_t whole = hand.slot[4].word[0];
    perf_lane_store(&hand.slot[4].word[0], 0);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 1);
    perf_lane_store(&hand.slot[4].word[0], whole);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 2);
    assert_ledger(&bench, (struct figures){0});
    bench_close(&bench);
}

static void what_is_no_tick_is_malformed(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    put_begin(&hand, at_ns, 1u << 12); /* 1: a bit that nobody knows */
    put_value(&hand, 1);
    put_begin(&hand, at_ns, PERF_LANE_TICK_UI | PERF_LANE_TICK_LAYOUT); /* 2: one fact too few */
    put_value(&hand, 1);
    put_value(&hand, 5);
    put_begin(&hand, at_ns, 0);                                /* 3: no id */
    put_slot(&hand, at_ns, (uint64_t)PERF_LANE_INSTANT << 16); /* 4: a mark */
    put_slot(&hand, at_ns, UINT64_C(0xff) << 16);              /* 5 */
    put_value(&hand, 5);                                       /* nothing: alone */
    put_plain(&hand, at_ns, 1);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 1);
    assert_ledger(&bench, (struct figures){.written = 5, .malformed = 5});
    assert_int_equal(bench_health(&bench).rejected[PERFD_REJECT_MALFORMED], 1);
    /* Laps that go back, or are no number: nothing is taken, and it is over when it is. */
    perf_lane_announce(hand.header, UINT64_MAX);
    put_plain(&hand, at_ns + 1, 2);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 1);
    perf_lane_announce(hand.header, 0);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 2);
    bench_close(&bench);
}

/* Where the port takes none, or the writer did not say so, a tick is no mark. */
static void only_where_both_said_so(void **state)
{
    struct perfd_lane_memory memory;
    uint32_t granted;
    struct bench bench;

    (void)state;
    bench_open(&bench, &four_lanes);
    bench.port.shares = true;
    assert_true(
        perfd_lane_open_in(bench.perfd, bench.client, text("l"), 256, true, &granted, &memory) > 0);
    assert_int_equal(((struct perf_lane_header *)(uintptr_t)memory.address)->takes, 0);
    /* A port that takes them, and a lane whose writer does not say that it holds any. */
    assert_false(perfd_take_ticks(bench.perfd));
    struct hand hand = open_lane(&bench, perfd_client_open(bench.perfd));
    perf_lane_store(&hand.header->holds, 0);
    bench_start(&bench, 16 * MS);
    put_plain(&hand, bench.port.now_ns, 1);
    assert_false(perfd_take_ticks(bench.perfd));
    assert_ledger(&bench, (struct figures){.written = 1, .malformed = 1});
    /* It is too late to say so. */
    perf_lane_store(&hand.header->holds, PERF_LANE_HOLDS_TICKS);
    assert_false(perfd_take_ticks(bench.perfd));
    assert_int_equal(bench_metrics(&bench).frames, 0);
    bench_close(&bench);
}

/* --- Several ---------------------------------------------------------------------------------- */

static void two_clients(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench);
    int other = perfd_client_open(bench.perfd);
    struct hand one = open_lane(&bench, bench.client), two = open_lane(&bench, other);
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    put_plain(&one, at_ns, 1);
    put_plain(&two, at_ns, 1);
    put_plain(&two, at_ns + 1, 2);
    put_plain(&one, at_ns + 1, 2);
    put_plain(&two, at_ns + 2, 3);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 2);
    assert_int_equal(bench_health(&bench).ticks_busy, 3);
    assert_ledger(&bench, (struct figures){0});
    bench_stop(&bench);
    put_plain(&one, at_ns + 2, 3);
    take(&bench);
    assert_int_equal(bench_health(&bench).ticks_no_session, 1);
    bench_close(&bench);
}

static void figures_beside_noise(uint64_t seed, struct perfd_metrics *metrics)
{
    uint64_t random = seed;
    struct bench bench;

    open_bench(&bench);
    int other = perfd_client_open(bench.perfd);
    struct hand hand = open_lane(&bench, bench.client), worse = open_lane(&bench, other);
    bench_start(&bench, 16 * MS);
    put_plain(&hand, bench.port.now_ns, 1);
    take(&bench); /* the session's frames are its from here on */
    for (uint64_t round = 2; round < 30; round++) {
        bench.port.now_ns += 16 * MS;
        put_plain(&hand, bench.port.now_ns, round);
        uint64_t *words = (uint64_t *)worse.header;
        for (unsigned i = 0; seed != 0 && i < 40; i++) {
            uint64_t dice = bench_random(&random), at = dice % (8 + 2 * SLOTS);
            uint64_t tick = (uint64_t)(dice & 1 ? PERF_LANE_TICK : PERF_LANE_VALUE) << 16;
            perf_lane_store(&words[dice >> 20 & 7 ? at : dice >> 10 & 7],
                            dice >> 30 & 3
                                ? tick | (dice >> 32 & 0x1fff) | perf_lane_lap_bits(dice >> 50 & 3)
                                : dice >> (dice >> 58));
        }
        perf_lane_store(&worse.header->holds, PERF_LANE_HOLDS_TICKS);
        take(&bench);
        assert_true(bench_health(&bench).ledger_balanced);
    }
    *metrics = bench_metrics(&bench);
    bench_close(&bench);
}

static void noise_stays_where_it_is(void **state)
{
    static struct perfd_metrics alone, beside;

    (void)state;
    figures_beside_noise(0, &alone);
    assert_int_equal(alone.frames, 29);
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        figures_beside_noise(seed * UINT64_C(0x9e3779b97f4a7c15), &beside);
        assert_memory_equal(&alone, &beside, sizeof alone);
    }
}

/* --- Samples of counters ---------------------------------------------------------------------- */

static void put_sample(struct hand *hand, uint64_t stamp, uint64_t group, uint32_t values)
{
    put_slot(hand, stamp, group << 24 | (uint64_t)PERF_LANE_SAMPLE << 16 | values);
}

static void samples_stand_between_ticks(void **state)
{
    static uint64_t memory[PERFD_COUNTERS_BYTES / 8];
    const struct perfd_counter counter[] = {{text("a"), text(""), PERFD_COUNT},
                                            {text("b"), text(""), PERFD_GAUGE}};
    struct perfd_counter_info info;
    struct perfd_group_info group;
    struct bench bench;

    (void)state;
    open_bench(&bench);
    struct hand hand = open_lane(&bench, bench.client);
    bench_start(&bench, 16 * MS);
    uint64_t at_ns = bench.port.now_ns;
    /* Without memory for counters they go nowhere, and ticks go on. */
    put_sample(&hand, at_ns + MS, 1, 2);
    put_value(&hand, 5);
    put_value(&hand, 6);
    put_plain(&hand, at_ns + MS, 1);
    bench.port.now_ns += 100 * MS;
    take(&bench);
    assert_ledger(&bench, (struct figures){0, 0, 0});

    assert_int_equal(perfd_counters_start(bench.perfd, memory, sizeof memory), 0);
    assert_int_equal(perfd_counter_group(bench.perfd, bench.client, text("g"), counter, 2), 1);
    put_sample(&hand, at_ns + 10 * MS, 1, 2);
    put_value(&hand, 40);
    put_value(&hand, (uint64_t)-7);
    put_plain(&hand, at_ns + 10 * MS, 2);
    put_sample(&hand, at_ns + 30 * MS, 1, 2);
    put_value(&hand, UINT64_C(0x7f23456789abcdef)); /* all of its bits travel */
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 2);
    assert_int_equal(perfd_read_group(bench.perfd, 1, &group), 0);
    assert_int_equal(group.samples, 1); /* the other one is under way */
    assert_int_equal(group.last_ns, at_ns + 10 * MS);
    put_value(&hand, 3);
    take(&bench);
    assert_int_equal(perfd_read_counter(bench.perfd, 1, 0, &info), 0);
    assert_true(info.total == INT64_C(0x7f23456789abcdef));
    assert_int_equal(perfd_read_counter(bench.perfd, 1, 1, &info), 0);
    assert_int_equal(info.last, 3);
    assert_int_equal(info.sum, -4);

    /* More values than any group has; another group; fewer values than it has; one cut short by a
     * tick, whose slot is then no part of it; a time before the last one's. */
    put_sample(&hand, at_ns + 31 * MS, 1, 65);
    put_sample(&hand, at_ns + 32 * MS, 2, 1);
    put_value(&hand, 1);
    put_sample(&hand, at_ns + 33 * MS, 1, 1);
    put_value(&hand, 1);
    put_sample(&hand, at_ns + 34 * MS, 1, 2);
    put_value(&hand, 1);
    put_plain(&hand, at_ns + 34 * MS, 3);
    put_sample(&hand, at_ns + 5 * MS, 1, 2);
    put_value(&hand, 1);
    put_value(&hand, 1);
    take(&bench);
    assert_int_equal(bench_metrics(&bench).frames, 3);
    assert_int_equal(perfd_read_group(bench.perfd, 1, &group), 0);
    assert_int_equal(group.samples, 2);
    /* Beside the five are the amounts of both counters, twice each, in the lane of counters. */
    struct perfd_health health = bench_health(&bench);
    assert_int_equal(health.dropped_malformed, 5);
    assert_int_equal(health.resident, 4);
    assert_int_equal(health.written, 9);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stamp_is_when_it_was_shown),
        cmocka_unit_test(every_fact_travels),
        cmocka_unit_test(a_lane_or_calls),
        cmocka_unit_test(what_was_overwritten_is_counted),
        cmocka_unit_test(laps_that_go_back),
        cmocka_unit_test(a_tick_under_way_waits),
        cmocka_unit_test(what_is_no_tick_is_malformed),
        cmocka_unit_test(only_where_both_said_so),
        cmocka_unit_test(samples_stand_between_ticks),
        cmocka_unit_test(two_clients),
        cmocka_unit_test(noise_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
