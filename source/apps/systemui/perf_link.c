/* SPDX-License-Identifier: Apache-2.0 */
#include "perf_link.h"

#include <string.h>

#include "font.h"
#include "panels.h"
#include "perf.capnp.h"

/* Ten seconds of frames: 24 records each for the begins and ends of their steps, one on average for
 * the counters (a value takes two), now and then three for a load and an input. */
#define LANE_RECORDS     16384u
#define LANE_RECORDS_MIN 1024u
#define FRAMES_A_CALL    64u

static struct nx_text text_of(const char *text)
{
    return (struct nx_text){text, (uint32_t)font_length(text)};
}

static void hang_up(struct perf_link *link)
{
    perf_client_close(&link->client);
    perf_close();
    link->up = false;
}

bool perf_link_call(struct perf_link *link)
{
    const int error = perf_client_call(&link->client);
    if (error == 0)
        return true;
    link->error = error;
    if (error != PERF_CLIENT_EXCEPTION)
        hang_up(link);
    return false;
}

void perf_link_init(struct perf_link *link, struct spans *spans, const char *address,
                    const char *session_name, uint64_t budget_ns, bool stamp_marks)
{
    memset(link, 0, sizeof *link);
    perf_close();
    spans_init(spans);
    link->spans = spans;
    link->address = address;
    link->session_name = session_name;
    link->budget_ns = budget_ns;
    link->stamp_marks = stamp_marks;
}

/* Whether the session from before the connection broke is still there. Its number alone would not
 * do: a service that was started anew counts from 1 again. */
static bool still_runs(struct perf_link *link)
{
    if (link->session == 0)
        return false;
    const struct perf_metrics_request_builder request = perf_metrics_call(&link->client.rpc);
    perf_metrics_request_set_session_id(request, link->session);
    if (!perf_link_call(link))
        return false;
    const struct perf_metrics_response_reader answer = perf_metrics_results(&link->client.rpc);
    const struct perf_metrics_reader metrics = perf_metrics_response_get_metrics(answer);
    const struct nx_text name = perf_metrics_get_name(metrics);
    const struct nx_text wanted = text_of(link->session_name);
    return perf_metrics_response_get_status(answer) == PERF_STATUS_OK &&
           perf_metrics_get_running(metrics) && name.length == wanted.length &&
           memcmp(name.bytes, wanted.bytes, wanted.length) == 0;
}

static int start_session(struct perf_link *link)
{
    if (still_runs(link))
        return 0;
    if (!link->up)
        return link->error;
    const struct perf_start_request_builder request = perf_start_call(&link->client.rpc);
    perf_start_request_set_name(request, text_of(link->session_name));
    if (link->budget_ns != 0)
        perf_start_request_set_budget_ns(request, link->budget_ns);
    if (!perf_link_call(link))
        return link->error;
    const struct perf_start_response_reader answer = perf_start_results(&link->client.rpc);
    const int status = (int)perf_start_response_get_status(answer);
    if (status != PERF_STATUS_OK)
        return status;
    link->session = perf_start_response_get_session_id(answer);
    link->seen_seq = 0;
    return 0;
}

static int open_marks(struct perf_link *link)
{
    const struct perf_options options = {
        .lane_name = "systemui",
        .lane_records = LANE_RECORDS,
        .lane_records_min = LANE_RECORDS_MIN,
        .now_ns = spans_stamp_ns,
        .context = link->spans,
        .stamp_always = link->stamp_marks,
    };
    const int result = perf_open_on(&link->client, &options);
    if (result == 0) {
        spans_intern();
        panels_open();
    }
    return result;
}

int perf_link_open(struct perf_link *link)
{
    if (link->up)
        return 0;
    link->error = perf_client_connect(&link->client, link->address);
    if (link->error != 0)
        return link->error;
    link->up = true;
    int result = start_session(link);
    if (result == 0)
        result = open_marks(link);
    if (result == 0 && !link->client.connected)
        result = PERF_CLIENT_DISCONNECTED;
    if (result < 0)
        link->error = result;
    if (result != 0 && link->up)
        hang_up(link);
    return result;
}

void perf_link_tick(struct perf_link *link, struct perf_frame_facts *frame)
{
    if (!link->up)
        return;
    frame->session_id = link->session;
    const int result = perf_frame(frame);
    if (result > 0) {
        link->refused++;
        link->last_refusal = result;
    }
    if (result < 0)
        link->error = result;
    /* A mark may have found the connection broken before. */
    if (!link->client.connected)
        hang_up(link);
}

