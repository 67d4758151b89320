/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What marks write, word by word, into a lane that lies open; and what they ask of the service.
 * Expected words are written out from lane_layout.h: label | kind << 16 | lap << 56.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mark_service.h"
#include "perf-client/perf.h"
#include "perf-client/perf_client.h"

PERF_COUNTER(drawn, "drawn");
PERF_COUNTER(idle, "idle");

static int start(void **state)
{
    (void)state;
    service_start();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    perf_close();
    service_stop();
    return 0;
}

static const struct perf_lane_slot *slot(unsigned i)
{
    return &service.lane[0].slot[i];
}

/* A record of lap `lap`; what stands in its first word is a time. */
static void expect_record(unsigned i, uint64_t lap, uint64_t kind, uint64_t label)
{
    assert_int_equal(slot(i)->word[1], label | kind << 16 | lap << 56);
    assert_int_equal(slot(i)->word[0] >> 56, lap);
}

static void expect_value_slot(unsigned i, uint64_t lap, uint64_t low, uint64_t high)
{
    assert_int_equal(slot(i)->word[0], low | lap << 56);
    assert_int_equal(slot(i)->word[1], UINT64_C(15) << 16 | high << 24 | lap << 56);
}

static void expect_empty(unsigned i)
{
    assert_int_equal(slot(i)->word[0], 0);
    assert_int_equal(slot(i)->word[1], 0);
}

static void a_pair(void)
{
    perf_span("pair");
}

static void records_of_each_kind(void **state)
{
    (void)state;
    service.slots = 16;
    assert_int_equal(perf_open(NULL), 0);
    const uint64_t before = perf_ticks();
    {
        perf_span("span", "draw");
        perf_instant("instant");
        const struct perf_token begun = perf_begin_value("load", -2);
        perf_end(begun);
    }
    perf_phase("one");
    perf_phase("two");
    perf_phase_end();
    perf_counter("bytes", INT64_C(0x7123456789abcdef));
    const uint64_t after = perf_ticks();
    expect_record(0, 1, 0, 1);
    expect_record(1, 1, 2, 2);
    expect_record(2, 1, 10, 3);
    expect_value_slot(3, 1, UINT64_C(0xfffffffffffffe), 0xff);
    expect_record(4, 1, 1, 3);
    expect_record(5, 1, 1, 1);
    expect_record(6, 1, 9, 4);
    expect_record(7, 1, 9, 5);
    expect_record(8, 1, 9, 0);
    expect_record(9, 1, 3, 6);
    expect_value_slot(10, 1, UINT64_C(0x23456789abcdef), 0x71);
    expect_empty(11);
    assert_int_equal(service.lane[0].header->values, 2);
    assert_int_equal(service.lane[0].header->laps, 0);
    uint64_t last = before & PERF_LANE_PAYLOAD;
    for (unsigned i = 0; i < 10; i++)
        if (i != 3) {
            assert_true((slot(i)->word[0] & PERF_LANE_PAYLOAD) >= last);
            last = slot(i)->word[0] & PERF_LANE_PAYLOAD;
        }
    assert_true(last <= (after & PERF_LANE_PAYLOAD));
}

static void flows_and_asyncs_carry_their_ids(void **state)
{
    (void)state;
    service.slots = 16;
    assert_int_equal(perf_open(NULL), 0);
    perf_flow_start("f", 7);
    perf_flow_next("f", 7);
    perf_flow_end("f", UINT64_MAX);
    perf_async_begin("a", 9);
    perf_async_end("a", 9);
    for (unsigned i = 0; i < 5; i++)
        expect_record(2 * i, 1, 4 + i, 1 + i);
    expect_value_slot(1, 1, 7, 0);
    expect_value_slot(3, 1, 7, 0);
    expect_value_slot(5, 1, UINT64_C(0xffffffffffffff), 0xff);
    expect_value_slot(7, 1, 9, 0);
    expect_value_slot(9, 1, 9, 0);
}

