/* SPDX-License-Identifier: Apache-2.0 */
#include "jank.h"

#include "jank_parts.h"
#include "json.h"
#include "perfd/run_log.h"
#include "ports/port.h"
#include "text.h"
#include "trace_parts.h"

#define SECOND_NS UINT64_C(1000000000)

/* --- Memory ----------------------------------------------------------------------------------- */

size_t perfd_jank_bytes(const struct perfd_config *c)
{
    if (perfd_arena_bytes(c) == 0)
        return 0;
    return PERFD_JANK_BYTES((size_t)c->sessions, (size_t)c->frames, (size_t)c->lanes,
                            (size_t)c->labels, (size_t)c->span_depth);
}

static struct why_walker take_walker(struct arena *a, const struct perfd_config *c)
{
    return (struct why_walker){
        .lane = arena_take(a, c->lanes, sizeof(struct why_lane)),
        .open = arena_take(a, c->lanes, c->span_depth * sizeof(struct why_open)),
    };
}

int perfd_jank_start(struct perfd *perfd, void *memory, size_t bytes)
{
    const struct perfd_config *c = &perfd->config;
    struct jank_memory *m = memory;
    if (memory == NULL || bytes < perfd_jank_bytes(c))
        return PERFD_NO_SPACE;
    for (size_t i = 0; i < bytes / 8; i++)
        ((uint64_t *)memory)[i] = 0;
    struct arena a = {.base = memory, .used = (sizeof *m + 7) / 8 * 8};
    m->session = arena_take(&a, c->sessions, sizeof(struct jank_session));
    for (size_t i = 0; i < c->sessions; i++) {
        m->session[i].gpu = arena_take(&a, c->frames, sizeof(struct jank_gpu));
        m->session[i].walker = take_walker(&a, c);
    }
    m->copy_gpu = arena_take(&a, c->frames, sizeof(struct jank_gpu));
    m->copy = take_walker(&a, c);
    m->scratch = take_walker(&a, c);
    m->why = (struct why){
        .lanes = c->lanes,
        .span_depth = c->span_depth,
        .labels = c->labels,
        .self_ns = arena_take(&a, c->labels, sizeof(uint64_t)),
        .touched = arena_take(&a, c->labels, sizeof(uint16_t)),
    };
    for (size_t i = 0; i < PERFD_SNAPSHOTS; i++) {
        struct snapshot *s = &m->snapshot[i];
        s->copy.records = arena_take(&a, PERFD_SNAPSHOT_RECORDS, sizeof(struct lane_record));
        s->copy.lane = arena_take(&a, c->lanes, sizeof(struct lane_copy));
        s->copy.frame = arena_take(&a, PERFD_SNAPSHOT_FRAMES, sizeof(struct frame));
        s->gpu = arena_take(&a, PERFD_SNAPSHOT_FRAMES, sizeof(struct jank_gpu));
    }
    perfd->jank = m;
    return PERFD_OK;
}

void walker_reset(const struct perfd *perfd, struct why_walker *walker)
{
    for (size_t i = 0; i < perfd->config.lanes; i++)
        walker->lane[i] = (struct why_lane){.id = 0};
}

void walker_copy(const struct perfd *perfd, struct why_walker *to, const struct why_walker *from)
{
    for (size_t i = 0; i < perfd->config.lanes; i++) {
        to->lane[i] = from->lane[i];
        for (size_t d = 0; d < from->lane[i].depth; d++)
            walker_open(perfd, to, i)[d] = walker_open(perfd, from, i)[d];
    }
}

/* The session's part; made its own where it was another's. */
static struct jank_session *part_of(struct perfd *perfd, const struct session *s)
{
    struct jank_session *part = &perfd->jank->session[s - perfd->sessions.slot];
    if (part->id == s->id)
        return part;
    *part = (struct jank_session){.id = s->id, .gpu = part->gpu, .walker = part->walker};
    for (size_t i = 0; i < perfd->config.frames; i++)
        part->gpu[i] = (struct jank_gpu){0};
    walker_reset(perfd, &part->walker);
    return part;
}

void jank_look(struct perfd *perfd)
{
    if (perfd->jank->looked)
        return;
    perfd->jank->looked = true;
    (void)ticks_look(perfd);
    log_look(perfd);
    perfd_log_gather(perfd, 0);
}

