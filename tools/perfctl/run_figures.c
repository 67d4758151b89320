/* SPDX-License-Identifier: Apache-2.0 */
#include "run_figures.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "run_file.h"

/* What a run has besides figures: who it is, and lists that are for people to look at. */
static const char *const no_figures[] = {"profile", "session", "source", "frames",
                                         "janks",   "ledger",  "run_log"};

static void add(struct figures *to, const char *name, double value)
{
    to->figure = need(realloc(to->figure, (to->count + 1) * sizeof *to->figure));
    to->figure[to->count++] = (struct figure){need(strdup(name)), value};
}

/* For each member of a run, of which there are thousands: printf() takes longer than all else. */
static char *join(const char *left, char between, const char *right)
{
    const size_t at = strlen(left), length = strlen(right);
    char *joined = need(malloc(at + 1 + length + 1));
    memcpy(joined, left, at);
    joined[at] = between;
    memcpy(joined + at + 1, right, length + 1);
    return joined;
}

static char *inside(const char *path, const char *key)
{
    return path[0] != '\0' ? join(path, '.', key) : need(strdup(key));
}

static bool is_no_figure(const char *path, const char *key)
{
    for (size_t i = 0; path[0] == '\0' && i < sizeof no_figures / sizeof no_figures[0]; i++)
        if (strcmp(key, no_figures[i]) == 0)
            return true;
    return false;
}

/* FUNCTION/LABEL of a label, NAME of what else stands in a list; NULL: it has no name. */
static char *name_of(const json_t *item)
{
    const char *function = json_string_value(json_object_get(item, "function"));
    const char *label = json_string_value(json_object_get(item, "label"));
    const char *name = json_string_value(json_object_get(item, "name"));
    if (function == NULL || label == NULL)
        return name != NULL ? need(strdup(name)) : NULL;
    return join(function, '/', label);
}

/* A run is as deep as its schema, which run_file_load() has checked. */
static void walk(struct figures *to, const char *path, const json_t *value)
{
    const char *key;
    json_t *member;
    size_t index;
    if (json_is_number(value))
        add(to, path, json_number_value(value));
    json_object_foreach ((json_t *)(uintptr_t)value, key, member) {
        if (is_no_figure(path, key))
            continue;
        char *name = inside(path, key);
        walk(to, name, member);
        free(name);
    }
    json_array_foreach (value, index, member) {
        char *own = name_of(member);
        if (own == NULL)
            continue;
        char *name = inside(path, own);
        walk(to, name, member);
        free(name);
        free(own);
    }
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct figure *)left)->name, ((const struct figure *)right)->name);
}

struct figures figures_of_run(const json_t *run)
{
    struct figures figures = {0};
    walk(&figures, "", run);
    if (figures.count > 0)
        qsort(figures.figure, figures.count, sizeof *figures.figure, by_name);
    size_t kept = 0;
    for (size_t i = 0; i < figures.count; i++) {
        if (kept > 0 && by_name(&figures.figure[kept - 1], &figures.figure[i]) == 0)
            free(figures.figure[i].name);
        else
            figures.figure[kept++] = figures.figure[i];
    }
    figures.count = kept;
    return figures;
}

void figures_free(struct figures *figures)
{
    for (size_t i = 0; i < figures->count; i++)
        free(figures->figure[i].name);
    free(figures->figure);
    *figures = (struct figures){0};
}

const struct figure *figures_find(const struct figures *figures, const char *name)
{
    const struct figure wanted = {.name = (char *)(uintptr_t)name};
    return figures->count == 0 ? NULL
                               : bsearch(&wanted, figures->figure, figures->count,
                                         sizeof *figures->figure, by_name);
}

bool figure_is_better_higher(const char *name)
{
    static const char *const words[] = {"fps", "hit_rate", "mips"};
    const char *last = strrchr(name, '.');
    last = last != NULL ? last + 1 : name;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(last, words[i]) != NULL)
            return true;
    return false;
}

static bool starts(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

bool figure_is_amount(const char *name)
{
    static const char *const words[] = {"frames", "samples",   "count",         "time_ms",
                                        "total",  "window_ms", "latency_count", "gpu_frames",
                                        "last",   "sum",       "total_hits",    "total_weight"};
    const char *last = strrchr(name, '.');
    last = last != NULL ? last + 1 : name;
    if (starts(name, "graphics.total.") || starts(name, "jit.total."))
        return true;
    if (starts(name, "metrics.") && strcmp(last, "total") == 0)
        return false; /* of a label: time that it took */
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(last, words[i]) == 0)
            return true;
    return false;
}
