/* SPDX-License-Identifier: Apache-2.0 */
#include "hardware.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* --- Arithmetic ------------------------------------------------------------------------------- */

/* (high, low) / divisor where high < divisor: one bit of the quotient at a time. */
static uint64_t divide_wide(uint64_t high, uint64_t low, uint64_t divisor)
{
    for (int bit = 0; bit < 64; bit++) {
        bool carry = high >> 63 != 0;
        high = high << 1 | low >> 63;
        low <<= 1;
        if (carry || high >= divisor) {
            high -= divisor;
            low |= 1;
        }
    }
    return low;
}

/* value * times / divisor, rounded down; no more than UINT64_MAX. */
static uint64_t multiply_divide(uint64_t value, uint64_t times, uint64_t divisor)
{
    const uint64_t half = UINT32_MAX;
    uint64_t v0 = value & half, v1 = value >> 32, t0 = times & half, t1 = times >> 32;
    uint64_t middle = v1 * t0 + (v0 * t0 >> 32); /* fits: (2^32-1)^2 + 2^32-2 */
    uint64_t cross = v0 * t1 + (middle & half);
    uint64_t high = v1 * t1 + (middle >> 32) + (cross >> 32);
    uint64_t low = value * times;
    if (high >= divisor)
        return UINT64_MAX;
    return high == 0 ? low / divisor : divide_wide(high, low, divisor);
}

uint64_t hardware_scale(uint64_t value, uint64_t enabled_ns, uint64_t running_ns)
{
    if (running_ns == 0)
        return 0;
    return enabled_ns <= running_ns ? value : multiply_divide(value, enabled_ns, running_ns);
}

static void add_amount(int64_t *total, uint64_t amount)
{
    uint64_t room = (uint64_t)(INT64_MAX - *total);
    *total = amount > room ? INT64_MAX : *total + (int64_t)amount;
}

static uint64_t growth(uint64_t now, uint64_t before)
{
    return now > before ? now - before : 0;
}

/* --- States ----------------------------------------------------------------------------------- */

static void say_permission(int paranoid, char *reason, size_t size)
{
    if (paranoid == HARDWARE_PARANOID_UNKNOWN)
        (void)snprintf(reason, size, "not permitted; perf_event_paranoid cannot be read");
    else if (paranoid > 0)
        (void)snprintf(reason, size, "perf_event_paranoid is %d: it takes CAP_PERFMON", paranoid);
    else
        (void)snprintf(reason, size, "not permitted, though perf_event_paranoid is %d", paranoid);
}

enum perfd_counter_state hardware_state_of(int error, int paranoid, char *reason, size_t size)
{
    switch (error) {
    case EACCES:
    case EPERM:
        say_permission(paranoid, reason, size);
        return PERFD_COUNTER_NOT_PERMITTED;
    case ENOSYS:
        (void)snprintf(reason, size, "the kernel has no perf events");
        return PERFD_COUNTER_UNSUPPORTED;
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case EOPNOTSUPP:
    case EINVAL: /* of an event of a cache that the machine does not count */
        (void)snprintf(reason, size, "this machine does not count it");
        return PERFD_COUNTER_UNSUPPORTED;
    default:
        (void)snprintf(reason, size, "%s", strerror(error));
        return PERFD_COUNTER_FAILED;
    }
}

static bool is_counted(const struct hardware_counter *counter)
{
    return counter->state == PERFD_COUNTER_OK || counter->state == PERFD_COUNTER_WARMING;
}

bool hardware_available(const struct hardware *hardware)
{
    for (uint32_t i = 0; i < hardware->counters; i++)
        if (hardware->counter[i].state == PERFD_COUNTER_OK)
            return true;
    return false;
}

const struct hardware_counter *hardware_missing(const struct hardware *hardware, uint32_t *from)
{
    while (*from < hardware->counters) {
        const struct hardware_counter *counter = &hardware->counter[(*from)++];
        if (!is_counted(counter))
            return counter;
    }
    return NULL;
}

/* --- Opening and closing ---------------------------------------------------------------------- */

static struct hardware_slot *slots_of(const struct hardware *hardware, uint32_t counter)
{
    return hardware->slot + (size_t)counter * hardware->cpu_count;
}