/* --- Why -------------------------------------------------------------------------------------- */

/* Walks all lanes up to to_ns and adds what is in from_ns..to_ns. */
static void walk_lanes(struct perfd *perfd, const struct session *s, struct why_walker *walker,
                       uint64_t from_ns, uint64_t to_ns)
{
    struct why *why = &perfd->jank->why;
    why->filter = &s->filter;
    why->since_ns = s->started_ns;
    why->from_ns = from_ns;
    why->to_ns = to_ns;
    for (size_t i = 0; i < perfd->lanes.count; i++) {
        struct lane *lane = &perfd->lanes.lane[i];
        struct lane_source source;
        if (lane->id == 0 || lane->shared == LANE_OF_TICKS)
            continue;
        lane_source_live(perfd, lane, &source);
        why_settle(&walker->lane[i], lane->id, lane->shared, &source);
        why_walk(perfd, why, &walker->lane[i], walker_open(perfd, walker, i), &source);
    }
}

/* A frame that was thrown away shares its interval with the next: its walker goes no further than
 * to where the interval begins. */
static void find_why(struct perfd *perfd, const struct session *s, struct perfd_jank *jank)
{
    struct jank_memory *m = perfd->jank;
    struct why_walker *walker = &part_of(perfd, s)->walker;
    uint64_t from_ns = jank->shown_at_ns - jank->interval_ns;
    jank_look(perfd);
    if (jank->cause == PERFD_CAUSE_DROPPED) {
        walk_lanes(perfd, s, walker, from_ns, from_ns);
        walker_copy(perfd, &m->scratch, walker);
        walker = &m->scratch;
    }
    walk_lanes(perfd, s, walker, from_ns, jank->shown_at_ns);
    jank->whys = why_take(perfd, &m->why, jank->why);
}

/* --- The marker ------------------------------------------------------------------------------- */

/* A label that would make the line too long is left out. */
static void put_why_line(struct put *p, const struct perfd_jank *jank)
{
    bool any = false;
    for (uint32_t i = 0; i < jank->whys; i++) {
        struct put before = *p;
        if (any)
            put_char(p, ',');
        put_percent_escaped(p, jank->why[i].label, jank->why[i].length);
        put_char(p, ':');
        put_fixed(p, jank->why[i].self_ns, 6, 3);
        if (p->overflow || p->length == p->size)
            *p = before;
        else
            any = true;
    }
    put_text(p, any ? "\n" : "-\n");
}

static void print(struct perfd *perfd, const struct perfd_jank *jank, uint64_t now_ns)
{
    struct jank_memory *m = perfd->jank;
    uint64_t *oldest_ns = &m->line_ns[m->lines % PERFD_JANK_LINES];
    if (m->lines >= PERFD_JANK_LINES && now_ns - *oldest_ns < SECOND_NS) {
        m->lines_held_back++;
        return;
    }
    *oldest_ns = now_ns;
    m->lines++;
    struct put p = {.bytes = m->line, .size = sizeof m->line};
    uint64_t over_ns =
        jank->interval_ns > jank->budget_ns ? jank->interval_ns - jank->budget_ns : 0;
    put_text(&p, "perf: jank frame=");
    put_u64(&p, jank->frame_id);
    put_char(&p, ' ');
    if (jank->interval_ns != 0)
        put_fixed(&p, jank->interval_ns, 6, 3);
    else
        put_char(&p, '-');
    put_text(&p, " over=");
    put_fixed(&p, over_ns, 6, 3);
    put_text(&p, " why=");
    put_why_line(&p, jank);
    perfd_port_marker(perfd->port, p.bytes, p.length);
}

/* --- A tick ----------------------------------------------------------------------------------- */

static void keep(struct perfd *perfd, const struct session *s, struct perfd_jank *jank,
                 uint64_t now_ns)
{
    struct jank_memory *m = perfd->jank;
    jank->session = s->id;
    jank->seq = ++m->janks;
    if (jank->interval_ns != 0)
        find_why(perfd, s, jank);
    print(perfd, jank, now_ns);
    snapshot_jank(perfd, s, jank, now_ns);
}

static struct perfd_jank *next_jank(struct perfd *perfd)
{
    struct jank_memory *m = perfd->jank;
    struct perfd_jank *jank = &m->jank[(m->janks + 1) % PERFD_JANKS];
    *jank = (struct perfd_jank){.seq = 0};
    return jank;
}

