/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the events: metadata before them, otherData behind them. */
#include "extras.h"
#include "json.h"
#include "run.h"
#include "text.h"
#include "trace_parts.h"

#define SECOND_NS UINT64_C(1000000000)

#define VALUES(...) ((const uint64_t[]){__VA_ARGS__})

/* Members of these structs are written as they stand in them, one after the other. */
_Static_assert(RUN(struct perfd_metrics, budget_ns, longest_ns) == 12, "");
_Static_assert(RUN(struct perfd_metrics, long_frames, latency_p99_ns) == 11, "");
_Static_assert(RUN(struct perfd_metrics, session_frames, jank_unknown) == 16, "");
_Static_assert(RUN(struct lane_counts, written, no_session) == 7, "");
_Static_assert(RUN(struct trace_totals, copied, outside) == 6, "");
_Static_assert(RUN(struct pair_counts, begins, ends_too_deep) == 9, "");

/* --- Metadata --------------------------------------------------------------------------------- */

void trace_put_meta(const char *what, const struct lane_copy *lane, struct put *p)
{
    json_put(p, "{name:'", NULL);
    put_text(p, what);
    json_put(p, "'ph:'M'pid" COUNT "tid" COUNT "args:{", VALUES(process_pid(lane), lane_tid(lane)));
}

static struct perfd_text lane_name(const struct lane_copy *lane)
{
    return lane != NULL ? (struct perfd_text){lane->name, lane->name_length} : text_of("frames");
}

static void put_thread(const struct lane_copy *lane, struct put *p)
{
    put_text(p, ",\n");
    trace_put_meta("thread_name", lane, p);
    json_put(p, "name:", NULL);
    json_put_string(p, lane_name(lane));
    put_text(p, "}},\n");
    trace_put_meta("thread_sort_index", lane, p);
    json_put(p, "sort_index%u}}", VALUES(lane_tid(lane)));
}

/* The session's process, the frames lane, and then each lane in the order of their ids, before the
 * first one of a process that process. */
bool put_lane_piece(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    const struct frozen *z = &perfd->trace.frozen;
    if (piece == 0) {
        trace_put_meta("process_name", NULL, p);
        json_put(p, "name:", NULL);
        json_put_string(p, text_of(z->metrics.name));
        put_text(p, "}}");
        return true;
    }
    uint32_t place = piece - 2; /* of the frames lane: none */
    if (piece > 1 && place >= z->lane_count)
        return false;
    if (piece > 1)
        process_put(z, place, p);
    put_thread(piece > 1 ? &z->lane[place] : NULL, p);
    return true;
}

/* --- otherData: the session and its metrics -----------------------------------------------------
 */

static void put_session(const struct perfd *perfd, struct put *p)
{
    const struct trace *t = &perfd->trace;
    const struct frozen *z = &t->frozen;
    const struct perfd_metrics *m = &z->metrics;
    put_text(p, "\n]");
    json_put(p,
             "displayTimeUnit:'ms'otherData:{version:'" PERFD_VERSION "'session:{id" COUNT "name:'",
             VALUES(m->session));
    put_text(p, m->name);
    json_put(p,
             "'running" BOOL "startNs" COUNT "endNs" COUNT "budgetMs" MILLIS "longFrameMs" MILLIS
             "idleGapMs" MS_ANY "warmupFrames" COUNT "capBytes%u}clock:{stepNs" COUNT
             "ticksPerSecond" COUNT "source:'",
             VALUES(m->running, z->start_ns, z->end_ns, m->budget_ns, m->long_frame_ns,
                    z->idle_gap_ns, z->warmup_frames, t->cap_bytes, z->clock_step_ns,
                    z->clock_step_ns != 0 ? SECOND_NS / z->clock_step_ns : 0));
    put_text(p, z->clock_name);
    json_put(p, "'}", NULL);
}

static void put_metrics(const struct perfd_metrics *m, struct put *p)
{
    json_put(p,
             "metrics:{budgetMs" MILLIS "longFrameMs" MILLIS "frames" COUNT "fps" FPS_ANY
             "avg" MS_ANY "p50" MS_ANY "p95" MS_ANY "p99" MS_ANY "p999" MS_ANY "low1Fps" FPS_ANY
             "low01Fps" FPS_ANY "longest%M",
             &m->budget_ns);
    json_put(p,
             "longFrames" COUNT "dropped" COUNT "late" COUNT "workAvg" MS_ANY "workP95" MS_ANY
             "workP99" MS_ANY "overBudget" COUNT "latencyCount%n"
             "latencyP50" MILLIS "latencyP95" MILLIS "latencyP99%m",
             &m->long_frames);
}

