/* SPDX-License-Identifier: Apache-2.0 */
/* A frame tick: checked whole before anything of it is kept. */
#include "core.h"

#define AHEAD_MOST_NS UINT64_C(1000000000)

/* Do the phases overflow when they are summed? */
static bool phases_overflow(const struct perfd_tick *tick)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < PERFD_PHASES; i++) {
        sum += tick->phase_ns[i];
        if (sum < tick->phase_ns[i])
            return true;
    }
    return false;
}

/* Is it more than 1 s ahead of the clock? */
static bool too_far_ahead(uint64_t at_ns, uint64_t now_ns)
{
    return at_ns > now_ns && at_ns - now_ns > AHEAD_MOST_NS;
}

static bool last_shown(const struct session *s, uint64_t *at_ns)
{
    if (s->window.newest == 0)
        return false;
    *at_ns = window_frame(&s->window, s->window.newest)->presented_at_ns;
    return true;
}

/* The counter of the reason to refuse this tick, shown or thrown away at at_ns; NULL: it is fine.
 */
static uint64_t *why_refuse(struct health *health, const struct session *s,
                            const struct perfd_tick *tick, uint64_t at_ns, uint64_t now_ns)
{
    uint64_t last_ns = 0;
    /* A frame that was never shown need not say when. */
    bool has_time = tick->presented || tick->presented_at_ns != 0;
    if (has_time && last_shown(s, &last_ns) && at_ns <= last_ns)
        return &health->ticks_backwards;
    if (too_far_ahead(at_ns, now_ns))
        return &health->ticks_future;
    if (s->ticks > 0 && tick->frame_id <= s->last_frame_id)
        return &health->ticks_invalid;
    if (tick->budget_ns != 0 && !session_budget_valid(tick->budget_ns))
        return &health->ticks_invalid;
    if (tick->began_at_ns > at_ns || tick->input_at_ns > at_ns || phases_overflow(tick))
        return &health->ticks_invalid;
    return NULL;
}

/* Why a frame that is long, late or missed a vsync is janky. */
static enum frame_cause cause_of(const struct frame *f)
{
    if (f->over_budget)
        return CAUSE_APP;
    return frame_work_ns(f) != 0 ? CAUSE_PIPELINE : CAUSE_UNKNOWN;
}

/* The frame for the ring, flags and all. *interval_ns: 0 where it has none. */
static struct frame make_frame(const struct session *s, const struct perfd_tick *tick,
                               uint64_t at_ns, bool counted, uint64_t *interval_ns)
{
    uint64_t budget_ns = tick->budget_ns != 0 ? tick->budget_ns : s->budget_ns;
    uint64_t unpresented = s->unpresented;
    if (unpresented > FRAME_UNPRESENTED_MAX)
        unpresented = FRAME_UNPRESENTED_MAX;

    uint64_t last_ns = 0;
    bool first = !last_shown(s, &last_ns);
    bool idle = tick->after_idle || s->idle_pending;
    if (!first && s->idle_gap_ns != 0 && at_ns - last_ns > s->idle_gap_ns)
        idle = true;
    uint64_t interval = first || idle ? 0 : at_ns - last_ns;

    struct frame f = {
        .frame_id = tick->frame_id,
        .presented_at_ns = at_ns,
        .began_at_ns = tick->began_at_ns,
        .deadline_at_ns = tick->deadline_at_ns,
        .input_at_ns = tick->input_at_ns,
        .budget_ns = budget_ns & ((UINT64_C(1) << 34) - 1),
        .unpresented = unpresented & FRAME_UNPRESENTED_MAX,
        .counted = counted,
        .has_interval = interval != 0,
        .is_long = interval != 0 && interval >= session_long_frame_ns(s, budget_ns),
        .dropped = frame_missing(interval, budget_ns, unpresented) > 0,
        .idle = idle,
    };
    for (unsigned i = 0; i < PERFD_PHASES; i++)
        f.phase_ns[i] = tick->phase_ns[i];
    /* More than half a budget late: twice the lateness might not fit. */
    f.late = tick->deadline_at_ns != 0 && at_ns > tick->deadline_at_ns &&
             at_ns - tick->deadline_at_ns > budget_ns / 2;
    f.over_budget = frame_work_ns(&f) > budget_ns;
    bool missed_vsync = frame_missing(interval, budget_ns, 0) > 0;
    if (counted && !idle && (f.is_long || f.late || missed_vsync))
        f.cause = cause_of(&f) & 7;
    *interval_ns = interval;
    return f;
}

/* Adds a counted frame to the session's totals. */
static void add_totals(struct session *s, const struct frame *f, uint64_t interval_ns)
{
    s->frames++;
    s->long_frames += f->is_long;
    s->late += f->late;
    s->dropped += frame_missing(interval_ns, f->budget_ns, s->unpresented);
    if (f->has_interval) {
        s->interval_count++;
        s->interval_ns += interval_ns;
        if (interval_ns > s->longest_ns)
            s->longest_ns = interval_ns;
        histogram_add(s->histogram, interval_ns);
    }
    switch ((enum frame_cause)f->cause) {
    case CAUSE_NONE:
        break;
    case CAUSE_APP:
        s->jank_app++;
        break;
    case CAUSE_GPU:
        s->jank_gpu++;
        break;
    case CAUSE_PIPELINE:
        s->jank_pipeline++;
        break;
    case CAUSE_UNKNOWN:
        s->jank_unknown++;
        break;
    }
}

static void accept(struct session *s, int client, const struct perfd_tick *tick, uint64_t at_ns)
{
    bool counted = s->ticks >= s->warmup_frames;
    if (s->ticks == s->warmup_frames)
        s->unpresented = 0; /* those of the warm-up are in no metric */
    s->ticks++;
    s->ticker = client;
    s->last_frame_id = tick->frame_id;

    if (!tick->presented) {
        s->unpresented++;
        /* The gap to the next frame shown holds the idle time too. */
        s->idle_pending = s->idle_pending || tick->after_idle;
        s->jank_dropped += counted && !tick->after_idle;
        return;
    }
    uint64_t interval_ns = 0;
    struct frame f = make_frame(s, tick, at_ns, counted, &interval_ns);
    if (counted)
        add_totals(s, &f, interval_ns);
    if (window_push(&s->window, &f))
        s->exact = false;
    s->unpresented = 0;
    s->idle_pending = false;
}

int perfd_tick(struct perfd *perfd, int client, const struct perfd_tick *tick, uint64_t now_ns)
{
    struct health *health = &perfd->health;
    int error = PERFD_OK;
    struct session *s = sessions_running(perfd, client, tick->session, &error);
    if (s == NULL && error == PERFD_NOT_FOUND) {
        health->ticks_no_session++;
        return PERFD_NOT_FOUND;
    }
    if (s != NULL && s->ticker != 0 && s->ticker != client) {
        health->ticks_busy++;
        return PERFD_BUSY;
    }
    uint64_t at_ns = tick->presented_at_ns != 0 ? tick->presented_at_ns : now_ns;
    uint64_t *refused = &health->ticks_invalid;
    if (s != NULL && clients_find(perfd, client) != NULL)
        refused = why_refuse(health, s, tick, at_ns, now_ns);
    if (refused != NULL) {
        ++*refused;
        perfd_reject(perfd, PERFD_REJECT_INVALID);
        return PERFD_INVALID;
    }
    accept(s, client, tick, at_ns);
    return PERFD_OK;
}
