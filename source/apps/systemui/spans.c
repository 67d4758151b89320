/* SPDX-License-Identifier: Apache-2.0 */
#include "spans.h"

static void add(struct spans *spans, struct span_record record)
{
    if (spans->count < SPANS_MAX)
        spans->record[spans->count++] = record;
    else
        spans->left_out++;
}

uint64_t spans_begin(struct spans *spans, struct systemui_platform *platform, enum span_label label)
{
    const uint64_t now = systemui_now_ns(platform);
    add(spans, (struct span_record){.time_ns = now, .label = label, .kind = SPAN_BEGIN});
    return now;
}

uint64_t spans_end(struct spans *spans, struct systemui_platform *platform, enum span_label label)
{
    const uint64_t now = systemui_now_ns(platform);
    add(spans, (struct span_record){.time_ns = now, .label = label, .kind = SPAN_END});
    return now;
}

void spans_at(struct spans *spans, uint64_t time_ns, enum span_label label, enum span_kind kind)
{
    add(spans, (struct span_record){.time_ns = time_ns, .label = label, .kind = kind});
}

void spans_counter(struct spans *spans, uint64_t time_ns, enum span_label label, uint64_t value)
{
    add(spans, (struct span_record){
                   .time_ns = time_ns,
                   .value = value > INT64_MAX ? INT64_MAX : (int64_t)value,
                   .label = label,
                   .kind = SPAN_COUNTER,
               });
}
