/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "perf.capnp.h"
#include "virt.h"

/* The running session of this name. */
static bool find_session(struct perf_client *client, const char *name,
                         struct perf_metrics_reader *metrics)
{
    (void)perf_metrics_call(&client->rpc);
    if (perf_client_call(client) != 0)
        return false;
    const struct perf_metrics_response_reader answer = perf_metrics_results(&client->rpc);
    *metrics = perf_metrics_response_get_metrics(answer);
    const struct nx_text found = perf_metrics_get_name(*metrics);
    return perf_metrics_response_get_status(answer) == PERF_STATUS_OK &&
           perf_metrics_get_running(*metrics) && found.length == strlen(name) &&
           memcmp(found.bytes, name, found.length) == 0;
}

void virt_resume(struct systemui *ui)
{
    struct perf_client *client = &ui->link.client;
    struct perf_metrics_reader metrics;
    if (perf_client_connect(client, NULL) != 0)
        return;
    if (find_session(client, ui->link.session_name, &metrics)) {
        ui->link.session = perf_metrics_get_session_id(metrics);
        ui->frame = perf_metrics_get_last_frame_id(metrics);
    }
    perf_client_close(client);
}
