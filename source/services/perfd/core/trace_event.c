/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event as text. The longest is a span whose name and category are all control characters:
 * JSON_STRING_MAX of both and under 200 bytes around them, which fits a piece. An interval with all
 * of its figures stays under 280 bytes, as the smallest cap counts on.
 */
#include "json.h"
#include "trace_parts.h"

_Static_assert(JSON_STRING_MAX(PERFD_LABEL_MAX) + JSON_STRING_MAX(PERFD_CATEGORY_MAX) + 240 <
                   TRACE_PIECE,
               "an event fits a piece");

static const char *const cause_names[] = {
    [CAUSE_NONE] = "",           [CAUSE_APP] = "app",
    [CAUSE_GPU] = "gpu",         [CAUSE_PIPELINE] = "pipeline",
    [CAUSE_UNKNOWN] = "unknown",
};

/* Since the session's start; what came before it is at its start. */
static uint64_t relative_ns(const struct frozen *frozen, uint64_t time_ns)
{
    return time_ns > frozen->start_ns ? time_ns - frozen->start_ns : 0;
}

/* What all events have: {"name":...,"ph":"X","ts":0.000,"pid":1,"tid":0 */
static void put_head(const struct frozen *frozen, const char *phase, uint64_t time_ns, uint32_t tid,
                     struct put *p)
{
    json_word(p, "ph", phase);
    json_us(p, "ts", relative_ns(frozen, time_ns));
    json_u64(p, "pid", 1);
    json_u64(p, "tid", tid);
}

static void put_own(const struct frozen *frozen, const char *name, const char *phase,
                    uint64_t time_ns, uint32_t tid, struct put *p)
{
    put_text(p, ",\n{");
    json_word(p, "name", name);
    put_head(frozen, phase, time_ns, tid, p);
}

/* An instant of perfd's own, with its arguments left open. */
static void put_instant(const struct frozen *frozen, const char *name, uint64_t time_ns,
                        uint32_t tid, struct put *p)
{
    put_own(frozen, name, "i", time_ns, tid, p);
    json_word(p, "s", "t");
    json_object(p, "args");
}

/* --- Frames ----------------------------------------------------------------------------------- */

static void put_frame(const struct frozen *z, const struct trace_event *event, struct put *p)
{
    static const char *const phases[PERFD_PHASES] = {"ui", "layout", "render", "present"};
    const struct frame *f = &z->frame[event->at];
    uint64_t interval_ns = frozen_interval_ns(z, event->at);
    uint64_t missed = frame_missing(interval_ns, f->budget_ns, 0);
    bool janky = f->cause != CAUSE_NONE;

    put_own(z, "frame", "X", event->time_ns, FRAMES_TID, p);
    json_us(p, "dur", relative_ns(z, f->presented_at_ns) - relative_ns(z, event->time_ns));
    json_word(p, "cname", !janky ? "good" : f->dropped ? "terrible" : "bad");
    json_object(p, "args");
    json_u64(p, "frameId", f->frame_id);
    if (frame_work_ns(f) != 0)
        json_ms(p, "work", frame_work_ns(f));
    for (unsigned i = 0; i < PERFD_PHASES; i++)
        if (f->phase_ns[i] != 0)
            json_ms(p, phases[i], f->phase_ns[i]);
    if (janky)
        json_word(p, "cause", cause_names[f->cause]);
    if (missed > 0)
        json_u64(p, "missed", missed);
    put_text(p, "}}");
}

static void put_frame_counter(const struct frozen *z, const struct trace_event *event,
                              struct put *p)
{
    uint64_t interval_ns = frozen_interval_ns(z, event->at);
    bool is_fps = event->kind == EVENT_FRAME_FPS;
    put_own(z, is_fps ? "fps" : "frame ms", "C", event->time_ns, FRAMES_TID, p);
    json_object(p, "args");
    if (is_fps)
        json_fps(p, "fps", wide_scale(UINT64_C(1000000000), 1000, interval_ns));
    else
        json_ms(p, "ms", interval_ns);
    put_text(p, "}}");
}

static void put_work(const struct frozen *z, const struct trace_event *event, struct put *p)
{
    bool begins = event->kind == EVENT_WORK_BEGIN;
    put_own(z, "work", begins ? "b" : "e", event->time_ns, FRAMES_TID, p);
    json_word(p, "cat", "work");
    json_hex(p, "id", z->frame[event->at].frame_id);
    put_char(p, '}');
}

static void put_dropped(const struct frozen *z, const struct trace_event *event, uint64_t count,
                        struct put *p)
{
    put_instant(z, "dropped", event->time_ns, FRAMES_TID, p);
    json_u64(p, "count", count);
    put_text(p, "}}");
}

