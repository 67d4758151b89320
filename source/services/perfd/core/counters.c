/* SPDX-License-Identifier: Apache-2.0 */
#include "counters_parts.h"
#include "run_log.h"
#include "text.h"

#define LANE_NAME "counters"

int perfd_counters_start(struct perfd *perfd, void *memory, size_t bytes)
{
    if (memory == NULL || bytes < sizeof(struct counter_memory))
        return PERFD_NO_SPACE;
    uint8_t *byte = memory;
    for (size_t i = 0; i < sizeof(struct counter_memory); i++)
        byte[i] = 0;
    perfd->counters = memory;
    return PERFD_OK;
}

struct perfd_counter_room *perfd_counter_room(struct perfd *perfd)
{
    return perfd->counters != NULL ? &perfd->counters->room : NULL;
}

/* --- Places ----------------------------------------------------------------------------------- */

static struct group *group_with(struct counter_memory *m, uint32_t id)
{
    for (size_t i = 0; m != NULL && i < PERFD_COUNTER_GROUPS; i++)
        if (m->group[i].id == id && id != 0)
            return &m->group[i];
    return NULL;
}

/* An open group of this client's by its id; NULL: none. */
static struct group *find_group(struct perfd *perfd, int client, uint32_t id)
{
    struct group *group = group_with(perfd->counters, id);
    return group != NULL && client != 0 && group->client == client ? group : NULL;
}

struct group *group_from(struct counter_memory *m, uint32_t from_id)
{
    struct group *found = NULL;
    for (size_t i = 0; i < PERFD_COUNTER_GROUPS; i++) {
        struct group *group = &m->group[i];
        if (group->id != 0 && group->id >= from_id && (found == NULL || group->id < found->id))
            found = group;
    }
    return found;
}

static struct group *group_named(struct counter_memory *m, int client, struct perfd_text name)
{
    for (size_t i = 0; i < PERFD_COUNTER_GROUPS; i++)
        if (m->group[i].id != 0 && m->group[i].client == client &&
            text_equal(text_of(m->group[i].name), name))
            return &m->group[i];
    return NULL;
}

static bool is_copied(const struct counter_memory *m, const struct group *group)
{
    for (uint32_t i = 0; i < m->copies; i++)
        if (&m->group[m->copied[i].group] == group)
            return true;
    return false;
}

static void give_away(struct counter_memory *m, struct group *group)
{
    for (uint32_t i = 0; i < group->count; i++)
        m->counter[group->first + i].taken = false;
    *group = (struct group){0};
}

/* The group whose client went first; false: none has. Those that a trace is made of stay. */
static bool reclaim(struct counter_memory *m)
{
    struct group *oldest = NULL;
    for (size_t i = 0; i < PERFD_COUNTER_GROUPS; i++) {
        struct group *group = &m->group[i];
        if (group->closed != 0 && !is_copied(m, group) &&
            (oldest == NULL || group->closed < oldest->closed))
            oldest = group;
    }
    if (oldest == NULL)
        return false;
    give_away(m, oldest);
    return true;
}

static struct group *free_group(struct counter_memory *m)
{
    for (size_t i = 0; i < PERFD_COUNTER_GROUPS; i++)
        if (m->group[i].id == 0)
            return &m->group[i];
    return NULL;
}

/* The lowest run of so many free counters. */
static bool free_run(const struct counter_memory *m, uint32_t count, uint32_t *first)
{
    uint32_t run = 0;
    for (uint32_t i = 0; i < PERFD_COUNTERS; i++) {
        run = m->counter[i].taken ? 0 : run + 1;
        if (run == count) {
            *first = i + 1 - count;
            return true;
        }
    }
    return false;
}

static struct group *make_place(struct counter_memory *m, uint32_t count, uint32_t *first)
{
    do {
        struct group *group = free_group(m);
        if (group != NULL && free_run(m, count, first))
            return group;
    } while (reclaim(m));
    return NULL;
}