static void take_metrics(struct hud_data *hud, struct perf_metrics_reader metrics,
                         struct perf_health_reader health)
{
    const struct nx_text name = perf_metrics_get_name(metrics);
    const uint32_t length = name.length < HUD_NAME_MAX ? name.length : HUD_NAME_MAX;
    memcpy(hud->session, name.bytes, length);
    hud->session[length] = '\0';
    hud->has_intervals = perf_metrics_get_has_intervals(metrics);
    hud->budget_ns = perf_metrics_get_budget_ns(metrics);
    hud->milli_fps = perf_metrics_get_milli_fps(metrics);
    hud->avg_ns = perf_metrics_get_avg_ns(metrics);
    hud->p95_ns = perf_metrics_get_p95_ns(metrics);
    hud->p99_ns = perf_metrics_get_p99_ns(metrics);
    hud->long_frames = perf_metrics_get_long_frames(metrics);
    hud->dropped = perf_metrics_get_dropped(metrics);
    hud->records_lost = perf_health_get_overwritten(health) + perf_health_get_dropped_torn(health) +
                        perf_health_get_dropped_malformed(health) +
                        perf_health_get_dropped_rate(health) +
                        perf_health_get_dropped_no_session(health);
    hud->cost_ns = perf_health_get_cost_last_second_ns(health);
}

static bool read_metrics(struct perf_link *link, struct hud_data *hud)
{
    const struct perf_metrics_request_builder request = perf_metrics_call(&link->client.rpc);
    perf_metrics_request_set_session_id(request, link->session);
    if (!perf_link_call(link))
        return false;
    const struct perf_metrics_response_reader answer = perf_metrics_results(&link->client.rpc);
    if (perf_metrics_response_get_status(answer) != PERF_STATUS_OK)
        return false;
    take_metrics(hud, perf_metrics_response_get_metrics(answer),
                 perf_metrics_response_get_health(answer));
    return true;
}

static struct hud_bar bar_of(struct perf_frame_sample_reader sample)
{
    struct hud_bar bar = {
        .interval_ns = perf_frame_sample_get_interval_ns(sample),
        .phase_ns = {perf_frame_sample_get_ui_ns(sample), perf_frame_sample_get_layout_ns(sample),
                     perf_frame_sample_get_render_ns(sample),
                     perf_frame_sample_get_present_ns(sample)},
        .mark = HUD_GOOD,
    };
    if (perf_frame_sample_get_dropped(sample))
        bar.mark = HUD_DROPPED;
    else if (perf_frame_sample_get_long(sample))
        bar.mark = HUD_LONG;
    else if (bar.interval_ns == 0)
        bar.mark = HUD_NO_INTERVAL;
    return bar;
}

/* Frames since the last time; after a pause, only as many calls as the bars have room for. */
static bool read_frames(struct perf_link *link, struct hud_data *hud)
{
    for (uint32_t calls = 0; calls < HUD_BARS / FRAMES_A_CALL + 1; calls++) {
        const struct perf_frames_request_builder request = perf_frames_call(&link->client.rpc);
        perf_frames_request_set_session_id(request, link->session);
        perf_frames_request_set_after_seq(request, link->seen_seq);
        perf_frames_request_set_max(request, FRAMES_A_CALL);
        if (!perf_link_call(link))
            return false;
        const struct perf_frames_response_reader answer = perf_frames_results(&link->client.rpc);
        if (perf_frames_response_get_status(answer) != PERF_STATUS_OK)
            return false;
        const struct perf_frame_sample_list_reader frames = perf_frames_response_get_frames(answer);
        const uint32_t count = perf_frame_sample_list_length(frames);
        for (uint32_t i = 0; i < count; i++) {
            const struct perf_frame_sample_reader sample = perf_frame_sample_list_at(frames, i);
            hud_add_bar(hud, bar_of(sample));
            link->seen_seq = perf_frame_sample_get_seq(sample);
        }
        if (count < FRAMES_A_CALL)
            break;
    }
    return true;
}

void perf_link_read(struct perf_link *link, struct hud_data *hud)
{
    /* Another session's frames begin with 1 again: the bars are of one session only. */
    if (link->seen_seq == 0)
        hud->bars = 0;
    hud->connected =
        link->up && read_metrics(link, hud) && read_frames(link, hud) && panels_read(link, hud);
}

int perf_link_stop(struct perf_link *link)
{
    if (!link->up)
        return link->error;
    perf_flush();
    const struct perf_stop_request_builder request = perf_stop_call(&link->client.rpc);
    perf_stop_request_set_session_id(request, link->session);
    if (!perf_link_call(link))
        return link->error;
    const int status = (int)perf_stop_response_get_status(perf_stop_results(&link->client.rpc));
    hang_up(link);
    return status;
}