/* Lane of 8: 5 pairs and an instant. The ring is announced as full before its first slot is new. */
static void the_newest_overwrite_the_oldest(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    for (unsigned i = 0; i < 4; i++)
        a_pair();
    assert_int_equal(service.lane[0].header->laps, 0);
    a_pair();
    assert_int_equal(service.lane[0].header->laps, 1);
    perf_instant("instant");
    expect_record(0, 2, 0, 1);
    expect_record(1, 2, 1, 1);
    expect_record(2, 2, 2, 2);
    expect_record(3, 1, 1, 1);
    expect_record(7, 1, 1, 1);
    /* 2,043 more marks: 2,054 in all, 256 laps and 6 slots. Lap 257 looks like the first again. */
    for (unsigned i = 0; i < 2043; i++)
        perf_instant("more");
    assert_int_equal(service.lane[0].header->laps, 256);
    expect_record(5, 1, 2, 3);
    expect_record(6, 0, 2, 3);
}

/* Seven instants, then a counter: its value begins the next lap. */
static void a_value_may_stand_in_the_next_lap(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    for (unsigned i = 0; i < 7; i++)
        perf_instant("instant");
    perf_counter("counter", 5);
    expect_record(7, 1, 3, 2);
    expect_value_slot(0, 2, 5, 0);
    expect_record(1, 1, 2, 1);
    assert_int_equal(service.lane[0].header->values, 1);
}

static void a_label_is_asked_for_once(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    const unsigned line = __LINE__ + 2;
    for (unsigned i = 0; i < 3; i++) {
        PERF_SPAN_BUDGET("blur", "draw", 1500, 2500, 65536);
    }
    assert_int_equal(service.labels, 1);
    const struct service_label *label = &service.label[0];
    assert_string_equal(label->name, "blur");
    assert_string_equal(label->category, "draw");
    assert_non_null(strstr(label->file, "test_marks.c"));
    assert_int_equal(label->line, line);
    assert_int_equal(label->budget_cpu_us, 1500);
    assert_int_equal(label->budget_gpu_us, 2500);
    assert_int_equal(label->budget_mem_bytes, 65536);
}

/* 0 is the service's `<unknown>`; asked for once all the same. */
static void a_label_without_room(void **state)
{
    (void)state;
    service.no_labels = true;
    assert_int_equal(perf_open(NULL), 0);
    const unsigned calls = service.calls;
    for (unsigned i = 0; i < 3; i++)
        a_pair();
    assert_int_equal(service.calls, calls + 1);
    assert_int_equal(slot(4)->word[1] & 0xffffff, 0);
    assert_int_equal(slot(5)->word[1] & 0xffffff, 1 << 16);
}

static void off_is_off(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    const unsigned calls = service.calls;
    service_enable(false);
    a_pair();
    perf_phase("never");
    perf_counter("never", 1);
    perf_instant("never");
    const struct perf_token begun_off = perf_begin("never");
    service_enable(true);
    perf_end(begun_off);
    expect_empty(0);
    assert_int_equal(service.calls, calls);
    const struct perf_token begun_on = perf_begin("on");
    service_enable(false);
    perf_end(begun_on);
    expect_record(0, 1, 0, 1);
    expect_record(1, 1, 1, 1);
    expect_empty(2);
}

static void nobody_there(void **state)
{
    (void)state;
    service.away = true;
    assert_int_equal(perf_open(NULL), PERF_CLIENT_UNREACHABLE);
    a_pair();
    perf_flush();
    assert_int_equal(perf_frame(NULL), PERF_CLIENT_DISCONNECTED);
    assert_int_equal(service.calls, 0);
    service.away = false;
    assert_int_equal(perf_open(NULL), 0);
    a_pair();
    expect_record(1, 1, 1, 1);
}

