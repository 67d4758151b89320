/* SPDX-License-Identifier: Apache-2.0 */
/* What nearly every core test starts from: a tracer over the memory port, with one client. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory_port.h"
#include "perfd/perfd.h"

#define US     UINT64_C(1000)
#define MS     UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)

struct bench {
    struct perfd *perfd;
    struct perfd_port port;
    void *arena;
    int client;
    uint32_t session; /* of the last bench_start() */
    uint64_t frame_id;
    uint64_t at_ns; /* when the last tick of bench_after() was presented */
};

/* Asserts that everything succeeds. NULL: the default configuration. The clock says 1 s. */
void bench_open(struct bench *bench, const struct perfd_config *config);

/* A ring of this many frames, else the default. */
void bench_open_frames(struct bench *bench, uint32_t frames);

/* Asserts that no marker and no export broke the port's contract, and that the ledger balances. */
void bench_close(struct bench *bench);

struct perfd_text text(const char *string);

/* Starts a session with this budget (asserting that it starts) at the clock's time; the next
 * bench_after() counts from there. */
void bench_start(struct bench *bench, uint64_t budget_ns);
void bench_start_with(struct bench *bench, const struct perfd_start *start);

/* A presented frame of the bench's session with the next id, shown `after` ns after the last one.
 */
struct perfd_tick bench_frame(struct bench *bench, uint64_t after_ns);

/* Feeds a tick when it is presented, as the bench's client. */
int bench_feed(struct bench *bench, const struct perfd_tick *tick);

/* One frame shown `after` ns after the last one, asserted to be taken. */
void bench_after(struct bench *bench, uint64_t after_ns);

/* `count` frames thrown away, at the time of the last one shown. */
void bench_throw_away(struct bench *bench, unsigned count);

struct perfd_metrics bench_metrics(struct bench *bench);
struct perfd_metrics bench_phases(struct bench *bench);
struct perfd_metrics bench_stop(struct bench *bench);

/* Stops a session whose figures do not matter here: perfd_stop()'s answer. */
int bench_stop_session(struct bench *bench, int client, uint32_t session);
struct perfd_health bench_health(struct bench *bench);

/* A mark by name on the client's own lane, at a time. */
int bench_mark(struct bench *bench, enum perfd_mark_kind kind, const char *name, uint64_t time_ns,
               int64_t value);

/* A whole trace, pulled through a buffer of `chunk` bytes; malloced and NUL-terminated. NULL and
 * the error in *result where it cannot be had. */
char *bench_trace(struct bench *bench, uint32_t session, uint64_t cap_bytes, size_t chunk,
                  struct perfd_trace_info *info, int *result);

/* Steps a trace until it is prepared: its id, or an error. */
int bench_prepare(struct bench *bench, uint32_t session, uint64_t cap_bytes);

/* A pseudo random number, the same on every machine (xorshift64). *state must not be 0. */
uint64_t bench_random(uint64_t *state);

#endif
