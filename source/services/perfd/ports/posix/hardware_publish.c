/* SPDX-License-Identifier: Apache-2.0 */
/* Hardware counters as groups of perfd's: the figures, their share of time, and what they are of.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hardware.h"

#define NOT_TOLD 255u

enum about { ABOUT_INTERVAL, ABOUT_READ, ABOUT_CPUS, ABOUT_MISSING, ABOUT_MERGED, ABOUTS };

static struct perfd_text text_of(const char *text)
{
    return (struct perfd_text){text, (uint32_t)strlen(text)};
}

/* --- Declaring -------------------------------------------------------------------------------- */

static int declare_figures(struct perfd *perfd, struct hardware *hardware)
{
    struct perfd_counter counter[HARDWARE_EVENTS];
    for (uint32_t i = 0; i < hardware->counters; i++) {
        const struct hardware_counter *from = &hardware->counter[i];
        counter[i] = (struct perfd_counter){
            .name = text_of(from->name),
            .unit = text_of(from->kind == PERFD_NS ? "ns" : ""),
            .kind = from->kind,
        };
        hardware->told[i] = NOT_TOLD;
    }
    int group = perfd_counter_group(perfd, hardware->client, text_of("hardware"), counter,
                                    hardware->counters);
    if (group < 0)
        return group;
    hardware->group = (uint32_t)group;
    for (uint32_t i = 0; i < hardware->counters; i++) {
        counter[i].kind = PERFD_GAUGE;
        counter[i].unit = text_of("permille");
    }
    group = perfd_counter_group(perfd, hardware->client, text_of("hardware-running"), counter,
                                hardware->counters);
    if (group >= 0)
        hardware->group_running = (uint32_t)group;
    return group;
}

/* Which cpus are meant stands where a reason does. */
static int tell_cpus(struct perfd *perfd, struct hardware *hardware, enum about about,
                     const struct hardware_cpus *cpus)
{
    char text[PERFD_REASON_MAX + 1];
    hardware_cpus_text(cpus, text, sizeof text);
    return perfd_counter_set_state(perfd, hardware->client, hardware->group_source, about, 1,
                                   PERFD_COUNTER_OK, text_of(text));
}

static int declare_source(struct perfd *perfd, struct hardware *hardware)
{
    const struct perfd_counter counter[ABOUTS] = {
        [ABOUT_INTERVAL] = {text_of("interval"), text_of("ns"), PERFD_GAUGE},
        [ABOUT_READ] = {text_of("reading"), text_of("ns"), PERFD_GAUGE},
        [ABOUT_CPUS] = {text_of("cpus"), text_of("cpus"), PERFD_GAUGE},
        [ABOUT_MISSING] = {text_of("cpus-missing"), text_of("cpus"), PERFD_GAUGE},
        [ABOUT_MERGED] = {text_of("intervals-merged"), text_of("intervals"), PERFD_COUNT},
    };
    int group =
        perfd_counter_group(perfd, hardware->client, text_of("hardware-source"), counter, ABOUTS);
    if (group < 0)
        return group;
    hardware->group_source = (uint32_t)group;
    int result = tell_cpus(perfd, hardware, ABOUT_CPUS, &hardware->cpus);
    return result < 0 ? result : tell_cpus(perfd, hardware, ABOUT_MISSING, &hardware->missing);
}

static int declare(struct perfd *perfd, struct hardware *hardware)
{
    int client = perfd_client_open(perfd);
    if (client < 0)
        return client;
    hardware->client = client;
    (void)!perfd_client_process(perfd, client, (uint32_t)getpid(), text_of("perfd"));
    int result = declare_figures(perfd, hardware);
    return result < 0 ? result : declare_source(perfd, hardware);
}

/* --- Telling ---------------------------------------------------------------------------------- */

static int set_state(struct perfd *perfd, const struct hardware *hardware, uint32_t index,
                     enum perfd_counter_state state)
{
    struct perfd_text reason = text_of(hardware->counter[index].reason);
    int result =
        perfd_counter_set_state(perfd, hardware->client, hardware->group, index, 1, state, reason);
    if (result < 0)
        return result;
    return perfd_counter_set_state(perfd, hardware->client, hardware->group_running, index, 1,
                                   state, reason);
}

static int tell_states(struct perfd *perfd, struct hardware *hardware)
{
    for (uint32_t i = 0; i < hardware->counters; i++) {
        const struct hardware_counter *counter = &hardware->counter[i];
        if (hardware->told[i] == (uint8_t)counter->state &&
            hardware->told_scaled[i] == counter->scaled)
            continue;
        int result = set_state(perfd, hardware, i, counter->state);
        if (result < 0)
            return result;
        hardware->told[i] = (uint8_t)counter->state;
        hardware->told_scaled[i] = counter->scaled;
    }
    return 0;
}

static int sample(struct perfd *perfd, const struct hardware *hardware, uint32_t group,
                  const int64_t *value, uint32_t count, uint64_t now_ns)
{
    return perfd_counter_sample(perfd, hardware->client, group, value, count, hardware->time_ns,
                                now_ns);
}

static int tell_samples(struct perfd *perfd, const struct hardware *hardware, uint64_t now_ns)
{
    int64_t value[HARDWARE_EVENTS], running[HARDWARE_EVENTS];
    for (uint32_t i = 0; i < hardware->counters; i++) {
        value[i] = hardware->counter[i].total;
        running[i] = hardware->counter[i].running_permille;
    }
    const int64_t about[ABOUTS] = {
        [ABOUT_INTERVAL] = (int64_t)hardware->interval_ns,
        [ABOUT_READ] = (int64_t)hardware->read_ns,
        [ABOUT_CPUS] = (int64_t)hardware->cpus_running,
        [ABOUT_MISSING] = (int64_t)hardware_cpus_count(&hardware->missing),
        [ABOUT_MERGED] = (int64_t)hardware->merged,
    };
    uint32_t count = hardware->counters;
    int result = sample(perfd, hardware, hardware->group, value, count, now_ns);
    if (result >= 0)
        result = sample(perfd, hardware, hardware->group_running, running, count, now_ns);
    if (result >= 0)
        result = sample(perfd, hardware, hardware->group_source, about, ABOUTS, now_ns);
    return result;
}

int hardware_publish(struct perfd *perfd, struct hardware *hardware, uint64_t now_ns)
{
    if (hardware->counters == 0)
        return 0;
    int result = hardware->client == 0 ? declare(perfd, hardware) : 0;
    if (result >= 0)
        result = tell_states(perfd, hardware);
    if (result >= 0)
        result = tell_samples(perfd, hardware, now_ns);
    return result < 0 ? result : 0;
}