static void put_session_metrics(const struct perfd_metrics *m, struct put *p)
{
    json_put(p,
             "sessionFrames" COUNT "sessionFps" FPS_ANY "sessionP50" MS_ANY "sessionP95" MS_ANY
             "sessionP99" MS_ANY "sessionP999" MS_ANY "sessionLongest" MS_ANY
             "sessionLongFrames" COUNT "sessionDropped" COUNT "sessionLate" COUNT
             "sessionTime" MILLIS "jankDropped" COUNT "jankApp" COUNT "jankGpu" COUNT
             "jankPipeline" COUNT "jankUnknown%u",
             &m->session_frames);
    json_put(p, "sessionExact%b}", VALUES(m->session_exact));
}

/* --- otherData: the ledger -------------------------------------------------------------------- */

static void put_counts(const struct lane_counts *c, struct put *p)
{
    json_put(p,
             "written" COUNT "resident" COUNT "overwritten" COUNT "torn" COUNT "malformed" COUNT
             "rate" COUNT "noSession%u}",
             &c->written);
}

static void put_ledger(const struct perfd *perfd, struct put *p)
{
    const struct trace *t = &perfd->trace;
    filter_put(t, p);
    oneshot_put(t, p);
    jank_put_other(perfd, p);
    json_put(p, "ledger:{", NULL);
    put_counts(&t->frozen.total, p);
    json_put(p,
             "export:{copied" COUNT "exported" COUNT "cut" COUNT "filtered" COUNT "unpaired" COUNT
             "outside%u}",
             &t->totals.copied);
    json_put(p, "truncated:{frames" COUNT "records%u}", VALUES(t->totals.frames, t->totals.cut));
}

static void put_spans(const struct pair_counts *c, struct put *p)
{
    json_put(p,
             "spans:{begins" COUNT "paired" COUNT "closedAtExport" COUNT "closedByParent" COUNT
             "beginsTooDeep" COUNT "ends" COUNT "orphan" COUNT "mismatched" COUNT "endsTooDeep%u}",
             &c->begins);
}

/* Lane 0, the marks without a lane, opens the object, and the last lane closes it. */
static void put_lane_counts(const struct frozen *z, uint32_t place, struct put *p)
{
    if (place == 0) {
        json_put(p, "lanes:{0:{", NULL);
        put_counts(&z->lane0, p);
    } else {
        const struct lane_copy *lane = &z->lane[place - 1];
        json_put(p, ",'%u':{name:", VALUES(lane->id));
        json_put_string(p, lane_name(lane));
        put_char(p, ',');
        put_counts(&lane->counts, p);
    }
    if (place == z->lane_count)
        put_char(p, '}');
}

static void put_dropped(const struct frozen *z, uint32_t place, struct put *p)
{
    const struct lane_counts *c = place > 0 ? &z->lane[place - 1].counts : &z->lane0;
    json_put(
        p, place > 0 ? ",'%u':%u" : "droppedRecordsByThread:{'%u':%u",
        VALUES(place > 0 ? z->lane[place - 1].id : 0, c->overwritten + lane_counts_dropped(c)));
    if (place == z->lane_count)
        put_char(p, '}');
}

/* --- otherData: its pieces -------------------------------------------------------------------- */

enum {
    OTHER_SESSION,
    OTHER_METRICS,
    OTHER_SESSION_METRICS,
    OTHER_LEDGER,
    OTHER_SPANS,
    OTHER_LANES,
};

bool put_other_piece(const struct perfd *perfd, uint32_t piece, struct put *p)
{
    const struct trace *t = &perfd->trace;
    const struct frozen *z = &t->frozen;
    uint32_t places = z->lane_count + 1; /* lane 0 among them */
    uint32_t place = piece - OTHER_LANES;
    uint32_t extra = extras_pieces(perfd);
    if (piece == OTHER_SESSION)
        put_session(perfd, p);
    else if (piece == OTHER_METRICS)
        put_metrics(&z->metrics, p);
    else if (piece == OTHER_SESSION_METRICS)
        put_session_metrics(&z->metrics, p);
    else if (piece == OTHER_LEDGER)
        put_ledger(perfd, p);
    else if (piece == OTHER_SPANS)
        put_spans(&t->pairing.counts, p);
    else if (place < places)
        put_lane_counts(z, place, p);
    else if (place < 2 * places)
        put_dropped(z, place - places, p);
    else if (place < 2 * places + extra)
        extras_put(perfd, place - 2 * places, p);
    else if (place == 2 * places + extra)
        put_text(p, "}}");
    else
        return false;
    return true;
}
