/* SPDX-License-Identifier: Apache-2.0 */
/* What the HUD asks of a service. No call ends the process: each gives 0, or the
 * perf_client_error with which the connection ended. */
#ifndef PERFCTL_HUD_DATA_H
#define PERFCTL_HUD_DATA_H

#include "hud_model.h"
#include "perf-client/perf_client.h"

/* Connects, and forgets what another connection said: a service that came back counts anew. */
int hud_connect(struct hud_data *data, struct perf_client *client, const char *address)
    __attribute__((warn_unused_result));

/* The figures, the frames and janks that are new, and what the panels (bits 1 << enum hud_panel)
 * show. Follows the session that runs. */
int hud_fetch(struct hud_data *data, struct perf_client *client, unsigned panels)
    __attribute__((warn_unused_result));

/* The keys' work, with what came of it in view->message. */
int hud_start(const struct hud_data *data, struct perf_client *client, struct hud_view *view)
    __attribute__((warn_unused_result));
int hud_stop(const struct hud_data *data, struct perf_client *client, struct hud_view *view)
    __attribute__((warn_unused_result));
int hud_export(const struct hud_data *data, struct perf_client *client, struct hud_view *view)
    __attribute__((warn_unused_result));

#endif
