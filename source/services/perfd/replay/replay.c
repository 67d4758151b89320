/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/replay.h"

#include "nexus-idl/crc.h"
#include "runlog.capnp.h"
#include "server/read.h"

/* The check lies there in every message: behind the segment table and the root's pointer. */
#define CHECK_AT (8u + 8u + RUNLOG_ENTRY_AT_CHECK)

/* --- The head, and what every entry has in common --------------------------------------------- */

/* Opens the message and reads its root. Entries are long and read once: no budget. */
static struct runlog_entry_reader open_entry(struct nx_message *message, const uint8_t *bytes,
                                             size_t length)
{
    (void)nx_message_open_limits(message, bytes, length, 1, NX_BUDGET_NONE);
    return runlog_entry_root(message);
}

/* Is it what its check says, after those before it? */
static bool check_holds(uint32_t *check, const uint8_t *bytes, size_t length, uint32_t said)
{
    static const uint8_t none[4];
    if (length < CHECK_AT + sizeof none)
        return false;
    uint32_t crc = nx_crc32(*check, bytes, CHECK_AT);
    crc = nx_crc32(crc, none, sizeof none);
    *check = nx_crc32(crc, bytes + CHECK_AT + sizeof none, length - CHECK_AT - sizeof none);
    return *check == said;
}

static void read_limits(struct perf_limits_reader from, struct perfd_config *to)
{
    to->sessions = perf_limits_get_sessions(from);
    to->frames = perf_limits_get_frames(from);
    to->lanes = perf_limits_get_lanes(from);
    to->lane_records = perf_limits_get_lane_records(from);
    to->labels = perf_limits_get_labels(from);
    to->label_text_bytes = perf_limits_get_label_text_bytes(from);
    to->clients = perf_limits_get_clients(from);
    to->client_labels = perf_limits_get_client_labels(from);
    to->span_depth = perf_limits_get_span_depth(from);
    to->records_per_second = perf_limits_get_records_per_second(from);
    to->export_bytes = perf_limits_get_export_bytes(from);
}

enum replay_result replay_open(struct replay *replay, const uint8_t *bytes, size_t length)
{
    struct nx_message message;
    struct runlog_entry_reader entry = open_entry(&message, bytes, length);
    *replay = (struct replay){.perfd = NULL};
    struct runlog_head_reader head = runlog_entry_get_head(entry);
    replay->version = runlog_head_get_version(head);
    read_limits(runlog_head_get_limits(head), &replay->config);
    if (nx_message_error(&message) != 0 || runlog_entry_which(entry) != RUNLOG_ENTRY_HEAD ||
        replay->version == 0)
        return REPLAY_NO_LOG;
    if (replay->version > RUNLOG_VERSION)
        return REPLAY_NEWER;
    if (!check_holds(&replay->check, bytes, length, runlog_entry_get_check(entry)))
        return REPLAY_ALTERED;
    replay->port.now_ns = runlog_entry_get_at_ns(entry);
    replay->port.clock_step_ns = runlog_head_get_clock_step_ns(head);
    replay->port.look[0] =
        (struct replay_look){runlog_head_get_first_ticks(head), runlog_head_get_first_ns(head)};
    replay->janks = runlog_head_get_janks(head);
    replay->entries = 1;
    return REPLAY_GOES_ON;
}

void replay_begin(struct replay *replay, uint16_t *label)
{
    replay->label = label;
    replay->labels = replay->config.labels;
    for (uint32_t i = 0; i < replay->labels; i++)
        label[i] = 0;
}

uint64_t replay_entry_ns(const uint8_t *bytes, size_t length)
{
    struct nx_message message;
    return runlog_entry_get_at_ns(open_entry(&message, bytes, length));
}

/* --- Ids: those of the log, and those here ---------------------------------------------------- */

static int client_of(const struct replay *replay, uint32_t logged)
{
    return logged <= REPLAY_CLIENTS_MAX ? replay->client[logged] : 0;
}

static uint32_t label_of(const struct replay *replay, uint32_t logged)
{
    return logged < replay->labels ? replay->label[logged] : logged;
}

static struct replay_lane *lane_of(struct replay *replay, uint32_t logged)
{
    for (uint32_t i = 0; i < REPLAY_LANES_MAX; i++)
        if (replay->lane[i].logged == logged && logged != 0)
            return &replay->lane[i];
    return NULL;
}

static uint32_t session_of(const struct replay *replay, uint32_t logged)
{
    for (uint32_t i = 0; i < REPLAY_SESSIONS_MAX; i++)
        if (replay->sessions[i].logged == logged && logged != 0)
            return replay->sessions[i].played;
    return logged;
}

