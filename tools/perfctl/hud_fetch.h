/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of hud_data.h's fetching share. */
#ifndef PERFCTL_HUD_FETCH_H
#define PERFCTL_HUD_FETCH_H

#include <stddef.h>

#include "hud_data.h"

/* A call that is not served is not the connection's end: *served says so. */
int hud_call(struct perf_client *client, bool *served) __attribute__((warn_unused_result));

/* The text, cut to its room, with NULs as '?'. */
void hud_copy(char *to, size_t size, struct nx_text text);

int hud_fetch_counters(struct hud_data *data, struct perf_client *client)
    __attribute__((warn_unused_result));
int hud_fetch_lanes(struct hud_data *data, struct perf_client *client)
    __attribute__((warn_unused_result));

#endif
