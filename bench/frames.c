/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame tick and a snapshot of the metrics, in the core. Windows are full, and frames last from 1
 * to 100 ms, all equally likely. A plain tick says when its frame was shown; a whole one its phases
 * and its input too, so that all three percentile trees follow. Frames of 20 spans are all janky:
 * looked into, or only counted. Beside another plain tick 64 counters are sampled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "floors.h"
#include "memory_port.h"
#include "perfd/counters.h"
#include "perfd/jank.h"
#include "perfd/perfd.h"

/* More than the largest window has, so that hardly any of its values are equal. */
#define DURATIONS (1u << 21)

static uint32_t duration_ns[DURATIONS];

struct stream {
    uint32_t window;
    bool whole;
    unsigned spans; /* in each frame, which is janky then */
    bool looked_into;
    struct perfd *perfd;
    struct perfd_port *port;
    int client;
    uint32_t label;
    uint64_t at_ns, frame;
    struct perfd_metrics metrics;
    uint32_t group; /* of counters */
    int64_t value[PERFD_GROUP_COUNTERS];
};

static void mark(struct stream *s, enum perfd_mark_kind kind)
{
    const struct perfd_mark span = {.kind = kind, .label = s->label, .time_ns = s->at_ns += 1000};
    if (perfd_mark(s->perfd, s->client, &span, s->at_ns) != 0)
        bench_die("mark");
}

static void tick(struct stream *s)
{
    uint64_t took_ns = s->spans > 0 ? 100000000 : duration_ns[s->frame % DURATIONS];
    s->frame++;
    for (unsigned i = 0; i < s->spans; i++) {
        mark(s, PERFD_BEGIN);
        mark(s, PERFD_END);
    }
    s->at_ns += took_ns;
    struct perfd_tick tick = {.frame_id = s->frame, .presented_at_ns = s->at_ns, .presented = true};
    if (s->whole) {
        tick.phase_ns[PERFD_UI] = took_ns / 8;
        tick.phase_ns[PERFD_LAYOUT] = took_ns / 16;
        tick.phase_ns[PERFD_RENDER] = took_ns / 4;
        tick.phase_ns[PERFD_PRESENT] = took_ns / 32;
        tick.input_at_ns = s->at_ns - took_ns - took_ns / 2;
    }
    if (perfd_tick(s->perfd, s->client, &tick, s->at_ns) != 0)
        bench_die("tick");
}

/* As the daemon takes its arena. */
static void *take_pages(size_t bytes)
{
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    (void)madvise(pages, bytes, MADV_HUGEPAGE);
    return memset(pages, 0, bytes);
}

/* more: ticks beyond those that fill the window. */
static void open_stream(struct stream *s, uint32_t more)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    config.frames = s->window;
    config.sessions = 1;
    size_t bytes = perfd_arena_bytes(&config);
    void *arena = take_pages(bytes);
    s->port = calloc(1, sizeof *s->port);
    if (arena == NULL || s->port == NULL)
        bench_die("no memory");
    s->at_ns = 1000000000;
    struct perfd_start start = {.name = {"bench", 5}, .budget_ns = 16666667};
    if (perfd_init(&s->perfd, arena, bytes, &config, s->port) != 0 ||
        (s->client = perfd_client_open(s->perfd)) <= 0 ||
        perfd_start(s->perfd, s->client, &start, s->at_ns) <= 0)
        bench_die("session");
    size_t jank_bytes = s->looked_into ? perfd_jank_bytes(&config) : 0;
    if (s->looked_into && perfd_jank_start(s->perfd, take_pages(jank_bytes), jank_bytes) != 0)
        bench_die("janks");
    int label = perfd_label(s->perfd, s->client, &(struct perfd_label){.name = {"span", 4}});
    if (label <= 0)
        bench_die("label");
    s->label = (uint32_t)label;
    for (uint32_t i = 0; i < s->window + more; i++)
        tick(s);
}

BENCH_CASE void frame_tick_plain(void *context, uint32_t n)
{
    while (n-- > 0)
        tick(context);
}

BENCH_CASE void frame_tick_whole(void *context, uint32_t n)
{
    while (n-- > 0)
        tick(context);
}

BENCH_CASE void frame_tick_large(void *context, uint32_t n)
{
    while (n-- > 0)
        tick(context);
}

BENCH_CASE void frame_janky(void *context, uint32_t n)
{
    while (n-- > 0)
        tick(context);
}

