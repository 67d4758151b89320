/* SPDX-License-Identifier: Apache-2.0 */
/* Plays a run log that lies in memory, and hands out what came of it: each session's figures, then
 * the last session's trace. The same on a host, on a big-endian machine and in an image. */
#ifndef PLAY_LOG_H
#define PLAY_LOG_H

#include <stdbool.h>

#include "nexus-idl/framing.h"
#include "replay/replay.h"

/* Takes bytes of the trace. */
void play_emit(const char *bytes, size_t length);
/* Takes the figures of a session that stopped. */
void play_figures(const struct perfd_metrics *metrics);

/* Has replay->perfd made, in memory of the caller's. */
bool play_make(struct replay *replay);

/* From its offset, the next message's length; 0: there is none. */
static inline size_t play_next(const uint8_t *log, size_t length, size_t at)
{
    int64_t next = nx_frame_length(log + at, length - at, length - at, 1);
    return next > 0 ? (size_t)next : 0;
}

static inline bool play_trace(struct replay *replay)
{
    static char bytes[4096];
    int trace = perfd_trace_begin(replay->perfd, 0, 0, replay->port.now_ns);
    if (trace < 0)
        return false;
    while (perfd_trace_step(replay->perfd, (uint32_t)trace) == PERFD_MORE)
        continue;
    uint64_t at = 0;
    size_t got;
    do {
        if (perfd_trace_read(replay->perfd, (uint32_t)trace, at, bytes, sizeof bytes, &got) != 0)
            return false;
        play_emit(bytes, got);
        at += got;
    } while (got > 0);
    return true;
}

/* What ended it: REPLAY_ENDED, or what is wrong. */
static inline enum replay_result play_log(struct replay *replay, const uint8_t *log, size_t length)
{
    size_t at = play_next(log, length, 0);
    enum replay_result result = replay_open(replay, log, at);
    if (result == REPLAY_GOES_ON && !play_make(replay))
        result = REPLAY_NO_ROOM;
    while (result < REPLAY_ENDED) {
        size_t next = play_next(log, length, at);
        result = replay_take(replay, log + at, next);
        if (result == REPLAY_STOPPED)
            play_figures(&replay->metrics);
        while (result == REPLAY_TRACE &&
               perfd_trace_step(replay->perfd, replay->trace) == PERFD_MORE)
            continue;
        at += next;
    }
    return result == REPLAY_ENDED && !play_trace(replay) ? REPLAY_NO_ROOM : result;
}

#endif
