/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace has of groups of counters besides their values in it: the figures of its session. */
#include "counters_parts.h"
#include "json.h"
#include "text.h"
#include "trace_parts.h"

#define VALUES(...) ((const uint64_t[]){__VA_ARGS__})

/* --- The copy --------------------------------------------------------------------------------- */

/* The last of its samples that is not after this time; 0: none that is still there. */
static uint64_t newest_until(const struct group *group, uint64_t end_ns)
{
    uint64_t seq = group->samples;
    uint64_t gone = seq > PERFD_SAMPLES ? seq - PERFD_SAMPLES : 0;
    while (seq > gone && sample_ns(group, seq) > end_ns)
        seq--;
    return seq > gone ? seq : 0;
}

/* How many samples up to this one are of the session and still there. */
static uint32_t samples_since(const struct group *group, uint64_t newest, uint64_t start_ns)
{
    uint32_t count = 0, most = PERFD_SAMPLES - (uint32_t)(group->samples - newest);
    while (count < most && newest > count && sample_ns(group, newest - count) > start_ns)
        count++;
    return count;
}

static void copy_counter(struct counter_memory *m, const struct group *group,
                         const struct counter *c, const struct session *s, size_t slot,
                         uint64_t newest, uint32_t samples)
{
    uint32_t ok = counter_samples(group, c, PERFD_SAMPLES);
    uint32_t later = (uint32_t)(group->samples - newest);
    ok = ok > later ? ok - later : 0;
    struct counter_figures *to = &m->copy[c - m->counter];
    counter_figures(m, c, newest, ok < samples ? ok : samples, to);
    if (c->kind == PERFD_GAUGE)
        to->total = to->last;
    else
        to->total = s->state == SESSION_STOPPED ? c->session[slot]
                                                : counter_in_session(c, c->session[slot]);
}

void counters_freeze(struct perfd *perfd, const struct session *s, uint64_t end_ns)
{
    struct counter_memory *m = perfd->counters;
    if (m == NULL)
        return;
    m->copies = 0;
    if (s == NULL)
        return;
    for (const struct group *group = group_from(m, 0); group != NULL;
         group = group_from(m, group->id + 1)) {
        uint64_t newest = newest_until(group, end_ns);
        uint32_t samples = newest > 0 ? samples_since(group, newest, s->started_ns) : 0;
        if (samples == 0)
            continue;
        m->copied[m->copies++] = (struct group_copy){
            .group = (uint32_t)(group - m->group),
            .samples = samples,
            .window_ns = window_ns(group, newest, samples),
        };
        for (uint32_t i = 0; i < group->count; i++)
            copy_counter(m, group, &m->counter[group->first + i], s,
                         (size_t)(s - perfd->sessions.slot), newest, samples);
    }
}

/* --- The text --------------------------------------------------------------------------------- */

/* A piece for each group, and one for each of its counters behind it. */
uint32_t counters_pieces(const struct perfd *perfd)
{
    const struct counter_memory *m = perfd->counters;
    uint32_t pieces = 0;
    for (uint32_t i = 0; m != NULL && i < m->copies; i++)
        pieces += 1 + m->group[m->copied[i].group].count;
    return pieces;
}

static void put_group(const struct group *group, const struct group_copy *copy, bool first,
                      struct put *p)
{
    if (first)
        json_put(p, "counters:{", NULL);
    json_put(p, first ? "'%u':{name:" : ",'%u':{name:", VALUES(group->id));
    json_put_string(p, text_of(group->name));
    json_put(p, "pid%usamples%uwindowMs%mcounters:{",
             VALUES(group->process.pid, copy->samples, copy->window_ns));
}

static void put_counter(const struct counter *c, const struct counter_figures *f, bool first,
                        struct put *p)
{
    static const char kinds[] = "count\0gauge\0ns";
    static const char states[] =
        "ok\0unsupported\0notPermitted\0disabled\0warming\0failed"; /* as the enum has them */
    if (!first)
        put_char(p, ',');
    json_put_string(p, text_of(c->name));
    json_put(p, ":{kind:'", NULL);
    put_text(p, text_nth(kinds, c->kind));
    json_put(p, "'unit:", NULL);
    json_put_string(p, text_of(c->unit));
    json_put(p, "state:'", NULL);
    put_text(p, text_nth(states, f->state));
    put_char(p, '"');
    if (f->samples > 0)
        json_put(p, "samples%ulast%itotal%isum%ip95%imax%i",
                 VALUES(f->samples, (uint64_t)f->last, (uint64_t)f->total, (uint64_t)f->sum,
                        (uint64_t)f->p95, (uint64_t)f->max));
    put_char(p, '}');
}

void counters_put(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    const struct counter_memory *m = perfd->counters;
    for (uint32_t i = 0; i < m->copies; i++) {
        const struct group *group = &m->group[m->copied[i].group];
        if (piece == 0) {
            put_group(group, &m->copied[i], i == 0, p);
            return;
        }
        if (piece <= group->count) {
            uint32_t at = group->first + piece - 1;
            put_counter(&m->counter[at], &m->copy[at], piece == 1, p);
            if (piece == group->count)
                put_text(p, i + 1 == m->copies ? "}}}" : "}}");
            return;
        }
        piece -= 1 + group->count;
    }
}
