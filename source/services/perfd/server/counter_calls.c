/* SPDX-License-Identifier: Apache-2.0 */
/* counterGroup, sampleCounters, counterState, counters, counterSamples. */
#include "perfd/counters.h"

#include "server/service.h"

/* The schema's bounds on what is asked for at once. */
#define COUNTERS_MAX 32u
#define SAMPLES_MAX  16u

_Static_assert((int)PERFD_NS == (int)PERF_COUNTER_KIND_NS &&
                   (int)PERFD_GAUGE == (int)PERF_COUNTER_KIND_GAUGE,
               "enum perfd_counter_kind mirrors CounterKind");
_Static_assert((int)PERFD_COUNTER_UNSUPPORTED == (int)PERF_COUNTER_STATE_UNSUPPORTED &&
                   (int)PERFD_COUNTER_NOT_PERMITTED == (int)PERF_COUNTER_STATE_NOT_PERMITTED &&
                   (int)PERFD_COUNTER_DISABLED == (int)PERF_COUNTER_STATE_DISABLED &&
                   (int)PERFD_COUNTER_WARMING == (int)PERF_COUNTER_STATE_WARMING &&
                   (int)PERFD_COUNTER_FAILED == (int)PERF_COUNTER_STATE_FAILED,
               "enum perfd_counter_state mirrors CounterState");

/* --- Those who count -------------------------------------------------------------------------- */

enum nx_outcome perf_on_counter_group(struct perf_service *service, struct nx_call *call,
                                      struct perf_counter_group_request_reader request,
                                      struct perf_counter_group_response_builder response)
{
    struct perfd_counter_room *room = perfd_counter_room(service->perfd);
    struct perfd_text name = text_in(perf_counter_group_request_get_name(request));
    int result = PERFD_UNSUPPORTED;
    if (room != NULL)
        result = read_counters(perf_counter_group_request_get_counters(request), room->counter);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (result >= 0)
        result = perfd_counter_group(service->perfd, service->client, name, room->counter,
                                     (uint32_t)result);
    return answer_id(response.s, service_result(service, result));
}

enum nx_outcome perf_on_sample_counters(struct perf_service *service, struct nx_call *call,
                                        struct perf_sample_counters_request_reader request,
                                        struct perf_sample_counters_response_builder response)
{
    struct perfd_counter_room *room = perfd_counter_room(service->perfd);
    uint32_t group = perf_sample_counters_request_get_group(request);
    uint64_t time_ns = perf_sample_counters_request_get_time_ns(request);
    int result = PERFD_UNSUPPORTED;
    if (room != NULL)
        result = read_values(perf_sample_counters_request_get_values(request), room->value);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (result >= 0)
        result = perfd_counter_sample(service->perfd, service->client, group, room->value,
                                      (uint32_t)result, time_ns, service->now_ns);
    return answer(response.s, service_result(service, result));
}

enum nx_outcome perf_on_counter_state(struct perf_service *service, struct nx_call *call,
                                      struct perf_counter_state_request_reader request,
                                      struct perf_counter_state_response_builder response)
{
    uint32_t group = perf_counter_state_request_get_group(request);
    uint32_t first = perf_counter_state_request_get_first(request);
    uint32_t count = perf_counter_state_request_get_count(request);
    enum perf_counter_state state = perf_counter_state_request_get_state(request);
    struct perfd_text reason = text_in(perf_counter_state_request_get_reason(request));
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = perfd_counter_set_state(service->perfd, service->client, group, first, count,
                                         (enum perfd_counter_state)state, reason);
    return answer(response.s, service_result(service, result));
}

/* --- Those who look --------------------------------------------------------------------------- */

