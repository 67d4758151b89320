/* SPDX-License-Identifier: Apache-2.0 */
#include "mark_service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "nexus-idl/framing.h"
#include "nexus-idl/rpc.h"
#include "perf-client/perf_client.h"
#include "perf.capnp.h"

struct service service;

static struct nx_vat vat;
static uint8_t answer[65536];
static size_t answer_at, answer_length;
static bool cut;
static int enable_fd = -1;

/* The transport whose answer is being made: its descriptors come with it. */
static struct perf_transport *current;

static void copy(char *to, size_t size, struct nx_text text)
{
    assert_true(text.length < size);
    memcpy(to, text.bytes, text.length);
    to[text.length] = '\0';
}

static void pass(int fd)
{
    const int own = dup(fd);
    assert_true(own >= 0 && current->passed < PERF_TRANSPORT_DESCRIPTORS);
    current->descriptor[current->passed++] = own;
}

static void make_lane(struct service_lane *lane)
{
    const size_t bytes = PERF_LANE_HEADER_BYTES + service.slots * PERF_LANE_SLOT_BYTES;
    lane->fd = memfd_create("lane", MFD_CLOEXEC);
    assert_int_equal(ftruncate(lane->fd, (off_t)bytes), 0);
    lane->header = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, lane->fd, 0);
    assert_true(lane->header != MAP_FAILED);
    lane->header->magic = PERF_LANE_MAGIC;
    lane->header->slots = service.slots;
    lane->slot = (struct perf_lane_slot *)(lane->header + 1);
}

static void open_lane(struct nx_call *call)
{
    const struct perf_open_lane_request_reader request = {nx_call_params(call)};
    const struct perf_open_lane_response_builder response = perf_open_lane_resume(call);
    const uint32_t records = perf_open_lane_request_get_records(request);
    int status = service.lane_status;
    if (service.most != 0 && records > service.most)
        status = PERF_STATUS_NO_SPACE;
    perf_open_lane_response_set_status(response, (enum perf_status)status);
    if (status != 0)
        return;
    assert_true(service.lanes < SERVICE_LANES);
    struct service_lane *lane = &service.lane[service.lanes++];
    copy(lane->name, sizeof lane->name, perf_open_lane_request_get_name(request));
    lane->records = records;
    lane->shared = service.shares && perf_open_lane_request_get_shared(request);
    perf_open_lane_response_set_lane(response, service.lanes);
    if (service.always_promises)
        perf_open_lane_response_set_bytes(response, 4096);
    if (!lane->shared)
        return;
    make_lane(lane);
    perf_open_lane_response_set_bytes(response, PERF_LANE_HEADER_BYTES +
                                                    service.slots * PERF_LANE_SLOT_BYTES);
    perf_open_lane_response_set_clock_mult(response, service.ticks ? 1 : 0);
    if (!service.no_descriptors) {
        pass(lane->fd);
        pass(enable_fd);
    }
}

static void close_lane(struct nx_call *call)
{
    const struct perf_close_lane_request_reader request = {nx_call_params(call)};
    const uint32_t lane = perf_close_lane_request_get_lane(request);
    (void)perf_close_lane_resume(call);
    assert_true(lane >= 1 && lane <= service.lanes && !service.lane[lane - 1].closed);
    service.lane[lane - 1].closed = true;
}

static void make_label(struct nx_call *call)
{
    const struct perf_label_request_reader request = {nx_call_params(call)};
    const struct perf_label_response_builder response = perf_label_resume(call);
    if (service.no_labels)
        return;
    assert_true(service.labels < SERVICE_LABELS);
    struct service_label *label = &service.label[service.labels++];
    copy(label->name, sizeof label->name, perf_label_request_get_name(request));
    copy(label->category, sizeof label->category, perf_label_request_get_category(request));
    copy(label->file, sizeof label->file, perf_label_request_get_file(request));
    label->line = perf_label_request_get_line(request);
    label->budget_cpu_us = perf_label_request_get_budget_cpu_us(request);
    label->budget_gpu_us = perf_label_request_get_budget_gpu_us(request);
    label->budget_mem_bytes = perf_label_request_get_budget_mem_bytes(request);
    perf_label_response_set_label(response, service.labels);
}

static uint64_t value_of(struct perf_record_reader record)
{
    switch (perf_record_which(record)) {
    case PERF_RECORD_COUNTER:
        return (uint64_t)perf_record_get_counter(record);
    case PERF_RECORD_FLOW:
        return perf_record_flow_get_id(perf_record_get_flow(record));
    case PERF_RECORD_ASYNC_BEGIN:
        return perf_record_get_async_begin(record);
    case PERF_RECORD_ASYNC_END:
        return perf_record_get_async_end(record);
    default:
        return 0;
    }
}

