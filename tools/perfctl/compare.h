/* SPDX-License-Identifier: Apache-2.0 */
/* What `perfctl compare` found, for those that show it. */
#ifndef PERFCTL_COMPARE_H
#define PERFCTL_COMPARE_H

#include "sides.h"

struct compared {
    const struct pair *pair; /* with both */
    struct change change;
};

struct comparison {
    const struct sides *sides;
    struct compared *compared; /* what changed most first, then what did not, by name */
    size_t count, by_direction[DIRECTIONS];
    const struct pair **missing; /* on one side */
    size_t missing_count;
    size_t show; /* so many of a list at most */
};

/* "+14.2 %", "new" from zero, "same". In text, which it gives. */
const char *percent_text(char text[NUMBER_TEXT], const struct change *change);

/* The whole file. */
void compare_markdown(FILE *to, const void *comparison);

#endif
