/* SPDX-License-Identifier: Apache-2.0 */
/* A tracer that looks into janks, and the words in which tests say what it should find. */
#ifndef JANK_BENCH_H
#define JANK_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "perfd/jank.h"

#define BUDGET_NS (10 * MS)

struct jank_bench {
    struct bench bench;
    uint8_t *memory;
    size_t bytes;
};

/* With memory of exactly the size that it asks for, and something behind it. Times in tests are
 * milliseconds of the clock, which says 1,000. */
static inline void jank_open(struct jank_bench *j, const struct perfd_config *config)
{
    bench_open(&j->bench, config);
    j->bytes = perfd_jank_bytes(perfd_configuration(j->bench.perfd));
    j->memory = malloc(j->bytes + 8);
    assert_non_null(j->memory);
    memset(j->memory, 0xa5, j->bytes + 8);
    assert_int_equal(perfd_jank_start(j->bench.perfd, j->memory, j->bytes), 0);
}

static inline void jank_close(struct jank_bench *j)
{
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(j->memory[j->bytes + i], 0xa5);
    bench_close(&j->bench);
    free(j->memory);
}

/* A frame shown at this time; the clock goes along. */
static inline void shown_at(struct jank_bench *j, uint64_t ms)
{
    bench_after(&j->bench, ms * MS - j->bench.at_ns);
}

/* Opens a lane by calls. */
static inline uint32_t lane(struct jank_bench *j, const char *name, uint32_t records)
{
    uint32_t granted;
    int id = perfd_lane_open(j->bench.perfd, j->bench.client, text(name), records, &granted);

    assert_true(id > 0);
    return (uint32_t)id;
}

static inline void mark(struct jank_bench *j, uint32_t on, enum perfd_mark_kind kind,
                        const char *name, uint64_t ms)
{
    struct perfd_mark record = {.kind = kind, .lane = on, .name = text(name), .time_ns = ms * MS};

    if (record.time_ns > j->bench.port.now_ns)
        j->bench.port.now_ns = record.time_ns;
    assert_int_equal(perfd_mark(j->bench.perfd, j->bench.client, &record, j->bench.port.now_ns), 0);
}

static inline void span(struct jank_bench *j, uint32_t on, const char *name, uint64_t from_ms,
                        uint64_t to_ms)
{
    mark(j, on, PERFD_BEGIN, name, from_ms);
    mark(j, on, PERFD_END, name, to_ms);
}

/* The newest jank of a session; fails where there is none. */
static inline struct perfd_jank last_jank_of(struct jank_bench *j, uint32_t session)
{
    struct perfd_jank jank = {.seq = 0};
    uint64_t missed;

    while (perfd_read_janks(j->bench.perfd, j->bench.client, session, jank.seq, &jank, 1,
                            &missed) == 1)
        continue;
    assert_true(jank.seq > 0);
    return jank;
}

static inline struct perfd_jank last_jank(struct jank_bench *j)
{
    return last_jank_of(j, j->bench.session);
}

/* Its why as "inner 10, outer 8": labels and whole milliseconds; "" for none. */
static inline void assert_why(const struct perfd_jank *jank, const char *want)
{
    char got[512] = "";
    size_t length = 0;

    for (uint32_t i = 0; i < jank->whys; i++) {
        assert_int_equal(jank->why[i].self_ns % MS, 0);
        length += (size_t)snprintf(got + length, sizeof got - length, "%s%.*s %u",
                                   i > 0 ? ", " : "", (int)jank->why[i].length, jank->why[i].label,
                                   (unsigned)(jank->why[i].self_ns / MS));
    }
    assert_string_equal(got, want);
}

#endif
