/* SPDX-License-Identifier: Apache-2.0 */
/* Preparing a trace, and reading it. */
#include "apart.h"
#include "run.h"
#include "trace_parts.h"

/* What one step may do; each unit takes about a microsecond. */
#define RECORDS_A_STEP 2048 /* paired */
#define EVENTS_A_STEP  128  /* formatted or skipped */
#define SPANS_AT_ONCE  64   /* of one lane, counted in that time together */

void trace_init(struct trace *trace, struct arena *arena, const struct perfd_config *config)
{
    freeze_init(&trace->frozen, arena, config);
    pair_init(&trace->pairing, arena, config);
    trace->begun = arena_take(arena, config->frames, sizeof(uint32_t));
    trace->ended = arena_take(arena, config->frames, sizeof(uint32_t));
    trace->detail_bytes = arena_take(arena, config->frames, sizeof(uint32_t));
    trace->frame_bytes = arena_take(arena, config->frames, sizeof(uint32_t));
}

static bool is_busy(const struct trace *trace)
{
    return trace->export.stage != EXPORT_NONE ||
           (trace->stage != TRACE_NONE && trace->stage != TRACE_READY);
}

void trace_forget(struct trace *trace)
{
    trace->id = 0;
    trace->stage = TRACE_NONE;
}

void trace_session_stopped(struct perfd *perfd, struct session *session)
{
    lanes_session_stopped(perfd);
    if (is_busy(&perfd->trace))
        return;
    trace_forget(&perfd->trace);
    freeze(perfd, session, session->stopped_ns);
}

/* Is the copy what is asked for, as good as it will ever be? It may outlive the session's slot. */
static bool copy_serves(const struct frozen *frozen, uint32_t session_id,
                        const struct session *session)
{
    if (frozen->session == 0 || !frozen->stopped)
        return false;
    if (session_id == 0 && (session == NULL || session->state == SESSION_RUNNING))
        return true;
    return frozen->session == (session_id != 0 ? session_id : session->id);
}

int perfd_trace_begin(struct perfd *perfd, uint32_t session_id, uint64_t cap_bytes, uint64_t now_ns)
{
    struct trace *t = &perfd->trace;
    const struct session *session = sessions_exportable(perfd, session_id);
    bool serves = copy_serves(&t->frozen, session_id, session);
    bool is_snapshot = snapshot_is(session_id);
    if (session == NULL && !serves && !is_snapshot)
        return PERFD_NOT_FOUND;
    if (is_busy(t) || t->last_id == INT32_MAX)
        return PERFD_BUSY;
    if (is_snapshot && !snapshot_freeze(perfd, session_id))
        return PERFD_NOT_FOUND;
    if (!serves && !is_snapshot)
        freeze(perfd, session, now_ns);
    t->cap_bytes = cap_bytes != 0 ? cap_bytes : perfd->config.export_bytes;
    t->id = ++t->last_id;
    t->cut = (struct trace_cut){0};
    t->stage = TRACE_PAIR;
    pair_start(&t->pairing);
    filter_start(t);
    log_trace(perfd, session_id, cap_bytes, now_ns, t->id);
    return (int)t->id;
}

/* --- Preparing -------------------------------------------------------------------------------- */

static void start_pass(struct trace *t, enum trace_stage stage)
{
    const struct pair_counts *spans = &t->pairing.counts;
    t->stage = stage;
    t->totals = (struct trace_totals){
        .copied = t->frozen.copied,
        .outside = t->frozen.outside,
        .filtered = filter_marks(t),
        .unpaired =
            spans->begins_too_deep + spans->ends_too_deep + spans->orphan + spans->mismatched,
        .frames = cut_whole_frames(t),
    };
    cursor_start(t);
}

static int step_pair(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    if (pair_step(&t->pairing, &t->frozen, &perfd->labels, RECORDS_A_STEP) || filter_step(perfd))
        return PERFD_MORE;
    sort_start(t);
    t->stage = TRACE_SORT_BEGUN;
    return PERFD_MORE;
}

static int step_sort(struct trace *t)
{
    bool by_begin = t->stage == TRACE_SORT_BEGUN;
    if (sort_step(t, by_begin ? SOURCE_BEGUN : SOURCE_ENDED))
        return PERFD_MORE;
    if (by_begin) {
        t->stage = TRACE_SORT_ENDED;
        return PERFD_MORE;
    }
    cut_start(t);
    start_pass(t, TRACE_MEASURE);
    return PERFD_MORE;
}

