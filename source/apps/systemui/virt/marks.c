/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perf-client's marks in the image: one thread, and a lane that lies where the service says, which
 * the monitor has made ours by the time that the answer is here. The enable word has its place in a
 * page that we can only read.
 */
#include "perf-client/marks_platform.h"

#include "virt.h"

void perf_platform_lock(void)
{
}

void perf_platform_unlock(void)
{
}

uint64_t perf_platform_now_ns(void)
{
    return perf_ticks() * VIRT_NS_PER_TICK;
}

bool perf_platform_fakes_clock(void)
{
    return false;
}

void perf_platform_thread_name(char name[PERF_THREAD_NAME_BYTES])
{
    name[0] = '\0';
}

void perf_platform_thread_joins(void)
{
}

void *perf_platform_map_lane(struct perf_transport *transport, uint32_t index, uint64_t address,
                             uint64_t bytes)
{
    (void)transport;
    (void)index;
    (void)bytes;
    return (void *)(uintptr_t)address;
}

void perf_platform_unmap_lane(void *lane, uint64_t bytes)
{
    (void)lane;
    (void)bytes;
}

bool perf_platform_map_enable(struct perf_transport *transport, uint32_t index)
{
    (void)transport;
    (void)index;
    return true;
}

void perf_platform_unmap_enable(void)
{
}

void perf_platform_set_enable(bool on)
{
    (void)on;
}
