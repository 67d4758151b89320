/* SPDX-License-Identifier: Apache-2.0 */
#include "hardware_list.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ONLINE "/sys/devices/system/cpu/online"

static const char *const all_names[] = {
    "cpu-clock",        "context-switches",
    "cpu-migrations",   "page-faults",
    "cycles",           "instructions",
    "branches",         "branch-misses",
    "L1-dcache-loads",  "L1-dcache-load-misses",
    "LLC-loads",        "LLC-load-misses",
    "L1-icache-loads",  "dTLB-loads",
    "dTLB-load-misses", "iTLB-loads",
    "iTLB-load-misses",
};

/* --- Names ------------------------------------------------------------------------------------ */

static bool is_there(const struct hardware_names *names, const char *name, size_t length)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (strlen(names->name[i]) == length && memcmp(names->name[i], name, length) == 0)
            return true;
    return false;
}

static const char *add_name(struct hardware_names *names, const char *name, size_t length)
{
    if (length == 0)
        return "an empty name";
    if (length > PERFD_COUNTER_NAME_MAX)
        return "a name is longer than 47 bytes";
    for (size_t i = 0; i < length; i++)
        if (name[i] <= ' ' || name[i] > '~')
            return "a name has other characters than events have";
    if (is_there(names, name, length))
        return NULL;
    if (names->count == HARDWARE_EVENTS)
        return "more than 32 names";
    memcpy(names->name[names->count], name, length);
    names->name[names->count++][length] = '\0';
    return NULL;
}

static const char *add_all(struct hardware_names *names)
{
    const char *problem = NULL;
    for (size_t i = 0; i < sizeof all_names / sizeof all_names[0] && problem == NULL; i++)
        problem = add_name(names, all_names[i], strlen(all_names[i]));
    return problem;
}

const char *hardware_names_parse(struct hardware_names *names, const char *list)
{
    const char *problem;
    *names = (struct hardware_names){0};
    for (;; list++) {
        size_t length = strcspn(list, ",");
        bool all = length == 3 && memcmp(list, "all", 3) == 0;
        problem = all ? add_all(names) : add_name(names, list, length);
        list += length;
        if (problem != NULL || *list == '\0')
            return problem;
    }
}

/* --- Cpus ------------------------------------------------------------------------------------- */

void hardware_cpus_add(struct hardware_cpus *cpus, uint32_t cpu)
{
    cpus->mask[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

bool hardware_cpus_has(const struct hardware_cpus *cpus, uint32_t cpu)
{
    return cpu < HARDWARE_CPUS && (cpus->mask[cpu / 64] >> cpu % 64 & 1) != 0;
}

uint32_t hardware_cpus_count(const struct hardware_cpus *cpus)
{
    uint32_t count = 0;
    for (uint32_t cpu = 0; cpu < HARDWARE_CPUS; cpu++)
        count += hardware_cpus_has(cpus, cpu);
    return count;
}

/* A number at *list, which is moved behind it. False: there is none, or none of a cpu. */
static bool read_cpu(const char **list, uint32_t *cpu)
{
    const char *digit = *list;
    uint32_t value = 0;
    for (; *digit >= '0' && *digit <= '9' && value < HARDWARE_CPUS; digit++)
        value = value * 10 + (uint32_t)(*digit - '0');
    bool is_number = digit != *list && value < HARDWARE_CPUS;
    *list = digit;
    *cpu = value;
    return is_number;
}

const char *hardware_cpus_parse(struct hardware_cpus *cpus, const char *list)
{
    *cpus = (struct hardware_cpus){0};
    for (;; list++) {
        uint32_t first, last;
        if (!read_cpu(&list, &first))
            return "not a list of cpus, 0,2-3 say, below 1024";
        last = first;
        if (*list == '-') {
            list++;
            if (!read_cpu(&list, &last))
                return "a range does not end in a cpu below 1024";
        }
        if (last < first)
            return "a range ends before it begins";
        for (uint32_t cpu = first; cpu <= last; cpu++)
            hardware_cpus_add(cpus, cpu);
        if (*list == '\0')
            return NULL;
        if (*list != ',')
            return "not a list of cpus, 0,2-3 say, below 1024";
    }
}

void hardware_cpus_online(struct hardware_cpus *cpus)
{
    char text[4096];
    int file = open(ONLINE, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    if (length > 0) {
        text[length] = '\0';
        text[strcspn(text, "\n")] = '\0';
        if (hardware_cpus_parse(cpus, text) == NULL)
            return;
    }
    *cpus = (struct hardware_cpus){0};
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    for (long cpu = 0; cpu < count && cpu < (long)HARDWARE_CPUS; cpu++)
        hardware_cpus_add(cpus, (uint32_t)cpu);
}

/* The last of the run of cpus that this one is in. */
static uint32_t run_end(const struct hardware_cpus *cpus, uint32_t cpu)
{
    while (hardware_cpus_has(cpus, cpu + 1))
        cpu++;
    return cpu;
}

void hardware_cpus_text(const struct hardware_cpus *cpus, char *text, size_t size)
{
    static const char more[] = "...";
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t cpu = 0; cpu < HARDWARE_CPUS; cpu++) {
        if (!hardware_cpus_has(cpus, cpu))
            continue;
        char part[24];
        uint32_t last = run_end(cpus, cpu);
        int length = cpu == last
                         ? snprintf(part, sizeof part, "%s%u", used > 0 ? "," : "", cpu)
                         : snprintf(part, sizeof part, "%s%u-%u", used > 0 ? "," : "", cpu, last);
        if (used + (size_t)length + sizeof more > size) {
            memcpy(text + used, more, sizeof more);
            return;
        }
        memcpy(text + used, part, (size_t)length + 1);
        used += (size_t)length;
        cpu = last;
    }
}
