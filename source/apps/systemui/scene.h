/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens on the desktop: someone scrolls a list, drags windows about, resizes one. All of it
 * is a function of the display's refresh number (and of the keys pressed), so that a frame that
 * comes late shows where things are by then, and two runs show the same.
 */
#ifndef SYSTEMUI_SCENE_H
#define SYSTEMUI_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "canvas.h"
#include "shapes.h"

#define SCENE_REFRESH_HZ 60
#define SCENE_LOOP       1200 /* refreshes, then it begins again */
#define SCENE_WIDTH      640  /* what positions are laid out for */
#define SCENE_HEIGHT     480

enum scene_window { WINDOW_LIST, WINDOW_NOTES, WINDOW_CLOCK, WINDOWS };

struct scene {
    uint32_t refresh;
    uint32_t second_of_day;
    struct rect
        window[WINDOWS];   /* on a desktop of SCENE_WIDTH x SCENE_HEIGHT; see layout.c for others */
    int32_t lift[WINDOWS]; /* 0..4096: how far it is picked up */
    uint8_t order[WINDOWS]; /* of enum scene_window, the front one last */
    int32_t list_scroll;    /* pixels */
    int32_t list_selected;
    struct point pointer;
    bool pressed;
};

void scene_at(struct scene *scene, uint32_t refresh);

/* Whether the person at the desktop did something between the refresh before this one and it. */
bool scene_has_input(uint32_t refresh);

#endif
