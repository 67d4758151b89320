/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

#include "font.h"
#include "palette.h"
#include "shapes.h"

static void draw_buttons(struct canvas *canvas, struct rect window, bool focused)
{
    static const uint32_t colours[] = {PALETTE_DROPPED, PALETTE_LONG, PALETTE_GOOD};
    for (int32_t i = 0; i < 3; i++) {
        const struct point centre = {(window.x + GRID_MARGIN + 2 + i * 14) * SHAPE_Q,
                                     (window.y + GRID_TITLE / 2) * SHAPE_Q};
        shape_disc(canvas, centre, 4 * SHAPE_Q, focused ? colours[i] : PALETTE_PAPER_LINE,
                   CANVAS_OPAQUE);
    }
}

static void draw_title(struct canvas *canvas, struct rect window, const char *title, bool focused)
{
    const int32_t length = font_length(title);
    const int32_t width = font_width_close(title, length) - 1;
    const struct rect clip = canvas_clip(canvas, window);
    font_draw_close(canvas, window.x + (window.w - width) / 2,
                    window.y + (GRID_TITLE - FONT_ASCENT) / 2, title, length,
                    focused ? PALETTE_INK : PALETTE_INK_FAINT);
    canvas_restore(canvas, clip);
}

void window_draw_frame(struct canvas *canvas, struct rect window, const char *title, bool focused,
                       int32_t lift)
{
    /* Two shadows: a close one for the edge, a far one that grows when the window is picked up. */
    const int32_t drop = 6 + lift / 820;
    struct rect far = rect_inset(window, -4 - lift / 2048);
    far.y += drop;
    shape_shadow(canvas, far, window, GRID_RADIUS, focused ? 112 : 72);
    canvas_outline(canvas, rect_inset(window, -1), GRID_RADIUS + 1, PALETTE_NIGHT, 60);

    const struct rect bar = {window.x, window.y, window.w, GRID_TITLE};
    const struct rect body = {window.x, window.y + GRID_TITLE, window.w, window.h - GRID_TITLE};
    canvas_rounded(canvas, bar, GRID_RADIUS, CORNERS_TOP, PALETTE_PAPER_SIDE, CANVAS_OPAQUE);
    canvas_rounded(canvas, body, GRID_RADIUS, CORNERS_BOTTOM, PALETTE_PAPER, CANVAS_OPAQUE);
    canvas_fill(canvas, (struct rect){bar.x, bar.y + GRID_TITLE - 1, bar.w, 1}, PALETTE_PAPER_LINE);
    draw_buttons(canvas, window, focused);
    draw_title(canvas, window, title, focused);
}
