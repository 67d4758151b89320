/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include "label.h"
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
        p->skipped += run[p->at].kind != LANE_PHASE;
        p->counts.begins_too_deep++;
        run[p->at].flags = COPY_UNPAIRED;
        return;
    }
    p->stack[p->depth++] = p->at;
}

/* What a begin and its end have in common: all phases one thing, other spans the name. */
static uint32_t key_of(const struct lane_record *record, const struct labels *labels)
{
    return record->kind == LANE_PHASE ? UINT32_MAX : label_name_place(labels, record->label);
}

/* How many spans are open up to and with the nearest that the record here may end; 0: none. */
static size_t find_open(const struct pairing *p, const struct lane_record *run,
                        const struct labels *labels)
{
    uint32_t key = key_of(&run[p->at], labels);
    size_t depth = p->depth;
    while (depth > 0 && key_of(&run[p->stack[depth - 1]], labels) != key)
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

static void end_span(struct pairing *p, struct lane_record *run, const struct labels *labels,
                     bool lossy)
{
    struct lane_record *end = &run[p->at];
    p->counts.ends++;
    end->flags = COPY_UNPAIRED;
    if (p->skipped > 0 && end->kind == PERFD_END) {
        p->skipped--;
        p->counts.ends_too_deep++;
        return;
    }
    size_t depth = find_open(p, run, labels);
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

/* One at most is open. Without a label it is only an end. */
static void change_phase(struct pairing *p, struct lane_record *run, const struct labels *labels,
                         bool lossy)
{
    uint16_t label = run[p->at].label;
    if (label == 0 || find_open(p, run, labels) > 0)
        end_span(p, run, labels, lossy);
    if (label != 0)
        open_span(p, run);
}

static void pair_record(struct pairing *p, struct lane_record *run, const struct labels *labels,
                        bool lossy)
{
    switch (run[p->at].kind) {
    case PERFD_BEGIN:
    case LANE_BEGIN_VALUE:
        open_span(p, run);
        break;
    case PERFD_END:
        end_span(p, run, labels, lossy);
        break;
    case LANE_PHASE:
        change_phase(p, run, labels, lossy);
        break;
    default:
        break;
    }
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
        for (; p->at < lane->slots && records > 0; p->at++, records--)
            pair_record(p, run, labels, lane->lossy);
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
