/* SPDX-License-Identifier: Apache-2.0 */
#include "freeze.h"

#include "core.h"
#include "extras.h"
#include "ports/port.h"

void freeze_init(struct frozen *frozen, struct arena *arena, const struct perfd_config *config)
{
    frozen->records = arena_take(arena, config->lane_records, sizeof(struct lane_record));
    frozen->lane = arena_take(arena, config->lanes, sizeof(struct lane_copy));
    frozen->frame = arena_take(arena, config->frames, sizeof(struct frame));
}

uint32_t record_slots(const struct lane_record *record)
{
    return lane_kind_has_value(record->kind) ? 2 : 1;
}

uint64_t frozen_interval_ns(const struct frozen *frozen, uint32_t frame)
{
    const struct frame *f = &frozen->frame[frame];
    if (!f->has_interval)
        return 0;
    return f->presented_at_ns -
           (frame > 0 ? frozen->frame[frame - 1].presented_at_ns : frozen->before_ns);
}

static void copy_frames(struct frozen *frozen, const struct window *window)
{
    frozen->frame_count = 0;
    frozen->before_ns = window->before_ns;
    for (uint64_t seq = window_oldest(window); seq <= window->newest; seq++)
        frozen->frame[frozen->frame_count++] = *window_frame(window, seq);
}

/* --- Lanes ------------------------------------------------------------------------------------ */

static uint64_t within(const struct frozen *frozen, uint64_t time_ns)
{
    if (time_ns < frozen->start_ns)
        return frozen->start_ns;
    return time_ns < frozen->end_ns ? time_ns : frozen->end_ns;
}

static bool is_within(const struct frozen *frozen, uint64_t time_ns)
{
    return within(frozen, time_ns) == time_ns;
}

/* Gives the time of the oldest mark; *marks: how many there are. */
static uint64_t copy_records(struct perfd *perfd, struct lane *lane, uint64_t *marks)
{
    struct frozen *frozen = &perfd->trace.frozen;
    const struct lane_record *run = perfd->lanes.pool + lane->first;
    uint64_t first_ns = frozen->start_ns;
    uint64_t head = lane->head;
    if (lane_is_shared(lane)) {
        /* Into the copy, where what is not of the session's time makes way. */
        struct lane_record *copy = frozen->records + frozen->slot_count;
        head = lane_shared_look(perfd, lane, copy);
        log_lane_looked(perfd, lane);
        run = copy;
    }
    uint64_t held = head < lane->records ? head : lane->records;
    bool taking = false;
    *marks = 0;
    for (uint64_t at = head - held; at < head; at++) {
        const struct lane_record *slot = &run[at & (lane->records - 1)];
        if (slot->kind != LANE_VALUE) {
            if ((*marks)++ == 0)
                first_ns = slot->time_ns;
            taking = is_within(frozen, slot->time_ns);
            frozen->outside += !taking;
        }
        if (taking)
            frozen->records[frozen->slot_count++] = *slot;
    }
    return first_ns;
}

void lane_copy_start(const struct lane *lane, uint32_t first, struct lane_copy *out)
{
    *out = (struct lane_copy){
        .counts = lane->counts,
        .id = lane->id,
        .first = first,
        .name_length = lane->name_length,
    };
    for (uint32_t i = 0; i < sizeof out->name; i++)
        out->name[i] = lane->name[i];
    process_copy(lane, out);
}

static void copy_lane(struct perfd *perfd, struct lane *lane)
{
    struct frozen *frozen = &perfd->trace.frozen;
    struct lane_copy *copy = &frozen->lane[frozen->lane_count];
    lane_copy_start(lane, frozen->slot_count, copy);
    uint64_t marks;
    uint64_t first_ns = copy_records(perfd, lane, &marks);
    copy->counts = lane->counts;
    bool from_before = first_ns < frozen->start_ns;
    bool overwritten = lane->counts.overwritten > 0;
    copy->slots = frozen->slot_count - copy->first;
    copy->lossy = from_before || overwritten;
    copy->has_loss = !from_before && overwritten;
    copy->loss_ns = within(frozen, first_ns);
    copy->drop_ns = lane->dropped_ns;
    copy->has_drop = lane->dropped_ns != 0 && is_within(frozen, lane->dropped_ns);

    frozen->copied += marks;
    frozen->ledger_wrong = frozen->ledger_wrong || marks != lane->counts.resident;
    if (lane->closed == 0 || copy->slots > 0 || copy->has_loss || copy->has_drop)
        frozen->lane_count++;
}

struct lane *lanes_after(const struct lanes *lanes, uint32_t id)
{
    struct lane *next = NULL;
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane *lane = &lanes->lane[i];
        if (lane->id > id && (next == NULL || lane->id < next->id))
            next = lane;
    }
    return next;
}

void freeze_about(const struct perfd *perfd, const struct session *session, struct frozen *out)
{
    out->long_frame_ns = session->long_frame_ns;
    out->idle_gap_ns = session->idle_gap_ns;
    out->warmup_frames = session->warmup_frames;
    out->clock_name = perfd_port_clock_name(perfd->port);
    out->clock_step_ns = perfd_port_clock_step_ns(perfd->port);
    session_metrics(session, &out->metrics);
}

void freeze(struct perfd *perfd, const struct session *session, uint64_t now_ns)
{
    struct frozen *frozen = &perfd->trace.frozen;
    frozen->session = session->id;
    filter_freeze(perfd, session);
    oneshot_freeze(perfd, session);
    frozen->stopped = session->state == SESSION_STOPPED;
    frozen->start_ns = session->started_ns;
    frozen->end_ns = frozen->stopped ? session->stopped_ns : now_ns;
    frozen->dropped_at_end = session->unpresented;
    frozen->copied = frozen->outside = 0;
    freeze_about(perfd, session, frozen);

    copy_frames(frozen, &session->window);
    jank_freeze(perfd, session);
    frozen->lane_count = frozen->slot_count = 0;
    (void)ticks_look(perfd);
    log_look(perfd);
    struct lane *lane = NULL;
    while ((lane = lanes_after(&perfd->lanes, lane != NULL ? lane->id : 0)) != NULL)
        copy_lane(perfd, lane);
    frozen->total = lanes_total(&perfd->lanes);
    frozen->lane0 = perfd->lanes.none;
    extras_freeze(perfd, session, frozen->end_ns);
}