static uint32_t lane_id(struct replay *replay, uint32_t logged)
{
    const struct replay_lane *lane = lane_of(replay, logged);
    return lane != NULL ? lane->played : logged;
}

/* --- Entries ---------------------------------------------------------------------------------- */

static enum replay_result open_client(struct replay *replay, uint32_t logged)
{
    int client = perfd_client_open(replay->perfd);
    if (client < 0 || logged == 0 || logged > REPLAY_CLIENTS_MAX)
        return REPLAY_NO_ROOM;
    replay->client[logged] = client;
    return REPLAY_GOES_ON;
}

static enum replay_result name_process(struct replay *replay, uint32_t logged,
                                       struct runlog_process_reader from)
{
    int result =
        perfd_client_process(replay->perfd, client_of(replay, logged), runlog_process_get_pid(from),
                             text_in(runlog_process_get_name(from)));
    return result == PERFD_OK ? REPLAY_GOES_ON : REPLAY_MALFORMED;
}

static enum replay_result close_client(struct replay *replay, uint32_t logged)
{
    int client = client_of(replay, logged);
    perfd_client_close(replay->perfd, client);
    for (uint32_t i = 0; i < PERFD_COUNTER_GROUPS; i++)
        if (replay->group[i].client == client)
            replay->group[i] = (struct replay_group){0};
    if (logged <= REPLAY_CLIENTS_MAX)
        replay->client[logged] = 0;
    return REPLAY_GOES_ON;
}

static enum replay_result open_lane(struct replay *replay, int client, uint32_t logged,
                                    struct runlog_lane_reader from)
{
    uint32_t granted = 0;
    struct perfd_lane_memory memory;
    int id = perfd_lane_open_in(replay->perfd, client, text_in(runlog_lane_get_name(from)),
                                runlog_lane_get_records(from), runlog_lane_get_shared(from),
                                &granted, &memory);
    if (id < 0)
        return REPLAY_NO_ROOM;
    struct replay_lane *place = NULL;
    for (uint32_t i = 0; i < REPLAY_LANES_MAX && place == NULL; i++)
        if (replay->lane[i].logged == 0)
            place = &replay->lane[i];
    if (place == NULL)
        return REPLAY_NO_ROOM;
    *place = (struct replay_lane){.logged = logged, .played = (uint32_t)id};
    if (memory.bytes != 0) {
        place->header = (struct perf_lane_header *)(uintptr_t)memory.address;
        place->slots = granted - PERF_LANE_HEADER_SLOTS;
    }
    return REPLAY_GOES_ON;
}

static enum replay_result close_lane(struct replay *replay, int client, uint32_t logged)
{
    struct replay_lane *lane = lane_of(replay, logged);
    replay->refused += perfd_lane_close(replay->perfd, client, lane_id(replay, logged)) < 0;
    if (lane != NULL)
        *lane = (struct replay_lane){0};
    return REPLAY_GOES_ON;
}

static enum replay_result make_label(struct replay *replay, int client, uint32_t logged,
                                     struct perf_label_request_reader from)
{
    const struct perfd_label label = read_label(from);
    int id = perfd_label(replay->perfd, client, &label);
    if (logged >= replay->labels || id < 0)
        return REPLAY_NO_ROOM;
    replay->label[logged] = (uint16_t)id;
    return REPLAY_GOES_ON;
}

static enum replay_result start(struct replay *replay, int client, uint32_t logged,
                                struct perf_start_request_reader from)
{
    const struct perfd_start request = read_start(from);
    int id = perfd_start(replay->perfd, client, &request, replay->port.now_ns);
    replay->refused += (id > 0) != (logged != 0);
    if (id > 0)
        replay->sessions[replay->next_session++ % REPLAY_SESSIONS_MAX] =
            (struct replay_session){logged, (uint32_t)id};
    return REPLAY_GOES_ON;
}

static enum replay_result stop(struct replay *replay, uint32_t logged)
{
    replay->session = logged;
    if (perfd_stop(replay->perfd, 0, session_of(replay, logged), replay->port.now_ns,
                   &replay->metrics) == PERFD_OK)
        return REPLAY_STOPPED;
    replay->refused++;
    return REPLAY_GOES_ON;
}