/* The frame that has just taken a place in the ring: another's figures stood there. */
static void forget_gpu(struct jank_session *part, struct jank_gpu *gpu)
{
    if (gpu->gpu_ns != 0 && gpu->work_ns != 0) {
        part->gpu_frames--;
        part->gpu_ns -= gpu->gpu_ns;
        part->work_ns -= gpu->work_ns;
    }
    *gpu = (struct jank_gpu){0};
}

static void shown(struct perfd *perfd, struct session *s, uint64_t now_ns)
{
    const struct window *w = &s->window;
    const struct frame *f = window_frame(w, w->newest);
    struct jank_session *part = part_of(perfd, s);
    forget_gpu(part, &part->gpu[f - w->ring]);
    if (f->cause != CAUSE_NONE) {
        struct perfd_jank *jank = next_jank(perfd);
        jank->frame_id = f->frame_id;
        jank->shown_at_ns = f->presented_at_ns;
        jank->interval_ns = window_interval_ns(w, w->newest);
        jank->budget_ns = f->budget_ns;
        jank->work_ns = frame_work_ns(f);
        jank->cause = (enum perfd_cause)f->cause;
        keep(perfd, s, jank, now_ns);
    }
    snapshot_frame(perfd, s);
}

_Static_assert((int)PERFD_CAUSE_APP == (int)CAUSE_APP && (int)PERFD_CAUSE_GPU == (int)CAUSE_GPU &&
                   (int)PERFD_CAUSE_PIPELINE == (int)CAUSE_PIPELINE &&
                   (int)PERFD_CAUSE_UNKNOWN == (int)CAUSE_UNKNOWN,
               "a frame's cause is a jank's");

static void thrown_away(struct perfd *perfd, struct session *s, const struct perfd_tick *tick,
                        uint64_t at_ns, uint64_t now_ns)
{
    const struct window *w = &s->window;
    struct perfd_jank *jank = next_jank(perfd);
    jank->frame_id = tick->frame_id;
    jank->shown_at_ns = at_ns;
    jank->budget_ns = tick->budget_ns != 0 ? tick->budget_ns : s->budget_ns;
    for (unsigned i = 0; i < PERFD_PHASES; i++)
        jank->work_ns += tick->phase_ns[i];
    if (w->newest > 0) {
        uint64_t last_ns = window_frame(w, w->newest)->presented_at_ns;
        jank->interval_ns = at_ns > last_ns ? at_ns - last_ns : 0;
    }
    keep(perfd, s, jank, now_ns);
}

void jank_ticked(struct perfd *perfd, struct session *s, const struct perfd_tick *tick,
                 uint64_t at_ns, uint64_t now_ns)
{
    if (perfd->jank == NULL)
        return;
    perfd->jank->ticks++;
    perfd->jank->looked = false;
    if (tick->presented)
        shown(perfd, s, now_ns);
    else if (s->ticks > s->warmup_frames && !tick->after_idle)
        thrown_away(perfd, s, tick, at_ns, now_ns);
}

uint64_t perfd_ticks_taken(const struct perfd *perfd)
{
    return perfd->jank != NULL ? perfd->jank->ticks : 0;
}

/* --- GPU times -------------------------------------------------------------------------------- */

