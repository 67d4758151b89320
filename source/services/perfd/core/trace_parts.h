/* SPDX-License-Identifier: Apache-2.0 */
/* What the trace's own files see of each other. */
#ifndef PERFD_CORE_TRACE_PARTS_H
#define PERFD_CORE_TRACE_PARTS_H

#include "core.h"
#include "process.h"
#include "put.h"
#include "tracks.h"

#define FRAMES_TID 0 /* the frames lane, which is NULL; clients' lanes have ids from 1 */

static inline uint32_t lane_tid(const struct lane_copy *lane)
{
    return lane != NULL ? lane->id : FRAMES_TID;
}

enum trace_event_kind {
    EVENT_FRAME, /* its interval */
    EVENT_FRAME_MS,
    EVENT_FRAME_FPS,
    EVENT_DROPPED, /* frames thrown away before this one */
    EVENT_JANK,
    EVENT_WORK_BEGIN,
    EVENT_WORK_END,

    EVENT_START,
    EVENT_DROPPED_AT_END, /* frames thrown away after the last one shown */
    EVENT_STOP,

    EVENT_LOSS, /* records were overwritten before this */
    EVENT_DROP, /* marks were refused before this */
    EVENT_MARK,
    EVENT_TRACK, /* and those behind it: tracks.c */
};

struct trace_event {
    enum trace_event_kind kind;
    uint64_t time_ns;
    uint32_t lane;  /* LOSS, DROP, MARK: its place among the copy's lanes */
    uint32_t at;    /* MARK: the record's place in the lane's run; of a frame: the frame */
    uint32_t owner; /* the frame that it goes with; frame_count: the open tail */
    uint32_t marks; /* how many marks it shows: a span shows its begin and its end */
    bool fixed;     /* never cut */
    bool detail;    /* cut before its frame is */
};

/* --- trace_merge.c: events in the order of time, lane, sequence --- */

void merge_start(struct trace *trace);

/* False: there are no more. */
bool merge_next(struct trace *trace, struct trace_event *event);

/* The frame in whose time an event is: the first one shown later. Asked in the order of events. */
static inline uint32_t merge_owner(struct trace *trace, uint64_t time_ns)
{
    struct trace_cursor *c = &trace->cursor;
    const struct frozen *z = &trace->frozen;
    while (c->owner < z->frame_count && z->frame[c->owner].presented_at_ns <= time_ns)
        c->owner++;
    return c->owner;
}

/* The lane whose mark comes next, and from when on something that is no mark of it does; NULL: it
 * does already. Marks may then be taken by moving lane->at; merge_run_over() goes on behind them.
 */
struct lane_copy *merge_run(struct trace *trace, uint64_t *until_ns);
void merge_run_over(struct trace *trace, struct lane_copy *lane);

/* Ends show in their begins; what found no partner, or is filtered, does not show. */
bool mark_is_shown(const struct lane_record *record);

/* How many marks it shows: a span its begin, and its end unless that is a phase which shows itself.
 */
uint32_t marks_shown(const struct lane_record *record);

/* When the frame's work was over, as far as it is known. */
uint64_t frame_work_end_ns(const struct frame *frame);

/* --- trace_sort.c: frames' work in order --- */

void sort_start(struct trace *trace);

/* Goes on sorting by SOURCE_BEGUN or SOURCE_ENDED for a bounded while. True: there is more. */
bool sort_step(struct trace *trace, enum trace_source by);

/* --- trace_cut.c: what goes where not all fits --- */

bool cut_takes(const struct trace *trace, const struct trace_event *event);

/* Starts adding up, and adds an event of so many bytes. */
void cut_start(struct trace *trace);
void cut_measure(struct trace *trace, const struct trace_event *event, uint64_t bytes);

/* Moves the boundaries until so many bytes are cut; false: all that may go does not suffice. */
bool cut_frames(struct trace *trace, uint64_t excess);

/* How many frames are gone then. */
uint64_t cut_whole_frames(const struct trace *trace);

/* The same for a session without frames, whose events are then gone through until one is found
 * where the cut is. start false: all that may go does not suffice. */
bool cut_marks_start(struct trace *trace, uint64_t excess);
bool cut_marks_at(struct trace *trace, const struct trace_event *event);

/* --- trace_spans.c: spans that have ended, many at once. Or trace_spans_none.c, and never --- */

/* The cut is made, and the text is about to be read. */
void spans_ready(struct perfd *perfd);

/* Counts the spans that come next as a pass does, `most` of them or fewer. Returns how many. */
uint32_t spans_pass(struct perfd *perfd, uint32_t most);

/* Writes the spans that come next, as many as are sure to fit. Returns how many bytes; 0: something
 * else comes next, or there is no room. */
size_t spans_put(struct perfd *perfd, char *buffer, size_t room);

/* --- trace_event.c, trace_other.c: the text --- */

/* An event of the frames lane: of texts that stand one behind the other, two for each kind, its
 * name, and its phase and the rest with one value. */
void trace_put_form(const struct perfd *perfd, const char *forms, uint32_t kind,
                    const struct trace_event *event, uint64_t value, struct put *p);

/* Metadata of a lane or its process, up to what it says. */
void trace_put_meta(const char *what, const struct lane_copy *lane, struct put *p);

/* CAUSE_NONE: of a frame that was thrown away. */
const char *cause_name(uint32_t cause);

void put_event(const struct perfd *perfd, const struct trace_event *event, struct put *p);

/* Each writes one piece; false: there are no such pieces any more. */
bool put_lane_piece(const struct perfd *perfd, uint32_t piece, struct put *p);
bool put_other_piece(const struct perfd *perfd, uint32_t piece, struct put *p);

/* --- trace_piece.c: the cursor --- */

void cursor_start(struct trace *trace);

enum piece_kind {
    PIECE_TEXT, /* trace->piece holds it */
    PIECE_CUT,  /* an event that the cut takes: no bytes */
    PIECE_NONE, /* the trace is complete */
};

/* The next piece. *event is set where it is one, with *is_event. */
enum piece_kind cursor_next(struct perfd *perfd, struct trace_event *event, bool *is_event);

/* --- trace.c: what the export needs of it --- */

/* The bytes that come next, a piece at a time; length 0: the trace is over. */
const char *trace_peek(struct perfd *perfd, uint32_t *length);
void trace_skip(struct trace *trace, uint32_t bytes); /* at most as many as were peeked at */

/* The trace in the copy is void, and its id stale. */
void trace_forget(struct trace *trace);

#endif
