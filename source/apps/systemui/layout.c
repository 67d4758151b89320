/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include "content.h"
#include "font.h"
#include "hud.h"
#include "number.h"
#include "palette.h"

#define DOCK_TILE   32
#define DOCK_GAP    8
#define LIST_HEAD   24
#define THUMB_WIDTH 4

/* The scene keeps its size in the middle of a larger screen, and shrinks with a smaller one. */
static int32_t shrink(int32_t v, int32_t size, int32_t designed)
{
    return size >= designed ? v : v * size / designed;
}

static int32_t place(int32_t v, int32_t size, int32_t designed)
{
    return shrink(v, size, designed) + number_max(size - designed, 0) / 2;
}

static struct rect place_rect(struct rect r, int32_t width, int32_t height)
{
    return (struct rect){place(r.x, width, SCENE_WIDTH), place(r.y, height, SCENE_HEIGHT),
                         shrink(r.w, width, SCENE_WIDTH), shrink(r.h, height, SCENE_HEIGHT)};
}

static void place_list(struct layout *layout, const struct scene *scene)
{
    const struct rect view = layout->view[WINDOW_LIST];
    layout->rows =
        (struct rect){view.x, view.y + LIST_HEAD, view.w, number_max(view.h - LIST_HEAD - GRID, 0)};
    const int32_t length = CONTENT_SERVICES * GRID_ROW;
    const int32_t furthest = number_max(length - layout->rows.h, 0);
    const int32_t scroll = number_clamp(scene->list_scroll, 0, furthest);
    layout->first_row = scroll / GRID_ROW;
    layout->first_row_y = layout->rows.y - scroll % GRID_ROW;
    const int32_t bottom = layout->rows.y + layout->rows.h;
    layout->rows_shown = number_min((bottom - layout->first_row_y + GRID_ROW - 1) / GRID_ROW,
                                    CONTENT_SERVICES - layout->first_row);
    const int32_t thumb = number_max(layout->rows.h * layout->rows.h / length, GRID);
    const int32_t travel = number_max(layout->rows.h - thumb, 0);
    layout->scroll_thumb = (struct rect){view.x + view.w - THUMB_WIDTH - GRID,
                                         layout->rows.y + travel * scroll / number_max(furthest, 1),
                                         THUMB_WIDTH, thumb};
}

static void place_dock(struct layout *layout, int32_t width, int32_t height)
{
    const int32_t long_side = LAYOUT_DOCK_TILES * (DOCK_TILE + DOCK_GAP) + DOCK_GAP;
    const int32_t short_side = DOCK_TILE + 2 * DOCK_GAP;
    layout->dock = (struct rect){(width - long_side) / 2, height - short_side - GRID_MARGIN / 2,
                                 long_side, short_side};
    for (int32_t i = 0; i < LAYOUT_DOCK_TILES; i++)
        layout->tile[i] = (struct rect){layout->dock.x + DOCK_GAP + i * (DOCK_TILE + DOCK_GAP),
                                        layout->dock.y + DOCK_GAP, DOCK_TILE, DOCK_TILE};
}

/* Bytes of text[from..] that fit: up to a newline, or the last blank before `width` is passed. */
static int32_t fit_line(const char *text, int32_t width)
{
    int32_t used = 0;
    int32_t blank = 0;
    for (int32_t i = 0;; i++) {
        if (text[i] == '\n' || text[i] == '\0')
            return i;
        if (text[i] == ' ')
            blank = i;
        used += font_advance(text[i]);
        if (used > width + 1 && i > 0)
            return blank > 0 ? blank : i;
    }
}

int32_t layout_wrap(const char *text, int32_t width, struct text_span *lines, int32_t lines_max)
{
    int32_t count = 0;
    int32_t at = 0;
    while (text[at] != '\0' && count < lines_max) {
        const int32_t length = fit_line(text + at, width);
        lines[count++] = (struct text_span){(uint16_t)at, (uint16_t)length};
        at += length;
        if (text[at] == ' ' || text[at] == '\n')
            at++;
    }
    return count;
}

void layout_build(struct layout *layout, const struct scene *scene, int32_t width, int32_t height)
{
    layout->screen = (struct rect){0, 0, width, height};
    layout->bar = (struct rect){0, 0, width, GRID_BAR};
    place_dock(layout, width, height);
    for (int32_t w = 0; w < WINDOWS; w++) {
        const struct rect r = place_rect(scene->window[w], width, height);
        layout->window[w] = r;
        layout->view[w] =
            (struct rect){r.x, r.y + GRID_TITLE, r.w, number_max(r.h - GRID_TITLE, 0)};
    }
    place_list(layout, scene);
    layout->note = rect_inset(layout->view[WINDOW_NOTES], GRID_MARGIN);
    layout->lines = layout_wrap(content_note, layout->note.w, layout->line, LAYOUT_LINES_MAX);
    layout->hud = (struct rect){width - HUD_WIDTH - GRID_MARGIN, GRID_BAR + GRID_MARGIN, HUD_WIDTH,
                                HUD_HEIGHT};
    layout->pointer = (struct point){place(scene->pointer.x, width, SCENE_WIDTH),
                                     place(scene->pointer.y, height, SCENE_HEIGHT)};
}
