/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor: from nothing to the whole text, a piece at a time. */
#include "apart.h"
#include "trace_parts.h"

static const char head_text[] = "{\"traceEvents\":[";

void cursor_start(struct trace *trace)
{
    trace->cursor.section = TRACE_HEAD;
    trace->cursor.piece = 0;
    trace->piece_length = trace->piece_at = 0;
    trace->offset = 0;
    merge_start(trace);
}

APART void next_section(struct trace *trace)
{
    trace->cursor.section++;
    trace->cursor.piece = 0;
}

enum piece_kind cursor_next(struct perfd *perfd, struct trace_event *event, bool *is_event)
{
    struct trace *t = &perfd->trace;
    struct put p = {.bytes = t->piece, .size = TRACE_PIECE};
    *is_event = false;
    t->piece_length = t->piece_at = 0;
    while (p.length == 0) {
        switch (t->cursor.section) {
        case TRACE_HEAD:
            put_text(&p, head_text);
            next_section(t);
            break;
        case TRACE_LANES:
            if (!put_lane_piece(perfd, t->cursor.piece++, &p))
                next_section(t);
            break;
        case TRACE_EVENTS:
            if (!merge_next(t, event)) {
                next_section(t);
                break;
            }
            *is_event = true;
            if (cut_takes(t, event))
                return PIECE_CUT;
            put_event(perfd, event, &p);
            break;
        case TRACE_OTHER:
            if (!put_other_piece(perfd, t->cursor.piece++, &p))
                next_section(t);
            break;
        case TRACE_DONE:
            return PIECE_NONE;
        }
    }
    t->piece_length = (uint32_t)p.length;
    return PIECE_TEXT;
}
