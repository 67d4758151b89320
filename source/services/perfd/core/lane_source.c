/* SPDX-License-Identifier: Apache-2.0 */
#include "lane_source.h"

#include "core.h"
#include "perfd/lane_layout.h"

void lane_source_live(struct perfd *perfd, struct lane *lane, struct lane_source *out)
{
    *out = (struct lane_source){.mask = lane->records - 1};
    uint64_t held = lane->records;
    if (lane_is_shared(lane)) {
        out->lane = lane;
        out->end = log_lane_end(perfd, lane, lane_shared_written(perfd, lane));
        held -= PERF_LANE_HEADER_SLOTS;
    } else {
        out->run = perfd->lanes.pool + lane->first;
        out->end = lane->head;
    }
    out->begin = out->end > held ? out->end - held : 0;
}

void lane_source_copy(const struct lane_record *records, const struct lane_copy *copy,
                      struct lane_source *out)
{
    *out =
        (struct lane_source){.run = records + copy->first, .mask = UINT32_MAX, .end = copy->slots};
}

static bool read_slot(const struct perfd *perfd, const struct lane_source *source, uint64_t at,
                      struct lane_record *out)
{
    if (source->run == NULL)
        return lane_shared_slot(perfd, source->lane, at, out);
    *out = source->run[at & source->mask];
    return true;
}

uint32_t lane_source_read(const struct perfd *perfd, const struct lane_source *source, uint64_t at,
                          struct lane_record out[2])
{
    out[0].kind = LANE_VALUE;
    if (!read_slot(perfd, source, at, &out[0])) {
        out[0].kind = LANE_VALUE;
        return 1;
    }
    if (!lane_kind_has_value(out[0].kind))
        return 1;
    if (at + 1 == source->end)
        return 0;
    if (read_slot(perfd, source, at + 1, &out[1]) && out[1].kind == LANE_VALUE)
        return 2;
    out[0].kind = LANE_VALUE;
    return 1;
}