/* Goes on with a pass; PERFD_OK: it is over. */
static int step_pass(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    for (unsigned i = 0; i < EVENTS_A_STEP; i++) {
        struct trace_event event;
        bool is_event;
        if (spans_pass(perfd, SPANS_AT_ONCE) > 0)
            continue;
        enum piece_kind kind = cursor_next(perfd, &event, &is_event);
        if (kind == PIECE_NONE)
            return PERFD_OK;
        t->totals.bytes += t->piece_length;
        if (!is_event)
            continue;
        if (kind == PIECE_CUT) {
            t->totals.cut += event.marks;
            t->totals.truncated = true;
            continue;
        }
        t->totals.exported += event.marks;
        if (t->stage == TRACE_MEASURE)
            cut_measure(t, &event, t->piece_length);
    }
    return PERFD_MORE;
}

static uint64_t other_bytes(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    uint64_t bytes = 0;
    for (uint32_t piece = 0;; piece++) {
        struct put p = {.bytes = t->piece, .size = TRACE_PIECE};
        if (!put_other_piece(perfd, piece, &p))
            return bytes;
        bytes += p.length;
    }
}

/* How much longer otherData may become when its figures of the cut are known. */
static uint64_t other_growth(struct perfd *perfd)
{
    struct trace_totals *totals = &perfd->trace.totals;
    uint64_t now = other_bytes(perfd);
    totals->exported = totals->cut = totals->frames = UINT64_MAX;
    return other_bytes(perfd) - now;
}

static int make_ready(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    t->last = t->totals;
    t->last_spans = t->pairing.counts;
    t->stage = TRACE_READY;
    spans_ready(perfd);
    cursor_start(t);
    return PERFD_OK;
}

static int too_big(struct trace *t)
{
    trace_forget(t);
    return PERFD_TOO_BIG;
}

static int step_measure(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    if (step_pass(perfd) != PERFD_OK)
        return PERFD_MORE;
    if (t->totals.bytes <= t->cap_bytes)
        return make_ready(perfd);
    uint64_t excess = t->totals.bytes + other_growth(perfd) - t->cap_bytes;
    bool of_marks = t->frozen.frame_count == 0;
    if (!(of_marks ? cut_marks_start(t, excess) : cut_frames(t, excess)))
        return too_big(t);
    start_pass(t, of_marks ? TRACE_CUT_MARKS : TRACE_COUNT);
    return PERFD_MORE;
}

/* A session without frames: looks for the mark where the cut is. */
static int step_cut_marks(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    for (unsigned i = 0; i < EVENTS_A_STEP; i++) {
        struct trace_event event;
        bool is_event;
        if (cursor_next(perfd, &event, &is_event) == PIECE_NONE)
            return too_big(t);
        if (!is_event || event.fixed)
            continue;
        if (cut_marks_at(t, &event)) {
            start_pass(t, TRACE_COUNT);
            return PERFD_MORE;
        }
    }
    return PERFD_MORE;
}

int perfd_trace_step(struct perfd *perfd, uint32_t trace)
{
    struct trace *t = &perfd->trace;
    if (trace == 0 || trace != t->id)
        return PERFD_NOT_FOUND;
    switch (t->stage) {
    case TRACE_PAIR:
        return step_pair(perfd);
    case TRACE_SORT_BEGUN:
    case TRACE_SORT_ENDED:
        return step_sort(t);
    case TRACE_MEASURE:
        return step_measure(perfd);
    case TRACE_CUT_MARKS:
        return step_cut_marks(perfd);
    case TRACE_COUNT:
        return step_pass(perfd) == PERFD_OK ? make_ready(perfd) : PERFD_MORE;
    case TRACE_NONE:
    case TRACE_READY:
        break;
    }
    return PERFD_OK;
}

/* --- Reading ---------------------------------------------------------------------------------- */

int perfd_trace_info(const struct perfd *perfd, uint32_t trace, struct perfd_trace_info *out)
{
    const struct trace *t = &perfd->trace;
    if (trace == 0 || trace != t->id)
        return PERFD_NOT_FOUND;
    if (t->stage != TRACE_READY)
        return PERFD_BUSY;
    *out = (struct perfd_trace_info){
        .session = t->frozen.session,
        .bytes = t->totals.bytes,
        .records_dropped = t->totals.cut,
        .frames_dropped = (uint32_t)t->totals.frames,
        .truncated = t->totals.truncated,
    };
    return PERFD_OK;
}

