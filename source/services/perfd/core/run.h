/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: uint64_t members that follow each other without a gap. Two structs that hold the same
 * figures in one order hand them on as a run: an assignment a figure is much code for little.
 */
#ifndef PERFD_CORE_RUN_H
#define PERFD_CORE_RUN_H

#include <stddef.h>
#include <stdint.h>

/* How many there are from the one member to the other. */
#define RUN(type, first, last)                                                                     \
    ((uint32_t)((offsetof(type, last) - offsetof(type, first)) / sizeof(uint64_t) + 1))

/* Two members lie as far behind the first ones of their structs. */
#define RUN_SAME(type, first, member, other_type, other_first, other)                              \
    _Static_assert(offsetof(type, member) - offsetof(type, first) ==                               \
                       offsetof(other_type, other) - offsetof(other_type, other_first),            \
                   #member)

void run_copy(uint64_t *to, const uint64_t *from, uint32_t count);
void run_add(uint64_t *to, const uint64_t *from, uint32_t count);
uint64_t run_sum(const uint64_t *from, uint32_t count);

#endif
