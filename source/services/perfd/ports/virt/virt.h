/* SPDX-License-Identifier: Apache-2.0 */
/* The port's context: what the functions of port.h find behind `struct perfd_port`. */
#ifndef PERFD_VIRT_H
#define PERFD_VIRT_H

#include <stdbool.h>
#include <stdint.h>

struct exporter;

struct perfd_port {
    bool scripted; /* time is what the script says: for runs that are to repeat byte for byte */
    bool serves_systemui; /* the call that is served is SystemUI's: nobody else shares memory */
    bool shares;          /* SystemUI has its lane */
    struct exporter *exporter; /* NULL: none; the exporter's own */
};

#endif
