/* SPDX-License-Identifier: Apache-2.0 */
#include "blend.h"
#include "content.h"
#include "font.h"
#include "number.h"
#include "palette.h"
#include "text.h"
#include "window.h"

#define METER_WIDTH 48
#define METER_X     104 /* from the view's left edge */
#define SIDE        28  /* from the right edge to where figures end */

/* Percent: swings around the service's usual load. */
static int32_t load_now(int32_t service, uint32_t refresh)
{
    const int32_t usual = content_services[service].load;
    const uint32_t pace = 180 + (uint32_t)service * 23;
    const int32_t swing = number_sin(refresh * pace + (uint32_t)service * 12007) * usual / 3 / 4096;
    return number_clamp(usual + swing, 0, 100);
}

static void draw_meter(struct canvas *canvas, int32_t x, int32_t y, int32_t percent, bool selected)
{
    const uint32_t track = selected ? PALETTE_LIGHT : PALETTE_INK;
    const uint32_t busy = percent > 40 ? PALETTE_LONG : PALETTE_GOOD;
    const int32_t filled = number_max(METER_WIDTH * percent / 100, 4);
    canvas_rounded(canvas, (struct rect){x, y, METER_WIDTH, 4}, 2, CORNERS_ALL, track, 34);
    canvas_rounded(canvas, (struct rect){x, y, filled, 4}, 2, CORNERS_ALL, busy, CANVAS_OPAQUE);
}

static void draw_row(struct canvas *canvas, struct rect row, int32_t service,
                     const struct scene *scene)
{
    const struct content_service *s = &content_services[service];
    const bool selected = service == scene->list_selected;
    if (selected)
        canvas_rounded(canvas, (struct rect){row.x + 6, row.y + 1, row.w - 22, row.h - 2}, 5,
                       CORNERS_ALL, PALETTE_ACCENT, CANVAS_OPAQUE);
    const int32_t text_y = row.y + (row.h - FONT_ASCENT) / 2;
    font_draw_close(canvas, row.x + 14, text_y, s->name, font_length(s->name),
                    selected ? PALETTE_LIGHT : PALETTE_INK);
    draw_meter(canvas, row.x + METER_X, row.y + row.h / 2 - 2, load_now(service, scene->refresh),
               selected);
    struct text_line line;
    text_clear(&line);
    text_add_number(&line, s->memory_kib);
    text_add(&line, " K");
    font_draw(canvas, row.x + row.w - SIDE - line.length * FONT_CELL_WIDTH + 1, text_y, line.bytes,
              line.length, selected ? PALETTE_LIGHT : PALETTE_INK_SOFT);
}

static void draw_heading(struct canvas *canvas, struct rect view, int32_t height)
{
    const int32_t y = view.y + (height - FONT_ASCENT) / 2;
    font_draw_close(canvas, view.x + 14, y, "Service", 7, PALETTE_INK_FAINT);
    font_draw_close(canvas, view.x + METER_X, y, "Load", 4, PALETTE_INK_FAINT);
    const int32_t width = font_width_close("Memory", 6) - 1;
    font_draw_close(canvas, view.x + view.w - SIDE - width, y, "Memory", 6, PALETTE_INK_FAINT);
    canvas_fill(canvas, (struct rect){view.x, view.y + height - 1, view.w, 1}, PALETTE_PAPER_SIDE);
}

void window_draw_list(struct canvas *canvas, const struct layout *layout, const struct scene *scene)
{
    const struct rect view = layout->view[WINDOW_LIST];
    const struct rect before = canvas_clip(canvas, view);
    draw_heading(canvas, view, layout->rows.y - view.y);
    canvas_clip(canvas, layout->rows);
    for (int32_t i = 0; i < layout->rows_shown; i++)
        draw_row(canvas,
                 (struct rect){view.x, layout->first_row_y + i * GRID_ROW, view.w, GRID_ROW},
                 layout->first_row + i, scene);
    canvas_rounded(canvas, layout->scroll_thumb, 2, CORNERS_ALL, PALETTE_INK, 72);
    canvas_restore(canvas, before);
}
