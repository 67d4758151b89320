/* SPDX-License-Identifier: Apache-2.0 */
/* The wallpaper: an evening sky over hills. Painted once; frames copy it. */
#ifndef SYSTEMUI_WALLPAPER_H
#define SYSTEMUI_WALLPAPER_H

#include "canvas.h"

/* Covers the whole canvas, whatever its size. */
void wallpaper_paint(struct canvas *canvas);

/* The stars' twinkle at this refresh, over a copy of the wallpaper. */
void wallpaper_stars(struct canvas *canvas, uint32_t refresh);

#endif
