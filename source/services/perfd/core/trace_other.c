/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the events: metadata before them, otherData behind them. */
#include "json.h"
#include "ports/port.h"
#include "trace_parts.h"

/* --- Metadata --------------------------------------------------------------------------------- */

static void put_metadata(const char *name, uint32_t tid, struct put *p)
{
    put_char(p, '{');
    json_word(p, "name", name);
    json_word(p, "ph", "M");
    json_u64(p, "pid", 1);
    json_u64(p, "tid", tid);
    json_object(p, "args");
}

static void put_thread(uint32_t tid, struct perfd_text name, struct put *p)
{
    put_text(p, ",\n");
    put_metadata("thread_name", tid, p);
    json_key(p, "name");
    json_string(p, name);
    put_text(p, "}},\n");
    put_metadata("thread_sort_index", tid, p);
    json_u64(p, "sort_index", tid);
    put_text(p, "}}");
}

static struct perfd_text lane_name(const struct lane_copy *lane)
{
    return (struct perfd_text){lane->name, lane->name_length};
}

/* The process, the frames lane, and then each lane in the order of their ids. */
bool put_lane_piece(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    if (piece == 0) {
        put_metadata("process_name", FRAMES_TID, p);
        json_word(p, "name", z->metrics.name);
        put_text(p, "}}");
    } else if (piece == 1) {
        put_thread(FRAMES_TID, (struct perfd_text){"frames", 6}, p);
    } else if (piece - 2 < z->lane_count) {
        const struct lane_copy *lane = &z->lane[piece - 2];
        put_thread(lane->id, lane_name(lane), p);
    } else {
        return false;
    }
    return true;
}

/* --- otherData: the session ------------------------------------------------------------------- */

static void put_session(const struct perfd *perfd, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    const struct perfd_metrics *m = &z->metrics;
    put_text(p, "\n],\"displayTimeUnit\":\"ms\",\"otherData\":{");
    json_word(p, "version", PERFD_VERSION);
    json_object(p, "session");
    json_u64(p, "id", m->session);
    json_word(p, "name", m->name);
    json_bool(p, "running", m->running);
    json_u64(p, "startNs", z->start_ns);
    json_u64(p, "endNs", z->end_ns);
    json_ms(p, "budgetMs", m->budget_ns);
    json_ms(p, "longFrameMs", m->long_frame_ns);
    json_ms(p, "idleGapMs", z->idle_gap_ns);
    json_u64(p, "warmupFrames", z->warmup_frames);
    put_char(p, '}');
    json_object(p, "clock");
    json_word(p, "source", perfd_port_clock_name(perfd->port));
    json_u64(p, "stepNs", perfd_port_clock_step_ns(perfd->port));
    put_char(p, '}');
}

static void put_config(const struct perfd *perfd, struct put *p)
{
    const struct perfd_config *c = &perfd->config;
    json_object(p, "configuration");
    json_u64(p, "sessions", c->sessions);
    json_u64(p, "frames", c->frames);
    json_u64(p, "lanes", c->lanes);
    json_u64(p, "laneRecords", c->lane_records);
    json_u64(p, "labels", c->labels);
    json_u64(p, "labelTextBytes", c->label_text_bytes);
    json_u64(p, "clients", c->clients);
    json_u64(p, "clientLabels", c->client_labels);
    json_u64(p, "spanDepth", c->span_depth);
    json_u64(p, "recordsPerSecond", c->records_per_second);
    json_u64(p, "exportBytes", perfd->trace.cap_bytes);
    put_char(p, '}');
}

/* --- otherData: metrics ----------------------------------------------------------------------- */

static void put_window(const struct perfd_metrics *m, struct put *p)
{
    bool given = m->has_intervals;
    json_object(p, "metrics");
    json_fps_or_null(p, "fps", m->milli_fps, given);
    json_ms_or_null(p, "avg", m->avg_ns, given);
    json_ms_or_null(p, "p50", m->p50_ns, given);
    json_ms_or_null(p, "p95", m->p95_ns, given);
    json_ms_or_null(p, "p99", m->p99_ns, given);
    json_ms_or_null(p, "p999", m->p999_ns, given);
    json_fps_or_null(p, "low1Fps", m->low1_milli_fps, given);
    json_fps_or_null(p, "low01Fps", m->low01_milli_fps, given && m->low01_milli_fps != 0);
    json_ms_or_null(p, "longest", m->longest_ns, given);
    json_u64(p, "longFrames", m->long_frames);
    json_u64(p, "dropped", m->dropped);
    json_u64(p, "late", m->late);
    json_u64(p, "frames", m->frames);
    json_ms(p, "budgetMs", m->budget_ns);
}

static void put_work(const struct perfd_metrics *m, struct put *p)
{
    bool worked = m->work_p99_ns != 0;
    bool answered = m->latency_count != 0;
    json_ms_or_null(p, "workAvg", m->work_avg_ns, worked);
    json_ms_or_null(p, "workP95", m->work_p95_ns, worked);
    json_ms_or_null(p, "workP99", m->work_p99_ns, worked);
    json_u64(p, "overBudget", m->over_budget);
    json_u64(p, "latencyCount", m->latency_count);
    json_ms_or_null(p, "latencyP50", m->latency_p50_ns, answered);
    json_ms_or_null(p, "latencyP95", m->latency_p95_ns, answered);
    json_ms_or_null(p, "latencyP99", m->latency_p99_ns, answered);
}

