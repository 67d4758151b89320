/* SPDX-License-Identifier: Apache-2.0 */
/* What the keys do at the service. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hud_data.h"
#include "perfctl.h"
#include "trace_chunk.h"

#define SESSION_NAME "hud"

/* 0 where the service does not serve it: then the message says so, and *served is false. */
static int call(struct perf_client *client, struct hud_view *view, const char *what, bool *served)
{
    int error = perf_client_call(client);
    *served = error == 0;
    if (error == PERF_CLIENT_EXCEPTION)
        snprintf(view->message, sizeof view->message, "%s: %s", what,
                 perf_client_error_text(error));
    return error == PERF_CLIENT_EXCEPTION ? 0 : error;
}

int hud_start(const struct hud_data *data, struct perf_client *client, struct hud_view *view)
{
    bool served;
    /* Programs that name no session in their frames could not tell which of two is meant. */
    if (data->has_session && data->metrics.running) {
        snprintf(view->message, sizeof view->message, "session %" PRIu32 " runs; x stops it first",
                 data->metrics.session_id);
        return 0;
    }
    perf_start_request_set_name(perf_start_call(&client->rpc), nx_text_of(SESSION_NAME));
    int error = call(client, view, "start", &served);
    if (error != 0 || !served)
        return error;
    struct perf_start_response_reader response = perf_start_results(&client->rpc);
    enum perf_status status = perf_start_response_get_status(response);
    if (status == PERF_STATUS_OK)
        snprintf(view->message, sizeof view->message, "session %" PRIu32 " started",
                 perf_start_response_get_session_id(response));
    else
        snprintf(view->message, sizeof view->message, "start: %s", status_name(status));
    return 0;
}

int hud_stop(const struct hud_data *data, struct perf_client *client, struct hud_view *view)
{
    bool served;
    if (!data->has_session || !data->metrics.running) {
        snprintf(view->message, sizeof view->message, "no session runs");
        return 0;
    }
    perf_stop_request_set_session_id(perf_stop_call(&client->rpc), data->metrics.session_id);
    int error = call(client, view, "stop", &served);
    if (error != 0 || !served)
        return error;
    enum perf_status status = perf_stop_response_get_status(perf_stop_results(&client->rpc));
    if (status == PERF_STATUS_OK)
        snprintf(view->message, sizeof view->message, "session %" PRIu32 " stopped",
                 data->metrics.session_id);
    else
        snprintf(view->message, sizeof view->message, "stop: %s", status_name(status));
    return 0;
}

/* --- Export --- */

#define NAMES_MAX 100 /* of files that are there already */

struct pull {
    FILE *file;
    struct trace_chunks chunks;
    bool served, wrote;
    enum perf_status status;
};

static int pull_chunk(struct perf_client *client, struct hud_view *view, struct pull *pull)
{
    struct nx_data data;
    trace_chunk_ask(&pull->chunks, &client->rpc);
    int error = call(client, view, "export", &pull->served);
    if (error != 0 || !pull->served)
        return error;
    pull->status = trace_chunk_take(&pull->chunks, &client->rpc, &data);
    if (pull->status != PERF_STATUS_OK)
        return 0;
    pull->wrote = data.length == 0 || fwrite(data.bytes, data.length, 1, pull->file) == 1;
    /* A service that answers nothing and never ends would be asked for ever. */
    if (data.length == 0 && !pull->chunks.end)
        pull->status = PERF_STATUS_IO;
    return 0;
}

static int pull_all(struct perf_client *client, struct hud_view *view, struct pull *pull)
{
    int error = 0;
    for (int attempt = 0; attempt < TRACE_ATTEMPTS; attempt++) {
        *pull = (struct pull){
            .file = pull->file, .chunks = {.session = pull->chunks.session}, .wrote = true};
        do
            error = pull_chunk(client, view, pull);
        while (error == 0 && pull->served && pull->wrote && !pull->chunks.end &&
               pull->status == PERF_STATUS_OK);
        bool stale = trace_chunk_is_stale(&pull->chunks, pull->status);
        if (error != 0 || !stale || fseek(pull->file, 0, SEEK_SET) != 0 ||
            ftruncate(fileno(pull->file), 0) != 0)
            break;
    }
    return error;
}

/* Its file gets the first name that is free; nothing that is there is written over. */
static bool name_file(const char *temporary, uint32_t session_id, char *name, size_t size)
{
    for (int i = 1; i < NAMES_MAX; i++) {
        snprintf(name, size, i == 1 ? "trace-%" PRIu32 ".json" : "trace-%" PRIu32 "-%d.json",
                 session_id, i);
        if (link(temporary, name) == 0)
            return true;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

static void keep(struct pull *pull, const char *temporary, struct hud_view *view)
{
    char name[64];
    mode_t mask = umask(0);
    umask(mask);
    bool written = pull->wrote && fflush(pull->file) == 0 &&
                   fchmod(fileno(pull->file), 0666 & ~mask) == 0 &&
                   name_file(temporary, pull->chunks.session, name, sizeof name);
    if (written)
        snprintf(view->message, sizeof view->message, "%s (%" PRIu64 " bytes)", name,
                 pull->chunks.offset);
    else
        snprintf(view->message, sizeof view->message, "export: %s", strerror(errno));
}

int hud_export(const struct hud_data *data, struct perf_client *client, struct hud_view *view)
{
    char temporary[] = "trace.json.XXXXXX";
    if (!data->has_session) {
        snprintf(view->message, sizeof view->message, "no session to export");
        return 0;
    }
    int fd = mkstemp(temporary);
    struct pull pull = {.file = fd >= 0 ? fdopen(fd, "wb") : NULL,
                        .chunks = {.session = data->metrics.session_id}};
    if (pull.file == NULL) {
        snprintf(view->message, sizeof view->message, "export: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return 0;
    }
    int error = pull_all(client, view, &pull);
    if (error == 0 && pull.served && pull.status != PERF_STATUS_OK)
        snprintf(view->message, sizeof view->message, "export: %s", status_name(pull.status));
    else if (error == 0 && pull.served)
        keep(&pull, temporary, view);
    fclose(pull.file);
    (void)unlink(temporary);
    return error;
}
