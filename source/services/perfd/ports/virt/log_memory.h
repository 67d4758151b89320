/* SPDX-License-Identifier: Apache-2.0 */
/* Where the image's run log waits to be fetched. An image links log_memory.c, or log_memory_none.c
 * and then no code for a log either. */
#ifndef PERFD_VIRT_LOG_MEMORY_H
#define PERFD_VIRT_LOG_MEMORY_H

struct perfd_log;

void log_memory_give(struct perfd_log *log);

#endif
