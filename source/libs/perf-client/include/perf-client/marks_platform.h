/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the marks' library needs of its platform besides transport.h. Link-time functions, one set a
 * program: src/marks_posix.c has threads, shared memory and an environment; an image brings its
 * own.
 */
#ifndef PERF_CLIENT_MARKS_PLATFORM_H
#define PERF_CLIENT_MARKS_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "perf-client/transport.h"

#define PERF_THREAD_NAME_BYTES 32 /* with the NUL */

/* Around all that threads share. With one thread there is nothing to do. */
void perf_platform_lock(void);
void perf_platform_unlock(void);

/* Nanoseconds of the service's clock. */
uint64_t perf_platform_now_ns(void);

/* Whether stamps are to be counted, not measured ($PERF_FAKE_CLOCK). */
bool perf_platform_fakes_clock(void);

/* The calling thread's name, NUL-terminated; empty: it has none. */
void perf_platform_thread_name(char name[PERF_THREAD_NAME_BYTES]);

/* The calling thread has a lane: perf_leave_thread() is to be called when it ends. */
void perf_platform_thread_joins(void);

/* Maps the lane whose descriptor came as the given one of the last answer, or that is at this
 * address already where the service passes none; NULL: it cannot be. */
void *perf_platform_map_lane(struct perf_transport *transport, uint32_t index, uint64_t address,
                             uint64_t bytes);
void perf_platform_unmap_lane(void *lane, uint64_t bytes);

/* Puts the service's page in the place of the enable word, or one of zeroes. */
bool perf_platform_map_enable(struct perf_transport *transport, uint32_t index);
void perf_platform_unmap_enable(void);

/* Sets the enable word where no page is mapped there: marks go by calls. Nothing, where the word is
 * only the service's to write. */
void perf_platform_set_enable(bool on);

#endif
