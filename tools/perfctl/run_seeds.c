/* SPDX-License-Identifier: Apache-2.0 */
/* A run's streams of random numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_sections.h"

#define SEED   ".seed"
#define EVENTS ".events"

static json_t *refuse(const char *path, const char *what)
{
    fprintf(stderr, "perfctl: %s: %s\n", path, what);
    return NULL;
}

static bool is_seed(const char *text)
{
    return text != NULL && strlen(text) == 18 && strncmp(text, "0x", 2) == 0 &&
           strspn(text + 2, "0123456789abcdef") == 16;
}

static bool is_stream(const json_t *stream)
{
    const char *id = json_string_value(json_object_get(stream, "id"));
    const json_t *events = json_object_get(stream, "events");
    return id != NULL && id[0] != '\0' &&
           is_seed(json_string_value(json_object_get(stream, "seed"))) && json_is_integer(events) &&
           json_integer_value(events) >= 0;
}

static json_t *load(const char *file)
{
    json_error_t error;
    json_t *log = json_load_file(file, JSON_REJECT_DUPLICATES, &error), *stream;
    size_t i;
    if (log == NULL)
        return refuse(file, error.text);
    const json_t *streams = json_object_get(log, "rng_streams");
    const char *wrong = NULL;
    if (json_integer_value(json_object_get(log, "version")) != 1 || !json_is_array(streams))
        wrong = "no run_log of version 1";
    json_array_foreach (streams, i, stream)
        if (!is_stream(stream))
            wrong =
                "a stream of random numbers is {\"id\": \"...\", \"seed\": \"0x\" and 16 digits, "
                "\"events\": N}";
    if (wrong == NULL)
        return log;
    json_decref(log);
    return refuse(file, wrong);
}

/* NAME.seed with, beside it, NAME.events. */
static void add_stream(json_t *streams, const json_t *counters, const char *name,
                       const json_t *seed)
{
    char events[256];
    const size_t length = strlen(name) - strlen(SEED);
    (void)snprintf(events, sizeof events, "%.*s" EVENTS, (int)length, name);
    const json_t *count = json_object_get(json_object_get(counters, events), "total");
    json_t *stream = json_object();
    json_object_set_new(stream, "id", json_stringn(name, length));
    json_object_set_new(stream, "seed",
                        json_sprintf("0x%016llx", (unsigned long long)json_integer_value(seed)));
    json_object_set_new(stream, "events", json_integer(json_integer_value(count)));
    json_array_append_new(streams, stream);
}

static json_t *of_group(const json_t *other)
{
    json_t *streams = json_array(), *group, *counter;
    const char *id, *name;
    json_object_foreach (json_object_get(other, "counters"), id, group) {
        const char *own = json_string_value(json_object_get(group, "name"));
        json_t *counters = json_object_get(group, "counters");
        if (own == NULL || strcmp(own, "rng") != 0)
            continue;
        json_object_foreach (counters, name, counter) {
            const size_t length = strlen(name);
            const json_t *seed = json_object_get(counter, "total");
            if (length > strlen(SEED) && strcmp(name + length - strlen(SEED), SEED) == 0 &&
                json_is_integer(seed))
                add_stream(streams, counters, name, seed);
        }
    }
    return json_pack("{s:i, s:o}", "version", 1, "rng_streams", streams);
}

json_t *run_log_section(const json_t *other, const char *file)
{
    if (file == NULL)
        file = getenv("PERF_RUN_LOG");
    return file != NULL && file[0] != '\0' ? load(file) : of_group(other);
}
