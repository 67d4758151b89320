/* SPDX-License-Identifier: Apache-2.0 */
/* The whole picture: what frames are drawn with, and the order in which they are. */
#ifndef SYSTEMUI_PICTURE_H
#define SYSTEMUI_PICTURE_H

#include <stddef.h>

#include "canvas.h"
#include "hud.h"
#include "layout.h"
#include "numerals.h"
#include "platform.h"
#include "scene.h"
#include "spans.h"

struct picture {
    struct canvas canvas;
    struct corner_table corners;
    struct numerals numerals;
    uint32_t *wallpaper; /* of the canvas's stride and height */
    uint64_t *blurred;   /* the glass being drawn */
};

/* Bytes of memory that a picture of this size takes beside its pixels. */
size_t picture_memory_bytes(int32_t height, int32_t stride);

/*
 * pixels[0 .. stride * height): where frames are drawn; it is read back while drawing. memory:
 * aligned to 8, picture_memory_bytes() long, the picture's as long as it is used. The picture must
 * not move. Paints the wallpaper: call it before time matters.
 */
void picture_init(struct picture *picture, uint32_t *pixels, int32_t width, int32_t height,
                  int32_t stride, void *memory);

/* Draws one frame and notes its steps. hud may be NULL: none is drawn. */
void picture_draw(struct picture *picture, const struct scene *scene, const struct layout *layout,
                  const struct hud_data *hud, struct spans *spans,
                  struct systemui_platform *platform);

/* Real drawing work that leaves no trace in the picture: blurs the screen behind glass once. */
void picture_toil(struct picture *picture, const struct layout *layout);

#endif
