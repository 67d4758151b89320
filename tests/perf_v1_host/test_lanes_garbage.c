/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thousand lanes full of garbage while sessions run: nothing faults, every ledger is balanced,
 * and what an honest client sees of its own is to the byte what it sees where nobody writes
 * garbage.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "lane_hand.h"
#include "perfd/jank.h"

#define SESSIONS    125u
#define LANES       8u /* of garbage in each session: 1,000 in all */
#define RECORDS     512u
#define FRAMES      6u
#define TRACE_BYTES (UINT64_C(1) << 22)

struct world {
    struct bench bench;
    bool hostile;
    int stranger;
    uint32_t stranger_label, draw, step;
    uint32_t called;  /* the honest client's lanes: one by calls, */
    struct hand hand; /* and one that it writes itself */
    uint64_t seed;
    struct garbage {
        uint32_t id;
        uint64_t *word; /* all of its memory */
        size_t words;
    } garbage[LANES];
    uint32_t filled;
};

static uint64_t dice(struct world *w)
{
    return bench_random(&w->seed);
}

/* As a record may look: of any kind, with its client's label or another's, now or long ago. */
static uint64_t plausible(struct world *w, size_t at)
{
    if (at % 2 == 0)
        return w->bench.port.now_ns - (dice(w) % 8 == 0 ? dice(w) % SECOND : 0);
    return (dice(w) % 17) << 16 | (dice(w) % 4 == 0 ? dice(w) % 64 : w->stranger_label);
}

#define HEADER_WORDS (PERF_LANE_HEADER_BYTES / sizeof(uint64_t))

/* A ring as a writer may leave it, in its second lap or later. */
static void forge(struct world *w, struct garbage *lane)
{
    struct perf_lane_header *header = (void *)lane->word;
    uint64_t laps = 1 + dice(w) % 600;
    size_t position = HEADER_WORDS + dice(w) % (lane->words - HEADER_WORDS);
    for (size_t at = HEADER_WORDS; at < lane->words; at++)
        lane->word[at] = plausible(w, at) | perf_lane_lap_bits(laps - (at >= position));
    header->laps = laps;
    header->values = dice(w) % 1000;
}

static void scribble(struct world *w, struct garbage *lane, size_t count)
{
    if (dice(w) % 2 == 0) {
        forge(w, lane);
        count %= 32;
    }
    bool in_header = dice(w) % 8 == 0;
    while (count-- > 0) {
        size_t at = dice(w) % lane->words;
        if (in_header || at >= HEADER_WORDS)
            lane->word[at] = dice(w);
    }
}

static void scribble_everywhere(struct world *w)
{
    for (uint32_t i = 0; i < LANES && w->hostile; i++)
        scribble(w, &w->garbage[i], 1 + dice(w) % w->garbage[i].words);
}

static void open_garbage(struct world *w)
{
    for (uint32_t i = 0; i < LANES && w->hostile; i++) {
        struct perfd_lane_memory memory;
        uint32_t granted;
        int id = perfd_lane_open_in(w->bench.perfd, w->stranger, text("garbage"), RECORDS, true,
                                    &granted, &memory);
        assert_true(id > 0);
        assert_true(memory.bytes != 0);
        w->garbage[i] = (struct garbage){(uint32_t)id, (void *)(uintptr_t)memory.address,
                                         memory.bytes / sizeof(uint64_t)};
        w->filled++;
    }
}

static void close_garbage(struct world *w)
{
    for (uint32_t i = 0; i < LANES && w->hostile; i++)
        assert_int_equal(perfd_lane_close(w->bench.perfd, w->stranger, w->garbage[i].id), 0);
}

static uint32_t label(struct world *w, int client, const char *name)
{
    int id = perfd_label(w->bench.perfd, client, &(struct perfd_label){.name = text(name)});
    assert_true(id > 0);
    return (uint32_t)id;
}

static void open_world(struct world *w, bool hostile)
{
    *w = (struct world){.hostile = hostile, .seed = 20260101};
    bench_open(&w->bench, NULL);
    w->bench.port.shares = true;
    uint32_t granted;
    struct perfd_lane_memory memory;
    struct perfd *perfd = w->bench.perfd;
    w->called = (uint32_t)perfd_lane_open(perfd, w->bench.client, text("by calls"), 1024, &granted);
    assert_int_equal(w->called, 1);
    assert_int_equal(
        perfd_lane_open_in(perfd, w->bench.client, text("by hand"), 4096, true, &granted, &memory),
        2);
    w->hand = hand_of(memory.address, 2);
    w->stranger = perfd_client_open(perfd);
    assert_true(w->stranger > 0);
    w->draw = label(w, w->bench.client, "draw");
    w->step = label(w, w->bench.client, "step");
    w->stranger_label = label(w, w->stranger, "garbage");
}

static void put(struct world *w, enum perf_lane_kind kind)
{
    put_slot(&w->hand, w->bench.port.now_ns, (uint64_t)kind << 16 | w->step);
}

static void mark(struct world *w, enum perfd_mark_kind kind)
{
    struct perfd_mark m = {.kind = kind, .lane = w->called, .label = w->draw};
    assert_int_equal(perfd_mark(w->bench.perfd, w->bench.client, &m, w->bench.port.now_ns), 0);
}

