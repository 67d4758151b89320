/* SPDX-License-Identifier: Apache-2.0 */
/* info: what this service is, its limits, and what the caller may do. */
#include "ports/port.h"
#include "server/service.h"

/* The first ten limits are the configuration's first ten, in its order. */
#define LIMITS_RUN (offsetof(struct perfd_config, records_per_second) / sizeof(uint32_t) + 1)
#define LIMIT(member, FIELD)                                                                       \
    _Static_assert(offsetof(struct perfd_config, member) == PERF_LIMITS_AT_##FIELD, #member)
LIMIT(sessions, SESSIONS);
LIMIT(frames, FRAMES);
LIMIT(lanes, LANES);
LIMIT(lane_records, LANE_RECORDS);
LIMIT(labels, LABELS);
LIMIT(label_text_bytes, LABEL_TEXT_BYTES);
LIMIT(clients, CLIENTS);
LIMIT(client_labels, CLIENT_LABELS);
LIMIT(span_depth, SPAN_DEPTH);
LIMIT(records_per_second, RECORDS_PER_SECOND);

void write_limits(const struct perfd_server *server, struct perf_limits_builder to)
{
    const struct perfd_config *config = perfd_configuration(server->perfd);
    const uint32_t *limits = &config->sessions;
    for (uint32_t i = 0; i < LIMITS_RUN; i++)
        nx_set_u32(to.s, PERF_LIMITS_AT_SESSIONS + 4 * i, limits[i]);
    perf_limits_set_export_bytes(to, config->export_bytes);
    perf_limits_set_frame_bytes(to, server->frame_bytes);
    perf_limits_set_chunk_bytes(to, perfd_server_chunk_bytes(server));
}

/* A right is a capability's bit. */
FLAG(INFO_RESPONSE, MAY_CONTROL, MAY_MARK, 1);
FLAG(INFO_RESPONSE, MAY_CONTROL, MAY_READ, 2);
FLAG(INFO_RESPONSE, MAY_CONTROL, MAY_EXPORT, 3);
_Static_assert(PERFD_CAP_CONTROL == 1 && PERFD_CAP_MARK == 1 << 1 && PERFD_CAP_READ == 1 << 2 &&
                   PERFD_CAP_EXPORT == 1 << 3,
               "");

enum nx_outcome perf_on_info(struct perf_service *service, struct nx_call *call,
                             struct perf_info_request_reader request,
                             struct perf_info_response_builder response)
{
    const struct perfd_server *server = service->server;
    (void)request;
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    /* What a caller may do is its own to know, even where that is nothing. */
    write_flags(response.s, PERF_INFO_RESPONSE_BIT_MAY_CONTROL,
                service->connection->capabilities & PERFD_CAP_ALL);
    if ((service->connection->capabilities & PERFD_CAP_READ) == 0)
        return answer(response.s, service_denied(service));
    perf_info_response_set_version(response, nx_text_of(PERFD_VERSION));
    perf_info_response_set_clock_name(response, nx_text_of(perfd_port_clock_name(server->port)));
    perf_info_response_set_now_ns(response, service->now_ns);
    perf_info_response_set_clock_step_ns(response, perfd_port_clock_step_ns(server->port));
    struct perfd_ticks ticks;
    perfd_read_ticks(server->perfd, &ticks);
    if (ticks.name[0] != '\0') {
        perf_info_response_set_tick_name(response, nx_text_of(ticks.name));
        write_run(response.s, PERF_INFO_RESPONSE_AT_TICKS_PER_SECOND, &ticks.per_second,
                  RUN(struct perfd_ticks, per_second, error_ns));
    }
    write_limits(server, perf_info_response_init_limits(response));
    /* All of the arena is taken at init. */
    uint64_t arena_bytes = perfd_arena_high_water(server->perfd);
    perf_info_response_set_arena_bytes(response, arena_bytes);
    perf_info_response_set_arena_high_water(response, arena_bytes);
    return answer(response.s, 0);
}