static void counters_go_out_with_the_frame(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    perf_count(drawn, 3);
    perf_count(drawn, 4);
    expect_empty(0);
    assert_int_equal(perf_frame(NULL), 0);
    expect_record(0, 1, 3, 1);
    expect_value_slot(1, 1, 7, 0);
    expect_empty(2);
    assert_int_equal(perf_frame(NULL), 0); /* nothing has changed */
    expect_empty(2);
    perf_count_set(drawn, -1);
    perf_flush();
    expect_record(2, 1, 3, 1);
    expect_value_slot(3, 1, UINT64_C(0xffffffffffffff), 0xff);
    perf_count_set(drawn, 0);
    perf_flush();
    assert_int_equal(service.label[0].name[0], 'd');
    assert_int_equal(service.labels, 1);
    assert_int_equal(service.frames, 2);
    assert_int_equal(idle.value, 0);
}

static void frames(void **state)
{
    (void)state;
    const uint64_t before = perf_frame_id(); /* numbers go on from opening to opening */
    assert_int_equal(perf_open(NULL), 0);
    assert_int_equal(perf_frame(NULL), 0);
    const struct perf_frame_facts thrown_away = {
        .id = before + 20,
        .presented_at_ns = 5000,
        .began_at_ns = 4000,
        .ui_ns = 300,
        .thrown_away = true,
        .after_idle = true,
    };
    assert_int_equal(perf_frame(&thrown_away), 0);
    assert_int_equal(perf_frame(NULL), 0);
    assert_int_equal(service.frame[0].id, before + 1);
    assert_true(service.frame[0].presented);
    assert_int_equal(service.frame[0].presented_at_ns, 0);
    assert_int_equal(service.frame[1].id, before + 20);
    assert_int_equal(service.frame[1].presented_at_ns, 5000);
    assert_int_equal(service.frame[1].began_at_ns, 4000);
    assert_int_equal(service.frame[1].ui_ns, 300);
    assert_false(service.frame[1].presented);
    assert_true(service.frame[1].after_idle);
    assert_int_equal(service.frame[2].id, before + 21);
}

/* The service stamps in nanoseconds: so do we, of the same clock. */
static void a_lane_in_nanoseconds(void **state)
{
    (void)state;
    service.ticks = false;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t before = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    assert_int_equal(perf_open(NULL), 0);
    for (unsigned i = 0; i < 5; i++)
        a_pair();
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t after = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    assert_int_equal(service.lane[0].header->laps, 1);
    expect_record(0, 2, 0, 1);
    expect_record(1, 2, 1, 1);
    expect_record(2, 1, 0, 1);
    assert_true((slot(2)->word[0] & PERF_LANE_PAYLOAD) >= before);
    assert_true((slot(1)->word[0] & PERF_LANE_PAYLOAD) <= after);
    assert_int_equal(service.record_calls, 0);
}

static uint64_t count_ns(void *context)
{
    uint64_t *now_ns = context;
    return *now_ns += 10;
}

static void expect_call(unsigned i, uint64_t time_ns, uint32_t kind, uint32_t label, uint64_t value)
{
    const struct service_record *record = &service.record[i];
    assert_int_equal(record->time_ns, time_ns);
    assert_int_equal(record->lane, 1);
    assert_int_equal(record->kind, kind);
    assert_int_equal(record->label, label);
    assert_int_equal(record->value, value);
}

/* The tags of Record's union, as perf.capnp numbers them. */
enum { BEGIN, END, INSTANT, COUNTER, FRAME, FLOW, ASYNC_BEGIN, ASYNC_END };