static void draw_frames(struct world *w)
{
    for (uint32_t i = 0; i < FRAMES; i++) {
        mark(w, PERFD_BEGIN);
        put(w, PERF_LANE_BEGIN);
        scribble_everywhere(w);
        w->bench.port.now_ns += 5 * MS;
        put(w, PERF_LANE_END);
        mark(w, PERFD_END);
        assert_true(bench_health(&w->bench).ledger_balanced);
        bench_after(&w->bench, 16 * MS);
        w->bench.port.now_ns = w->bench.at_ns;
        scribble_everywhere(w);
    }
}

/* The lines of the trace that speak of the honest client's lanes, or of the frames; without the
 * commas that say whether another follows. */
static char *lines_of(const char *trace)
{
    char *kept = calloc(1, strlen(trace) + 2), *to = kept;
    for (const char *line = trace, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        char one[2048];
        size_t length = (size_t)(end - line);
        assert_true(length < sizeof one);
        memcpy(one, line, length);
        one[length] = '\0';
        bool ours = strstr(one, "\"tid\":0,") != NULL || strstr(one, "\"tid\":1,") != NULL ||
                    strstr(one, "\"tid\":2,") != NULL;
        if (ours) {
            memcpy(to, one, length);
            to += one[length - 1] == ',' ? length - 1 : length;
            *to++ = '\n';
        }
    }
    return kept;
}

static char *session(struct world *w)
{
    open_garbage(w);
    bench_start(&w->bench, 16666667);
    scribble_everywhere(w);
    draw_frames(w);
    scribble_everywhere(w);
    assert_int_equal(bench_stop(&w->bench).frames, FRAMES);
    scribble_everywhere(w);
    struct perfd_trace_info info;
    int result;
    char *trace = bench_trace(&w->bench, 0, TRACE_BYTES, 4096, &info, &result);
    assert_non_null(trace);
    char *kept = lines_of(trace);
    free(trace);
    close_garbage(w);
    assert_true(bench_health(&w->bench).ledger_balanced);
    w->bench.port.now_ns += 3 * SECOND;
    return kept;
}

static void an_honest_client_beside_a_thousand_lanes_of_garbage(void **state)
{
    (void)state;
    static struct world quiet, loud;
    open_world(&quiet, false);
    open_world(&loud, true);
    for (uint32_t i = 0; i < SESSIONS; i++) {
        char *expected = session(&quiet), *found = session(&loud);
        assert_non_null(strstr(expected, "\"name\":\"draw\",\"ph\":\"X\""));
        assert_non_null(strstr(expected, "\"name\":\"step\",\"ph\":\"X\""));
        assert_string_equal(found, expected);
        free(expected);
        free(found);
    }
    assert_int_equal(loud.filled, 1000);
    struct perfd_health h = bench_health(&loud.bench);
    print_message("# %" PRIu64 " marks malformed, %" PRIu64 " slots torn\n", h.dropped_malformed,
                  h.dropped_torn);
    assert_true(h.dropped_malformed > 1000);
    assert_true(h.dropped_torn > 1000);
    bench_close(&quiet.bench);
    bench_close(&loud.bench);
}

/* Every frame is janky: what the lanes hold is looked at while it is written, and kept. */
static void janky_frames(struct world *w)
{
    struct perfd_jank jank = {.seq = 0};
    for (uint32_t i = 0; i < FRAMES; i++) {
        mark(w, PERFD_BEGIN);
        w->bench.port.now_ns += 5 * MS;
        scribble_everywhere(w);
        mark(w, PERFD_END);
        bench_after(&w->bench, 40 * MS);
        w->bench.port.now_ns = w->bench.at_ns;
        uint64_t missed;
        while (perfd_read_janks(w->bench.perfd, w->bench.client, 0, jank.seq, &jank, 1, &missed) ==
               1)
            for (uint32_t k = 0; k < jank.whys; k++)
                assert_true(jank.why[k].self_ns <= (LANES + 2) * jank.interval_ns);
    }
    assert_true(jank.whys > 0);
}

static void read_snapshots(struct world *w)
{
    struct perfd_snapshot snapshot = {.id = 0};
    while (perfd_next_snapshot(w->bench.perfd, snapshot.id, &snapshot) > 0) {
        struct perfd_trace_info info;
        int result;
        char *trace = bench_trace(&w->bench, snapshot.id, TRACE_BYTES, 4096, &info, &result);
        assert_non_null(trace);
        struct perfd_health h = bench_health(&w->bench);
        assert_int_equal(h.copied, h.exported + h.cut + h.filtered + h.unpaired + h.outside);
        free(trace);
    }
}

static void janks_beside_garbage(void **state)
{
    (void)state;
    static struct world loud;
    open_world(&loud, true);
    size_t bytes = perfd_jank_bytes(perfd_configuration(loud.bench.perfd));
    void *memory = malloc(bytes);
    assert_int_equal(perfd_jank_start(loud.bench.perfd, memory, bytes), 0);
    for (uint32_t i = 0; i < SESSIONS; i++) {
        open_garbage(&loud);
        bench_start(&loud.bench, 16666667);
        janky_frames(&loud);
        scribble_everywhere(&loud);
        assert_int_equal(bench_stop(&loud.bench).frames, FRAMES);
        read_snapshots(&loud);
        close_garbage(&loud);
        assert_true(bench_health(&loud.bench).ledger_balanced);
        loud.bench.port.now_ns += 3 * SECOND;
    }
    assert_int_equal(loud.filled, 1000);
    bench_close(&loud.bench);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_client_beside_a_thousand_lanes_of_garbage),
        cmocka_unit_test(janks_beside_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
