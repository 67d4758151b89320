/* SPDX-License-Identifier: Apache-2.0 */
#include "own.h"

#include <stdlib.h>

#include "perfd/perfd.h"
#include "server/service.h"

/* A log from anywhere is not to take all memory there is. */
#define ARENA_BYTES_MAX ((size_t)1 << 30)
#define FIGURES_BYTES   4096u
/* Shared lanes lie at multiples of that before the arena's end. */
#define PAGE_BYTES 4096u

struct perfd *own_perfd(const struct perfd_config *config, struct perfd_port *port)
{
    size_t bytes = perfd_arena_bytes(config);
    if (bytes == 0 || bytes > ARENA_BYTES_MAX)
        return NULL;
    size_t mapped = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    uint8_t *memory = aligned_alloc(PAGE_BYTES, mapped);
    struct perfd *perfd;
    if (memory == NULL || perfd_init(&perfd, memory + (mapped - bytes), bytes, config, port) < 0)
        return NULL;
    return perfd;
}

struct perf_metrics_reader own_metrics(const struct perfd_metrics *metrics,
                                       struct nx_message *message)
{
    static uint8_t bytes[FIGURES_BYTES];
    struct nx_builder builder;
    nx_builder_init(&builder, bytes, sizeof bytes);
    write_metrics(metrics, perf_metrics_init_root(&builder));
    size_t length = nx_builder_finish(&builder);
    if (length == 0 || nx_message_open(message, bytes, length) != 0)
        abort();
    return perf_metrics_root(message);
}
