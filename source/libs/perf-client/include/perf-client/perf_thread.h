/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processor and the kernel did for one thread in each frame, as the group `thread`:
 * Linux's perf_event_open(2), of the calling thread alone. For the thread that calls perf_frame().
 */
#ifndef PERF_CLIENT_THREAD_H
#define PERF_CLIENT_THREAD_H

#include "perf-client/perf.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * On: the group's counters are opened (task_clock_ns, page_faults, context_switches, cycles,
 * instructions, branch_misses, cache_misses), and given with each perf_frame() of this thread. What
 * cannot be counted here, or may not be, has that as its state, with the reason; where only the
 * program's own part may be counted, the reason says so. Where the processor has fewer counters
 * than are asked for they take turns, and amounts are scaled by the time that each was on. Off:
 * they are closed. One that has had no turn yet is warming. In a child after fork() they are off
 * until it asks for them itself. Gives what perf_group_switch() does.
 */
#ifndef PERF_DISABLED
int perf_thread_counters(bool on);
#else
#define perf_thread_counters(on) (PERF_UNSEEN(on), 0)
#endif

#ifdef __cplusplus
}
#endif

#endif
