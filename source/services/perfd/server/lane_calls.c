/* SPDX-License-Identifier: Apache-2.0 */
/* lanes: what became of the marks of each. */
#include "server/service.h"

/* The schema's bound on LanesRequest.max. */
#define LANES_MAX 16u

#define LANE(member, FIELD)                                                                        \
    _Static_assert(offsetof(struct perfd_lane_info, member) -                                      \
                           offsetof(struct perfd_lane_info, written) ==                            \
                       PERF_LANE_INFO_AT_##FIELD - PERF_LANE_INFO_AT_WRITTEN,                      \
                   #member)
LANE(resident, RESIDENT);
LANE(overwritten, OVERWRITTEN);
LANE(dropped_torn, DROPPED_TORN);
LANE(dropped_malformed, DROPPED_MALFORMED);
LANE(dropped_rate, DROPPED_RATE);
LANE(dropped_no_session, DROPPED_NO_SESSION);

static void write_lane(const struct perfd_lane_info *from, struct perf_lane_info_builder to)
{
    perf_lane_info_set_lane(to, from->id);
    perf_lane_info_set_name(to, nx_text_of(from->name));
    perf_lane_info_set_record_count(to, from->records);
    perf_lane_info_set_shared(to, from->shared);
    perf_lane_info_set_closed(to, from->closed);
    perf_lane_info_set_pid(to, from->pid);
    perf_lane_info_set_process(to, nx_text_of(from->process));
    write_run(to.s, PERF_LANE_INFO_AT_WRITTEN, &from->written,
              RUN(struct perfd_lane_info, written, dropped_no_session));
}

/* How many there are from this id on, up to `most`. */
static uint32_t count_lanes(const struct perfd *perfd, uint32_t from_id, uint32_t most)
{
    struct perfd_lane_info lane;
    uint32_t count = 0;
    for (; count < most && perfd_read_lane(perfd, from_id, &lane) == PERFD_OK; count++)
        from_id = lane.id + 1;
    return count;
}

/* Apart, so that a lane does not lie on the stack of every other call. */
__attribute__((noinline)) static void write_lanes(const struct perfd *perfd, uint32_t from_id,
                                                  uint32_t max,
                                                  struct perf_lanes_response_builder response)
{
    uint32_t count = count_lanes(perfd, from_id, max + 1);
    perf_lanes_response_set_more(response, count > max);
    count = count < max ? count : max;
    struct perf_lane_info_list_builder list = perf_lanes_response_init_lanes(response, count);
    for (uint32_t i = 0; i < count; i++) {
        struct perfd_lane_info lane;
        if (perfd_read_lane(perfd, from_id, &lane) < 0)
            return;
        write_lane(&lane, perf_lane_info_list_edit(list, i));
        from_id = lane.id + 1;
    }
}

enum nx_outcome perf_on_lanes(struct perf_service *service, struct nx_call *call,
                              struct perf_lanes_request_reader request,
                              struct perf_lanes_response_builder response)
{
    uint32_t from_id = perf_lanes_request_get_from_lane(request);
    uint32_t max = perf_lanes_request_get_max(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (max < 1 || max > LANES_MAX)
        return answer(response.s, service_invalid(service));
    perfd_look_at_lanes(service->perfd);
    write_lanes(service->perfd, from_id, max, response);
    return answer(response.s, PERFD_OK);
}
