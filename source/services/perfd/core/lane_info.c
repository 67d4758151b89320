/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes one by one, for who asks what became of their marks. */
#include "core.h"
#include "run.h"

#define FIGURE(member, count)                                                                      \
    RUN_SAME(struct perfd_lane_info, written, member, struct lane_counts, written, count)
FIGURE(resident, resident);
FIGURE(overwritten, overwritten);
FIGURE(dropped_torn, torn);
FIGURE(dropped_malformed, malformed);
FIGURE(dropped_rate, rate);
FIGURE(dropped_no_session, no_session);

static void fill(const struct lane *lane, struct perfd_lane_info *out)
{
    *out = (struct perfd_lane_info){
        .id = lane->id,
        .records = lane->records,
        .shared = lane_is_shared(lane),
        .closed = lane->closed != 0,
    };
    for (size_t i = 0; i < lane->name_length; i++)
        out->name[i] = lane->name[i];
    out->pid = lane->process.pid;
    for (size_t i = 0; i < sizeof out->process; i++)
        out->process[i] = lane->process.name[i];
    run_copy(&out->written, &lane->counts.written, RUN(struct lane_counts, written, no_session));
}

int perfd_read_lane(const struct perfd *perfd, uint32_t from_id, struct perfd_lane_info *out)
{
    if (from_id == 0) {
        fill(&(struct lane){.counts = perfd->lanes.none}, out);
        return PERFD_OK;
    }
    const struct lane *lane = lanes_after(&perfd->lanes, from_id - 1);
    if (lane == NULL)
        return PERFD_NOT_FOUND;
    fill(lane, out);
    return PERFD_OK;
}

void perfd_look_at_lanes(struct perfd *perfd)
{
    lanes_shared_look(perfd);
}