/* A phase is a span there, and an argument is left out. */
static void by_calls(void **state)
{
    (void)state;
    uint64_t now_ns = 1000;
    service.shares = false;
    const struct perf_options options = {.now_ns = count_ns, .context = &now_ns};
    assert_int_equal(perf_open(&options), 0);
    assert_false(service.lane[0].shared);
    a_pair();
    perf_phase("one");
    perf_phase("two");
    perf_phase_end();
    perf_phase_end();
    perf_counter("counter", -7);
    perf_flow_start("flow", 70);
    {
        perf_span_value("argument", 5);
    }
    assert_int_equal(service.record_calls, 0);
    assert_int_equal(perf_frame(NULL), 0);
    assert_int_equal(service.record_calls, 1);
    assert_int_equal(service.records, 10);
    expect_call(0, 1010, BEGIN, 1, 0);
    expect_call(1, 1020, END, 1, 0);
    expect_call(2, 1030, BEGIN, 2, 0);
    expect_call(3, 1040, END, 2, 0);
    expect_call(4, 1040, BEGIN, 3, 0);
    expect_call(5, 1050, END, 3, 0);
    expect_call(6, 1070, COUNTER, 4, (uint64_t)-7);
    expect_call(7, 1080, FLOW, 5, 70);
    expect_call(8, 1090, BEGIN, 6, 0);
    expect_call(9, 1100, END, 6, 0);
    for (unsigned i = 0; i < 65; i++) /* as many as a call takes go at once, the rest waits */
        perf_instant("instant");
    assert_int_equal(service.records, 74);
    perf_flush();
    assert_int_equal(service.records, 75);
}

static void a_stamp_of_ones_own(void **state)
{
    (void)state;
    uint64_t now_ns = 0;
    const struct perf_options options = {
        .now_ns = count_ns, .context = &now_ns, .stamp_always = true};
    assert_int_equal(perf_open(&options), 0);
    assert_false(service.lane[0].shared);
    a_pair();
    perf_flush();
    expect_call(0, 10, BEGIN, 1, 0);
    expect_call(1, 20, END, 1, 0);
}

static void the_fake_clock_counts_microseconds(void **state)
{
    (void)state;
    setenv("PERF_FAKE_CLOCK", "1", 1);
    assert_int_equal(perf_open(NULL), 0);
    unsetenv("PERF_FAKE_CLOCK");
    a_pair();
    perf_instant("instant");
    assert_int_equal(perf_frame(NULL), 0);
    assert_int_equal(perf_frame(NULL), 0);
    const uint64_t first = service.record[0].time_ns;
    assert_true(first != 0);
    expect_call(1, first + 1000, END, 1, 0);
    expect_call(2, first + 2000, INSTANT, 2, 0);
    assert_int_equal(service.frame[0].presented_at_ns, first + 3000);
    assert_int_equal(service.frame[1].presented_at_ns, first + 4000);
}

/* An answer that promises memory, and brings none. */
static void memory_that_does_not_come(void **state)
{
    (void)state;
    service.no_descriptors = true;
    service.always_promises = true;
    assert_int_equal(perf_open(NULL), 0);
    assert_int_equal(service.lanes, 2);
    assert_true(service.lane[0].closed);
    assert_false(service.lane[1].shared);
    a_pair();
    perf_flush();
    assert_int_equal(service.records, 2);
    assert_int_equal(service.record[0].lane, 2);
}

static void a_smaller_lane(void **state)
{
    (void)state;
    service.most = 1024;
    const struct perf_options options = {
        .lane_name = "ui", .lane_records = 4096, .lane_records_min = 512};
    assert_int_equal(perf_open(&options), 0);
    assert_int_equal(service.lane[0].records, 1024);
    assert_string_equal(service.lane[0].name, "ui");
}

/* Then the caller's own lane, 0, is left. */
static void no_lane_at_all(void **state)
{
    (void)state;
    service.lane_status = 7; /* noSpace */
    assert_int_equal(perf_open(NULL), 0);
    a_pair();
    perf_flush();
    assert_int_equal(service.records, 2);
    assert_int_equal(service.record[0].lane, 0);
}

static void a_service_that_refuses(void **state)
{
    (void)state;
    service.lane_status = 2; /* accessDenied */
    assert_int_equal(perf_open(NULL), 2);
    a_pair();
    assert_int_equal(service.labels, 0);
}

