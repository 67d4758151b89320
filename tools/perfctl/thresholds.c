/* SPDX-License-Identifier: Apache-2.0 */
/* A limit that is misspelt would judge nothing, and nobody would know: whatever is not known is
 * refused, with its place in the file. */
#include "thresholds.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perfctl.h"
#include "run_file.h"

#define VERSION    1
#define NUMBER_MAX 1e15 /* whole numbers up to it are exact */
#define RUNS_MAX   1000000

struct place {
    const char *path;
    char text[256]; /* profiles.pr.limits[3]; empty: the file itself */
};

static struct place inside(const struct place *place, const char *key)
{
    struct place to = {.path = place->path};
    (void)snprintf(to.text, sizeof to.text, "%.180s%s%.60s", place->text,
                   place->text[0] != '\0' ? "." : "", key);
    return to;
}

static struct place item(const struct place *place, size_t index)
{
    struct place to = {.path = place->path};
    (void)snprintf(to.text, sizeof to.text, "%.200s[%zu]", place->text, index);
    return to;
}

static bool refuse(const struct place *place, const char *why)
{
    fprintf(stderr, "perfctl: %s: ", place->path);
    put_string(stderr, place->text);
    fprintf(stderr, "%s%s\n", place->text[0] != '\0' && why[0] != '\0' ? ": " : "", why);
    return false;
}

/* --- Values ----------------------------------------------------------------------------------- */

/* The keys end with NULL. */
static bool is_object_of(const struct place *place, const json_t *value, const char *const *keys)
{
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return refuse(place, value == NULL ? "is missing" : "must be an object");
    json_object_foreach ((json_t *)(uintptr_t)value, key, member) {
        size_t i = 0;
        while (keys[i] != NULL && strcmp(keys[i], key) != 0)
            i++;
        if (keys[i] != NULL)
            continue;
        const struct place at = inside(place, key);
        return refuse(&at, "there is no such key");
    }
    return true;
}

/* null is as good as absent: *is_set says whether there is a number. */
static bool read_number(const struct place *place, const json_t *value, double min, bool *is_set,
                        double *to)
{
    *is_set = value != NULL && !json_is_null(value);
    if (!*is_set)
        return true;
    *to = json_number_value(value);
    if (!json_is_number(value))
        return refuse(place, "must be a number");
    if (!(*to >= min && *to <= NUMBER_MAX))
        return refuse(place,
                      min < 0 ? "must be within -1e15 and 1e15" : "must be within 0 and 1e15");
    return true;
}

/* One of the words, which end with NULL; absent: the first. */
static bool read_word(const struct place *place, const json_t *of, const char *key,
                      const char *const *words, unsigned *to)
{
    const json_t *value = json_object_get(of, key);
    const struct place at = inside(place, key);
    char why[128] = "must be one of";
    if (value == NULL || json_is_null(value))
        return true;
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (json_is_string(value) && strcmp(words[i], json_string_value(value)) == 0) {
            *to = i;
            return true;
        }
        const size_t used = strlen(why);
        (void)snprintf(why + used, sizeof why - used, " \"%s\"", words[i]);
    }
    return refuse(&at, why);
}

/* --- Bounds ----------------------------------------------------------------------------------- */

/* A plain number is of the level `plain`. */
static bool read_bound(const struct place *place, const json_t *of, const char *key, double min,
                       enum level plain, struct bound *to)
{
    static const char *const levels[] = {"target", "critical", NULL};
    const json_t *value = json_object_get(of, key);
    const struct place at = inside(place, key);
    if (!json_is_object(value))
        return read_number(&at, value, min, &to->is_set[plain], &to->value[plain]);
    if (!is_object_of(&at, value, levels))
        return false;
    for (unsigned level = 0; level < LEVELS; level++) {
        const struct place in = inside(&at, levels[level]);
        if (!read_number(&in, json_object_get(value, levels[level]), min, &to->is_set[level],
                         &to->value[level]))
            return false;
    }
    return true;
}

static bool has_any(const struct bound *bound)
{
    return bound->is_set[LEVEL_TARGET] || bound->is_set[LEVEL_CRITICAL];
}

bool limit_is_relative(const struct limit *limit)
{
    return has_any(&limit->percent) || has_any(&limit->absolute);
}

/* Is the target the stricter one? Else it would never warn. */
static bool is_ordered(const struct bound *bound, bool is_min)
{
    const double target = bound->value[LEVEL_TARGET], critical = bound->value[LEVEL_CRITICAL];
    return !bound->is_set[LEVEL_TARGET] || !bound->is_set[LEVEL_CRITICAL] ||
           (is_min ? target >= critical : target <= critical);
}

