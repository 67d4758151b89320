/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace of 100,000 spans as JSON: formatted into memory, and into a file of /dev/shm through the
 * daemon's exporter; against a formatter as most small tracers have it (sprintf_trace.h), which
 * gets its spans ready paired and in order.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "perfd/perfd.h"
#include "ports/port.h"
#include "ports/posix/posix.h"
#include "sprintf_trace.h"

#define SPANS      100000u
#define LABELS     8u
#define CHUNK      65536u
#define COPY_BYTES ((size_t)SPANS * 200)
#define CAP_BYTES  (UINT64_C(64) << 20)

static const char *const names[LABELS] = {"frame",  "input",  "layout", "measure",
                                          "render", "raster", "blur",   "present"};

struct world {
    struct perfd *perfd;
    struct perfd_port port;
    int client;
    uint32_t lane;
    uint64_t now_ns;
    uint32_t trace;
    char folder[64];
    char path[96];
    char uri[PERFD_URI_MAX + 1];
    uint64_t trace_bytes;
    struct sprintf_span *spans;
    char *text; /* CHUNK */
    char *copy; /* COPY_BYTES: more than a trace has */
    uint64_t text_bytes;
};

static void mark(struct world *w, enum perfd_mark_kind kind, uint32_t label)
{
    struct perfd_mark m = {.kind = kind, .lane = w->lane, .label = label, .time_ns = w->now_ns};
    if (perfd_mark(w->perfd, w->client, &m, w->now_ns) != 0)
        bench_die("mark");
}

/* Frames of eight spans: one around all of it, seven in it, one after another. */
static void record(struct world *w)
{
    uint32_t label[LABELS];
    uint64_t seed = 1;
    for (uint32_t i = 0; i < LABELS; i++) {
        struct perfd_label l = {.name = {names[i], (uint32_t)strlen(names[i])},
                                .category = {"ui", 2}};
        label[i] = (uint32_t)perfd_label(w->perfd, w->client, &l);
    }
    for (uint32_t at = 0; at < SPANS; at += LABELS) {
        w->now_ns += 1000000;
        w->spans[at] = (struct sprintf_span){names[0], "ui", w->now_ns, 0};
        mark(w, PERFD_BEGIN, label[0]);
        for (uint32_t i = 1; i < LABELS; i++) {
            w->now_ns += 1000 + bench_random(&seed) % 100000;
            w->spans[at + i] = (struct sprintf_span){names[i], "ui", w->now_ns, 0};
            mark(w, PERFD_BEGIN, label[i]);
            w->now_ns += 1000 + bench_random(&seed) % 1000000;
            w->spans[at + i].ended_ns = w->now_ns;
            mark(w, PERFD_END, label[i]);
        }
        w->now_ns += 1000;
        w->spans[at].ended_ns = w->now_ns;
        mark(w, PERFD_END, label[0]);
    }
}

static void open_world(struct world *w)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;
    config.lane_records = 1u << 18;
    size_t bytes = perfd_arena_bytes(&config);
    void *arena = malloc(bytes);
    w->spans = calloc(SPANS, sizeof *w->spans);
    w->text = malloc(CHUNK);
    w->copy = malloc(COPY_BYTES);
    if (arena == NULL || w->spans == NULL || w->text == NULL || w->copy == NULL)
        bench_die("no memory");
    memset(w->copy, 'x', COPY_BYTES);
    memset(arena, 0xa5, bytes);
    snprintf(w->folder, sizeof w->folder, "/dev/shm/perfd-bench-XXXXXX");
    if (mkdtemp(w->folder) == NULL)
        bench_die("/dev/shm");
    snprintf(w->path, sizeof w->path, "%s/sprintf.json", w->folder);
    exporter_init(&w->port.exporter, w->folder);
    w->now_ns = perfd_port_now_ns(&w->port);
    struct perfd_start start = {.name = {"bench", 5}, .budget_ns = 16666667};
    struct perfd_metrics metrics;
    uint32_t granted;
    if (perfd_init(&w->perfd, arena, bytes, &config, &w->port) != 0 ||
        (w->client = perfd_client_open(w->perfd)) <= 0 ||
        perfd_start(w->perfd, w->client, &start, w->now_ns) <= 0)
        bench_die("session");
    int lane =
        perfd_lane_open(w->perfd, w->client, (struct perfd_text){"ui", 2}, 1u << 18, &granted);
    if (lane <= 0 || granted < 2 * SPANS)
        bench_die("lane");
    w->lane = (uint32_t)lane;
    record(w);
    if (perfd_stop(w->perfd, w->client, 0, w->now_ns, &metrics) != 0)
        bench_die("stop");
}

