/* SPDX-License-Identifier: Apache-2.0 */
/* What perfd itself costs for each frame: in Health, and as a counter on a lane of its own. */
#include "perfd/jank.h"
#include "server/service.h"

#define NAME         "perfd"
#define COUNTER_NAME "perfd ns a frame"

#define TEXT(literal) ((struct perfd_text){literal, sizeof literal - 1})

int perfd_server_start_cost_lane(struct perfd_server *server)
{
    struct perfd *perfd = server->perfd;
    uint32_t granted;
    int client = perfd_client_open(perfd);
    if (client < 0)
        return client;
    int lane = perfd_lane_open(perfd, client, TEXT(NAME), 0, &granted);
    int label =
        lane > 0
            ? perfd_label(perfd, client,
                          &(struct perfd_label){.name = TEXT(COUNTER_NAME), .category = TEXT(NAME)})
            : lane;
    if (label < 0) {
        perfd_client_close(perfd, client);
        return label;
    }
    server->own_cost.client = client;
    server->own_cost.lane = (uint32_t)lane;
    server->own_cost.label = (uint32_t)label;
    return 0;
}

static void mark(struct perfd_server *server, uint64_t cost_ns, uint64_t now_ns)
{
    const struct perfd_own_cost *cost = &server->own_cost;
    const struct perfd_mark counter = {.kind = PERFD_COUNTER,
                                       .lane = cost->lane,
                                       .label = cost->label,
                                       .time_ns = now_ns,
                                       .value = (int64_t)cost_ns};
    /* It is counted as every mark is that is refused. */
    (void)!perfd_mark(server->perfd, cost->client, &counter, now_ns);
}

void own_cost_of_call(struct perfd_server *server, uint64_t spent_ns, uint64_t now_ns)
{
    struct perfd_own_cost *cost = &server->own_cost;
    uint64_t frames = perfd_ticks_taken(server->perfd) - cost->ticks;
    cost->since_frame_ns += spent_ns;
    if (frames == 0)
        return;
    cost->ticks += frames;
    /* Several, out of a lane, have had the same share. */
    uint64_t each_ns = cost->since_frame_ns / frames;
    cost->since_frame_ns = 0;
    cost->last_frame_ns = each_ns;
    if (each_ns > cost->worst_frame_ns)
        cost->worst_frame_ns = each_ns;
    if (cost->lane != 0)
        mark(server, each_ns, now_ns);
}

void write_own_cost(const struct perfd_server *server, struct perf_health_builder to)
{
    perf_health_set_cost_last_frame_ns(to, server->own_cost.last_frame_ns);
    perf_health_set_worst_frame_ns(to, server->own_cost.worst_frame_ns);
}
