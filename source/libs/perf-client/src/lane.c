/* SPDX-License-Identifier: Apache-2.0 */
/* A thread's lane: opened, written where the inlined part cannot, closed. */
#include "marks.h"

#include "perf.capnp.h"

PERF_THREAD_LOCAL struct perf_lane_writer perf_writer;

/* What the thread's marks are written to. */
enum way {
    WAY_NONE,  /* nowhere: there was no lane to be had */
    WAY_TICKS, /* shared memory, stamped where they stand */
    WAY_NS,    /* shared memory, stamped by perf_stamp_ns() */
    WAY_CALLS
};

struct lane {
    enum way way;
    uint32_t generation; /* of perf_marks, when it was opened or refused */
    uint32_t number;
    struct perf_lane_header *header;
    uint64_t bytes;
    uint64_t *ring;
    uint64_t *ring_end;
    uint64_t laps;   /* that are complete */
    uint64_t values; /* as header->values, which others may have written */
    uint64_t phase;  /* by calls: the open phase's word, 0: none */
};

#if PERF_THREADS
static __thread struct lane lane;
#else
static struct lane lane;
#endif

static uint64_t stamp(void)
{
    return lane.way == WAY_TICKS ? perf_ticks() : perf_stamp_ns();
}

/* The ticks' top byte is taken off as it is now. Should it change before the lap is over, then the
 * rest of the lap is not whole to the service: once in 2^56 ticks. */
static void begin_lap(void)
{
    perf_writer.lap = perf_lane_lap_bits(lane.laps);
    perf_writer.bias = (stamp() & ~PERF_LANE_PAYLOAD) - perf_writer.lap;
    perf_writer.next = lane.ring;
    perf_writer.end = lane.way == WAY_TICKS ? lane.ring_end : lane.ring;
}

/* Where the next slot goes, the lap's bits being those of perf_writer. */
static uint64_t *take_slot(void)
{
    if (perf_writer.next == lane.ring_end) {
        lane.laps++;
        perf_lane_announce(lane.header, lane.laps);
        begin_lap();
    }
    uint64_t *slot = perf_writer.next;
    perf_writer.next += 2;
    if (lane.way != WAY_TICKS)
        perf_writer.end = perf_writer.next;
    return slot;
}

static void put_record(uint64_t word)
{
    uint64_t *slot = take_slot();
    perf_lane_store(slot, stamp() - perf_writer.bias);
    perf_lane_store(slot + 1, word + perf_writer.lap);
}

static void put_value_slot(uint64_t value)
{
    uint64_t *slot = take_slot();
    perf_lane_store(slot, (value & PERF_LANE_PAYLOAD) + perf_writer.lap);
    perf_lane_store(slot + 1, perf_value_word(value) + perf_writer.lap);
}

static uint64_t kind_of(uint64_t word)
{
    return word >> PERF_KIND_SHIFT & PERF_KIND_MASK;
}

static uint64_t with_kind(uint64_t word, enum perf_lane_kind kind)
{
    return (word & ~((uint64_t)PERF_KIND_MASK << PERF_KIND_SHIFT)) | (uint64_t)kind
                                                                         << PERF_KIND_SHIFT;
}

/* `record` knows no phases: they are spans. Nor a begin's argument: it is left out. */
static void put_by_calls(uint64_t word, uint64_t value)
{
    const uint64_t now_ns = perf_stamp_ns();
    if (kind_of(word) != PERF_LANE_PHASE) {
        perf_calls_add(lane.number, word, value, now_ns);
        return;
    }
    if (lane.phase != 0)
        perf_calls_add(lane.number, with_kind(lane.phase, PERF_LANE_END), 0, now_ns);
    lane.phase = with_kind(word, PERF_LANE_BEGIN);
    if (lane.phase != 0)
        perf_calls_add(lane.number, lane.phase, 0, now_ns);
}

/* Whether this thread's lane belongs to a connection that stands no more, or to none yet. */
static bool is_stale(void)
{
    return lane.generation != __atomic_load_n(&perf_marks.generation, __ATOMIC_RELAXED);
}

static void put(uint64_t word, bool has_value, uint64_t value)
{
    if (is_stale()) {
        perf_platform_lock();
        perf_lane_drop();
        (void)perf_lane_open(false);
        perf_platform_unlock();
        if (kind_of(word) == PERF_LANE_END)
            return; /* its begin is not in this lane */
    }
    if (lane.way == WAY_NONE)
        return;
    if (lane.way == WAY_CALLS) {
        perf_platform_lock();
        put_by_calls(word, value);
        perf_platform_unlock();
        return;
    }
    if (has_value)
        perf_lane_store(&lane.header->values, ++lane.values);
    put_record(word);
    if (has_value)
        put_value_slot(value);
}

void perf_put_slowly(uint64_t word)
{
    put(word, false, 0);
}

void perf_put_value(uint64_t word, uint64_t value)
{
    put(word, true, value);
}

