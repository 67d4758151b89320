/* SPDX-License-Identifier: Apache-2.0 */
#include "run_outcome.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report_text.h"
#include "run_file.h"
#include "trace_pull.h"

/* Of a trace: more than any ring of frames has, where marks are not many. */
#define CAP_BYTES (UINT64_C(64) << 20)

struct files {
    char trace[PATH_MAX], perf_json[PATH_MAX];
};

static bool name_file(char path[PATH_MAX], const char *folder, const char *file)
{
    const bool here = strcmp(folder, ".") == 0;
    const int length =
        snprintf(path, PATH_MAX, "%s%s%s", here ? "" : folder, here ? "" : "/", file);
    return length >= 0 && length < PATH_MAX;
}

/* False: it was said why not. */
static bool stop_session(const struct run_outcome *outcome, uint64_t *frames)
{
    struct nx_client *rpc = &outcome->client->rpc;
    perf_stop_request_set_session_id(perf_stop_call(rpc), outcome->session);
    if (try_service(outcome->client, outcome->common) != EXIT_FINE)
        return false;
    const struct perf_stop_response_reader response = perf_stop_results(rpc);
    *frames = perf_metrics_get_session_frames(perf_stop_response_get_metrics(response));
    return check_status("stop", perf_stop_response_get_status(response)) == EXIT_FINE;
}

static bool save_trace(const struct run_outcome *outcome, const char *path)
{
    uint64_t bytes;
    return output_open(path) == EXIT_FINE &&
           trace_pull(outcome->client, outcome->common, outcome->session, CAP_BYTES, true,
                      &bytes) == EXIT_FINE &&
           output_commit() == EXIT_FINE;
}

static void print_summary(const struct run_outcome *outcome, const struct files *files,
                          const json_t *run, uint64_t frames)
{
    if (outcome->common->json) {
        json_t *line =
            json_pack("{s:i, s:o, s:s, s:s}", "code", outcome->code, "frames", json_count(frames),
                      "trace", files->trace, "perf_json", files->perf_json);
        (void)json_dumpf(line, stdout, JSON_COMPACT);
        printf("\n");
        json_decref(line);
    } else {
        report_print_frames(run);
        printf("\n");
        put_string(stdout, files->trace);
        printf(", ");
        put_string(stdout, files->perf_json);
        printf("\n");
    }
}

static void write_files(const struct run_outcome *outcome, uint64_t frames)
{
    static struct files files;
    if (!name_file(files.trace, outcome->folder, "trace.json") ||
        !name_file(files.perf_json, outcome->folder, "perf.json")) {
        fprintf(stderr, "perfctl: %s: too long\n", outcome->folder);
        return;
    }
    if (!save_trace(outcome, files.trace))
        return;
    json_t *perf_json = run_file_load(files.trace, NULL);
    if (perf_json == NULL)
        return;
    if (run_file_write(files.perf_json, perf_json) == EXIT_FINE)
        print_summary(outcome, &files, json_array_get(run_file_runs(perf_json), 0), frames);
    json_decref(perf_json);
}

void run_outcome_tell(const struct run_outcome *outcome)
{
    uint64_t frames = 0;
    /* stdout was the program's; what perfctl prints from here on goes where its errors go. */
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || !stop_session(outcome, &frames) || !outcome->ran)
        return;
    if (frames > 0) {
        write_files(outcome, frames);
    } else {
        fprintf(stderr, "no frames: ");
        put_string(stderr, outcome->program);
        fprintf(stderr, " made no call that shows one (glXSwapBuffers, eglSwapBuffers, "
                        "SDL_GL_SwapWindow)\n");
    }
    (void)finish_output(EXIT_FINE);
}
