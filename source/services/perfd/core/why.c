/* SPDX-License-Identifier: Apache-2.0 */
#include "why.h"

#include "core.h"
#include "text.h"

/* --- A lane's marks --------------------------------------------------------------------------- */

static void restart(struct why_lane *at, uint64_t begin)
{
    at->at = begin;
    at->last_ns = 0;
    at->depth = at->skipped = 0;
}

void why_settle(struct why_lane *at, uint32_t lane, uint8_t shared,
                const struct lane_source *source)
{
    bool is_new = at->id != lane || at->shared != shared;
    at->id = lane;
    at->shared = shared;
    if (is_new || at->at < source->begin || at->at > source->end)
        restart(at, source->begin);
}

bool why_next(const struct perfd *perfd, const struct why *why, struct why_lane *at,
              const struct lane_source *source, struct lane_record slots[2])
{
    while (at->at < source->end) {
        uint32_t count = lane_source_read(perfd, source, at->at, slots);
        bool is_mark = slots[0].kind != LANE_VALUE;
        if (count == 0 || (is_mark && slots[0].time_ns > why->to_ns))
            return false;
        at->at += count;
        if (!is_mark || slots[0].time_ns < at->last_ns)
            continue;
        at->last_ns = slots[0].time_ns;
        if (at->last_ns >= why->since_ns)
            return true;
    }
    return false;
}

/* --- Spans ------------------------------------------------------------------------------------ */

static uint32_t key_of(const struct perfd *perfd, const struct why_open *open)
{
    return pair_key(&perfd->labels,
                    &(struct lane_record){.label = open->label, .kind = (uint8_t)open->kind});
}

static void end_span(const struct perfd *perfd, struct why_lane *at, const struct why_open *open,
                     const struct lane_record *record)
{
    if (at->skipped > 0 && record->kind == PERFD_END) {
        at->skipped--;
        return;
    }
    uint32_t key = pair_key(&perfd->labels, record);
    uint8_t depth = at->depth;
    while (depth > 0 && key_of(perfd, &open[depth - 1]) != key)
        depth--;
    if (depth == 0)
        return;
    at->depth = (uint8_t)(depth - 1);
    at->skipped = 0;
}

static void begin_span(const struct perfd *perfd, const struct why *why, struct why_lane *at,
                       struct why_open *open, const struct lane_record *record)
{
    if (at->depth == why->span_depth) {
        if (!record_is_phase(record) && at->skipped < UINT8_MAX)
            at->skipped++;
        return;
    }
    uint16_t account = record->label;
    if (!filter_takes(why->filter, label_category(&perfd->labels, record->label)))
        account = at->depth > 0 ? open[at->depth - 1].account : WHY_NOBODY;
    open[at->depth++] =
        (struct why_open){.label = record->label, .account = account, .kind = record->kind};
}

void why_apply(const struct perfd *perfd, const struct why *why, struct why_lane *at,
               struct why_open *open, const struct lane_record *record)
{
    if (pair_ends(record))
        end_span(perfd, at, open, record);
    if (pair_begins(record))
        begin_span(perfd, why, at, open, record);
}

/* --- Self time -------------------------------------------------------------------------------- */

/* The innermost span has the time since the last mark, as far as it is inside the interval. */
static void account(struct why *why, struct why_lane *at, const struct why_open *open,
                    uint64_t until_ns)
{
    uint64_t from_ns = at->clock_ns > why->from_ns ? at->clock_ns : why->from_ns;
    at->clock_ns = until_ns > at->clock_ns ? until_ns : at->clock_ns;
    if (at->depth == 0 || until_ns <= from_ns)
        return;
    uint16_t label = open[at->depth - 1].account;
    if (label >= why->labels)
        return;
    if (why->self_ns[label] == 0)
        why->touched[why->touched_count++] = label;
    why->self_ns[label] += until_ns - from_ns;
}

void why_walk(const struct perfd *perfd, struct why *why, struct why_lane *at,
              struct why_open *open, const struct lane_source *source)
{
    struct lane_record slots[2];
    while (why_next(perfd, why, at, source, slots)) {
        account(why, at, open, slots[0].time_ns);
        why_apply(perfd, why, at, open, &slots[0]);
    }
    account(why, at, open, why->to_ns);
}

/* --- The labels ------------------------------------------------------------------------------- */

/* By self time, then by bytes, then by id: names may be equal where categories are not. */
static bool goes_before(const struct perfd *perfd, const struct why *why, uint16_t a, uint16_t b)
{
    if (why->self_ns[a] != why->self_ns[b])
        return why->self_ns[a] > why->self_ns[b];
    struct perfd_text left = label_name(&perfd->labels, a), right = label_name(&perfd->labels, b);
    for (uint32_t i = 0; i < left.length && i < right.length; i++)
        if (left.bytes[i] != right.bytes[i])
            return (uint8_t)left.bytes[i] < (uint8_t)right.bytes[i];
    return left.length != right.length ? left.length < right.length : a < b;
}

uint32_t why_take(const struct perfd *perfd, struct why *why, struct perfd_why out[PERFD_WHYS])
{
    uint16_t best[PERFD_WHYS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < why->touched_count; i++) {
        uint16_t label = why->touched[i];
        uint32_t place = count;
        while (place > 0 && goes_before(perfd, why, label, best[place - 1]))
            place--;
        if (place == PERFD_WHYS)
            continue;
        count += count < PERFD_WHYS;
        for (uint32_t behind = count - 1; behind > place; behind--)
            best[behind] = best[behind - 1];
        best[place] = label;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct perfd_text name = label_name(&perfd->labels, best[i]);
        out[i] = (struct perfd_why){.self_ns = why->self_ns[best[i]], .length = name.length};
        text_copy(out[i].label, name);
    }
    while (why->touched_count > 0)
        why->self_ns[why->touched[--why->touched_count]] = 0;
    return count;
}
