/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exporter's side that port.h does not show: how it starts, and how long it may be waited for.
 * One of exporter.c (statefs) and exporter_none.c is linked in, together with the
 * perfd_port_export_* functions. On perfd's hart; nothing blocks.
 */
#ifndef PERFD_VIRT_EXPORTER_H
#define PERFD_VIRT_EXPORTER_H

#include <stdint.h>

struct exporter;

/* Once, before the first client. The exporter, for perfd_port.exporter; NULL: there is none. */
struct exporter *exporter_start(void);

/*
 * When the job has to be stepped again even if nobody rings, in nanoseconds of the machine's timer;
 * 0: no such time. The store's doorbell wakes perfd's hart: then a job that waits is stepped.
 */
uint64_t exporter_deadline_ns(const struct exporter *exporter);

/* A round of perfd's loop: goes on as far as it can now. The functions of port.h do so too; after
 * an export that failed this is what takes back what it left. */
void exporter_poll(struct exporter *exporter);

#endif
