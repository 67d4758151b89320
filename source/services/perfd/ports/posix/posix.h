/* SPDX-License-Identifier: Apache-2.0 */
/* The POSIX port's context: what the functions of port.h find behind `struct perfd_port`. */
#ifndef PERFD_POSIX_H
#define PERFD_POSIX_H

#include "exporter.h"
#include "lanes.h"

struct perfd_port {
    struct exporter exporter;
    struct lanes_memory lanes;
};

#endif
