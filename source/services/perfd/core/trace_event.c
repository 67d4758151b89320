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

#define VALUES(...) ((const uint64_t[]){__VA_ARGS__})

/* How events of the frames lane start; their time is the first value. */
#define FRAMES_EVENT(name, phase) ",\n{'name':'" name "','ph':'" phase "','ts':%k,'pid':1,'tid':0"
#define FRAMES_INSTANT(name)      FRAMES_EVENT(name, "i") ",'s':'t','args':{"

static const char cause_names[][9] = {
    [CAUSE_NONE] = "",           [CAUSE_APP] = "app",
    [CAUSE_GPU] = "gpu",         [CAUSE_PIPELINE] = "pipeline",
    [CAUSE_UNKNOWN] = "unknown",
};

static void put_cause(const struct frame *frame, struct put *p)
{
    json_put(p, ",'cause':'", NULL);
    put_text(p, cause_names[frame->cause]);
    put_char(p, '"');
}

/* Since the session's start; what came before it is at its start. */
static uint64_t relative_ns(const struct frozen *frozen, uint64_t time_ns)
{
    return time_ns > frozen->start_ns ? time_ns - frozen->start_ns : 0;
}

/* --- The frames lane -------------------------------------------------------------------------- */

static void put_frame(const struct frozen *z, uint32_t at, uint64_t ts_ns, struct put *p)
{
    const struct frame *f = &z->frame[at];
    bool janky = f->cause != CAUSE_NONE;
    json_put(p, FRAMES_EVENT("frame", "X") ",'dur':%k,'cname':'",
             VALUES(ts_ns, relative_ns(z, f->presented_at_ns) - ts_ns));
    put_text(p, !janky ? "good" : f->dropped ? "terrible" : "bad");
    json_put(
        p,
        "','args':{'frameId':%u[,'missed':%u][,'work':%m][,'ui':%m][,'layout':%m][,'render':%m]"
        "[,'present':%m]",
        VALUES(f->frame_id, frame_missing(frozen_interval_ns(z, at), f->budget_ns, 0),
               frame_work_ns(f), f->phase_ns[PERFD_UI], f->phase_ns[PERFD_LAYOUT],
               f->phase_ns[PERFD_RENDER], f->phase_ns[PERFD_PRESENT]));
    if (janky)
        put_cause(f, p);
    put_text(p, "}}");
}

static void put_of_frames(const struct frozen *z, const struct trace_event *event, uint64_t ts_ns,
                          struct put *p)
{
    const struct frame *f = &z->frame[event->at];
    uint64_t interval_ns;
    switch (event->kind) {
    case EVENT_FRAME_MS:
        interval_ns = frozen_interval_ns(z, event->at);
        json_put(p, FRAMES_EVENT("frame ms", "C") ",'args':{'ms':%m}}", VALUES(ts_ns, interval_ns));
        break;
    case EVENT_FRAME_FPS:
        interval_ns = frozen_interval_ns(z, event->at);
        json_put(p, FRAMES_EVENT("fps", "C") ",'args':{'fps':%f}}",
                 VALUES(ts_ns, wide_scale(UINT64_C(1000000000), 1000, interval_ns)));
        break;
    case EVENT_DROPPED:
        json_put(p, FRAMES_INSTANT("dropped") "'count':%u}}", VALUES(ts_ns, f->unpresented));
        break;
    case EVENT_JANK:
        json_put(p, FRAMES_INSTANT("jank") "'frameId':%u", VALUES(ts_ns, f->frame_id));
        put_cause(f, p);
        put_text(p, "}}");
        break;
    case EVENT_WORK_BEGIN:
        json_put(p, FRAMES_EVENT("work", "b") ",'cat':'work','id':%x}", VALUES(ts_ns, f->frame_id));
        break;
    case EVENT_WORK_END:
        json_put(p, FRAMES_EVENT("work", "e") ",'cat':'work','id':%x}", VALUES(ts_ns, f->frame_id));
        break;
    default:
        put_frame(z, event->at, ts_ns, p);
        break;
    }
}

