/* SPDX-License-Identifier: Apache-2.0 */
#include "hud_data.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "hud_fetch.h"
#include "perfctl.h"

#define FRAMES_A_CALL   64u
#define FRAME_CALLS_MAX 64u /* a refresh ends, however fast frames come */
#define JANKS_A_CALL    8u
#define ANSWER_S        2 /* a service that takes longer is as good as gone */

int hud_connect(struct hud_data *data, struct perf_client *client, const char *address)
{
    int error = perf_client_connect(client, address);
    if (error != 0)
        return error;
    /* Keys and signals would wait as long as the service does. */
    const struct timeval limit = {.tv_sec = ANSWER_S};
    (void)setsockopt((int)client->transport.handle, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt((int)client->transport.handle, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    *data = (struct hud_data){0};
    return 0;
}

static enum perf_cause known_cause(enum perf_cause cause)
{
    return (unsigned)cause < HUD_CAUSES ? cause : PERF_CAUSE_UNKNOWN_;
}

/* --- Metrics --- */

static void take_window(struct hud_metrics *to, struct perf_metrics_reader m)
{
    to->session_id = perf_metrics_get_session_id(m);
    hud_copy(to->name, sizeof to->name, perf_metrics_get_name(m));
    to->running = perf_metrics_get_running(m);
    to->has_intervals = perf_metrics_get_has_intervals(m);
    to->budget_ns = perf_metrics_get_budget_ns(m);
    to->milli_fps = perf_metrics_get_milli_fps(m);
    to->p50_ns = perf_metrics_get_p50_ns(m);
    to->p95_ns = perf_metrics_get_p95_ns(m);
    to->p99_ns = perf_metrics_get_p99_ns(m);
    to->low1_milli_fps = perf_metrics_get_low1_milli_fps(m);
    to->longest_ns = perf_metrics_get_longest_ns(m);
    to->frames = perf_metrics_get_frames(m);
    to->long_frames = perf_metrics_get_long_frames(m);
    to->dropped = perf_metrics_get_dropped(m);
    to->late = perf_metrics_get_late(m);
}

static void take_phases(struct hud_metrics *to, struct perf_metrics_reader m)
{
    to->over_budget = perf_metrics_get_over_budget(m);
    to->work_avg_ns = perf_metrics_get_work_avg_ns(m);
    to->work_p95_ns = perf_metrics_get_work_p95_ns(m);
    to->work_p99_ns = perf_metrics_get_work_p99_ns(m);
    to->latency_count = perf_metrics_get_latency_count(m);
    to->latency_p50_ns = perf_metrics_get_latency_p50_ns(m);
    to->latency_p95_ns = perf_metrics_get_latency_p95_ns(m);
    to->latency_p99_ns = perf_metrics_get_latency_p99_ns(m);
    to->gpu_frames = perf_metrics_get_gpu_frames(m);
    to->gpu_avg_ns = perf_metrics_get_gpu_avg_ns(m);
    to->gpu_bound = perf_metrics_get_bound(m) == PERF_BOUND_GPU;
    struct perf_phase_metrics_list_reader phases = perf_metrics_get_phases(m);
    to->phase_count = perf_phase_metrics_list_length(phases);
    if (to->phase_count > HUD_PHASES)
        to->phase_count = HUD_PHASES;
    for (uint32_t i = 0; i < to->phase_count; i++) {
        struct perf_phase_metrics_reader one = perf_phase_metrics_list_at(phases, i);
        to->phase[i] = (struct hud_phase){perf_phase_metrics_get_avg_ns(one),
                                          perf_phase_metrics_get_p95_ns(one),
                                          perf_phase_metrics_get_worst_ns(one)};
    }
}

static void take_metrics(struct hud_metrics *to, struct perf_metrics_reader m)
{
    take_window(to, m);
    take_phases(to, m);
    to->jank[PERF_CAUSE_DROPPED] = perf_metrics_get_jank_dropped(m);
    to->jank[PERF_CAUSE_APP] = perf_metrics_get_jank_app(m);
    to->jank[PERF_CAUSE_GPU] = perf_metrics_get_jank_gpu(m);
    to->jank[PERF_CAUSE_PIPELINE] = perf_metrics_get_jank_pipeline(m);
    to->jank[PERF_CAUSE_UNKNOWN_] = perf_metrics_get_jank_unknown(m);
}

static void take_health(struct hud_health *to, struct perf_health_reader h)
{
    *to = (struct hud_health){
        .balanced = perf_health_get_ledger_balanced(h),
        .written = perf_health_get_written(h),
        .resident = perf_health_get_resident(h),
        .overwritten = perf_health_get_overwritten(h),
        .torn = perf_health_get_dropped_torn(h),
        .malformed = perf_health_get_dropped_malformed(h),
        .rate = perf_health_get_dropped_rate(h),
        .no_session = perf_health_get_dropped_no_session(h),
        .ticks_backwards = perf_health_get_ticks_backwards(h),
        .ticks_future = perf_health_get_ticks_future(h),
        .ticks_invalid = perf_health_get_ticks_invalid(h),
        .ticks_no_session = perf_health_get_ticks_no_session(h),
        .ticks_busy = perf_health_get_ticks_busy(h),
        .reject_invalid = perf_health_get_reject_invalid(h),
        .reject_denied = perf_health_get_reject_denied(h),
        .reject_over_limit = perf_health_get_reject_over_limit(h),
        .reject_rate = perf_health_get_reject_rate_limited(h),
        .reject_malformed = perf_health_get_reject_malformed(h),
        .calls = perf_health_get_calls(h),
        .second_ns = perf_health_get_cost_last_second_ns(h),
        .worst_call_ns = perf_health_get_worst_call_ns(h),
        .frame_ns = perf_health_get_cost_last_frame_ns(h),
        .worst_frame_ns = perf_health_get_worst_frame_ns(h),
        .labels_used = perf_health_get_labels_used(h),
        .labels_unknown = perf_health_get_labels_unknown(h),
    };
}

/* Another session begins with no frames. */
static void forget_frames(struct hud_data *data)
{
    data->frame_count = 0;
    data->jank_count = 0;
    data->after_seq = 0;
    data->frames_missed = 0;
}

static int fetch_metrics(struct hud_data *data, struct perf_client *client)
{
    bool served;
    perf_metrics_request_set_phases(perf_metrics_call(&client->rpc), true);
    int error = hud_call(client, &served);
    if (error != 0)
        return error;
    struct perf_metrics_response_reader response = perf_metrics_results(&client->rpc);
    enum perf_status status =
        served ? perf_metrics_response_get_status(response) : PERF_STATUS_UNSUPPORTED;
    uint32_t session = data->has_session ? data->metrics.session_id : 0;
    data->has_session = status == PERF_STATUS_OK;
    data->refused =
        status == PERF_STATUS_OK || status == PERF_STATUS_NOT_FOUND ? NULL : status_name(status);
    if (served)
        take_health(&data->health, perf_metrics_response_get_health(response));
    if (data->has_session)
        take_metrics(&data->metrics, perf_metrics_response_get_metrics(response));
    if (!data->has_session || data->metrics.session_id != session)
        forget_frames(data);
    return 0;
}

/* --- Frames --- */

/* A place for the frame of this id, by its order: the oldest of all goes where there is no room.
 * NULL where it would be the oldest itself. *there: it is already known. */
static struct hud_frame *place_for(struct hud_data *data, uint64_t frame_id, bool *there)
{
    uint32_t at = data->frame_count;
    while (at > 0 && data->frames[at - 1].frame_id > frame_id)
        at--;
    *there = at > 0 && data->frames[at - 1].frame_id == frame_id;
    if (*there)
        return &data->frames[at - 1];
    if (data->frame_count < HUD_FRAMES) {
        memmove(&data->frames[at + 1], &data->frames[at],
                (data->frame_count - at) * sizeof data->frames[0]);
        data->frame_count++;
        return &data->frames[at];
    }
    if (at == 0)
        return NULL;
    memmove(&data->frames[0], &data->frames[1], (at - 1) * sizeof data->frames[0]);
    return &data->frames[at - 1];
}

/* The sample's own flag is also that of the frames thrown away before it. */
static bool missed_vsync(uint64_t interval_ns, uint64_t budget_ns)
{
    return budget_ns > 0 && interval_ns / budget_ns + interval_ns % budget_ns * 2 / budget_ns >= 2;
}

static void take_frame(struct hud_data *data, struct perf_frame_sample_reader sample)
{
    bool there;
    struct hud_frame *frame = place_for(data, perf_frame_sample_get_frame_id(sample), &there);
    data->after_seq = perf_frame_sample_get_seq(sample);
    if (frame == NULL)
        return;
    *frame = (struct hud_frame){
        .frame_id = perf_frame_sample_get_frame_id(sample),
        .interval_ns = perf_frame_sample_get_interval_ns(sample),
        .budget_ns = perf_frame_sample_get_budget_ns(sample),
        .janky = perf_frame_sample_get_long(sample) || perf_frame_sample_get_late(sample) ||
                 missed_vsync(perf_frame_sample_get_interval_ns(sample),
                              perf_frame_sample_get_budget_ns(sample)),
    };
}

static int fetch_frames(struct hud_data *data, struct perf_client *client)
{
    for (unsigned calls = 0; calls < FRAME_CALLS_MAX; calls++) {
        bool served;
        struct perf_frames_request_builder request = perf_frames_call(&client->rpc);
        perf_frames_request_set_session_id(request, data->metrics.session_id);
        perf_frames_request_set_after_seq(request, data->after_seq);
        perf_frames_request_set_max(request, FRAMES_A_CALL);
        int error = hud_call(client, &served);
        if (error != 0 || !served)
            return error;
        struct perf_frames_response_reader response = perf_frames_results(&client->rpc);
        struct perf_frame_sample_list_reader frames = perf_frames_response_get_frames(response);
        uint32_t count = perf_frame_sample_list_length(frames);
        if (data->after_seq > 0) /* those before the first look were never to be seen */
            data->frames_missed += perf_frames_response_get_missed(response);
        for (uint32_t i = 0; i < count; i++)
            take_frame(data, perf_frame_sample_list_at(frames, i));
        if (count < FRAMES_A_CALL)
            return 0;
    }
    return 0;
}

/* --- Jank --- */

/* Its frame gets the cause; one that was thrown away is among the frames for it alone. */
static void mark_frame(struct hud_data *data, const struct hud_jank *jank)
{
    bool thrown = jank->cause == PERF_CAUSE_DROPPED, there = false;
    struct hud_frame *frame = NULL;
    if (data->frame_count > 0 && jank->frame_id >= data->frames[0].frame_id && thrown)
        frame = place_for(data, jank->frame_id, &there);
    for (uint32_t i = 0; i < data->frame_count && !thrown && frame == NULL; i++)
        if (data->frames[i].frame_id == jank->frame_id)
            frame = &data->frames[i];
    if (frame == NULL)
        return;
    if (thrown && !there)
        *frame = (struct hud_frame){
            .frame_id = jank->frame_id, .budget_ns = jank->budget_ns, .thrown = true};
    frame->janky = true;
    frame->caused = true;
    frame->cause = jank->cause;
}

static void take_jank(struct hud_data *data, struct perf_jank_reader from)
{
    uint64_t seq = perf_jank_get_seq(from);
    uint32_t at = data->jank_count;
    while (at > 0 && data->janks[at - 1].seq > seq)
        at--;
    if (at > 0 && data->janks[at - 1].seq == seq) {
        at--; /* once more: its cause may be another one by now */
    } else if (at == data->jank_count) {
        if (data->jank_count == HUD_JANKS) {
            memmove(&data->janks[0], &data->janks[1], (HUD_JANKS - 1) * sizeof data->janks[0]);
            at--;
        } else {
            data->jank_count++;
        }
    } else {
        return;
    }
    struct hud_jank *jank = &data->janks[at];
    struct perf_why_list_reader whys = perf_jank_get_why(from);
    *jank = (struct hud_jank){.seq = seq,
                              .frame_id = perf_jank_get_frame_id(from),
                              .interval_ns = perf_jank_get_interval_ns(from),
                              .budget_ns = perf_jank_get_budget_ns(from),
                              .cause = known_cause(perf_jank_get_cause(from)),
                              .why_count = perf_why_list_length(whys)};
    if (jank->why_count > HUD_WHYS)
        jank->why_count = HUD_WHYS;
    for (uint32_t i = 0; i < jank->why_count; i++) {
        struct perf_why_reader why = perf_why_list_at(whys, i);
        hud_copy(jank->why[i].label, sizeof jank->why[i].label, perf_why_get_label(why));
        jank->why[i].self_ns = perf_why_get_self_ns(why);
    }
    mark_frame(data, jank);
}

static int fetch_janks(struct hud_data *data, struct perf_client *client)
{
    /* The last ones again: the GPU's time comes frames later. */
    uint32_t again = data->jank_count > JANKS_A_CALL ? data->jank_count - JANKS_A_CALL : 0;
    uint64_t after = data->jank_count > 0 ? data->janks[again].seq - 1 : 0;
    for (unsigned calls = 0; calls < HUD_JANKS / JANKS_A_CALL + 1; calls++) {
        bool served;
        struct perf_janks_request_builder request = perf_janks_call(&client->rpc);
        perf_janks_request_set_session_id(request, data->metrics.session_id);
        perf_janks_request_set_after_seq(request, after);
        perf_janks_request_set_max(request, JANKS_A_CALL);
        int error = hud_call(client, &served);
        if (error != 0)
            return error;
        struct perf_janks_response_reader response = perf_janks_results(&client->rpc);
        data->no_janks =
            !served || perf_janks_response_get_status(response) == PERF_STATUS_UNSUPPORTED;
        if (data->no_janks)
            return 0;
        struct perf_jank_list_reader janks = perf_janks_response_get_janks(response);
        uint32_t count = perf_jank_list_length(janks);
        for (uint32_t i = 0; i < count; i++) {
            take_jank(data, perf_jank_list_at(janks, i));
            after = perf_jank_get_seq(perf_jank_list_at(janks, i));
        }
        if (count < JANKS_A_CALL)
            return 0;
    }
    return 0;
}

int hud_fetch(struct hud_data *data, struct perf_client *client, unsigned panels)
{
    int error = fetch_metrics(data, client);
    if (error == 0 && data->has_session)
        error = fetch_frames(data, client);
    if (error == 0 && data->has_session)
        error = fetch_janks(data, client);
    if (error == 0 && (panels & 1u << HUD_PANEL_COUNTERS) != 0)
        error = hud_fetch_counters(data, client);
    if (error == 0 && (panels & 1u << HUD_PANEL_LANES) != 0)
        error = hud_fetch_lanes(data, client);
    return error;
}
