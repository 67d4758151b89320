/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks: what a program says of its own time, at the price of reading the clock.
 *
 *     perf_open(NULL);                        // once; from here on other threads may mark as well
 *     for (;;) {
 *         {
 *             perf_span("layout");            // ends with its scope
 *             build_layout();
 *         }
 *         perf_phase("render");               // ends the phase before, if there is one
 *         struct perf_token blur = perf_begin("blur", "draw");
 *         perf_count(draws, 1);
 *         perf_end(blur);
 *         perf_phase_end();
 *         perf_frame(NULL);                   // a frame was shown: tells perfd, flushes the
 * counters
 *     }
 *
 * Without perf_open(), without a service, and while no session runs a mark is one check of a word
 * and nothing else. With -DPERF_DISABLED it is nothing at all, and the library is not needed.
 *
 * A name is a literal, 1 to 63 bytes; a category, where it is given, is another, of at most 31. A
 * site's label is asked for once, with the file and the line, at its first mark.
 *
 * Each thread writes a lane of its own, opened at its first mark and closed when it ends. Marks of
 * one thread nest. Not from signal handlers, and not between fork and exec: a child's marks are off
 * until it calls perf_open() itself.
 */
#ifndef PERF_CLIENT_MARKS_H
#define PERF_CLIENT_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct perf_client;

/* How perf_open() goes about it. All zero: as with NULL. */
struct perf_options {
    const char *address;       /* as perf_client_connect() takes it */
    const char *lane_name;     /* of the caller's lane; NULL: the thread's name */
    uint32_t lane_records;     /* wanted of each lane; 0: the service's default */
    uint32_t lane_records_min; /* settle for as few, halving; 0: take no less than wanted */
    /*
     * Nanoseconds of the service's clock, for lanes that are written by calls: where the service
     * shares no memory. NULL: the platform's clock. With stamp_always marks are stamped with it
     * wherever the service is, and so written by calls.
     */
    uint64_t (*now_ns)(void *context);
    void *context;
    bool stamp_always;
    /*
     * Frames go into a lane, where the service shares memory and takes them from it: perf_frame()
     * then costs what a few marks do and wakes nobody. The service sees them when it is asked for
     * anything, and twice a second.
     */
    bool frames_in_lane;
    /*
     * Of that lane; 0: 2,048. A frame takes up to 12, and a group of counters that is on one more
     * than it has counters: there must be room for half a second, or frames are lost.
     */
    uint32_t frame_lane_records;
};

/*
 * One frame, as `frameTick` takes it; all zero, or NULL for the whole: shown just now, numbered by
 * the library: 1 and on, or behind what the session has already.
 */
struct perf_frame_facts {
    uint64_t id;              /* strictly increasing; 0: the next */
    uint64_t presented_at_ns; /* times are of the service's clock (CLOCK_MONOTONIC on POSIX) */
    uint64_t began_at_ns;
    uint64_t deadline_at_ns;
    uint64_t ui_ns, layout_ns, render_ns, present_ns;
    uint64_t input_at_ns;
    uint64_t budget_ns;
    uint32_t session_id; /* 0: the one that runs */
    bool thrown_away;    /* it was never shown */
    bool after_idle;
};

/* What a begin gives its end: nothing where marks were off. */
struct perf_token {
    uint64_t word;
};

#ifndef PERF_DISABLED
#include "perf-client/perf_marks.h"

/*
 * Connects and opens the calling thread's lane. 0; a negative perf_client_error; or the positive
 * status with which the service refused the lane. On an error marks stay off; it may be tried
 * again. At exit the counters are flushed.
 */
int perf_open(const struct perf_options *options);

/*
 * The same over a connection that the program has already, and goes on using: then all of its marks
 * come from one thread, the one that uses the connection. The client stays where it is until
 * perf_close(). The address is not looked at.
 */
int perf_open_on(struct perf_client *client, const struct perf_options *options);

/* Marks are off from here on. A connection of perf_open_on() stays open. */
void perf_close(void);

/*
 * Says that a frame was shown, or thrown away. As perf_open(); -2 where it is not open. Where
 * frames go into a lane, 0 says that it was written there, or that no session runs; what the
 * service thinks of it shows only in its counters of refused ticks.
 */
int perf_frame(const struct perf_frame_facts *frame);

/* The number of the last one; 0: there was none yet. Of who calls perf_frame(). */
uint64_t perf_frame_id(void);

/*
 * How long the GPU took for a frame, once that is known, frames later: `amendFrame` to the session
 * that runs. 0, a positive Status (notFound: perfd keeps the frame no more) or a negative error of
 * perf_client.h.
 */
int perf_frame_gpu(uint64_t id, uint64_t gpu_ns);

/*
 * Has the service take the frames that lie in the lane, and waits until it has: for who shows more
 * than the lane has room for in the half second after which it looks by itself. 0, or a negative
 * error of perf_client.h.
 */
int perf_frames_take(void);

/* Counters whose values changed, and records that wait for a call. */
void perf_flush(void);

#else

static inline struct perf_token perf_no_token(void)
{
    struct perf_token none = {0};
    return none;
}

#define PERF_NOTHING         ((void)0)
#define PERF_UNSEEN(value)   ((void)sizeof(value)) /* it counts as used, and is not evaluated */
#define PERF_DECLARE_NOTHING struct perf_token

#define perf_open(options)              ((void)(options), 0)
#define perf_open_on(client, options)   ((void)(client), (void)(options), 0)
#define perf_close()                    PERF_NOTHING
#define perf_frame(frame)               ((void)(frame), 0)
#define perf_frame_id()                 UINT64_C(0)
#define perf_frame_gpu(id, gpu_ns)      ((void)(id), (void)(gpu_ns), 0)
#define perf_frames_take()              0
#define perf_flush()                    PERF_NOTHING
#define perf_span(...)                  PERF_NOTHING
#define perf_span_value(name, value)    PERF_UNSEEN(value)
#define PERF_SPAN_BUDGET(...)           PERF_NOTHING
#define perf_begin(...)                 perf_no_token()
#define perf_begin_value(name, value)   (PERF_UNSEEN(value), perf_no_token())
#define perf_end(token)                 ((void)(token))
#define perf_phase(...)                 PERF_NOTHING
#define perf_phase_end()                PERF_NOTHING
#define perf_instant(...)               PERF_NOTHING
#define perf_counter(name, value)       PERF_UNSEEN(value)
#define perf_flow_start(name, id)       PERF_UNSEEN(id)
#define perf_flow_next(name, id)        PERF_UNSEEN(id)
#define perf_flow_end(name, id)         PERF_UNSEEN(id)
#define perf_async_begin(name, id)      PERF_UNSEEN(id)
#define perf_async_end(name, id)        PERF_UNSEEN(id)
#define PERF_COUNTER(variable, name)    PERF_DECLARE_NOTHING
#define perf_count(variable, amount)    PERF_UNSEEN(amount)
#define perf_count_set(variable, value) PERF_UNSEEN(value)

#endif

#ifdef __cplusplus
}
#endif

#endif
