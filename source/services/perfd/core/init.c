/* SPDX-License-Identifier: Apache-2.0 */
#include "core.h"

/* The sizes of structs that config.h counts with stand beside the structs; the rest is here. */
_Static_assert(PERFD_LABEL_BYTES == LABEL_BYTES, "");
_Static_assert(PERFD_LABEL_SLOT_BYTES == LABEL_SLOT_BYTES, "");
_Static_assert(PERFD_LANE_BYTES == LANE_BYTES, "");
_Static_assert(PERFD_LANE_COPY_BYTES == LANE_COPY_BYTES, "");
_Static_assert(PERFD_LANE_RECORD_BYTES == LANE_RECORD_BYTES, "");
_Static_assert(PERFD_TRACE_FRAME_BYTES == TRACE_FRAME_BYTES, "");
_Static_assert(PERFD_SPAN_DEPTH_BYTES == PAIR_DEPTH_BYTES, "");
_Static_assert(PERFD_ORDER_WORDS(1u << 20) == 8192 * (2 + 256), "its runs have 128 values or more");

static bool in_range(uint64_t value, uint64_t least, uint64_t most)
{
    return value >= least && value <= most;
}

static bool config_valid(const struct perfd_config *c)
{
    return in_range(c->sessions, 1, 16) && in_range(c->frames, 8, 1u << 20) &&
           in_range(c->lanes, 1, 64) && in_range(c->lane_records, 64, 1u << 24) &&
           (c->lane_records & (c->lane_records - 1)) == 0 && in_range(c->labels, 2, 65535) &&
           in_range(c->label_text_bytes, 64, 1u << 24) && in_range(c->clients, 1, 64) &&
           in_range(c->client_labels, 1, c->labels) && in_range(c->span_depth, 1, 255) &&
           c->export_bytes >= 4096;
}

size_t perfd_arena_bytes(const struct perfd_config *config)
{
    if (!config_valid(config))
        return 0;
    return PERFD_ARENA_BYTES_WITH(WINDOW_ORDERS * order_words(config->frames),
                                  (size_t)config->sessions, (size_t)config->frames,
                                  (size_t)config->lanes, (size_t)config->lane_records,
                                  (size_t)config->labels, (size_t)config->label_text_bytes,
                                  (size_t)config->clients, (size_t)config->span_depth);
}

static void zero(uint8_t *arena, size_t from, size_t to)
{
    for (size_t at = from; at < to; at += 8)
        *(uint64_t *)(void *)(arena + at) = 0;
}

int perfd_init(struct perfd **out, void *arena, size_t len, const struct perfd_config *config,
               struct perfd_port *port)
{
    if (!config_valid(config) || arena == NULL || (uintptr_t)arena % 8 != 0)
        return PERFD_INVALID;
    if (len < PERFD_CONTEXT_BYTES)
        return PERFD_NO_SPACE;
    struct perfd *perfd = arena;
    struct arena a = {.base = arena, .used = PERFD_CONTEXT_BYTES};
    zero(arena, 0, PERFD_CONTEXT_BYTES);
    clients_init(&perfd->clients, &a, config);
    sessions_init(&perfd->sessions, &a, config);
    labels_init(&perfd->labels, &a, config);
    lanes_init(&perfd->lanes, &a, config);
    trace_init(&perfd->trace, &a, config);
    lanes_init_pool(&perfd->lanes, &a, config);
    if (len < a.used)
        return PERFD_NO_SPACE;

    zero(arena, PERFD_CONTEXT_BYTES, a.used);
    sessions_begin(&perfd->sessions);
    labels_begin(&perfd->labels);
    perfd->trace.piece = perfd->piece;
    perfd->config = *config;
    perfd->port = port;
    perfd->arena_bytes = a.used;
    ticks_init(perfd);
    *out = perfd;
    return PERFD_OK;
}

size_t perfd_arena_high_water(const struct perfd *perfd)
{
    return perfd->arena_bytes;
}

const struct perfd_config *perfd_configuration(const struct perfd *perfd)
{
    return &perfd->config;
}
