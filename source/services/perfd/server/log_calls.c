/* SPDX-License-Identifier: Apache-2.0 */
/* readLog: the core's run log as messages. */
#include "nexus-idl/crc.h"
#include "ports/port.h"
#include "runlog.capnp.h"
#include "server/service.h"

/* What a builder needs at all. */
#define MESSAGE_BYTES_MIN 16u

/* Of the log's memory the first part is where messages are made, the rest is the core's. */
static uint8_t *scratch_of(const struct perfd_server *server)
{
    return server->log.memory;
}

static struct nx_text text_out(struct perfd_text text)
{
    return (struct nx_text){text.bytes, text.length};
}

/* --- Entries ---------------------------------------------------------------------------------- */

static void write_head(const struct perfd_server *server, const struct perfd_log_entry *from,
                       struct runlog_head_builder to)
{
    runlog_head_set_version(to, RUNLOG_VERSION);
    runlog_head_set_perfd(to, nx_text_of(PERFD_VERSION));
    runlog_head_set_clock_name(to, nx_text_of(perfd_port_clock_name(server->port)));
    runlog_head_set_clock_step_ns(to, perfd_port_clock_step_ns(server->port));
    runlog_head_set_first_ticks(to, from->look.ticks);
    runlog_head_set_first_ns(to, from->look.now_ns);
    runlog_head_set_janks(to, from->look.janks);
    write_limits(server, runlog_head_init_limits(to));
    if (server->log.stream_count == 0)
        return;
    struct runlog_stream_list_builder streams =
        runlog_head_init_streams(to, server->log.stream_count);
    for (uint32_t i = 0; i < server->log.stream_count; i++) {
        struct runlog_stream_builder stream = runlog_stream_list_edit(streams, i);
        runlog_stream_set_id(stream, nx_text_of(server->log.streams[i].id));
        runlog_stream_set_seed(stream, server->log.streams[i].seed);
    }
}

static void write_label(const struct perfd_label *from, struct perf_label_request_builder to)
{
    perf_label_request_set_name(to, text_out(from->name));
    perf_label_request_set_category(to, text_out(from->category));
    perf_label_request_set_file(to, text_out(from->file));
    perf_label_request_set_line(to, from->line);
    perf_label_request_set_budget_cpu_us(to, from->budget_cpu_us);
    perf_label_request_set_budget_gpu_us(to, from->budget_gpu_us);
    perf_label_request_set_budget_mem_bytes(to, from->budget_mem_bytes);
}

static void write_start(const struct perfd_start *from, struct perf_start_request_builder to)
{
    perf_start_request_set_name(to, text_out(from->name));
    perf_start_request_set_budget_ns(to, from->budget_ns);
    perf_start_request_set_long_frame_ns(to, from->long_frame_ns);
    perf_start_request_set_warmup_frames(to, from->warmup_frames);
    perf_start_request_set_idle_gap_ns(to, from->idle_gap_ns);
    perf_start_request_set_oneshot(to, from->oneshot);
    if (from->categories.length > 0)
        perf_start_request_set_categories(to, text_out(from->categories));
}

static void write_tick(const struct perfd_tick *from, struct perf_frame_tick_builder to)
{
    write_run(to.s, PERF_FRAME_TICK_AT_FRAME_ID, &from->frame_id,
              RUN(struct perfd_tick, frame_id, budget_ns));
    perf_frame_tick_set_session_id(to, from->session);
    perf_frame_tick_set_presented(to, from->presented);
    perf_frame_tick_set_after_idle(to, from->after_idle);
}