static enum replay_result tick(struct replay *replay, int client,
                               struct perf_frame_tick_reader from)
{
    struct perfd_tick tick = read_tick(from);
    tick.session = session_of(replay, tick.session);
    /* A refusal is one of the log's, too: it is counted as it was there. */
    (void)!perfd_tick(replay->perfd, client, &tick, replay->port.now_ns);
    return REPLAY_GOES_ON;
}

static enum replay_result amend(struct replay *replay, int client,
                                struct perf_amend_frame_request_reader from)
{
    uint32_t session = session_of(replay, perf_amend_frame_request_get_session_id(from));
    (void)!perfd_amend_frame(replay->perfd, client, session,
                             perf_amend_frame_request_get_frame_id(from),
                             perf_amend_frame_request_get_gpu_ns(from), replay->port.now_ns);
    return REPLAY_GOES_ON;
}

static enum replay_result mark(struct replay *replay, int client, struct perf_record_reader from)
{
    struct perfd_mark record;
    if (perf_record_which(from) == PERF_RECORD_FRAME || read_mark(from, &record) < 0)
        return REPLAY_MALFORMED;
    record.lane = lane_id(replay, record.lane);
    record.label = label_of(replay, record.label);
    (void)!perfd_mark(replay->perfd, client, &record, replay->port.now_ns);
    return REPLAY_GOES_ON;
}

static uint32_t group_of(const struct replay *replay, uint32_t logged)
{
    for (uint32_t i = 0; i < PERFD_COUNTER_GROUPS; i++)
        if (replay->group[i].logged == logged && logged != 0)
            return replay->group[i].played;
    return 0;
}

static enum replay_result declare_group(struct replay *replay, int client, uint32_t logged,
                                        struct perf_counter_group_request_reader from)
{
    struct perfd_counter_room *room = perfd_counter_room(replay->perfd);
    if (room == NULL)
        return REPLAY_NO_ROOM;
    int count = read_counters(perf_counter_group_request_get_counters(from), room->counter);
    if (count < 0)
        return REPLAY_MALFORMED;
    int id = perfd_counter_group(replay->perfd, client,
                                 text_in(perf_counter_group_request_get_name(from)), room->counter,
                                 (uint32_t)count);
    if (id < 0)
        return REPLAY_NO_ROOM;
    for (uint32_t i = 0; i < PERFD_COUNTER_GROUPS; i++)
        if (replay->group[i].client == 0) {
            replay->group[i] = (struct replay_group){logged, (uint32_t)id, client};
            return REPLAY_GOES_ON;
        }
    return REPLAY_NO_ROOM;
}

/* Values of a group, as its client gave them, or (sample false) had given before the log. */
static enum replay_result take_values(struct replay *replay, int client, uint32_t logged,
                                      struct nx_i64_list_reader from, bool sample, uint64_t time_ns)
{
    struct perfd_counter_room *room = perfd_counter_room(replay->perfd);
    int count = room != NULL ? read_values(from, room->value) : PERFD_INVALID;
    if (count < 0)
        return REPLAY_MALFORMED;
    uint32_t group = group_of(replay, logged);
    int result =
        sample ? perfd_counter_sample(replay->perfd, client, group, room->value, (uint32_t)count,
                                      time_ns, replay->port.now_ns)
               : perfd_counter_begin_at(replay->perfd, client, group, room->value, (uint32_t)count);
    replay->refused += result < 0;
    return REPLAY_GOES_ON;
}

static enum replay_result set_state(struct replay *replay, int client, uint32_t logged,
                                    struct perf_counter_state_request_reader from)
{
    int result = perfd_counter_set_state(
        replay->perfd, client, group_of(replay, logged), perf_counter_state_request_get_first(from),
        perf_counter_state_request_get_count(from),
        (enum perfd_counter_state)perf_counter_state_request_get_state(from),
        text_in(perf_counter_state_request_get_reason(from)));
    replay->refused += result < 0;
    return REPLAY_GOES_ON;
}

static enum replay_result take_hotspots(struct replay *replay, int client, struct nx_text table,
                                        struct perf_hotspot_list_reader from)
{
    struct perfd_hotspot *room = perfd_hotspot_room(replay->perfd);
    int count = room != NULL ? read_hotspots(from, room) : PERFD_INVALID;
    if (count < 0)
        return REPLAY_MALFORMED;
    replay->refused +=
        perfd_hotspots_add(replay->perfd, client, text_in(table), room, (uint32_t)count) < 0;
    return REPLAY_GOES_ON;
}

static bool take_text(char *to, size_t most, struct nx_text from)
{
    if (from.length > most)
        return false;
    for (size_t i = 0; i <= most; i++)
        to[i] = i < from.length ? from.bytes[i] : '\0';
    return true;
}