/* --- Declaring -------------------------------------------------------------------------------- */

static bool name_is_there(const struct perfd_counter *counter, uint32_t count,
                          struct perfd_text name)
{
    for (uint32_t i = 0; i < count; i++)
        if (text_equal(counter[i].name, name))
            return true;
    return false;
}

static bool are_valid(const struct perfd_counter *counter, uint32_t count)
{
    if (count < 1 || count > PERFD_GROUP_COUNTERS)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!text_fits(counter[i].name, 1, PERFD_COUNTER_NAME_MAX) ||
            !text_fits(counter[i].unit, 0, PERFD_UNIT_MAX) ||
            (unsigned)counter[i].kind > PERFD_NS || name_is_there(counter, i, counter[i].name))
            return false;
    return true;
}

static bool are_the_same(const struct counter_memory *m, const struct group *group,
                         const struct perfd_counter *counter, uint32_t count)
{
    bool same = group->count == count;
    for (uint32_t i = 0; same && i < count; i++) {
        const struct counter *there = &m->counter[group->first + i];
        same = text_equal(text_of(there->name), counter[i].name) &&
               text_equal(text_of(there->unit), counter[i].unit) && there->kind == counter[i].kind;
    }
    return same;
}

static void declare(struct perfd *perfd, struct group *group, const struct perfd_counter *from,
                    struct counter *to)
{
    *to = (struct counter){
        .kind = (uint8_t)from->kind, .state = PERFD_COUNTER_WARMING, .taken = true};
    text_copy(to->name, from->name);
    text_copy(to->unit, from->unit);
    to->label = (uint16_t)labels_intern(
        perfd, group->client,
        &(struct perfd_label){.name = from->name, .category = text_of(group->name)});
}

int perfd_counter_group(struct perfd *perfd, int client, struct perfd_text name,
                        const struct perfd_counter *counter, uint32_t count)
{
    struct counter_memory *m = perfd->counters;
    if (m == NULL)
        return PERFD_UNSUPPORTED;
    const struct client *writer = clients_find(perfd, client);
    if (writer == NULL || !text_fits(name, 1, PERFD_CATEGORY_MAX) || !are_valid(counter, count))
        return PERFD_INVALID;
    struct group *group = group_named(m, client, name);
    if (group != NULL)
        return are_the_same(m, group, counter, count) ? (int)group->id : PERFD_INVALID;
    uint32_t first = 0;
    group = make_place(m, count, &first);
    if (group == NULL)
        return PERFD_NO_SPACE;
    *group = (struct group){.id = ++m->last_id,
                            .client = client,
                            .first = first,
                            .count = count,
                            .process = writer->process};
    text_copy(group->name, name);
    for (uint32_t i = 0; i < count; i++)
        declare(perfd, group, &counter[i], &m->counter[first + i]);
    log_group(perfd, client, group->id, name, counter, count);
    return (int)group->id;
}

/* --- Samples ---------------------------------------------------------------------------------- */

/* How much is new in a value. */
static int64_t amount_of(const struct counter *c, int64_t value)
{
    if (c->kind == PERFD_GAUGE || value < c->value)
        return value;
    return (int64_t)((uint64_t)value - (uint64_t)c->value);
}

static void take_value(struct counter *c, uint64_t seq, int64_t value)
{
    int64_t amount = 0;
    if (c->state == PERFD_COUNTER_WARMING && !c->waits) {
        c->state = PERFD_COUNTER_OK;
        c->ok_since = seq;
    }
    if (c->state == PERFD_COUNTER_OK) {
        amount = amount_of(c, value);
        c->value = value;
        c->total =
            c->kind == PERFD_GAUGE ? value : (int64_t)((uint64_t)c->total + (uint64_t)amount);
    }
    c->amount[seq % PERFD_SAMPLES] = amount;
}