static void write_kind(const struct perfd_mark *from, struct perf_record_builder to)
{
    switch (from->kind) {
    case PERFD_BEGIN:
        perf_record_set_begin(to);
        return;
    case PERFD_END:
        perf_record_set_end(to);
        return;
    case PERFD_INSTANT:
        perf_record_set_instant(to);
        return;
    case PERFD_COUNTER:
        perf_record_set_counter(to, from->value);
        return;
    case PERFD_ASYNC_BEGIN:
        perf_record_set_async_begin(to, (uint64_t)from->value);
        return;
    case PERFD_ASYNC_END:
        perf_record_set_async_end(to, (uint64_t)from->value);
        return;
    case PERFD_FLOW_START:
    case PERFD_FLOW_STEP:
    case PERFD_FLOW_END:
        break;
    }
    struct perf_record_flow_builder flow = perf_record_init_flow(to);
    perf_record_flow_set_id(flow, (uint64_t)from->value);
    perf_record_flow_set_step(flow, (enum perf_flow_step)(from->kind - PERFD_FLOW_START));
}

static void write_mark(const struct perfd_mark *from, struct perf_record_builder to)
{
    perf_record_set_time_ns(to, from->time_ns);
    perf_record_set_lane(to, from->lane);
    perf_record_set_label(to, from->label);
    perf_record_set_name(to, text_out(from->name));
    write_kind(from, to);
}

static void write_slots(const struct perfd_log_entry *from, struct runlog_slots_builder to)
{
    runlog_slots_set_at(to, from->slots.at);
    runlog_slots_set_values(to, from->slots.values);
    struct nx_u64_list_builder words = runlog_slots_init_words(to, 2 * from->slots.count);
    for (uint32_t i = 0; i < 2 * from->slots.count; i++)
        nx_u64_list_set(words, i, from->slots.slot[i / 2].word[i % 2]);
}

static void write_group(const struct perfd_log_entry *from,
                        struct perf_counter_group_request_builder to)
{
    perf_counter_group_request_set_name(to, text_out(from->group.name));
    struct perf_counter_definition_list_builder list =
        perf_counter_group_request_init_counters(to, from->group.count);
    for (uint32_t i = 0; i < from->group.count; i++) {
        struct perf_counter_definition_builder one = perf_counter_definition_list_edit(list, i);
        perf_counter_definition_set_name(one, text_out(from->group.counter[i].name));
        perf_counter_definition_set_unit(one, text_out(from->group.counter[i].unit));
        perf_counter_definition_set_kind(one, (enum perf_counter_kind)from->group.counter[i].kind);
    }
}

static void write_values(const struct perfd_log_entry *from, struct nx_i64_list_builder to)
{
    for (uint32_t i = 0; i < from->sample.count; i++)
        nx_i64_list_set(to, i, from->sample.value[i]);
}

