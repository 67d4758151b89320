/* SPDX-License-Identifier: Apache-2.0 */
/* From the wire into the core's structures: what calls bring, and run logs. Texts stay where they
 * are. Who reads asks the message for its error before the core is told. */
#ifndef PERFD_SERVER_READ_H
#define PERFD_SERVER_READ_H

#include "perf.capnp.h"
#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/perfd.h"

static inline struct perfd_text text_in(struct nx_text text)
{
    return (struct perfd_text){text.bytes, text.length};
}

/* Up to PERFD_GROUP_COUNTERS. How many there are, or PERFD_INVALID. */
int read_counters(struct perf_counter_definition_list_reader from, struct perfd_counter *to);
/* Up to PERFD_HOTSPOTS_BATCH, likewise. */
int read_hotspots(struct perf_hotspot_list_reader from, struct perfd_hotspot *to);
int read_values(struct nx_i64_list_reader from, int64_t *to);

struct perfd_tick read_tick(struct perf_frame_tick_reader from);

/* Any record but a frame. PERFD_INVALID: a kind that this version does not know. */
int read_mark(struct perf_record_reader from, struct perfd_mark *to);

/* choices.c: the categories that a session asks for, and whether it keeps the oldest. */
struct perfd_text read_categories(struct perf_start_request_reader request);
bool read_oneshot(struct perf_start_request_reader request);

static inline struct perfd_start read_start(struct perf_start_request_reader from)
{
    return (struct perfd_start){
        .name = text_in(perf_start_request_get_name(from)),
        .budget_ns = perf_start_request_get_budget_ns(from),
        .long_frame_ns = perf_start_request_get_long_frame_ns(from),
        .idle_gap_ns = perf_start_request_get_idle_gap_ns(from),
        .warmup_frames = perf_start_request_get_warmup_frames(from),
        .categories = read_categories(from),
        .oneshot = read_oneshot(from),
    };
}

static inline struct perfd_label read_label(struct perf_label_request_reader from)
{
    return (struct perfd_label){
        .name = text_in(perf_label_request_get_name(from)),
        .category = text_in(perf_label_request_get_category(from)),
        .file = text_in(perf_label_request_get_file(from)),
        .line = perf_label_request_get_line(from),
        .budget_cpu_us = perf_label_request_get_budget_cpu_us(from),
        .budget_gpu_us = perf_label_request_get_budget_gpu_us(from),
        .budget_mem_bytes = perf_label_request_get_budget_mem_bytes(from),
    };
}

#endif
