/* SPDX-License-Identifier: Apache-2.0 */
#include "serve_jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "prometheus.h"

/* Of the service's choice, but not of any size: it is held in memory. */
#define TRACE_BYTES_MAX (UINT64_C(256) << 20)

void serve_job_free(struct serve_job *job)
{
    free(job->bytes);
    free(job);
}

static void answer_text(struct serve_job *job, size_t room, const char *text, bool fine)
{
    job->length = strlen(text);
    job->bytes = malloc(room + job->length + 1);
    job->fine = fine && job->bytes != NULL;
    if (job->bytes != NULL)
        memcpy(job->bytes + room, text, job->length + 1);
    else
        job->length = 0;
}

static const char *action_name(enum serve_action action)
{
    return action == SERVE_START ? "start" : action == SERVE_STOP ? "stop" : "export";
}

static void answer_json(struct serve_job *job, size_t room, const char *status, json_t *more)
{
    json_t *to =
        json_pack("{s:{s:s, s:s}}", "answer", "do", action_name(job->action), "status", status);
    json_object_update(json_object_get(to, "answer"), more);
    char *text = json_dumps(to, JSON_COMPACT);
    answer_text(job, room, text != NULL ? text : "{}", strcmp(status, "ok") == 0);
    free(text);
    json_decref(to);
    json_decref(more);
}

/* --- Commands --- */

static enum perf_status start(struct serve_feed *feed, const struct serve_job *job, json_t *more)
{
    struct perf_start_request_builder request = perf_start_call(&feed->client.rpc);
    perf_start_request_set_name(request, nx_text_of(job->name));
    perf_start_request_set_budget_ns(request, job->budget_ns);
    if (!serve_call(feed))
        return PERF_STATUS_IO;
    struct perf_start_response_reader response = perf_start_results(&feed->client.rpc);
    json_object_set_new(more, "session", json_count(perf_start_response_get_session_id(response)));
    return perf_start_response_get_status(response);
}

static enum perf_status stop(struct serve_feed *feed, const struct serve_job *job)
{
    perf_stop_request_set_session_id(perf_stop_call(&feed->client.rpc), job->session);
    if (!serve_call(feed))
        return PERF_STATUS_IO;
    return perf_stop_response_get_status(perf_stop_results(&feed->client.rpc));
}

static enum perf_status store_trace(struct serve_feed *feed, const struct serve_job *job,
                                    json_t *more)
{
    perf_export_request_set_session_id(perf_export_last_call(&feed->client.rpc), job->session);
    if (!serve_call(feed))
        return PERF_STATUS_IO;
    struct perf_export_response_reader response = perf_export_last_results(&feed->client.rpc);
    json_object_set_new(more, "uri", json_text(perf_export_response_get_uri(response)));
    json_object_set_new(more, "bytes", json_count(perf_export_response_get_bytes(response)));
    return perf_export_response_get_status(response);
}

static void command(struct serve_feed *feed, struct serve_job *job, size_t room)
{
    json_t *more = json_object();
    enum perf_status status = PERF_STATUS_IO;
    if (serve_connected(feed))
        status = job->action == SERVE_START  ? start(feed, job, more)
                 : job->action == SERVE_STOP ? stop(feed, job)
                                             : store_trace(feed, job, more);
    answer_json(job, room, feed->connected ? status_name(status) : "unreachable", more);
}

/* --- A trace --- */

static bool keep_chunk(struct serve_pull *pull, size_t room, struct nx_data data)
{
    uint64_t end = pull->chunks.offset, total = pull->chunks.total_bytes;
    if (end > TRACE_BYTES_MAX || total > TRACE_BYTES_MAX)
        return false;
    if (pull->bytes == NULL || room + end > pull->size) {
        size_t size = room + (size_t)(total > end ? total : end);
        char *bytes = realloc(pull->bytes, size);
        if (bytes == NULL)
            return false;
        pull->bytes = bytes;
        pull->size = size;
    }
    if (data.length > 0)
        memcpy(pull->bytes + room + end - data.length, data.bytes, data.length);
    return true;
}

static bool end_pull(struct serve_job *job, struct serve_pull *pull, size_t room, const char *why)
{
    if (why == NULL) {
        /* And nothing else of it: its owner is the other thread's. */
        job->fine = true;
        job->bytes = pull->bytes;
        job->length = (size_t)pull->chunks.offset;
    } else {
        free(pull->bytes);
        answer_text(job, room, why, false);
    }
    *pull = (struct serve_pull){0};
    return true;
}

/* A chunk. True: that was the end, or there is none. */
static bool pull_step(struct serve_feed *feed, struct serve_job *job, struct serve_pull *pull,
                      size_t room)
{
    if (!serve_connected(feed))
        return end_pull(job, pull, room, "unreachable");
    struct trace_chunks *chunks = &pull->chunks;
    struct nx_data data;
    chunks->session = job->session;
    trace_chunk_ask(chunks, &feed->client.rpc);
    if (!serve_call(feed))
        return end_pull(job, pull, room, "unreachable");
    enum perf_status status = trace_chunk_take(chunks, &feed->client.rpc, &data);
    if (trace_chunk_is_stale(chunks, status) && pull->attempts < TRACE_ATTEMPTS) {
        pull->attempts++;
        *chunks = (struct trace_chunks){0};
        return false;
    }
    if (status != PERF_STATUS_OK)
        return end_pull(job, pull, room, status_name(status));
    if (!keep_chunk(pull, room, data) || (data.length == 0 && !chunks->end))
        return end_pull(job, pull, room, status_name(PERF_STATUS_TOO_BIG));
    return chunks->end && end_pull(job, pull, room, NULL);
}

/* --- A scrape --- */

static void scrape(const struct serve_feed *feed, struct serve_job *job, size_t room)
{
    FILE *to = open_memstream(&job->bytes, &job->length);
    if (to == NULL)
        return;
    for (size_t i = 0; i < room; i++)
        (void)putc('\0', to);
    prometheus_write(to, feed->figures, job->open_metrics);
    job->fine = fclose(to) == 0;
    job->length -= job->fine ? room : job->length;
}

bool serve_job_step(struct serve_feed *feed, struct serve_job *job, struct serve_pull *pull,
                    size_t room)
{
    if (job->action == SERVE_TRACE)
        return pull_step(feed, job, pull, room);
    if (job->action == SERVE_SCRAPE)
        scrape(feed, job, room);
    else
        command(feed, job, room);
    return true;
}