static void write_entry(const struct perfd_server *server, const struct perfd_log_entry *from,
                        struct runlog_entry_builder to)
{
    runlog_entry_set_at_ns(to, from->at_ns);
    runlog_entry_set_client(to, (uint32_t)from->client);
    runlog_entry_set_id(to, from->id);
    switch (from->kind) {
    case PERFD_LOG_HEAD:
        write_head(server, from, runlog_entry_init_head(to));
        break;
    case PERFD_LOG_CLIENT_OPEN:
        runlog_entry_set_client_open(to);
        break;
    case PERFD_LOG_PROCESS: {
        struct runlog_process_builder process = runlog_entry_init_process(to);
        runlog_process_set_pid(process, from->process.pid);
        runlog_process_set_name(process, text_out(from->process.name));
        break;
    }
    case PERFD_LOG_CLIENT_CLOSE:
        runlog_entry_set_client_close(to);
        break;
    case PERFD_LOG_LANE_OPEN: {
        struct runlog_lane_builder lane = runlog_entry_init_lane_open(to);
        runlog_lane_set_name(lane, text_out(from->lane.name));
        runlog_lane_set_records(lane, from->lane.records);
        runlog_lane_set_shared(lane, from->lane.shared);
        break;
    }
    case PERFD_LOG_LANE_CLOSE:
        runlog_entry_set_lane_close(to);
        break;
    case PERFD_LOG_LABEL:
        write_label(&from->label, runlog_entry_init_label(to));
        break;
    case PERFD_LOG_START:
        write_start(&from->start, runlog_entry_init_start(to));
        break;
    case PERFD_LOG_STOP:
        runlog_entry_set_stop(to);
        break;
    case PERFD_LOG_TICK:
        write_tick(&from->tick, runlog_entry_init_tick(to));
        break;
    case PERFD_LOG_MARK:
        write_mark(&from->mark, runlog_entry_init_mark(to));
        break;
    case PERFD_LOG_AMEND: {
        struct perf_amend_frame_request_builder amend = runlog_entry_init_amend(to);
        perf_amend_frame_request_set_session_id(amend, from->amend.session);
        perf_amend_frame_request_set_frame_id(amend, from->amend.frame_id);
        perf_amend_frame_request_set_gpu_ns(amend, from->amend.gpu_ns);
        break;
    }
    case PERFD_LOG_GROUP:
        write_group(from, runlog_entry_init_group(to));
        break;
    case PERFD_LOG_VALUES:
        write_values(from, runlog_entry_init_values(to, from->sample.count));
        break;
    case PERFD_LOG_SAMPLE: {
        struct perf_sample_counters_request_builder sample = runlog_entry_init_sample(to);
        perf_sample_counters_request_set_group(sample, from->id);
        perf_sample_counters_request_set_time_ns(sample, from->sample.time_ns);
        write_values(from, perf_sample_counters_request_init_values(sample, from->sample.count));
        break;
    }
    case PERFD_LOG_HOTSPOTS: {
        struct perf_add_hotspots_request_builder hotspots = runlog_entry_init_hotspots(to);
        perf_add_hotspots_request_set_table(hotspots, text_out(from->hotspots.table));
        write_hotspots(from->hotspots.entry, from->hotspots.count,
                       perf_add_hotspots_request_init_entries(hotspots, from->hotspots.count));
        break;
    }
    case PERFD_LOG_HOTSPOTS_THERE: {
        struct runlog_hotspots_builder there = runlog_entry_init_hotspots_there(to);
        runlog_hotspots_set_table(there, text_out(from->hotspots.table));
        const struct perfd_hotspot_table *table = from->hotspots.there;
        runlog_hotspots_set_id(there, table->id);
        runlog_hotspots_set_closed(there, table->closed);
        runlog_hotspots_set_pid(there, table->pid);
        runlog_hotspots_set_process(there, nx_text_of(table->process));
        runlog_hotspots_set_total_hits(there, table->total_hits);
        runlog_hotspots_set_total_weight(there, table->total_weight);
        write_hotspots(from->hotspots.entry, from->hotspots.count,
                       runlog_hotspots_init_entries(there, from->hotspots.count));
        break;
    }
    case PERFD_LOG_COUNTER_STATE: {
        struct perf_counter_state_request_builder state = runlog_entry_init_counter_state(to);
        perf_counter_state_request_set_group(state, from->id);
        perf_counter_state_request_set_first(state, from->counter_state.first);
        perf_counter_state_request_set_count(state, from->counter_state.count);
        perf_counter_state_request_set_state(state,
                                             (enum perf_counter_state)from->counter_state.state);
        perf_counter_state_request_set_reason(state, text_out(from->counter_state.reason));
        break;
    }
    case PERFD_LOG_SLOTS:
        write_slots(from, runlog_entry_init_slots(to));
        break;
    case PERFD_LOG_LOOK: {
        struct runlog_look_builder look = runlog_entry_init_look(to);
        runlog_look_set_ticks(look, from->look.ticks);
        runlog_look_set_now_ns(look, from->look.now_ns);
        break;
    }
    case PERFD_LOG_TRACE: {
        struct runlog_trace_builder trace = runlog_entry_init_trace(to);
        runlog_trace_set_session_id(trace, from->trace.session);
        runlog_trace_set_cap_bytes(trace, from->trace.cap_bytes);
        break;
    }
    case PERFD_LOG_LOST:
        runlog_entry_set_lost(to, from->lost);
        break;
    case PERFD_LOG_END:
        runlog_entry_set_end(to, from->lost);
        break;
    }
}

