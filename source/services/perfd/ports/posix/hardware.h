/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hardware and kernel counters of whole cpus, read at an interval: docs/perf/hardware-counters.md.
 *
 *   open -> {poll the descriptor -> read -> publish}... -> close
 *
 * A figure is over all of the chosen cpus that are online, or there is none: an event that cannot
 * be counted on one of them is not counted on the others. All memory and all descriptors are taken
 * by open.
 */
#ifndef PERFD_POSIX_HARDWARE_H
#define PERFD_POSIX_HARDWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hardware_list.h"
#include "hardware_source.h"

#define HARDWARE_INTERVAL_MS     100u /* by default */
#define HARDWARE_INTERVAL_MS_MAX 3600000u

struct hardware_options {
    struct hardware_names names; /* none: nothing is opened */
    bool some_cpus;              /* false: all that are online */
    struct hardware_cpus cpus;
    uint32_t interval_ms; /* 1..HARDWARE_INTERVAL_MS_MAX */
};

struct hardware_counter {
    char name[PERFD_COUNTER_NAME_MAX + 1];
    enum perfd_counter_kind kind;
    enum perfd_counter_state
        state; /* never disabled; warming: not yet on the hardware, on each cpu */
    char reason[PERFD_REASON_MAX + 1]; /* of a state that is not ok; of ok, where it is scaled */
    int64_t total;                     /* since open, over all cpus, scaled; ends at INT64_MAX */
    uint32_t running_permille; /* of the time since it last ran; below 1000 its amount is scaled */
    bool scaled;               /* some of the total is */
};

struct hardware_slot {
    int handle; /* -1: none */
    struct hardware_reading last;
};

struct hardware {
    struct hardware_source source;
    struct hardware_counter counter[HARDWARE_EVENTS];
    uint32_t counters;
    struct hardware_cpus cpus;    /* those that are counted */
    struct hardware_cpus missing; /* those that were asked for, and are not online */
    uint32_t cpu_count;
    struct hardware_slot *slot; /* cpu_count for each counter */
    int timer;                  /* -1: nothing is opened */
    uint64_t interval_ns;
    /* Of the last sample. */
    uint64_t time_ns;      /* CLOCK_MONOTONIC */
    uint64_t read_ns;      /* what reading it took */
    uint32_t cpus_running; /* cpus whose counters have been on since the sample before */
    uint64_t samples;
    uint64_t merged; /* intervals that have no sample of their own: the daemon came too late */
    /* hardware_publish()'s: */
    int client; /* 0: not declared yet */
    uint32_t group, group_running, group_source;
    uint8_t told[HARDWARE_EVENTS]; /* states as perfd has them */
    bool told_scaled[HARDWARE_EVENTS];
};

/* Opens what can be, and takes the first sample. `online`: NULL: the kernel is asked. 0, or -errno
 * where there is no memory or no timer; events that cannot be counted are no failure. */
int hardware_open(struct hardware *hardware, const struct hardware_options *options,
                  const struct hardware_source *source, const struct hardware_cpus *online)
    __attribute__((warn_unused_result));

/* Is readable when a sample is due; -1: nothing is opened. */
int hardware_poll_fd(const struct hardware *hardware);

/* Takes the sample that is due; false: none is. */
bool hardware_read(struct hardware *hardware) __attribute__((warn_unused_result));

/* Takes one now, for so many intervals. */
void hardware_sample(struct hardware *hardware, uint64_t intervals);

/* Any counter is ok. */
bool hardware_available(const struct hardware *hardware);

/* The first counter from this one on that has no figures and will have none, its reason says why;
 * NULL: there are no more. */
const struct hardware_counter *hardware_missing(const struct hardware *hardware, uint32_t *from);

void hardware_close(struct hardware *hardware);

/*
 * Gives perfd what there is to say: the first call declares the groups `hardware`,
 * `hardware-running` and `hardware-source` of a client "perfd", each one gives the last sample and
 * the states that have changed. A negative perfd_error: it took no more.
 */
int hardware_publish(struct perfd *perfd, struct hardware *hardware, uint64_t now_ns)
    __attribute__((warn_unused_result));

/* --- Its parts, for tests --------------------------------------------------------------------- */

/* value * enabled / running, rounded down; no more than UINT64_MAX. The value itself where it ran
 * all the time, 0 where it did not run at all. */
uint64_t hardware_scale(uint64_t value, uint64_t enabled_ns, uint64_t running_ns);

/* What an errno of open() says of an event, and in words. */
enum perfd_counter_state hardware_state_of(int error, int paranoid, char *reason, size_t size);

#endif
