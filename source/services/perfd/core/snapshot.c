/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots: what the trace's copy would be of a few frames, kept while recording goes on. */
#include "apart.h"

#include "extras.h"
#include "jank_parts.h"

bool snapshot_is(uint32_t session)
{
    return session > INT32_MAX;
}

const struct snapshot *snapshot_find(const struct jank_memory *m, uint32_t id)
{
    for (size_t i = 0; i < PERFD_SNAPSHOTS; i++)
        if (id != 0 && m->snapshot[i].info.id == id)
            return &m->snapshot[i];
    return NULL;
}

/* A free place, else the oldest one's. */
static struct snapshot *find_place(struct jank_memory *m)
{
    struct snapshot *place = &m->snapshot[0];
    for (size_t i = 1; i < PERFD_SNAPSHOTS; i++)
        if (m->snapshot[i].info.id < place->info.id)
            place = &m->snapshot[i];
    return place;
}

/* --- Its frames ------------------------------------------------------------------------------- */

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

APART void copy_frames(struct perfd *perfd, const struct session *s, uint64_t about,
                       struct snapshot *out)
{
    const struct window *w = &s->window;
    const struct jank_session *part = &perfd->jank->session[s - perfd->sessions.slot];
    struct frozen *z = &out->copy;
    uint64_t first = window_oldest(w), last = smaller(w->newest, about + PERFD_SNAPSHOT_AFTER);
    if (about > first + PERFD_SNAPSHOT_BEFORE)
        first = about - PERFD_SNAPSHOT_BEFORE;
    if (last >= first + perfd->config.frames)
        last = first + perfd->config.frames - 1;
    z->before_ns =
        first > window_oldest(w) ? window_frame(w, first - 1)->presented_at_ns : w->before_ns;
    z->frame_count = 0;
    for (uint64_t seq = first; seq <= last; seq++) {
        const struct frame *f = window_frame(w, seq);
        out->gpu[z->frame_count] = part->gpu[f - w->ring];
        z->frame[z->frame_count++] = *f;
    }
}

/* From where the first of them began to where the last one was shown, or the jank was. */
static void set_time(uint64_t jank_ns, struct frozen *z)
{
    z->start_ns = z->end_ns = jank_ns;
    for (uint32_t i = 0; i < z->frame_count; i++) {
        const struct frame *f = &z->frame[i];
        uint64_t began_ns = f->presented_at_ns - frozen_interval_ns(z, i);
        if (f->began_at_ns != 0)
            began_ns = smaller(began_ns, f->began_at_ns);
        z->start_ns = smaller(z->start_ns, began_ns);
        if (f->presented_at_ns > z->end_ns)
            z->end_ns = f->presented_at_ns;
    }
}

/* --- Its lanes -------------------------------------------------------------------------------- */

