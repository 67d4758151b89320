/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event as text. The longest is a span whose name and category are all control characters:
 * JSON_STRING_MAX of both and under 200 bytes around them, which fits a piece. An interval with all
 * of its figures stays under 280 bytes, as the smallest cap counts on.
 */
#include "json.h"
#include "text.h"
#include "trace_parts.h"

_Static_assert(JSON_STRING_MAX(PERFD_LABEL_MAX) + JSON_STRING_MAX(PERFD_CATEGORY_MAX) + 240 <
                   TRACE_PIECE,
               "an event fits a piece");

#define VALUES(...) ((const uint64_t[]){__VA_ARGS__})

/* Since the session's start; what came before it is at its start. */
static uint64_t relative_ns(const struct frozen *frozen, uint64_t time_ns)
{
    return time_ns > frozen->start_ns ? time_ns - frozen->start_ns : 0;
}

/* How every event starts. */
static void put_head(struct perfd_text name, char phase, uint64_t ts_ns,
                     const struct lane_copy *lane, struct put *p)
{
    json_put(p, ",\n{name:", NULL);
    json_put_string(p, name);
    json_put(p, "ph:'%c',ts" MICROS "pid" COUNT "tid%u",
             VALUES((uint64_t)phase, ts_ns, process_pid(lane), lane_tid(lane)));
}

/* --- The frames lane -------------------------------------------------------------------------- */

/* Of each kind, in the order of enum trace_event_kind: its name; then the phase, a character, and
 * the rest with one value. */
static const char forms[] = "frame\0"
                            "Xdur" MICROS "cname:'\0"
                            "frame ms\0"
                            "Cargs:{ms%m}}\0"
                            "fps\0"
                            "Cargs:{fps%f}}\0"
                            "dropped\0"
                            "is:'t'args:{count%u}}\0"
                            "jank\0"
                            "is:'t'args:{frameId%u\0"
                            "work\0"
                            "bcat:'work'id%x}\0"
                            "work\0"
                            "ecat:'work'id%x}\0"
                            "session start\0"
                            "is:'t'args:{}}\0"
                            "dropped\0"
                            "is:'t'args:{count%u}}\0"
                            "session stop\0"
                            "is:'t'args:{}}";

static uint64_t value_of(const struct frozen *z, const struct trace_event *event, uint64_t ts_ns)
{
    const struct frame *f = &z->frame[event->at];
    switch (event->kind) {
    case EVENT_DROPPED_AT_END:
        return z->dropped_at_end;
    case EVENT_FRAME:
        return relative_ns(z, f->presented_at_ns) - ts_ns;
    case EVENT_FRAME_MS:
        return frozen_interval_ns(z, event->at);
    case EVENT_FRAME_FPS:
        return wide_scale(UINT64_C(1000000000), 1000, frozen_interval_ns(z, event->at));
    case EVENT_DROPPED:
        return f->unpresented;
    case EVENT_JANK:
    case EVENT_WORK_BEGIN:
    case EVENT_WORK_END:
        return f->frame_id;
    default:
        return 0;
    }
}

const char *cause_name(uint32_t cause)
{
    static const char names[] = "dropped\0app\0gpu\0pipeline\0unknown";
    return text_nth(names, cause);
}

static void put_cause(const struct perfd *perfd, const struct trace_event *event, struct put *p)
{
    uint32_t cause = perfd->trace.frozen.frame[event->at].cause;
    if (cause != CAUSE_NONE) {
        json_put(p, "cause:'", NULL);
        put_text(p, cause_name(cause));
        put_char(p, '"');
    }
    if (event->kind == EVENT_FRAME)
        jank_put_frame(perfd, event->at, p);
    put_text(p, "}}");
}

static void put_frame_rest(const struct frozen *z, uint32_t at, struct put *p)
{
    const struct frame *f = &z->frame[at];
    const char *colour = f->dropped ? "terrible" : "bad";
    put_text(p, f->cause == CAUSE_NONE ? "good" : colour);
    json_put(p, "'args:{frameId%u[missed%u][work%m][ui%m][layout%m][render%m][present%m]",
             VALUES(f->frame_id, frame_missing(frozen_interval_ns(z, at), f->budget_ns, 0),
                    frame_work_ns(f), f->phase_ns[PERFD_UI], f->phase_ns[PERFD_LAYOUT],
                    f->phase_ns[PERFD_RENDER], f->phase_ns[PERFD_PRESENT]));
}

void trace_put_form(const struct perfd *perfd, const char *texts, uint32_t kind,
                    const struct trace_event *event, uint64_t value, struct put *p)
{
    const char *name = text_nth(texts, 2 * kind);
    const char *rest = text_nth(name, 1);
    put_head(text_of(name), rest[0], relative_ns(&perfd->trace.frozen, event->time_ns), NULL, p);
    json_put(p, rest + 1, &value);
}

