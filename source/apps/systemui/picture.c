/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include "desktop.h"
#include "glass.h"
#include "number.h"
#include "palette.h"
#include "shapes.h"
#include "wallpaper.h"
#include "window.h"

#define GLASS_TINT 150

/* The largest panel that is blurred: the bar is as wide as the screen, the HUD the highest. */
static size_t blurred_cells(int32_t width)
{
    return glass_scratch_cells(number_max(width, HUD_WIDTH), HUD_HEIGHT);
}

size_t picture_memory_bytes(int32_t height, int32_t stride)
{
    return blurred_cells(stride) * sizeof(uint64_t) +
           (size_t)stride * (size_t)height * sizeof(uint32_t);
}

void picture_init(struct picture *picture, uint32_t *pixels, int32_t width, int32_t height,
                  int32_t stride, void *memory)
{
    corner_table_init(&picture->corners);
    numerals_init(&picture->numerals);
    picture->blurred = memory;
    picture->wallpaper = (uint32_t *)(picture->blurred + blurred_cells(stride));
    struct canvas wall;
    canvas_init(&wall, picture->wallpaper, width, height, stride, &picture->corners);
    wallpaper_paint(&wall);
    canvas_init(&picture->canvas, pixels, width, height, stride, &picture->corners);
}

static void draw_glass(struct picture *picture, struct rect panel, int32_t radius, uint32_t tint)
{
    glass_blur(&picture->canvas, panel, picture->blurred);
    glass_draw(&picture->canvas, panel, radius, PALETTE_NIGHT, tint, picture->blurred);
    if (radius > 0)
        canvas_outline(&picture->canvas, panel, radius, PALETTE_LIGHT, 36);
    else
        canvas_blend(&picture->canvas, (struct rect){panel.x, panel.y + panel.h - 1, panel.w, 1},
                     PALETTE_LIGHT, 24);
}

static void draw_window(struct picture *picture, enum scene_window which, const struct scene *scene,
                        const struct layout *layout, struct spans *spans,
                        struct systemui_platform *platform)
{
    static const char *const titles[WINDOWS] = {"Services", "Notes", "Clock"};
    static const enum span_label labels[WINDOWS] = {SPAN_LIST, SPAN_TEXT, SPAN_CLOCK};
    struct canvas *canvas = &picture->canvas;
    const bool focused = scene->order[WINDOWS - 1] == which;
    window_draw_frame(canvas, layout->window[which], titles[which], focused, scene->lift[which]);
    spans_begin(spans, platform, labels[which]);
    switch (which) {
    case WINDOW_LIST:
        window_draw_list(canvas, layout, scene);
        break;
    case WINDOW_NOTES:
        window_draw_note(canvas, layout, scene);
        break;
    default:
        window_draw_clock(canvas, layout, scene, &picture->numerals);
        break;
    }
    spans_end(spans, platform, labels[which]);
}

void picture_draw(struct picture *picture, const struct scene *scene, const struct layout *layout,
                  const struct hud_data *hud, struct spans *spans,
                  struct systemui_platform *platform)
{
    struct canvas *canvas = &picture->canvas;
    canvas->work.passes += hud != NULL ? 5 : 4; /* wallpaper, windows, glass, HUD, pointer */
    spans_begin(spans, platform, SPAN_WALLPAPER);
    canvas_copy(canvas, layout->screen, picture->wallpaper);
    wallpaper_stars(canvas, scene->refresh);
    spans_end(spans, platform, SPAN_WALLPAPER);

    spans_begin(spans, platform, SPAN_WINDOWS);
    for (int32_t i = 0; i < WINDOWS; i++)
        draw_window(picture, (enum scene_window)scene->order[i], scene, layout, spans, platform);
    spans_end(spans, platform, SPAN_WINDOWS);

    spans_begin(spans, platform, SPAN_GLASS);
    draw_glass(picture, layout->bar, 0, GLASS_TINT);
    desktop_draw_bar(canvas, layout, scene);
    draw_glass(picture, layout->dock, 14, GLASS_TINT / 2);
    desktop_draw_dock(canvas, layout);
    spans_end(spans, platform, SPAN_GLASS);

    if (hud != NULL) {
        spans_begin(spans, platform, SPAN_HUD);
        draw_glass(picture, layout->hud, GRID_RADIUS, GLASS_TINT + 50);
        hud_draw(canvas, layout->hud, hud);
        spans_end(spans, platform, SPAN_HUD);
    }
    desktop_draw_pointer(canvas, layout->pointer, scene->pressed);
}

void picture_toil(struct picture *picture, const struct layout *layout)
{
    const struct rect band = {0, layout->hud.y, picture->canvas.width, HUD_HEIGHT};
    glass_blur(&picture->canvas, band, picture->blurred);
}
