/* SPDX-License-Identifier: Apache-2.0 */
#include "budgets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_file.h"

static bool refuse(const char *path, size_t index, const char *what)
{
    fprintf(stderr, "perfctl: %s: budgets[%zu]: %s\n", path, index, what);
    return false;
}

static struct budget *add(struct budgets *budgets)
{
    budgets->budget =
        need(realloc(budgets->budget, (budgets->count + 1) * sizeof *budgets->budget));
    struct budget *budget = &budgets->budget[budgets->count++];
    *budget = (struct budget){0};
    return budget;
}

/* --- A file's --------------------------------------------------------------------------------- */

/* A whole number of at least 0, or null, or nothing at all. */
static bool take_amount(const json_t *value, uint64_t *to)
{
    if (value == NULL || json_is_null(value))
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *to = (uint64_t)json_integer_value(value);
    return true;
}

static bool is_known(const char *key)
{
    static const char *const keys[] = {"function", "label", "cpu_us", "gpu_us", "mem_bytes"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static bool is_same(const struct budget *a, const struct budget *b)
{
    if (strcmp(a->name, b->name) != 0 || (a->category == NULL) != (b->category == NULL))
        return false;
    return a->category == NULL || strcmp(a->category, b->category) == 0;
}

static bool take_item(struct budgets *budgets, const char *path, size_t index, json_t *item)
{
    const char *key;
    json_t *value;
    const json_t *function = json_object_get(item, "function");
    struct budget *budget = add(budgets);
    budget->category = json_string_value(function);
    budget->name = json_string_value(json_object_get(item, "label"));
    json_object_foreach (item, key, value)
        if (!is_known(key))
            return refuse(path, index,
                          "a key that is none of function, label, cpu_us, gpu_us, "
                          "mem_bytes");
    if (budget->name == NULL || (function != NULL && budget->category == NULL))
        return refuse(path, index, "label, and function where it is given, must be texts");
    if (!take_amount(json_object_get(item, "cpu_us"), &budget->cpu_us) ||
        !take_amount(json_object_get(item, "gpu_us"), &budget->gpu_us) ||
        !take_amount(json_object_get(item, "mem_bytes"), &budget->mem_bytes))
        return refuse(path, index, "a budget is a whole number of at least 0, or null");
    for (size_t i = 0; i + 1 < budgets->count; i++)
        if (is_same(&budgets->budget[i], budget))
            return refuse(path, index, "this label has a budget already");
    return true;
}

static bool take_file(struct budgets *budgets, const char *path)
{
    json_error_t error;
    json_t *item;
    size_t i;
    budgets->file = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (budgets->file == NULL && error.line > 0)
        fprintf(stderr, "perfctl: %s: line %d: %s\n", path, error.line, error.text);
    else if (budgets->file == NULL)
        fprintf(stderr, "perfctl: %s\n", error.text);
    if (budgets->file == NULL)
        return false;
    const json_t *version = json_object_get(budgets->file, "version");
    const json_t *list = json_object_get(budgets->file, "budgets");
    if (!json_is_integer(version) || json_integer_value(version) != 1 || !json_is_array(list) ||
        json_object_size(budgets->file) != 2) {
        fprintf(stderr,
                "perfctl: %s: no budget file of version 1: {\"version\": 1, \"budgets\": "
                "[...]}\n",
                path);
        return false;
    }
    json_array_foreach (list, i, item)
        if (!take_item(budgets, path, i, item))
            return false;
    return true;
}

/* --- A trace's -------------------------------------------------------------------------------- */

static uint64_t amount_of(const json_t *item, const char *key)
{
    const json_int_t value = json_integer_value(json_object_get(item, key));
    return value > 0 ? (uint64_t)value : 0;
}

static char *place_of(const json_t *item)
{
    const char *file = json_string_value(json_object_get(item, "file"));
    if (file == NULL || file[0] == '\0')
        return NULL;
    const size_t size = strlen(file) + 24;
    char *place = need(malloc(size));
    (void)snprintf(place, size, "%s:%llu", file, (unsigned long long)amount_of(item, "line"));
    return place;
}

static void take_trace(struct budgets *budgets, const json_t *other)
{
    const json_t *item;
    size_t i;
    json_array_foreach (json_object_get(other, "budgets"), i, item) {
        const char *name = json_string_value(json_object_get(item, "label"));
        if (name == NULL)
            continue;
        struct budget *budget = add(budgets);
        budget->name = name;
        budget->category = json_string_value(json_object_get(item, "category"));
        budget->cpu_us = amount_of(item, "cpuUs");
        budget->gpu_us = amount_of(item, "gpuUs");
        budget->mem_bytes = amount_of(item, "memBytes");
        budget->place = place_of(item);
    }
}

bool budgets_load(struct budgets *budgets, const json_t *other, const char *path)
{
    if (path != NULL && !take_file(budgets, path)) {
        budgets_free(budgets);
        return false;
    }
    take_trace(budgets, other);
    return true;
}

/* The first from this one on. */
static const struct budget *find_from(const struct budgets *budgets, size_t from,
                                      const char *category, const char *name)
{
    for (size_t i = from; i < budgets->count; i++) {
        const struct budget *budget = &budgets->budget[i];
        if (strcmp(budget->name, name) == 0 &&
            (budget->category == NULL || strcmp(budget->category, category) == 0))
            return budget;
    }
    return NULL;
}

const struct budget *budgets_find(const struct budgets *budgets, const char *category,
                                  const char *name)
{
    return find_from(budgets, 0, category, name);
}

const char *budgets_place(const struct budgets *budgets, const char *category, const char *name)
{
    const struct budget *budget = find_from(budgets, 0, category, name);
    while (budget != NULL && budget->place == NULL)
        budget = find_from(budgets, (size_t)(budget - budgets->budget) + 1, category, name);
    return budget != NULL ? budget->place : NULL;
}

void budgets_free(struct budgets *budgets)
{
    for (size_t i = 0; i < budgets->count; i++)
        free(budgets->budget[i].place);
    free(budgets->budget);
    json_decref(budgets->file);
    *budgets = (struct budgets){0};
}