static void put_whole_session(const struct perfd_metrics *m, struct put *p)
{
    bool given = m->session_ns != 0;
    json_u64(p, "sessionFrames", m->session_frames);
    json_fps_or_null(p, "sessionFps", m->session_milli_fps, given);
    json_ms_or_null(p, "sessionP50", m->session_p50_ns, given);
    json_ms_or_null(p, "sessionP95", m->session_p95_ns, given);
    json_ms_or_null(p, "sessionP99", m->session_p99_ns, given);
    json_ms_or_null(p, "sessionP999", m->session_p999_ns, given);
    json_ms_or_null(p, "sessionLongest", m->session_longest_ns, given);
    json_u64(p, "sessionLongFrames", m->session_long);
    json_u64(p, "sessionDropped", m->session_dropped);
    json_u64(p, "sessionLate", m->session_late);
    json_ms(p, "sessionTime", m->session_ns);
    json_bool(p, "sessionExact", m->session_exact);
    json_u64(p, "jankDropped", m->jank_dropped);
    json_u64(p, "jankApp", m->jank_app);
    json_u64(p, "jankGpu", m->jank_gpu);
    json_u64(p, "jankPipeline", m->jank_pipeline);
    json_u64(p, "jankUnknown", m->jank_unknown);
    put_char(p, '}');
}

/* --- otherData: the ledger -------------------------------------------------------------------- */

static void put_counts(const struct lane_counts *c, struct put *p)
{
    json_u64(p, "written", c->written);
    json_u64(p, "resident", c->resident);
    json_u64(p, "overwritten", c->overwritten);
    json_u64(p, "torn", c->torn);
    json_u64(p, "malformed", c->malformed);
    json_u64(p, "rate", c->rate);
    json_u64(p, "noSession", c->no_session);
}

static void put_export(const struct trace *t, struct put *p)
{
    const struct trace_totals *totals = &t->totals;
    json_object(p, "export");
    json_u64(p, "copied", totals->copied);
    json_u64(p, "exported", totals->exported);
    json_u64(p, "cut", totals->cut);
    json_u64(p, "filtered", 0);
    json_u64(p, "unpaired", totals->unpaired);
    json_u64(p, "outside", totals->outside);
    put_char(p, '}');
    json_object(p, "truncated");
    json_u64(p, "frames", totals->frames);
    json_u64(p, "records", totals->cut);
    put_char(p, '}');
}

static void put_spans(const struct pair_counts *c, struct put *p)
{
    json_object(p, "spans");
    json_u64(p, "begins", c->begins);
    json_u64(p, "paired", c->paired);
    json_u64(p, "closedAtExport", c->closed_at_export);
    json_u64(p, "closedByParent", c->closed_by_parent);
    json_u64(p, "beginsTooDeep", c->begins_too_deep);
    json_u64(p, "ends", c->ends);
    json_u64(p, "orphan", c->orphan);
    json_u64(p, "mismatched", c->mismatched);
    json_u64(p, "endsTooDeep", c->ends_too_deep);
    put_char(p, '}');
}

static void put_id_key(uint32_t id, struct put *p)
{
    put_char(p, '"');
    put_u64(p, id);
    put_text(p, "\":");
}

/* Lane 0, the marks without a lane, opens the object, and the last lane closes it. */
static void put_lane_counts(const struct frozen *z, uint32_t place, struct put *p)
{
    const struct lane_copy *lane = place > 0 ? &z->lane[place - 1] : NULL;
    if (lane == NULL)
        json_object(p, "lanes");
    else
        put_char(p, ',');
    put_id_key(lane != NULL ? lane->id : 0, p);
    put_char(p, '{');
    if (lane != NULL) {
        json_key(p, "name");
        json_string(p, lane_name(lane));
    }
    put_counts(lane != NULL ? &lane->counts : &z->lane0, p);
    put_text(p, place == z->lane_count ? "}}" : "}");
}

static void put_dropped(const struct frozen *z, uint32_t place, struct put *p)
{
    const struct lane_counts *c = place > 0 ? &z->lane[place - 1].counts : &z->lane0;
    if (place == 0)
        json_object(p, "droppedRecordsByThread");
    else
        put_char(p, ',');
    put_id_key(place > 0 ? z->lane[place - 1].id : 0, p);
    put_u64(p, c->overwritten + c->torn + c->malformed + c->rate + c->no_session);
    if (place == z->lane_count)
        put_char(p, '}');
}

/* --- otherData: its pieces -------------------------------------------------------------------- */

enum {
    OTHER_SESSION,
    OTHER_CONFIG,
    OTHER_WINDOW,
    OTHER_WORK,
    OTHER_WHOLE,
    OTHER_LEDGER,
    OTHER_SPANS,
    OTHER_LANES
};

bool put_other_piece(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    const struct trace *t = &perfd->trace;
    const struct frozen *z = &t->frozen;
    uint32_t places = z->lane_count + 1; /* lane 0 among them */
    switch (piece) {
    case OTHER_SESSION:
        put_session(perfd, p);
        return true;
    case OTHER_CONFIG:
        put_config(perfd, p);
        return true;
    case OTHER_WINDOW:
        put_window(&z->metrics, p);
        return true;
    case OTHER_WORK:
        put_work(&z->metrics, p);
        return true;
    case OTHER_WHOLE:
        put_whole_session(&z->metrics, p);
        return true;
    case OTHER_LEDGER:
        json_object(p, "ledger");
        put_counts(&z->total, p);
        put_char(p, '}');
        put_export(t, p);
        return true;
    case OTHER_SPANS:
        put_spans(&t->totals.spans, p);
        return true;
    default:
        break;
    }
    uint32_t place = piece - OTHER_LANES;
    if (place < places)
        put_lane_counts(z, place, p);
    else if (place < 2 * places)
        put_dropped(z, place - places, p);
    else if (place == 2 * places)
        put_text(p, "}}");
    else
        return false;
    return true;
}