static void begin(void *context)
{
    struct world *w = context;
    int trace = perfd_trace_begin(w->perfd, 0, CAP_BYTES, w->now_ns);
    if (trace <= 0)
        bench_die("trace");
    w->trace = (uint32_t)trace;
}

static void prepare(struct world *w)
{
    int result;
    while ((result = perfd_trace_step(w->perfd, w->trace)) == PERFD_MORE)
        ;
    if (result != 0)
        bench_die("prepare");
}

static void begin_and_prepare(void *context)
{
    begin(context);
    prepare(context);
}

static void format(struct world *w)
{
    size_t got;
    w->trace_bytes = 0;
    do {
        if (perfd_trace_read(w->perfd, w->trace, w->trace_bytes, w->text, CHUNK, &got) != 0)
            bench_die("read");
        w->trace_bytes += got;
    } while (got > 0);
}

/* Paired, ordered and cut before; read from the start each time. */
BENCH_CASE void export_format(void *context, uint32_t n)
{
    while (n-- > 0)
        format(context);
}

BENCH_CASE void export_prepare(void *context, uint32_t n)
{
    while (n-- > 0) {
        begin(context);
        prepare(context);
    }
}

BENCH_CASE void export_whole(void *context, uint32_t n)
{
    struct world *w = context;
    static struct perfd_export_result result;
    while (n-- > 0) {
        if (perfd_export_begin(w->perfd, 0, (struct perfd_text){NULL, 0}, CAP_BYTES, w->now_ns) !=
            0)
            bench_die("export");
        int step;
        while ((step = perfd_export_step(w->perfd, &result)) > 0) {
            struct pollfd ready = {.revents = 0};
            ready.fd = exporter_poll_fd(&w->port.exporter, &ready.events);
            if (step == PERFD_WAIT && poll(&ready, 1, 1000) < 0)
                bench_die("poll");
        }
        if (step != 0)
            bench_die("export");
        memcpy(w->uri, result.uri, sizeof w->uri);
    }
}

/* The floor: the same bytes, chunk by chunk into the same place. */
BENCH_CASE void export_copy(void *context, uint32_t n)
{
    struct world *w = context;
    if (w->trace_bytes > COPY_BYTES)
        bench_die("a longer trace");
    while (n-- > 0)
        for (uint64_t at = 0; at < w->trace_bytes; at += CHUNK) {
            uint64_t left = w->trace_bytes - at;
            memcpy(w->text, w->copy + at, left < CHUNK ? left : CHUNK);
            __asm__ volatile("" ::: "memory");
        }
}

static void remove_file(void *context)
{
    struct world *w = context;
    if (strncmp(w->uri, "file://", 7) == 0)
        unlink(w->uri + 7);
    w->uri[0] = '\0';
}

BENCH_CASE void sprintf_format(void *context, uint32_t n)
{
    struct world *w = context;
    while (n-- > 0)
        w->text_bytes = sprintf_trace_to_memory(w->spans, SPANS, w->text, CHUNK);
}

BENCH_CASE void sprintf_whole(void *context, uint32_t n)
{
    struct world *w = context;
    while (n-- > 0)
        if (sprintf_trace_to_file(w->spans, SPANS, w->path) == 0)
            bench_die("file");
}

static void remove_sprintf_file(void *context)
{
    struct world *w = context;
    unlink(w->path);
}

int main(int argc, char **argv)
{
    static struct world w;
    static const struct bench_case cases[] = {
        {"export_format", export_format, &w, 1, begin_and_prepare, false},
        {"export_copy", export_copy, &w, 1, NULL, false},
        {"sprintf_format", sprintf_format, &w, 1, NULL, false},
        {"export_whole", export_whole, &w, 1, remove_file, true},
        {"sprintf_whole", sprintf_whole, &w, 1, remove_sprintf_file, true},
        {"export_prepare", export_prepare, &w, 1, NULL, false},
    };
    open_world(&w);
    if (bench_counts(argc, argv)) {
        begin_and_prepare(&w);
        bench_run(argc, argv, cases, 1, 1);
    } else {
        bench_run(argc, argv, cases, sizeof cases / sizeof cases[0], 5);
        printf("export_bytes %llu\nsprintf_bytes %llu\n", (unsigned long long)w.trace_bytes,
               (unsigned long long)w.text_bytes);
    }
    remove_file(&w);
    remove_sprintf_file(&w);
    exporter_close(&w.port.exporter);
    if (rmdir(w.folder) != 0)
        bench_die("rmdir");
    return 0;
}
