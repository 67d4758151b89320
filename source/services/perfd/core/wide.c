/* SPDX-License-Identifier: Apache-2.0 */
#include "wide.h"

#include <stdbool.h>

void wide_add(struct wide *sum, uint64_t value)
{
    sum->low += value;
    sum->high += sum->low < value;
}

void wide_subtract(struct wide *sum, uint64_t value)
{
    sum->high -= sum->low < value;
    sum->low -= value;
}

struct wide wide_multiply(uint64_t a, uint64_t b)
{
    uint64_t a0 = a & UINT32_MAX, a1 = a >> 32;
    uint64_t b0 = b & UINT32_MAX, b1 = b >> 32;
    uint64_t low = a0 * b0;
    /* Neither sum overflows: (2^32 - 1)^2 + 2 * (2^32 - 1) is 2^64 - 1. */
    uint64_t middle = a1 * b0 + (low >> 32);
    uint64_t other = a0 * b1 + (middle & UINT32_MAX);
    struct wide product = {
        .high = a1 * b1 + (middle >> 32) + (other >> 32),
        .low = other << 32 | (low & UINT32_MAX),
    };
    return product;
}

uint64_t wide_divide(struct wide dividend, uint64_t divisor)
{
    if (dividend.high >= divisor)
        return UINT64_MAX;
    uint64_t quotient = dividend.low / divisor, rest = dividend.low % divisor;
    if (dividend.high != 0) {
        /* A bit of the quotient at a time; the rest is always below the divisor. */
        quotient = 0;
        rest = dividend.high;
        for (unsigned bit = 64; bit-- > 0;) {
            bool carry = rest >> 63 != 0;
            rest = rest << 1 | (dividend.low >> bit & 1);
            if (carry || rest >= divisor) {
                rest -= divisor;
                quotient |= (uint64_t)1 << bit;
            }
        }
    }
    if (rest >= divisor - rest && quotient != UINT64_MAX)
        quotient++;
    return quotient;
}

uint64_t wide_scale(uint64_t a, uint64_t b, uint64_t divisor)
{
    return wide_divide(wide_multiply(a, b), divisor);
}
