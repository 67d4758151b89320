/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_pull.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "trace_chunk.h"

struct pull {
    struct perf_client *client;
    const struct common *common;
    bool waits;
    struct trace_chunks chunks;
};

/* Or one is being made for it right now: nobody says when that is over, and it takes no longer. */
#define BUSY_ATTEMPTS 500
#define BUSY_PAUSE_NS 10000000

/* One chunk. EXIT_FINE, or an exit code after a line; *status says what the service thought, *wrote
 * is false where the output could not take it. */
static int pull_chunk(struct pull *pull, enum perf_status *status, bool *wrote)
{
    struct trace_chunks *chunks = &pull->chunks;
    struct nx_data data;
    trace_chunk_ask(chunks, &pull->client->rpc);
    int code = try_service(pull->client, pull->common);
    if (code != EXIT_FINE)
        return code;
    *status = trace_chunk_take(chunks, &pull->client->rpc, &data);
    if (*status != PERF_STATUS_OK)
        return EXIT_FINE;
    *wrote = data.length == 0 || fwrite(data.bytes, data.length, 1, output_file()) == 1;
    /* A service that answers nothing and never ends would be asked for ever. */
    if (data.length == 0 && !chunks->end)
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

static void show_progress(const struct trace_chunks *chunks)
{
    if (isatty(STDERR_FILENO) && chunks->total_bytes > 0)
        fprintf(stderr, "\r%3" PRIu64 " %% of %" PRIu64 " bytes%s",
                chunks->offset * 100 / chunks->total_bytes, chunks->total_bytes,
                chunks->end ? "\n" : "");
}

int trace_pull(struct perf_client *client, const struct common *common, uint32_t session,
               uint64_t cap_bytes, bool waits, uint64_t *total_bytes)
{
    for (int attempt = 1;; attempt++) {
        struct pull pull = {.client = client,
                            .common = common,
                            .waits = waits,
                            .chunks = {.session = session, .cap_bytes = cap_bytes}};
        enum perf_status status = PERF_STATUS_OK;
        bool wrote = true;
        while (status == PERF_STATUS_OK && wrote && !pull.chunks.end) {
            int code = pull_patiently(&pull, &status, &wrote);
            if (code != EXIT_FINE)
                return code;
            if (status == PERF_STATUS_OK)
                show_progress(&pull.chunks);
        }
        *total_bytes = pull.chunks.total_bytes;
        if (!wrote)
            return output_problem();
        bool stale = trace_chunk_is_stale(&pull.chunks, status);
        bool again = stale && attempt < TRACE_ATTEMPTS && fseek(output_file(), 0, SEEK_SET) == 0 &&
                     ftruncate(fileno(output_file()), 0) == 0;
        if (!again)
            return check_status("export", status);
    }
}