/* Of two that are judged together: a level that only one has takes the other's from its other
 * level, as a floor for noise is the same for both. */
static void complete(struct bound *bound, const struct bound *other)
{
    for (unsigned level = 0; level < LEVELS; level++) {
        const unsigned from = LEVELS - 1 - level;
        if (bound->is_set[level] || !bound->is_set[from] || !other->is_set[level])
            continue;
        bound->is_set[level] = true;
        bound->value[level] = bound->value[from];
    }
}

static bool read_bounds(const struct place *place, const json_t *of, enum level plain,
                        struct limit *to)
{
    const struct {
        const char *key;
        double min;
        struct bound *bound;
    } bounds[] = {
        {"max", -NUMBER_MAX, &to->max},
        {"min", -NUMBER_MAX, &to->min},
        {"percent", 0, &to->percent},
        {"absolute", 0, &to->absolute},
    };
    bool any = false;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const struct place at = inside(place, bounds[i].key);
        if (!read_bound(place, of, bounds[i].key, bounds[i].min, plain, bounds[i].bound))
            return false;
        if (!is_ordered(bounds[i].bound, bounds[i].bound == &to->min))
            return refuse(&at, "the target is laxer than the critical limit");
        any = any || has_any(bounds[i].bound);
    }
    for (unsigned level = 0; level < LEVELS; level++)
        if (to->max.is_set[level] && to->min.is_set[level] &&
            to->min.value[level] > to->max.value[level])
            return refuse(place, "min is above max");
    const struct bound percent = to->percent;
    complete(&to->percent, &to->absolute);
    complete(&to->absolute, &percent);
    return any || refuse(place, "a limit needs max, min, percent or absolute");
}

/* --- Limits ----------------------------------------------------------------------------------- */

static bool read_stability(const struct place *place, const json_t *of, struct limit *to)
{
    const json_t *max_cv = json_object_get(of, "max_cv"),
                 *min_runs = json_object_get(of, "min_runs");
    const struct place at_cv = inside(place, "max_cv"), at_runs = inside(place, "min_runs");
    /* Left out, a limit keeps what its profile says; null takes it away. */
    if (max_cv != NULL && !read_number(&at_cv, max_cv, 0, &to->has_max_cv, &to->max_cv))
        return false;
    if (min_runs == NULL || json_is_null(min_runs))
        return true;
    const json_int_t runs = json_integer_value(min_runs);
    if (!json_is_integer(min_runs) || runs < 1 || runs > RUNS_MAX)
        return refuse(&at_runs, "must be a whole number from 1 to 1000000");
    to->min_runs = (size_t)runs;
    return true;
}

static bool read_limit(const struct place *place, const json_t *of, struct limit *to)
{
    static const char *const keys[] = {"figure",   "max",      "min",   "percent",
                                       "absolute", "better",   "level", "missing",
                                       "max_cv",   "min_runs", NULL};
    static const char *const better[] = {"by name", "lower", "higher", NULL};
    static const char *const missing[] = {"fail", "warn", "ok", NULL};
    static const char *const levels[] = {"target", "critical", NULL};
    unsigned better_index = BETTER_BY_NAME, missing_index = MISSING_FAILS, plain = LEVEL_CRITICAL;
    if (!is_object_of(place, of, keys))
        return false;
    to->figure = json_string_value(json_object_get(of, "figure"));
    const struct place at = inside(place, "figure");
    if (to->figure == NULL || to->figure[0] == '\0')
        return refuse(&at, "must be a figure's name, or a pattern of names");
    to->is_glob = strpbrk(to->figure, "*?[\\") != NULL;
    if (!read_word(place, of, "better", better, &better_index) ||
        !read_word(place, of, "missing", missing, &missing_index) ||
        !read_word(place, of, "level", levels, &plain) || !read_stability(place, of, to))
        return false;
    to->better = better_index;
    to->missing = missing_index;
    return read_bounds(place, of, plain, to);
}

static bool is_named_before(const struct threshold_profile *profile, const char *figure)
{
    for (size_t i = 0; i < profile->count; i++)
        if (strcmp(profile->limit[i].figure, figure) == 0)
            return true;
    return false;
}

