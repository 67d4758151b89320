/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_pull.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct pull {
    struct perf_client *client;
    const struct common *common;
    uint32_t session, export_id;
    uint64_t cap_bytes, offset, total_bytes;
    bool waits, end;
};

/* Another client may freeze an export of its own between two chunks: then this one starts again. */
#define PULL_ATTEMPTS 5
/* Or one is being made for it right now: nobody says when that is over, and it takes no longer. */
#define BUSY_ATTEMPTS 500
#define BUSY_PAUSE_NS 10000000

/* One chunk. EXIT_FINE, or an exit code after a line; *status says what the service thought, *wrote
 * is false where the output could not take it. */
static int pull_chunk(struct pull *pull, enum perf_status *status, bool *wrote)
{
    struct nx_client *rpc = &pull->client->rpc;
    struct perf_read_trace_request_builder request = perf_read_trace_call(rpc);
    perf_read_trace_request_set_session_id(request, pull->session);
    perf_read_trace_request_set_export_id(request, pull->export_id);
    perf_read_trace_request_set_offset(request, pull->offset);
    perf_read_trace_request_set_cap_bytes(request, pull->cap_bytes);
    int code = try_service(pull->client, pull->common);
    if (code != EXIT_FINE)
        return code;
    struct perf_read_trace_response_reader response = perf_read_trace_results(rpc);
    *status = perf_read_trace_response_get_status(response);
    if (*status != PERF_STATUS_OK)
        return EXIT_FINE;
    struct nx_data data = perf_read_trace_response_get_data(response);
    *wrote = data.length == 0 || fwrite(data.bytes, data.length, 1, output_file()) == 1;
    pull->export_id = perf_read_trace_response_get_export_id(response);
    pull->total_bytes = perf_read_trace_response_get_total_bytes(response);
    pull->end = perf_read_trace_response_get_end(response);
    pull->offset += data.length;
    /* A service that answers nothing and never ends would be asked for ever. */
    if (data.length == 0 && !pull->end)
        *status = PERF_STATUS_IO;
    return EXIT_FINE;
}

static int pull_patiently(struct pull *pull, enum perf_status *status, bool *wrote)
{
    static const struct timespec pause = {.tv_nsec = BUSY_PAUSE_NS};
    int code = pull_chunk(pull, status, wrote);
    for (int i = 0; pull->waits && code == EXIT_FINE && *status == PERF_STATUS_BUSY; i++) {
        if (i == BUSY_ATTEMPTS)
            break;
        (void)nanosleep(&pause, NULL);
        code = pull_chunk(pull, status, wrote);
    }
    return code;
}

static void show_progress(const struct pull *pull)
{
    if (isatty(STDERR_FILENO) && pull->total_bytes > 0)
        fprintf(stderr, "\r%3" PRIu64 " %% of %" PRIu64 " bytes%s",
                pull->offset * 100 / pull->total_bytes, pull->total_bytes, pull->end ? "\n" : "");
}

int trace_pull(struct perf_client *client, const struct common *common, uint32_t session,
               uint64_t cap_bytes, bool waits, uint64_t *total_bytes)
{
    for (int attempt = 1;; attempt++) {
        struct pull pull = {.client = client,
                            .common = common,
                            .session = session,
                            .cap_bytes = cap_bytes,
                            .waits = waits};
        enum perf_status status = PERF_STATUS_OK;
        bool wrote = true;
        while (status == PERF_STATUS_OK && wrote && !pull.end) {
            int code = pull_patiently(&pull, &status, &wrote);
            if (code != EXIT_FINE)
                return code;
            if (status == PERF_STATUS_OK)
                show_progress(&pull);
        }
        *total_bytes = pull.total_bytes;
        if (!wrote)
            return output_problem();
        bool stale = status == PERF_STATUS_NOT_FOUND && pull.export_id != 0;
        bool again = stale && attempt < PULL_ATTEMPTS && fseek(output_file(), 0, SEEK_SET) == 0 &&
                     ftruncate(fileno(output_file()), 0) == 0;
        if (!again)
            return check_status("export", status);
    }
}
