/* SPDX-License-Identifier: Apache-2.0 */
/* Where no memory is shared: what lane_shared.h promises of a service without such lanes. */
#include "lane_shared.h"

#include "core.h"

void ticks_init(struct perfd *perfd)
{
    (void)perfd;
}

const char *ticks_look(struct perfd *perfd)
{
    (void)perfd;
    return "";
}

void perfd_read_ticks(struct perfd *perfd, struct perfd_ticks *out)
{
    *out = (struct perfd_ticks){.name = ticks_look(perfd)};
}

void lane_share(struct perfd *perfd, struct lane *lane, struct perfd_lane_memory *out)
{
    (void)perfd, (void)lane, (void)out;
}

void lane_unshare(struct perfd *perfd, struct lane *lane)
{
    (void)perfd, (void)lane;
}

uint32_t lane_shared_look(struct perfd *perfd, struct lane *lane, struct lane_record *to)
{
    (void)perfd, (void)lane, (void)to;
    return 0;
}

void lanes_shared_look(struct perfd *perfd)
{
    (void)perfd;
}

size_t lane_position(const struct perf_lane_slot *slot, size_t at, size_t slots, uint64_t lap_bits)
{
    (void)slot, (void)slots, (void)lap_bits;
    return at;
}

uint64_t ticks_stamp_ns(const struct perfd *perfd, uint64_t stamp)
{
    (void)perfd;
    return stamp;
}

uint64_t lane_shared_written(const struct perfd *perfd, const struct lane *lane)
{
    (void)perfd, (void)lane;
    return 0;
}

bool lane_shared_slot(const struct perfd *perfd, const struct lane *lane, uint64_t at,
                      struct lane_record *out)
{
    (void)perfd, (void)lane, (void)at, (void)out;
    return false;
}

bool lanes_can_be_shared(void)
{
    return false;
}

bool lane_is_shared(const struct lane *lane)
{
    (void)lane;
    return false;
}

bool record_is_phase(const struct lane_record *record)
{
    (void)record;
    return false;
}

bool record_is_begin_value(const struct lane_record *record)
{
    (void)record;
    return false;
}

void lanes_shared_reject(struct perfd *perfd)
{
    (void)perfd;
}
