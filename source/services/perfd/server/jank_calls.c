/* SPDX-License-Identifier: Apache-2.0 */
/* amendFrame, janks, snapshots. */
#include "perfd/jank.h"

#include "server/service.h"

_Static_assert((int)PERFD_CAUSE_UNKNOWN == (int)PERF_CAUSE_UNKNOWN_ &&
                   (int)PERFD_CAUSE_PIPELINE == (int)PERF_CAUSE_PIPELINE &&
                   (int)PERFD_CAUSE_GPU == (int)PERF_CAUSE_GPU &&
                   (int)PERFD_CAUSE_APP == (int)PERF_CAUSE_APP,
               "enum perfd_cause mirrors Cause");
_Static_assert((int)PERFD_BOUND_CPU == (int)PERF_BOUND_CPU &&
                   (int)PERFD_BOUND_GPU == (int)PERF_BOUND_GPU,
               "enum perfd_bound mirrors Bound");

enum nx_outcome perf_on_amend_frame(struct perf_service *service, struct nx_call *call,
                                    struct perf_amend_frame_request_reader request,
                                    struct perf_amend_frame_response_builder response)
{
    uint32_t session = perf_amend_frame_request_get_session_id(request);
    uint64_t frame_id = perf_amend_frame_request_get_frame_id(request);
    uint64_t gpu_ns = perf_amend_frame_request_get_gpu_ns(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer(response.s, perfd_amend_frame(service->perfd, service->client, session, frame_id,
                                                gpu_ns, service->now_ns));
}

/* --- janks ------------------------------------------------------------------------------------ */

/* The schema's bound on JanksRequest.max. */
#define JANKS_MAX 8u

#define JANK(member, FIELD)                                                                        \
    _Static_assert(offsetof(struct perfd_jank, member) - offsetof(struct perfd_jank, seq) ==       \
                       PERF_JANK_AT_##FIELD - PERF_JANK_AT_SEQ,                                    \
                   #member)
JANK(frame_id, FRAME_ID);
JANK(shown_at_ns, SHOWN_AT_NS);
JANK(interval_ns, INTERVAL_NS);
JANK(budget_ns, BUDGET_NS);
JANK(work_ns, WORK_NS);
JANK(gpu_ns, GPU_NS);

static void write_jank(const struct perfd_jank *from, struct perf_jank_builder to)
{
    write_run(to.s, PERF_JANK_AT_SEQ, &from->seq, RUN(struct perfd_jank, seq, gpu_ns));
    perf_jank_set_session_id(to, from->session);
    perf_jank_set_cause(to, (enum perf_cause)from->cause);
    struct perf_why_list_builder why = perf_jank_init_why(to, from->whys);
    for (uint32_t i = 0; i < from->whys; i++) {
        struct perf_why_builder entry = perf_why_list_edit(why, i);
        perf_why_set_self_ns(entry, from->why[i].self_ns);
        perf_why_set_label(entry, (struct nx_text){from->why[i].label, from->why[i].length});
    }
}

/* One at a time, and apart: all of them, or one in every call, would be much stack. */
__attribute__((noinline)) static int write_janks(struct perf_service *service, uint32_t session,
                                                 uint64_t after_seq, uint32_t count,
                                                 struct perf_janks_response_builder response)
{
    struct perf_jank_list_builder list = perf_janks_response_init_janks(response, count);
    for (uint32_t i = 0; i < count; i++) {
        struct perfd_jank jank;
        uint64_t missed;
        int got = perfd_read_janks(service->perfd, service->client, session, after_seq, &jank, 1,
                                   &missed);
        if (got <= 0)
            return got;
        write_jank(&jank, perf_jank_list_edit(list, i));
        after_seq = jank.seq;
    }
    return 0;
}

enum nx_outcome perf_on_janks(struct perf_service *service, struct nx_call *call,
                              struct perf_janks_request_reader request,
                              struct perf_janks_response_builder response)
{
    uint32_t session = perf_janks_request_get_session_id(request);
    uint64_t after_seq = perf_janks_request_get_after_seq(request);
    uint32_t max = perf_janks_request_get_max(request);
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    if (max < 1 || max > JANKS_MAX)
        return answer(response.s, service_invalid(service));
    uint64_t missed;
    struct perfd_gpu gpu;
    int result =
        perfd_read_janks(service->perfd, service->client, session, after_seq, NULL, max, &missed);
    if (result < 0)
        return answer(response.s, result);
    perf_janks_response_set_missed(response, missed);
    if (perfd_read_gpu(service->perfd, service->client, session, &gpu) == PERFD_OK)
        perf_janks_response_set_lines_held_back(response, gpu.lines_held_back);
    if (result > 0)
        result = write_janks(service, session, after_seq, (uint32_t)result, response);
    return answer(response.s, result);
}

/* --- snapshots -------------------------------------------------------------------------------- */

static void write_snapshot(const struct perfd_snapshot *from, struct perf_snapshot_builder to)
{
    perf_snapshot_set_snapshot_id(to, from->id);
    perf_snapshot_set_session_id(to, from->session);
    perf_snapshot_set_name(to, nx_text_of(from->name));
    perf_snapshot_set_jank_seq(to, from->jank_seq);
    perf_snapshot_set_frame_id(to, from->frame_id);
    perf_snapshot_set_cause(to, (enum perf_cause)from->cause);
    perf_snapshot_set_from_ns(to, from->from_ns);
    perf_snapshot_set_to_ns(to, from->to_ns);
    perf_snapshot_set_frames(to, from->frames);
    perf_snapshot_set_records(to, from->records);
}

/* Apart for the same reason. */
__attribute__((noinline)) static int
write_snapshots(const struct perfd *perfd, struct perf_snapshots_response_builder response)
{
    struct perfd_snapshot snapshot = {.id = 0};
    uint32_t count = 0;
    int result;
    while ((result = perfd_next_snapshot(perfd, snapshot.id, &snapshot)) > 0)
        count++;
    if (result != PERFD_NOT_FOUND)
        return result;
    struct perf_snapshot_list_builder list =
        perf_snapshots_response_init_snapshots(response, count);
    snapshot.id = 0;
    for (uint32_t i = 0; i < count; i++)
        if (perfd_next_snapshot(perfd, snapshot.id, &snapshot) > 0)
            write_snapshot(&snapshot, perf_snapshot_list_edit(list, i));
    return PERFD_OK;
}

enum nx_outcome perf_on_snapshots(struct perf_service *service, struct nx_call *call,
                                  struct perf_snapshots_request_reader request,
                                  struct perf_snapshots_response_builder response)
{
    (void)request;
    if (nx_call_error(call) != 0)
        return NX_REFUSE;
    return answer(response.s, write_snapshots(service->perfd, response));
}

/* --- metrics ---------------------------------------------------------------------------------- */

void write_gpu(const struct perfd *perfd, uint32_t session, struct perf_metrics_builder to)
{
    struct perfd_gpu gpu;
    if (perfd_read_gpu(perfd, 0, session, &gpu) < 0)
        return;
    perf_metrics_set_gpu_frames(to, gpu.frames);
    perf_metrics_set_gpu_avg_ns(to, gpu.gpu_avg_ns);
    perf_metrics_set_gpu_work_avg_ns(to, gpu.work_avg_ns);
    perf_metrics_set_bound(to, (enum perf_bound)gpu.bound);
}
