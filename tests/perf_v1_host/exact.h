/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of exactly so many bytes, so that a sanitizer sees a step outside; never NULL. The
 * includer has included cmocka.h. */
#ifndef TEST_EXACT_H
#define TEST_EXACT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CANARY 0xA5

static inline uint8_t *exactly(size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);

    assert_non_null(bytes);
    memset(bytes, CANARY, size);
    return bytes;
}

static inline uint8_t *copy_of(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = exactly(length);

    memcpy(copy, bytes, length);
    return copy;
}

#endif
