/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include "label.h"
#include "lane_shared.h"
#include "run.h"

void pair_init(struct pairing *pairing, struct arena *arena, const struct perfd_config *config)
{
    pairing->limit = config->span_depth;
    pairing->stack = arena_take(arena, config->span_depth, sizeof(uint32_t));
}

void pair_start(struct pairing *pairing)
{
    pairing->depth = pairing->skipped = 0;
    pairing->lane = pairing->at = 0;
    pairing->counts = (struct pair_counts){0};
}

static void open_span(struct pairing *p, struct lane_record *run)
{
    p->counts.begins++;
    if (p->depth == p->limit) {
        p->skipped += !record_is_phase(&run[p->at]);
        p->counts.begins_too_deep++;
        run[p->at].flags = COPY_UNPAIRED;
        return;
    }
    p->stack[p->depth++] = p->at;
}

uint32_t pair_key(const struct labels *labels, const struct lane_record *record)
{
    return record_is_phase(record) ? UINT32_MAX : label_name_place(labels, record->label);
}

/* How many spans are open up to and with the nearest that the record here may end; 0: none. */
static size_t find_open(const struct pairing *p, const struct lane_record *run,
                        const struct labels *labels)
{
    uint32_t key = pair_key(labels, &run[p->at]);
    size_t depth = p->depth;
    while (depth > 0 && pair_key(labels, &run[p->stack[depth - 1]]) != key)
        depth--;
    return depth;
}

/* Takes the innermost span off the stack. */
static struct lane_record *close_span(struct pairing *p, struct lane_record *run, uint8_t flags)
{
    struct lane_record *begin = &run[p->stack[--p->depth]];
    begin->flags = flags;
    begin->aux = p->at - p->stack[p->depth];
    return begin;
}

bool pair_ends(const struct lane_record *record)
{
    return record->kind == PERFD_END || record_is_phase(record);
}

bool pair_begins(const struct lane_record *record)
{
    return record->kind == PERFD_BEGIN || record_is_begin_value(record) ||
           (record_is_phase(record) && record->label != 0);
}

static void end_span(struct pairing *p, struct lane_record *run, const struct labels *labels,
                     bool lossy)
{
    struct lane_record *end = &run[p->at];
    bool too_deep = p->skipped > 0 && end->kind == PERFD_END;
    size_t depth = too_deep ? 0 : find_open(p, run, labels);
    if (depth == 0 && pair_begins(end))
        return;
    p->counts.ends++;
    end->flags = COPY_UNPAIRED;
    if (too_deep) {
        p->skipped--;
        p->counts.ends_too_deep++;
        return;
    }
    if (depth == 0) {
        if (lossy)
            p->counts.orphan++;
        else
            p->counts.mismatched++;
        return;
    }
    while (p->depth > depth) {
        close_span(p, run, COPY_UNFINISHED);
        p->counts.closed_by_parent++;
    }
    close_span(p, run, COPY_CLOSED);
    p->counts.paired++;
    p->skipped = 0; /* they lay above a phase */
    end->flags = COPY_CLOSED;
}

static void end_lane(struct pairing *p, struct lane_record *run)
{
    while (p->depth > 0) {
        close_span(p, run, COPY_UNFINISHED)->aux = 0;
        p->counts.closed_at_export++;
    }
    p->skipped = 0;
    p->at = 0;
    p->lane++;
}

bool pair_step(struct pairing *p, struct frozen *frozen, const struct labels *labels,
               uint32_t records)
{
    while (p->lane < frozen->lane_count) {
        const struct lane_copy *lane = &frozen->lane[p->lane];
        struct lane_record *run = frozen->records + lane->first;
        for (; p->at < lane->slots && records > 0; p->at++, records--) {
            if (pair_ends(&run[p->at]))
                end_span(p, run, labels, lane->lossy);
            if (pair_begins(&run[p->at]))
                open_span(p, run);
        }
        if (p->at < lane->slots)
            return true;
        end_lane(p, run);
    }
    return false;
}

bool pair_counts_balanced(const struct pair_counts *c)
{
    return c->begins == run_sum(&c->paired, RUN(struct pair_counts, paired, begins_too_deep)) &&
           c->ends ==
               c->paired + run_sum(&c->orphan, RUN(struct pair_counts, orphan, ends_too_deep));
}
