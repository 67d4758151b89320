/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that marks through many laps, and one that reads its ring meanwhile, as lane_layout.h
 * says; built with the thread sanitizer. What a slot holds is known from its place in the whole: of
 * each five, three instants of three labels, then a counter, whose value is how many fives went
 * before.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mark_service.h"
#include "perf-client/perf.h"

#define SLOTS 64u
#define FIVES 400000u
#define LABEL 0xffffu

static int done;
static pthread_barrier_t end; /* the writer's lane is there until the reader looks no more */

/* The ring as the writer has it mapped: at another address the sanitizer would see nothing. */
static struct perf_lane_header *written;

static void publish(void)
{
    struct perf_lane_slot *first = (struct perf_lane_slot *)perf_writer.end - SLOTS;
    __atomic_store_n(&written, (struct perf_lane_header *)first - 1, __ATOMIC_RELEASE);
}

static void write_five(unsigned i)
{
    perf_instant("first");
    perf_instant("second");
    perf_instant("third");
    perf_counter("fourth", i);
}

static void *write_fives(void *unused)
{
    (void)unused;
    write_five(0);
    publish();
    for (unsigned i = 1; i < FIVES; i++)
        write_five(i);
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
    pthread_barrier_wait(&end);
    return NULL;
}

struct seen {
    uint64_t whole, torn, readings, given_up, later_laps;
};

/* `place`: how many slots were written before it. Ticks never run back. */
static void check_slot(uint64_t place, uint64_t first, uint64_t second, uint64_t *ticks)
{
    static const uint64_t kinds[] = {2, 2, 2, 3, 15};
    const uint64_t payload = first & PERF_LANE_PAYLOAD;
    assert_int_equal(second >> 16 & 0xff, kinds[place % 5]);
    if (place % 5 == 4) {
        assert_int_equal(payload, place / 5);
        return;
    }
    assert_int_equal(second & LABEL, place % 5 + 1);
    assert_true(payload >= *ticks);
    *ticks = payload;
}

static void read_ring(const struct perf_lane_header *lane, struct seen *seen)
{
    const struct perf_lane_slot *slot = (const struct perf_lane_slot *)(lane + 1);
    struct perf_lane_slot copy[SLOTS];
    const uint64_t laps = perf_lane_laps_before(lane);
    for (unsigned i = 0; i < SLOTS; i++)
        for (unsigned j = 0; j < 2; j++)
            copy[i].word[j] = perf_lane_load(&slot[i].word[j]);
    const uint64_t after = perf_lane_laps_after(lane);
    seen->readings++;
    if (after - laps >= PERF_LANE_LAPS - 1) {
        seen->given_up++;
        return;
    }
    uint64_t ticks = 0;
    for (uint64_t lap = laps; lap <= laps + 1; lap++) /* the one before, and the one that is */
        for (unsigned i = 0; i < SLOTS && lap != 0; i++) {
            const uint64_t byte = lap & 0xff;
            const bool first = copy[i].word[0] >> 56 == byte;
            const bool second = copy[i].word[1] >> 56 == byte;
            if (first && second) {
                check_slot((lap - 1) * SLOTS + i, copy[i].word[0], copy[i].word[1], &ticks);
                seen->whole++;
            } else if (first || second) {
                seen->torn++;
            }
        }
    seen->later_laps += after != laps;
}

static void a_reader_sees_whole_records_only(void **state)
{
    (void)state;
    service_start();
    service.slots = SLOTS;
    assert_int_equal(perf_open(NULL), 0);
    pthread_t writer;
    assert_int_equal(pthread_barrier_init(&end, NULL, 2), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_fives, NULL), 0);
    struct seen seen = {0};
    while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) == 0) {
        const struct perf_lane_header *lane = __atomic_load_n(&written, __ATOMIC_ACQUIRE);
        if (lane != NULL)
            read_ring(lane, &seen);
    }
    pthread_barrier_wait(&end);
    assert_int_equal(pthread_join(writer, NULL), 0);
    /* The thread has closed its lane: what the service has of it is the same memory. */
    struct seen last = {0};
    const struct perf_lane_header *header = service.lane[1].header;
    read_ring(header, &last);
    assert_int_equal(last.whole, SLOTS);
    assert_int_equal(last.torn, 0);
    assert_int_equal(header->laps, (FIVES * 5 - 1) / SLOTS);
    assert_int_equal(header->values, FIVES);
    assert_true(seen.whole > 0);
    print_message("%llu readings, %llu while laps went by, %llu given up; %llu slots whole, %llu "
                  "torn\n",
                  (unsigned long long)seen.readings, (unsigned long long)seen.later_laps,
                  (unsigned long long)seen.given_up, (unsigned long long)seen.whole,
                  (unsigned long long)seen.torn);
    perf_close();
    service_stop();
}

PERF_COUNTER(added, "added");

static void *mark_and_add(void *adds)
{
    for (unsigned i = 0; i < 2000; i++) {
        perf_span("shared");
        if (adds != NULL)
            perf_count(added, 1);
    }
    return NULL;
}

/* Threads that meet a site for the first time at once, open and close lanes, and one that adds
 * while another one flushes. */
static void threads_share_sites(void **state)
{
    enum { THREADS = 4 };
    (void)state;
    service_start();
    service.slots = SLOTS;
    assert_int_equal(perf_open(NULL), 0);
    pthread_t thread[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, mark_and_add, i == 0 ? &thread[0] : NULL),
                         0);
    for (unsigned i = 0; i < 2000; i++)
        perf_flush();
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    perf_flush();
    assert_int_equal(service.lanes, 1 + THREADS);
    assert_int_equal(service.labels, 2);
    for (unsigned i = 1; i <= THREADS; i++) {
        assert_true(service.lane[i].closed);
        assert_int_equal(service.lane[i].header->laps, (2000 * 2 - 1) / SLOTS);
    }
    /* The newest value of the counter is in this thread's lane. */
    const struct perf_lane_header *own = service.lane[0].header;
    const uint64_t slots = 2 * own->values;
    assert_int_equal(service.lane[0].slot[(slots - 1) % SLOTS].word[0] & PERF_LANE_PAYLOAD, 2000);
    perf_close();
    service_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_sees_whole_records_only),
        cmocka_unit_test(threads_share_sites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