static void put_of_frames(const struct perfd *perfd, const struct trace_event *event,
                          uint64_t ts_ns, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    trace_put_form(perfd, forms, event->kind, event, value_of(z, event, ts_ns), p);
    if (event->kind == EVENT_FRAME)
        put_frame_rest(z, event->at, p);
    if (event->kind == EVENT_FRAME || event->kind == EVENT_JANK)
        put_cause(perfd, event, p);
}

/* --- Other lanes ------------------------------------------------------------------------------ */

static void put_loss(const struct lane_copy *lane, bool overwritten, uint64_t ts_ns, struct put *p)
{
    const struct lane_counts *c = &lane->counts;
    uint64_t count = overwritten ? c->overwritten : lane_counts_dropped(c);
    put_head(text_of("lost"), 'i', ts_ns, lane, p);
    json_put(p, "s:'t'args:{count" COUNT "reason:'", &count);
    json_put(p, overwritten ? "overwritten'}}" : "dropped'}}", NULL);
}

/* Viewers match flows and asynchronous pairs by category and id: they always have one. */
static void put_category(struct perfd_text category, const struct lane_record *record,
                         struct put *p)
{
    bool is_span = record_is_phase(record) || record_is_begin_value(record);
    if (category.length == 0 && !is_span && record->kind >= PERFD_FLOW_START)
        category = text_of(record->kind >= PERFD_ASYNC_BEGIN ? "async" : "flow");
    if (category.length > 0) {
        json_put(p, "cat:", NULL);
        json_put_string(p, category);
    }
}

static void put_span_rest(const struct frozen *z, const struct lane_record *record, struct put *p)
{
    uint64_t end_ns = record->aux != 0 ? record[record->aux].time_ns : z->end_ns;
    uint64_t length_ns = end_ns - record->time_ns, unfinished = record->flags & COPY_UNFINISHED;
    if (record_is_begin_value(record))
        json_put(p, "dur" MICROS "args:{arg%i[unfinished%b]}}",
                 VALUES(length_ns, record[1].time_ns, unfinished));
    else
        json_put(p, "dur" MICROS "[args:{unfinished%b}]}", VALUES(length_ns, unfinished));
}

/* What each kind has besides: a span its duration, others their value. */
static void put_rest(const struct frozen *z, const struct lane_record *record, struct put *p)
{
    uint64_t value = lane_kind_has_value(record->kind) ? record[1].time_ns : 0;
    switch (record->kind) {
    case PERFD_BEGIN:
    case LANE_PHASE:
    case LANE_BEGIN_VALUE:
        put_span_rest(z, record, p);
        break;
    case PERFD_INSTANT:
        json_put(p, "s:'t'}", NULL);
        break;
    case PERFD_COUNTER:
        json_put(p, "args:{value%i}}", &value);
        break;
    case PERFD_FLOW_END:
        json_put(p, "id" HEX "bp:'e'}", &value);
        break;
    default:
        json_put(p, "id%x}", &value);
        break;
    }
}

static void put_mark(const struct perfd *perfd, const struct lane_copy *lane,
                     const struct lane_record *record, uint64_t ts_ns, struct put *p)
{
    static const char phases[] = {
        [PERFD_BEGIN] = 'X',       [PERFD_INSTANT] = 'i',   [PERFD_COUNTER] = 'C',
        [PERFD_FLOW_START] = 's',  [PERFD_FLOW_STEP] = 't', [PERFD_FLOW_END] = 'f',
        [PERFD_ASYNC_BEGIN] = 'b', [PERFD_ASYNC_END] = 'e', [LANE_PHASE] = 'X',
        [LANE_BEGIN_VALUE] = 'X',
    };
    put_head(label_name(&perfd->labels, record->label), phases[record->kind], ts_ns, lane, p);
    put_category(label_category(&perfd->labels, record->label), record, p);
    put_rest(&perfd->trace.frozen, record, p);
}

void put_event(const struct perfd *perfd, const struct trace_event *event, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    uint64_t ts_ns = relative_ns(z, event->time_ns);
    if (tracks_put(perfd, event, p))
        return;
    if (event->kind < EVENT_LOSS) {
        put_of_frames(perfd, event, ts_ns, p);
        return;
    }
    const struct lane_copy *lane = &z->lane[event->lane];
    if (event->kind == EVENT_MARK)
        put_mark(perfd, lane, &z->records[lane->first + event->at], ts_ns, p);
    else
        put_loss(lane, event->kind == EVENT_LOSS, ts_ns, p);
}
