/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line says about hardware counters: names of events, and numbers of cpus. */
#ifndef PERFD_POSIX_HARDWARE_LIST_H
#define PERFD_POSIX_HARDWARE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "perfd/counters.h"

#define HARDWARE_EVENTS 32u   /* the most at once; `all` is seventeen of them */
#define HARDWARE_CPUS   1024u /* their numbers are below this */

struct hardware_names {
    uint32_t count;
    char name[HARDWARE_EVENTS][PERFD_COUNTER_NAME_MAX + 1];
};

struct hardware_cpus {
    uint64_t mask[HARDWARE_CPUS / 64];
};

/* Both read a list with commas, replace what was there, and say what is wrong with the list; NULL:
 * nothing. */

/* `all` stands for the seventeen; a name that comes again counts once. */
const char *hardware_names_parse(struct hardware_names *names, const char *list)
    __attribute__((warn_unused_result));

/* Numbers and ranges: 0,2-3. */
const char *hardware_cpus_parse(struct hardware_cpus *cpus, const char *list)
    __attribute__((warn_unused_result));

/* What the kernel says is online; where it says nothing, as many as there are, from 0 on. */
void hardware_cpus_online(struct hardware_cpus *cpus);

void hardware_cpus_add(struct hardware_cpus *cpus, uint32_t cpu);
bool hardware_cpus_has(const struct hardware_cpus *cpus, uint32_t cpu);
uint32_t hardware_cpus_count(const struct hardware_cpus *cpus);

/* As a list that hardware_cpus_parse() reads; one that is too long for the text ends in `...`. */
void hardware_cpus_text(const struct hardware_cpus *cpus, char *text, size_t size);

#endif
