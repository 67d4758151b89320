/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Chrome Trace of one frozen session: prepared in bounded steps, then pulled from any buffer
 * size.
 *
 * A trace is a sequence of pieces, each of them at most TRACE_PIECE bytes: the head, metadata,
 * events in order, otherData. The cursor says which piece is next and is all the state there is;
 * passes over the same copy with the same cut give the same bytes. Preparing is a chain of such
 * passes: pair     finds each span's end sort     orders the work of frames, which may overlap
 *   measure  adds up what each frame and its details would take
 *   cut      moves the two boundaries until the rest fits the cap
 *   count    has the exact length, and what was exported and what was cut
 */
#ifndef PERFD_CORE_TRACE_H
#define PERFD_CORE_TRACE_H

#include "filter.h"
#include "freeze.h"
#include "pair.h"

#define TRACE_FRAME_BYTES 16 /* each frame's share, beside the copy of the frame itself */
#define TRACE_PIECE       1024

/* A cut keeps what belongs to frames at or after these; the last frame's number + 1 is the open
 * tail. Of a session that keeps the oldest they are counted from that back. */
struct trace_cut {
    uint32_t detail; /* before it, frames that are not janky have lost their details */
    uint32_t whole;  /* before it, frames are gone */
    uint64_t marks;  /* a session without frames: so many of the oldest marks are gone; one that
                        keeps the oldest: from this one on, if it is not 0 */
};

enum trace_section {
    TRACE_HEAD,
    TRACE_LANES, /* metadata */
    TRACE_EVENTS,
    TRACE_OTHER,
    TRACE_DONE,
};

/* Where several events of the frames lane have one time, the earlier source comes first. */
enum trace_source {
    SOURCE_SESSION,
    SOURCE_FRAMES,
    SOURCE_BEGUN,
    SOURCE_ENDED,
    SOURCE_LANES, /* the first of the lanes */
};

struct trace_cursor {
    enum trace_section section;
    uint32_t piece; /* within the section */
    uint32_t session_part;
    uint32_t frame, frame_part;
    uint32_t begun, ended;
    uint32_t owner;                 /* the frame whose time it is */
    uint64_t next_ns[SOURCE_LANES]; /* when each source's next event is; UINT64_MAX: it has none */
    uint64_t marks;                 /* events of marks so far */
};

enum trace_stage {
    TRACE_NONE,
    TRACE_PAIR,
    TRACE_SORT_BEGUN,
    TRACE_SORT_ENDED,
    TRACE_MEASURE,
    TRACE_CUT_MARKS,
    TRACE_COUNT,
    TRACE_READY,
};

/* What became of the records of an export, and how long it is. */
struct trace_totals {
    uint64_t bytes;
    uint64_t frames; /* gone whole */
    bool truncated;  /* a mark, a frame or a detail is gone */
    uint64_t copied, exported, cut, filtered, unpaired, outside;
};

/* A heap's state between steps. */
struct trace_sort {
    uint32_t root;  /* while building: the next node to sift */
    uint32_t count; /* while draining: what is still in the heap */
};

enum export_stage { EXPORT_NONE, EXPORT_PREPARE, EXPORT_OPEN, EXPORT_WRITE, EXPORT_COMMIT };

/* The job that hands the trace to the port; the copy is its own until it is done. */
struct trace_export {
    enum export_stage stage;
    uint32_t trace;
};

/* What most code looks at comes first, and words before longer ones: short offsets are short code.
 */
struct trace {
    uint32_t works;
    struct trace_sort sort;
    uint32_t id; /* of the trace in the copy; 0: none */
    uint32_t last_id;
    enum trace_stage stage;
    struct trace_export export;
    uint32_t piece_length, piece_at;
    struct trace_cursor cursor;
    struct trace_cut cut;
    uint32_t *begun, *ended; /* frames with work to show, by its begin and by its end */
    uint32_t *detail_bytes, *frame_bytes; /* what frames own, saturating: details, and all else */
    char *piece;                          /* TRACE_PIECE bytes */
    uint64_t cap_bytes;
    uint64_t excess_bytes; /* what the cut of marks must still take away, or leave */
    uint64_t tail_bytes;   /* what stands after the last frame */
    uint64_t offset;       /* of the next byte that a reader gets without winding */

    struct frozen frozen;
    char export_name[PERFD_NAME_MAX + 1];
    struct trace_totals totals; /* of the pass under way, and then of the trace: in otherData */
    struct trace_totals last;   /* of the last trace that was prepared, and its spans */
    struct pair_counts last_spans;
    struct pairing pairing;
    struct filtering filtering;
};

void trace_init(struct trace *trace, struct arena *arena, const struct perfd_config *config);

/* Freezes the session's records and frames, unless a trace is being prepared or written. */
void trace_session_stopped(struct perfd *perfd, struct session *session);

void trace_read_health(const struct perfd *perfd, struct perfd_health *out);

#endif
