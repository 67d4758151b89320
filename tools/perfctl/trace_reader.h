/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a trace of perfd's (docs/perf/trace-format.md) event by event: memory does not grow with
 * the file. Times are exact, in nanoseconds.
 */
#ifndef PERFCTL_TRACE_READER_H
#define PERFCTL_TRACE_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define TRACE_TEXT_MAX 255u /* of names and categories, in bytes: perfd's are shorter */
#define TRACE_WHY_MAX  3u

struct trace_text {
    char bytes[TRACE_TEXT_MAX + 1]; /* NUL-terminated; without a NUL inside */
};

/* What an event has not is 0 or empty. */
struct trace_event {
    char phase; /* ph */
    struct trace_text name, category;
    uint64_t ts_ns, dur_ns, pid, tid;
    /* args of a frame; times in ns */
    bool has_frame;
    uint64_t frame_id, missed, work_ns, phase_ns[4], gpu_ns;
    struct trace_text cause; /* also of the instant `jank` */
    struct {
        struct trace_text label;
        uint64_t ns;
    } why[TRACE_WHY_MAX];
    unsigned whys;
};

struct trace_reader {
    FILE *file;
    const char *head; /* bytes that were read already */
    size_t head_length;
    void (*take)(void *context, const struct trace_event *event);
    void *context;
    /* Out. */
    json_t *other;   /* otherData, the caller's; NULL: there is none */
    char error[160]; /* what is wrong, at which byte; empty: nothing */
};

/* False: it cannot be read to its end, as error says. */
bool trace_read(struct trace_reader *reader) __attribute__((warn_unused_result));

#endif
