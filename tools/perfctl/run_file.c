/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the three a file is, and what a perf.json must have. */
#include "run_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "run_source.h"

#define VERSION 1

/* jansson takes some thirteen times as much memory as the text: what is larger is no perf.json. */
#define PERF_JSON_MAX (64u << 20)

void *need(void *memory)
{
    if (memory != NULL)
        return memory;
    fprintf(stderr, "perfctl: no memory\n");
    exit(EXIT_STATUS);
}

static json_t *refuse(const char *path, const char *why)
{
    fprintf(stderr, "perfctl: %s: %s\n", path, why);
    return NULL;
}

/* --- A perf.json ------------------------------------------------------------------------------ */

static bool is_label(const json_t *label)
{
    const json_t *cpu = json_object_get(label, "cpu_us");
    return json_is_string(json_object_get(label, "label")) &&
           json_is_string(json_object_get(label, "function")) && json_is_object(cpu);
}

/* NULL: it has what a run must have. */
static const char *what_is_wrong_with_run(const json_t *run)
{
    const json_t *metrics = json_object_get(run, "metrics");
    const json_t *streams = json_object_get(json_object_get(run, "run_log"), "rng_streams");
    const json_t *label;
    size_t i;
    if (!json_is_string(json_object_get(run, "profile")))
        return "a run without a profile";
    if (!json_is_array(metrics))
        return "a run without metrics";
    if (!json_is_array(streams))
        return "a run without a run_log";
    json_array_foreach (metrics, i, label)
        if (!is_label(label))
            return "a metric without function, label or cpu_us";
    return NULL;
}

static json_t *check(const char *path, json_t *perf_json)
{
    const json_t *version = json_object_get(perf_json, "version");
    const json_t *runs = json_object_get(perf_json, "runs"), *run;
    const char *wrong = NULL;
    size_t i;
    if (!json_is_integer(version) || json_integer_value(version) < 1 || runs == NULL)
        wrong = "neither a trace of perfd's, a run log nor a perf.json";
    else if (json_integer_value(version) > VERSION)
        wrong = "a perf.json of a newer version than this perfctl knows";
    else if (!json_is_string(json_object_get(perf_json, "target")))
        wrong = "a perf.json without a target";
    else if (!json_is_array(runs) || json_array_size(runs) == 0)
        wrong = "a perf.json without runs";
    json_array_foreach (runs, i, run)
        if (wrong == NULL)
            wrong = what_is_wrong_with_run(run);
    if (wrong == NULL)
        return perf_json;
    json_decref(perf_json);
    return refuse(path, wrong);
}

/* All of the file, at most PERF_JSON_MAX; NULL after a line on stderr. */
static char *read_all(const char *path, FILE *file, size_t *length)
{
    char *text = NULL;
    size_t room = 0;
    *length = 0;
    do {
        if (*length == room)
            text = need(realloc(text, room = room > 0 ? room * 2 : 1u << 16));
        *length += fread(text + *length, 1, room - *length, file);
    } while (!feof(file) && !ferror(file) && *length <= PERF_JSON_MAX);
    if (!ferror(file) && *length <= PERF_JSON_MAX)
        return text;
    (void)refuse(path, ferror(file) ? strerror(errno)
                                    : "neither a trace of perfd's nor a run log, and too large for "
                                      "a perf.json (64 MiB)");
    free(text);
    return NULL;
}

static json_t *load_perf_json(const char *path, FILE *file)
{
    json_error_t error;
    size_t length;
    char *text = read_all(path, file, &length);
    if (text == NULL)
        return NULL;
    json_t *perf_json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (perf_json != NULL)
        return check(path, perf_json);
    fprintf(stderr, "perfctl: %s: line %d: ", path, error.line);
    put_string(stderr, error.text); /* it quotes the file */
    fprintf(stderr, "\n");
    return NULL;
}

/* --- All three -------------------------------------------------------------------------------- */

/* As many bytes as a kind is told by, left in the stream. */
#define HEAD_BYTES 16

/* A perf.json of a run, or of an array of them. */
static json_t *around(json_t *runs, const struct run_file_options *options)
{
    if (runs == NULL)
        return NULL;
    return json_pack("{s:i, s:o, s:o}", "version", VERSION, "target", run_target(options), "runs",
                     json_is_array(runs) ? runs : json_pack("[o]", runs));
}

static json_t *load(const char *path, FILE *file, const struct run_file_options *options)
{
    char head[HEAD_BYTES + 1] = "";
    const size_t got = fread(head, 1, HEAD_BYTES, file);
    struct run_source source = {.path = path, .file = file, .options = options};
    if (got == 0)
        return refuse(path, ferror(file) ? strerror(errno) : "empty");
    source.head = head;
    source.head_length = got;
    source.kind = "trace";
    if (run_is_trace(head, got))
        return around(run_of_trace(&source), options);
    source.kind = "run_log";
    if (run_is_log(head, got))
        return around(run_of_log(&source), options);
    if (fseek(file, 0, SEEK_SET) != 0)
        return refuse(path, "a perf.json cannot be read from a pipe: give its name");
    return load_perf_json(path, file);
}

json_t *run_file_load(const char *path, const struct run_file_options *options)
{
    static const struct run_file_options none;
    const bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    if (file == NULL)
        return refuse(path, strerror(errno));
    json_t *perf_json = load(is_stdin ? "stdin" : path, file, options != NULL ? options : &none);
    if (!is_stdin)
        (void)fclose(file);
    return perf_json;
}

int run_file_write(const char *path, const json_t *perf_json)
{
    int code = output_open(path);
    if (code != EXIT_FINE)
        return code;
    if (json_dumpf(perf_json, output_file(), JSON_COMPACT | JSON_REAL_PRECISION(15)) != 0 ||
        fputc('\n', output_file()) == EOF)
        return output_problem();
    return output_commit();
}

const json_t *run_file_runs(const json_t *perf_json)
{
    return json_object_get(perf_json, "runs");
}

size_t run_file_frames(const json_t *run)
{
    return json_array_size(json_object_get(json_object_get(run, "frames"), "id"));
}

long run_file_choose(const json_t *perf_json, const char *path, size_t wanted)
{
    const json_t *runs = run_file_runs(perf_json);
    const size_t count = json_array_size(runs);
    size_t best = 0;
    if (wanted > count) {
        fprintf(stderr, "perfctl: %s: it has %zu run%s, and no number %zu\n", path, count,
                count == 1 ? "" : "s", wanted);
        return -1;
    }
    for (size_t i = 1; i < count; i++)
        if (run_file_frames(json_array_get(runs, i)) >= run_file_frames(json_array_get(runs, best)))
            best = i;
    return (long)(wanted > 0 ? wanted - 1 : best);
}
