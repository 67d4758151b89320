/* SPDX-License-Identifier: Apache-2.0 */
/* SystemUI's back end on a POSIX host: a clock, a display that is memory, and PNG files. */
#ifndef SYSTEMUI_HOST_H
#define SYSTEMUI_HOST_H

#include <signal.h>
#include <stdint.h>

#include "hud.h"
#include "platform.h"

struct systemui_platform {
    uint32_t *front;                   /* what is on the display: as large as the canvas */
    const volatile sig_atomic_t *stop; /* not 0: somebody wants the program to end */
};

struct host_options {
    const char *address; /* NULL: the client's default */
    const char *name;
    const char *png;  /* NULL: none */
    uint32_t seconds; /* 0: until told to stop */
    uint64_t budget_ns;
    enum hud_panel panel;
    int32_t width, height;
};

/* Reads the command line; ends the program with 0 for --help, and with 2 and a message for
 * arguments that make no sense. */
struct host_options host_read_options(int argc, char **argv);

/*
 * Writes XRGB8888 pixels as a PNG: to PATH.tmp first, which then takes path's place, so that path
 * is never half a picture. 0, or -1 with errno set.
 */
int host_write_png(const char *path, const uint32_t *pixels, int32_t width, int32_t height,
                   int32_t stride);

#endif
