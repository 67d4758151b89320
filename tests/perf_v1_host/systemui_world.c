/* SPDX-License-Identifier: Apache-2.0 */
#include "systemui_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nexus-idl/framing.h"

/* The transport has no context to find its other end by. */
static struct world *reachable;

uint64_t systemui_now_ns(struct systemui_platform *platform)
{
    platform->now_ns += platform->step_ns;
    if (platform->port != NULL)
        platform->port->now_ns = platform->now_ns;
    return platform->now_ns;
}

void systemui_wait_until(struct systemui_platform *platform, uint64_t deadline_ns)
{
    if (platform->now_ns < deadline_ns)
        platform->now_ns = deadline_ns;
}

bool systemui_present(struct systemui_platform *platform, const struct canvas *frame)
{
    assert_non_null(frame->pixels);
    if (platform->present_fails)
        return false;
    platform->presents++;
    return true;
}

void systemui_log(struct systemui_platform *platform, const char *line)
{
    platform->logs++;
    assert_true(strlen(line) < sizeof platform->last_log);
    strcpy(platform->last_log, line);
}

int perf_transport_open(struct perf_transport *transport, const char *address)
{
    assert_string_equal(address, "world");
    transport->handle = 0;
    if (reachable == NULL || !reachable->listens)
        return PERF_CLIENT_UNREACHABLE;
    assert_false(reachable->connected);
    assert_int_equal(perfd_connect(&reachable->server, &reachable->connection, PERFD_CAP_ALL), 0);
    reachable->connected = true;
    reachable->answer_at = 0;
    reachable->answer_length = 0;
    return 0;
}

/* The first call goes out behind a Bootstrap: what is sent may be several frames. */
int perf_transport_send(struct perf_transport *transport, const uint8_t *bytes, size_t length)
{
    (void)transport;
    if (!reachable->connected)
        return PERF_CLIENT_DISCONNECTED;
    assert_int_equal(reachable->answer_at, reachable->answer_length);
    reachable->answer_at = 0;
    reachable->answer_length = 0;
    while (length > 0) {
        const int64_t frame = nx_frame_length(bytes, length, length, 8);
        assert_true(frame > 0 && (size_t)frame <= length);
        size_t got = 0;
        assert_true(perfd_receive(&reachable->server, &reachable->connection, bytes, (size_t)frame,
                                  reachable->answer + reachable->answer_length,
                                  sizeof reachable->answer - reachable->answer_length, &got));
        reachable->answer_length += got;
        bytes += frame;
        length -= (size_t)frame;
    }
    return 0;
}

int perf_transport_receive(struct perf_transport *transport, uint8_t *bytes, size_t size)
{
    (void)transport;
    if (!reachable->connected)
        return PERF_CLIENT_DISCONNECTED;
    const size_t left = reachable->answer_length - reachable->answer_at;
    const size_t length = left < size ? left : size;
    assert_true(length > 0);
    memcpy(bytes, reachable->answer + reachable->answer_at, length);
    reachable->answer_at += length;
    return (int)length;
}

void perf_transport_close(struct perf_transport *transport)
{
    (void)transport;
    if (reachable != NULL && reachable->connected)
        perfd_disconnect(&reachable->server, &reachable->connection);
    if (reachable != NULL)
        reachable->connected = false;
}

static void start_perfd(struct world *world)
{
    static const struct perfd_config config = PERFD_CONFIG_DEFAULT;
    const size_t bytes = perfd_arena_bytes(&config);
    free(world->arena);
    world->arena = malloc(bytes);
    assert_non_null(world->arena);
    assert_int_equal(perfd_init(&world->perfd, world->arena, bytes, &config, &world->port), 0);
    /* Two answers must fit: see perf_transport_send(). */
    perfd_server_init(&world->server, world->perfd, &world->port, WORLD_ANSWER_BYTES / 2);
}

void world_open(struct world *world, int32_t width, int32_t height, uint64_t budget_ns)
{
    memset(world, 0, sizeof *world);
    reachable = world;
    world->platform =
        (struct systemui_platform){.now_ns = 5000000000u, .step_ns = 50000, .port = &world->port};
    world->pixels = calloc((size_t)width * (size_t)height, sizeof *world->pixels);
    world->memory = malloc(picture_memory_bytes(height, width));
    assert_non_null(world->pixels);
    assert_non_null(world->memory);
    start_perfd(world);
    world->listens = true;
    const struct systemui_config config = {
        .pixels = world->pixels,
        .width = width,
        .height = height,
        .stride = width,
        .memory = world->memory,
        .address = "world",
        .session = "demo",
        .budget_ns = budget_ns,
        .stamp_marks = true,
    };
    systemui_init(&world->ui, &config, &world->platform);
}

void world_close(struct world *world)
{
    perf_close();
    world_cut(world);
    reachable = NULL;
    memory_port_clear(&world->port);
    free(world->arena);
    free(world->pixels);
    free(world->memory);
}

void world_cut(struct world *world)
{
    if (world->connected)
        perfd_disconnect(&world->server, &world->connection);
    world->connected = false;
    world->listens = false;
}

void world_listen(struct world *world, bool fresh)
{
    if (fresh)
        start_perfd(world);
    world->listens = true;
}

void world_frames(struct world *world, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        systemui_frame(&world->ui);
}
