/* SPDX-License-Identifier: Apache-2.0 */
#include "own.h"

#include <stdlib.h>

#include "perfd/counters.h"
#include "perfd/hotspots.h"
#include "perfd/jank.h"
#include "server/service.h"

/* A log from anywhere is not to take all memory there is. */
#define ARENA_BYTES_MAX ((size_t)1 << 30)
#define FIGURES_BYTES   4096u
/* Shared lanes lie at multiples of that before the arena's end. */
#define PAGE_BYTES 4096u

struct perfd *own_perfd(const struct perfd_config *config, bool janks, struct perfd_port *port)
{
    size_t bytes = perfd_arena_bytes(config);
    if (bytes == 0 || bytes > ARENA_BYTES_MAX)
        return NULL;
    size_t mapped = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    uint8_t *memory = aligned_alloc(PAGE_BYTES, mapped);
    struct perfd *perfd;
    if (memory == NULL || perfd_init(&perfd, memory + (mapped - bytes), bytes, config, port) < 0)
        return NULL;
    size_t jank_bytes = janks ? perfd_jank_bytes(config) : 0;
    if (janks && perfd_jank_start(perfd, malloc(jank_bytes), jank_bytes) < 0)
        return NULL;
    void *counters = malloc(PERFD_COUNTERS_BYTES), *hotspots = malloc(PERFD_HOTSPOTS_BYTES);
    if (perfd_counters_start(perfd, counters, PERFD_COUNTERS_BYTES) < 0 ||
        perfd_hotspots_start(perfd, hotspots, PERFD_HOTSPOTS_BYTES) < 0)
        return NULL;
    return perfd;
}

struct perf_metrics_reader own_metrics(const struct perfd *perfd,
                                       const struct perfd_metrics *metrics, uint32_t session,
                                       struct nx_message *message)
{
    static uint8_t bytes[FIGURES_BYTES];
    struct nx_builder builder;
    nx_builder_init(&builder, bytes, sizeof bytes);
    struct perf_metrics_builder to = perf_metrics_init_root(&builder);
    write_metrics(metrics, to);
    write_gpu(perfd, metrics->session, to);
    perf_metrics_set_session_id(to, session);
    size_t length = nx_builder_finish(&builder);
    if (length == 0 || nx_message_open(message, bytes, length) != 0)
        abort();
    return perf_metrics_root(message);
}
