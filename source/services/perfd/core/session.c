/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "core.h"
#include "marker.h"
#include "ports/port.h"
#include "put.h"

#define BUDGET_LEAST_NS UINT64_C(1000)
#define BUDGET_MOST_NS  UINT64_C(10000000000)

void sessions_init(struct sessions *m, struct arena *a, const struct perfd_config *config)
{
    m->slots = config->sessions;
    m->frames = config->frames;
    m->next_id = 1;
    m->slot = arena_take(a, m->slots, PERFD_SESSION_BYTES);
    m->histograms = arena_take(a, m->slots, sizeof(struct histogram));
    m->rings = arena_take(a, m->slots, m->frames * sizeof(struct frame));
    m->orders = arena_take(a, m->slots, WINDOW_ORDERS * order_words(m->frames) * sizeof *m->orders);
}

void sessions_begin(struct sessions *m)
{
    uint64_t *orders = m->orders;
    for (size_t i = 0; i < m->slots; i++) {
        m->slot[i].histogram = &m->histograms[i];
        orders = window_reset(&m->slot[i].window, m->rings + i * m->frames, m->frames, orders);
    }
}

bool session_name_valid(struct perfd_text name)
{
    if (name.length == 0 || name.length > PERFD_NAME_MAX || name.bytes[0] == '.')
        return false;
    for (uint32_t i = 0; i < name.length; i++) {
        if (!put_is_plain(name.bytes[i]))
            return false;
    }
    return true;
}

bool session_budget_valid(uint64_t budget_ns)
{
    return budget_ns >= BUDGET_LEAST_NS && budget_ns <= BUDGET_MOST_NS;
}

uint64_t session_long_frame_ns(const struct session *s, uint64_t budget_ns)
{
    if (s->long_frame_ns != 0)
        return s->long_frame_ns;
    return budget_ns + (budget_ns + 1) / 2;
}

/* A slot for a new session: a free one, else that of the session which stopped first. NULL: none.
 */
static struct session *slot_for_start(struct perfd *perfd)
{
    struct sessions *m = &perfd->sessions;
    struct session *best = NULL;
    for (size_t i = 0; i < m->slots; i++) {
        struct session *s = &m->slot[i];
        if (s->state == SESSION_FREE)
            return s;
        if (s->state != SESSION_STOPPED)
            continue;
        if (best == NULL || s->stop_number < best->stop_number)
            best = s;
    }
    return best;
}

static int start_session(struct perfd *perfd, int client, const struct perfd_start *start,
                         uint64_t now_ns)
{
    struct sessions *m = &perfd->sessions;
    if (clients_find(perfd, client) == NULL || !session_name_valid(start->name) ||
        !session_budget_valid(start->budget_ns) || !filter_valid(start)) {
        perfd_reject(perfd, PERFD_REJECT_INVALID);
        return PERFD_INVALID;
    }
    struct session *s = slot_for_start(perfd);
    if (s == NULL || m->next_id > INT32_MAX) {
        perfd_reject(perfd, PERFD_REJECT_OVER_LIMIT);
        return PERFD_BUSY;
    }

    struct histogram *histogram = s->histogram;
    struct frame *ring = s->window.ring;
    uint64_t *orders = s->window.interval.bound;
    *s = (struct session){
        .state = SESSION_RUNNING,
        .id = m->next_id++,
        .owner = client,
        .name_length = (uint8_t)start->name.length,
        .budget_ns = start->budget_ns,
        .long_frame_ns = start->long_frame_ns,
        .idle_gap_ns = start->idle_gap_ns,
        .warmup_frames = start->warmup_frames,
        .started_ns = now_ns,
        .exact = true,
        .histogram = histogram,
    };
    for (uint32_t i = 0; i < start->name.length; i++)
        s->name[i] = start->name.bytes[i];
    filter_choose(s, start);
    oneshot_choose(perfd, s, start);
    counters_session_starts(perfd, s);
    (void)window_reset(&s->window, ring, m->frames, orders);
    histogram_reset(histogram);
    perfd_port_marks_enable(perfd->port, true);
    marker_start(perfd, s);
    return (int)s->id;
}