static void close_counter(struct hardware *hardware, uint32_t index)
{
    struct hardware_slot *slot = slots_of(hardware, index);
    for (uint32_t i = 0; i < hardware->cpu_count; i++) {
        if (slot[i].handle >= 0)
            hardware->source.close(hardware->source.context, slot[i].handle);
        slot[i].handle = -1;
    }
}

/* Where others of its cpus could be counted, the reason says on which one it failed. */
static void refuse(struct hardware *hardware, uint32_t index, uint32_t cpu, bool is_first,
                   int error)
{
    struct hardware_counter *counter = &hardware->counter[index];
    char reason[PERFD_REASON_MAX + 1];
    int paranoid = hardware->source.paranoid(hardware->source.context);
    counter->state = hardware_state_of(error, paranoid, reason, sizeof reason);
    char where[16] = "";
    if (!is_first)
        (void)snprintf(where, sizeof where, "cpu %u: ", (unsigned)(cpu % HARDWARE_CPUS));
    (void)snprintf(counter->reason, sizeof counter->reason, "%s%.*s", where,
                   (int)(sizeof counter->reason - 1 - strlen(where)), reason);
    close_counter(hardware, index);
}

static void open_counter(struct hardware *hardware, uint32_t index)
{
    const struct hardware_source *source = &hardware->source;
    struct hardware_counter *counter = &hardware->counter[index];
    struct hardware_slot *slot = slots_of(hardware, index);
    const char *problem = source->resolve(source->context, counter->name);
    if (problem == NULL && hardware->cpu_count == 0)
        problem = "none of the cpus is online";
    if (problem != NULL) {
        counter->state = PERFD_COUNTER_UNSUPPORTED;
        (void)snprintf(counter->reason, sizeof counter->reason, "%s", problem);
        return;
    }
    for (uint32_t cpu = 0, i = 0; cpu < HARDWARE_CPUS; cpu++) {
        if (!hardware_cpus_has(&hardware->cpus, cpu))
            continue;
        int handle = source->open(source->context, cpu);
        if (handle < 0) {
            refuse(hardware, index, cpu, i == 0, -handle);
            return;
        }
        slot[i++].handle = handle;
    }
}

static void choose_cpus(struct hardware *hardware, const struct hardware_options *options,
                        const struct hardware_cpus *online)
{
    for (uint32_t cpu = 0; cpu < HARDWARE_CPUS; cpu++) {
        bool is_wanted = !options->some_cpus || hardware_cpus_has(&options->cpus, cpu);
        if (is_wanted && hardware_cpus_has(online, cpu))
            hardware_cpus_add(&hardware->cpus, cpu);
        else if (is_wanted && options->some_cpus)
            hardware_cpus_add(&hardware->missing, cpu);
    }
    hardware->cpu_count = hardware_cpus_count(&hardware->cpus);
}

static int open_timer(struct hardware *hardware)
{
    struct itimerspec every = {
        .it_interval.tv_sec = (time_t)(hardware->interval_ns / 1000000000u),
        .it_interval.tv_nsec = (long)(hardware->interval_ns % 1000000000u),
    };
    every.it_value = every.it_interval;
    hardware->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (hardware->timer < 0 || timerfd_settime(hardware->timer, 0, &every, NULL) != 0)
        return -errno;
    return 0;
}

static bool is_clock(const char *name)
{
    return strcmp(name, "cpu-clock") == 0 || strcmp(name, "task-clock") == 0;
}

int hardware_open(struct hardware *hardware, const struct hardware_options *options,
                  const struct hardware_source *source, const struct hardware_cpus *online)
{
    *hardware = (struct hardware){.source = *source, .timer = -1};
    hardware->counters = options->names.count;
    hardware->interval_ns = (uint64_t)options->interval_ms * 1000000u;
    if (hardware->counters == 0)
        return 0;
    struct hardware_cpus found;
    if (online == NULL)
        hardware_cpus_online(&found);
    choose_cpus(hardware, options, online != NULL ? online : &found);

    size_t slots = (size_t)hardware->counters * hardware->cpu_count;
    hardware->slot = calloc(slots > 0 ? slots : 1, sizeof *hardware->slot);
    if (hardware->slot == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < slots; i++)
        hardware->slot[i].handle = -1;
    for (uint32_t i = 0; i < hardware->counters; i++) {
        struct hardware_counter *counter = &hardware->counter[i];
        memcpy(counter->name, options->names.name[i], sizeof counter->name);
        counter->kind = is_clock(counter->name) ? PERFD_NS : PERFD_COUNT;
        counter->state = PERFD_COUNTER_WARMING;
        open_counter(hardware, i);
    }
    hardware_sample(hardware, 1);
    int result = open_timer(hardware);
    if (result < 0)
        hardware_close(hardware);
    return result;
}