/* The client's lane for all of its groups; NULL: there is no place for one. */
static struct lane *lane_of(struct perfd *perfd, struct group *group)
{
    struct counter_memory *m = perfd->counters;
    for (size_t i = 0; group->lane == 0 && i < PERFD_COUNTER_GROUPS; i++)
        if (m->group[i].client == group->client && m->group[i].id != 0)
            group->lane = m->group[i].lane;
    struct lane *lane = lanes_find(perfd, group->client, group->lane);
    if (lane != NULL)
        return lane;
    lane = lanes_open(perfd, group->client, (struct perfd_text){LANE_NAME, sizeof LANE_NAME - 1}, 0,
                      false);
    group->lane = lane != NULL ? lane->id : 0;
    return lane;
}

bool counters_have_lane(const struct perfd *perfd, const struct lane *lane)
{
    const struct counter_memory *m = perfd->counters;
    for (size_t i = 0; m != NULL && i < PERFD_COUNTER_GROUPS; i++)
        if (m->group[i].id != 0 && m->group[i].lane == lane->id)
            return true;
    return false;
}

/* What is new of a sample, for traces. */
static void mark_changes(struct perfd *perfd, struct group *group, uint64_t time_ns)
{
    struct counter_memory *m = perfd->counters;
    if (sessions_that_run(perfd) == 0)
        return;
    struct lane *lane = lane_of(perfd, group);
    if (lane == NULL)
        return;
    if (time_ns < lane->last_ns)
        time_ns = lane->last_ns; /* another group's sample was ahead of it */
    for (uint32_t i = 0; i < group->count; i++) {
        struct counter *c = &m->counter[group->first + i];
        int64_t amount = c->amount[group->samples % PERFD_SAMPLES];
        if (c->state != PERFD_COUNTER_OK || (c->is_marked && c->marked == amount))
            continue;
        if (oneshot_is_full(perfd, lane, 2))
            return;
        lane_write(
            &perfd->lanes, lane,
            &(struct lane_record){.time_ns = time_ns, .label = c->label, .kind = PERFD_COUNTER},
            (uint64_t)amount);
        c->marked = amount;
        c->is_marked = true;
    }
}

int perfd_counter_sample(struct perfd *perfd, int client, uint32_t id, const int64_t *value,
                         uint32_t count, uint64_t time_ns, uint64_t now_ns)
{
    struct group *group = find_group(perfd, client, id);
    if (perfd->counters == NULL)
        return PERFD_UNSUPPORTED;
    if (group == NULL)
        return PERFD_NOT_FOUND;
    uint64_t last_ns = group->samples > 0 ? sample_ns(group, group->samples) : 0;
    if (time_ns == 0)
        time_ns = now_ns > last_ns ? now_ns : last_ns;
    if (count != group->count || time_ns < last_ns || too_far_ahead(time_ns, now_ns))
        return PERFD_INVALID;
    uint64_t seq = ++group->samples;
    group->time_ns[seq % (PERFD_SAMPLES + 1)] = time_ns;
    for (uint32_t i = 0; i < count; i++)
        take_value(&perfd->counters->counter[group->first + i], seq, value[i]);
    mark_changes(perfd, group, time_ns);
    log_sample(perfd, client, id, value, count, time_ns, now_ns);
    return PERFD_OK;
}

int perfd_counter_begin_at(struct perfd *perfd, int client, uint32_t id, const int64_t *value,
                           uint32_t count)
{
    struct group *group = find_group(perfd, client, id);
    if (group == NULL || group->count != count)
        return PERFD_NOT_FOUND;
    for (uint32_t i = 0; i < count; i++) {
        struct counter *c = &perfd->counters->counter[group->first + i];
        if (c->state == PERFD_COUNTER_WARMING)
            c->value = value[i];
    }
    return PERFD_OK;
}