BENCH_CASE void frame_janky_counted(void *context, uint32_t n)
{
    while (n-- > 0)
        tick(context);
}

BENCH_CASE void frame_snapshot(void *context, uint32_t n)
{
    struct stream *s = context;
    while (n-- > 0)
        if (perfd_read_metrics(s->perfd, s->client, 0, false, &s->metrics) != 0)
            bench_die("metrics");
}

/* A plain tick, and 64 counters with it, each with something new. */
BENCH_CASE void frame_counters(void *context, uint32_t n)
{
    struct stream *s = context;
    while (n-- > 0) {
        for (uint32_t i = 0; i < PERFD_GROUP_COUNTERS; i++)
            s->value[i] += (int64_t)(s->frame % 7 + i);
        if (perfd_counter_sample(s->perfd, s->client, s->group, s->value, PERFD_GROUP_COUNTERS, 0,
                                 s->at_ns) != 0)
            bench_die("sample");
        tick(s);
    }
}

static void open_counters(struct stream *s)
{
    static char name[PERFD_GROUP_COUNTERS][4];
    struct perfd_counter counter[PERFD_GROUP_COUNTERS];
    for (uint32_t i = 0; i < PERFD_GROUP_COUNTERS; i++) {
        (void)snprintf(name[i], sizeof name[i], "c%u", i);
        counter[i] =
            (struct perfd_counter){{name[i], (uint32_t)strlen(name[i])}, {"", 0}, PERFD_COUNT};
    }
    if (perfd_counters_start(s->perfd, take_pages(PERFD_COUNTERS_BYTES), PERFD_COUNTERS_BYTES) != 0)
        bench_die("counters");
    int group = perfd_counter_group(s->perfd, s->client, (struct perfd_text){"g", 1}, counter,
                                    PERFD_GROUP_COUNTERS);
    if (group <= 0)
        bench_die("group");
    s->group = (uint32_t)group;
}

static void tick_once(void *context)
{
    tick(context);
}

int main(int argc, char **argv)
{
    static struct stream plain = {.window = 1200}, whole = {.window = 1200, .whole = true},
                         ten = {.window = 10000}, hundred = {.window = 100000},
                         million = {.window = 1000000},
                         million_whole = {.window = 1000000, .whole = true};
    static struct stream janky = {.window = 1200, .spans = 20, .looked_into = true},
                         counted = {.window = 1200, .spans = 20}, counting = {.window = 1200};
    static const struct bench_case cases[] = {
        {"frame_tick_plain", frame_tick_plain, &plain, 500, NULL, false},
        {"frame_tick_whole", frame_tick_whole, &whole, 500, NULL, false},
        {"frame_snapshot", frame_snapshot, &whole, 200, tick_once, false},
        {"frame_janky", frame_janky, &janky, 100, NULL, false},
        {"frame_janky_counted", frame_janky_counted, &counted, 100, NULL, false},
        {"frame_counters", frame_counters, &counting, 100, NULL, false},
        {"floor_empty", floor_empty, NULL, 4000, NULL, false},
        {"floor_rdtsc", floor_rdtsc, NULL, 4000, NULL, false},
        {"frame_tick_10k", frame_tick_large, &ten, 500, NULL, false},
        {"frame_tick_100k", frame_tick_large, &hundred, 500, NULL, false},
        {"frame_tick_1m", frame_tick_large, &million, 500, NULL, false},
        {"frame_tick_whole_1m", frame_tick_large, &million_whole, 500, NULL, false},
    };
    uint64_t seed = 20240607;
    for (uint32_t i = 0; i < DURATIONS; i++)
        duration_ns[i] = (uint32_t)(1000000 + bench_random(&seed) % 99000001);
    bool counts = bench_counts(argc, argv);
    struct stream *streams[] = {&plain, &whole,   &janky,   &counted,      &counting,
                                &ten,   &hundred, &million, &million_whole};
    uint32_t all = sizeof streams / sizeof streams[0], small = 5;
    /* Counted instructions need no warm caches, and take 50 times as long. */
    for (uint32_t i = 0; i < (counts ? small : all); i++)
        open_stream(streams[i], counts ? 4 * streams[i]->window : 100000);
    open_counters(&counting);
    /* Large windows are of time, not of instructions. */
    bench_run(argc, argv, cases, counts ? 6 : sizeof cases / sizeof cases[0], 33);
    return 0;
}
