/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "perf.capnp.h"
#include "virt.h"

/* Frames that were thrown away have numbers too, and are in no ring: as many as that in a row have
 * not been seen. */
#define NUMBERS_AHEAD 1000u

/* The running session of this name, and how many frames it has; 0: there is none. */
static uint32_t find_session(struct perf_client *client, const char *name, uint64_t *frames)
{
    (void)perf_metrics_call(&client->rpc);
    if (perf_client_call(client) != 0)
        return 0;
    const struct perf_metrics_response_reader answer = perf_metrics_results(&client->rpc);
    const struct perf_metrics_reader metrics = perf_metrics_response_get_metrics(answer);
    const struct nx_text found = perf_metrics_get_name(metrics);
    if (perf_metrics_response_get_status(answer) != PERF_STATUS_OK ||
        !perf_metrics_get_running(metrics) || found.length != strlen(name) ||
        memcmp(found.bytes, name, found.length) != 0)
        return 0;
    *frames = perf_metrics_get_session_frames(metrics);
    return perf_metrics_get_session_id(metrics);
}

/* The number of the session's newest frame; 0: it has none. */
static uint64_t newest_frame(struct perf_client *client, uint32_t session, uint64_t frames)
{
    if (frames == 0)
        return 0;
    const struct perf_frames_request_builder request = perf_frames_call(&client->rpc);
    perf_frames_request_set_session_id(request, session);
    perf_frames_request_set_after_seq(request, frames - 1);
    perf_frames_request_set_max(request, 1);
    if (perf_client_call(client) != 0)
        return 0;
    const struct perf_frame_sample_list_reader list =
        perf_frames_response_get_frames(perf_frames_results(&client->rpc));
    return perf_frame_sample_list_length(list) == 0
               ? 0
               : perf_frame_sample_get_frame_id(perf_frame_sample_list_at(list, 0));
}

void virt_resume(struct systemui *ui)
{
    struct perf_client *client = &ui->link.client;
    if (perf_client_connect(client, NULL) != 0)
        return;
    uint64_t frames = 0;
    const uint32_t session = find_session(client, ui->link.session_name, &frames);
    if (session != 0) {
        ui->link.session = session;
        ui->frame = newest_frame(client, session, frames) + NUMBERS_AHEAD;
    }
    perf_client_close(client);
}