struct perf_lane_header *perf_lane_map(uint32_t index, uint64_t address, uint64_t bytes,
                                       uint64_t *slots)
{
    struct perf_lane_header *header =
        perf_platform_map_lane(&perf_marks.client->transport, index, address, bytes);
    if (header == NULL)
        return NULL;
    *slots = header->slots;
    if (header->magic == PERF_LANE_MAGIC && *slots != 0 &&
        *slots <= (bytes - PERF_LANE_HEADER_BYTES) / PERF_LANE_SLOT_BYTES)
        return header;
    perf_platform_unmap_lane(header, bytes);
    return NULL;
}

/* False: the lane cannot be had. */
static bool take_lane(struct perf_open_lane_response_reader answer)
{
    const uint32_t index = perf_open_lane_response_get_fd_index(answer);
    lane.bytes = perf_open_lane_response_get_bytes(answer);
    uint64_t slots;
    lane.header =
        perf_lane_map(index, perf_open_lane_response_get_address(answer), lane.bytes, &slots);
    if (lane.header == NULL)
        return false;
    if (!perf_marks.enable_mapped)
        perf_marks.enable_mapped =
            perf_platform_map_enable(&perf_marks.client->transport, index + 1);
    if (!perf_marks.enable_mapped)
        return false;
    lane.ring = (uint64_t *)(lane.header + 1);
    lane.ring_end = lane.ring + slots * 2;
    lane.way = perf_open_lane_response_get_clock_mult(answer) != 0 ? WAY_TICKS : WAY_NS;
    begin_lap();
    return true;
}

/* Asks for a lane of so many records. 0, or as perf_open(). */
static int ask(const char *name, uint32_t records, bool shared)
{
    struct nx_client *rpc = &perf_marks.client->rpc;
    const struct perf_open_lane_request_builder request = perf_open_lane_call(rpc);
    perf_open_lane_request_set_name(request, nx_text_of(name));
    perf_open_lane_request_set_records(request, records);
    perf_open_lane_request_set_shared(request, shared);
    const int error = perf_marks_call();
    if (error != 0)
        return error;
    const struct perf_open_lane_response_reader answer = perf_open_lane_results(rpc);
    const int status = (int)perf_open_lane_response_get_status(answer);
    if (status != PERF_STATUS_OK)
        return status;
    lane.number = perf_open_lane_response_get_lane(answer);
    if (!shared || perf_open_lane_response_get_bytes(answer) == 0) {
        lane.way = WAY_CALLS;
        return 0;
    }
    if (take_lane(answer))
        return 0;
    const uint32_t generation = lane.generation;
    perf_lane_close();
    lane.generation = generation;
    return perf_marks.client == NULL ? PERF_CLIENT_DISCONNECTED : ask(name, records, false);
}

/* Where no lane is to be had, the thread that opened all has one of its own by calls: 0. */
int perf_lane_open(bool first)
{
    lane = (struct lane){.generation = perf_marks.generation};
    if (perf_marks.client == NULL)
        return PERF_CLIENT_DISCONNECTED;
    const struct perf_options *options = &perf_marks.options;
    char own_name[PERF_THREAD_NAME_BYTES];
    const char *name = first ? options->lane_name : NULL;
    if (name == NULL) {
        perf_platform_thread_name(own_name);
        name = own_name;
    }
    const uint32_t least = options->lane_records_min != 0 ? options->lane_records_min : UINT32_MAX;
    uint32_t records = options->lane_records;
    int result = ask(name, records, perf_marks.shares);
    while (result == PERF_STATUS_NO_SPACE && records / 2 >= least) {
        records /= 2;
        result = ask(name, records, perf_marks.shares);
    }
    if (result == PERF_STATUS_NO_SPACE && first) {
        lane.way = WAY_CALLS;
        result = 0;
    }
    if (result == 0) {
        perf_platform_thread_joins();
        if (!perf_marks.enable_mapped)
            perf_platform_set_enable(true);
    }
    return result;
}

void perf_lane_drop(void)
{
    if (lane.header != NULL)
        perf_platform_unmap_lane(lane.header, lane.bytes);
    lane = (struct lane){.way = WAY_NONE};
    perf_writer = (struct perf_lane_writer){0};
}

void perf_lane_close(void)
{
    const bool ours = lane.generation == perf_marks.generation && lane.number != 0;
    const uint32_t number = lane.number;
    perf_lane_drop();
    if (!ours || perf_marks.client == NULL)
        return;
    perf_calls_send();
    if (perf_marks.client == NULL)
        return;
    const struct perf_close_lane_request_builder request =
        perf_close_lane_call(&perf_marks.client->rpc);
    perf_close_lane_request_set_lane(request, number);
    (void)perf_marks_call(); /* an answer other than ok: it is closed already */
}

void perf_lane_leave(void)
{
    perf_platform_lock();
    perf_lane_close();
    perf_platform_unlock();
}