int perfd_counter_set_state(struct perfd *perfd, int client, uint32_t id, uint32_t first,
                            uint32_t count, enum perfd_counter_state state,
                            struct perfd_text reason)
{
    struct group *group = find_group(perfd, client, id);
    if (perfd->counters == NULL)
        return PERFD_UNSUPPORTED;
    if (group == NULL)
        return PERFD_NOT_FOUND;
    if (count < 1 || first >= group->count || count > group->count - first ||
        (unsigned)state >= PERFD_COUNTER_STATES || !text_fits(reason, 0, PERFD_REASON_MAX))
        return PERFD_INVALID;
    for (uint32_t i = 0; i < count; i++) {
        struct counter *c = &perfd->counters->counter[group->first + first + i];
        bool stays_ok = state == PERFD_COUNTER_OK && c->state == PERFD_COUNTER_OK;
        if (!stays_ok)
            c->state = state == PERFD_COUNTER_OK ? PERFD_COUNTER_WARMING : (uint8_t)state;
        c->waits = state == PERFD_COUNTER_WARMING;
        for (size_t at = 0; at < sizeof c->reason; at++)
            c->reason[at] = '\0';
        text_copy(c->reason, reason);
    }
    log_counter_state(perfd, client, id, first, count, state, reason);
    return PERFD_OK;
}

/* --- Sessions and clients --------------------------------------------------------------------- */

void counters_session_starts(struct perfd *perfd, const struct session *s)
{
    struct counter_memory *m = perfd->counters;
    for (size_t i = 0; m != NULL && i < PERFD_COUNTERS; i++) {
        m->counter[i].session[s - perfd->sessions.slot] = m->counter[i].total;
        m->counter[i].is_marked = false; /* so that its trace begins with a value */
    }
}

void counters_session_stops(struct perfd *perfd, const struct session *s)
{
    struct counter_memory *m = perfd->counters;
    for (size_t i = 0; m != NULL && i < PERFD_COUNTERS; i++) {
        int64_t *part = &m->counter[i].session[s - perfd->sessions.slot];
        *part = counter_in_session(&m->counter[i], *part);
    }
}

void counters_client_closed(struct perfd *perfd, int client)
{
    struct counter_memory *m = perfd->counters;
    for (size_t i = 0; m != NULL && i < PERFD_COUNTER_GROUPS; i++)
        if (m->group[i].id != 0 && m->group[i].client == client) {
            m->group[i].client = 0;
            m->group[i].closed = ++m->last_closed;
        }
}

/* --- Figures ---------------------------------------------------------------------------------- */

uint32_t counter_samples(const struct group *group, const struct counter *c, uint32_t most)
{
    if (c->state != PERFD_COUNTER_OK || group->samples < c->ok_since)
        return 0;
    uint64_t there = group->samples - c->ok_since + 1;
    return there < most ? (uint32_t)there : most;
}

static void insert(int64_t *sorted, uint32_t count, int64_t value)
{
    uint32_t place = count;
    for (; place > 0 && sorted[place - 1] > value; place--)
        sorted[place] = sorted[place - 1];
    sorted[place] = value;
}

void counter_figures(struct counter_memory *m, const struct counter *c, uint64_t newest,
                     uint32_t samples, struct counter_figures *out)
{
    *out = (struct counter_figures){.samples = samples, .state = c->state};
    if (samples == 0)
        return;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < samples; i++) {
        int64_t amount = c->amount[(newest - i) % PERFD_SAMPLES];
        sum += (uint64_t)amount;
        insert(m->sorted, i, amount);
    }
    out->sum = (int64_t)sum;
    out->last = c->amount[newest % PERFD_SAMPLES];
    out->total = c->total;
    out->max = m->sorted[samples - 1];
    /* The nearest rank: the smallest that at least 95 % are not above. */
    out->p95 = m->sorted[(95 * samples + 99) / 100 - 1];
}

static uint32_t in_window(const struct group *group)
{
    return group->samples < PERFD_SAMPLES ? (uint32_t)group->samples : PERFD_SAMPLES;
}

