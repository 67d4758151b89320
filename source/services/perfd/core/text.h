/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with a length. */
#ifndef PERFD_CORE_TEXT_H
#define PERFD_CORE_TEXT_H

#include "perfd/perfd.h"

/* Of a NUL-terminated string. */
struct perfd_text text_of(const char *string);

/* The n-th, from 0, of texts that stand one after the other, each with its NUL: a table of pointers
 * would be larger than the texts. */
const char *text_nth(const char *texts, uint32_t n);

static inline bool text_equal(struct perfd_text a, struct perfd_text b)
{
    if (a.length != b.length)
        return false;
    for (uint32_t i = 0; i < a.length; i++)
        if (a.bytes[i] != b.bytes[i])
            return false;
    return true;
}

/* Is it of so many bytes, and none of them NUL? Such a text can be kept with one behind it. */
static inline bool text_fits(struct perfd_text text, uint32_t least, uint32_t most)
{
    for (uint32_t i = 0; i < text.length && text.length <= most; i++)
        if (text.bytes[i] == '\0')
            return false;
    return text.length >= least && text.length <= most;
}

/* There must be room for all of it; no NUL is added. */
static inline void text_copy(char *to, struct perfd_text from)
{
    for (uint32_t i = 0; i < from.length; i++)
        to[i] = from.bytes[i];
}

#endif
