/* SPDX-License-Identifier: Apache-2.0 */
#include "server/service.h"

/* Times lie in a tick as they lie in a FrameTick. */
#define TICK(member, FIELD)                                                                        \
    _Static_assert(offsetof(struct perfd_tick, member) - offsetof(struct perfd_tick, frame_id) ==  \
                       PERF_FRAME_TICK_AT_##FIELD - PERF_FRAME_TICK_AT_FRAME_ID,                   \
                   #member)
TICK(presented_at_ns, PRESENTED_AT_NS);
TICK(began_at_ns, BEGAN_AT_NS);
TICK(deadline_at_ns, DEADLINE_AT_NS);
TICK(phase_ns[PERFD_UI], UI_NS);
TICK(phase_ns[PERFD_LAYOUT], LAYOUT_NS);
TICK(phase_ns[PERFD_RENDER], RENDER_NS);
TICK(phase_ns[PERFD_PRESENT], PRESENT_NS);
TICK(input_at_ns, INPUT_AT_NS);
TICK(budget_ns, BUDGET_NS);

struct perfd_tick read_tick(struct perf_frame_tick_reader from)
{
    struct perfd_tick tick;
    uint64_t *to = &tick.frame_id;
    for (uint32_t i = 0; i < RUN(struct perfd_tick, frame_id, budget_ns); i++)
        to[i] = nx_get_u64(from.s, PERF_FRAME_TICK_AT_FRAME_ID + 8 * i);
    tick.session = perf_frame_tick_get_session_id(from);
    tick.presented = perf_frame_tick_get_presented(from);
    tick.after_idle = perf_frame_tick_get_after_idle(from);
    return tick;
}

/* The kinds of marks that records are; a flow's further steps follow its start. */
static const uint8_t mark_kinds[] = {
    [PERF_RECORD_BEGIN] = PERFD_BEGIN,         [PERF_RECORD_END] = PERFD_END,
    [PERF_RECORD_INSTANT] = PERFD_INSTANT,     [PERF_RECORD_COUNTER] = PERFD_COUNTER,
    [PERF_RECORD_FLOW] = PERFD_FLOW_START,     [PERF_RECORD_ASYNC_BEGIN] = PERFD_ASYNC_BEGIN,
    [PERF_RECORD_ASYNC_END] = PERFD_ASYNC_END,
};
_Static_assert((int)PERFD_FLOW_STEP - (int)PERFD_FLOW_START == (int)PERF_FLOW_STEP_STEP &&
                   (int)PERFD_FLOW_END - (int)PERFD_FLOW_START == (int)PERF_FLOW_STEP_END,
               "the steps of a flow are in one order");
_Static_assert(PERF_RECORD_FLOW_AT_ID == PERF_RECORD_AT_COUNTER &&
                   PERF_RECORD_AT_ASYNC_BEGIN == PERF_RECORD_AT_COUNTER &&
                   PERF_RECORD_AT_ASYNC_END == PERF_RECORD_AT_COUNTER,
               "whatever has a value has it in one place");

/* The union's part of a mark; PERFD_INVALID for a kind that this version does not know. */
static int read_kind(struct perf_record_reader from, struct perfd_mark *to)
{
    enum perf_record_which which = perf_record_which(from);
    enum perf_flow_step step = PERF_FLOW_STEP_START;
    if (which == PERF_RECORD_FLOW)
        step = perf_record_flow_get_step(perf_record_get_flow(from));
    if (which == PERF_RECORD_UNKNOWN || step == PERF_FLOW_STEP_UNKNOWN)
        return PERFD_INVALID;
    to->kind = (enum perfd_mark_kind)(mark_kinds[which] + step);
    to->value = perf_record_get_counter(from);
    return 0;
}

int read_mark(struct perf_record_reader from, struct perfd_mark *to)
{
    to->lane = perf_record_get_lane(from);
    to->label = perf_record_get_label(from);
    to->name = text_in(perf_record_get_name(from));
    to->time_ns = perf_record_get_time_ns(from);
    return read_kind(from, to);
}

int read_counters(struct perf_counter_definition_list_reader from, struct perfd_counter *to)
{
    uint32_t count = perf_counter_definition_list_length(from);
    if (count > PERFD_GROUP_COUNTERS)
        return PERFD_INVALID;
    for (uint32_t i = 0; i < count; i++) {
        struct perf_counter_definition_reader one = perf_counter_definition_list_at(from, i);
        to[i] = (struct perfd_counter){
            .name = text_in(perf_counter_definition_get_name(one)),
            .unit = text_in(perf_counter_definition_get_unit(one)),
            .kind = (enum perfd_counter_kind)perf_counter_definition_get_kind(one),
        };
    }
    return (int)count;
}

int read_values(struct nx_i64_list_reader from, int64_t *to)
{
    uint32_t count = nx_i64_list_length(from);
    if (count > PERFD_GROUP_COUNTERS)
        return PERFD_INVALID;
    for (uint32_t i = 0; i < count; i++)
        to[i] = nx_i64_list_at(from, i);
    return (int)count;
}

int read_hotspots(struct perf_hotspot_list_reader from, struct perfd_hotspot *to)
{
    uint32_t count = perf_hotspot_list_length(from);
    if (count > PERFD_HOTSPOTS_BATCH)
        return PERFD_INVALID;
    for (uint32_t i = 0; i < count; i++) {
        struct perf_hotspot_reader one = perf_hotspot_list_at(from, i);
        to[i] = (struct perfd_hotspot){perf_hotspot_get_key(one), perf_hotspot_get_hits(one),
                                       perf_hotspot_get_weight(one), perf_hotspot_get_error(one)};
    }
    return (int)count;
}
