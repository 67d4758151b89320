/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two tracks of frames whose client said when they should have been shown: `expected`, up to the
 * deadline for as long as the budget is, and `actual`, from where work on the frame began to when
 * it was shown. Both are asynchronous pairs, as frames of a pipeline overlap.
 *
 * Their times never fall from frame to frame: where a deadline lies before that of an earlier
 * frame, that one's stands for it. So they need no sorting.
 *
 * A program links tracks.c, or tracks_none.c: then there are none.
 */
#ifndef PERFD_CORE_TRACKS_H
#define PERFD_CORE_TRACKS_H

#include "perfd/perfd.h"

struct put;
struct trace;
struct trace_event;

/* Before a pass. */
void tracks_start(struct trace *trace);

/* When the next of their events is; UINT64_MAX: there is none. */
uint64_t tracks_next_ns(const struct trace *trace);

/* Takes that event where it is not after this time: theirs is the first lane. */
bool tracks_take(struct trace *trace, uint64_t up_to_ns, struct trace_event *event);

/* Writes it; false: it is another's. */
bool tracks_put(const struct perfd *perfd, const struct trace_event *event, struct put *p);

#endif