/* Adds a mark of so many slots; false: there is no room. */
static bool add(struct frozen *z, struct lane_copy *copy, const struct lane_record *slots,
                uint32_t count, uint32_t room)
{
    if (z->slot_count + count > room) {
        if (!copy->has_loss)
            copy->loss_ns = slots[0].time_ns;
        copy->has_loss = copy->lossy = true;
        copy->counts.overwritten++;
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        z->records[z->slot_count++] = slots[i];
    z->copied++;
    return true;
}

static void add_open(struct perfd *perfd, struct frozen *z, struct lane_copy *copy, uint32_t room)
{
    const struct jank_memory *m = perfd->jank;
    for (size_t i = 0; i < m->scratch.lane[0].depth; i++) {
        const struct why_open *open = &m->scratch.open[i];
        const struct lane_record begin = {
            .time_ns = z->start_ns,
            .label = open->label,
            .kind = open->kind == LANE_PHASE ? LANE_PHASE : PERFD_BEGIN,
        };
        (void)add(z, copy, &begin, 1, room);
    }
}

/* The lane's marks of that time, behind begins of the spans that were open when it began. */
APART void copy_marks(struct perfd *perfd, struct lane *lane, struct frozen *z,
                      struct lane_copy *copy)
{
    struct jank_memory *m = perfd->jank;
    struct why_lane *at = &m->scratch.lane[0];
    const struct lane_source *source = &m->source;
    struct lane_record *slots = m->slots;
    uint32_t room = perfd->config.lane_records < PERFD_SNAPSHOT_RECORDS ? perfd->config.lane_records
                                                                        : PERFD_SNAPSHOT_RECORDS;
    lane_source_live(perfd, lane, &m->source);
    *at = (struct why_lane){.id = 0};
    why_settle(at, lane->id, lane->shared, source);
    m->why.to_ns = z->start_ns - 1;
    bool any_before = false;
    while (why_next(perfd, &m->why, at, source, slots)) {
        any_before = true;
        why_apply(perfd, &m->why, at, m->scratch.open, &slots[0]);
    }
    add_open(perfd, z, copy, room);
    m->why.to_ns = z->end_ns;
    for (bool first = true; why_next(perfd, &m->why, at, source, slots); first = false) {
        if (first && !any_before && source->begin > 0) {
            copy->lossy = copy->has_loss = true;
            copy->loss_ns = slots[0].time_ns;
        }
        (void)add(z, copy, slots, lane_kind_has_value(slots[0].kind) ? 2 : 1, room);
    }
}

APART void copy_lanes(struct perfd *perfd, const struct session *s, struct frozen *z)
{
    struct lane *lane = NULL;
    perfd->jank->why.filter = &s->filter;
    perfd->jank->why.since_ns = s->started_ns;
    z->lane_count = z->slot_count = 0;
    z->copied = z->outside = 0;
    jank_look(perfd);
    while ((lane = lanes_after(&perfd->lanes, lane != NULL ? lane->id : 0)) != NULL) {
        struct lane_copy *copy = &z->lane[z->lane_count];
        if (lane->shared == LANE_OF_TICKS)
            continue;
        lane_copy_start(lane, z->slot_count, copy);
        copy_marks(perfd, lane, z, copy);
        copy->slots = z->slot_count - copy->first;
        if (lane->closed == 0 || copy->slots > 0)
            z->lane_count++;
    }
}

/* --- Taking one ------------------------------------------------------------------------------- */

static void take(struct perfd *perfd, const struct session *s, struct snapshot_wait *wait)
{
    struct jank_memory *m = perfd->jank;
    struct snapshot *out = find_place(m);
    struct frozen *z = &out->copy;
    wait->session = 0;
    out->info = wait->info;
    out->info.id = PERFD_SNAPSHOT_ID(++m->snapshots);
    out->filter = s->filter;
    copy_frames(perfd, s, wait->frame, out);
    set_time(wait->info.to_ns, z);
    freeze_about(perfd, s, z);
    z->session = out->info.id;
    z->stopped = false;
    z->dropped_at_end = 0;
    copy_lanes(perfd, s, z);
    z->total = lanes_total(&perfd->lanes);
    z->lane0 = perfd->lanes.none;
    out->info.frames = z->frame_count;
    out->info.records = z->copied;
    out->info.from_ns = z->start_ns;
    out->info.to_ns = z->end_ns;
}

void snapshot_jank(struct perfd *perfd, const struct session *s, const struct perfd_jank *jank,
                   uint64_t now_ns)
{
    struct jank_memory *m = perfd->jank;
    struct snapshot_wait *wait = &m->wait[jank->cause];
    if (now_ns < m->rests_until_ns[jank->cause] || wait->session != 0 || m->snapshots == INT32_MAX)
        return;
    m->rests_until_ns[jank->cause] = now_ns + PERFD_SNAPSHOT_REST_NS;
    *wait = (struct snapshot_wait){
        .session = s->id,
        .frame = s->window.newest + (jank->cause == PERFD_CAUSE_DROPPED),
        .info = {.session = s->id,
                 .jank_seq = jank->seq,
                 .frame_id = jank->frame_id,
                 .cause = jank->cause,
                 .to_ns = jank->shown_at_ns},
    };
    for (size_t i = 0; i < s->name_length; i++)
        wait->info.name[i] = s->name[i];
}

void snapshot_frame(struct perfd *perfd, const struct session *s)
{
    for (size_t i = 0; i < PERFD_CAUSES; i++) {
        struct snapshot_wait *wait = &perfd->jank->wait[i];
        if (wait->session == s->id && s->window.newest >= wait->frame + PERFD_SNAPSHOT_AFTER)
            take(perfd, s, wait);
    }
}

void jank_session_stops(struct perfd *perfd, const struct session *s)
{
    if (perfd->jank == NULL)
        return;
    perfd->jank->looked = false;
    for (size_t i = 0; i < PERFD_CAUSES; i++)
        if (perfd->jank->wait[i].session == s->id)
            take(perfd, s, &perfd->jank->wait[i]);
}

/* --- Using one -------------------------------------------------------------------------------- */

bool snapshot_freeze(struct perfd *perfd, uint32_t id)
{
    struct jank_memory *m = perfd->jank;
    const struct snapshot *s = m != NULL ? snapshot_find(m, id) : NULL;
    struct frozen *z = &perfd->trace.frozen;
    if (s == NULL)
        return false;
    struct lane_record *records = z->records;
    struct lane_copy *lane = z->lane;
    struct frame *frame = z->frame;
    *z = s->copy;
    z->records = records;
    z->lane = lane;
    z->frame = frame;
    for (uint32_t i = 0; i < z->slot_count; i++)
        z->records[i] = s->copy.records[i];
    for (uint32_t i = 0; i < z->lane_count; i++)
        z->lane[i] = s->copy.lane[i];
    for (uint32_t i = 0; i < z->frame_count; i++) {
        z->frame[i] = s->copy.frame[i];
        m->copy_gpu[i] = s->gpu[i];
    }
    perfd->trace.filtering.filter = s->filter;
    m->copy_has = false;
    extras_freeze(perfd, NULL, 0);
    return true;
}

void snapshots_see(struct perfd *perfd)
{
    struct jank_memory *m = perfd->jank;
    for (size_t i = 0; m != NULL && i < PERFD_SNAPSHOTS; i++)
        labels_see(&perfd->labels, m->snapshot[i].copy.records, m->snapshot[i].copy.slot_count);
}

int perfd_next_snapshot(const struct perfd *perfd, uint32_t above_id, struct perfd_snapshot *out)
{
    const struct jank_memory *m = perfd->jank;
    const struct perfd_snapshot *next = NULL;
    if (m == NULL)
        return PERFD_UNSUPPORTED;
    for (size_t i = 0; i < PERFD_SNAPSHOTS; i++) {
        const struct perfd_snapshot *info = &m->snapshot[i].info;
        if (info->id > above_id && (next == NULL || info->id < next->id))
            next = info;
    }
    if (next == NULL)
        return PERFD_NOT_FOUND;
    *out = *next;
    return (int)(next->id & INT32_MAX);
}
