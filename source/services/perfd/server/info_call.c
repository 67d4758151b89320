/* SPDX-License-Identifier: Apache-2.0 */
/* info: what this service is, its limits, and what the caller may do. */
#include "ports/port.h"
#include "server/service.h"

static struct nx_text literal(const char *text)
{
    uint32_t length = 0;
    while (text[length] != '\0')
        length++;
    return (struct nx_text){text, length};
}

static void write_limits(const struct perfd_server *server, struct perf_limits_builder to)
{
    const struct perfd_config *config = perfd_configuration(server->perfd);
    perf_limits_set_sessions(to, config->sessions);
    perf_limits_set_frames(to, config->frames);
    perf_limits_set_lanes(to, config->lanes);
    perf_limits_set_lane_records(to, config->lane_records);
    perf_limits_set_labels(to, config->labels);
    perf_limits_set_label_text_bytes(to, config->label_text_bytes);
    perf_limits_set_clients(to, config->clients);
    perf_limits_set_client_labels(to, config->client_labels);
    perf_limits_set_span_depth(to, config->span_depth);
    perf_limits_set_records_per_second(to, config->records_per_second);
    perf_limits_set_export_bytes(to, config->export_bytes);
    perf_limits_set_frame_bytes(to, server->frame_bytes);
    perf_limits_set_chunk_bytes(to, perfd_server_chunk_bytes(server));
}

static void write_rights(uint32_t capabilities, struct perf_info_response_builder to)
{
    perf_info_response_set_may_control(to, (capabilities & PERFD_CAP_CONTROL) != 0);
    perf_info_response_set_may_mark(to, (capabilities & PERFD_CAP_MARK) != 0);
    perf_info_response_set_may_read(to, (capabilities & PERFD_CAP_READ) != 0);
    perf_info_response_set_may_export(to, (capabilities & PERFD_CAP_EXPORT) != 0);
}

enum nx_outcome perf_on_info(struct perf_service *service, struct nx_call *call,
                             struct perf_info_request_reader request,
                             struct perf_info_response_builder response)
{
    const struct perfd_server *server = service->server;
    (void)request;
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    /* What a caller may do is its own to know, even where that is nothing. */
    write_rights(service->connection->capabilities, response);
    if (!service_may(service, PERFD_CAP_READ)) {
        perf_info_response_set_status(response, PERF_STATUS_ACCESS_DENIED);
        return NX_ANSWER;
    }
    perf_info_response_set_version(response, literal(PERFD_VERSION));
    perf_info_response_set_clock_name(response, literal(perfd_port_clock_name(server->port)));
    perf_info_response_set_now_ns(response, service->now_ns);
    perf_info_response_set_clock_step_ns(response, perfd_port_clock_step_ns(server->port));
    write_limits(server, perf_info_response_init_limits(response));
    perf_info_response_set_arena_bytes(response,
                                       perfd_arena_bytes(perfd_configuration(server->perfd)));
    perf_info_response_set_arena_high_water(response, perfd_arena_high_water(server->perfd));
    return NX_ANSWER;
}
