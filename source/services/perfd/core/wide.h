/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unsigned arithmetic in two words, for sums and products that one cannot hold: the compiler's own
 * 128-bit division would be a call into its library.
 */
#ifndef PERFD_CORE_WIDE_H
#define PERFD_CORE_WIDE_H

#include <stdint.h>

struct wide {
    uint64_t high, low;
};

void wide_add(struct wide *sum, uint64_t value);
void wide_subtract(struct wide *sum, uint64_t value); /* value is part of the sum */

struct wide wide_multiply(uint64_t a, uint64_t b);

/* dividend / divisor, rounded half up; divisor is not 0. UINT64_MAX where that is too large. */
uint64_t wide_divide(struct wide dividend, uint64_t divisor);

/* a * b / divisor, likewise. One hardware division where the product fits a word. */
uint64_t wide_scale(uint64_t a, uint64_t b, uint64_t divisor);

#endif
