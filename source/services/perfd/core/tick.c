/* SPDX-License-Identifier: Apache-2.0 */
/* A frame tick: checked whole before anything of it is kept. */
#include "core.h"

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

/* A frame that was shown, and what follows from when. */
struct shown {
    uint64_t at_ns;
    uint64_t budget_ns;   /* in force for it */
    uint64_t interval_ns; /* 0: none */
    uint64_t missed;      /* vsyncs */
    bool counted, idle;
};

/* The time since the last frame shown; 0: that is no interval. *idle: the gap was on purpose. */
static uint64_t interval_before(const struct session *s, const struct perfd_tick *tick,
                                uint64_t at_ns, bool *idle)
{
    uint64_t last_ns = 0;
    bool first = !last_shown(s, &last_ns);
    *idle = tick->after_idle || s->idle_pending;
    if (!first && s->idle_gap_ns != 0 && at_ns - last_ns > s->idle_gap_ns)
        *idle = true;
    return first || *idle ? 0 : at_ns - last_ns;
}

/* More than half a budget after its deadline; twice the lateness might not fit. */
static bool is_late(const struct perfd_tick *tick, uint64_t at_ns, uint64_t budget_ns)
{
    return tick->deadline_at_ns != 0 && at_ns > tick->deadline_at_ns &&
           at_ns - tick->deadline_at_ns > budget_ns / 2;
}

/* A frame as the ring keeps it, complete. Made at once: flags set one by one in memory would cost
 * more than all else here. */
static struct frame make_frame(const struct session *s, const struct perfd_tick *tick,
                               const struct shown *shown)
{
    uint64_t budget_ns = shown->budget_ns, interval_ns = shown->interval_ns;
    uint64_t unpresented = s->unpresented;
    if (unpresented > FRAME_UNPRESENTED_MAX)
        unpresented = FRAME_UNPRESENTED_MAX;
    bool is_long = interval_ns != 0 && interval_ns >= session_long_frame_ns(s, budget_ns);
    bool late = is_late(tick, shown->at_ns, budget_ns);
    uint64_t work_ns = 0;
    for (unsigned i = 0; i < PERFD_PHASES; i++)
        work_ns += tick->phase_ns[i];
    enum frame_cause cause = CAUSE_NONE;
    if (shown->counted && !shown->idle && (is_long || late || shown->missed > 0))
        cause = frame_cause(work_ns, 0, budget_ns);

    return (struct frame){
        .frame_id = tick->frame_id,
        .presented_at_ns = shown->at_ns,
        .phase_ns = {tick->phase_ns[PERFD_UI], tick->phase_ns[PERFD_LAYOUT],
                     tick->phase_ns[PERFD_RENDER], tick->phase_ns[PERFD_PRESENT]},
        .began_at_ns = tick->began_at_ns,
        .deadline_at_ns = tick->deadline_at_ns,
        .input_at_ns = tick->input_at_ns,
        .budget_ns = budget_ns & FRAME_BUDGET_MASK,
        .unpresented = unpresented & FRAME_UNPRESENTED_MAX,
        .counted = shown->counted,
        .has_interval = interval_ns != 0,
        .is_long = is_long,
        .late = late,
        .dropped = shown->missed > 0 || unpresented > 0,
        .idle = shown->idle,
        .over_budget = work_ns > budget_ns,
        .cause = cause & 7u,
    };
}

/* Adds a counted frame to the session's totals. */
static void add_totals(struct session *s, const struct frame *f, const struct shown *shown)
{
    uint64_t interval_ns = shown->interval_ns;
    s->frames++;
    s->long_frames += f->is_long;
    s->late += f->late;
    s->dropped += shown->missed > s->unpresented ? shown->missed : s->unpresented;
    if (interval_ns != 0) {
        s->interval_count++;
        s->interval_ns += interval_ns;
        if (interval_ns > s->longest_ns)
            s->longest_ns = interval_ns;
        histogram_add(s->histogram, interval_ns);
    }
    if (f->cause != CAUSE_NONE)
        s->jank[f->cause]++;
}

static void accept_shown(struct session *s, const struct perfd_tick *tick, uint64_t at_ns,
                         bool counted)
{
    struct shown shown = {.at_ns = at_ns, .counted = counted};
    shown.budget_ns = tick->budget_ns != 0 ? tick->budget_ns : s->budget_ns;
    shown.interval_ns = interval_before(s, tick, at_ns, &shown.idle);
    shown.missed = frame_missed(shown.interval_ns, shown.budget_ns);
    struct frame f = make_frame(s, tick, &shown);
    if (counted)
        add_totals(s, &f, &shown);
    if (window_push(&s->window, &f, shown.interval_ns, shown.missed))
        s->exact = false;
    s->unpresented = 0;
    s->idle_pending = false;
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
        s->jank[CAUSE_NONE] += counted && !tick->after_idle;
        return;
    }
    accept_shown(s, tick, at_ns, counted);
}

static int take(struct perfd *perfd, int client, const struct perfd_tick *tick, uint64_t now_ns)
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
    if (s != NULL && oneshot_refuses(s))
        return PERFD_NO_SPACE;
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
    jank_ticked(perfd, s, tick, at_ns, now_ns);
    return PERFD_OK;
}

/* What a log needs of the lanes for it stands in front of it. */
int perfd_tick(struct perfd *perfd, int client, const struct perfd_tick *tick, uint64_t now_ns)
{
    int result = take(perfd, client, tick, now_ns);
    log_tick(perfd, client, tick, now_ns);
    return result;
}