static void put_of_session(const struct frozen *z, const struct trace_event *event, uint64_t ts_ns,
                           struct put *p)
{
    const char *format = FRAMES_INSTANT("session stop") "}}";
    if (event->kind == EVENT_START)
        format = FRAMES_INSTANT("session start") "}}";
    else if (event->kind == EVENT_DROPPED_AT_END)
        format = FRAMES_INSTANT("dropped") "'count':%u}}";
    json_put(p, format, VALUES(ts_ns, z->dropped_at_end));
}

/* --- Other lanes ------------------------------------------------------------------------------ */

static void put_loss(const struct lane_copy *lane, bool overwritten, uint64_t ts_ns, struct put *p)
{
    const struct lane_counts *c = &lane->counts;
    json_put(p,
             ",\n{'name':'lost','ph':'i','ts':%k,'pid':1,'tid':%u,'s':'t','args':{'count':%u,"
             "'reason':'",
             VALUES(ts_ns, lane->id, overwritten ? c->overwritten : lane_counts_dropped(c)));
    json_put(p, overwritten ? "overwritten'}}" : "dropped'}}", NULL);
}

/* Viewers match flows and asynchronous pairs by category and id: they always have one. */
static void put_category(struct perfd_text category, uint8_t kind, struct put *p)
{
    if (category.length == 0 && kind >= PERFD_ASYNC_BEGIN)
        category = (struct perfd_text){"async", 5};
    else if (category.length == 0 && kind >= PERFD_FLOW_START)
        category = (struct perfd_text){"flow", 4};
    if (category.length > 0) {
        json_put(p, ",'cat':", NULL);
        json_string(p, category);
    }
}

/* What each kind has besides: a span its duration, others their value. */
static void put_rest(const struct frozen *z, const struct lane_record *record, struct put *p)
{
    uint64_t value = lane_kind_has_value(record->kind) ? record[1].time_ns : 0;
    switch (record->kind) {
    case PERFD_BEGIN:
        value = record->aux != 0 ? record[record->aux].time_ns : z->end_ns;
        value -= record->time_ns;
        json_put(p,
                 (record->flags & COPY_UNFINISHED) != 0 ? ",'dur':%k,'args':{'unfinished':true}}"
                                                        : ",'dur':%k}",
                 &value);
        break;
    case PERFD_INSTANT:
        json_put(p, ",'s':'t'}", NULL);
        break;
    case PERFD_COUNTER:
        json_put(p, ",'args':{'value':%i}}", &value);
        break;
    case PERFD_FLOW_END:
        json_put(p, ",'id':%x,'bp':'e'}", &value);
        break;
    default:
        json_put(p, ",'id':%x}", &value);
        break;
    }
}

static void put_mark(const struct perfd *perfd, const struct lane_copy *lane,
                     const struct lane_record *record, uint64_t ts_ns, struct put *p)
{
    static const char phases[] = {
        [PERFD_BEGIN] = 'X',       [PERFD_INSTANT] = 'i',   [PERFD_COUNTER] = 'C',
        [PERFD_FLOW_START] = 's',  [PERFD_FLOW_STEP] = 't', [PERFD_FLOW_END] = 'f',
        [PERFD_ASYNC_BEGIN] = 'b', [PERFD_ASYNC_END] = 'e',
    };
    json_put(p, ",\n{'name':", NULL);
    json_string(p, label_name(&perfd->labels, record->label));
    json_put(p, ",'ph':'", NULL);
    put_char(p, phases[record->kind]);
    json_put(p, "','ts':%k,'pid':1,'tid':%u", VALUES(ts_ns, lane->id));
    put_category(label_category(&perfd->labels, record->label), record->kind, p);
    put_rest(&perfd->trace.frozen, record, p);
}

void put_event(const struct perfd *perfd, const struct trace_event *event, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    uint64_t ts_ns = relative_ns(z, event->time_ns);
    if (event->kind < EVENT_FRAME) {
        put_of_session(z, event, ts_ns, p);
    } else if (event->kind < EVENT_LOSS) {
        put_of_frames(z, event, ts_ns, p);
    } else {
        const struct lane_copy *lane = &z->lane[event->lane];
        if (event->kind == EVENT_MARK)
            put_mark(perfd, lane, &z->records[lane->first + event->at], ts_ns, p);
        else
            put_loss(lane, event->kind == EVENT_LOSS, ts_ns, p);
    }
}
