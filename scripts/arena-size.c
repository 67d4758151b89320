/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the static RAM that perfd takes, by configuration. */
#include "perfd/config.h"

#include <stdio.h>

int main(void)
{
    struct perfd_config standard = PERFD_CONFIG_DEFAULT;
    struct perfd_config small = PERFD_CONFIG_SMALL;
    printf("arena, default configuration  %10zu bytes\n", (size_t)PERFD_ARENA_BYTES(standard));
    printf("arena, small configuration    %10zu bytes\n", (size_t)PERFD_ARENA_BYTES(small));
    return 0;
}
