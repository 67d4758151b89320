/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

static const struct perfd_config default_config = PERFD_CONFIG_DEFAULT;

void bench_open(struct bench *bench, const struct perfd_config *config)
{
    size_t bytes;

    memset(bench, 0, sizeof *bench);
    if (config == NULL)
        config = &default_config;
    bytes = perfd_arena_bytes(config);
    assert_true(bytes > 0);
    bench->arena = malloc(bytes);
    assert_non_null(bench->arena);
    /* An arena is not promised to be zeroed. */
    memset(bench->arena, 0xa5, bytes);
    bench->port.now_ns = SECOND;
    assert_int_equal(perfd_init(&bench->perfd, bench->arena, bytes, config, &bench->port), 0);
    bench->client = perfd_client_open(bench->perfd);
    assert_true(bench->client > 0);
}

void bench_open_frames(struct bench *bench, uint32_t frames)
{
    struct perfd_config config = PERFD_CONFIG_DEFAULT;

    config.frames = frames;
    bench_open(bench, &config);
}

void bench_close(struct bench *bench)
{
    struct perfd_health health = bench_health(bench);

    assert_int_equal(bench->port.bad_markers, 0);
    assert_int_equal(bench->port.misuses, 0);
    assert_true(health.ledger_balanced);
    assert_int_equal(health.written, health.resident + health.overwritten + health.dropped_torn +
                                         health.dropped_malformed + health.dropped_rate +
                                         health.dropped_no_session);
    free(bench->arena);
    memory_port_clear(&bench->port);
}

struct perfd_text text(const char *string)
{
    return (struct perfd_text){string, (uint32_t)strlen(string)};
}

void bench_start(struct bench *bench, uint64_t budget_ns)
{
    struct perfd_start start = {.name = text("test"), .budget_ns = budget_ns};

    bench_start_with(bench, &start);
}

void bench_start_with(struct bench *bench, const struct perfd_start *start)
{
    int session = perfd_start(bench->perfd, bench->client, start, bench->port.now_ns);

    assert_true(session > 0);
    bench->session = (uint32_t)session;
    bench->frame_id = 0;
    bench->at_ns = bench->port.now_ns;
}

struct perfd_tick bench_frame(struct bench *bench, uint64_t after_ns)
{
    struct perfd_tick tick = {.session = bench->session, .presented = true};

    tick.frame_id = ++bench->frame_id;
    bench->at_ns += after_ns;
    tick.presented_at_ns = bench->at_ns;
    return tick;
}

int bench_feed(struct bench *bench, const struct perfd_tick *tick)
{
    if (bench->at_ns > bench->port.now_ns)
        bench->port.now_ns = bench->at_ns;
    return perfd_tick(bench->perfd, bench->client, tick, bench->port.now_ns);
}

void bench_after(struct bench *bench, uint64_t after_ns)
{
    struct perfd_tick tick = bench_frame(bench, after_ns);

    assert_int_equal(bench_feed(bench, &tick), 0);
}

void bench_throw_away(struct bench *bench, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct perfd_tick tick = bench_frame(bench, 0);

        tick.presented = false;
        tick.presented_at_ns = 0;
        assert_int_equal(bench_feed(bench, &tick), 0);
    }
}

static struct perfd_metrics read_metrics(struct bench *bench, bool phases)
{
    struct perfd_metrics metrics;

    memset(&metrics, 0xa5, sizeof metrics);
    assert_int_equal(
        perfd_read_metrics(bench->perfd, bench->client, bench->session, phases, &metrics), 0);
    return metrics;
}

struct perfd_metrics bench_metrics(struct bench *bench)
{
    return read_metrics(bench, false);
}

struct perfd_metrics bench_phases(struct bench *bench)
{
    return read_metrics(bench, true);
}

int bench_stop_session(struct bench *bench, int client, uint32_t session)
{
    struct perfd_metrics metrics;
    return perfd_stop(bench->perfd, client, session, bench->port.now_ns, &metrics);
}

struct perfd_metrics bench_stop(struct bench *bench)
{
    struct perfd_metrics metrics;

    memset(&metrics, 0xa5, sizeof metrics);
    assert_int_equal(
        perfd_stop(bench->perfd, bench->client, bench->session, bench->port.now_ns, &metrics), 0);
    return metrics;
}

struct perfd_health bench_health(struct bench *bench)
{
    struct perfd_health health;

    memset(&health, 0xa5, sizeof health);
    perfd_read_health(bench->perfd, bench->port.now_ns, &health);
    return health;
}

int bench_mark(struct bench *bench, enum perfd_mark_kind kind, const char *name, uint64_t time_ns,
               int64_t value)
{
    struct perfd_mark mark = {.kind = kind, .name = text(name), .time_ns = time_ns, .value = value};

    if (time_ns > bench->port.now_ns)
        bench->port.now_ns = time_ns;
    return perfd_mark(bench->perfd, bench->client, &mark, bench->port.now_ns);
}

int bench_prepare(struct bench *bench, uint32_t session, uint64_t cap_bytes)
{
    int trace = perfd_trace_begin(bench->perfd, session, cap_bytes, bench->port.now_ns);
    int result = PERFD_MORE;

    if (trace <= 0)
        return trace;
    /* Bounded far above any need: a job that never ends is a failure, not a hanging test. */
    for (unsigned steps = 0; result == PERFD_MORE; steps++) {
        assert_true(steps < 10000000);
        result = perfd_trace_step(bench->perfd, (uint32_t)trace);
    }
    return result < 0 ? result : trace;
}

char *bench_trace(struct bench *bench, uint32_t session, uint64_t cap_bytes, size_t chunk,
                  struct perfd_trace_info *info, int *result)
{
    int trace = bench_prepare(bench, session, cap_bytes);
    uint64_t at = 0;
    char *bytes;

    *result = trace;
    if (trace < 0)
        return NULL;
    assert_int_equal(perfd_trace_info(bench->perfd, (uint32_t)trace, info), 0);
    bytes = malloc(info->bytes + chunk + 1);
    assert_non_null(bytes);
    for (;;) {
        size_t got = 0;
        int read = perfd_trace_read(bench->perfd, (uint32_t)trace, at, bytes + at, chunk, &got);

        assert_int_equal(read, 0);
        if (got == 0)
            break;
        assert_true(got <= chunk);
        /* Every buffer is filled but the last. */
        assert_true(got == chunk || at + got == info->bytes);
        at += got;
        assert_true(at <= info->bytes);
    }
    assert_int_equal(at, info->bytes);
    bytes[at] = '\0';
    return bytes;
}

uint64_t bench_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}