int hardware_poll_fd(const struct hardware *hardware)
{
    return hardware->timer;
}

void hardware_close(struct hardware *hardware)
{
    for (uint32_t i = 0; hardware->slot != NULL && i < hardware->counters; i++)
        close_counter(hardware, i);
    free(hardware->slot);
    hardware->slot = NULL;
    hardware->counters = 0;
    if (hardware->timer >= 0)
        close(hardware->timer);
    hardware->timer = -1;
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* What one counter did since its last reading, on all cpus. */
struct interval {
    uint64_t enabled_ns, running_ns;
    bool has_run_everywhere; /* ever */
};

/* A cpu on which it had no turn keeps its last reading: the next turn stands for that time, too.
 * Amounts are scaled, not totals: those would go back when the share of time goes up. */
static int read_slot(struct hardware *hardware, struct hardware_counter *counter,
                     struct hardware_slot *slot, struct interval *interval)
{
    struct hardware_reading now;
    int result = hardware->source.read(hardware->source.context, slot->handle, &now);
    if (result < 0)
        return result;
    uint64_t enabled_ns = growth(now.enabled_ns, slot->last.enabled_ns);
    uint64_t running_ns = growth(now.running_ns, slot->last.running_ns);
    interval->enabled_ns += enabled_ns;
    interval->running_ns += running_ns;
    if (running_ns > 0) {
        uint64_t amount = growth(now.value, slot->last.value);
        add_amount(&counter->total, hardware_scale(amount, enabled_ns, running_ns));
        counter->scaled = counter->scaled || running_ns < enabled_ns;
        slot->last = now;
    }
    if (slot->last.running_ns == 0)
        interval->has_run_everywhere = false;
    return 0;
}

static void conclude(struct hardware_counter *counter, const struct interval *interval)
{
    const char *reason = "";
    counter->running_permille = 1000;
    if (interval->running_ns < interval->enabled_ns)
        counter->running_permille =
            (uint32_t)multiply_divide(interval->running_ns, 1000, interval->enabled_ns);
    if (interval->has_run_everywhere)
        counter->state = PERFD_COUNTER_OK;
    if (counter->state == PERFD_COUNTER_WARMING)
        reason = "has had no turn on the hardware yet";
    else if (counter->scaled)
        reason = "takes turns with others: it is scaled";
    (void)snprintf(counter->reason, sizeof counter->reason, "%s", reason);
}

static void read_counter(struct hardware *hardware, uint32_t index, struct hardware_cpus *running)
{
    struct hardware_counter *counter = &hardware->counter[index];
    struct hardware_slot *slot = slots_of(hardware, index);
    struct interval interval = {.has_run_everywhere = true};
    for (uint32_t i = 0; i < hardware->cpu_count; i++) {
        uint64_t before_ns = interval.running_ns;
        int result = read_slot(hardware, counter, &slot[i], &interval);
        if (result < 0) {
            counter->state = PERFD_COUNTER_FAILED;
            (void)snprintf(counter->reason, sizeof counter->reason, "reading it: %s",
                           strerror(-result));
            close_counter(hardware, index);
            return;
        }
        if (interval.running_ns > before_ns)
            hardware_cpus_add(running, i);
    }
    conclude(counter, &interval);
}

void hardware_sample(struct hardware *hardware, uint64_t intervals)
{
    struct hardware_cpus running = {0};
    uint64_t before_ns = clock_ns();
    for (uint32_t i = 0; i < hardware->counters; i++)
        if (is_counted(&hardware->counter[i]))
            read_counter(hardware, i, &running);
    hardware->cpus_running = hardware_cpus_count(&running);
    hardware->time_ns = clock_ns();
    hardware->read_ns = hardware->time_ns - before_ns;
    hardware->samples++;
    hardware->merged += intervals - 1;
}

bool hardware_read(struct hardware *hardware)
{
    uint64_t intervals = 0;
    if (hardware->timer < 0 ||
        read(hardware->timer, &intervals, sizeof intervals) != (ssize_t)sizeof intervals ||
        intervals == 0)
        return false;
    hardware_sample(hardware, intervals);
    return true;
}