static void *mark_in_a_thread(void *name)
{
    prctl(PR_SET_NAME, name);
    a_pair();
    return NULL;
}

static void in_a_thread(char *name)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, mark_in_a_thread, name), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_lane_for_each_thread(void **state)
{
    (void)state;
    prctl(PR_SET_NAME, "main");
    assert_int_equal(perf_open(NULL), 0);
    in_a_thread((char[]){"decoder"});
    in_a_thread((char[]){"loader"});
    assert_int_equal(service.lanes, 3);
    assert_string_equal(service.lane[0].name, "main");
    assert_string_equal(service.lane[1].name, "decoder");
    assert_string_equal(service.lane[2].name, "loader");
    assert_false(service.lane[0].closed);
    assert_true(service.lane[1].closed);
    assert_true(service.lane[2].closed);
    assert_int_equal(service.lane[2].slot[1].word[1], UINT64_C(1) | 1 << 16 | UINT64_C(1) << 56);
    assert_int_equal(service.labels, 1); /* the site is everybody's */
    expect_empty(0);
}

/* A child writes nothing into its parent's lane, ends no span that its parent began, and is off
 * until it opens itself. */
static void a_child_is_off(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    const struct perf_token begun = perf_begin("parent's");
    const unsigned calls = service.calls;
    const pid_t child = fork();
    if (child == 0) {
        a_pair();
        perf_end(begun);
        if (service.calls != calls || slot(1)->word[1] != 0)
            _exit(1);
        if (perf_open(NULL) != 0)
            _exit(2);
        a_pair();
        _exit(service.lanes == 2 && service.lane[1].slot[1].word[1] != 0 ? 0 : 3);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    expect_empty(1);
    perf_end(begun);
    expect_record(1, 1, 1, 1);
}

static void a_broken_connection(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    const struct perf_token begun = perf_begin("long");
    service_cut();
    assert_int_equal(perf_frame(NULL), PERF_CLIENT_DISCONNECTED);
    a_pair();
    expect_empty(1);
    assert_int_equal(perf_open(NULL), 0);
    assert_int_equal(service.connections, 2);
    perf_end(begun); /* of the lane before: it is not known where to */
    a_pair();
    const struct perf_lane_slot *again = service.lane[1].slot;
    assert_int_equal(again[0].word[1] & 0xffffff, 1 << 16 | 1);
    assert_int_equal(again[1].word[1] & 0xffffff, 2);
    assert_int_equal(service.labels, 2);
}

static void closing(void **state)
{
    (void)state;
    assert_int_equal(perf_open(NULL), 0);
    perf_count(drawn, 1);
    perf_close();
    expect_record(0, 1, 3, 1);
    assert_true(service.lane[0].closed);
    a_pair();
    expect_empty(2);
    assert_int_equal(perf_open(NULL), 0);
    assert_int_equal(perf_open(NULL), 0); /* it is open */
    assert_int_equal(service.connections, 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        CASE(records_of_each_kind),
        CASE(flows_and_asyncs_carry_their_ids),
        CASE(the_newest_overwrite_the_oldest),
        CASE(a_value_may_stand_in_the_next_lap),
        CASE(a_label_is_asked_for_once),
        CASE(a_label_without_room),
        CASE(off_is_off),
        CASE(nobody_there),
        CASE(counters_go_out_with_the_frame),
        CASE(frames),
        CASE(a_lane_in_nanoseconds),
        CASE(by_calls),
        CASE(a_stamp_of_ones_own),
        CASE(the_fake_clock_counts_microseconds),
        CASE(memory_that_does_not_come),
        CASE(a_smaller_lane),
        CASE(no_lane_at_all),
        CASE(a_service_that_refuses),
        CASE(a_lane_for_each_thread),
        CASE(a_child_is_off),
        CASE(a_broken_connection),
        CASE(closing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