/* The window's frame with this id; NULL: it is not there. Ids rise. */
static struct frame *frame_by_id(const struct window *w, uint64_t frame_id)
{
    uint64_t from = window_oldest(w), end = w->newest + 1;
    while (from < end) {
        uint64_t middle = from + (end - from) / 2;
        const struct frame *f = window_frame(w, middle);
        if (f->frame_id == frame_id)
            return &w->ring[f - w->ring];
        if (f->frame_id < frame_id)
            from = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

static void set_cause(struct perfd *perfd, struct session *s, struct frame *f, uint64_t gpu_ns)
{
    struct jank_memory *m = perfd->jank;
    if (f->cause == CAUSE_NONE)
        return;
    enum frame_cause cause = frame_cause(frame_work_ns(f), gpu_ns, f->budget_ns);
    s->jank[f->cause]--;
    s->jank[cause]++;
    f->cause = cause & 7u;
    for (size_t i = 0; i < PERFD_JANKS; i++)
        if (m->jank[i].session == s->id && m->jank[i].frame_id == f->frame_id &&
            m->jank[i].cause != PERFD_CAUSE_DROPPED) {
            m->jank[i].gpu_ns = gpu_ns;
            m->jank[i].cause = (enum perfd_cause)cause;
        }
}

static int amend(struct perfd *perfd, int client, uint32_t session, uint64_t frame_id,
                 uint64_t gpu_ns)
{
    int error = PERFD_OK;
    struct session *s = sessions_running(perfd, client, session, &error);
    if (s == NULL)
        return error;
    if (s->ticker != 0 && s->ticker != client)
        return PERFD_BUSY;
    if (gpu_ns == 0 || gpu_ns > PERFD_GPU_NS_MAX || clients_find(perfd, client) == NULL)
        return PERFD_INVALID;
    struct frame *f = frame_by_id(&s->window, frame_id);
    if (f == NULL)
        return PERFD_NOT_FOUND;
    struct jank_session *part = part_of(perfd, s);
    struct jank_gpu *gpu = &part->gpu[f - s->window.ring];
    uint64_t work_ns = f->counted ? frame_work_ns(f) : 0;
    forget_gpu(part, gpu);
    gpu->gpu_ns = (uint32_t)gpu_ns;
    gpu->work_ns = work_ns < UINT32_MAX ? (uint32_t)work_ns : UINT32_MAX;
    if (gpu->work_ns != 0) {
        part->gpu_frames++;
        part->gpu_ns += gpu->gpu_ns;
        part->work_ns += gpu->work_ns;
    }
    set_cause(perfd, s, f, gpu_ns);
    return PERFD_OK;
}

int perfd_amend_frame(struct perfd *perfd, int client, uint32_t session, uint64_t frame_id,
                      uint64_t gpu_ns, uint64_t now_ns)
{
    if (perfd->jank == NULL)
        return PERFD_UNSUPPORTED;
    int result = amend(perfd, client, session, frame_id, gpu_ns);
    if (result == PERFD_INVALID)
        perfd_reject(perfd, PERFD_REJECT_INVALID);
    log_amend(perfd, client, session, frame_id, gpu_ns, now_ns);
    return result;
}

/* --- Asking ----------------------------------------------------------------------------------- */

int perfd_read_janks(const struct perfd *perfd, int client, uint32_t session, uint64_t after_seq,
                     struct perfd_jank *out, uint32_t max, uint64_t *missed)
{
    const struct jank_memory *m = perfd->jank;
    *missed = 0;
    if (m == NULL)
        return PERFD_UNSUPPORTED;
    const struct session *s = sessions_readable(perfd, client, session);
    if (s == NULL)
        return PERFD_NOT_FOUND;
    uint64_t gone = m->janks > PERFD_JANKS ? m->janks - PERFD_JANKS : 0;
    if (after_seq < gone) {
        *missed = gone - after_seq;
        after_seq = gone;
    }
    uint32_t count = 0;
    for (uint64_t seq = after_seq + 1; seq <= m->janks && count < max; seq++)
        if (m->jank[seq % PERFD_JANKS].session == s->id) {
            if (out != NULL)
                out[count] = m->jank[seq % PERFD_JANKS];
            count++;
        }
    return (int)count;
}

static void read_gpu(const struct jank_session *part, struct perfd_gpu *out)
{
    *out = (struct perfd_gpu){.frames = part->gpu_frames};
    if (part->gpu_frames == 0)
        return;
    out->gpu_avg_ns = wide_scale(part->gpu_ns, 1, part->gpu_frames);
    out->work_avg_ns = wide_scale(part->work_ns, 1, part->gpu_frames);
    out->bound = part->gpu_ns > part->work_ns ? PERFD_BOUND_GPU : PERFD_BOUND_CPU;
}

int perfd_read_gpu(const struct perfd *perfd, int client, uint32_t session, struct perfd_gpu *out)
{
    *out = (struct perfd_gpu){.frames = 0};
    if (perfd->jank == NULL)
        return PERFD_UNSUPPORTED;
    const struct session *s = sessions_readable(perfd, client, session);
    if (s == NULL)
        return PERFD_NOT_FOUND;
    const struct jank_session *part = &perfd->jank->session[s - perfd->sessions.slot];
    if (part->id == s->id)
        read_gpu(part, out);
    out->lines_held_back = perfd->jank->lines_held_back;
    return PERFD_OK;
}

/* --- The trace -------------------------------------------------------------------------------- */

void jank_freeze(struct perfd *perfd, const struct session *s)
{
    struct jank_memory *m = perfd->jank;
    if (m == NULL)
        return;
    const struct window *w = &s->window;
    struct jank_session *part = part_of(perfd, s);
    uint32_t count = 0;
    for (uint64_t seq = window_oldest(w); seq <= w->newest; seq++)
        m->copy_gpu[count++] = part->gpu[window_frame(w, seq) - w->ring];
    m->copy_session = *part;
    m->copy_has = false;
}

/* Passes ask for frames in their order, and start again. */
static void find_copy_why(struct perfd *perfd, uint32_t frame)
{
    struct jank_memory *m = perfd->jank;
    const struct frozen *z = &perfd->trace.frozen;
    struct why *why = &m->why;
    if (m->copy_has && m->copy_frame == frame)
        return;
    if (!m->copy_has || frame < m->copy_frame)
        walker_reset(perfd, &m->copy);
    uint64_t interval_ns = frozen_interval_ns(z, frame);
    why->filter = &perfd->trace.filtering.filter;
    why->since_ns = 0;
    why->to_ns = z->frame[frame].presented_at_ns;
    why->from_ns = why->to_ns - interval_ns;
    for (size_t i = 0; i < z->lane_count; i++) {
        struct lane_source source;
        lane_source_copy(z->records, &z->lane[i], &source);
        why_settle(&m->copy.lane[i], z->lane[i].id, false, &source);
        why_walk(perfd, why, &m->copy.lane[i], walker_open(perfd, &m->copy, i), &source);
    }
    m->copy_whys = why_take(perfd, why, m->copy_why);
    m->copy_frame = frame;
    m->copy_has = true;
}

/* One entry, or nothing where it would leave no room for what is behind it. */
static bool put_one_why(const struct perfd_why *why, bool first, struct put *p)
{
    static const char tail[] = "]}}";
    struct put before = *p;
    put_text(p, first ? ",\"why\":[" : ",");
    json_put(p, "{label:", NULL);
    json_put_string(p, (struct perfd_text){why->label, why->length});
    json_put(p, "ms%m}", &why->self_ns);
    if (!p->overflow && p->size - p->length >= sizeof tail)
        return true;
    *p = before;
    return false;
}

void jank_put_frame(const struct perfd *perfd, uint32_t frame, struct put *p)
{
    struct jank_memory *m = perfd->jank;
    if (m == NULL)
        return;
    const struct frame *f = &perfd->trace.frozen.frame[frame];
    uint64_t gpu_ns = m->copy_gpu[frame].gpu_ns;
    json_put(p, "[gpu%m]", &gpu_ns);
    if (f->cause == CAUSE_NONE)
        return;
    find_copy_why((struct perfd *)(uintptr_t)perfd, frame);
    bool any = false;
    for (uint32_t i = 0; i < m->copy_whys; i++)
        any = put_one_why(&m->copy_why[i], !any, p) || any;
    if (any)
        put_char(p, ']');
}

static void put_snapshot(const struct perfd_snapshot *info, struct put *p)
{
    const uint64_t figures[] = {info->id & INT32_MAX, info->frame_id};
    json_put(p, "snapshot:{number%uframeId%ucause:'", figures);
    put_text(p, cause_name(info->cause));
    json_put(p, "'}", NULL);
}

void jank_put_other(const struct perfd *perfd, struct put *p)
{
    static const char bounds[] = "unknown\0cpu\0gpu"; /* in the order of enum perfd_bound */
    const struct jank_memory *m = perfd->jank;
    if (m == NULL)
        return;
    const struct snapshot *snapshot = snapshot_find(m, perfd->trace.frozen.session);
    if (snapshot != NULL) {
        put_snapshot(&snapshot->info, p);
        return;
    }
    struct perfd_gpu gpu;
    read_gpu(&m->copy_session, &gpu);
    json_put(p, "gpu:{frames%nworkAvg%mgpuAvg%mbound:'",
             (const uint64_t[]){gpu.frames, gpu.work_avg_ns, gpu.gpu_avg_ns});
    put_text(p, text_nth(bounds, gpu.bound));
    json_put(p, "'}", NULL);
}
