/* SPDX-License-Identifier: Apache-2.0 */
/* The port's context: what the functions of port.h find behind `struct perfd_port`. */
#ifndef PERFD_VIRT_H
#define PERFD_VIRT_H

#include <stdbool.h>
#include <stdint.h>

struct exporter;

struct perfd_port {
    /* Time is what the script said last (and never goes back): for runs that are to repeat byte for
     * byte. Else it is the machine's timer. */
    bool scripted;
    uint64_t script_ns;
    struct exporter *exporter; /* NULL: none; the exporter's own */
};

/* The script says what time it is. */
void virt_script_time(struct perfd_port *port, uint64_t now_ns);

#endif