static enum replay_result restore_hotspots(struct replay *replay, int client,
                                           struct runlog_hotspots_reader from)
{
    struct perfd_hotspot *room = perfd_hotspot_room(replay->perfd);
    int count =
        room != NULL ? read_hotspots(runlog_hotspots_get_entries(from), room) : PERFD_INVALID;
    struct perfd_hotspot_table table = {
        .id = runlog_hotspots_get_id(from),
        .pid = runlog_hotspots_get_pid(from),
        .closed = runlog_hotspots_get_closed(from),
        .total_hits = runlog_hotspots_get_total_hits(from),
        .total_weight = runlog_hotspots_get_total_weight(from),
    };
    if (count < 0 || !take_text(table.name, PERFD_CATEGORY_MAX, runlog_hotspots_get_table(from)) ||
        !take_text(table.process, PERFD_PROCESS_NAME_MAX, runlog_hotspots_get_process(from)))
        return REPLAY_MALFORMED;
    replay->refused +=
        perfd_hotspots_restore(replay->perfd, client, &table, room, (uint32_t)count) < 0;
    return REPLAY_GOES_ON;
}

/* A slot's second word with its label's id here. */
static uint64_t with_label(const struct replay *replay, uint64_t second)
{
    if ((uint8_t)(second >> 16) == PERF_LANE_VALUE)
        return second;
    return (second & ~UINT64_C(0xffff)) | label_of(replay, (uint16_t)second);
}

/* As the lane's writer wrote them: a lap is announced with its first slot. */
static enum replay_result write_slots(struct replay *replay, uint32_t logged,
                                      struct runlog_slots_reader from)
{
    struct replay_lane *lane = lane_of(replay, logged);
    struct nx_u64_list_reader words = runlog_slots_get_words(from);
    uint32_t count = nx_u64_list_length(words) / 2;
    uint64_t at = runlog_slots_get_at(from);
    if (lane == NULL || lane->header == NULL || at > UINT64_MAX - count)
        return REPLAY_MALFORMED;
    struct perf_lane_slot *slot = (struct perf_lane_slot *)(lane->header + 1);
    perf_lane_store(&lane->header->values, runlog_slots_get_values(from));
    for (uint32_t i = 0; i < count; i++, at++) {
        if (at / lane->slots != perf_lane_load(&lane->header->laps))
            perf_lane_announce(lane->header, at / lane->slots);
        struct perf_lane_slot *to = &slot[at % lane->slots];
        perf_lane_store(&to->word[0], nx_u64_list_at(words, 2 * i));
        perf_lane_store(&to->word[1], with_label(replay, nx_u64_list_at(words, 2 * i + 1)));
    }
    return REPLAY_GOES_ON;
}

static enum replay_result look(struct replay *replay, struct runlog_look_reader from)
{
    struct perfd_port *port = &replay->port;
    if (port->looks + 1 == REPLAY_LOOKS)
        return REPLAY_MALFORMED;
    port->look[++port->looks] =
        (struct replay_look){runlog_look_get_ticks(from), runlog_look_get_now_ns(from)};
    return REPLAY_GOES_ON;
}

static enum replay_result begin_trace(struct replay *replay, struct runlog_trace_reader from)
{
    int trace =
        perfd_trace_begin(replay->perfd, session_of(replay, runlog_trace_get_session_id(from)),
                          runlog_trace_get_cap_bytes(from), replay->port.now_ns);
    if (trace > 0) {
        replay->trace = (uint32_t)trace;
        return REPLAY_TRACE;
    }
    replay->refused++;
    return REPLAY_GOES_ON;
}