int perfd_read_group(const struct perfd *perfd, uint32_t from_id, struct perfd_group_info *out)
{
    if (perfd->counters == NULL)
        return PERFD_UNSUPPORTED;
    const struct group *found = group_from(perfd->counters, from_id);
    if (found == NULL)
        return PERFD_NOT_FOUND;
    *out = (struct perfd_group_info){
        .id = found->id,
        .pid = found->process.pid,
        .closed = found->closed != 0,
        .counters = found->count,
        .samples = found->samples,
        .last_ns = found->samples > 0 ? sample_ns(found, found->samples) : 0,
        .window_samples = in_window(found),
        .window_ns = window_ns(found, found->samples, in_window(found)),
    };
    text_copy(out->name, text_of(found->name));
    text_copy(out->process, text_of(found->process.name));
    return PERFD_OK;
}

int perfd_read_counter(struct perfd *perfd, uint32_t group_id, uint32_t index,
                       struct perfd_counter_info *out)
{
    struct counter_memory *m = perfd->counters;
    const struct group *group = group_with(m, group_id);
    struct counter_figures figures;
    if (group == NULL || index >= group->count)
        return PERFD_NOT_FOUND;
    const struct counter *c = &m->counter[group->first + index];
    counter_figures(m, c, group->samples, counter_samples(group, c, in_window(group)), &figures);
    *out = (struct perfd_counter_info){
        .kind = (enum perfd_counter_kind)c->kind,
        .state = (enum perfd_counter_state)c->state,
        .samples = figures.samples,
        .last = figures.last,
        .total = figures.total,
        .sum = figures.sum,
        .p95 = figures.p95,
        .max = figures.max,
    };
    text_copy(out->name, text_of(c->name));
    text_copy(out->unit, text_of(c->unit));
    text_copy(out->reason, text_of(c->reason));
    return PERFD_OK;
}

int perfd_read_sample(const struct perfd *perfd, uint32_t group_id, uint64_t after_seq,
                      struct perfd_counter_sample *out, int64_t amount[PERFD_GROUP_COUNTERS])
{
    const struct counter_memory *m = perfd->counters;
    const struct group *group = group_with(perfd->counters, group_id);
    if (group == NULL || after_seq >= group->samples)
        return PERFD_NOT_FOUND;
    uint64_t seq = after_seq + 1;
    if (group->samples - seq >= PERFD_SAMPLES)
        seq = group->samples - PERFD_SAMPLES + 1;
    *out = (struct perfd_counter_sample){.seq = seq, .time_ns = sample_ns(group, seq)};
    for (uint32_t i = 0; i < group->count; i++)
        amount[i] = m->counter[group->first + i].amount[seq % PERFD_SAMPLES];
    return PERFD_OK;
}

/* --- For a run log ---------------------------------------------------------------------------- */

/* In pieces: what the group is, and what its counters were at last. */
static void log_group_there(struct perfd *perfd, const struct group *group)
{
    struct counter_memory *m = perfd->counters;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct counter *c = &m->counter[group->first + i];
        m->room.counter[i] = (struct perfd_counter){text_of(c->name), text_of(c->unit),
                                                    (enum perfd_counter_kind)c->kind};
        m->room.value[i] = c->value;
    }
    log_group(perfd, group->client, group->id, text_of(group->name), m->room.counter, group->count);
    log_values_there(perfd, group->client, group->id, m->room.value, group->count);
    for (uint32_t i = 0; i < group->count; i++) {
        const struct counter *c = &m->counter[group->first + i];
        if (c->state != PERFD_COUNTER_OK && (c->state != PERFD_COUNTER_WARMING || c->waits))
            log_counter_state(perfd, group->client, group->id, i, 1,
                              (enum perfd_counter_state)c->state, text_of(c->reason));
    }
}

void counters_log_there(struct perfd *perfd)
{
    const struct counter_memory *m = perfd->counters;
    for (size_t i = 0; m != NULL && i < PERFD_COUNTER_GROUPS; i++)
        if (m->group[i].id != 0 && m->group[i].client != 0)
            log_group_there(perfd, &m->group[i]);
}
