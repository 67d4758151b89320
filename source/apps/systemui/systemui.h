/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SystemUI: draws a desktop at the display's pace and has perfd measure it.
 *
 * One thread. The caller owns all memory: the context (put it where it is static, it holds the
 * client's buffers), the pixels that frames are drawn into, and a work area. Time and the display
 * come from the platform (platform.h).
 */
#ifndef SYSTEMUI_SYSTEMUI_H
#define SYSTEMUI_SYSTEMUI_H

#include "perf_link.h"
#include "picture.h"
#include "platform.h"

#define SYSTEMUI_PERIOD_NS 16666667u /* from one refresh to the next */

struct systemui_config {
    uint32_t *pixels;              /* XRGB8888, stride * height of them; read back while drawing */
    int32_t width, height, stride; /* 1..CANVAS_SIDE_MAX; stride is in pixels, width or more */
    void *memory;                  /* aligned to 8, picture_memory_bytes(height, stride) */
    const char *address;           /* of perfd, as perf_client_connect() takes it */
    const char *session;           /* its name */
    uint64_t budget_ns;            /* of a frame; 0: the service's default */
    bool stamp_marks;              /* marks have the platform's times, and go by calls */
};

enum systemui_key {
    SYSTEMUI_KEY_UP,   /* scrolls the list back */
    SYSTEMUI_KEY_DOWN, /* and on */
    SYSTEMUI_KEY_LOAD, /* makes the next frame miss its refresh */
    SYSTEMUI_KEY_HUD,  /* shows or hides the HUD */
    SYSTEMUI_KEY_PANEL /* the HUD's next panel */
};

struct systemui {
    struct systemui_platform *platform;
    struct picture picture;
    struct perf_link link;
    struct hud_data hud;
    struct scene scene;
    struct layout layout;
    struct spans spans;
    uint64_t frame;     /* number of the frame being made, from 1 */
    uint64_t first_ns;  /* refresh 0 */
    uint64_t refresh;   /* at which the frame before was due to show */
    uint64_t key_at_ns; /* the oldest key that no frame has answered; 0: none */
    int32_t scrolled;   /* by keys, in pixels */
    bool load_wanted;
    bool hud_hidden;
    bool panel_is_new; /* it has no rows yet */
};

void systemui_init(struct systemui *ui, const struct systemui_config *config,
                   struct systemui_platform *platform);

/* Connects to perfd and starts the session: as perf_link_open(). Frames can be made without. */
int systemui_connect(struct systemui *ui) __attribute__((warn_unused_result));

/* Makes one frame and shows it: returns when it is on the display and perfd knows of it. */
void systemui_frame(struct systemui *ui);

/* The HUD shows this panel. */
void systemui_show(struct systemui *ui, enum hud_panel panel);

/* A key went down at at_ns; the next frame answers it. */
void systemui_key(struct systemui *ui, enum systemui_key key, uint64_t at_ns);

/* Fetches the last figures for the HUD, draws the picture once more, and ends the session: as
 * perf_link_stop(). The picture stays in the pixels. */
int systemui_finish(struct systemui *ui) __attribute__((warn_unused_result));

#endif
