/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SystemUI with all that is around it, in one process and on a clock that the test winds: a display
 * that counts, and a perfd on the other side of a transport that can be cut.
 */
#ifndef SYSTEMUI_WORLD_H
#define SYSTEMUI_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory_port.h"
#include "server/server.h"
#include "systemui.h"

#define WORLD_ANSWER_BYTES 65536u

struct systemui_platform {
    uint64_t now_ns;
    uint64_t step_ns; /* that the clock goes on by whenever it is looked at */
    unsigned presents;
    bool present_fails;
    unsigned logs;
    char last_log[128];
    struct perfd_port *port; /* perfd's clock stands where this one does; NULL: no perfd */
};

struct world {
    struct systemui_platform platform;
    struct systemui ui;
    uint32_t *pixels;
    void *memory;
    struct perfd_port port;
    void *arena;
    struct perfd *perfd;
    struct perfd_server server;
    struct perfd_connection connection;
    bool listens;   /* whether a client that connects finds somebody */
    bool connected; /* a client is there */
    uint8_t answer[WORLD_ANSWER_BYTES];
    size_t answer_at, answer_length;
};

/* One world at a time, and it is large: keep it static. budget_ns as in systemui_config. */
void world_open(struct world *world, int32_t width, int32_t height, uint64_t budget_ns);
void world_close(struct world *world);

/* perfd goes: who is connected is cut off, and nobody answers until world_listen(). */
void world_cut(struct world *world);

/* perfd is there again: as it was, or fresh, with no memory of before. */
void world_listen(struct world *world, bool fresh);

void world_frames(struct world *world, unsigned count);

#endif