int perfd_start(struct perfd *perfd, int client, const struct perfd_start *start, uint64_t now_ns)
{
    int id = start_session(perfd, client, start, now_ns);
    log_start(perfd, client, start, now_ns, id);
    return id;
}

int perfd_stop(struct perfd *perfd, int client, uint32_t session, uint64_t now_ns,
               struct perfd_metrics *out)
{
    int error = PERFD_OK;
    struct session *s = sessions_running(perfd, client, session, &error);
    if (s == NULL) {
        if (error == PERFD_INVALID)
            perfd_reject(perfd, PERFD_REJECT_INVALID);
        return error;
    }
    jank_session_stops(perfd, s);
    oneshot_stops(perfd, s);
    counters_session_stops(perfd, s);
    /* No frame will come that could carry these. */
    if (s->ticks > s->warmup_frames)
        s->dropped += s->unpresented;
    s->state = SESSION_STOPPED;
    s->stopped_ns = now_ns;
    s->stop_number = ++perfd->sessions.stops;
    perfd_port_marks_enable(perfd->port, sessions_that_run(perfd) != 0);
    trace_session_stopped(perfd, s);

    session_metrics(s, out);
    marker_stop(perfd, s, out);
    log_stop(perfd, s);
    return PERFD_OK;
}

uint32_t sessions_that_run(const struct perfd *perfd)
{
    uint32_t running = 0;
    for (size_t i = 0; i < perfd->sessions.slots; i++)
        running |= (uint32_t)(perfd->sessions.slot[i].state == SESSION_RUNNING) << i;
    return running;
}

struct session *sessions_find(const struct perfd *perfd, uint32_t id)
{
    const struct sessions *m = &perfd->sessions;
    for (size_t i = 0; i < m->slots; i++) {
        if (m->slot[i].state != SESSION_FREE && m->slot[i].id == id)
            return &m->slot[i];
    }
    return NULL;
}

/* What session 0 may mean. Each may be NULL. */
struct candidates {
    struct session *own;     /* running, and started last by this client */
    struct session *newest;  /* running, and started last of all */
    struct session *stopped; /* stopped last */
    uint32_t running;
};

static struct candidates candidates(const struct perfd *perfd, int client)
{
    const struct sessions *m = &perfd->sessions;
    struct candidates c = {.own = NULL};
    for (size_t i = 0; i < m->slots; i++) {
        struct session *s = &m->slot[i];
        if (s->state == SESSION_RUNNING) {
            c.running++;
            if (c.newest == NULL || s->id > c.newest->id)
                c.newest = s;
            if (client >= 1 && s->owner == client && (c.own == NULL || s->id > c.own->id))
                c.own = s;
        } else if (s->state == SESSION_STOPPED) {
            if (c.stopped == NULL || s->stop_number > c.stopped->stop_number)
                c.stopped = s;
        }
    }
    return c;
}

struct session *sessions_running(const struct perfd *perfd, int client, uint32_t id, int *error)
{
    *error = PERFD_NOT_FOUND;
    if (id != 0) {
        struct session *s = sessions_find(perfd, id);
        return s != NULL && s->state == SESSION_RUNNING ? s : NULL;
    }
    struct candidates c = candidates(perfd, client);
    if (c.own != NULL)
        return c.own;
    if (c.running > 1) {
        *error = PERFD_INVALID;
        return NULL;
    }
    return c.newest;
}

struct session *sessions_readable(const struct perfd *perfd, int client, uint32_t id)
{
    if (id != 0)
        return sessions_find(perfd, id);
    struct candidates c = candidates(perfd, client);
    if (c.own != NULL)
        return c.own;
    return c.newest != NULL ? c.newest : c.stopped;
}

struct session *sessions_exportable(const struct perfd *perfd, uint32_t id)
{
    if (id != 0)
        return sessions_find(perfd, id);
    struct candidates c = candidates(perfd, 0);
    return c.stopped != NULL ? c.stopped : c.newest;
}

void sessions_client_closed(struct perfd *perfd, int client)
{
    struct sessions *m = &perfd->sessions;
    for (size_t i = 0; i < m->slots; i++) {
        if (m->slot[i].owner == client)
            m->slot[i].owner = 0;
        if (m->slot[i].ticker == client)
            m->slot[i].ticker = 0;
    }
}
