/* SPDX-License-Identifier: Apache-2.0 */
/* start, stop, metrics, frames. */
#include "server/service.h"

enum nx_outcome perf_on_start(struct perf_service *service, struct nx_call *call,
                              struct perf_start_request_reader request,
                              struct perf_start_response_builder response)
{
    struct perfd_start start = read_start(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer_id(response.s,
                     perfd_start(service->perfd, service->client, &start, service->now_ns));
}

enum nx_outcome perf_on_stop(struct perf_service *service, struct nx_call *call,
                             struct perf_stop_request_reader request,
                             struct perf_stop_response_builder response)
{
    uint32_t session = perf_stop_request_get_session_id(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    struct perfd_metrics *metrics = &service->server->metrics;
    int result = perfd_stop(service->perfd, service->client, session, service->now_ns, metrics);
    if (result >= 0) {
        struct perf_metrics_builder to = perf_stop_response_init_metrics(response);
        write_metrics(metrics, to);
        write_gpu(service->perfd, metrics->session, to);
        flight_session_stopped(service->server, metrics->session);
    }
    return answer(response.s, result);
}

static int answer_metrics(struct perf_service *service, uint32_t session, bool phases,
                          struct perf_metrics_response_builder response)
{
    struct perfd_metrics *metrics = &service->server->metrics;
    int result = perfd_read_metrics(service->perfd, service->client, session, phases, metrics);
    if (result < 0)
        return result;
    struct perf_metrics_builder to = perf_metrics_response_init_metrics(response);
    write_metrics(metrics, to);
    write_gpu(service->perfd, metrics->session, to);
    return result;
}

static void answer_health(struct perf_service *service,
                          struct perf_metrics_response_builder response)
{
    struct perfd_health health;
    perfd_read_health(service->perfd, service->now_ns, &health);
    struct perf_health_builder to = perf_metrics_response_init_health(response);
    write_health(&health, to);
    write_own_cost(service->server, to);
}

enum nx_outcome perf_on_metrics(struct perf_service *service, struct nx_call *call,
                                struct perf_metrics_request_reader request,
                                struct perf_metrics_response_builder response)
{
    uint32_t session = perf_metrics_request_get_session_id(request);
    bool phases = perf_metrics_request_get_phases(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    int result = answer_metrics(service, session, phases, response);
    answer_health(service, response);
    return answer(response.s, result);
}

/* The schema's bound on FramesRequest.max. */
#define FRAMES_MAX 64u

#define SAMPLE(member, FIELD)                                                                      \
    _Static_assert(offsetof(struct perfd_frame_sample, member) -                                   \
                           offsetof(struct perfd_frame_sample, seq) ==                             \
                       PERF_FRAME_SAMPLE_AT_##FIELD - PERF_FRAME_SAMPLE_AT_SEQ,                    \
                   #member)
SAMPLE(frame_id, FRAME_ID);
SAMPLE(presented_at_ns, PRESENTED_AT_NS);
SAMPLE(interval_ns, INTERVAL_NS);
SAMPLE(work_ns, WORK_NS);
SAMPLE(phase_ns[PERFD_UI], UI_NS);
SAMPLE(phase_ns[PERFD_LAYOUT], LAYOUT_NS);
SAMPLE(phase_ns[PERFD_RENDER], RENDER_NS);
SAMPLE(phase_ns[PERFD_PRESENT], PRESENT_NS);
SAMPLE(budget_ns, BUDGET_NS);

FLAG(FRAME_SAMPLE, LONG, DROPPED, 1);
FLAG(FRAME_SAMPLE, LONG, LATE, 2);
FLAG(FRAME_SAMPLE, LONG, IDLE, 3);

static void write_sample(const struct perfd_frame_sample *from, struct perf_frame_sample_builder to)
{
    write_run(to.s, PERF_FRAME_SAMPLE_AT_SEQ, &from->seq,
              RUN(struct perfd_frame_sample, seq, budget_ns));
    write_flags(to.s, PERF_FRAME_SAMPLE_BIT_LONG,
                (unsigned)from->is_long | (unsigned)from->dropped << 1 | (unsigned)from->late << 2 |
                    (unsigned)from->idle << 3);
}

/* Samples pass through here a few at a time: all 64 at once would be 6 KB of stack. */
#define SAMPLES_AT_ONCE 4u

static int write_frames(struct perf_service *service, uint32_t session, uint64_t after_seq,
                        uint32_t count, struct perf_frames_response_builder response)
{
    struct perf_frame_sample_list_builder list = perf_frames_response_init_frames(response, count);
    uint32_t done = 0;
    while (done < count) {
        struct perfd_frame_sample samples[SAMPLES_AT_ONCE];
        uint64_t missed;
        uint32_t want = count - done < SAMPLES_AT_ONCE ? count - done : SAMPLES_AT_ONCE;
        int got = perfd_read_frames(service->perfd, service->client, session, after_seq, samples,
                                    want, &missed);
        if (got <= 0)
            return got;
        if (done == 0)
            perf_frames_response_set_missed(response, missed);
        for (int i = 0; i < got; i++)
            write_sample(&samples[i], perf_frame_sample_list_edit(list, done++));
        after_seq = samples[got - 1].seq;
    }
    return 0;
}

enum nx_outcome perf_on_frames(struct perf_service *service, struct nx_call *call,
                               struct perf_frames_request_reader request,
                               struct perf_frames_response_builder response)
{
    uint32_t session = perf_frames_request_get_session_id(request);
    uint64_t after_seq = perf_frames_request_get_after_seq(request);
    uint32_t max = perf_frames_request_get_max(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (max < 1 || max > FRAMES_MAX)
        return answer(response.s, service_invalid(service));
    uint64_t missed = 0;
    int result =
        perfd_read_frames(service->perfd, service->client, session, after_seq, NULL, max, &missed);
    perf_frames_response_set_missed(response, missed);
    if (result > 0)
        result = write_frames(service, session, after_seq, (uint32_t)result, response);
    return answer(response.s, result);
}
