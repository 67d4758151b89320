/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A multiset of u64 that knows its k-th smallest: exact percentiles, kept up to date a value at a
 * time.
 *
 * Sorted runs of up to `full` values, and one list of them: two levels of a B+ tree. A full run is
 * split, and one that falls below its half is refilled from a neighbour or becomes one with it, so
 * that every run but a single one is at least half full: that bounds the runs, and what is given to
 * order_reset() never runs out.
 *
 * insert and remove take O(log n) comparisons and shift at most one run; one in full / 2 of them
 * shifts the list as well. select counts along the list, from its nearer end.
 */
#ifndef PERFD_CORE_ORDER_H
#define PERFD_CORE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "perfd/config.h"

/*
 * No value of a run is above its bound, none of the run behind it is below. Places not in use hold
 * UINT64_MAX as their value or bound, and the last run's bound is that.
 */
struct order {
    uint64_t *bound;
    uint64_t *run; /* each in a word: how many values, and above that, where in `value` */
    uint64_t *value;
    size_t places; /* in the list, a power of two */
    size_t full;   /* values in a full run, a power of two */
    size_t count;  /* values held */
    size_t runs;
};

/* PERFD_ORDER_WORDS(values). */
size_t order_words(size_t values);

/* Makes it empty, for so many values at once. Takes order_words(values) and returns what is behind
 * them. */
uint64_t *order_reset(struct order *o, uint64_t *words, size_t values);

void order_insert(struct order *o, uint64_t value);
void order_remove(struct order *o, uint64_t value); /* value is in it */

/* Says which value is removed next: the run that has it is fetched meanwhile.
 */
void order_expect(const struct order *o, uint64_t value);

/* The rank-th smallest, from 1; 1 <= rank <= count. */
uint64_t order_select(const struct order *o, size_t rank);

#endif