/* Takes up to size bytes of what is left of the piece; buffer NULL: skips them. */
APART size_t take_bytes(struct trace *t, char *buffer, size_t size)
{
    size_t left = t->piece_length - t->piece_at;
    size_t length = left < size ? left : size;
    if (buffer != NULL)
        __builtin_memcpy(buffer, t->piece + t->piece_at, length);
    t->piece_at += (uint32_t)length;
    t->offset += length;
    return length;
}

/* Makes sure that there is something to take; false: the trace is over. */
static bool have_bytes(struct perfd *perfd)
{
    struct trace *t = &perfd->trace;
    struct trace_event event;
    bool is_event;
    while (t->piece_at == t->piece_length) {
        size_t length = spans_put(perfd, t->piece, TRACE_PIECE);
        if (length > 0) {
            t->piece_at = 0;
            t->piece_length = (uint32_t)length;
        } else if (cursor_next(perfd, &event, &is_event) == PIECE_NONE) {
            return false;
        }
    }
    return true;
}

/* Goes to the offset; PERFD_MORE: not there yet. */
static int wind(struct perfd *perfd, uint64_t offset)
{
    struct trace *t = &perfd->trace;
    if (offset < t->offset)
        cursor_start(t);
    for (unsigned i = 0; t->offset < offset; i++) {
        if (i == EVENTS_A_STEP)
            return PERFD_MORE;
        if (!have_bytes(perfd))
            break;
        uint64_t ahead = offset - t->offset;
        take_bytes(t, NULL, ahead < TRACE_PIECE ? (size_t)ahead : TRACE_PIECE);
    }
    return PERFD_OK;
}

const char *trace_peek(struct perfd *perfd, uint32_t *length)
{
    struct trace *t = &perfd->trace;
    *length = have_bytes(perfd) ? t->piece_length - t->piece_at : 0;
    return t->piece + t->piece_at;
}

void trace_skip(struct trace *trace, uint32_t bytes)
{
    take_bytes(trace, NULL, bytes);
}

int perfd_trace_read(struct perfd *perfd, uint32_t trace, uint64_t offset, void *buffer,
                     size_t size, size_t *got)
{
    struct trace *t = &perfd->trace;
    *got = 0;
    if (trace == 0 || trace != t->id)
        return PERFD_NOT_FOUND;
    if (t->stage != TRACE_READY || t->export.stage != EXPORT_NONE)
        return PERFD_BUSY;
    if (offset > t->totals.bytes)
        return PERFD_INVALID;
    if (wind(perfd, offset) != PERFD_OK)
        return PERFD_MORE;
    char *to = buffer;
    while (*got < size) {
        size_t length = 0;
        if (t->piece_at == t->piece_length) /* then straight to where they go */
            length = spans_put(perfd, to + *got, size - *got);
        t->offset += length;
        if (length == 0 && have_bytes(perfd))
            length = take_bytes(t, to + *got, size - *got);
        if (length == 0)
            break;
        *got += length;
    }
    return PERFD_OK;
}

/* --- Health ----------------------------------------------------------------------------------- */

static bool totals_balanced(const struct trace_totals *t)
{
    return t->copied == run_sum(&t->exported, RUN(struct trace_totals, exported, outside));
}

#define FIGURE(member)                                                                             \
    RUN_SAME(struct perfd_health, copied, member, struct trace_totals, copied, member)
FIGURE(exported);
FIGURE(cut);
FIGURE(filtered);
FIGURE(unpaired);
FIGURE(outside);
#define SPANS(member)                                                                              \
    RUN_SAME(struct perfd_health, begins, member, struct pair_counts, begins, member)
SPANS(paired);
SPANS(closed_at_export);
SPANS(closed_by_parent);
SPANS(begins_too_deep);
SPANS(ends);
SPANS(orphan);
SPANS(mismatched);
SPANS(ends_too_deep);

void trace_read_health(const struct perfd *perfd, struct perfd_health *out)
{
    const struct trace_totals *last = &perfd->trace.last;
    const struct pair_counts *spans = &perfd->trace.last_spans;
    if (!totals_balanced(last) || !pair_counts_balanced(spans) || perfd->trace.frozen.ledger_wrong)
        out->ledger_balanced = false;
    run_copy(&out->copied, &last->copied, RUN(struct trace_totals, copied, outside));
    run_copy(&out->begins, &spans->begins, RUN(struct pair_counts, begins, ends_too_deep));
}