/* One entry as a message; 0: it does not fit. */
static size_t write_message(const struct perfd_server *server, const struct perfd_log_entry *from,
                            uint8_t *out, size_t size, uint32_t *check)
{
    struct nx_builder builder;
    if (size < MESSAGE_BYTES_MIN)
        return 0;
    nx_builder_init(&builder, out, size);
    struct runlog_entry_builder entry = runlog_entry_init_root(&builder);
    write_entry(server, from, entry);
    size_t length = nx_builder_finish(&builder);
    if (length == 0)
        return 0;
    *check = nx_crc32(*check, out, length);
    runlog_entry_set_check(entry, *check);
    return length;
}

size_t perfd_server_take_log(struct perfd_server *server, uint8_t *out, size_t size, bool *ended)
{
    const struct perfd_log_entry *entry;
    size_t used = 0;
    *ended = false;
    while ((entry = perfd_log_peek(server->perfd)) != NULL) {
        size_t length = write_message(server, entry, out + used, size - used, &server->log.check);
        if (length == 0)
            break;
        used += length;
        *ended = entry->kind == PERFD_LOG_END;
        if (*ended)
            server->log.lost = entry->lost;
        perfd_log_took(server->perfd);
    }
    return used;
}

/* --- The call --------------------------------------------------------------------------------- */

int perfd_server_start_log(struct perfd_server *server, uint64_t now_ns)
{
    struct perfd_log *log = &server->log;
    if (log->memory == NULL)
        return PERFD_UNSUPPORTED;
    int result = perfd_log_start(server->perfd, (uint8_t *)log->memory + server->frame_bytes,
                                 log->bytes - server->frame_bytes, now_ns);
    if (result == PERFD_OK)
        log->check = 0; /* one that is on keeps its own */
    return result;
}

/* Apart, so that what it needs does not lie on the stack of every other call. */
__attribute__((noinline)) static int read_log(struct perf_service *service, uint32_t max_bytes,
                                              struct perf_read_log_response_builder response)
{
    struct perfd_server *server = service->server;
    bool ended;
    size_t length = perfd_server_take_log(server, scratch_of(server), max_bytes, &ended);
    if (length == 0 && perfd_log_peek(server->perfd) != NULL)
        return PERFD_TOO_BIG; /* or whoever asks for so little would ask for ever */
    uint8_t *data = perf_read_log_response_init_data(response, (uint32_t)length);
    if (data == NULL)
        return PERFD_TOO_BIG;
    for (size_t i = 0; i < length; i++)
        data[i] = scratch_of(server)[i];
    perf_read_log_response_set_end(response, ended);
    if (ended) {
        perf_read_log_response_set_lost(response, server->log.lost);
        server->log.owner = NULL;
    }
    return 0;
}

enum nx_outcome perf_on_read_log(struct perf_service *service, struct nx_call *call,
                                 struct perf_read_log_request_reader request,
                                 struct perf_read_log_response_builder response)
{
    bool start = perf_read_log_request_get_start(request);
    bool stop = perf_read_log_request_get_stop(request);
    uint32_t max_bytes = perf_read_log_request_get_max_bytes(request);
    uint32_t chunk = perfd_server_chunk_bytes(service->server);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (max_bytes > chunk)
        return answer(response.s, service_invalid(service));
    struct perfd_log *log = &service->server->log;
    int result = 0;
    if (start)
        result = perfd_server_start_log(service->server, service->now_ns);
    else if (!perfd_log_is_on(service->perfd))
        result = PERFD_NOT_FOUND;
    else if (log->owner != NULL && log->owner != service->connection)
        result = PERFD_BUSY;
    if (result < 0)
        return answer(response.s, result);
    log->owner = service->connection;
    if (stop)
        perfd_log_stop(service->perfd, service->now_ns);
    else
        perfd_log_gather(service->perfd, service->now_ns);
    return answer(response.s, read_log(service, max_bytes != 0 ? max_bytes : chunk, response));
}

void log_reader_left(struct perfd_server *server, const struct perfd_connection *connection)
{
    if (server->log.owner != connection)
        return;
    server->log.owner = NULL;
    perfd_log_stop(server->perfd, 0);
    while (perfd_log_is_on(server->perfd))
        perfd_log_took(server->perfd);
}