static void take_records(struct nx_call *call)
{
    const struct perf_record_request_reader request = {nx_call_params(call)};
    (void)perf_record_resume(call);
    const struct perf_record_list_reader list = perf_record_request_get_records(request);
    service.record_calls++;
    for (uint32_t i = 0; i < perf_record_list_length(list); i++) {
        const struct perf_record_reader from = perf_record_list_at(list, i);
        assert_true(service.records < SERVICE_RECORDS);
        struct service_record *to = &service.record[service.records++];
        to->time_ns = perf_record_get_time_ns(from);
        to->lane = perf_record_get_lane(from);
        to->label = perf_record_get_label(from);
        to->kind = (uint32_t)perf_record_which(from);
        copy(to->name, sizeof to->name, perf_record_get_name(from));
        to->value = value_of(from);
    }
}

static void take_frame(struct nx_call *call)
{
    const struct perf_frame_tick_request_reader request = {nx_call_params(call)};
    (void)perf_frame_tick_resume(call);
    const struct perf_frame_tick_reader tick = perf_frame_tick_request_get_tick(request);
    assert_true(service.frames < SERVICE_FRAMES);
    service.frame[service.frames++] = (struct service_frame){
        .id = perf_frame_tick_get_frame_id(tick),
        .presented_at_ns = perf_frame_tick_get_presented_at_ns(tick),
        .began_at_ns = perf_frame_tick_get_began_at_ns(tick),
        .ui_ns = perf_frame_tick_get_ui_ns(tick),
        .presented = perf_frame_tick_get_presented(tick),
        .after_idle = perf_frame_tick_get_after_idle(tick),
    };
}

static enum nx_outcome serve(struct nx_call *call)
{
    service.calls++;
    switch (call->method_id) {
    case PERF_METHOD_OPEN_LANE:
        open_lane(call);
        return NX_ANSWER;
    case PERF_METHOD_CLOSE_LANE:
        close_lane(call);
        return NX_ANSWER;
    case PERF_METHOD_LABEL:
        make_label(call);
        return NX_ANSWER;
    case PERF_METHOD_RECORD:
        take_records(call);
        return NX_ANSWER;
    case PERF_METHOD_FRAME_TICK:
        take_frame(call);
        return NX_ANSWER;
    default:
        return NX_UNIMPLEMENTED;
    }
}

static void drop(struct perf_transport *transport)
{
    for (uint32_t i = 0; i < transport->passed; i++)
        if (transport->descriptor[i] >= 0)
            close(transport->descriptor[i]);
    transport->passed = 0;
}

int perf_transport_open(struct perf_transport *transport, const char *address)
{
    (void)address;
    if (service.away)
        return PERF_CLIENT_UNREACHABLE;
    nx_vat_init(&vat);
    transport->passed = 0;
    answer_at = 0;
    answer_length = 0;
    cut = false;
    service.connections++;
    return 0;
}

int perf_transport_send(struct perf_transport *transport, const uint8_t *bytes, size_t length)
{
    if (cut)
        return PERF_CLIENT_DISCONNECTED;
    drop(transport);
    current = transport;
    answer_at = 0;
    answer_length = 0;
    while (length > 0) {
        const int64_t frame = nx_frame_length(bytes, length, length, 8);
        assert_true(frame > 0 && (size_t)frame <= length);
        struct nx_call call;
        size_t got = 0;
        enum nx_event event =
            nx_vat_receive(&vat, bytes, (size_t)frame, &call, answer + answer_length,
                           sizeof answer - answer_length, &got);
        if (event == NX_CALL)
            event = nx_vat_finish(&vat, &call, serve(&call), &got);
        assert_int_not_equal(event, NX_CLOSE);
        answer_length += got;
        bytes += frame;
        length -= (size_t)frame;
    }
    return 0;
}

int perf_transport_receive(struct perf_transport *transport, uint8_t *bytes, size_t size)
{
    (void)transport;
    const size_t left = answer_length - answer_at;
    const size_t length = left < size ? left : size;
    assert_true(length > 0);
    memcpy(bytes, answer + answer_at, length);
    answer_at += length;
    return (int)length;
}

void perf_transport_close(struct perf_transport *transport)
{
    drop(transport);
}

void service_start(void)
{
    service = (struct service){.shares = true, .ticks = true, .slots = 8};
    const long page = sysconf(_SC_PAGESIZE);
    enable_fd = memfd_create("enable", MFD_CLOEXEC);
    assert_int_equal(ftruncate(enable_fd, page), 0);
    service.enable = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, enable_fd, 0);
    assert_true(service.enable != MAP_FAILED);
    service_enable(true);
}

void service_stop(void)
{
    for (unsigned i = 0; i < service.lanes; i++)
        if (service.lane[i].shared) {
            munmap(service.lane[i].header,
                   PERF_LANE_HEADER_BYTES + service.slots * PERF_LANE_SLOT_BYTES);
            close(service.lane[i].fd);
        }
    munmap(service.enable, (size_t)sysconf(_SC_PAGESIZE));
    close(enable_fd);
}

void service_cut(void)
{
    cut = true;
}

void service_enable(bool on)
{
    __atomic_store_n(service.enable, on, __ATOMIC_RELAXED);
}
