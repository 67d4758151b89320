/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"

#include "font.h"
#include "number.h"
#include "palette.h"
#include "shapes.h"
#include "text.h"

#define TILE_RADIUS 8

static struct point at_q(struct rect r, int32_t x, int32_t y)
{
    return (struct point){(r.x + x) * SHAPE_Q, (r.y + y) * SHAPE_Q};
}

void desktop_draw_bar(struct canvas *canvas, const struct layout *layout, const struct scene *scene)
{
    static const char *const menu[] = {"Desktop", "File", "Edit", "View", "Window"};
    const struct rect bar = layout->bar;
    const int32_t y = bar.y + (bar.h - FONT_ASCENT) / 2;
    shape_ring(canvas, at_q(bar, GRID_MARGIN + 6, bar.h / 2), 72, 40, PALETTE_LIGHT, CANVAS_OPAQUE);
    int32_t x = bar.x + GRID_MARGIN + 20;
    for (uint32_t i = 0; i < sizeof menu / sizeof menu[0]; i++)
        x = font_draw_close(canvas, x, y, menu[i], font_length(menu[i]),
                            i == 0 ? PALETTE_LIGHT : PALETTE_LIGHT_SOFT) +
            GRID_MARGIN;
    struct text_line line;
    text_clear(&line);
    text_add_padded(&line, scene->second_of_day / 3600, 2);
    text_add(&line, ":");
    text_add_padded(&line, scene->second_of_day / 60 % 60, 2);
    text_add(&line, ":");
    text_add_padded(&line, scene->second_of_day % 60, 2);
    font_draw(canvas, bar.x + bar.w - GRID_MARGIN - line.length * FONT_CELL_WIDTH + 1, y,
              line.bytes, line.length, PALETTE_LIGHT);
}

static void draw_sign_list(struct canvas *canvas, struct rect tile)
{
    for (int32_t i = 0; i < 3; i++) {
        shape_disc(canvas, at_q(tile, 10, 10 + i * 6), 24, PALETTE_LIGHT, CANVAS_OPAQUE);
        shape_line(canvas, at_q(tile, 15, 10 + i * 6), at_q(tile, 23, 10 + i * 6), 32,
                   PALETTE_LIGHT, CANVAS_OPAQUE);
    }
}

static void draw_sign_note(struct canvas *canvas, struct rect tile)
{
    canvas_rounded(canvas, (struct rect){tile.x + 9, tile.y + 7, 14, 18}, 2, CORNERS_ALL,
                   PALETTE_LIGHT, CANVAS_OPAQUE);
    for (int32_t i = 0; i < 3; i++)
        canvas_fill(canvas, (struct rect){tile.x + 12, tile.y + 12 + i * 4, i == 2 ? 5 : 8, 1},
                    PALETTE_LONG);
}

static void draw_sign_clock(struct canvas *canvas, struct rect tile)
{
    shape_ring(canvas, at_q(tile, 16, 16), 9 * SHAPE_Q, 32, PALETTE_LIGHT, CANVAS_OPAQUE);
    shape_line(canvas, at_q(tile, 16, 11), at_q(tile, 16, 16), 28, PALETTE_LIGHT, CANVAS_OPAQUE);
    shape_line(canvas, at_q(tile, 16, 16), at_q(tile, 20, 18), 28, PALETTE_LIGHT, CANVAS_OPAQUE);
}

static void draw_sign_bars(struct canvas *canvas, struct rect tile)
{
    static const uint8_t height[] = {7, 12, 9, 15};
    for (int32_t i = 0; i < 4; i++)
        canvas_rounded(canvas,
                       (struct rect){tile.x + 8 + i * 4, tile.y + 24 - height[i], 3, height[i]}, 1,
                       CORNERS_ALL, PALETTE_LIGHT, CANVAS_OPAQUE);
}

static void draw_sign_sliders(struct canvas *canvas, struct rect tile)
{
    static const uint8_t knob[] = {20, 12, 18};
    for (int32_t i = 0; i < 3; i++) {
        shape_line(canvas, at_q(tile, 9, 10 + i * 6), at_q(tile, 23, 10 + i * 6), 24, PALETTE_LIGHT,
                   150);
        shape_disc(canvas, at_q(tile, knob[i], 10 + i * 6), 44, PALETTE_LIGHT, CANVAS_OPAQUE);
    }
}

static void draw_tile(struct canvas *canvas, struct rect tile, int32_t which)
{
    static const uint32_t colours[LAYOUT_DOCK_TILES] = {PALETTE_ACCENT, PALETTE_LONG, 0x363b58u,
                                                        0x2ea37cu, 0x8a7bb8u};
    canvas_rounded(canvas, tile, TILE_RADIUS, CORNERS_ALL, colours[which], CANVAS_OPAQUE);
    switch (which) {
    case 0:
        draw_sign_list(canvas, tile);
        break;
    case 1:
        draw_sign_note(canvas, tile);
        break;
    case 2:
        draw_sign_clock(canvas, tile);
        break;
    case 3:
        draw_sign_bars(canvas, tile);
        break;
    default:
        draw_sign_sliders(canvas, tile);
        break;
    }
}

void desktop_draw_dock(struct canvas *canvas, const struct layout *layout)
{
    for (int32_t i = 0; i < LAYOUT_DOCK_TILES; i++) {
        struct rect tile = layout->tile[i];
        /* The nearer the pointer, the higher a tile rises. */
        const int32_t off_x = layout->pointer.x - (tile.x + tile.w / 2);
        const int32_t near = number_clamp(48 - (off_x < 0 ? -off_x : off_x), 0, 48);
        const bool over = layout->pointer.y > layout->dock.y - GRID;
        tile.y -= over ? near * 6 / 48 : 0;
        draw_tile(canvas, tile, i);
        if (i < WINDOWS)
            shape_disc(canvas, at_q(layout->tile[i], tile.w / 2, tile.h + 4), 24, PALETTE_LIGHT,
                       200);
    }
}

void desktop_draw_pointer(struct canvas *canvas, struct point at, bool pressed)
{
    /* Per row: how many pixels of dark arrow follow the left edge; light ones go all round. */
    static const uint8_t width[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 6, 3, 2, 1};
    const int32_t rows = (int32_t)(sizeof width);
    if (pressed)
        shape_ring(canvas, (struct point){at.x * SHAPE_Q, at.y * SHAPE_Q}, 9 * SHAPE_Q, 40,
                   PALETTE_ACCENT, 170);
    for (int32_t row = -1; row <= rows; row++) {
        const int32_t here = number_clamp(row, 0, rows - 1);
        canvas_fill(canvas, (struct rect){at.x - 1, at.y + row, width[here] + 2, 1}, PALETTE_LIGHT);
    }
    for (int32_t row = 0; row < rows; row++)
        canvas_fill(canvas, (struct rect){at.x, at.y + row, width[row], 1}, PALETTE_INK);
}