static void put_jank(const struct frozen *z, const struct trace_event *event, struct put *p)
{
    const struct frame *f = &z->frame[event->at];
    put_instant(z, "jank", event->time_ns, FRAMES_TID, p);
    json_u64(p, "frameId", f->frame_id);
    json_word(p, "cause", cause_names[f->cause]);
    put_text(p, "}}");
}

static void put_session(const struct frozen *z, const struct trace_event *event, struct put *p)
{
    put_instant(z, event->kind == EVENT_START ? "session start" : "session stop", event->time_ns,
                FRAMES_TID, p);
    put_text(p, "}}");
}

/* --- Lanes ------------------------------------------------------------------------------------ */

static void put_loss(const struct frozen *z, const struct trace_event *event, struct put *p)
{
    const struct lane_copy *lane = &z->lane[event->lane];
    const struct lane_counts *c = &lane->counts;
    bool overwritten = event->kind == EVENT_LOSS;
    put_instant(z, "lost", event->time_ns, lane->id, p);
    json_u64(p, "count",
             overwritten ? c->overwritten : c->torn + c->malformed + c->rate + c->no_session);
    json_word(p, "reason", overwritten ? "overwritten" : "dropped");
    put_text(p, "}}");
}

static const char *phase_of(uint8_t kind)
{
    switch (kind) {
    case PERFD_BEGIN:
        return "X";
    case PERFD_COUNTER:
        return "C";
    case PERFD_FLOW_START:
        return "s";
    case PERFD_FLOW_STEP:
        return "t";
    case PERFD_FLOW_END:
        return "f";
    case PERFD_ASYNC_BEGIN:
        return "b";
    case PERFD_ASYNC_END:
        return "e";
    default:
        return "i";
    }
}

/* Viewers match flows and asynchronous pairs by category and id: they always have one. */
static void put_category(struct perfd_text category, uint8_t kind, struct put *p)
{
    if (category.length > 0) {
        json_key(p, "cat");
        json_string(p, category);
    } else if (kind >= PERFD_ASYNC_BEGIN) {
        json_word(p, "cat", "async");
    } else if (kind >= PERFD_FLOW_START) {
        json_word(p, "cat", "flow");
    }
}

static void put_span_rest(const struct frozen *z, const struct lane_record *begin, struct put *p)
{
    uint64_t end_ns = begin->aux != 0 ? begin[begin->aux].time_ns : z->end_ns;
    json_us(p, "dur", end_ns - begin->time_ns);
    if ((begin->flags & COPY_UNFINISHED) != 0) {
        json_object(p, "args");
        json_bool(p, "unfinished", true);
        put_char(p, '}');
    }
}

static void put_value_rest(const struct lane_record *head, struct put *p)
{
    uint64_t value = head[1].time_ns;
    if (head->kind == PERFD_COUNTER) {
        json_object(p, "args");
        json_key(p, "value");
        put_i64(p, (int64_t)value);
        put_char(p, '}');
        return;
    }
    json_hex(p, "id", value);
    if (head->kind == PERFD_FLOW_END)
        json_word(p, "bp", "e");
}

static void put_mark(const struct perfd *perfd, const struct trace_event *event, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    const struct lane_copy *lane = &z->lane[event->lane];
    const struct lane_record *record = &z->records[lane->first + event->at];

    put_text(p, ",\n{");
    json_key(p, "name");
    json_string(p, label_name(&perfd->labels, record->label));
    put_head(z, phase_of(record->kind), event->time_ns, lane->id, p);
    put_category(label_category(&perfd->labels, record->label), record->kind, p);
    if (record->kind == PERFD_BEGIN)
        put_span_rest(z, record, p);
    else if (lane_kind_has_value(record->kind))
        put_value_rest(record, p);
    else
        json_word(p, "s", "t");
    put_char(p, '}');
}

void put_event(const struct perfd *perfd, const struct trace_event *event, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    switch (event->kind) {
    case EVENT_START:
    case EVENT_STOP:
        put_session(z, event, p);
        break;
    case EVENT_DROPPED_AT_END:
        put_dropped(z, event, z->dropped_at_end, p);
        break;
    case EVENT_FRAME:
        put_frame(z, event, p);
        break;
    case EVENT_FRAME_MS:
    case EVENT_FRAME_FPS:
        put_frame_counter(z, event, p);
        break;
    case EVENT_DROPPED:
        put_dropped(z, event, z->frame[event->at].unpresented, p);
        break;
    case EVENT_JANK:
        put_jank(z, event, p);
        break;
    case EVENT_WORK_BEGIN:
    case EVENT_WORK_END:
        put_work(z, event, p);
        break;
    case EVENT_LOSS:
    case EVENT_DROP:
        put_loss(z, event, p);
        break;
    case EVENT_MARK:
        put_mark(perfd, event, p);
        break;
    }
}