#define FIGURE(member, FIELD)                                                                      \
    _Static_assert(offsetof(struct perfd_counter_info, member) -                                   \
                           offsetof(struct perfd_counter_info, last) ==                            \
                       PERF_COUNTER_FIGURES_AT_##FIELD - PERF_COUNTER_FIGURES_AT_LAST,             \
                   #member)
FIGURE(total, TOTAL);
FIGURE(sum, SUM);
FIGURE(p95, P95);
FIGURE(max, MAX);

static void write_figures(const struct perfd_counter_info *from,
                          struct perf_counter_figures_builder to)
{
    perf_counter_figures_set_name(to, nx_text_of(from->name));
    perf_counter_figures_set_unit(to, nx_text_of(from->unit));
    perf_counter_figures_set_kind(to, (enum perf_counter_kind)from->kind);
    perf_counter_figures_set_state(to, (enum perf_counter_state)from->state);
    perf_counter_figures_set_reason(to, nx_text_of(from->reason));
    perf_counter_figures_set_samples(to, from->samples);
    perf_counter_figures_set_last(to, from->last);
    perf_counter_figures_set_total(to, from->total);
    perf_counter_figures_set_sum(to, from->sum);
    perf_counter_figures_set_p95(to, from->p95);
    perf_counter_figures_set_max(to, from->max);
}

/* Apart, so that what is looked at does not lie on the stack of every other call. */
__attribute__((noinline)) static uint32_t write_group(struct perfd *perfd, uint32_t from_id,
                                                      int *result,
                                                      struct perf_counters_response_builder to)
{
    struct perfd_group_info group;
    *result = perfd_read_group(perfd, from_id, &group);
    if (*result < 0)
        return 0;
    perf_counters_response_set_group(to, group.id);
    perf_counters_response_set_name(to, nx_text_of(group.name));
    perf_counters_response_set_pid(to, group.pid);
    perf_counters_response_set_process(to, nx_text_of(group.process));
    perf_counters_response_set_closed(to, group.closed);
    perf_counters_response_set_counter_count(to, group.counters);
    perf_counters_response_set_samples(to, group.samples);
    perf_counters_response_set_last_ns(to, group.last_ns);
    perf_counters_response_set_window_samples(to, group.window_samples);
    perf_counters_response_set_window_ns(to, group.window_ns);
    *result = (int)group.id;
    return group.counters;
}

__attribute__((noinline)) static void write_counters(struct perfd *perfd, uint32_t group,
                                                     uint32_t first, uint32_t count,
                                                     struct perf_counters_response_builder to)
{
    struct perf_counter_figures_list_builder list = perf_counters_response_init_counters(to, count);
    for (uint32_t i = 0; i < count; i++) {
        struct perfd_counter_info counter;
        if (perfd_read_counter(perfd, group, first + i, &counter) == PERFD_OK)
            write_figures(&counter, perf_counter_figures_list_edit(list, i));
    }
}

enum nx_outcome perf_on_counters(struct perf_service *service, struct nx_call *call,
                                 struct perf_counters_request_reader request,
                                 struct perf_counters_response_builder response)
{
    uint32_t from_group = perf_counters_request_get_from_group(request);
    uint32_t first = perf_counters_request_get_from_counter(request);
    uint32_t max = perf_counters_request_get_max(request);
    int result;
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (max < 1 || max > COUNTERS_MAX)
        return answer(response.s, service_invalid(service));
    uint32_t count = write_group(service->perfd, from_group, &result, response);
    if (result < 0)
        return answer(response.s, result);
    uint32_t left = first < count ? count - first : 0;
    perf_counters_response_set_more(response, left > max);
    write_counters(service->perfd, (uint32_t)result, first, left < max ? left : max, response);
    return answer(response.s, PERFD_OK);
}

/* How many there are after this one, up to `most`; *first is the one that they begin with. */
static int count_samples(struct perfd *perfd, uint32_t group, uint64_t after_seq, uint32_t most,
                         uint64_t *first)
{
    struct perfd_counter_room *room = perfd_counter_room(perfd);
    struct perfd_counter_sample sample;
    uint32_t count = 0;
    if (room == NULL)
        return PERFD_UNSUPPORTED;
    *first = after_seq + 1;
    for (; count < most; count++) {
        int result = perfd_read_sample(perfd, group, after_seq, &sample, room->value);
        if (result < 0)
            break;
        if (count == 0)
            *first = sample.seq;
        after_seq = sample.seq;
    }
    return (int)count;
}

static void write_samples(struct perfd *perfd, uint32_t group, uint32_t counters, uint64_t first,
                          uint32_t count, struct perf_counter_samples_response_builder to)
{
    struct perfd_counter_room *room = perfd_counter_room(perfd);
    struct perf_counter_sample_list_builder list =
        perf_counter_samples_response_init_samples(to, count);
    struct perfd_counter_sample sample = {.seq = first - 1};
    for (uint32_t i = 0; i < count; i++) {
        if (perfd_read_sample(perfd, group, sample.seq, &sample, room->value) < 0)
            return;
        struct perf_counter_sample_builder one = perf_counter_sample_list_edit(list, i);
        perf_counter_sample_set_seq(one, sample.seq);
        perf_counter_sample_set_time_ns(one, sample.time_ns);
        struct nx_i64_list_builder amounts = perf_counter_sample_init_amounts(one, counters);
        for (uint32_t at = 0; at < counters; at++)
            nx_i64_list_set(amounts, at, room->value[at]);
    }
}

/* How many counters the group has, or an error. */
__attribute__((noinline)) static int counters_of(const struct perfd *perfd, uint32_t id)
{
    struct perfd_group_info group;
    int result = perfd_read_group(perfd, id, &group);
    if (result < 0)
        return result;
    return group.id == id ? (int)group.counters : PERFD_NOT_FOUND;
}

enum nx_outcome perf_on_counter_samples(struct perf_service *service, struct nx_call *call,
                                        struct perf_counter_samples_request_reader request,
                                        struct perf_counter_samples_response_builder response)
{
    uint32_t group = perf_counter_samples_request_get_group(request);
    uint64_t after_seq = perf_counter_samples_request_get_after_seq(request);
    uint32_t max = perf_counter_samples_request_get_max(request);
    uint64_t first;
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (max < 1 || max > SAMPLES_MAX)
        return answer(response.s, service_invalid(service));
    int counters = counters_of(service->perfd, group);
    if (counters < 0)
        return answer(response.s, counters);
    int count = count_samples(service->perfd, group, after_seq, max, &first);
    if (count > 0) {
        perf_counter_samples_response_set_missed(response, first - after_seq - 1);
        write_samples(service->perfd, group, (uint32_t)counters, first, (uint32_t)count, response);
    }
    return answer(response.s, count < 0 ? count : PERFD_OK);
}