static enum replay_result play(struct replay *replay, struct runlog_entry_reader entry)
{
    uint32_t logged = runlog_entry_get_client(entry), id = runlog_entry_get_id(entry);
    int client = client_of(replay, logged);
    switch (runlog_entry_which(entry)) {
    case RUNLOG_ENTRY_CLIENT_OPEN:
        return open_client(replay, id);
    case RUNLOG_ENTRY_PROCESS:
        return name_process(replay, id, runlog_entry_get_process(entry));
    case RUNLOG_ENTRY_CLIENT_CLOSE:
        return close_client(replay, id);
    case RUNLOG_ENTRY_LANE_OPEN:
        return open_lane(replay, client, id, runlog_entry_get_lane_open(entry));
    case RUNLOG_ENTRY_LANE_CLOSE:
        return close_lane(replay, client, id);
    case RUNLOG_ENTRY_LABEL:
        return make_label(replay, client, id, runlog_entry_get_label(entry));
    case RUNLOG_ENTRY_START:
        return start(replay, client, id, runlog_entry_get_start(entry));
    case RUNLOG_ENTRY_STOP:
        return stop(replay, id);
    case RUNLOG_ENTRY_TICK:
        return tick(replay, client, runlog_entry_get_tick(entry));
    case RUNLOG_ENTRY_MARK:
        return mark(replay, client, runlog_entry_get_mark(entry));
    case RUNLOG_ENTRY_AMEND:
        return amend(replay, client, runlog_entry_get_amend(entry));
    case RUNLOG_ENTRY_GROUP:
        return declare_group(replay, client, id, runlog_entry_get_group(entry));
    case RUNLOG_ENTRY_VALUES:
        return take_values(replay, client, id, runlog_entry_get_values(entry), false, 0);
    case RUNLOG_ENTRY_SAMPLE: {
        struct perf_sample_counters_request_reader sample = runlog_entry_get_sample(entry);
        return take_values(replay, client, id, perf_sample_counters_request_get_values(sample),
                           true, perf_sample_counters_request_get_time_ns(sample));
    }
    case RUNLOG_ENTRY_HOTSPOTS: {
        struct perf_add_hotspots_request_reader add = runlog_entry_get_hotspots(entry);
        return take_hotspots(replay, client, perf_add_hotspots_request_get_table(add),
                             perf_add_hotspots_request_get_entries(add));
    }
    case RUNLOG_ENTRY_HOTSPOTS_THERE:
        return restore_hotspots(replay, client, runlog_entry_get_hotspots_there(entry));
    case RUNLOG_ENTRY_COUNTER_STATE:
        return set_state(replay, client, id, runlog_entry_get_counter_state(entry));
    case RUNLOG_ENTRY_SLOTS:
        return write_slots(replay, id, runlog_entry_get_slots(entry));
    case RUNLOG_ENTRY_LOOK:
        return look(replay, runlog_entry_get_look(entry));
    case RUNLOG_ENTRY_TRACE:
        return begin_trace(replay, runlog_entry_get_trace(entry));
    case RUNLOG_ENTRY_LOST:
        replay->lapped += runlog_entry_get_lost(entry);
        return REPLAY_GOES_ON;
    case RUNLOG_ENTRY_END:
        replay->lost = runlog_entry_get_end(entry);
        return REPLAY_ENDED;
    case RUNLOG_ENTRY_HEAD:
    case RUNLOG_ENTRY_UNKNOWN:
        break;
    }
    return REPLAY_MALFORMED;
}

/* What was read for the entry that was just played, and was not needed here, is over. */
static void forget_looks(struct perfd_port *port)
{
    port->look[0] = port->look[port->looks];
    port->looks = 0;
}

enum replay_result replay_take(struct replay *replay, const uint8_t *bytes, size_t length)
{
    struct nx_message message;
    struct runlog_entry_reader entry = open_entry(&message, bytes, length);
    uint64_t at_ns = runlog_entry_get_at_ns(entry);
    if (nx_message_error(&message) != 0)
        return REPLAY_MALFORMED;
    if (!check_holds(&replay->check, bytes, length, runlog_entry_get_check(entry)))
        return REPLAY_ALTERED;
    if (at_ns < replay->port.now_ns)
        return REPLAY_MALFORMED;
    replay->port.now_ns = at_ns;
    enum replay_result result = play(replay, entry);
    enum runlog_entry_which which = runlog_entry_which(entry);
    if (which != RUNLOG_ENTRY_LOOK && which != RUNLOG_ENTRY_SLOTS && which != RUNLOG_ENTRY_LOST)
        forget_looks(&replay->port);
    if (nx_message_error(&message) != 0)
        return REPLAY_MALFORMED;
    replay->entries += result <= REPLAY_ENDED;
    return result;
}

const char *replay_error_text(enum replay_result result)
{
    switch (result) {
    case REPLAY_GOES_ON:
    case REPLAY_STOPPED:
    case REPLAY_TRACE:
    case REPLAY_ENDED:
        return "fine";
    case REPLAY_NO_LOG:
        return "not a run log";
    case REPLAY_NEWER:
        return "made by a newer perfd";
    case REPLAY_ALTERED:
        return "altered: its check does not hold";
    case REPLAY_MALFORMED:
        return "no entry that this perfd knows";
    case REPLAY_NO_ROOM:
        return "more clients, lanes or labels than the log's head says";
    }
    return "unknown";
}
