/* SPDX-License-Identifier: Apache-2.0 */
#include "derived.h"

#include <string.h>

static const struct recipe {
    const char *group, *name, *unit, *key;
    const char *over[2];
    const char *under[2]; /* NULL: the seconds of the window */
    double factor;
} recipes[] = {
    {"graphics",
     "upload",
     "MiB/s",
     "upload_mib_per_s",
     {"upload_bytes"},
     {NULL},
     1.0 / (1024 * 1024)},
    {"jit",
     "hitRate",
     "%",
     "hit_rate_percent",
     {"cache_hits"},
     {"cache_hits", "cache_misses"},
     100},
    {"jit",
     "compile",
     "ms/s",
     "compile_ms_per_s",
     {"tier1_compile_ns", "tier2_compile_ns"},
     {NULL},
     1e-6},
    {"jit",
     "blocks",
     "1/s",
     "blocks_per_s",
     {"tier1_blocks_compiled", "tier2_blocks_compiled"},
     {NULL},
     1},
    {"jit", "tier1Pass", "ns", "tier1_pass_ns", {"tier1_compile_ns"}, {"tier1_passes"}, 1},
    {"jit", "tier2Pass", "ns", "tier2_pass_ns", {"tier2_compile_ns"}, {"tier2_passes"}, 1},
    {"ui", "observersPerCommit", "", "observers_per_commit", {"observers"}, {"commits"}, 1},
    {"ui",
     "wakeupsPerInteraction",
     "",
     "wakeups_per_interaction",
     {"wakeups"},
     {"interactions"},
     1},
    {"ui",
     "queueResidence",
     "ns",
     "queue_residence_ns",
     {"queue_residence_ns"},
     {"queue_events"},
     1},
};

enum { RECIPES = sizeof recipes / sizeof recipes[0] };

static bool is(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(text, name, length) == 0;
}

void derived_note(struct derived_sums *sums, const char *name, size_t length, bool present,
                  double sum)
{
    if (sums->count == DERIVED_SUMS)
        return;
    sums->of[sums->count].name = name;
    sums->of[sums->count].length = length;
    sums->of[sums->count].present = present;
    sums->of[sums->count++].sum = sum;
}

/* Adds the window's sum of the counter with this name; false: it has none. */
static bool add_sum(const struct derived_sums *sums, const char *name, double *sum)
{
    for (uint32_t i = 0; i < sums->count; i++)
        if (is(sums->of[i].name, sums->of[i].length, name)) {
            *sum += sums->of[i].sum;
            return sums->of[i].present;
        }
    return false;
}

static bool add_sums(const struct derived_sums *sums, const char *const names[2], double *sum)
{
    return add_sum(sums, names[0], sum) && (names[1] == NULL || add_sum(sums, names[1], sum));
}

/* False: there is nothing to make it of. */
static bool derive(const struct recipe *what, const struct derived_sums *sums, double *value)
{
    double over = 0, under = 0;
    if (!add_sums(sums, what->over, &over))
        return false;
    if (what->under[0] == NULL)
        under = sums->window_s;
    else if (!add_sums(sums, what->under, &under))
        return false;
    if (under <= 0)
        return false;
    *value = over / under * what->factor;
    return true;
}

bool derived_next(const struct derived_sums *sums, const char *group, size_t length, unsigned *at,
                  struct derived *out)
{
    while (*at < RECIPES) {
        const struct recipe *what = &recipes[(*at)++];
        if (!is(group, length, what->group))
            continue;
        *out = (struct derived){.name = what->name, .unit = what->unit, .key = what->key};
        out->present = derive(what, sums, &out->value);
        return true;
    }
    return false;
}
