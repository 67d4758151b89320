/* SPDX-License-Identifier: Apache-2.0 */
/* addHotspots, hotspots. */
#include "perfd/hotspots.h"

#include "server/service.h"

enum nx_outcome perf_on_add_hotspots(struct perf_service *service, struct nx_call *call,
                                     struct perf_add_hotspots_request_reader request,
                                     struct perf_add_hotspots_response_builder response)
{
    struct perfd_hotspot *room = perfd_hotspot_room(service->perfd);
    struct perfd_text table = text_in(perf_add_hotspots_request_get_table(request));
    int result = PERFD_UNSUPPORTED;
    if (room != NULL)
        result = read_hotspots(perf_add_hotspots_request_get_entries(request), room);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (result >= 0)
        result = perfd_hotspots_add(service->perfd, service->client, table, room, (uint32_t)result);
    return answer(response.s, service_result(service, result));
}

void write_hotspots(const struct perfd_hotspot *from, uint32_t count,
                    struct perf_hotspot_list_builder to)
{
    for (uint32_t i = 0; i < count; i++) {
        struct perf_hotspot_builder one = perf_hotspot_list_edit(to, i);
        perf_hotspot_set_key(one, from[i].key);
        perf_hotspot_set_hits(one, from[i].hits);
        perf_hotspot_set_weight(one, from[i].weight);
        perf_hotspot_set_error(one, from[i].error);
    }
}

/* Apart, so that the table does not lie on the stack of every other call. */
__attribute__((noinline)) static int write_table(struct perfd *perfd, uint32_t from_id,
                                                 uint32_t max,
                                                 struct perf_hotspots_response_builder to)
{
    struct perfd_hotspot *room = perfd_hotspot_room(perfd);
    struct perfd_hotspot_table table;
    int count = perfd_read_hotspots(perfd, from_id, &table, room, max);
    if (count < 0)
        return count;
    perf_hotspots_response_set_table(to, table.id);
    perf_hotspots_response_set_name(to, nx_text_of(table.name));
    perf_hotspots_response_set_pid(to, table.pid);
    perf_hotspots_response_set_process(to, nx_text_of(table.process));
    perf_hotspots_response_set_closed(to, table.closed);
    perf_hotspots_response_set_kept(to, table.kept);
    perf_hotspots_response_set_total_hits(to, table.total_hits);
    perf_hotspots_response_set_total_weight(to, table.total_weight);
    write_hotspots(room, (uint32_t)count, perf_hotspots_response_init_entries(to, (uint32_t)count));
    return PERFD_OK;
}

enum nx_outcome perf_on_hotspots(struct perf_service *service, struct nx_call *call,
                                 struct perf_hotspots_request_reader request,
                                 struct perf_hotspots_response_builder response)
{
    uint32_t from_id = perf_hotspots_request_get_from_table(request);
    uint32_t max = perf_hotspots_request_get_max(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (max < 1 || max > PERFD_HOTSPOTS_SHOWN)
        return answer(response.s, service_invalid(service));
    return answer(response.s, write_table(service->perfd, from_id, max, response));
}
