/* SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A store on a disk, and what it must hold. */
struct world {
    struct statefs_disk disk;
    _Alignas(8) uint8_t arena[POWER_BYTES];
    struct statefs *store;
    struct model model;
};

/* The scenario runs in the first; what a cut leaves, in the second, and in the third what a cut of
 * that leaves. */
static struct world worlds[3];
static const struct power_plan *plan;
static struct power_result result;
static bool stop;
static uint32_t random_state;

static uint32_t random_bits(uint32_t bits)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> (32 - bits);
}

static void start(struct world *world)
{
    static const struct statefs_config config = POWER_CONFIG;
    if (statefs_init(&world->store, world->arena, sizeof world->arena, &config, &world->disk) !=
        STATEFS_OK)
        abort();
}

static void broken(const char *what, int depth, uint32_t way, int status)
{
    if (result.broken++ == 0)
        snprintf(result.first, sizeof result.first, "%s: depth %d, after write %llu, way %u: %s",
                 what, depth, (unsigned long long)worlds[depth].disk.writes, (unsigned)way,
                 statefs_status_text((enum statefs_status)status));
}

static bool done(void)
{
    return stop && result.broken > 0;
}

/* --- One way to lose power --- */

enum way { NONE, ALL, FIRST_SINGLE };

/* Ways of n cached writes: none, all, then four for each write, then random ones. */
static uint32_t way_count(size_t n)
{
    return n == 0 ? 1 : FIRST_SINGLE + 4 * (uint32_t)n + plan->random_subsets;
}

/* What of write i is kept in this way: a set of enum disk_part. */
static unsigned part_kept(uint32_t way, size_t i, size_t n)
{
    uint32_t single = way - FIRST_SINGLE;
    bool this_one = single / 4 == i;
    if (way == NONE)
        return 0;
    if (way == ALL)
        return PART_WHOLE;
    if (single >= 4 * n)
        return random_bits(2);
    switch (single % 4) {
    case 0: /* this one lost */
        return this_one ? 0 : PART_WHOLE;
    case 1: /* only this one kept */
        return this_one ? PART_WHOLE : 0;
    case 2: /* all kept, this one torn */
        return this_one ? PART_FIRST : PART_WHOLE;
    default: /* all lost, of this one the other half kept */
        return this_one ? PART_SECOND : 0;
    }
}

static void cut(struct world *after, const struct statefs_disk *disk, uint32_t way)
{
    memory_disk_cut(&after->disk, disk);
    for (size_t i = 0; i < disk->cached_count; i++) {
        unsigned part = part_kept(way, i, disk->cached_count);
        if (part != 0)
            memory_disk_keep(&after->disk, &disk->cached[i], part);
    }
}

/* --- After it --- */

/* Goes on working, without further cuts: what is acknowledged now must be there too. */
static void work_on(struct world *world, int depth, uint32_t way)
{
    struct model *model = &world->model;
    for (unsigned i = 0; i < 3; i++)
        model_step(model, world->store, false);
    model_sync(model, world->store, false);
    enum statefs_status status = statefs_mount(world->store, STATEFS_READ_WRITE);
    if (status != STATEFS_OK || !model_matches(&model->durable, world->store))
        broken("work after a cut is lost", depth, way, (int)status);
    result.surprises += model->surprises;
}

/* Goes on with a scenario whose every write is followed by a cut. */
static void cut_again(struct world *world);

static void after_cut(int depth, uint32_t way)
{
    const struct world *before = &worlds[depth];
    struct world *after = &worlds[depth + 1];
    cut(after, &before->disk, way);
    start(after);
    result.mounts++;
    enum statefs_status status = statefs_mount(after->store, STATEFS_READ_WRITE);
    if (status != STATEFS_OK || !model_allows(&before->model, after->store)) {
        broken(status == STATEFS_OK ? "wrong state" : "no mount", depth, way, (int)status);
        return;
    }
    bool go_on = way <= ALL && depth == 0;
    if (!go_on)
        return;
    after->model = before->model;
    after->model.surprises = 0;
    model_adopt(&after->model, after->store);
    if (plan->continued_steps == 0)
        work_on(after, depth, way);
    else if (result.cuts % plan->continued_every == 0)
        cut_again(after);
}

static void cut_here(int depth)
{
    uint32_t ways = way_count(worlds[depth].disk.cached_count);
    for (uint32_t way = 0; way < ways && !done(); way++)
        after_cut(depth, way);
}

/* The power stays on: what was seen is seen, and what was acknowledged must outlast the next cut.
 */
static void restart(const struct world *before)
{
    struct world *after = &worlds[1];
    memory_disk_copy(&after->disk, &before->disk);
    start(after);
    enum statefs_status status = statefs_mount(after->store, STATEFS_READ_WRITE);
    if (status != STATEFS_OK || !model_allows(&before->model, after->store)) {
        broken("wrong state after a restart", 0, 0, (int)status);
        return;
    }
    after->model = before->model;
    after->model.surprises = 0;
    model_adopt(&after->model, after->store);
    /* Seen is not durable: a cut may still take it back. */
    after->model.tried[after->model.tried_count++] = before->model.durable;
    after->disk.lie = plan->lie;
    cut_again(after);
}

static void after_write(struct statefs_disk *disk)
{
    bool second = disk == &worlds[1].disk;
    if (second)
        result.second_cuts++;
    else
        result.cuts++;
    cut_here(second);
    if (!second && plan->restarts && result.cuts % plan->continued_every == 0 && !done())
        restart(&worlds[0]);
}

static void cut_again(struct world *world)
{
    struct model *model = &world->model;
    world->disk.on_write = after_write;
    for (uint32_t i = 0; i < plan->continued_steps && !done(); i++)
        model_step(model, world->store, false);
    model_sync(model, world->store, false);
    world->disk.on_write = NULL;
    result.surprises += model->surprises;
}

/* --- The scenario --- */

static void run_scenario(struct world *world)
{
    struct model *model = &world->model;
    world->disk.on_write = after_write;
    enum statefs_status status = statefs_mount(world->store, STATEFS_READ_WRITE);
    if (status != STATEFS_OK)
        broken("no mount at all", 0, 0, (int)status);
    world->disk.lie = plan->lie;
    world->disk.flushes = 0; /* formatting has one, too */
    for (uint32_t i = 0; i < plan->steps && !done(); i++)
        model_step(model, world->store, false);
    model_sync(model, world->store, false);
    cut_here(0); /* after the acknowledgement, with nothing written since */
    result.writes = world->disk.writes;
    result.syncs = model->syncs;
    result.commits = model->commits;
    result.surprises += model->surprises;
}

struct power_result power_run(const struct power_plan *the_plan, bool stop_at_first)
{
    plan = the_plan;
    stop = stop_at_first;
    random_state = plan->seed;
    result = (struct power_result){0};
    for (unsigned i = 0; i < 3; i++) {
        memory_disk_init(&worlds[i].disk, POWER_SECTORS);
        worlds[i].model = (struct model){.random = plan->seed};
    }
    start(&worlds[0]);
    run_scenario(&worlds[0]);
    for (unsigned i = 0; i < 3; i++)
        memory_disk_free(&worlds[i].disk);
    return result;
}