static bool read_limits(const struct place *place, const json_t *list, const struct limit *defaults,
                        struct threshold_profile *to)
{
    const json_t *of;
    size_t i;
    if (!json_is_array(list))
        return refuse(place, list == NULL ? "is missing" : "must be a list");
    if (json_array_size(list) == 0)
        return refuse(place, "is empty: it would judge nothing");
    to->limit = need(calloc(json_array_size(list), sizeof *to->limit));
    json_array_foreach (list, i, of) {
        const struct place at = item(place, i), at_figure = inside(&at, "figure");
        struct limit limit = *defaults;
        if (!read_limit(&at, of, &limit))
            return false;
        if (is_named_before(to, limit.figure))
            return refuse(&at_figure, "a limit before it is of the same figure");
        to->limit[to->count++] = limit;
    }
    return true;
}

static bool read_profile(const struct place *place, const json_t *of, struct threshold_profile *to)
{
    static const char *const keys[] = {"stability", "limits", NULL};
    static const char *const stability_keys[] = {"max_cv", "min_runs", NULL};
    const struct place at = inside(place, "stability"), at_limits = inside(place, "limits");
    struct limit defaults = {.min_runs = 1};
    if (!is_object_of(place, of, keys))
        return false;
    const json_t *stability = json_object_get(of, "stability");
    if (stability != NULL && (!is_object_of(&at, stability, stability_keys) ||
                              !read_stability(&at, stability, &defaults)))
        return false;
    return read_limits(&at_limits, json_object_get(of, "limits"), &defaults, to);
}

/* --- The file --------------------------------------------------------------------------------- */

static bool read_file(struct thresholds *to, const struct place *place)
{
    static const char *const keys[] = {"version", "profiles", NULL};
    const json_t *version = json_object_get(to->root, "version");
    const struct place at = inside(place, "profiles"), at_version = inside(place, "version");
    const char *name;
    json_t *of;
    if (json_is_object(to->root) && !json_is_integer(version))
        return refuse(&at_version, version == NULL ? "is missing" : "must be a whole number");
    /* A newer one may well have other keys: that it is newer is what there is to say. */
    if (json_integer_value(version) > VERSION)
        return refuse(&at_version, "is newer than this perfctl knows, which is 1");
    if (!is_object_of(place, to->root, keys))
        return false;
    if (json_integer_value(version) != VERSION)
        return refuse(&at_version, "must be 1");
    json_t *profiles = json_object_get(to->root, "profiles");
    if (!json_is_object(profiles) || json_object_size(profiles) == 0)
        return refuse(&at, profiles == NULL ? "is missing" : "must be an object, and not empty");
    to->profile = need(calloc(json_object_size(profiles), sizeof *to->profile));
    json_object_foreach (profiles, name, of) {
        const struct place in = inside(&at, name);
        struct threshold_profile *profile = &to->profile[to->count++];
        profile->name = name;
        if (!read_profile(&in, of, profile))
            return false;
    }
    return true;
}

static json_t *read_json(const struct place *place)
{
    json_error_t error;
    FILE *file = fopen(place->path, "rb");
    if (file == NULL) {
        (void)refuse(place, strerror(errno));
        return NULL;
    }
    errno = 0;
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    const int problem = ferror(file) ? errno : 0;
    (void)fclose(file);
    if (root != NULL)
        return root;
    struct place line = *place;
    if (problem == 0)
        (void)snprintf(line.text, sizeof line.text, "line %d: %.200s", error.line, error.text);
    (void)refuse(&line, problem != 0 ? strerror(problem) : "");
    return NULL;
}

bool thresholds_load(struct thresholds *to, const char *path)
{
    const struct place place = {.path = path};
    *to = (struct thresholds){.root = read_json(&place)};
    if (to->root != NULL && read_file(to, &place))
        return true;
    thresholds_free(to);
    return false;
}

void thresholds_free(struct thresholds *thresholds)
{
    for (size_t i = 0; i < thresholds->count; i++)
        free(thresholds->profile[i].limit);
    free(thresholds->profile);
    json_decref(thresholds->root);
    *thresholds = (struct thresholds){0};
}

const struct threshold_profile *thresholds_find(const struct thresholds *in, const char *path,
                                                const char *profile)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(in->profile[i].name, profile) == 0)
            return &in->profile[i];
    fprintf(stderr, "perfctl: %s: no profile '", path);
    put_string(stderr, profile);
    fprintf(stderr, "'; there is");
    for (size_t i = 0; i < in->count; i++) {
        fprintf(stderr, "%s '", i > 0 ? "," : "");
        put_string(stderr, in->profile[i].name);
        fprintf(stderr, "'");
    }
    fprintf(stderr, "\n");
    return NULL;
}
