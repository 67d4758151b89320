/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the static RAM that perfd takes, by configuration. */
#include "perfd/config.h"

#include <stdio.h>

static void print(const char *name, struct perfd_config c)
{
    printf("%-24s %8lu\n", name,
           (unsigned long)PERFD_ARENA_BYTES(c.sessions, c.frames, c.lanes, c.lane_records, c.labels,
                                            c.label_text_bytes, c.clients, c.span_depth));
}

int main(void)
{
    printf("static RAM, bytes\n");
    print("default configuration", (struct perfd_config)PERFD_CONFIG_DEFAULT);
    print("small configuration", (struct perfd_config)PERFD_CONFIG_SMALL);
    return 0;
}
